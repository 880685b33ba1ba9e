"""Chooses the background of a partly transparent picture.

Most pages and JPEG conversions put white behind transparency. A white emblem would vanish there and escape detection,
so another background is used where white hides more of the picture.
"""

from __future__ import annotations

import numpy as np
import PIL.Image

from models.arrays import Pixels

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
DARK: Colour = (32, 32, 32)
GREY: Colour = (128, 128, 128)

_MIN_VISIBLE_DIFFERENCE = 48
"""Levels of 255: a smaller channel difference is hard to see; white and pale yellow differ by more."""
_SAMPLES = (64, 64)


def flatten(picture: PIL.Image.Image, background: Colour) -> PIL.Image.Image:
    """An RGBA picture on a background of one colour, as RGB."""
    ground = PIL.Image.new("RGB", picture.size, background)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def on_clearest_background(picture: PIL.Image.Image) -> Pixels:
    """An RGBA picture on its `clearest_background`: RGB, uint8 (height, width, 3)."""
    return np.array(flatten(picture, clearest_background(picture)))


def clearest_background(picture: PIL.Image.Image) -> Colour:
    """White, dark or grey: the background that hides least of an RGBA picture; white where they are about equal."""
    return min((WHITE, DARK, GREY), key=lambda background: round(hidden_share(picture, background), 1))


def hidden_share(picture: PIL.Image.Image, background: Colour) -> float:
    """Share of an RGBA picture's opaque area that cannot be told from a background, in [0, 1]."""
    samples = np.asarray(picture.resize(_SAMPLES, PIL.Image.Resampling.NEAREST), dtype=np.int16)
    planes = np.ascontiguousarray(samples.reshape(-1, 4).T)
    alpha = planes[3].astype(np.int64)
    red, green, blue = np.abs(planes[:3] - np.array(background, np.int16)[:, None]) < _MIN_VISIBLE_DIFFERENCE
    return float(alpha[red & green & blue].sum() / max(alpha.sum(), 1))
