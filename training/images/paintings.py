"""Painted pictures: what brushes make of a photograph, with whirls and lights in it.

Covers show paintings as well as photographs, and strokes that run in rings around a light are more like arms and seals,
all rings and rays, than anything a camera sees.

Source: strokes that follow a field, Hertzmann 1998 (Painterly rendering with curved brush strokes of multiple sizes).
"""

from __future__ import annotations

import cv2
import numpy as np

STEPS = 6
"""Points of a stroke."""

STRAIGHT = 0.4
"""How much the picture's own direction counts beside the whirls'."""

UNEVEN = 14.0
"""How far a stroke's colour is from what it covers, of 255: paint is never quite mixed."""

Array = np.ndarray
Generator = np.random.Generator


def painted(draw: Generator, picture: Array) -> Array:
    """A picture, RGB uint8 (height, width, 3), as if painted: the same size."""
    height, width = picture.shape[:2]
    whirls = _whirls(draw, height, width)
    ground = _lit(draw, picture, whirls)
    brush = max(height, width) * float(draw.uniform(0.008, 0.022))
    count = int(1.6 * height * width / (brush * brush * STEPS))
    lines = _strokes(draw, whirls, draw.random((count, 2)) * (width, height), brush)
    at = lines[:, STEPS // 2].round().astype(int).clip(0, (width - 1, height - 1))
    colours = ground[at[:, 1], at[:, 0]] + draw.normal(0, UNEVEN, (count, 1)) + draw.normal(0, UNEVEN / 2, (count, 3))
    canvas = cv2.GaussianBlur(ground, (0, 0), brush)
    for line, colour in zip(lines.round().astype(np.int32), colours.clip(0, 255).tolist(), strict=True):
        cv2.polylines(canvas, [line], False, colour, max(round(brush), 1), cv2.LINE_AA)
    return canvas


def _whirls(draw: Generator, height: int, width: int) -> Array:
    """Two to seven, float64 (n, 4): where they turn around, how far they reach, and which way."""
    count = int(draw.integers(2, 8))
    places = draw.random((count, 2)) * (width, height)
    reach = min(height, width) * draw.uniform(0.08, 0.3, count)
    return np.column_stack([places, reach, draw.choice([-1.0, 1.0], count)])


def _lit(draw: Generator, picture: Array, whirls: Array) -> Array:
    """The same picture with lights in the middle of some whirls, as lamps and moons have."""
    lit = picture.copy()
    for x, y, reach, _ in whirls:
        if draw.random() < 0.5:
            shade = tuple(map(int, draw.integers((180, 150, 60), (256, 240, 200))))
            cv2.circle(lit, (round(x), round(y)), max(round(reach * draw.uniform(0.2, 0.5)), 1), shade, -1, cv2.LINE_AA)
    return lit


def _strokes(draw: Generator, whirls: Array, starts: Array, brush: float) -> Array:
    """Lines that follow the whirls from their starts, float64 (n, STEPS, 2): x and y in pixels."""
    turn = draw.uniform(0, 2 * np.pi)
    straight = STRAIGHT * np.array([np.cos(turn), np.sin(turn)])
    points = [starts]
    for _ in range(STEPS - 1):
        apart = points[-1][:, None] - whirls[:, :2]
        weights = np.exp(-(apart**2).sum(axis=2) / (2 * whirls[:, 2] ** 2)) * whirls[:, 3] / whirls[:, 2]
        around = (np.stack([-apart[..., 1], apart[..., 0]], axis=2) * weights[..., None]).sum(axis=1)
        ways = around + straight
        points.append(points[-1] + brush * ways / np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-9))
    return np.stack(points, axis=1)
