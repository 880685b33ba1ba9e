"""Outlines of simple shapes, as points around the origin, about one unit in radius; y points down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import pi

import numpy as np

from models.arrays import Float32

Outline = Float32
"""Corners of a closed polygon, float32 (corners, 2)."""


def corners(*points: tuple[float, float]) -> Outline:
    """A polygon through these points."""
    return np.array(points, np.float32)


def mirrored(*points: tuple[float, float]) -> Outline:
    """A polygon symmetrical about the vertical axis, from its right half; points on the axis are not repeated."""
    right = corners(*points)
    left = right[::-1] * np.array([-1, 1], np.float32)
    return np.concatenate([right, left[left[:, 0] < 0]])


def smooth(points: Outline, steps: int = 5) -> Outline:
    """A closed Catmull-Rom curve through the points."""
    before, after, last = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    t = (np.arange(steps, dtype=np.float32) / steps)[None, :, None]
    a, b, c, d = (part[:, None] for part in (before, points, after, last))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return curve.reshape(-1, 2).astype(np.float32)


def moved(
    outline: Outline, x: float = 0, y: float = 0, scale: float = 1, turn: float = 0, *, stretch: float = 1
) -> Outline:
    """An outline stretched in width, scaled, turned clockwise in degrees, then moved; a negative stretch mirrors it."""
    cosine, sine = np.cos(turn / 180 * pi) * scale, np.sin(turn / 180 * pi) * scale
    matrix = np.array([[cosine * stretch, sine * stretch], [-sine, cosine]], np.float32)
    return (outline @ matrix + np.array([x, y], np.float32)).astype(np.float32)


def polar(radius: float, angle: float) -> tuple[float, float]:
    """The point at `radius` from the origin, `angle` degrees clockwise from the top."""
    return float(radius * np.sin(angle / 180 * pi)), float(-radius * np.cos(angle / 180 * pi))


@lru_cache
def circle(count: int = 64) -> Outline:
    """A circle, or a regular polygon with a corner at the top."""
    angles = np.arange(count) * 2 * pi / count
    return np.stack([np.sin(angles), -np.cos(angles)], 1).astype(np.float32)


@lru_cache
def star(tips: int = 5, inner: float = 0.382) -> Outline:
    """A star with a tip at the top; `inner` is the radius of its notches."""
    return circle(2 * tips) * np.where(np.arange(2 * tips) % 2, inner, 1.0).astype(np.float32)[:, None]


@lru_cache
def wavy(count: int, depth: float) -> Outline:
    """A disc with a wavy rim, as a seal or a rosette."""
    angles = np.arange(8 * count) / (8 * count) * 2 * pi
    radius = 1 - depth * (1 - np.cos(count * angles)) / 2
    return (np.stack([np.sin(angles), -np.cos(angles)], 1) * radius[:, None]).astype(np.float32)


@lru_cache
def gear(teeth: int, depth: float = 0.2) -> Outline:
    """A cogwheel without its hole."""
    radii = np.tile([1 - depth, 1, 1, 1 - depth], teeth)
    steps = np.repeat(np.arange(teeth), 4) + np.tile([-0.28, -0.2, 0.2, 0.28], teeth)
    angles = steps * 2 * pi / teeth
    return (np.stack([np.sin(angles), -np.cos(angles)], 1) * radii[:, None]).astype(np.float32)


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """An upright rectangle."""
    return corners((left, top), (right, top), (right, bottom), (left, bottom))


def rounded(width: float, height: float, radius: float) -> Outline:
    """A rectangle with round corners, centred."""
    quarter = np.linspace(0, pi / 2, 7)
    bend = np.stack([np.sin(quarter), -np.cos(quarter)], 1) * radius
    turns = [bend]
    for _ in range(3):
        turns.append(np.stack([-turns[-1][:, 1], turns[-1][:, 0]], 1))
    x, y = width / 2 - radius, height / 2 - radius
    places = np.array([(x, -y), (x, y), (-x, y), (-x, -y)])
    return np.concatenate([part + place for part, place in zip(turns, places, strict=True)]).astype(np.float32)


def arc(radius: float, start: float, end: float, width: float) -> Outline:
    """A piece of a ring, from one angle to another, in degrees clockwise from the top."""
    angles = np.linspace(start, end, max(3, int(abs(end - start) / 6))) / 180 * pi
    line = np.stack([np.sin(angles), -np.cos(angles)], 1)
    return np.concatenate([line * (radius + width / 2), line[::-1] * (radius - width / 2)]).astype(np.float32)


def stroke(points: Sequence[tuple[float, float]], width: float | Sequence[float]) -> Outline:
    """A line through the points, of one width or one width a point."""
    line = np.array(points, np.float32)
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    half = np.broadcast_to(np.asarray(width, np.float32), len(line))[:, None] / 2
    return np.concatenate([line + across * half, (line - across * half)[::-1]]).astype(np.float32)


@lru_cache
def crescent(thickness: float = 0.5, mouth: float = 40) -> Outline:
    """A moon open to the right: `thickness` is its middle's, `mouth` half the angle between its horns."""
    tip_x, tip_y = np.sin(np.radians(90 - mouth)), np.cos(np.radians(90 - mouth))
    back = thickness - 1
    middle = (tip_x**2 + tip_y**2 - back**2) / (2 * (tip_x - back))  # of the inner circle, through back and horns
    outer = np.radians(np.linspace(90 + mouth, 450 - mouth, 40))
    start = np.arctan2(tip_y, tip_x - middle)
    inner = np.linspace(-start, start - 2 * np.pi, 30)
    rim = np.stack([np.sin(outer), -np.cos(outer)], 1)
    hollow = np.stack([np.cos(inner), np.sin(inner)], 1) * (middle - back) + np.array([middle, 0])
    return np.concatenate([rim, hollow]).astype(np.float32)


