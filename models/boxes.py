"""Boxes of pictures: how much of one lies in another."""

from __future__ import annotations

from models.profile import Box


def area(box: Box) -> float:
    """As a part of the picture's."""
    return (box[2] - box[0]) * (box[3] - box[1])


def shared(one: Box, other: Box) -> float:
    """Area that lies in both."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes that have an area."""
    both = shared(one, other)
    return both / (area(one) + area(other) - both)
