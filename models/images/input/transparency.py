"""What stands behind a picture that is partly transparent.

A picture with an alpha channel has no look of its own until something is put behind it. White is what most pages and
most JPEG conversions put there, but an emblem drawn in white would then vanish and pass unseen, so another background
is taken where white hides more of the picture.
"""

from __future__ import annotations

import numpy as np
import PIL.Image

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
DARK: Colour = (32, 32, 32)
GREY: Colour = (128, 128, 128)

_LIKE_BACKGROUND = 48
"""A channel difference below this is hard to see; white and pale yellow differ by more."""
_SAMPLES = (64, 64)


def flatten(picture: PIL.Image.Image, background: Colour) -> PIL.Image.Image:
    """An RGBA picture laid on one colour, as RGB."""
    ground = PIL.Image.new("RGB", picture.size, background)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def on_clearest_background(picture: PIL.Image.Image) -> np.ndarray:
    """An RGBA picture as it is looked at, RGB, uint8 (height, width, 3)."""
    return np.array(flatten(picture, clearest_background(picture)))


def clearest_background(picture: PIL.Image.Image) -> Colour:
    """White, dark or grey: the one on which least of an RGBA picture vanishes, white where they are about equal."""
    samples = np.asarray(picture.resize(_SAMPLES, PIL.Image.Resampling.NEAREST), dtype=np.int16)
    return min((WHITE, DARK, GREY), key=lambda background: round(_vanishing(samples, background), 1))


def _vanishing(samples: np.ndarray, background: Colour) -> float:
    alpha = samples[..., 3].astype(np.float64)
    alike = np.abs(samples[..., :3] - np.array(background)).max(axis=-1) < _LIKE_BACKGROUND
    return float((alpha * alike).sum() / max(alpha.sum(), 1.0))
