"""Colour distance between a crop and a drawing.

The encoder is trained to recognise recoloured emblems, so it overlooks differences of colour alone. Yet the flags of
Bahrain and Qatar differ in little else. A picture that keeps a drawing's colours is evidence for it.
"""

from __future__ import annotations

import cv2
import numpy as np
import PIL.Image

from models.arrays import Float32, Pixels

COLOUR_SAMPLE_SIDE = 20
"""Pixels a side to which a picture is reduced: its colours without its details."""

SAME_COLOUR_DISTANCE = 12.0
"""CIELAB distance up to which two shades are one colour; drawings of one flag differ by as much."""

MAX_COLOUR_DISTANCE = 50.0
"""CIELAB distance at which colours are as different as any two."""

MIN_OPACITY = 128
"""Least alpha, of 255, of the pixels that a drawing shows."""


def crop_colours(pixels: Pixels) -> Float32:
    """CIELAB colours, float32 (n, 3), of a crop, RGB uint8 (height, width, 3)."""
    side = COLOUR_SAMPLE_SIDE
    small = cv2.resize(np.ascontiguousarray(pixels), (side, side), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab.reshape(-1, 3))


def drawing_colours(drawing: Pixels) -> Float32:
    """CIELAB colours, float32 (n, 3), of the opaque part of a drawing, RGBA uint8 (height, width, 4)."""
    size = (COLOUR_SAMPLE_SIDE, COLOUR_SAMPLE_SIDE)
    small = np.asarray(PIL.Image.fromarray(drawing).resize(size, PIL.Image.Resampling.BOX))
    colours = crop_colours(small[..., :3])
    shown = small[..., 3].reshape(-1) >= MIN_OPACITY
    return colours[shown] if shown.any() else colours


def colour_distance(drawing: Float32, crop: Float32) -> float:
    """Mean distance of a drawing's colours from the nearest of a crop: 0 if the crop has them all, 1 if it has none.

    Other colours of the crop, such as its background, do not count.

    Args:
        drawing: float32 (n, 3), from `drawing_colours`.
        crop: float32 (m, 3), from `crop_colours`.
    """
    squares = (drawing**2).sum(axis=1)[:, None] + (crop**2).sum(axis=1)[None] - 2 * drawing @ crop.T
    nearest = np.sqrt(np.maximum(squares.min(axis=1), 0))
    clipped = np.clip(nearest, SAME_COLOUR_DISTANCE, MAX_COLOUR_DISTANCE) - SAME_COLOUR_DISTANCE
    return float(clipped.mean() / (MAX_COLOUR_DISTANCE - SAME_COLOUR_DISTANCE))
