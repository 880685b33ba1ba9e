"""Graphics to learn from: icons, emoji, flags, coats of arms and logos out of packages, rendered once.

What one graphic is counts more than what it shows: the encoder learns to tell ten thousand of them apart however they
are imitated. The same emoji or flag drawn by several artists is one identity, which teaches what a redraw keeps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import babel
import cv2
import numpy as np
import resvg_py
from tqdm import tqdm

from models.runtime import atomic
from models.runtime.locks import locked
from training import packages
from training.images.common.fingerprint import code_of, fingerprint
from training.images.common.split import Fold, fold_of
from training.images.sources.pictures import iconify_svg

GRAPHIC_SIDE = 160
"""Longest side of a stored rendering in pixels; the network sees emblems of up to 256 pixels, mostly smaller."""

MIN_INKED_PIXELS = 24
"""A rendering of fewer inked pixels is empty or broken."""

EMOJI_PACKAGES = ("openmoji", "twemoji", "noto", "noto-v1", "fluent-emoji-flat", "emojione", "emojione-v1", "fxemoji")
LOGO_PACKAGES = (
    "logos",
    "devicon",
    "skill-icons",
    "fa6-brands",
    "cryptocurrency-color",
    "vscode-icons",
)
ICON_PACKAGES = ("game-icons", "streamline-ultimate-color", "streamline-freehand-color", "flat-color-icons")
FLAG_PACKAGES = ("flagpack", "cif")
FLAG_FOLDERS = (
    ("flag-icons", "package/flags/4x3", "flag"),
    ("circle-flags", "package/flags", "flag"),
    ("country-flag-icons", "package/3x2", "flag"),
    ("coat-of-arms", "package/dist/flags", "flag"),
    ("coat-of-arms", "package/dist/coats", "arms"),
)
GRAPHIC_PACKAGES = tuple(
    dict.fromkeys(
        (
            *EMOJI_PACKAGES,
            *LOGO_PACKAGES,
            *ICON_PACKAGES,
            *FLAG_PACKAGES,
            *(folder[0] for folder in FLAG_FOLDERS),
            "simple-icons",
        )
    )
)
"""Packages, by their short names in `datasets/packages.yaml`."""

Array = np.ndarray


@dataclass(frozen=True)
class Graphic:
    """One drawing.

    Attributes:
        identity: what it depicts; several artists' drawings share it.
        owner: whom the fold is drawn for, such as "state.fr" or "emoji.cat".
        source: package, by its short name in `datasets/packages.yaml`.
        kind: "flag", "arms", "logo", "emoji" or "icon"; the last two are harmless in a profile.
    """

    identity: str
    owner: str
    source: str
    kind: str

    @property
    def fold(self) -> Fold:
        """What it may be used for."""
        return fold_of(self.owner)

    @property
    def harmless(self) -> bool:
        """Whether it may stand in a profile without imitating anybody."""
        return self.kind in {"emoji", "icon"}


@dataclass(frozen=True)
class Graphics:
    """Rendered graphics.

    Attributes:
        items: what each row is.
        pixels: uint8 (n, GRAPHIC_SIDE, GRAPHIC_SIDE, 4) RGBA, memory-mapped; the drawing lies in the top left corner.
        sizes: int64 (n, 2), height and width of the drawing in pixels.
    """

    items: tuple[Graphic, ...]
    pixels: Array
    sizes: Array

    def drawing(self, row: int) -> Array:
        """RGBA uint8 (height, width, 4), trimmed to what is inked."""
        height, width = self.sizes[row]
        return self.pixels[row, :height, :width]

    def rows(self, keep: Callable[[Graphic], bool]) -> list[int]:
        """Rows whose graphic passes."""
        return [row for row, item in enumerate(self.items) if keep(item)]


def load_graphics(limit: int | None = None) -> Graphics:
    """All graphics, rendered when first asked for and kept in the cache directory, by what they were made from.

    Args:
        limit: at most this many drawings of each package, for tests.
    """
    made_from = fingerprint(code_of(Path(__file__)), [packages.packages()[source] for source in GRAPHIC_PACKAGES])
    directory = packages.cache_directory().parent / "graphics" / f"{made_from}-{limit or 'all'}"
    if not directory.exists():
        with locked(directory.with_suffix(".lock")):
            if not directory.exists():  # another process may have been first
                with atomic.replacing_folder(directory) as draft:
                    _render_all(draft, limit)
    items = [Graphic(**json.loads(line)) for line in (directory / "items.jsonl").read_text("utf-8").splitlines()]
    pixels = np.load(directory / "pixels.npy", mmap_mode="r")
    return Graphics(tuple(items), pixels, np.load(directory / "sizes.npy"))


def render_svg(svg: str, side: int = GRAPHIC_SIDE) -> Array | None:
    """An SVG as RGBA uint8 (height, width, 4), trimmed to what is inked, longest side `side`; None where empty."""
    try:
        png = resvg_py.svg_to_bytes(svg_string=svg, width=side, skip_system_fonts=True)
    except ValueError:
        return None
    picture = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        return None
    inked = np.argwhere(picture[..., 3] > 16)
    if len(inked) < MIN_INKED_PIXELS:
        return None
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    trimmed = cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGRA2RGBA)
    scale = side / max(trimmed.shape[:2])
    size = [max(2, round(edge * scale)) for edge in trimmed.shape[1::-1]]
    return cv2.resize(trimmed, size, interpolation=cv2.INTER_AREA)


def _render_all(directory: Path, limit: int | None) -> None:
    graphics, vectors = zip(*drawings(limit), strict=True)
    pixels = np.lib.format.open_memmap(
        directory / "pixels.npy", mode="w+", dtype=np.uint8, shape=(len(vectors), GRAPHIC_SIDE, GRAPHIC_SIDE, 4)
    )
    kept: list[tuple[Graphic, tuple[int, int]]] = []
    with ProcessPoolExecutor() as renderers:
        rendered = renderers.map(render_svg, vectors, chunksize=64)
        for graphic, drawing in tqdm(zip(graphics, rendered, strict=True), "rendering graphics", len(vectors), unit=""):
            if drawing is not None:
                height, width = drawing.shape[:2]
                pixels[len(kept), :height, :width] = drawing
                kept.append((graphic, (height, width)))
    np.save(directory / "sizes.npy", np.array([size for _, size in kept]))
    lines = [json.dumps(asdict(graphic), ensure_ascii=False) for graphic, _ in kept]
    (directory / "items.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def drawings(limit: int | None = None) -> Iterator[tuple[Graphic, str]]:
    """Every graphic and its SVG, not rendered yet; at most `limit` of each package."""
    collections = {EMOJI_PACKAGES: _emoji, LOGO_PACKAGES: _logo, ICON_PACKAGES: _icon, FLAG_PACKAGES: _iconify_flag}
    for sources, describe in collections.items():
        for source in sources:
            yield from _limited(_iconify(source, describe), limit)
    for source, folder, kind in FLAG_FOLDERS:
        yield from _limited(_state_files(source, folder, kind), limit)
    yield from _limited(_simple_icons(), limit)


def _limited(source: Iterator[tuple[Graphic, str]], limit: int | None) -> Iterator[tuple[Graphic, str]]:
    for count, drawing in enumerate(source):
        if limit is not None and count >= limit:
            return
        yield drawing


def _iconify(source: str, describe: Callable[[str, str], Graphic | None]) -> Iterator[tuple[Graphic, str]]:
    collection = json.loads((packages.fetch(source) / "package" / "icons.json").read_text("utf-8"))
    for name, icon in collection["icons"].items():
        graphic = describe(source, name)
        if graphic is not None:
            yield graphic, iconify_svg(icon, collection)


def _emoji(source: str, name: str) -> Graphic | None:
    if "skin-tone" in name or re.search(r"(light|medium|dark)(-skin|$)|tone\d", name):
        return None
    if name.startswith("flag-"):
        return _flag(source, _country(re.sub(r"^(flag-)+(for-)?(flag-)?", "", name)))
    plain = name.replace("-", "")
    return Graphic(f"emoji.{plain}", f"emoji.{plain}", source, "emoji")


def _logo(source: str, name: str) -> Graphic | None:
    if name.startswith(("folder-", "default-")):
        return None
    slug = re.sub(r"^file-type-|-(icon|original|plain|line|wordmark|dark|light|opened|\d+)\b", "", name)
    return Graphic(f"logo.{slug}{_variant(source, name)}", f"brand.{slug}", source, "logo")


def _variant(source: str, name: str) -> str:
    """What tells a drawing from the brand's symbol: names in letters, and the collection `logos` but for its icons."""
    lettered = "wordmark" in name or (source == "logos" and not name.endswith("-icon"))
    return f".{source}.{name}" if lettered else ""


