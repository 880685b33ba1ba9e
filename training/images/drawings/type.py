"""Sets text as outlines, so that a drawing looks the same on machines without its fonts.

Chinese typefaces are Noto Sans SC, Noto Serif SC, and the brush scripts Liu Jian Mao Cao and Ma Shan Zheng. Eight Latin
typefaces serve invented names. All have the SIL Open Font Licence 1.1, which allows outlines in drawings.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from fontTools.misc.transform import Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from models.arrays import Float32
from training.images.drawings.shapes import Point, polar
from training.packages import fetch

ChineseFace = Literal["sans", "black", "serif", "cursive", "brush"]
LatinFace = Literal["display", "blackletter", "condensed", "slab", "fat", "old", "book", "heavy"]
Face = Literal[ChineseFace, LatinFace]

CHINESE_TYPEFACES: dict[ChineseFace, tuple[str, str]] = {
    "sans": ("noto-sans-sc", "package/700Bold/*.ttf"),
    "black": ("noto-sans-sc", "package/900Black/*.ttf"),
    "serif": ("noto-serif-sc", "package/900Black/*.ttf"),
    "cursive": ("liu-jian-mao-cao", "package/files/*.woff"),
    "brush": ("ma-shan-zheng", "package/files/*.woff"),
}
"""Package and files of each typeface with Chinese characters; a typeface may be split over several files."""

LATIN_TYPEFACES: dict[LatinFace, tuple[str, str]] = {
    "display": ("playfair-display", "package/files/*-latin-700-normal.woff"),
    "blackletter": ("unifrakturcook", "package/files/*-latin-700-normal.woff"),
    "condensed": ("oswald", "package/files/*-latin-600-normal.woff"),
    "slab": ("roboto-slab", "package/files/*-latin-700-normal.woff"),
    "fat": ("abril-fatface", "package/files/*-latin-400-normal.woff"),
    "old": ("old-standard-tt", "package/files/*-latin-700-normal.woff"),
    "book": ("libre-baskerville", "package/files/*-latin-400-normal.woff"),
    "heavy": ("archivo-black", "package/files/*-latin-400-normal.woff"),
}
"""Typefaces without Chinese characters, for invented names and monograms in training. Gallery and benchmark lack them,
so results hold for unseen typefaces."""

TYPEFACE_PACKAGES = tuple(
    dict.fromkeys(package for package, _ in (*CHINESE_TYPEFACES.values(), *LATIN_TYPEFACES.values()))
)
"""Packages of all typefaces, by their short names in `datasets/packages.yaml`."""

CURVE_STEPS = (0.25, 0.5, 0.75, 1.0)
"""Where a curve's corners are, when a character becomes polygons."""


@lru_cache
def _fonts(face: Face) -> dict[int, TTFont]:
    package, pattern = (CHINESE_TYPEFACES | LATIN_TYPEFACES)[face]
    characters: dict[int, TTFont] = {}
    for file in sorted(fetch(package).glob(pattern)):
        font = TTFont(file, lazy=True)
        characters |= dict.fromkeys(font.getBestCmap(), font)
    return characters


def _outline(character: str, face: Face, size: float, place: Transform) -> str:
    font = _fonts(face)[ord(character)]
    glyphs = font.getGlyphSet()
    pen = SVGPathPen(glyphs, ntos=lambda value: f"{value:.1f}".removesuffix(".0"))
    em = size / font["head"].unitsPerEm
    glyphs[font.getBestCmap()[ord(character)]].draw(TransformPen(pen, place.scale(em, -em)))
    return str(pen.getCommands())


def _advance(character: str, face: Face, size: float) -> float:
    font = _fonts(face)[ord(character)]
    return float(font["hmtx"][font.getBestCmap()[ord(character)]][0]) * size / font["head"].unitsPerEm


def characters(face: Face) -> frozenset[str]:
    """All characters of a typeface."""
    return frozenset(map(chr, _fonts(face)))


def width_of(content: str, size: float, face: Face) -> float:
    """Width of a line of text, in the unit of its size."""
    return sum(_advance(character, face, size) for character in content)


@lru_cache(maxsize=4096)
def contours(character: str, face: Face) -> tuple[Float32, ...]:
    """Outlines of a character as closed polygons, float32 (corners, 2) each.

    The em is 1, the baseline's start is the origin, and y points down. A counter is a polygon within another.
    """
    font = _fonts(face)[ord(character)]
    glyphs = font.getGlyphSet()
    pen = _PolygonPen(glyphs)
    glyphs[font.getBestCmap()[ord(character)]].draw(pen)
    scale = np.array([1, -1], np.float32) / np.float32(font["head"].unitsPerEm)
    return tuple(np.array(points, np.float32) * scale for points in pen.polygons if len(points) > 2)


class _PolygonPen(BasePen):
    """Turns a glyph's curves into polygons of a few corners each."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.polygons: list[list[Point]] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802, the base class's name
        self.polygons.append([pt])

    def _lineTo(self, pt: Point) -> None:  # noqa: N802, the base class's name
        self.polygons[-1].append(pt)

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802, the base class's name
        start = self.polygons[-1][-1]
        for t in CURVE_STEPS:
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            x, y = (a * start[i] + b * pt1[i] + c * pt2[i] + d * pt3[i] for i in range(2))
            self.polygons[-1].append((x, y))


def text(content: str, x: float, y: float, size: float, fill: str, face: Face = "sans", *, width: float = 0) -> str:
    """A line of text centred on x, its baseline at y.

    Args:
        content: one line.
        x, y, size: in the drawing's units; `size` is that of the em.
        fill: colour.
        face: typeface.
        width: of the line, which is squeezed or stretched to it; 0 keeps the natural width.
    """
    natural = width_of(content, size, face)
    stretch = width / natural if width else 1
    place = Transform().translate(x - natural * stretch / 2, y).scale(stretch, 1)
    outlines = []
    for character in content:
        outlines.append(_outline(character, face, size, place))
        place = place.translate(_advance(character, face, size), 0)
    return f'<path d="{"".join(outlines)}" fill="{fill}"/>'


def ring_text(
    content: str,
    x: float,
    y: float,
    radius: float,
    size: float,
    fill: str,
    face: Face = "sans",
    *,
    step: float = 0,
    foot: bool = False,
) -> str:
    """Text along a circle, centred at its top, or at its foot and upright there.

    Args:
        content: one line.
        x, y, radius: the circle of the baseline.
        size: of the em.
        fill: colour.
        face: typeface.
        step: angle in degrees from character to character; 0 takes the typeface's own spacing.
        foot: set the text along the lower half.
    """
    spans = [step or _advance(character, face, size) / radius * 57.3 for character in content]
    side = -1 if foot else 1
    angle = (180 if foot else 0) - side * sum(spans) / 2
    outlines = []
    for character, span in zip(content, spans, strict=True):
        angle += side * span / 2
        turn = (angle - (180 if foot else 0)) / 57.3
        place = Transform().translate(*polar(x, y, radius, angle)).rotate(turn)
        outlines.append(_outline(character, face, size, place.translate(-_advance(character, face, size) / 2, 0)))
        angle += side * span / 2
    return f'<path d="{"".join(outlines)}" fill="{fill}"/>'
