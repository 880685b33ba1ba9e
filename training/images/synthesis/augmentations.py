"""Imitations of emblems, as people make them, to learn from.

One imitation is a layout (filling, small, in a corner, beside another), a geometry, colours, things laid over it and a
loss of quality, each drawn from a seeded generator: their combinations are what no list of kinds could hold.
The benchmark makes its pictures with other code (`benchmark.py`), so that it does not test this generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from models.boxes import WHOLE_PICTURE
from models.images.encoder.restyled import one_colour, restyled, where_seen
from models.profile import Box
from training.images.sources.backgrounds import Backgrounds, Generator, Size, gradient, stripes

Array = np.ndarray

LETTERS = "ABCDEHKLMNORSTVXYZ0123456789"

RESTYLED = 0.5
"""Part of the imitations that are made again by another hand or technique: the kinds that are hardest to know again."""

PILED, MORE = 0.2, 4.0
"""Part of the imitations over which several things are laid at once, and how much likelier each of them is there."""

NEAREST_SHRINK = 0.6
"""Drawings that shrink further are averaged first, so that thin lines do not flicker."""


@dataclass(frozen=True)
class Augmented:
    """A picture and where the emblem is in it.

    Attributes:
        picture: RGB uint8 (height, width, 3).
        box: around what is seen of the emblem, as fractions.
    """

    picture: Array
    box: Box


def augment(  # noqa: PLR0913, PLR0917 - all that a picture is made of
    rng: Generator,
    drawing: Array,
    size: Size,
    backgrounds: Backgrounds,
    other: Array | None = None,
    strength: float = 1.0,
    plain: bool = False,
) -> Augmented:
    """One random imitation.

    Args:
        rng: the same generator state gives the same imitation.
        drawing: RGBA uint8 (height, width, 4).
        size: height and width of the picture in pixels.
        backgrounds: what it is put on.
        other: another graphic that may stand beside it or be stuck on it.
        effort: how likely each way to change it is, from 0 to 1 of what it is at most: with 0 the drawing stands
            unchanged and upright somewhere on some background.
        plain: its colours are all that tells it from others, so they are kept.
    """

    def tried() -> bool:
        return strength >= 1 or rng.random() < strength

    if tried():
        drawing = _warped(rng, _relit(rng, drawing) if plain else _recoloured(rng, drawing))
    if rng.random() < RESTYLED * strength:
        drawing = where_seen(restyled(rng, drawing, plain), drawing)
    center, side = _layout(rng, size)
    ground = backgrounds.any(rng, size)
    if other is not None and rng.random() < 0.25 * strength:
        ground = _beside(rng, ground, other, center, side)
    elif rng.random() < 0.08 * strength:
        ground = _disc(rng, ground, center, side)
    corners = _corners(rng, drawing, center, side) if tried() else _upright(drawing, side) + center
    picture, cover = paste(ground, drawing, corners)
    box = _seen(cover)
    if tried():
        picture = _overlaid(rng, picture, box, other)
    return Augmented(degraded(rng, picture) if tried() else picture, box)


def harmless_picture(rng: Generator, size: Size, backgrounds: Backgrounds) -> Array:
    """A picture that imitates nobody: photographs, bands of colour, shapes and letters."""
    choice = rng.random()
    if choice < 0.5:
        picture = backgrounds.photo(rng, size)
    elif choice < 0.65:
        picture = stripes(rng, size)
    elif choice < 0.8:
        return degraded(rng, initials(rng, size))
    else:
        picture = gradient(rng, size) if rng.random() < 0.5 else backgrounds.plain(rng, size)
    picture = np.ascontiguousarray(picture)
    for _ in range(rng.integers(0, 4) if choice < 0.5 else rng.integers(1, 6)):
        picture = _shape(rng, picture) if rng.random() < 0.6 else _lettered(rng, picture, WHOLE_PICTURE)
    return degraded(rng, picture)


def initials(rng: Generator, size: Size) -> Array:
    """One or two large letters on a colour, as sites give to accounts without a picture; logos of letters are near."""
    height, width = size
    text = "".join(rng.choice(list(LETTERS), rng.integers(1, 3)))
    font, thick = int(rng.choice([0, 2, 3, 4, 6, 7])), int(rng.integers(2, 7))
    (wide, tall), _ = cv2.getTextSize(text, font, 1.0, thick)
    scale = rng.uniform(0.4, 0.8) * min(width / wide, height / tall)
    ground = np.full((height, width, 3), _shade(rng), np.uint8)
    place = (int((width - wide * scale) / 2), int((height + tall * scale) / 2))
    return cv2.putText(ground, text, place, font, scale, _shade(rng), round(thick * scale), cv2.LINE_AA)


def reference(rng: Generator, drawing: Array, size: Size) -> Array:
    """As a gallery holds it: upright, unchanged, on a plain ground."""
    return centred(rng, drawing, np.full((*size, 3), rng.choice([255, 255, 0, 128]), np.uint8))


def centred(rng: Generator, drawing: Array, ground: Array) -> Array:
    """A drawing, upright and unchanged, about as large as the ground that it lies on, RGB uint8 (height, width, 3)."""
    size, (height, width) = ground.shape[:2], drawing.shape[:2]
    scale = min(size[0] / height, size[1] / width) * rng.uniform(0.8, 1.0)
    corners = _upright(drawing, max(height, width) * scale)
    return paste(ground, drawing, corners + np.array(size[::-1]) / 2)[0]


def paste(ground: Array, drawing: Array, corners: Array) -> tuple[Array, Array]:
    """Lay a drawing into a quadrilateral.

    Args:
        ground: RGB uint8 (height, width, 3).
        drawing: RGBA uint8.
        corners: float32 (4, 2), x and y in pixels of the drawing's top left, top right, bottom right, bottom left.

    Returns:
        The picture, and the drawing's opacity uint8 (height, width).
    """
    height, width = drawing.shape[:2]
    lengths = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    shrink = max(lengths) / max(height, width)
    if shrink < NEAREST_SHRINK:
        smaller = (max(2, round(width * shrink)), max(2, round(height * shrink)))
        drawing = cv2.resize(drawing, smaller, interpolation=cv2.INTER_AREA)
        height, width = drawing.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    laid = cv2.warpPerspective(drawing, matrix, ground.shape[1::-1], flags=cv2.INTER_LINEAR)
    opacity = laid[..., 3:].astype(np.uint16)
    blended = (laid[..., :3] * opacity + ground * (255 - opacity)) // 255
    return blended.astype(np.uint8), laid[..., 3]


def _layout(rng: Generator, size: Size) -> tuple[Array, float]:
    """Centre in pixels and longest side in pixels."""
    height, width = size
    short, mean = min(size), (height * width) ** 0.5
    kind = rng.choice(["fill", "over", "small", "corner"], p=[0.45, 0.1, 0.3, 0.15])
    if kind in {"fill", "over"}:
        side = short * (rng.uniform(0.6, 1.0) if kind == "fill" else rng.uniform(1.0, 1.5))
        room = np.abs(np.array([width, height]) - side) / 2 + 0.04 * short
        return np.array([width, height]) / 2 + rng.uniform(-1, 1, 2) * room * (0.4 if kind == "over" else 1.0), side
    side = min(mean * rng.uniform(0.2, 0.55), short * 0.95)
    low, high = np.full(2, side / 2), np.array([width, height]) - side / 2
    if kind == "small":
        return rng.uniform(low, high), side
    return np.where(rng.random(2) < 0.5, low, high) + rng.uniform(-0.02, 0.02, 2) * short, side


def _upright(drawing: Array, side: float) -> Array:
    """Corners around nothing, float (4, 2), of a drawing whose longest side is so many pixels."""
    height, width = drawing.shape[:2]
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array([width, height]) / max(height, width) * side / 2


def _corners(rng: Generator, drawing: Array, center: Array, side: float) -> Array:
    corners = _upright(drawing, side)
    if rng.random() < 0.3:
        corners = corners * rng.uniform(0.8, 1.2, 2)
    if rng.random() < 0.12:
        corners = corners * (-1, 1)
    angle = np.deg2rad(rng.normal(0, 8) if rng.random() < 0.8 else rng.uniform(-60, 60)) * (rng.random() < 0.5)
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    corners = corners @ turn
    if rng.random() < 0.25:
        corners = corners + rng.uniform(-0.14, 0.14, (4, 2)) * side
    return (corners + center).astype(np.float32)


def _recoloured(rng: Generator, drawing: Array) -> Array:
    colours, opacity = drawing[..., :3], drawing[..., 3:]
    choice = rng.random()
    if _is_one_colour(drawing) and choice < 0.7:
        return np.concatenate([np.full_like(colours, rng.integers(0, 256, 3)), opacity], axis=2)
    if choice < 0.1:
        return np.concatenate([one_colour(rng, colours), opacity], axis=2)
    if choice < 0.18:
        return np.concatenate([_turned_hue(rng, colours), opacity], axis=2)
    return _relit(rng, drawing)


def _relit(rng: Generator, drawing: Array) -> Array:
    """One time in three in other light, which changes no colour into another."""
    if rng.random() > 0.33:
        return drawing
    changed = cv2.convertScaleAbs(drawing[..., :3], alpha=rng.uniform(0.65, 1.3), beta=rng.uniform(-40, 40))
    changed = np.clip(changed.astype(np.int16) + rng.integers(-25, 26, 3), 0, 255).astype(np.uint8)
    return np.dstack([changed, drawing[..., 3]])


def _is_one_colour(drawing: Array) -> bool:
    inked = drawing[drawing[..., 3] > 200][:, :3]
    return len(inked) > 0 and float(inked.std(axis=0).max()) < 6.0


def _turned_hue(rng: Generator, colours: Array) -> Array:
    if rng.random() < 0.4:
        return np.ascontiguousarray(colours[..., rng.permutation(3)])
    hsv = cv2.cvtColor(colours, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + rng.integers(8, 172)) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _warped(rng: Generator, drawing: Array) -> Array:
    """Pulled out of shape smoothly, as a drawing by hand is."""
    if rng.random() > 0.18:
        return drawing
    height, width = drawing.shape[:2]
    cells = int(rng.integers(3, 7))
    pull = rng.uniform(-1, 1, (cells, cells, 2)).astype(np.float32) * rng.uniform(0.02, 0.06) * max(height, width)
    pull = cv2.resize(pull, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    warped = cv2.remap(drawing, x + pull[..., 0], y + pull[..., 1], cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        stroke = int(rng.integers(2, 4))
        change = cv2.erode if rng.random() < 0.5 else cv2.dilate
        warped[..., :3] = change(warped[..., :3], np.ones((stroke, stroke), np.uint8))
    return warped


def _beside(rng: Generator, ground: Array, other: Array, center: Array, side: float) -> Array:
    angle = rng.choice([0.0, np.pi, np.pi / 2, rng.uniform(0, 2 * np.pi)])
    away = side * rng.uniform(0.9, 1.3) * np.array([np.cos(angle), np.sin(angle)])
    return paste(ground, other, _corners(rng, other, center + away, side * rng.uniform(0.6, 1.1)))[0]


def _disc(rng: Generator, ground: Array, center: Array, side: float) -> Array:
    place, radius = tuple(map(int, center)), int(side * rng.uniform(0.5, 0.75))
    return cv2.circle(ground.copy(), place, radius, _shade(rng), -1, cv2.LINE_AA)


def _seen(cover: Array) -> Box:
    height, width = cover.shape
    inked = np.argwhere(cover > 32)
    if len(inked) == 0:
        return WHOLE_PICTURE
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    return (left / width, top / height, right / width, bottom / height)


def _overlaid(rng: Generator, picture: Array, box: Box, other: Array | None) -> Array:
    height, width = picture.shape[:2]
    more = MORE if rng.random() < PILED else 1.0
    if rng.random() < 0.12 * more:
        picture = _lettered(rng, picture, box)
    if rng.random() < 0.06 * more:
        picture = _shape(rng, picture, largest=0.2)
    if other is not None and rng.random() < 0.08 * more:
        left, top, right, bottom = np.array(box) * (width, height, width, height)
        place, side = rng.uniform((left, top), (right, bottom)), max(right - left, bottom - top) * 0.4
        picture = paste(picture, other, _corners(rng, other, place, side))[0]
    if rng.random() < 0.08 * more:
        thick = int(min(height, width) * rng.uniform(0.02, 0.1))
        picture = cv2.rectangle(picture.copy(), (0, 0), (width - 1, height - 1), _shade(rng), 2 * thick)
    if rng.random() < 0.14 * more:
        picture = _round(rng, picture)
    return picture


def _round(rng: Generator, picture: Array) -> Array:
    """Cut to the circle that avatars are shown in."""
    height, width = picture.shape[:2]
    mask = cv2.circle(np.zeros((height, width), np.uint8), (width // 2, height // 2), min(height, width) // 2, 1, -1)
    ground = 255 if rng.random() < 0.6 else rng.integers(0, 256, 3)
    return np.where(mask[..., None] > 0, picture, ground).astype(np.uint8)


def _lettered(rng: Generator, picture: Array, box: Box) -> Array:
    height, width = picture.shape[:2]
    text = "".join(rng.choice(list(LETTERS), rng.integers(2, 9)))
    place = rng.uniform((box[0] - 0.1, box[1]), (box[2] - 0.1, box[3] + 1e-6)) * (width, height)
    scale = rng.uniform(0.5, 1.8) * height / 192
    font = int(rng.integers(0, 8))
    thick = int(rng.integers(1, 5))
    return cv2.putText(picture.copy(), text, tuple(map(int, place)), font, scale, _shade(rng), thick, cv2.LINE_AA)


def _shape(rng: Generator, picture: Array, largest: float = 0.6) -> Array:
    height, width = picture.shape[:2]
    place = tuple(map(int, rng.uniform(0, 1, 2) * (width, height)))
    radius = max(2, int(rng.uniform(0.05, largest / 2) * min(height, width)))
    if rng.random() < 0.5:
        return cv2.circle(picture.copy(), place, radius, _shade(rng), -1, cv2.LINE_AA)
    far = (place[0] + radius * 2, place[1] + int(radius * rng.uniform(0.3, 2)))
    return cv2.rectangle(picture.copy(), place, far, _shade(rng), -1)


def _shade(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = map(int, rng.integers(0, 256, 3))
    return red, green, blue


def degraded(rng: Generator, picture: Array) -> Array:
    """A picture, RGB uint8 (height, width, 3), after what cameras, screens and sites do to it: shrunk, blurred, noisy,
    filmed, brighter or darker, compressed, each now and then.
    """
    if rng.random() < 0.2:
        picture = _shrunk(rng, picture)
    if rng.random() < 0.12:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 2.5))
    if rng.random() < 0.1:
        noise = rng.normal(0, rng.uniform(4, 28), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.1:
        picture = _filmed(rng, picture)
    if rng.random() < 0.2:
        picture = cv2.convertScaleAbs(picture, alpha=rng.uniform(0.6, 1.3), beta=rng.uniform(-35, 35))
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 85))]
        return cast(Array, cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR))
    return picture


def _shrunk(rng: Generator, picture: Array) -> Array:
    height, width = picture.shape[:2]
    scale = rng.uniform(0.25, 0.7)
    small = cv2.resize(picture, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_AREA)
    way = cv2.INTER_NEAREST if rng.random() < 0.3 else cv2.INTER_LINEAR
    return cv2.resize(small, (width, height), interpolation=way)


def _filmed(rng: Generator, picture: Array) -> Array:
    """A screen photographed: interference of two fine grids, a colour cast and uneven light."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.zeros((height, width, 3), np.float32)
    for channel in range(3):
        angle, period = rng.uniform(0, np.pi), rng.uniform(2.5, 14)
        phase = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
        bend = np.sin(y / height * rng.uniform(1, 6) + rng.uniform(0, 6)) * rng.uniform(0, 6)
        waves[..., channel] = np.sin(phase + bend)
    if rng.random() < 0.5:
        waves[:] = waves.mean(axis=2, keepdims=True) * 1.7
    light = cv2.resize(rng.uniform(0.7, 1.2, (2, 2)).astype(np.float32), (width, height))[..., None]
    return np.clip(picture * light * (1 + waves * rng.uniform(0.08, 0.3)), 0, 255).astype(np.uint8)