def _icon(source: str, name: str) -> Graphic:
    return Graphic(f"icon.{source}.{name}", f"icon.{name}", source, "icon")


def _iconify_flag(source: str, name: str) -> Graphic | None:
    return _flag(source, name.removeprefix("flag-") if len(name.removeprefix("flag-")) == 2 else None)


def _flag(source: str, code: str | None, kind: str = "flag") -> Graphic | None:
    if code is None:
        return None
    return Graphic(f"{kind}.{code.lower()}", f"state.{code.lower()[:2]}", source, kind)


def _state_files(source: str, folder: str, kind: str) -> Iterator[tuple[Graphic, str]]:
    for path in sorted((packages.fetch(source) / folder).glob("*.svg")):
        # Longer names are regions, languages and organisations, whose owners the catalogue may name otherwise.
        graphic = _flag(source, path.stem.lower(), kind) if path.stem.upper() in _countries() else None
        if graphic is not None:
            yield graphic, path.read_text("utf-8")


def _simple_icons() -> Iterator[tuple[Graphic, str]]:
    for path in sorted((packages.fetch("simple-icons") / "package" / "icons").glob("*.svg")):
        yield Graphic(f"logo.{path.stem}", f"brand.{path.stem}", "simple-icons", "logo"), path.read_text("utf-8")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """English name without spaces and accents of every country, by its ISO 3166 code."""
    territories = babel.Locale("en").territories
    return {code: _plain(name) for code, name in territories.items() if code.isalpha() and code not in {"UN", "EU"}}


def _country(name: str) -> str | None:
    wanted = _plain(name)
    for code, known in _countries().items():
        if len(code) == 2 and (known == wanted or known.replace("islands", "island") == wanted):
            return code
    return None


def _plain(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower().replace("&", "").replace(" and ", "").replace("-and-", "")))
