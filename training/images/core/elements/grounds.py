"""Grounds of scenes: festive red and gold banners, tinted photographs, screens of applications, plain colours."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float32, Pixels
from training.images.core.elements.letters import word
from training.images.core.elements.surfaces import GOLDS, REDS
from training.images.sources.backgrounds import Backgrounds, Size, gradient
from training.images.synthesis.augmentations import paste

Generator = np.random.Generator


def any_ground(rng: Generator, size: Size, backgrounds: Backgrounds) -> Pixels:
    """A random ground, RGB uint8 (height, width, 3)."""
    choice = rng.random()
    if choice < 0.36:
        return festive(rng, size)
    if choice < 0.62:
        return np.ascontiguousarray(backgrounds.photo(rng, size))
    if choice < 0.70:
        return _tinted(rng, np.ascontiguousarray(backgrounds.photo(rng, size)))
    if choice < 0.92:
        return plain(rng, size)
    return np.ascontiguousarray(gradient(rng, size))


def plain(rng: Generator, size: Size) -> Pixels:
    """One colour: white, red, dark, or any."""
    choice = rng.random()
    if choice < 0.35:
        colour = np.array((255, 255, 255))
    elif choice < 0.6:
        colour = np.array(REDS[int(rng.integers(len(REDS)))])
    else:
        colour = rng.integers(0, 256, 3)
    return np.full((*size, 3), colour, np.uint8)


def festive(rng: Generator, size: Size) -> Pixels:
    """A red, gold or pale banner: gradient, rays, ribbons, hills, skyline, lanterns, doves, sparks."""
    ground = _base(rng, size)
    parts = (_rays, _ribbons, _hills, _skyline, _lanterns, _doves, _sparks, _curtain)
    for part in parts:
        if rng.random() < 0.3:
            ground = part(rng, ground)
    return ground


def with_slogan(rng: Generator, ground: Pixels) -> Pixels:
    """A ground with one to three lines of large or small letters."""
    height, width = ground.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        colour = _bright(rng) if rng.random() < 0.8 else REDS[int(rng.integers(len(REDS)))]
        line = word(rng, colour)
        tall = height * rng.uniform(0.06, 0.34)
        scale = min(tall / line.shape[0], 0.95 * width / line.shape[1])
        half = np.array([line.shape[1], line.shape[0]]) * scale / 2
        center = np.array([rng.uniform(0.2, 0.8) * width, rng.uniform(0.08, 0.92) * height])
        corners = center + np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
        if rng.random() < 0.4:
            dark = np.dstack([np.zeros_like(line[..., :3]), line[..., 3]])
            ground, _ = paste(ground, dark, corners + max(1.0, 0.03 * tall))
        ground, _ = paste(ground, line, corners)
    return ground


def _base(rng: Generator, size: Size) -> Pixels:
    choice = rng.random()
    if choice < 0.75:
        first, second = (np.array(REDS[int(rng.integers(len(REDS)))], np.float32) for _ in range(2))
    elif choice < 0.9:
        first, second = (np.array(GOLDS[int(rng.integers(len(GOLDS)))], np.float32) for _ in range(2))
        first = first * 0.4 + 255 * 0.6
    else:
        first, second = rng.uniform(0, 255, (2, 3)).astype(np.float32)
    height, width = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    if rng.random() < 0.5:
        center = rng.uniform(0.2, 0.8, 2) * (width, height)
        along = np.hypot(x - center[0], y - center[1]) / np.hypot(width, height) * 1.4
    else:
        angle = rng.uniform(0, np.pi)
        along = x / width * np.cos(angle) + y / height * np.sin(angle)
    mixed = first * rng.uniform(0.9, 1.2) * (1 - along[..., None]) + second * rng.uniform(0.5, 1.0) * along[..., None]
    return _clipped(mixed)


def _rays(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    center = np.array([rng.uniform(0.2, 0.8) * width, rng.uniform(0.0, 1.1) * height])
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = np.arctan2(y - center[1], x - center[0])
    count = int(rng.integers(8, 30))
    light = (np.sin(angle * count) > rng.uniform(-0.4, 0.6)).astype(np.float32) * rng.uniform(10, 45)
    fall = np.clip(1 - np.hypot(x - center[0], y - center[1]) / (rng.uniform(0.5, 1.2) * width), 0, 1)
    return _clipped(ground + (light * fall)[..., None] * np.array((1.0, 0.85, 0.5), np.float32))


def _ribbons(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    made = ground.copy()
    for _ in range(int(rng.integers(1, 4))):
        colour = tuple(int(v) for v in (GOLDS if rng.random() < 0.5 else REDS)[int(rng.integers(5))])
        x = np.linspace(-10, width + 10, 40)
        y = height * (
            rng.uniform(0.3, 0.95) + rng.uniform(0.03, 0.15) * np.sin(x / width * rng.uniform(3, 9) + rng.uniform(0, 6))
        )
        thick = rng.uniform(0.02, 0.2) * height * (1 + 0.5 * np.sin(x / width * 5))
        band = np.concatenate([np.stack([x, y], 1), np.stack([x, y + thick], 1)[::-1]]).astype(np.int32)
        layer = made.copy()
        cv2.fillPoly(layer, [band], colour, cv2.LINE_AA)
        made = cv2.addWeighted(layer, rng.uniform(0.3, 0.9), made, 0.5, 0) if rng.random() < 0.3 else layer
    return made


def _hills(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    made = ground.copy()
    for level in np.sort(rng.uniform(0.55, 0.95, int(rng.integers(1, 4)))):
        x = np.linspace(0, width, 24)
        y = height * level - np.abs(rng.normal(0, 0.05 * height, 24))
        y = cv2.GaussianBlur(y[:, None].astype(np.float32), (1, 0), 1.5)[:, 0] if rng.random() < 0.5 else y
        points = np.concatenate([np.stack([x, y], 1), [(width, height), (0, height)]]).astype(np.int32)
        mean = ground.reshape(-1, 3).mean(axis=0) * rng.uniform(0.5, 1.3)
        cv2.fillPoly(made, [points], tuple(int(min(v, 255)) for v in mean), cv2.LINE_AA)
    return made


def _skyline(rng: Generator, ground: Pixels) -> Pixels:
    """Blocks, towers and a gate with a curved roof along the lower edge."""
    height, width = ground.shape[:2]
    made, left = ground.copy(), 0.0
    colour = tuple(int(v) for v in (GOLDS if rng.random() < 0.5 else REDS)[int(rng.integers(5))])
    while left < width:
        block, tall = rng.uniform(0.02, 0.08) * width, rng.uniform(0.05, 0.35) * height
        cv2.rectangle(made, (int(left), int(height - tall)), (int(left + block), height), colour, -1)
        left += block * rng.uniform(1.0, 1.6)
    if rng.random() < 0.4:
        middle, half, foot = rng.uniform(0.3, 0.7) * width, rng.uniform(0.12, 0.25) * width, height * 0.98
        for level, share in ((0.0, 1.0), (0.12, 0.75), (0.22, 0.5)):
            y = foot - (0.12 + level) * height
            roof = [
                (middle - half * share * 1.15, y),
                (middle - half * share * 0.8, y - 0.07 * height),
                (middle + half * share * 0.8, y - 0.07 * height),
                (middle + half * share * 1.15, y),
            ]
            cv2.fillPoly(made, [np.array(roof, np.int32)], colour, cv2.LINE_AA)
            cv2.rectangle(
                made, (int(middle - half * share), int(y)), (int(middle + half * share), int(foot)), colour, -1
            )
    return cv2.addWeighted(made, rng.uniform(0.4, 1.0), ground, 0.3, 0)


def _lanterns(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    made = ground.copy()
    for _ in range(int(rng.integers(1, 5))):
        x, y, r = (
            int(rng.uniform(0.03, 0.97) * width),
            int(rng.uniform(0.1, 0.35) * height),
            int(rng.uniform(0.04, 0.1) * height) + 2,
        )
        cv2.line(made, (x, 0), (x, y), GOLDS[0], 1)
        cv2.ellipse(made, (x, y), (int(1.25 * r), r), 0, 0, 360, REDS[int(rng.integers(3))], -1, cv2.LINE_AA)
        cv2.ellipse(made, (x, y), (int(0.6 * r), r), 0, 0, 360, GOLDS[1], 1, cv2.LINE_AA)
        cv2.line(made, (x, y + r), (x, y + 2 * r), GOLDS[1], 2)
    return made


def _doves(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    made = ground.copy()
    shape = np.array(
        [(0, 0), (0.5, -0.25), (0.9, -0.9), (0.8, -0.1), (1.3, 0.05), (1.6, 0.0), (1.3, 0.25), (0.6, 0.35)]
    )
    for _ in range(int(rng.integers(1, 6))):
        flip = rng.choice([-1, 1])
        points = shape * rng.uniform(0.03, 0.09) * height * (flip, 1) + rng.uniform(0.05, 0.95, 2) * (
            width,
            0.7 * height,
        )
        cv2.fillPoly(made, [points.astype(np.int32)], (255, 255, 250), cv2.LINE_AA)
    return made


def _sparks(rng: Generator, ground: Pixels) -> Pixels:
    height, width = ground.shape[:2]
    made = ground.copy()
    for x, y in (rng.random((int(rng.integers(10, 60)), 2)) * (width, height)).astype(int).tolist():
        cv2.circle(made, (x, y), int(rng.integers(1, 4)), _bright(rng), -1, cv2.LINE_AA)
    return made


def _curtain(rng: Generator, ground: Pixels) -> Pixels:
    """Folds of silk: soft vertical or slanting waves of light."""
    height, width = ground.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = np.sin(x / width * rng.uniform(6, 40) + y / height * rng.uniform(-8, 8) + 2 * np.sin(y / height * 4))
    return _clipped(ground * (1 + rng.uniform(0.05, 0.25) * wave)[..., None])


def _tinted(rng: Generator, photo: Pixels) -> Pixels:
    """A photograph under a veil of red or gold."""
    colour = np.array((REDS if rng.random() < 0.7 else GOLDS)[int(rng.integers(5))], np.float32)
    share = rng.uniform(0.3, 0.85)
    return _clipped(photo * (1 - share) + colour * share)


def _bright(rng: Generator) -> tuple[int, int, int]:
    return GOLDS[int(rng.integers(len(GOLDS)))] if rng.random() < 0.6 else (255, 255, 255)


def _clipped(values: Float32) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)
