"""Composes the benchmark's pictures: grounds, letters, graphics, and the emblem at a known box.

It draws with Pillow and resvg, training with OpenCV (`augmentations.py`): a test made by the training code would
measure how well that code was memorised. Both share the crops and light of photographs (`backgrounds.py`, with other
photographs) and the shapes and typefaces of signs (`drawings/`).
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
from training.images.synthesis.flag_likeness import Thumbnail

AVATAR, COVER = (400, 400), (900, 300)
"""Widths and heights of pictures in pixels."""

Picture = Image.Image
Generator = np.random.Generator
Size = tuple[int, int]
"""Width and height in pixels."""
Colour = tuple[int, int, int]
Choice = TypeVar("Choice")

MAX_LENGTH_SHARE = 0.95
"""Greatest length of a drawing much longer than high, as a fraction of the picture's shorter side."""

TYPEFACES: tuple[Face, ...] = tuple(CHINESE_TYPEFACES)
"""Typefaces of the benchmark's letters."""

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


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
        """A composition with another picture of the same size, the drawing at the same box."""
        return replace(self, picture=picture)


@dataclass(frozen=True)
class Scene:
    """The random source and the material of one picture.

    Attributes:
        rng: source of all randomness.
        backgrounds: photographs that training never saw.
        other: returns a random graphic that nobody protects, RGBA.
        portrait: returns a random generated avatar, RGBA.
        faces: typefaces; without any, Pillow's own is used, which has no Chinese characters.
        flags: thumbnails of all flags, int16 (n, 12, 12, 3); no negative may resemble one.
    """

    rng: Generator
    backgrounds: Backgrounds
    other: Callable[[], Picture]
    portrait: Callable[[], Picture]
    faces: Sequence[Face] = ()
    flags: Thumbnail | None = None

    def photo(self, size: Size = AVATAR) -> Picture:
        """A random crop of a random photograph, RGB."""
        return Image.fromarray(self.backgrounds.photo(self.rng, size[::-1]))

    def plain(self, size: Size = AVATAR) -> Picture:
        """A ground of one colour: white, or random."""
        is_white = self.rng.random() < 0.4
        return Image.new("RGB", size, "white" if is_white else self.colour())

    def colour(self) -> Colour:
        """A random colour."""
        red, green, blue = map(int, self.rng.integers(0, 256, 3))
        return red, green, blue

    def between(self, low: float, high: float) -> float:
        """A uniformly distributed number."""
        return float(self.rng.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return bool(self.rng.random() < probability)

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of several, all equally likely."""
        return choices[int(self.rng.integers(len(choices)))]

    def letters(self, word: str, colour: Colour) -> Picture:
        """A word in a random typeface of 200 pixels, RGBA, trimmed."""
        if not self.faces:
            return _default_letters(word, colour)
        face = self.pick(self.faces)
        width = width_of(word, 200, face)
        svg = text(word, width / 2, 190, 200, hexadecimal(colour), face)
        return trimmed(rasterised(f'<svg {NAMESPACE} viewBox="0 0 {width:.0f} 260">{svg}</svg>', round(width)))


def field_of(picture: Picture) -> Field:
    """The profile's field for a picture of this shape: cover or avatar."""
    return Field.COVER if picture.width > 2 * picture.height else Field.AVATAR


def hexadecimal(colour: Colour) -> str:
    """A colour as SVG writes it, such as "#c8141e"."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def rasterised(svg: str, width: int) -> Picture:
    """An SVG as a picture, RGBA, `width` pixels wide.

    Raises:
        ValueError: it cannot be drawn.
    """
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True)
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def trimmed(drawing: Picture) -> Picture:
    """A drawing without its transparent margins."""
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
    """Width and height in pixels of a drawing of the same area as a square of this share.

    Long drawings are limited to `MAX_LENGTH_SHARE` of the ground's shorter side.
    """
    square = min(ground.size)
    scale = share * square / (inked.width * inked.height) ** 0.5
    scale = min(scale, max(share, MAX_LENGTH_SHARE) * square / max(inked.size))
    return max(1, round(inked.width * scale)), max(1, round(inked.height * scale))


def fractions(corners: tuple[float, float, float, float], size: Size) -> Box:
    """A box in pixels (left, top, right, bottom) as fractions of a picture, clipped to it."""
    left, top, right, bottom = (
        min(max(value / side, 0.0), 1.0) for value, side in zip(corners, (*size, *size), strict=True)
    )
    return left, top, right, bottom


def somewhere(scene: Scene, ground: Picture, drawing: Picture, share: float) -> Composition:
    """The drawing anywhere on the ground, uncut; arguments as for `placed`."""
    width, height = scaled(ground, trimmed(drawing), share)
    center = (
        scene.between(width / 2, ground.width - width / 2),
        scene.between(height / 2, ground.height - height / 2),
    )
    return placed(ground, drawing, share, center)


def tinted(drawing: Picture, colour: Colour) -> Picture:
    """The shape of a drawing in one colour, RGBA."""
    flat = Image.new("RGBA", drawing.size, (*colour, 255))
    flat.putalpha(drawing.getchannel("A"))
    return flat


def _default_letters(word: str, colour: Colour) -> Picture:
    font = ImageFont.load_default(200)
    left, top, right, bottom = map(round, font.getbbox(word))
    drawing = Image.new("RGBA", (right + 1, bottom + 1))
    ImageDraw.Draw(drawing).text((0, 0), word, colour, font)
    return drawing.crop((left, top, right + 1, bottom + 1))
