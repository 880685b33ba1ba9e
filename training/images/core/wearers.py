"""Figures that wear an emblem: balls with eyes and hats, people in flags, portraits under a fading flag."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Pixels, UInt8

Generator = np.random.Generator

OUTLINE = (15, 12, 10, 255)
"""Colour of drawn outlines, RGBA."""

WEARER_SIDE = 240
"""Longest side of a figure in pixels."""


def ball(rng: Generator, drawing: Pixels) -> Pixels:
    """A ball painted with a flag, with eyes, outline and at times a hat or a belt, RGBA uint8."""
    side = WEARER_SIDE
    mask = np.zeros((side, side), np.uint8)
    axes = (int(side * rng.uniform(0.38, 0.46)), int(side * rng.uniform(0.36, 0.44)))
    center = (side // 2, int(side * 0.54))
    cv2.ellipse(mask, center, axes, rng.uniform(-10, 10), 0, 360, 255, -1, cv2.LINE_AA)
    made = np.dstack([_stretched(rng, drawing, mask), mask])
    if rng.random() < 0.5:
        y, x = np.mgrid[0:side, 0:side].astype(np.float32)
        light = 1.15 - 0.5 * np.hypot(x - 0.4 * side, y - 0.4 * side) / side
        made[..., :3] = np.clip(made[..., :3] * light[..., None], 0, 255).astype(np.uint8)
    ink, thick = tuple(int(v) for v in rng.integers(0, 60, 3)), int(rng.integers(2, 7))
    cv2.ellipse(made, center, axes, 0, 0, 360, (*ink, 255), thick, cv2.LINE_AA)
    if rng.random() < 0.9:
        _draw_eyes(rng, made, center)
    for _ in range(int(rng.integers(0, 5))):
        _draw_accessory(rng, made, center, axes)
    return made


def person(rng: Generator, drawing: Pixels) -> Pixels:
    """A plain figure whose clothes carry the drawing, RGBA uint8."""
    side = WEARER_SIDE
    body = np.zeros((side, side), np.uint8)
    top, half = int(side * rng.uniform(0.4, 0.48)), int(side * rng.uniform(0.22, 0.4))
    points = [
        (120 - half // 2, top),
        (120 + half // 2, top),
        (120 + half, top + 30),
        (120 + half, side),
        (120 - half, side),
        (120 - half, top + 30),
    ]
    cv2.fillPoly(body, [np.array(points, np.int32)], 255, cv2.LINE_AA)
    made = np.dstack([_stretched(rng, drawing, body), body])
    skin = tuple(int(v) for v in rng.uniform((140, 90, 60), (255, 220, 190)))
    cv2.circle(made, (120, top - 38), int(rng.integers(40, 58)), (*skin, 255), -1, cv2.LINE_AA)
    hair = tuple(int(v) for v in rng.integers(0, 120, 3))
    cv2.ellipse(made, (120, top - 56), (52, 36), 0, 180, 360, (*hair, 255), -1, cv2.LINE_AA)
    _draw_eyes(rng, made, (120, top - 30))
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


def _stretched(rng: Generator, drawing: Pixels, mask: UInt8) -> Pixels:
    """The drawing's colours over the extent of a mask, RGB uint8; transparent parts get a plain colour."""
    rows, columns = np.nonzero(mask.max(axis=1))[0], np.nonzero(mask.max(axis=0))[0]
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    scaled = cv2.resize(drawing, (int(width), int(height)), interpolation=cv2.INTER_AREA)
    opacity = scaled[..., 3:].astype(np.float32) / 255
    plain = rng.integers(0, 256, 3)
    made = np.zeros((*mask.shape, 3), np.uint8)
    made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = scaled[..., :3] * opacity + plain * (1 - opacity)
    return made


def _draw_eyes(rng: Generator, made: Pixels, center: tuple[int, int]) -> None:
    apart, size = int(rng.uniform(0.1, 0.2) * WEARER_SIDE), rng.uniform(0.035, 0.085) * WEARER_SIDE
    tilt = rng.uniform(-25, 25)
    for sign in (-1, 1):
        at = (center[0] + sign * apart, int(center[1] - 0.08 * WEARER_SIDE))
        axes = (int(size), int(size * rng.uniform(0.6, 1.2)))
        cv2.ellipse(made, at, axes, sign * tilt, 0, 360, (255, 255, 255, 255), -1, cv2.LINE_AA)
        if rng.random() < 0.6:
            cv2.ellipse(made, at, axes, sign * tilt, 0, 360, (10, 10, 10, 255), 2, cv2.LINE_AA)
        if rng.random() < 0.3:
            cv2.circle(made, at, max(1, int(size * 0.35)), (10, 10, 10, 255), -1, cv2.LINE_AA)


