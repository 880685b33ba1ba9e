"""Training graphics: icons, emoji, flags, coats of arms and logos from packages, rendered once and cached.

The encoder learns to distinguish ten thousand identities under augmentation (instance discrimination). Drawings of one
emoji or flag by several artists are one identity, which teaches what a redraw keeps.
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

from models.arrays import Int64, Pixels
from models.runtime import atomic
from models.runtime.locks import locked
from training import packages
from training.images.common.fingerprint import code_of, fingerprint
from training.images.common.split import Fold, fold_of
from training.images.sources.pictures import iconify_svg

GRAPHIC_SIDE = 160
"""Longest side of a stored rendering, in pixels; augmented pictures of 256 pixels mostly show emblems smaller."""

MIN_INKED_PIXELS = 24
"""Opaque pixels below which a rendering counts as empty or broken."""

INKED_OPACITY = 16
"""Opacity, of 255, above which a pixel counts as inked."""

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
"""All packages of graphics, by their short names in `datasets/packages.yaml`."""


@dataclass(frozen=True)
class Graphic:
    """One drawing.

    Attributes:
        identity: the depicted thing; several artists' drawings share it.
        owner: the owner that decides the fold, such as "state.fr" or "emoji.cat".
        source: package, by its short name in `datasets/packages.yaml`.
        kind: "flag", "arms", "logo", "emoji" or "icon"; the last two are harmless in a profile.
    """

    identity: str
    owner: str
    source: str
    kind: str

    @property
    def fold(self) -> Fold:
        """Training, validation or test; all drawings of one owner are in one fold."""
        return fold_of(self.owner)

    @property
    def harmless(self) -> bool:
        """True for emoji and icons, which imitate no emblem."""
        return self.kind in {"emoji", "icon"}


@dataclass(frozen=True)
class Graphics:
    """Rendered graphics.

    Attributes:
        items: the graphic of each row.
        pixels: RGBA uint8 (n, GRAPHIC_SIDE, GRAPHIC_SIDE, 4), memory-mapped, each drawing in the top left corner.
        sizes: int64 (n, 2), height and width of each drawing in pixels.
    """

    items: tuple[Graphic, ...]
    pixels: Pixels
    sizes: Int64

    def drawing(self, row: int) -> Pixels:
        """The drawing of a row, RGBA uint8 (height, width, 4), without transparent margins."""
        height, width = self.sizes[row]
        return self.pixels[row, :height, :width]

    def rows(self, keep: Callable[[Graphic], bool]) -> list[int]:
        """Rows whose graphic satisfies a condition, in order."""
        return [row for row, item in enumerate(self.items) if keep(item)]


def load_graphics(limit: int | None = None) -> Graphics:
    """All graphics, rendered on first use and cached under a digest of code and packages.

    Args:
        limit: at most this many drawings of each package, for tests.

    Raises:
        PackageError: a package could not be fetched.
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


def render_svg(svg: str, side: int = GRAPHIC_SIDE) -> Pixels | None:
    """An SVG as pixels, RGBA uint8 (height, width, 4).

    Args:
        svg: the source.
        side: longest side in pixels, after transparent margins are cut off.

    Returns:
        None if it cannot be drawn or is empty.
    """
    try:
        png = resvg_py.svg_to_bytes(svg_string=svg, width=side, skip_system_fonts=True)
    except ValueError:
        return None
    picture = cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4:
        return None
    if np.count_nonzero(picture[..., 3] > INKED_OPACITY) < MIN_INKED_PIXELS:
        return None
    return scaled(trimmed(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA)), side)


def trimmed(drawing: Pixels) -> Pixels:
    """An RGBA drawing, uint8 (height, width, 4), without its transparent margins; not blank."""
    inked = np.argwhere(drawing[..., 3] > INKED_OPACITY)
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    return drawing[top:bottom, left:right]


def scaled(drawing: Pixels, side: int) -> Pixels:
    """A drawing, RGBA, uint8, whose longest side is `side` pixels."""
    scale = side / max(drawing.shape[:2])
    size = [max(2, round(edge * scale)) for edge in drawing.shape[1::-1]]
    return np.asarray(cv2.resize(drawing, size, interpolation=cv2.INTER_AREA))


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
    """Every graphic with its SVG source; at most `limit` of each package."""
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
    """A suffix for drawings that show a brand's name in letters, which differ from its symbol; else empty."""
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
        # Longer codes are regions, languages and organisations, whose owners the catalogue may name otherwise.
        graphic = _flag(source, path.stem.lower(), kind) if path.stem.upper() in _countries() else None
        if graphic is not None:
            yield graphic, path.read_text("utf-8")


def _simple_icons() -> Iterator[tuple[Graphic, str]]:
    for path in sorted((packages.fetch("simple-icons") / "package" / "icons").glob("*.svg")):
        yield Graphic(f"logo.{path.stem}", f"brand.{path.stem}", "simple-icons", "logo"), path.read_text("utf-8")


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """English names of all countries, in lower case and without spaces, by ISO 3166 code."""
    territories = babel.Locale("en").territories
    return {code: _plain(name) for code, name in territories.items() if code.isalpha() and code not in {"UN", "EU"}}


def _country(name: str) -> str | None:
    plain = _plain(name)
    for code, known in _countries().items():
        if len(code) == 2 and plain in {known, known.replace("islands", "island")}:
            return code
    return None


def _plain(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower().replace("&", "").replace(" and ", "").replace("-and-", "")))
