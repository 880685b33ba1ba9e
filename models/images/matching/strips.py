"""Finds lines of type on plain ground, such as mastheads.

Windows are squares. Nine tenths of the square around a masthead may be background, so its letters become too small to
tell it from another. Where a region shows one strip on a plain ground, only the strip is cropped.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float64, Pixels
from models.profile import Box

MIN_STRIP_ASPECT = 3.5
"""Least ratio of a strip's sides; a flag with one band in the background's colour is less elongated."""

STRIP_SEARCH_SIDE = 128
"""Longest side in pixels of the picture in which a strip is sought."""

STROKE_THRESHOLD = 0.2
"""Stroke density, relative to the busiest row's, from which a row belongs to the strip."""

MAX_GROUND_RANGE = 40.0
"""Greatest range of a plain ground in each channel, in grey levels of 255, after its shading is removed."""

GROUND_OUTLIERS = 0.01
"""Fraction of ground pixels ignored at either end: noise passes, a large part of an emblem does not."""

STRIP_MARGIN = 0.25
"""Margin around a strip, as a fraction of its height."""


def find_strip(pixels: Pixels) -> Box | None:
    """The horizontal or vertical strip that a picture shows on plain ground, with a margin; None without one.

    Args:
        pixels: RGB, uint8 (height, width, 3).
    """
    scale = STRIP_SEARCH_SIDE / max(pixels.shape[:2])
    height, width = (max(round(side * scale), 1) for side in pixels.shape[:2])
    small = np.asarray(cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=cv2.INTER_AREA))
    horizontal = _horizontal_strip(small)
    if horizontal:
        return horizontal
    vertical = _horizontal_strip(np.ascontiguousarray(small.swapaxes(0, 1)))
    return vertical and (vertical[1], vertical[0], vertical[3], vertical[2])


def _horizontal_strip(picture: Pixels) -> Box | None:
    height, width = picture.shape[:2]
    if width < 2:
        return None
    # Letters change from left to right in each of their rows; the bands of a flag change only from row to row.
    change = cv2.absdiff(picture[:, 1:], picture[:, :-1])
    strokes = np.maximum(np.maximum(change[..., 0], change[..., 1]), change[..., 2])
    top, bottom = _busy_range(strokes.mean(axis=1))
    left, right = _busy_range(strokes[top:bottom].mean(axis=0))
    margin = STRIP_MARGIN * (bottom - top)
    box = (max(left - margin, 0), max(top - margin, 0), min(right + 1 + margin, width), min(bottom + margin, height))
    if box[2] - box[0] < MIN_STRIP_ASPECT * (box[3] - box[1]) or not _is_plain(picture, top, bottom):
        return None
    return (box[0] / width, box[1] / height, box[2] / width, box[3] / height)


def _busy_range(values: Float64) -> tuple[int, int]:
    """Start and end of the range of values well above the median; all where there is none."""
    median = np.median(values)
    busy = np.flatnonzero(values - median > STROKE_THRESHOLD * (values.max() - median))
    return (int(busy[0]), int(busy[-1]) + 1) if len(busy) else (0, len(values))


def _is_plain(picture: Pixels, top: int, bottom: int) -> bool:
    """True if everything above and below a strip has one colour, up to smooth shading."""
    height, width = picture.shape[:2]
    rows = np.r_[: max(top - 2, 0), min(bottom + 2, height) : height]  # rows next to the strip blend with its letters
    if not len(rows):
        return False
    ground = np.asarray(cv2.blur(picture.astype(np.float32), (3, 3)))[rows].reshape(-1, 3)
    y, x = (side.ravel() for side in np.meshgrid(rows / height, np.arange(width) / width, indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    shading = terms @ np.linalg.lstsq(terms, ground, rcond=None)[0]
    dark, bright = np.quantile(ground - shading, (GROUND_OUTLIERS, 1 - GROUND_OUTLIERS), axis=0)
    return bool((bright - dark).max() <= MAX_GROUND_RANGE)