def _draw_accessory(rng: Generator, made: Pixels, center: tuple[int, int], axes: tuple[int, int]) -> None:
    """A hat, a belt, a beard, a tool or a shield, with a dark outline."""
    draw = (_draw_hat, _draw_hat, _draw_belt, _draw_tool, _draw_tool, _draw_beard)[int(rng.integers(6))]
    draw(rng, made, center, axes)


def _draw_hat(rng: Generator, made: Pixels, center: tuple[int, int], axes: tuple[int, int]) -> None:
    """A crown with a brim over the upper third, at times with horns or a plume."""
    (x, y), (rx, ry) = center, axes
    foot, brim, crown = (
        y - ry + int(rng.uniform(0.0, 0.6) * ry),
        int(rx * rng.uniform(0.6, 1.2)),
        int(rx * rng.uniform(0.4, 0.95)),
    )
    top = max(3, foot - int(rng.uniform(0.4, 0.9) * ry))
    colour, narrow = _colour(rng), rng.uniform(0.3, 1.0)
    crown_points = [
        (x - crown, foot),
        (x - int(crown * narrow), top),
        (x + int(crown * narrow), top),
        (x + crown, foot),
    ]
    _fill(made, crown_points, colour)
    if rng.random() < 0.3:
        for sign in (-1, 1):
            tip = (x + sign * int(crown * 1.3), max(3, top - 10))
            _fill(made, [(x + sign * crown, foot - 20), tip, (x + sign * int(0.7 * crown), foot - 34)], _colour(rng))
    if rng.random() < 0.7:
        cv2.ellipse(
            made, (x, foot), (brim, max(4, int(rng.uniform(0.08, 0.2) * ry))), 0, 0, 360, colour, -1, cv2.LINE_AA
        )
        cv2.ellipse(made, (x, foot), (brim, max(4, int(0.12 * ry))), 0, 0, 360, OUTLINE, 2, cv2.LINE_AA)


def _draw_belt(rng: Generator, made: Pixels, center: tuple[int, int], axes: tuple[int, int]) -> None:
    """A band across the body, level or slanting, at times with a buckle."""
    (x, y), (rx, ry) = center, axes
    level, slant = y + int(rng.uniform(-0.1, 0.6) * ry), int(rng.uniform(-0.6, 0.6) * ry)
    half = int(rng.uniform(0.04, 0.12) * ry) + 2
    band = [
        (x - rx, level - half),
        (x + rx, level + slant - half),
        (x + rx, level + slant + half),
        (x - rx, level + half),
    ]
    _fill(made, band, _colour(rng))
    if rng.random() < 0.5:
        middle = level + slant // 2
        _fill(
            made,
            [
                (x - half, middle - half),
                (x + half, middle - half),
                (x + half, middle + half),
                (x - half, middle + half),
            ],
            _colour(rng),
        )


def _draw_tool(rng: Generator, made: Pixels, center: tuple[int, int], axes: tuple[int, int]) -> None:
    """A stick, rifle or blade in front of one side."""
    (x, y), (rx, ry) = center, axes
    start = (int(x + rng.choice([-1, 1]) * rx * rng.uniform(0.5, 1.1)), int(y + rng.uniform(0.0, 0.9) * ry))
    end = (int(start[0] + rng.uniform(-60, 60)), int(start[1] - rng.uniform(60, 170)))
    thick = int(rng.integers(4, 16))
    cv2.line(made, start, end, OUTLINE, thick + 4, cv2.LINE_AA)
    cv2.line(made, start, end, _colour(rng), thick, cv2.LINE_AA)


def _draw_beard(rng: Generator, made: Pixels, center: tuple[int, int], axes: tuple[int, int]) -> None:
    """Fur or hair around one side."""
    (x, y), (rx, ry) = center, axes
    side, colour = int(rng.choice([-1, 1])), _colour(rng)
    for _ in range(int(rng.integers(4, 10))):
        at = (int(x + side * rx * rng.uniform(0.6, 1.05)), int(y + rng.uniform(-0.6, 0.9) * ry))
        cv2.circle(made, at, int(rng.uniform(0.06, 0.16) * rx) + 2, colour, -1, cv2.LINE_AA)


def _fill(made: Pixels, points: list[tuple[int, int]], colour: tuple[int, ...]) -> None:
    cv2.fillPoly(made, [np.array(points, np.int32)], colour, cv2.LINE_AA)
    cv2.polylines(made, [np.array(points, np.int32)], True, OUTLINE, 3, cv2.LINE_AA)


def _colour(rng: Generator) -> tuple[int, ...]:
    """A dull colour half of the time, as leather, fur and iron have; RGBA."""
    ranges = ((40, 30, 20), (150, 120, 100)) if rng.random() < 0.6 else ((0, 0, 0), (256, 256, 256))
    return (*(int(value) for value in rng.uniform(*ranges)), 255)
