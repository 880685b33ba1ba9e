"""Painted pictures: what brushes make of a photograph, with whirls and lights in it.

Covers show paintings as well as photographs, and strokes that run in rings around a light are more like arms and seals,
all rings and rays, than anything a camera sees.

Source: strokes that follow a field of directions, in the colour that lies beneath them, Hertzmann 1998 (Painterly
rendering with curved brush strokes of multiple sizes); here the field is invented and the strokes have one size.
"""

from __future__ import annotations

import cv2
import numpy as np

STROKE_POINTS = 6
"""Points of a stroke."""

BRUSH_WIDTH = (0.008, 0.022)
"""Least and greatest width of a stroke, and length of a step, as parts of the picture's longer side."""

STROKE_COVERAGE = 1.6
"""Times that strokes would cover the picture if none lay on another: a few gaps stay, as on a canvas."""

WHIRL_COUNT = (2, 7)
"""Fewest and most."""

WHIRL_RADIUS = (0.08, 0.3)
"""How far a whirl reaches, as parts of the picture's shorter side."""

COMMON_DIRECTION = 0.4
"""Length of the direction that all strokes share, where a whirl's is .61 at most."""

LIGHT_PROBABILITY = 0.5
"""How many whirls have a light in the middle."""

PAINT_NOISE = 14.0
"""Standard deviation of a stroke's brightness, of 255, and twice that of its colours beside: paint is never mixed
quite."""

Array = np.ndarray
Generator = np.random.Generator


def painted(rng: Generator, picture: Array) -> Array:
    """A picture as if painted, RGB uint8 of the same shape; the same generator state paints the same.

    Args:
        picture: RGB, uint8 (height, width, 3), of any size; it is left as it is.
    """
    height, width = picture.shape[:2]
    whirls = _whirls(rng, height, width)
    ground = _lit(rng, picture, whirls)
    brush = max(height, width) * float(rng.uniform(*BRUSH_WIDTH))
    count = int(STROKE_COVERAGE * height * width / (brush * brush * STROKE_POINTS))
    lines = _strokes(rng, whirls, rng.random((count, 2)) * (width, height), brush)
    at = lines[:, STROKE_POINTS // 2].round().astype(int).clip(0, (width - 1, height - 1))
    colours = (
        ground[at[:, 1], at[:, 0]] + rng.normal(0, PAINT_NOISE, (count, 1)) + rng.normal(0, PAINT_NOISE / 2, (count, 3))
    )
    canvas = cv2.GaussianBlur(ground, (0, 0), brush)
    for line, colour in zip(lines.round().astype(np.int32), colours.clip(0, 255).tolist(), strict=True):
        cv2.polylines(canvas, [line], False, colour, max(round(brush), 1), cv2.LINE_AA)
    return canvas


def _whirls(rng: Generator, height: int, width: int) -> Array:
    """What they turn around, x and y, how far they reach, all in pixels, and which way, 1 or -1: float64 (n, 4)."""
    count = int(rng.integers(*WHIRL_COUNT, endpoint=True))
    places = rng.random((count, 2)) * (width, height)
    reach = min(height, width) * rng.uniform(*WHIRL_RADIUS, count)
    return np.column_stack([places, reach, rng.choice([-1.0, 1.0], count)])


def _lit(rng: Generator, picture: Array, whirls: Array) -> Array:
    """A copy of a picture, RGB uint8 (height, width, 3), with lights in the middle of some whirls: lamps and moons."""
    lit = picture.copy()
    for x, y, reach, _ in whirls:
        if rng.random() < LIGHT_PROBABILITY:
            shade = tuple(map(int, rng.integers((180, 150, 60), (256, 240, 200))))
            cv2.circle(lit, (round(x), round(y)), max(round(reach * rng.uniform(0.2, 0.5)), 1), shade, -1, cv2.LINE_AA)
    return lit


def _strokes(rng: Generator, whirls: Array, starts: Array, brush: float) -> Array:
    """Lines that follow the whirls from their starts, float64 (n, STEPS, 2): x and y in pixels.

    Args:
        starts: float64 (n, 2), x and y in pixels.
        brush: pixels from point to point.
    """
    turn = rng.uniform(0, 2 * np.pi)
    straight = COMMON_DIRECTION * np.array([np.cos(turn), np.sin(turn)])
    points = [starts]
    for _ in range(STROKE_POINTS - 1):
        apart = points[-1][:, None] - whirls[:, :2]
        weights = np.exp(-(apart**2).sum(axis=2) / (2 * whirls[:, 2] ** 2)) * whirls[:, 3] / whirls[:, 2]
        around = (np.stack([-apart[..., 1], apart[..., 0]], axis=2) * weights[..., None]).sum(axis=1)
        ways = around + straight
        points.append(points[-1] + brush * ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9))
    return np.stack(points, axis=1)
