"""Converts the text detector's probability map to outlines of lines.

Source: differentiable binarisation (Liao et al. 2020). The network is trained on shrunk cores of lines, so that
neighbours do not touch; detected cores are expanded by the same amount. Cores are approximated by rectangles, so OpenCV
suffices.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from models.arrays import Float32

TEXT_THRESHOLD, LINE_THRESHOLD, UNCLIP_RATIO = 0.3, 0.5, 1.6
"""PP-OCR's defaults: probability of a pixel, mean probability of a line, expansion from core to outline."""

MIN_CORE_SIDE = 3
"""Shortest side of a core (map pixels) and of an outline (picture pixels); smaller ones are noise."""

MAX_CORES = 1_000
"""Cores evaluated per picture, PP-OCR's default; noise may have any number."""


def outlines(probabilities: Float32, height: int, width: int) -> list[Float32]:
    """Corners of every line, each float32 (4, 2): x and y in pixels of the picture, clockwise from the top left.

    Args:
        probabilities: float32 (rows, columns), the map of the whole picture.
        height, width: size of the picture, in pixels.
    """
    rows, columns = probabilities.shape
    scale = np.array([width / columns, height / rows])
    edge = np.array([width, height]) - 1
    found = (_clockwise(np.clip(np.round(corners * scale), 0, edge)) for corners in _lines(probabilities))
    return [corners for corners in found if min(_sides(corners)) > MIN_CORE_SIDE]


def aspect(corners: Float32) -> float:
    """Length over height of a line with the corners that `outlines` returns."""
    across, down = _sides(corners)
    return across / down


def _lines(probabilities: Float32) -> Iterator[Float32]:
    """Corners of every line in the map, float32 (4, 2)."""
    mask = cv2.dilate((probabilities > TEXT_THRESHOLD).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours[:MAX_CORES]:
        middle, (across, down), angle = cv2.minAreaRect(contour)
        core = cv2.boxPoints((middle, (across, down), angle))
        if min(across, down) >= MIN_CORE_SIDE and _mean(probabilities, core) >= LINE_THRESHOLD:
            expansion = UNCLIP_RATIO * across * down / (across + down)  # both sides: twice area over perimeter
            yield cv2.boxPoints((middle, (across + expansion, down + expansion), angle))


def _mean(probabilities: Float32, corners: Float32) -> float:
    """Mean probability within four corners."""
    last = np.array(probabilities.shape[::-1]) - 1
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, last).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, last).astype(int) + 1
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return cv2.mean(probabilities[top:bottom, left:right], mask)[0]


def _clockwise(corners: Float32) -> Float32:
    """Corners ordered clockwise from the top left, float32 (4, 2)."""
    by_x = corners[np.argsort(corners[:, 0])]
    left, right = (pair[np.argsort(pair[:, 1])] for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _sides(corners: Float32) -> tuple[float, float]:
    """Length and height of a line."""
    return float(np.linalg.norm(corners[1] - corners[0])), float(np.linalg.norm(corners[3] - corners[0]))
