"""Lines of type, whose square surroundings are mostly empty.

Windows are squares. Of one around a masthead nine tenths may be ground, so that its letters, all that tells it from
another masthead, are too small to be seen. Where a place shows one strip and a plain ground, only the strip is looked
at.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.profile import Box

MIN_STRIP_ASPECT = 3.5
"""Least ratio of a strip's sides: more than what is left of a flag whose one band has the ground's colour."""

STRIP_SEARCH_SIDE = 128
"""Longest side at which a strip is looked for."""

STROKE_THRESHOLD = 0.2
"""Of the busiest row's strokes, from which a row belongs to the strip."""

MAX_GROUND_RANGE, GROUND_OUTLIERS = 40.0, 0.01
"""Between the darkest and the brightest of a ground, in each channel, its shading taken away, and part of it that is
left out at either end: noise, the edge of a sticker and a mark no higher than the letters pass, a larger part of an
emblem does not."""

STRIP_MARGIN = 0.25
"""Of a strip's height, what is kept around it."""

Array = np.ndarray


def find_strip(pixels: Array) -> Box | None:
    """The strip on plain ground that a picture shows, lying or upright, with a little around it; none in another.

    Args:
        pixels: RGB, uint8 (height, width, 3).
    """
    scale = STRIP_SEARCH_SIDE / max(pixels.shape[:2])
    height, width = (max(round(side * scale), 1) for side in pixels.shape[:2])
    small = cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=cv2.INTER_AREA)
    lying = _lying(small)
    if lying:
        return lying
    upright = _lying(np.ascontiguousarray(small.swapaxes(0, 1)))
    return upright and (upright[1], upright[0], upright[3], upright[2])


def _lying(picture: Array) -> Box | None:
    height, width = picture.shape[:2]
    if width < 2:
        return None
    # Letters change from left to right in each of their rows, and bands of a flag only from row to row.
    change = cv2.absdiff(picture[:, 1:], picture[:, :-1])
    strokes = np.maximum(np.maximum(change[..., 0], change[..., 1]), change[..., 2])
    top, bottom = _outstanding(strokes.mean(axis=1))
    left, right = _outstanding(strokes[top:bottom].mean(axis=0))
    around = STRIP_MARGIN * (bottom - top)
    box = (max(left - around, 0), max(top - around, 0), min(right + 1 + around, width), min(bottom + around, height))
    if box[2] - box[0] < MIN_STRIP_ASPECT * (box[3] - box[1]) or not _is_plain(picture, top, bottom):
        return None
    return (box[0] / width, box[1] / height, box[2] / width, box[3] / height)


def _outstanding(values: Array) -> tuple[int, int]:
    """From the first to behind the last that is well above most."""
    usual = np.median(values)
    places = np.flatnonzero(values - usual > STROKE_THRESHOLD * (values.max() - usual))
    return (int(places[0]), int(places[-1]) + 1) if len(places) else (0, len(values))


def _is_plain(picture: Array, top: int, bottom: int) -> bool:
    """Whether all above and below a strip is of one colour, but for shading."""
    height, width = picture.shape[:2]
    beside = np.r_[: max(top - 2, 0), min(bottom + 2, height) : height]  # the nearest rows have a share of the letters
    if not len(beside):
        return False
    ground = cv2.blur(picture.astype(np.float32), (3, 3))[beside].reshape(-1, 3)
    y, x = (side.ravel() for side in np.meshgrid(beside / height, np.arange(width) / width, indexing="ij"))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    shading = terms @ np.linalg.lstsq(terms, ground, rcond=None)[0]
    dark, bright = np.quantile(ground - shading, (GROUND_OUTLIERS, 1 - GROUND_OUTLIERS), axis=0)
    return bool((bright - dark).max() <= MAX_GROUND_RANGE)
