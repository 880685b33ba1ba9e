"""What the benchmark's pictures are composed with: a generator, grounds, letters, and where the emblem was put.

Nearly all of it is Pillow's and resvg's, where the trainer's generator (`augmentations.py`) is OpenCV's: a test made by
the trainer's own code would measure how well that code was learnt by heart. Shared are how photographs are cropped and
lit (`backgrounds.py`; other photographs), and the shapes and typefaces that signs are made of (`drawings/`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFont

from models.profile import Box, Field
from training.images.drawings.type import CHINESE_TYPEFACES, Face, text, width_of
from training.images.sources.backgrounds import Backgrounds

AVATAR, COVER = (400, 400), (900, 300)
"""Widths and heights in pixels of the pictures made."""

Picture = Image.Image
Generator = np.random.Generator
Array = np.ndarray
Size = tuple[int, int]
"""Width and height in pixels."""
Colour = tuple[int, int, int]
Choice = TypeVar("Choice")

MAX_LENGTH_SHARE = 0.95
"""Of the side of the largest square: how long a wordmark is set that is many times as long as high."""

TYPEFACES: tuple[Face, ...] = tuple(CHINESE_TYPEFACES)


@dataclass(frozen=True)
class Composition:
    """A picture that shows a drawing.

    Attributes:
        picture: RGB.
        box: around the drawing, as fractions of the picture.
    """

    picture: Picture
    box: Box

    def with_picture(self, picture: Picture) -> Composition:
        """Another picture of the same size, the drawing at the same place."""
        return replace(self, picture=picture)


@dataclass(frozen=True)
class Scene:
    """What a picture is made with.

    Attributes:
        rng: the source of everything random.
        backgrounds: photographs that training never saw.
        other: draws a graphic that nobody protects, RGBA.
        portrait: draws a person, RGBA.
        faces: typefaces of the project; without any, Pillow's own is used, which has no Chinese.
        flags: uint8 (n, 12, 12, 3), thumbnails of all flags, which no harmless picture may come near.
    """

    rng: Generator
    backgrounds: Backgrounds
    other: Callable[[], Picture]
    portrait: Callable[[], Picture]
    faces: Sequence[Face] = ()
    flags: Array | None = None

    def photo(self, size: Size = AVATAR) -> Picture:
        """A random part of a photograph."""
        return Image.fromarray(self.backgrounds.photo(self.rng, size[::-1]))

    def plain(self, size: Size = AVATAR) -> Picture:
        """White or a random colour."""
        white = self.rng.random() < 0.4
        return Image.new("RGB", size, "white" if white else self.colour())

    def colour(self) -> Colour:
        """Any colour."""
        red, green, blue = map(int, self.rng.integers(0, 256, 3))
        return red, green, blue

    def between(self, low: float, high: float) -> float:
        """A uniform number."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return bool(self.rng.random() < share)

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of them, all equally likely."""
        return choices[int(self.rng.integers(len(choices)))]

    def letters(self, word: str, colour: Colour) -> Picture:
        """A word in one of the typefaces, RGBA, trimmed, 200 pixels high before trimming."""
        if not self.faces:
            return _default_letters(word, colour)
        face = self.pick(self.faces)
        width = width_of(word, 200, face)
        svg = text(word, width / 2, 190, 200, hexadecimal(colour), face)
        return trimmed(rasterised(f'<svg {NAMESPACE} viewBox="0 0 {width:.0f} 260">{svg}</svg>', round(width)))


NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


def field_of(picture: Picture) -> Field:
    """Where such a picture would stand in a profile."""
    return Field.COVER if picture.width > 2 * picture.height else Field.AVATAR


def hexadecimal(colour: Colour) -> str:
    """As SVG writes a colour."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def rasterised(svg: str, width: int) -> Picture:
    """An SVG as RGBA pixels.

    Raises:
        ValueError: it cannot be drawn.
    """
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def trimmed(drawing: Picture) -> Picture:
    """Without its transparent margins."""
    return drawing.crop(drawing.getchannel("A").getbbox() or (0, 0, *drawing.size))


def placed(ground: Picture, drawing: Picture, share: float, center: tuple[float, float] | None = None) -> Composition:
    """The drawing on the ground, by `share` as large as the largest square there; a long one is longer than that.

    Args:
        ground: RGB.
        drawing: RGBA.
        share: of the square's side; above 1, the drawing runs over the edge.
        center: in pixels of the ground, by default its middle.
    """
    inked = trimmed(drawing)
    width, height = size = scaled(ground, inked, share)
    smaller = inked.resize(size, Image.Resampling.LANCZOS)
    x, y = center or (ground.width / 2, ground.height / 2)
    left, top = round(x - width / 2), round(y - height / 2)
    picture = ground.convert("RGB")
    picture.paste(smaller, (left, top), smaller)
    return Composition(picture, fractions((left, top, left + width, top + height), ground.size))


def scaled(ground: Picture, inked: Picture, share: float) -> Size:
    """Width and height in pixels of a drawing whose area is that of a square of this share, but not longer than the
    largest square.
    """
    square = min(ground.size)
    scale = share * square / (inked.width * inked.height) ** 0.5
    scale = min(scale, max(share, MAX_LENGTH_SHARE) * square / max(inked.size))
    return max(1, round(inked.width * scale)), max(1, round(inked.height * scale))


def fractions(corners: tuple[float, float, float, float], size: Size) -> Box:
    """Pixels (left, top, right, bottom) as fractions of a picture, cut at its edges."""
    left, top, right, bottom = (
        min(max(value / side, 0.0), 1.0) for value, side in zip(corners, (*size, *size), strict=True)
    )
    return left, top, right, bottom


def somewhere(scene: Scene, ground: Picture, drawing: Picture, share: float) -> Composition:
    """The drawing anywhere on the ground, but whole."""
    width, height = scaled(ground, trimmed(drawing), share)
    center = (
        scene.between(width / 2, ground.width - width / 2),
        scene.between(height / 2, ground.height - height / 2),
    )
    return placed(ground, drawing, share, center)


def tinted(drawing: Picture, colour: Colour) -> Picture:
    """Its shape in one colour, RGBA."""
    flat = Image.new("RGBA", drawing.size, (*colour, 255))
    flat.putalpha(drawing.getchannel("A"))
    return flat


def _default_letters(word: str, colour: Colour) -> Picture:
    font = ImageFont.load_default(200)
    left, top, right, bottom = map(round, font.getbbox(word))
    drawing = Image.new("RGBA", (right + 1, bottom + 1))
    ImageDraw.Draw(drawing).text((0, 0), word, colour, font)
    return drawing.crop((left, top, right + 1, bottom + 1))
