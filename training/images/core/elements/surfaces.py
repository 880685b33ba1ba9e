"""Surfaces of a drawing: flat, one colour, outline, gloss, and relief in gold, metal or stone.

Real emblems are seldom as flat as a gallery's drawings: they are cast, struck, embroidered, printed with gradients or
cut out as pictograms. A relief is a height field under one light (Blinn 1977, models of light reflection).
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from models.arrays import Float32, Pixels, UInt8

Generator = np.random.Generator
Colour = tuple[int, int, int]

GOLDS: tuple[Colour, ...] = ((255, 222, 0), (250, 200, 60), (230, 180, 80), (255, 235, 140), (212, 160, 50))
REDS: tuple[Colour, ...] = ((222, 41, 16), (200, 16, 30), (230, 0, 18), (170, 20, 20), (240, 70, 50), (140, 10, 20))
METALS: tuple[Colour, ...] = (*GOLDS, (200, 205, 212), (176, 120, 70), (150, 140, 130))

MARK_SHARE = (0.02, 0.5)
"""Range of the ink's share of a drawing for which the ground around it may be left out."""

MIN_BORDER_AGREEMENT = 0.9
"""Fraction of an opaque drawing's border that has one colour, if a mark stands on a plain field."""


def any_surface(rng: Generator, drawing: Pixels) -> Pixels:
    """A drawing in a random surface, RGBA uint8 of the same shape.

    Args:
        rng: the same generator state gives the same surface.
        drawing: RGBA uint8 (height, width, 4).
    """
    surfaces = (_as_drawn, stencil, relief, gradient_filled, outlined, glossy)
    chosen = int(rng.choice(len(surfaces), p=(0.30, 0.2, 0.22, 0.16, 0.05, 0.07)))
    return surfaces[chosen](rng, drawing)


def mark_of(drawing: Pixels) -> Pixels | None:
    """The mark on the plain field of an opaque drawing, RGBA; None if it has no plain field or no fitting mark."""
    if (drawing[..., 3] > 250).mean() < 0.97:
        return None
    colours = drawing[..., :3].astype(np.int16)
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    field = np.median(border, axis=0)
    if (np.abs(border - field).max(axis=1) < 24).mean() < MIN_BORDER_AGREEMENT:
        return None
    distance = np.abs(colours - field).max(axis=2)
    opacity = np.clip((distance - 16) * 4, 0, 255).astype(np.uint8)
    if not MARK_SHARE[0] < (opacity > 128).mean() < MARK_SHARE[1]:
        return None
    rows, columns = np.nonzero(opacity.max(axis=1) > 128)[0], np.nonzero(opacity.max(axis=0) > 128)[0]
    cut = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return np.dstack([drawing[..., :3], opacity])[cut]


def stencil(rng: Generator, drawing: Pixels) -> Pixels:
    """A stencil: ink of one colour, mostly gold, white or red; light parts of a many-coloured drawing are cut out."""
    colour = _ink(rng)
    grey = cv2.cvtColor(np.ascontiguousarray(drawing[..., :3]), cv2.COLOR_RGB2GRAY)
    opacity = drawing[..., 3]
    inked = grey[opacity > 128]
    if len(inked) and inked.std() > 25 and rng.random() < 0.85:
        cut = float(inked.mean())
        is_dark_ink = rng.random() < 0.5
        part = np.clip((cut - grey.astype(np.float32)) * (6 if is_dark_ink else -6) + 128, 0, 255)
        opacity = (opacity.astype(np.float32) * part / 255).astype(np.uint8)
        if opacity.mean() < 0.03 * drawing[..., 3].mean():
            opacity = drawing[..., 3]
    return np.dstack([np.full_like(drawing[..., :3], colour), opacity])


def gradient_filled(rng: Generator, drawing: Pixels) -> Pixels:
    """A stencil in a gradient from a light to a dark metal colour, or the drawing under such a gradient."""
    height, width = drawing.shape[:2]
    first, second = (np.array(METALS[int(rng.integers(len(METALS)))], np.float32) for _ in range(2))
    ends = np.stack([first * rng.uniform(0.9, 1.15), second * rng.uniform(0.6, 1.0), first * rng.uniform(0.8, 1.1)])
    along = _ramp(rng, height, width) * 2
    filled = np.where(
        along[..., None] < 1,
        ends[0] + (ends[1] - ends[0]) * along[..., None],
        ends[1] + (ends[2] - ends[1]) * (along[..., None] - 1),
    )
    base = stencil(rng, drawing)
    detail = _grey(drawing)[..., None] / 255 * 0.6 + 0.6 if rng.random() < 0.5 else 1.0
    return np.dstack([_clipped(filled * detail), base[..., 3]])


def relief(rng: Generator, drawing: Pixels) -> Pixels:
    """Cast or struck: a height field from the distance to the edge and from brightness, under one light."""
    height_map = _height(rng, drawing)
    slope = rng.uniform(1.5, 5.0)
    dx, dy = cv2.Sobel(height_map, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(height_map, cv2.CV_32F, 0, 1, scale=0.25)
    normal = np.dstack([-dx * slope, -dy * slope, np.ones_like(dx)])
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.2)
    light = np.array([np.cos(angle) * np.cos(rise), np.sin(angle) * np.cos(rise), np.sin(rise)], np.float32)
    diffuse = np.clip(normal @ light, 0, 1)
    half = light + np.array([0, 0, 1], np.float32)
    shine = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** rng.uniform(8, 40)
    base = _base_colour(rng, drawing)
    lit = base * (rng.uniform(0.25, 0.5) + rng.uniform(0.6, 0.9) * diffuse[..., None])
    lit = lit + 255 * rng.uniform(0.2, 0.8) * shine[..., None]
    return np.dstack([_clipped(lit), drawing[..., 3]])