LEAF = smooth(mirrored((0, -1), (0.26, -0.45), (0.2, -0.1), (0.02, 0)), 4)
"""A pointed leaf from the origin upwards."""


def wreath(
    radius: float, size: float, *, start: float = 175, end: float = 30, leaf: Outline = LEAF, spread: float = 35
) -> list[Outline]:
    """Both halves of a wreath around the origin, open at the top; leaves stand off their twig by `spread` degrees."""
    found: list[Outline] = []
    for side in (1, -1):
        found.append(arc(radius, side * start, side * end, size * 0.12))
        for angle in np.arange(start, end, -size * 0.62 / radius * 180 / pi):
            x, y = polar(radius, side * angle)
            found += [moved(leaf, x, y, size, side * (angle - 90 + lean)) for lean in (-spread, spread)]
    return found


def rays(count: int, inner: float = 0.0, outer: float = 1.0, share: float = 0.5) -> list[Outline]:
    """Rays around the origin, each `share` of its sector wide at its end."""
    half = 180 / count * share
    return [
        corners(
            polar(inner, 360 * number / count - half),
            polar(outer, 360 * number / count - half),
            polar(outer, 360 * number / count + half),
            polar(inner, 360 * number / count + half),
        )
        for number in range(count)
    ]


SHIELDS: tuple[Outline, ...] = (
    mirrored((0, -1), (0.8, -1), (0.8, 0), (0.76, 0.3), (0.6, 0.62), (0.34, 0.86), (0, 1.05)),
    mirrored((0, -1), (0.85, -1), (0.85, 0.45), (0.8, 0.68), (0.6, 0.8), (0.2, 0.84), (0, 1)),
    mirrored((0, -0.92), (0.4, -1), (0.84, -0.9), (0.72, -0.6), (0.8, -0.2), (0.8, 0.3), (0.5, 0.75), (0, 1.05)),
    mirrored((0, -0.8), (0.3, -0.9), (0.75, -0.85), (0.9, -1), (0.82, -0.2), (0.7, 0.35), (0.4, 0.75), (0, 1)),
    mirrored((0, -1.02), (0.45, -0.84), (0.86, -0.86), (0.9, -0.3), (0.78, 0.3), (0.48, 0.72), (0, 1.02)),
    mirrored((0, -1), (0.8, -1), (0.8, 0.25), (0.72, 0.55), (0.52, 0.78), (0.26, 0.9), (0, 0.93)),
    smooth(mirrored((0, -1), (0.42, -0.92), (0.72, -0.5), (0.78, 0), (0.66, 0.5), (0.36, 0.88), (0, 1))),
    corners((-0.6, -1), (0.6, -1), (0.95, -0.5), (0.6, 0.55), (0, 1), (-0.6, 0.55), (-0.95, -0.5)),
    mirrored(
        (0, -0.88), (0.55, -0.88), (0.6, -1), (0.8, -0.8), (0.66, -0.62), (0.8, 0), (0.7, 0.5), (0.3, 0.9), (0, 1)
    ),
)
"""Shapes of shields."""
