"""What cartoon figures wear and hold over their bodies: hats, belts, jackets, hair, blades and shields."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.arrays import Float64, Pixels, UInt8

Generator = np.random.Generator
Colour = tuple[int, int, int, int]

OUTLINE: Colour = (15, 12, 10, 255)
"""Colour of drawn outlines, RGBA."""


@dataclass(frozen=True)
class Body:
    """A round body in a drawing.

    Attributes:
        center: x and y in pixels.
        axes: half width and half height in pixels.
        line: thickness of outlines in pixels.
    """

    center: tuple[int, int]
    axes: tuple[int, int]
    line: int


def dress(rng: Generator, made: Pixels, body: Body) -> None:
    """Draw a random outfit over a body, in place: at times none, at times everything.

    Args:
        rng: the same generator state gives the same outfit.
        made: RGBA uint8 (height, width, 4).
        body: where the body is.
    """
    if rng.random() < 0.15:
        return
    for draw, share in ((_draw_jacket, 0.15), (_draw_hair, 0.25), (_draw_belt, 0.5), (_draw_belt, 0.25)):
        if rng.random() < share:
            draw(rng, made, body)
    if rng.random() < 0.7:
        _draw_hat(rng, made, body)
    for draw, share in ((_draw_tool, 0.55), (_draw_tool, 0.15), (_draw_shield, 0.15)):
        if rng.random() < share:
            draw(rng, made, body)


def draw_eyes(rng: Generator, made: Pixels, body: Body) -> None:
    """Two white eyes, in place: round, or cut off above like a frown; with or without pupils and outlines."""
    (x, y), (rx, ry) = body.center, body.axes
    apart, tall = rng.uniform(0.22, 0.45) * rx, rng.uniform(0.08, 0.22) * ry
    wide, level, tilt = tall * rng.uniform(0.9, 1.7), y - rng.uniform(0.0, 0.35) * ry, rng.uniform(-25, 25)
    has_rim, has_pupil = rng.random() < 0.6, rng.random() < 0.3
    start = 0 if rng.random() < 0.5 else int(rng.uniform(-40, -1))
    end = 360 if start == 0 else 180 - start
    for sign in (-1, 1):
        at, axes = (int(x + sign * apart), int(level)), (max(2, int(wide)), max(2, int(tall)))
        points = cv2.ellipse2Poly(at, axes, int(sign * tilt), start, end, 12)
        cv2.fillPoly(made, [points], (250, 250, 245, 255), cv2.LINE_AA)
        if has_rim:
            cv2.polylines(made, [points], True, OUTLINE, max(1, body.line // 2), cv2.LINE_AA)
        if has_pupil:
            cv2.circle(made, at, max(1, int(tall * 0.35)), OUTLINE, -1, cv2.LINE_AA)


def _draw_hat(rng: Generator, made: Pixels, body: Body) -> None:
    """A hat, helmet or cap of random profile, with a brim, bands and ornaments at times."""
    (x, y), (rx, ry) = body.center, body.axes
    foot = y - ry * rng.uniform(0.15, 0.85)
    wide = rx * float(np.sqrt(max(0.1, 1 - ((y - foot) / ry) ** 2))) * rng.uniform(0.9, 1.15)
    top = max(4.0, foot - ry * rng.uniform(0.35, 1.0))
    levels = np.linspace(0, 1, 12)
    shape = rng.choice([0.5, 1.0, 2.0, 4.0])  # pointed, round, domed, or straight like a fez
    profile = wide * (1 - levels**shape * rng.uniform(0.5, 1.0)) * (1 + rng.normal(0, 0.03, 12))
    lean = rng.uniform(-0.25, 0.25) * rx * levels
    heights = foot + (top - foot) * levels
    right = np.stack([x + lean + profile, heights], axis=1)
    left = np.stack([x + lean - profile, heights], axis=1)[::-1]
    crown, colour = np.concatenate([right, left]), _colour(rng)
    if rng.random() < 0.35:
        _draw_horns(rng, made, body, (float(x), foot, wide))
    _fill(made, crown, colour, body.line)
    _fill(made, np.concatenate([right, right[::-1] - (0.35 * wide, 0)]), _shaded(colour, 0.7), 0)
    if rng.random() < 0.6:
        band = np.concatenate([right[:3], left[-3:]])
        _fill(made, band, _colour(rng), body.line // 2)
    if rng.random() < 0.6:
        _draw_brim(rng, made, body, (float(x), foot, wide), colour)
    if rng.random() < 0.45:
        at = (x + rng.uniform(-0.5, 0.5) * wide, foot + (top - foot) * rng.uniform(0.2, 0.8))
        _draw_ornament(rng, made, body, at)


def _draw_brim(rng: Generator, made: Pixels, body: Body, foot: tuple[float, float, float], colour: Colour) -> None:
    """An ellipse, or a brim turned up at its ends, below a hat's foot (x, y, half width)."""
    x, y, wide = foot
    half, tall = wide * rng.uniform(1.1, 1.7), max(4.0, body.axes[1] * rng.uniform(0.06, 0.22))
    angle = np.linspace(0, 2 * np.pi, 40)
    lift = rng.uniform(-0.35, 0.35) * body.axes[1] * np.cos(angle) ** 2
    points = np.stack([x + half * np.cos(angle), y + tall * np.sin(angle) - lift], axis=1)
    _fill(made, points, _shaded(colour, rng.uniform(0.75, 1.15)), body.line)


