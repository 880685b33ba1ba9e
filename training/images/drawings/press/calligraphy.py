"""Brush writing: strokes traced as points with a thickness become outlines.

Readers know many mastheads by one person's handwriting, which no typeface has. Such characters are traced in
`datasets/emblems/calligraphy.yaml`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import yaml

from models.runtime.paths import DATASETS
from training.images.drawings.shapes import Point, d, path, polar, toward

CALLIGRAPHY = DATASETS / "emblems" / "calligraphy.yaml"

GRID = 100
"""Height of the grid on which characters are traced."""

STEPS = 4
"""Outline points from one traced point to the next."""

Sample = tuple[float, float, float]


@lru_cache
def _hands() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(CALLIGRAPHY.read_text(encoding="utf-8")))


def _between(a: Sample, b: Sample, c: Sample, e: Sample, t: float) -> Sample:
    """The Catmull-Rom curve from b to c at `t` from 0 to 1, in position and thickness."""
    weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
    x, y, thickness = (sum(w * p[at] for w, p in zip(weights, (a, b, c, e), strict=True)) / 2 for at in range(3))
    return x, y, max(thickness, 0.4)


def _curve(points: Sequence[Sample]) -> list[Sample]:
    padded = [points[0], *points, points[-1]]
    spans = zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    curve = [_between(*span, step / STEPS) for span in spans for step in range(STEPS)]
    return [*curve, points[-1]]


def stroke(points: Sequence[Sample]) -> list[Point]:
    """Outline of one stroke of the brush, with round ends.

    Args:
        points: at least two, each x, y and thickness, along the brush's path.
    """
    curve = _curve(points)
    left: list[Point] = []
    right: list[Point] = []
    for at, (x, y, thickness) in enumerate(curve):
        before, after = curve[max(at - 1, 0)], curve[min(at + 1, len(curve) - 1)]
        ahead = toward(before[:2], after[:2])
        left.append(polar(x, y, thickness / 2, ahead - 90))
        right.append(polar(x, y, thickness / 2, ahead + 90))
    ends = (toward(curve[-2][:2], curve[-1][:2]), toward(curve[1][:2], curve[0][:2]))
    caps = [
        [polar(x, y, thickness / 2, end + turn) for turn in (-60, -30, 0, 30, 60)]
        for (x, y, thickness), end in zip((curve[-1], curve[0]), ends, strict=True)
    ]
    return [*left, *caps[0], *reversed(right), *caps[1]]


def written_width(words: str, hand: str, height: float) -> float:
    """Width of traced characters whose grid is `height` high."""
    return sum(float(_hands()[hand][character]["width"]) for character in words) * height / GRID


def written(words: str, hand: str, x: float, y: float, height: float, fill: str, *, weight: float = 1) -> str:
    """Traced characters side by side, their grid centred on (x, y).

    Args:
        words: characters of that hand.
        hand: a key of `calligraphy.yaml`.
        x, y: centre of the grid, in the drawing's units.
        height: of the grid; strokes fill nearly all of it.
        fill: colour.
        weight: factor of the strokes' thickness.

    Raises:
        KeyError: the character was never traced in that hand.
    """
    scale, left = height / GRID, x - written_width(words, hand, height) / 2
    outlines = []
    for character in words:
        for line in _hands()[hand][character]["strokes"]:
            points = [
                (left + across * scale, y - height / 2 + down * scale, thickness * scale * weight)
                for across, down, thickness in (map(float, point.split()) for point in line.split(","))
            ]
            outlines.append(d((round(across, 1), round(down, 1)) for across, down in stroke(points)))
        left += written_width(character, hand, height)
    return path("".join(outlines), fill)
