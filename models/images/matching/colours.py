"""Whether a place has the colours of a drawing.

The encoder is taught to know an emblem again in other colours, and overlooks that the flags of Bahrain and Qatar differ
in little else. Where a picture keeps the colours they are evidence.
"""

from __future__ import annotations

import cv2
import numpy as np
import PIL.Image

COLOUR_SAMPLE_SIDE = 20
"""A picture is brought to so many pixels a side: its shades, without their details."""

SAME_COLOUR_DISTANCE = 12.0
"""Distance in CIELAB up to which two shades are one colour: artists draw the red of one flag that far apart."""

MAX_COLOUR_DISTANCE = 50.0
"""Distance in CIELAB from which one colour is no less like another than any is."""

MIN_OPACITY = 128
"""Least opacity, of 255, of pixels that a drawing shows."""

Array = np.ndarray


def crop_colours(pixels: Array) -> Array:
    """CIELAB colours, float32 (n, 3), of a picture, RGB uint8 (height, width, 3)."""
    small = cv2.resize(
        np.ascontiguousarray(pixels), (COLOUR_SAMPLE_SIDE, COLOUR_SAMPLE_SIDE), interpolation=cv2.INTER_AREA
    )
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab.reshape(-1, 3))


def drawing_colours(drawing: Array) -> Array:
    """The same of what a drawing shows, RGBA uint8 (height, width, 4)."""
    small = np.asarray(
        PIL.Image.fromarray(drawing).resize((COLOUR_SAMPLE_SIDE, COLOUR_SAMPLE_SIDE), PIL.Image.Resampling.BOX)
    )
    shades = crop_colours(small[..., :3])
    shown = small[..., 3].reshape(-1) >= MIN_OPACITY
    return shades[shown] if shown.any() else shades


def colour_distance(drawing: Array, place: Array) -> float:
    """How far a drawing's colours are from those that a place has: 0 where it has them all, 1 where it has none.

    What else the place has, such as a ground, does not count.

    Args:
        drawing, place: float32 (n, 3), as above.
    """
    squares = (drawing**2).sum(axis=1)[:, None] + (place**2).sum(axis=1)[None] - 2 * drawing @ place.T
    nearest = np.sqrt(np.maximum(squares.min(axis=1), 0))
    return float(
        (np.clip(nearest, SAME_COLOUR_DISTANCE, MAX_COLOUR_DISTANCE) - SAME_COLOUR_DISTANCE).mean()
        / (MAX_COLOUR_DISTANCE - SAME_COLOUR_DISTANCE)
    )