def outlined(rng: Generator, drawing: Pixels) -> Pixels:
    """Its lines alone, in one colour."""
    grey = cv2.GaussianBlur(_grey(drawing).astype(np.uint8), (0, 0), 1.0)
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rim = cv2.morphologyEx(drawing[..., 3], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    lines = np.maximum(np.clip(edges.astype(np.int16) * 3, 0, 255).astype(np.uint8), rim)
    if rng.random() < 0.6:
        lines = cv2.dilate(lines, np.ones((int(rng.integers(2, 5)),) * 2, np.uint8))
    return np.dstack([np.full_like(drawing[..., :3], _ink(rng)), lines])


def glossy(rng: Generator, drawing: Pixels) -> Pixels:
    """Its own colours under a gloss, with a bevel along the edge."""
    height, width = drawing.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bow = height * rng.uniform(0.35, 0.6) + np.sin(x / width * np.pi) * height * rng.uniform(-0.15, 0.15)
    gloss = np.where(y < bow, rng.uniform(30, 90) * (1 - y / height), -rng.uniform(0, 40))
    bevel = cv2.GaussianBlur(drawing[..., 3], (0, 0), max(1.0, 0.02 * width)).astype(np.float32) - 128
    lit = drawing[..., :3].astype(np.float32) + gloss[..., None] + 0.2 * bevel[..., None]
    return np.dstack([_clipped(lit), drawing[..., 3]])


def with_shadow(rng: Generator, drawing: Pixels) -> Pixels:
    """A drawing with a soft shadow or a glow behind it, RGBA with a margin of a tenth of its longer side."""
    margin = max(2, max(drawing.shape[:2]) // 10)
    padded = cv2.copyMakeBorder(drawing, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    is_glow = rng.random() < 0.4
    shift = (0, 0) if is_glow else rng.integers(1, max(2, margin // 2) + 1, 2)
    soft = cv2.GaussianBlur(np.roll(padded[..., 3], shift, (0, 1)), (0, 0), margin * rng.uniform(0.15, 0.4))
    colour = (255, 240, 180) if is_glow else (40, 10, 5)
    opacity = padded[..., 3:].astype(np.float32) / 255
    below = soft[..., None].astype(np.float32) / 255 * rng.uniform(0.4, 0.9)
    total = opacity + below * (1 - opacity)
    mixed = (padded[..., :3] * opacity + np.array(colour, np.float32) * below * (1 - opacity)) / np.maximum(total, 1e-3)
    return np.dstack([_clipped(mixed), _clipped(255 * total[..., 0])])


def _as_drawn(rng: Generator, drawing: Pixels) -> Pixels:
    if rng.random() < 0.5:
        return drawing
    cast_by = rng.uniform(0.75, 1.2, 3).astype(np.float32)
    return np.dstack([_clipped(drawing[..., :3] * cast_by + rng.uniform(-25, 25)), drawing[..., 3]])


def _ink(rng: Generator) -> Colour:
    choice = rng.random()
    if choice < 0.4:
        return GOLDS[int(rng.integers(len(GOLDS)))]
    if choice < 0.65:
        return (255, 255, 255)
    if choice < 0.8:
        return REDS[int(rng.integers(len(REDS)))]
    return cast(Colour, tuple(int(value) for value in rng.integers(0, 256, 3)))


def _grey(drawing: Pixels) -> Float32:
    return cv2.cvtColor(np.ascontiguousarray(drawing[..., :3]), cv2.COLOR_RGB2GRAY).astype(np.float32)


def _height(rng: Generator, drawing: Pixels) -> Float32:
    """Heights of a relief in pixels, float32 (height, width)."""
    side = max(drawing.shape[:2])
    solid = np.where(drawing[..., 3] > 128, 255, 0).astype(np.uint8)
    rim = np.minimum(cv2.distanceTransform(solid, cv2.DIST_L2, 3), side * rng.uniform(0.015, 0.05))
    inner = cv2.GaussianBlur(_grey(drawing), (0, 0), rng.uniform(0.8, 2.0)) / 255 * side * rng.uniform(0.02, 0.07)
    sign = 1.0 if rng.random() < 0.7 else -1.0
    return cast(Float32, (cv2.GaussianBlur(rim, (0, 0), 1.0) + sign * inner).astype(np.float32))


def _base_colour(rng: Generator, drawing: Pixels) -> Float32:
    """The material's colour, float32 (height, width, 3) or (3,): a metal, the drawing's own colours, or both mixed."""
    metal = np.array(METALS[int(rng.integers(len(METALS)))], np.float32)
    own = drawing[..., :3].astype(np.float32)
    share = rng.choice([0.0, 0.5, 0.9], p=[0.5, 0.25, 0.25])
    return cast(Float32, metal * (1 - share) + own * share)


def _ramp(rng: Generator, height: int, width: int) -> Float32:
    """A linear ramp from 0 to 1 in a random direction, float32 (height, width)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.choice([np.pi / 2, 0.0, rng.uniform(0, np.pi)])
    along = x * np.cos(angle) + y * np.sin(angle)
    return cast(Float32, (along - along.min()) / max(float(np.ptp(along)), 1.0))


def _clipped(values: Float32) -> UInt8:
    return np.clip(values, 0, 255).astype(np.uint8)
