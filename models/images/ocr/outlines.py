"""Where lines of text stand, from a map that says of every pixel how likely it belongs to a line.

Source: differentiable binarisation (Liao et al. 2020): the network is trained on the cores of lines, shrunk so that
neighbours do not touch, and what is found is grown again by as much. The core of a line is taken as a rectangle, which
grows into a rectangle, so that nothing more than OpenCV is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

TEXT_THRESHOLD, LINE_THRESHOLD, UNCLIP_RATIO = 0.3, 0.5, 1.6
"""PP-OCR's own choices: probability of a pixel and of a line, and how much a line's core grows to its outline."""

MIN_CORE_SIDE = 3
"""Pixels, of the map and of the picture: what is smaller is noise."""

MAX_CORES = 1_000
"""Looked at in one picture, as PP-OCR does: noise may have any number."""

Array = np.ndarray


def outlines(probabilities: Array, height: int, width: int) -> list[Array]:
    """Corners of every line, each float32 (4, 2): x and y in pixels of the picture, clockwise from the top left.

    Args:
        probabilities: float32 (rows, columns), of the whole picture.
        height, width: of the picture, in pixels.
    """
    rows, columns = probabilities.shape
    scale = np.array([width / columns, height / rows])
    edge = np.array([width, height]) - 1
    found = (_clockwise(np.clip(np.round(corners * scale), 0, edge)) for corners in _lines(probabilities))
    return [corners for corners in found if min(_sides(corners)) > MIN_CORE_SIDE]


def aspect(corners: Array) -> float:
    """A line's length over its height, of corners as `outlines` gives them."""
    across, down = _sides(corners)
    return across / down


def _lines(probabilities: Array) -> Iterator[Array]:
    """Corners of every line in the map, float32 (4, 2)."""
    mask = cv2.dilate((probabilities > TEXT_THRESHOLD).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours[:MAX_CORES]:
        middle, (across, down), angle = cv2.minAreaRect(contour)
        core = cv2.boxPoints((middle, (across, down), angle))
        if min(across, down) >= MIN_CORE_SIDE and _mean(probabilities, core) >= LINE_THRESHOLD:
            grown = UNCLIP_RATIO * across * down / (across + down)  # on both sides, of area over circumference
            yield cv2.boxPoints((middle, (across + grown, down + grown), angle))


def _mean(probabilities: Array, corners: Array) -> float:
    """Mean probability between four corners."""
    last = np.array(probabilities.shape[::-1]) - 1
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, last).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, last).astype(int) + 1
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return cv2.mean(probabilities[top:bottom, left:right], mask)[0]


def _clockwise(corners: Array) -> Array:
    """Corners from the top left on, float32 (4, 2)."""
    by_x = corners[np.argsort(corners[:, 0])]
    left, right = (pair[np.argsort(pair[:, 1])] for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _sides(corners: Array) -> tuple[float, float]:
    """How long a line is, and how high."""
    return float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[3] - corners[0]))
