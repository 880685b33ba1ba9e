"""Paintings as negatives: photographs repainted with brush strokes, whirls and lights.

Covers show paintings as well as photographs. Strokes in rings around a light resemble seals and coats of arms more than
any photograph does.

Source: Hertzmann 1998, Painterly rendering with curved brush strokes of multiple sizes. Strokes follow a field of
directions and take the colour beneath them. Here the field is invented and all strokes have one size.
"""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float64, Pixels

STROKE_POINTS = 6
"""Points of each stroke."""

BRUSH_WIDTH = (0.008, 0.022)
"""Range of a stroke's width, and of the distance of its points, as fractions of the picture's longer side."""

STROKE_COVERAGE = 1.6
"""Total area of all strokes, in areas of the picture; a few gaps stay, as on a canvas."""

WHIRL_COUNT = (2, 7)
"""Fewest and most whirls in a picture."""

WHIRL_RADIUS = (0.08, 0.3)
"""Range of a whirl's radius, as fractions of the picture's shorter side."""

COMMON_DIRECTION = 0.4
"""Length of the vector that is added to every stroke's direction; a whirl's is .61 at most."""

LIGHT_PROBABILITY = 0.5
"""Probability that a whirl has a light in its middle."""

PAINT_NOISE = 14.0
"""Standard deviation of a stroke's brightness, of 255; half of it is added to each channel."""

Generator = np.random.Generator


def painted(rng: Generator, picture: Pixels) -> Pixels:
    """A painting of a picture, RGB uint8 of the same shape.

    Args:
        rng: the same generator state gives the same painting.
        picture: RGB uint8 (height, width, 3) of any size; not changed.
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


def _whirls(rng: Generator, height: int, width: int) -> Float64:
    """Whirls, float64 (n, 4): x, y and radius in pixels, and the sense of rotation, 1 or -1."""
    count = int(rng.integers(*WHIRL_COUNT, endpoint=True))
    centers = rng.random((count, 2)) * (width, height)
    radii = min(height, width) * rng.uniform(*WHIRL_RADIUS, count)
    return np.column_stack([centers, radii, rng.choice([-1.0, 1.0], count)])


def _lit(rng: Generator, picture: Pixels, whirls: Float64) -> Pixels:
    """A copy of a picture, RGB uint8 (height, width, 3), with lights such as lamps and moons in some whirls."""
    lit = picture.copy()
    for x, y, radius, _ in whirls:
        if rng.random() < LIGHT_PROBABILITY:
            colour = tuple(map(int, rng.integers((180, 150, 60), (256, 240, 200))))
            light = max(round(radius * rng.uniform(0.2, 0.5)), 1)
            cv2.circle(lit, (round(x), round(y)), light, colour, -1, cv2.LINE_AA)
    return lit


def _strokes(rng: Generator, whirls: Float64, starts: Float64, brush: float) -> Float64:
    """Lines that follow the whirls, x and y in pixels, float64 (n, STROKE_POINTS, 2).

    Args:
        whirls: float64 (whirls, 4), as `_whirls` gives them.
        starts: first points, x and y in pixels, float64 (n, 2).
        brush: distance of the points in pixels.
    """
    turn = rng.uniform(0, 2 * np.pi)
    straight = COMMON_DIRECTION * np.array([np.cos(turn), np.sin(turn)])
    points = [starts]
    for _ in range(STROKE_POINTS - 1):
        offsets = points[-1][:, None] - whirls[:, :2]
        weights = np.exp(-(offsets**2).sum(axis=2) / (2 * whirls[:, 2] ** 2)) * whirls[:, 3] / whirls[:, 2]
        around = (np.stack([-offsets[..., 1], offsets[..., 0]], axis=2) * weights[..., None]).sum(axis=1)
        directions = around + straight
        lengths = np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-9)
        points.append(points[-1] + brush * directions / lengths)
    return np.stack(points, axis=1)
