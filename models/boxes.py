"""Geometry of boxes in pictures: areas, overlap, margins, and coordinates of crops.

A `Box` is left, top, right and bottom, as fractions of its picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from models.arrays import Float64, Pixels
from models.profile import Box

WHOLE_PICTURE: Box = (0.0, 0.0, 1.0, 1.0)
"""The box of a whole picture."""


def as_box(values: NDArray[Any]) -> Box:
    """A row of an array, (4,), as a box."""
    return cast(Box, tuple(map(float, values)))


def area(box: Box) -> float:
    """Area of a box, as a fraction of the picture's."""
    return (box[2] - box[0]) * (box[3] - box[1])


def intersection(one: Box, other: Box) -> float:
    """Area that two boxes share, 0 where they do not meet."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around at least one box."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0 where the boxes do not meet."""
    both = intersection(one, other)
    return both / (area(one) + area(other) - both) if both else 0.0


def crop_to_picture(region: Box, box: Box) -> Box:
    """Coordinates in the picture of a box that is given in a region's crop."""
    width, height = region[2] - region[0], region[3] - region[1]
    left, top, right, bottom = box
    return (region[0] + left * width, region[1] + top * height, region[0] + right * width, region[1] + bottom * height)


def picture_to_crop(region: Box, box: Box) -> Box:
    """Coordinates in a region's crop of a box that is given in the picture: the inverse of `crop_to_picture`."""
    width, height = region[2] - region[0], region[3] - region[1]
    left, top, right, bottom = box
    return (
        (left - region[0]) / width,
        (top - region[1]) / height,
        (right - region[0]) / width,
        (bottom - region[1]) / height,
    )


def expanded(box: Box, across: float, down: float) -> Box:
    """A box grown on all sides by fractions of the picture's width and height, clipped to the picture."""
    return (max(box[0] - across, 0.0), max(box[1] - down, 0.0), min(box[2] + across, 1.0), min(box[3] + down, 1.0))


def with_margin(box: Box, margin: float) -> Box:
    """A box with a margin, as a fraction of its own sides, clipped to the picture."""
    return expanded(box, margin * (box[2] - box[0]), margin * (box[3] - box[1]))


def crop(pixels: Pixels, region: Box) -> Pixels:
    """The part of a picture, (height, width, channels), in a region; at least one pixel, a view without a copy."""
    height, width = pixels.shape[:2]
    left, top = int(region[0] * width), int(region[1] * height)
    right, bottom = max(round(region[2] * width), left + 1), max(round(region[3] * height), top + 1)
    return pixels[top:bottom, left:right]


def ious(boxes: NDArray[Any], others: NDArray[Any] | Box) -> Float64:
    """Intersection over union of many boxes that have an area, each with its counterpart or all with one box.

    Args:
        boxes: (n, 4), left, top, right, bottom, in any unit.
        others: (n, 4) or (4,), in the same unit.

    Returns:
        Float64 (n,).
    """
    boxes, others = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    sides = np.minimum(boxes[..., 2:], others[..., 2:]) - np.maximum(boxes[..., :2], others[..., :2])
    both = np.prod(np.maximum(sides, 0), axis=-1)
    areas = [np.prod(some[..., 2:] - some[..., :2], axis=-1) for some in (boxes, others)]
    return np.asarray(both / (areas[0] + areas[1] - both))