def _draw_horns(rng: Generator, made: Pixels, body: Body, foot: tuple[float, float, float]) -> None:
    """Horns, ears or wings at both sides of a hat's foot (x, y, half width)."""
    (x, y, wide), colour = foot, _colour(rng)
    rise, out, thick = body.axes[1] * rng.uniform(0.3, 0.8), wide * rng.uniform(0.1, 0.6), wide * rng.uniform(0.15, 0.4)
    for sign in (-1, 1):
        base = x + sign * wide * 0.85
        points = [(base - thick, y), (base + sign * out, y - rise), (base + thick, y)]
        _fill(made, np.array(points), colour, body.line)


def _draw_ornament(rng: Generator, made: Pixels, body: Body, at: tuple[float, float]) -> None:
    """A star, flower or disc, or a feather, in gold or any colour."""
    size, points = body.axes[0] * rng.uniform(0.08, 0.25), int(rng.integers(4, 10))
    colour = (235, 180, 50, 255) if rng.random() < 0.5 else _colour(rng)
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, size * rng.uniform(0.4, 1.0), size)
    if rng.random() < 0.3:  # a feather or plume
        angle, radius = np.array([-1.9, -1.7, -1.5, -0.6]), size * np.array([0.4, 3.0, 3.2, 0.5])
    _fill(made, np.stack([at[0] + radius * np.cos(angle), at[1] + radius * np.sin(angle)], axis=1), colour, body.line)


