"""Boxes of pictures: how much of one lies in another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from models.profile import Box


def area(box: Box) -> float:
    """As a part of the picture's."""
    return (box[2] - box[0]) * (box[3] - box[1])


def shared(one: Box, other: Box) -> float:
    """Area that lies in both."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around some, at least one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 where they do not meet."""
    both = shared(one, other)
    return both / (area(one) + area(other) - both) if both else 0.0


def overlaps(boxes: np.ndarray, others: np.ndarray | Box) -> np.ndarray:
    """Intersection over union of many boxes that have an area, each with its counterpart or all with one.

    Args:
        boxes: (n, 4), left, top, right, bottom, in any unit.
        others: (n, 4) or (4,), in the same.

    Returns:
        Float64 (n,).
    """
    boxes, others = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    sides = np.minimum(boxes[..., 2:], others[..., 2:]) - np.maximum(boxes[..., :2], others[..., :2])
    both = np.prod(np.maximum(sides, 0), axis=-1)
    areas = [np.prod(some[..., 2:] - some[..., :2], axis=-1) for some in (boxes, others)]
    return np.asarray(both / (areas[0] + areas[1] - both))
