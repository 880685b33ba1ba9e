"""Cloth: a drawing as a waving flag with folds, at times with fringe and pole."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Pixels
from training.images.core.elements.surfaces import GOLDS, REDS

Generator = np.random.Generator

CLOTH_SIDE = 224
"""Longest side of the cloth before it is laid into a scene, in pixels."""

MIN_OPAQUE = 0.85
"""Opaque fraction of a drawing that is taken for a flag; many packages draw flags with round or waving edges."""


def flag_cloth(rng: Generator, drawing: Pixels) -> Pixels:
    """The flag of an emblem: a flag's own drawing, or the emblem on a plain field; RGBA uint8."""
    if (drawing[..., 3] > 250).mean() > MIN_OPAQUE and drawing.shape[1] > 1.15 * drawing.shape[0]:
        return without_holes(drawing)
    height, width = 150, int(rng.uniform(190, 240))
    field = np.zeros((height, width, 4), np.uint8)
    field[..., :3] = REDS[int(rng.integers(len(REDS)))] if rng.random() < 0.7 else rng.integers(0, 256, 3)
    field[..., 3] = 255
    side = height * rng.uniform(0.35, 0.8)
    scale = side / max(drawing.shape[:2])
    small = cv2.resize(drawing, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (height - small.shape[0]) // 2, int((width - small.shape[1]) * rng.choice([0.5, 0.1, rng.random()]))
    part = field[top : top + small.shape[0], left : left + small.shape[1]]
    opacity = small[..., 3:].astype(np.uint16)
    part[..., :3] = ((small[..., :3] * opacity + part[..., :3] * (255 - opacity)) // 255).astype(np.uint8)
    return field


def without_holes(drawing: Pixels) -> Pixels:
    """A drawing whose transparent parts, such as round corners, get the colours beside them; opaque RGBA uint8."""
    opacity = (drawing[..., 3:] > 250).astype(np.float32)
    made = drawing[..., :3] * opacity
    for sigma in (2.0, 8.0, 32.0):
        spread = cv2.GaussianBlur(np.dstack([made, opacity]), (0, 0), sigma)
        weight = spread[..., 3:]
        made = np.where(opacity > 0, made, spread[..., :3] / np.maximum(weight, 1e-6))
        made, opacity = made * (weight > 1e-3), np.maximum(opacity, weight > 1e-3).astype(np.float32)
    return np.dstack([made.clip(0, 255).astype(np.uint8), np.full(drawing.shape[:2], 255, np.uint8)])


def draped(rng: Generator, flag: Pixels) -> Pixels:
    """A flag in heavy folds, as on silk and in close photographs, often a part of it alone; RGBA uint8.

    Args:
        rng: the same generator state gives the same cloth.
        flag: RGBA uint8 (height, width, 4).
    """
    width, height = CLOTH_SIDE, int(CLOTH_SIDE * rng.uniform(0.6, 1.0))
    share = rng.choice([1.0, rng.uniform(0.5, 1.0)])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(width, height)
    folds, angle = np.zeros_like(x), rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(2, 5))):
        turn, waves = angle + rng.normal(0, 0.4), rng.uniform(1, 5)
        along = x * np.cos(turn) + y * np.sin(turn) + 0.08 * np.sin(2 * np.pi * (x - y) * rng.uniform(0.5, 2))
        ridge = np.sin(2 * np.pi * waves * along + rng.uniform(0, 2 * np.pi))
        folds += (np.sign(ridge) * np.abs(ridge) ** rng.uniform(0.5, 1.5)) / waves
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(folds, (0, 0), 2.0))
    depth = rng.uniform(0.3, 1.6)
    from_x = ((x * share + depth * slope_x) * flag.shape[1]).astype(np.float32)
    from_y = ((y * share * width / height + depth * slope_y) * flag.shape[0]).astype(np.float32)
    laid = cv2.remap(flag, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    light = slope_x * np.cos(angle) + slope_y * np.sin(angle)
    light = light / (np.abs(light).max() + 1e-6)
    lit = laid[..., :3] * (1 + rng.uniform(0.2, 0.6) * light[..., None]) + 255 * rng.uniform(0, 0.3) * np.clip(
        light[..., None], 0, 1
    ) ** rng.uniform(2, 6)
    opacity = laid[..., 3]
    if rng.random() < 0.4:  # torn away below, or fading
        rim = 1 - y * width / height + 0.1 * np.sin(2 * np.pi * x * rng.uniform(0.5, 2) + rng.uniform(0, 6))
        fade = np.clip((rim - rng.uniform(0.05, 0.4)) * rng.choice([4.0, 60.0]), 0, 1)
        opacity = (opacity * fade).astype(np.uint8)
    return np.dstack([np.clip(lit, 0, 255).astype(np.uint8), opacity])


def waving(rng: Generator, flag: Pixels) -> Pixels:
    """A flag in the wind: displaced by waves and shaded along them, RGBA uint8 with transparent surroundings.

    Args:
        rng: the same generator state gives the same cloth.
        flag: RGBA uint8 (height, width, 4).
    """
    scale = CLOTH_SIDE / max(flag.shape[:2])
    flag = cv2.resize(flag, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if rng.random() < 0.15:
        flag = cv2.copyMakeBorder(flag, 5, 5, 5, 5, cv2.BORDER_CONSTANT, value=(*GOLDS[1], 255))
    height, width = flag.shape[:2]
    margin = int(0.22 * height)
    padded = cv2.copyMakeBorder(flag, margin, margin, 4, 4, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    y, x = np.mgrid[0 : padded.shape[0], 0 : padded.shape[1]].astype(np.float32)
    phase = x / width * 2 * np.pi * rng.uniform(0.6, 2.2) + y / height * rng.uniform(-2.5, 2.5)
    second = x / width * 2 * np.pi * rng.uniform(2, 4) + y / height * rng.uniform(-4, 4)
    offsets = rng.uniform(0, 2 * np.pi, 2)
    loose = np.clip(x / width, 0.15, 1)
    wave = np.sin(phase + offsets[0]) + 0.35 * np.sin(second + offsets[1])
    depth = rng.uniform(0.04, 0.14) * height
    droop = rng.uniform(-0.15, 0.15) * height * (x / width)
    warped = cv2.remap(padded, x + 0.3 * depth * np.cos(phase), y + depth * wave * loose + droop, cv2.INTER_LINEAR)
    slope = np.cos(phase + offsets[0]) + 0.5 * np.cos(second + offsets[1])
    shade = 1 + rng.uniform(0.1, 0.45) * slope * loose
    lit = np.clip(warped[..., :3] * shade[..., None], 0, 255).astype(np.uint8)
    cloth = np.dstack([lit, warped[..., 3]])
    return _on_pole(rng, cloth) if rng.random() < 0.35 else cloth


def _on_pole(rng: Generator, cloth: Pixels) -> Pixels:
    """The cloth on a pole at its left."""
    thick, below = int(rng.integers(3, 8)), int(cloth.shape[0] * rng.uniform(0.1, 0.9))
    padded = cv2.copyMakeBorder(cloth, 8, below, thick, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    colour = GOLDS[2] if rng.random() < 0.5 else (190, 190, 195)
    padded[4:, :thick] = (*colour, 255)
    cv2.circle(padded, (thick // 2 + 1, 5), thick // 2 + 2, (*GOLDS[1], 255), -1, cv2.LINE_AA)
    return padded
