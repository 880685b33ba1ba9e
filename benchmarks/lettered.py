"""Pictures with lines of text as people put them on avatars and covers, and pictures without any, drawn from a seed.

The texts are those of the labelled corpus, the typefaces those of the emblems' drawings, the photographs and graphics
those that the image model is made with.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import resvg_py
from PIL import Image

from benchmarks.profiles import texts
from training.images.drawings import type as typeface
from training.images.sources import graphics
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds

LONGEST, SHORTEST = 16, 4
"""Characters in a line."""

PER_WIDTH = 45
"""Characters that fit beside each other: smaller ones are not read on a telephone 375 points wide (8 points each)."""

LINE_STEP = 1.5
"""From line to line, in heights of a character."""

Array = np.ndarray
Generator = np.random.Generator


@dataclass(frozen=True)
class Lettered:
    """A picture and what is written in it.

    Attributes:
        pixels: RGB uint8 (height, width, 3).
        lines: from the top down.
        size: height of a character as part of the picture's width.
        face: typeface.
    """

    pixels: Array
    lines: tuple[str, ...]
    size: float
    face: typeface.Face


def lettered(count: int, seed: int) -> Iterator[Lettered]:
    """Pictures with one to three lines of text each."""
    rng, lines = np.random.default_rng(seed), _corpus_lines()
    for _ in range(count):
        background = _backgrounds().any(rng, _canvas(rng))
        length = rng.integers(SHORTEST, LONGEST + 1)
        chosen = [lines[number][:length] for number in rng.integers(len(lines), size=rng.integers(1, 4))]
        yield _written(rng, background, chosen)


def photographs(count: int, seed: int) -> Iterator[Array]:
    """Crops of photographs, RGB uint8."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield _compressed(rng, _backgrounds().photo(rng, _canvas(rng)))


def drawings(count: int, seed: int) -> Iterator[Array]:
    """Flags, arms, emoji and icons on colours, patterns and photographs, RGB uint8; logos have letters."""
    rng, known = np.random.default_rng(seed), graphics.load_graphics()
    rows = known.rows(lambda graphic: graphic.kind != "logo")
    for _ in range(count):
        background = _backgrounds().any(rng, _canvas(rng))
        yield _compressed(rng, _with_drawing(rng, background, known.drawing(rows[rng.integers(len(rows))])))


@lru_cache(maxsize=1)
def _backgrounds() -> Backgrounds:
    return Backgrounds.load((*TRAINING_PHOTOS, *VALIDATION_PHOTOS, *BENCHMARK_PHOTOS))


def _corpus_lines() -> list[str]:
    """Pieces of the test bios, at most `LONGEST` characters long, that all typefaces can set."""
    settable = frozenset.intersection(*map(typeface.characters, typeface.CHINESE_TYPEFACES))
    lines = [line for text in texts("bio") for line in text.splitlines()]
    pieces = [line[start : start + LONGEST].strip() for line in lines for start in range(0, len(line), LONGEST)]
    return [piece for piece in pieces if len(piece) >= SHORTEST and settable.issuperset(piece)]


def _canvas(rng: Generator) -> tuple[int, int]:
    """Height and width of an avatar or of a cover."""
    side = int(rng.integers(240, 641))
    return (side, side) if rng.random() < 0.5 else (int(side * 0.8), int(side * 2.2))


def _written(rng: Generator, background: Array, lines: Sequence[str]) -> Lettered:
    """Lines centred below each other somewhere on a background, turned a little, compressed."""
    height, width = background.shape[:2]
    face = list(typeface.CHINESE_TYPEFACES)[rng.integers(len(typeface.CHINESE_TYPEFACES))]
    widest = max(typeface.width_of(line, 1, face) for line in lines)
    largest = min(0.9 * width / widest, 0.8 * height / (LINE_STEP * len(lines)))
    size = float(rng.uniform(min(width / PER_WIDTH, largest), largest))
    x = rng.uniform(0.5 * size * widest, width - 0.5 * size * widest)
    y = rng.uniform(size, max(size + 1, height - LINE_STEP * size * len(lines)))
    fill, halo = _colours(rng, background)
    rows = [typeface.text(line, x, y + LINE_STEP * size * row, size, fill, face) for row, line in enumerate(lines)]
    stroke = f'stroke="{halo}" stroke-width="{size / 12:.1f}" paint-order="stroke"' if rng.random() < 0.5 else ""
    turned = f'transform="rotate({rng.normal(0, 3):.1f} {x:.0f} {y:.0f})"'
    ink = _drawn((width, height), f"<g {turned} {stroke}>{''.join(rows)}</g>")
    return Lettered(_compressed(rng, _laid(background, ink)), tuple(lines), size / width, face)


def _colours(rng: Generator, background: Array) -> tuple[str, str]:
    """A colour that stands out, and one to stand between."""
    dark = background.mean() >= 128
    red, green, blue = rng.integers(0, 75, 3) if dark else rng.integers(180, 256, 3)
    return f"rgb({red},{green},{blue})", "#fff" if dark else "#000"


def _drawn(size: tuple[int, int], content: str) -> Array:
    """RGBA uint8 (height, width, 4)."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}">{content}</svg>'
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGBA"))


def _with_drawing(rng: Generator, background: Array, drawing: Array) -> Array:
    """The drawing somewhere on the background, four tenths to all of its shorter side large."""
    room = np.array(background.shape[:2])
    scale = rng.uniform(0.4, 1.0) * room.min() / max(drawing.shape[:2])
    size = np.maximum(1, np.array(drawing.shape[:2]) * scale).astype(int)
    top, left = rng.integers(0, room - size + 1)
    ink = np.zeros((*room, 4), np.uint8)
    ink[top : top + size[0], left : left + size[1]] = cv2.resize(drawing, size[::-1].tolist())
    return _laid(background, ink)


def _laid(background: Array, ink: Array) -> Array:
    share = ink[..., 3:].astype(np.float32) / 255
    return np.asarray(background * (1 - share) + ink[..., :3] * share)


def _compressed(rng: Generator, picture: Array) -> Array:
    stream = io.BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(stream, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(stream).convert("RGB"))
