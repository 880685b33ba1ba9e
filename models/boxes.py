"""Boxes of pictures: how much of one lies in another, what is around and inside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np

from models.profile import Box

WHOLE_PICTURE: Box = (0.0, 0.0, 1.0, 1.0)
"""All of a picture."""


def as_box(values: np.ndarray) -> Box:
    """A row of an array, (4,), as a box."""
    return cast(Box, tuple(map(float, values)))


def area(box: Box) -> float:
    """As a part of the picture's."""
    return (box[2] - box[0]) * (box[3] - box[1])


def intersection(one: Box, other: Box) -> float:
    """Area that lies in both."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around some, at least one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0 where they do not meet."""
    both = intersection(one, other)
    return both / (area(one) + area(other) - both) if both else 0.0


def crop_to_picture(place: Box, box: Box) -> Box:
    """A box of what is cut out at a place, as a box of the picture that it was cut from."""
    width, height = place[2] - place[0], place[3] - place[1]
    left, top, right, bottom = box
    return (place[0] + left * width, place[1] + top * height, place[0] + right * width, place[1] + bottom * height)


def picture_to_crop(place: Box, box: Box) -> Box:
    """A box of a picture, as a box of what is cut out at a place: the other way round than `inside`."""
    width, height = place[2] - place[0], place[3] - place[1]
    left, top, right, bottom = box
    return (
        (left - place[0]) / width,
        (top - place[1]) / height,
        (right - place[0]) / width,
        (bottom - place[1]) / height,
    )


def expanded(box: Box, across: float, down: float) -> Box:
    """A box with so much more of the picture on all sides, as far as the picture goes."""
    return (max(box[0] - across, 0.0), max(box[1] - down, 0.0), min(box[2] + across, 1.0), min(box[3] + down, 1.0))


def with_margin(box: Box, part: float) -> Box:
    """A box with a part of its sides around it, as far as the picture goes."""
    return expanded(box, part * (box[2] - box[0]), part * (box[3] - box[1]))


def crop(pixels: np.ndarray, place: Box) -> np.ndarray:
    """What a picture, (height, width, channels), shows at a place; at least one pixel."""
    height, width = pixels.shape[:2]
    left, top = int(place[0] * width), int(place[1] * height)
    right, bottom = max(round(place[2] * width), left + 1), max(round(place[3] * height), top + 1)
    return pixels[top:bottom, left:right]


def ious(boxes: np.ndarray, others: np.ndarray | Box) -> np.ndarray:
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
