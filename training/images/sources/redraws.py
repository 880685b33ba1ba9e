"""Redrawn emblems for the benchmark: drawings of test owners by artists that are not enrolled.

Geometric verification fails where an artist redraws a shape, so these positives are kinds of their own. Training saw
other emblems by some of these artists and none by others. The second kind measures an unknown artist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

from training import packages
from training.images.sources import graphics
from training.images.sources.pictures import ICONIFY, PictureError, load_picture

REDRAW_SIDE = 512
"""Longer side of a packaged drawing, in pixels."""

HELD_OUT_ARTISTS = {"Twemoji": True, "OpenMoji": True, "Arcticons": False}
"""Catalogue artists whose drawings of test owners are held out where another artist's is enrolled. True: training saw
other drawings of theirs."""

TRAINED_ARTISTS = ("noto", "noto-v1", "fxemoji", "emojione-v1")
"""Packages that training reads but the catalogue does not."""

CHANGED_FLAGS = {"flag.sy"}
"""Flags that changed recently; older packages show the former one."""

COUNTRY_FLAG_PATHS = {
    "flagkit": "package/svgs/{upper}.svg",
    "iso-flags-svg": "usr/share/iso-flags-svg/country-4x3/{lower}.svg",
}
CLIP_ART_FLAGS = "usr/share/openclipart/svg/signs_and_symbols/flags"
BRAND_ICONS = {
    "streamline-logos": ("{}-logo", "{}-logo-1", "{}-logo-block", "{}-app-logo"),
    "tabler": ("brand-{}", "brand-{}-filled"),
    "remix-icon": ("{}-fill", "{}-line"),
}
"""Packages that neither training nor the catalogue reads, with their names of a brand's icons."""

TRAINED_ARTIST_PACKAGES = {"streamline-logos"}
"""The packages among these by artists of whom training reads other packages."""

MARKLESS_ICONS = {"brand-line"}
"""Icons with a brand's name that show no mark, such as a speech bubble without LINE's letters."""


@dataclass(frozen=True)
class Redraw:
    """One drawing of an enrolled emblem that is not enrolled itself.

    Attributes:
        reference_id: the emblem.
        artist: the package, or the catalogue's source.
        seen: True if training saw other emblems by this artist.
        picture: RGBA.
    """

    reference_id: str
    artist: str
    seen: bool
    picture: Image.Image

    @property
    def kind(self) -> str:
        """The kind of imitation in the manifest."""
        return "redrawn" if self.seen else "redrawn_unseen_artist"


def redraws(references: dict[str, dict[str, Any]], held: Iterable[dict[str, Any]]) -> Iterator[Redraw]:
    """Every drawing of these emblems by an artist that is not enrolled.

    Args:
        references: the enrolled lines of test owners, one for each reference id.
        held: the catalogue's lines by `HELD_OUT_ARTISTS`, with paths of pictures.
    """
    for line in held:
        with Image.open(line["image"]) as file:
            yield Redraw(line["reference_id"], line["source"], HELD_OUT_ARTISTS[line["source"]], file.convert("RGBA"))
    yield from _emoji(references)
    for reference_id, line in references.items():
        for artist, image in _other_drawings(reference_id, line["name_en"]):
            try:
                picture = load_picture(f"package:{artist}{image}", Path(), REDRAW_SIDE)
            except PictureError:
                continue  # some files of the packages have no size
            yield Redraw(reference_id, artist, artist in TRAINED_ARTIST_PACKAGES, picture)


def _emoji(references: dict[str, Any]) -> Iterator[Redraw]:
    rendered = graphics.load_graphics()
    for row in rendered.rows(lambda item: item.source in TRAINED_ARTISTS and item.identity in references):
        item = rendered.items[row]
        if item.identity not in CHANGED_FLAGS:
            yield Redraw(item.identity, item.source, True, Image.fromarray(rendered.drawing(row)))


def _other_drawings(reference_id: str, name: str) -> Iterator[tuple[str, str]]:
    """Packages with an unenrolled drawing of the emblem, and the picture's path or icon there."""
    kind, slug = reference_id.split(".", maxsplit=1)
    if kind == "flag" and reference_id not in CHANGED_FLAGS:
        yield from _flags(slug, name)
    if kind in {"org", "media", "intl"}:
        for package, names in BRAND_ICONS.items():
            icons = (form.format(slug) for form in names)
            yield from ((package, f"#{icon}") for icon in icons if icon in _icon_names(package))


def _flags(code: str, name: str) -> Iterator[tuple[str, str]]:
    for package, form in COUNTRY_FLAG_PATHS.items():
        path = form.format(upper=code.upper(), lower=code)
        if (packages.fetch(package) / path).is_file():
            yield package, f"/{path}"
    country = _plain(re.sub(r"^(National f|F)lag of (the )?", "", name))
    root = packages.fetch("openclipart-svg")
    for file in sorted((root / CLIP_ART_FLAGS).rglob("*.svg")):
        if _plain(file.stem) == country:
            yield "openclipart-svg", f"/{file.relative_to(root)}"


@lru_cache
def _icon_names(package: str) -> frozenset[str]:
    return frozenset(json.loads((packages.fetch(package) / ICONIFY).read_text("utf-8"))["icons"]) - MARKLESS_ICONS


def _plain(name: str) -> str:
    return "".join(filter(str.isalpha, name.lower()))
