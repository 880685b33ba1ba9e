"""Synthetic avatars and covers with lines of text, and pictures without any, to measure text recognition on.

Texts are those of the labelled test bios, typefaces those of the emblems' drawings. Photographs and graphics are those
that the image model is made with. Everything is drawn from a seed.
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

from models.arrays import Pixels
from models.profile import Field
from training.images.drawings import type as typeface
from training.images.sources import graphics
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, TRAINING_PHOTOS, VALIDATION_PHOTOS, Backgrounds
from training.text.data.corpus import Split, read_split

MAX_LINE_LENGTH, MIN_LINE_LENGTH = 16, 4
"""Characters in a line."""

MAX_CHARACTERS_ACROSS = 45
"""Characters that fit beside each other: smaller ones are illegible on a telephone 375 points wide (8 points each)."""

LINE_SPACING = 1.5
"""Distance from line to line, in heights of a character."""

Generator = np.random.Generator


@dataclass(frozen=True)
class TextPicture:
    """A picture and the lines of text in it.

    Attributes:
        pixels: RGB uint8 (height, width, 3).
        lines: from the top down.
        size: height of a character as a fraction of the picture's width.
        face: typeface.
    """

    pixels: Pixels
    lines: tuple[str, ...]
    size: float
    face: typeface.Face


def text_pictures(count: int, seed: int) -> Iterator[TextPicture]:
    """Pictures with one to three lines of text each."""
    rng, lines = np.random.default_rng(seed), _corpus_lines()
    for _ in range(count):
        background = _backgrounds().any(rng, _canvas(rng))
        length = rng.integers(MIN_LINE_LENGTH, MAX_LINE_LENGTH + 1)
        chosen = [lines[number][:length] for number in rng.integers(len(lines), size=rng.integers(1, 4))]
        yield _with_lines(rng, background, chosen)


def photographs(count: int, seed: int) -> Iterator[Pixels]:
    """Crops of photographs, RGB uint8."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield _compressed(rng, _backgrounds().photo(rng, _canvas(rng)))


def drawings(count: int, seed: int) -> Iterator[Pixels]:
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
    """Pieces of the test bios, at most `MAX_LINE_LENGTH` characters long, that all typefaces can set."""
    settable = frozenset.intersection(*map(typeface.characters, typeface.CHINESE_TYPEFACES))
    bios = [case.text for case in read_split(Split.TEST) if case.field is Field.BIO]
    lines = [line for bio in bios for line in bio.splitlines()]
    pieces = [
        line[start : start + MAX_LINE_LENGTH].strip()
        for line in lines
        for start in range(0, len(line), MAX_LINE_LENGTH)
    ]
    return [piece for piece in pieces if len(piece) >= MIN_LINE_LENGTH and settable.issuperset(piece)]


def _canvas(rng: Generator) -> tuple[int, int]:
    """Height and width of an avatar or of a cover."""
    side = int(rng.integers(240, 641))
    return (side, side) if rng.random() < 0.5 else (int(side * 0.8), int(side * 2.2))


def _with_lines(rng: Generator, background: Pixels, lines: Sequence[str]) -> TextPicture:
    """Centred lines at a random position on a background, rotated a little, compressed as JPEG."""
    height, width = background.shape[:2]
    face = list(typeface.CHINESE_TYPEFACES)[rng.integers(len(typeface.CHINESE_TYPEFACES))]
    widest = max(typeface.width_of(line, 1, face) for line in lines)
    largest = min(0.9 * width / widest, 0.8 * height / (LINE_SPACING * len(lines)))
    size = float(rng.uniform(min(width / MAX_CHARACTERS_ACROSS, largest), largest))
    x = rng.uniform(0.5 * size * widest, width - 0.5 * size * widest)
    y = rng.uniform(size, max(size + 1, height - LINE_SPACING * size * len(lines)))
    fill, halo = _colours(rng, background)
    rows = [typeface.text(line, x, y + LINE_SPACING * size * row, size, fill, face) for row, line in enumerate(lines)]
    stroke = f'stroke="{halo}" stroke-width="{size / 12:.1f}" paint-order="stroke"' if rng.random() < 0.5 else ""
    turned = f'transform="rotate({rng.normal(0, 3):.1f} {x:.0f} {y:.0f})"'
    ink = _rasterized((width, height), f"<g {turned} {stroke}>{''.join(rows)}</g>")
    return TextPicture(_compressed(rng, _composited(background, ink)), tuple(lines), size / width, face)


def _colours(rng: Generator, background: Pixels) -> tuple[str, str]:
    """Fill and outline, as CSS colours: the fill contrasts with the background, the outline with the fill."""
    dark = background.mean() >= 128
    red, green, blue = rng.integers(0, 75, 3) if dark else rng.integers(180, 256, 3)
    return f"rgb({red},{green},{blue})", "#fff" if dark else "#000"


def _rasterized(size: tuple[int, int], content: str) -> Pixels:
    """RGBA uint8 (height, width, 4)."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}">{content}</svg>'
    return np.asarray(Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("RGBA"))


def _with_drawing(rng: Generator, background: Pixels, drawing: Pixels) -> Pixels:
    """The drawing at a random position, as large as 0.4 to 1.0 of the background's shorter side."""
    space = np.array(background.shape[:2])
    scale = rng.uniform(0.4, 1.0) * space.min() / max(drawing.shape[:2])
    size = np.maximum(1, np.array(drawing.shape[:2]) * scale).astype(int)
    top, left = rng.integers(0, space - size + 1)
    ink = np.zeros((*space, 4), np.uint8)
    ink[top : top + size[0], left : left + size[1]] = cv2.resize(drawing, size[::-1].tolist())
    return _composited(background, ink)


def _composited(background: Pixels, ink: Pixels) -> Pixels:
    share = ink[..., 3:].astype(np.float32) / 255
    return np.asarray(background * (1 - share) + ink[..., :3] * share)


def _compressed(rng: Generator, picture: Pixels) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(stream, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(stream).convert("RGB"))