def _draw_belt(rng: Generator, made: Pixels, body: Body) -> None:
    """A band around the body, level or slanting, with pouches or a buckle at times."""
    (x, y), (rx, ry) = body.center, body.axes
    along = np.linspace(-1, 1, 24)
    slant, sag = rng.choice([0.0, rng.uniform(-0.8, 0.8)]) * ry, rng.uniform(0.0, 0.25) * ry
    middle = y + rng.uniform(-0.1, 0.65) * ry + sag * (1 - along**2) + slant * along
    across = x + rx * along
    half, colour = ry * rng.uniform(0.04, 0.11) + 1, _colour(rng)
    band = np.concatenate([np.stack([across, middle - half], 1), np.stack([across, middle + half], 1)[::-1]])
    is_body = _body_mask(made, body)
    worn = made.copy()
    _fill(worn, band, colour, body.line)
    for number in range(int(rng.choice([0, 1, 5, 7]))):
        at = 12 if number == 0 else int(rng.integers(2, 22))
        low, high = (
            (across[at] - half * 1.2, middle[at] - half * 1.3),
            (across[at] + half * 1.2, middle[at] + half * 1.3),
        )
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        _fill(worn, corners, (225, 175, 60, 255) if number == 0 else _shaded(colour, 1.3), body.line // 2)
    made[is_body] = worn[is_body]


def _draw_jacket(rng: Generator, made: Pixels, body: Body) -> None:
    """Clothes over the lower part of the body, open in the middle at times."""
    (x, y), (rx, ry) = body.center, body.axes
    along = np.linspace(-1, 1, 24)
    hem = y + ry * (rng.uniform(0.1, 0.6) + rng.uniform(-0.5, 0.5) * (1 - np.abs(along)))
    points = np.concatenate([np.stack([x + rx * along, hem], 1), [(x + rx, y + ry + 9.0), (x - rx, y + ry + 9.0)]])
    worn, is_body = made.copy(), _body_mask(made, body)
    _fill(worn, points, _colour(rng), body.line)
    made[is_body] = worn[is_body]


def _draw_hair(rng: Generator, made: Pixels, body: Body) -> None:
    """Hair, fur or ear flaps down both sides, or one."""
    (x, y), (rx, ry) = body.center, body.axes
    colour, low = _colour(rng), rng.uniform(-0.2, 0.8)
    for sign in (-1, 1)[: int(rng.choice([1, 2, 2]))]:
        for level in np.linspace(-0.7, low, int(rng.integers(4, 9))):
            side = rx * float(np.sqrt(1 - min(abs(level), 0.95) ** 2))
            at = (int(x + sign * side * rng.uniform(0.85, 1.05)), int(y + level * ry))
            cv2.circle(made, at, int(rng.uniform(0.08, 0.2) * rx) + 2, colour, -1, cv2.LINE_AA)


def _draw_tool(rng: Generator, made: Pixels, body: Body) -> None:
    """A rifle, blade, axe, staff or flower at one side, over the body or beside it."""
    (x, y), (rx, ry) = body.center, body.axes
    sign = int(rng.choice([-1, 1]))
    foot = np.array((x + sign * rx * rng.uniform(0.45, 1.15), y + ry * rng.uniform(0.1, 0.95)))
    lean = rng.uniform(-0.35, 0.35)
    along = np.array((np.sin(lean), -np.cos(lean)))
    across = np.array((-along[1], along[0]))
    length, half = ry * rng.uniform(0.8, 1.7), rx * rng.uniform(0.03, 0.1)
    cuts = np.sort(rng.uniform(0, 1, 2))
    starts, ends = (0.0, cuts[0], cuts[1]), (cuts[0], cuts[1], 1.0)
    for start, end in zip(starts, ends, strict=True):
        wide = half * rng.uniform(0.5, 1.9)
        low, high = foot + along * length * start, foot + along * length * end
        taper = rng.choice([1.0, 0.3])
        sides = [low - across * wide, high - across * wide * taper, high + across * wide * taper, low + across * wide]
        _fill(made, np.array(sides), _colour(rng), body.line)
    if rng.random() < 0.3:
        _draw_ornament(rng, made, body, (float((foot + along * length)[0]), float((foot + along * length)[1])))


def _draw_shield(rng: Generator, made: Pixels, body: Body) -> None:
    """A round shield of rings in front of one side."""
    (x, y), (rx, ry) = body.center, body.axes
    at = (int(x + rng.choice([-1, 1]) * rx * rng.uniform(0.5, 1.0)), int(y + ry * rng.uniform(0.0, 0.7)))
    radius = rx * rng.uniform(0.25, 0.5)
    for share in (1.0, 0.75, 0.3):
        cv2.circle(made, at, int(radius * share) + 1, _colour(rng), -1, cv2.LINE_AA)
        cv2.circle(made, at, int(radius * share) + 1, OUTLINE, max(1, body.line // 2), cv2.LINE_AA)


def _body_mask(made: Pixels, body: Body) -> UInt8:
    mask = np.zeros(made.shape[:2], np.uint8)
    cv2.ellipse(mask, body.center, body.axes, 0, 0, 360, 1, -1)
    return mask.astype(bool)


def _fill(made: Pixels, points: Float64, colour: Colour, line: int) -> None:
    corners = [np.round(points).astype(np.int32)]
    cv2.fillPoly(made, corners, colour, cv2.LINE_AA)
    if line:
        cv2.polylines(made, corners, True, OUTLINE, line, cv2.LINE_AA)


def _colour(rng: Generator) -> Colour:
    """A dull colour half of the time, as leather, fur and iron have; RGBA."""
    ranges = ((40, 30, 20), (150, 120, 100)) if rng.random() < 0.6 else ((0, 0, 0), (256, 256, 256))
    red, green, blue = (int(value) for value in rng.uniform(*ranges))
    return red, green, blue, 255


def _shaded(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, value * factor)) for value in colour[:3])
    return red, green, blue, 255
