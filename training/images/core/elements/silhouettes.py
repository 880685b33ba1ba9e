"""Silhouettes that a flag or emblem fills: hearts, stars, brush strokes, map-like blobs, discs, drops and paws."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float64, Pixels, UInt8
from training.images.core.elements.surfaces import glossy
from training.images.core.elements.wearers import graded, stretched

Generator = np.random.Generator

SIDE = 240
"""Side of a silhouette in pixels."""


def cut_out(rng: Generator, drawing: Pixels) -> Pixels:
    """A drawing cut to a silhouette, with a border and gloss at times, RGBA uint8."""
    shapes = (_heart, _star, _brush, _blob, _disc, _drop, _paw)
    mask = shapes[int(rng.choice(len(shapes), p=(0.22, 0.06, 0.2, 0.16, 0.22, 0.06, 0.08)))](rng)
    made = np.dstack([graded(rng, stretched(rng, drawing, mask)), mask])
    if rng.random() < 0.3:
        made = glossy(rng, made)
    return _bordered(rng, made) if rng.random() < 0.4 else made


def _bordered(rng: Generator, made: Pixels) -> Pixels:
    """A border of one colour around it, as stickers have."""
    width = int(rng.integers(3, 14))
    padded = cv2.copyMakeBorder(made, width, width, width, width, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    around = cv2.dilate(padded[..., 3], cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1,) * 2))
    colour = (255, 255, 255) if rng.random() < 0.5 else rng.integers(0, 256, 3)
    opacity = padded[..., 3:].astype(np.float32) / 255
    mixed = padded[..., :3] * opacity + np.array(colour, np.float32) * (1 - opacity)
    return np.dstack([mixed.astype(np.uint8), around])


def _filled(points: Float64) -> UInt8:
    """The mask of a closed curve in units of the side, around the middle."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(mask, [np.round((points + 0.5) * SIDE).astype(np.int32)], 255, cv2.LINE_AA)
    return mask


def _heart(rng: Generator) -> UInt8:
    angle = np.linspace(0, 2 * np.pi, 80)
    across = 16 * np.sin(angle) ** 3
    down = -(13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle))
    return _filled(np.stack([across, down * rng.uniform(0.85, 1.1)], 1) / 36)


def _star(rng: Generator) -> UInt8:
    points = int(rng.choice([5, 5, 6, 8]))
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, rng.uniform(0.2, 0.35), 0.48)
    return _filled(np.stack([radius * np.sin(angle), -radius * np.cos(angle)], 1))


def _blob(rng: Generator) -> UInt8:
    """An irregular outline, as maps of countries and splashes have."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = np.ones_like(angle)
    for waves in range(1, 14):
        radius += rng.normal(0, 0.35 / (1 + waves)) * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    radius = 0.48 * np.clip(radius, 0.25, None) / radius.max()
    return _filled(np.stack([radius * np.cos(angle), radius * np.sin(angle) * rng.uniform(0.6, 1.0)], 1))


def _disc(rng: Generator) -> UInt8:
    """A disc or a rounded square."""
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    power = rng.choice([1.0, 0.6, 0.35])
    return _filled(
        0.48 * np.stack([np.sign(axis) * np.abs(axis) ** power for axis in (np.cos(angle), np.sin(angle))], 1)
    )


def _drop(rng: Generator) -> UInt8:
    angle = np.linspace(0, 2 * np.pi, 80)
    narrow = np.sin(angle) * np.sin(angle / 2) ** rng.uniform(1.0, 3.0)
    return _filled(np.stack([0.42 * narrow, -0.46 * np.cos(angle)], 1))


def _brush(rng: Generator) -> UInt8:
    """Overlapping strokes of a dry brush."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    strokes = int(rng.integers(4, 9))
    for level in np.linspace(0.2, 0.8, strokes):
        start, end = rng.uniform(0.02, 0.15), rng.uniform(0.85, 0.98)
        slant = rng.uniform(-0.04, 0.04)
        ends = [(int(x * SIDE), int(y * SIDE)) for x, y in ((start, level - slant), (end, level + slant))]
        cv2.line(mask, ends[0], ends[1], 255, int(SIDE * rng.uniform(0.5, 1.1) / strokes), cv2.LINE_AA)
    bristles = rng.random((SIDE, 1)) < rng.uniform(0, 0.12)
    fray = cv2.GaussianBlur(rng.random((SIDE, SIDE)).astype(np.float32), (0, 0), 3, sigmaY=0.6)
    return np.where(bristles & (fray > 0.47), 0, mask).astype(np.uint8)


def _paw(_: Generator) -> UInt8:
    """A paw or an open hand: a pad and four toes."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (120, 160), (70, 60), 0, 0, 360, 255, -1, cv2.LINE_AA)
    for x, y in ((36, 92), (88, 48), (152, 48), (204, 92)):
        cv2.ellipse(mask, (x, y), (28, 40), 0, 0, 360, 255, -1, cv2.LINE_AA)
    return mask
