"""Figures that wear an emblem: balls with eyes and outfits, people in flags, portraits under a fading flag."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Float32, Pixels, UInt8
from training.images.core.elements.accessories import OUTLINE, Body, draw_eyes, dress

Generator = np.random.Generator

WEARER_SIDE = 240
"""Longest side of a figure in pixels."""


def ball(rng: Generator, drawing: Pixels) -> Pixels:
    """A ball painted with a flag, with eyes, an outline and at times an outfit, RGBA uint8."""
    side = WEARER_SIDE
    body = Body(
        (side // 2, int(side * rng.uniform(0.52, 0.6))),
        (int(side * rng.uniform(0.3, 0.46)), int(side * rng.uniform(0.28, 0.42))),
        int(rng.integers(2, 7)),
    )
    mask = np.zeros((side, side), np.uint8)
    cv2.ellipse(mask, body.center, body.axes, rng.uniform(-10, 10), 0, 360, 255, -1, cv2.LINE_AA)
    painted = _lit(rng, graded(rng, _wrapped(rng, drawing, mask)), body)
    made = np.dstack([painted, mask])
    cv2.ellipse(made, body.center, body.axes, 0, 0, 360, OUTLINE, body.line, cv2.LINE_AA)
    if rng.random() < 0.9:
        draw_eyes(rng, made, body)
    dress(rng, made, body)
    return made


def person(rng: Generator, drawing: Pixels) -> Pixels:
    """A plain figure whose clothes carry the drawing, RGBA uint8."""
    side = WEARER_SIDE
    mask = np.zeros((side, side), np.uint8)
    top, half = int(side * rng.uniform(0.4, 0.48)), int(side * rng.uniform(0.22, 0.4))
    points = [
        (120 - half // 2, top),
        (120 + half // 2, top),
        (120 + half, top + 30),
        (120 + half, side),
        (120 - half, side),
        (120 - half, top + 30),
    ]
    cv2.fillPoly(mask, [np.array(points, np.int32)], 255, cv2.LINE_AA)
    made = np.dstack([graded(rng, stretched(rng, drawing, mask)), mask])
    skin = tuple(int(v) for v in rng.uniform((140, 90, 60), (255, 220, 190)))
    cv2.circle(made, (120, top - 38), int(rng.integers(40, 58)), (*skin, 255), -1, cv2.LINE_AA)
    hair = tuple(int(v) for v in rng.integers(0, 120, 3))
    cv2.ellipse(made, (120, top - 56), (52, 36), 0, 180, 360, (*hair, 255), -1, cv2.LINE_AA)
    draw_eyes(rng, made, Body((120, top - 30), (58, 50), 2))
    return made


def faded_over(rng: Generator, picture: Pixels, drawing: Pixels) -> tuple[Pixels, tuple[float, float, float, float]]:
    """A picture with a drawing over it that fades out toward one side, and the visible part's box in pixels."""
    height, width = picture.shape[:2]
    layer = cv2.resize(drawing, (width, height), interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle) + 0.5
    reach = rng.uniform(0.45, 0.8)
    opacity = np.clip((reach - along) / rng.uniform(0.1, 0.5), 0, rng.uniform(0.55, 1.0)) * (layer[..., 3] / 255.0)
    made = (layer[..., :3] * opacity[..., None] + picture * (1 - opacity[..., None])).astype(np.uint8)
    seen = np.argwhere(opacity > 0.25)
    if not len(seen):
        return made, (0.0, 0.0, float(width), float(height))
    (first_row, first_column), (last_row, last_column) = seen.min(axis=0), seen.max(axis=0) + 1
    return made, (float(first_column), float(first_row), float(last_column), float(last_row))


def graded(rng: Generator, painted: Pixels) -> Pixels:
    """Other brightness, contrast and saturation, as artists' and printers' colours differ; RGB uint8."""
    values = (painted.astype(np.float32) / 255) ** rng.uniform(0.75, 1.5)
    grey = values.mean(axis=2, keepdims=True)
    toned = grey + (values - grey) * rng.uniform(0.65, 1.15)
    return np.clip(toned * rng.uniform(190, 265) + rng.uniform(-8, 14, 3), 0, 255).astype(np.uint8)


def stretched(rng: Generator, drawing: Pixels, mask: UInt8) -> Pixels:
    """The drawing's colours over the extent of a mask, RGB uint8; transparent parts get a plain colour."""
    rows, columns = np.nonzero(mask.max(axis=1))[0], np.nonzero(mask.max(axis=0))[0]
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    scaled = cv2.resize(drawing, (int(width), int(height)), interpolation=cv2.INTER_AREA)
    opacity = scaled[..., 3:].astype(np.float32) / 255
    plain = rng.integers(0, 256, 3)
    made = np.zeros((*mask.shape, 3), np.uint8)
    made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = scaled[..., :3] * opacity + plain * (1 - opacity)
    return made


def _wrapped(rng: Generator, drawing: Pixels, mask: UInt8) -> Pixels:
    """The drawing around a ball, RGB uint8: bulging, turned, moved, at times with its sides hidden behind the rim."""
    flat = stretched(rng, drawing, mask)
    rows, columns = np.nonzero(mask.max(axis=1))[0], np.nonzero(mask.max(axis=0))[0]
    middle = np.array([(columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2], np.float32)
    half = np.array([np.ptp(columns) / 2, np.ptp(rows) / 2], np.float32)
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
    across, down = (x - middle[0]) / half[0], (y - middle[1]) / half[1]
    bulge, hidden = rng.uniform(0, 0.35), rng.choice([1.0, rng.uniform(0.65, 1.0)])
    scale = (1 - bulge + bulge * (across**2 + down**2)) * np.float32(1.0)
    angle = np.deg2rad(rng.normal(0, 10))
    turned = (
        across * np.cos(angle) - down * np.sin(angle) + rng.normal(0, 0.06),
        across * np.sin(angle) + down * np.cos(angle) + rng.normal(0, 0.06),
    )
    from_x = (middle[0] + half[0] * np.clip(turned[0] * scale * hidden, -0.98, 0.98)).astype(np.float32)
    from_y = (middle[1] + half[1] * np.clip(turned[1] * scale, -0.98, 0.98)).astype(np.float32)
    return np.asarray(cv2.remap(flat, from_x, from_y, cv2.INTER_LINEAR))


def _lit(rng: Generator, painted: Pixels, body: Body) -> Pixels:
    """Shading of a ball, RGB uint8: soft, or a shadow with a hard edge as cartoons have, and a highlight at times."""
    (x, y), (rx, ry) = body.center, body.axes
    rows, columns = np.mgrid[0 : painted.shape[0], 0 : painted.shape[1]].astype(np.float32)
    shift = rng.uniform(-0.35, 0.35), rng.uniform(-0.4, 0.0)
    distance = np.hypot((columns - x) / rx - shift[0], (rows - y) / ry - shift[1])
    light: Float32 = np.ones_like(distance)
    choice = rng.random()
    if choice < 0.4:
        light = np.where(distance > rng.uniform(0.8, 1.0), rng.uniform(0.6, 0.9), light)
    elif choice < 0.75:
        light = rng.uniform(1.0, 1.2) - rng.uniform(0.15, 0.5) * distance
    lit = painted * light[..., None]
    if rng.random() < 0.3:
        lit = lit + 255 * rng.uniform(0.15, 0.5) * (distance < rng.uniform(0.2, 0.4))[..., None]
    return np.clip(lit, 0, 255).astype(np.uint8)
