"""Augmentations that the networks train on: an emblem as people imitate it, and harmless pictures.

An augmented picture is a layout, a geometry, colours, overlays and a loss of quality, each drawn at random. Their
combinations cover more than a list of kinds could; `augmentation_table.py` says how often and how far each goes.
The benchmark composes its pictures with other code (`edits.py`, `scenes.py`), so it does not test this generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from models.arrays import Float32, Float64, Pixels, UInt8
from models.boxes import WHOLE_PICTURE
from models.images.encoder.restyled import one_colour, restyled, visible_or_original
from models.profile import Box
from training.images.sources.backgrounds import Backgrounds, Generator, Size, gradient, stripes
from training.images.synthesis.augmentation_table import (
    COLOUR,
    GEOMETRY,
    HARMLESS,
    LAYOUT,
    LETTERING,
    OVERLAY,
    QUALITY,
    REFERENCE,
)

LETTERS = "ABCDEHKLMNORSTVXYZ0123456789"

MIN_DIRECT_SCALE = 0.6
"""Drawings that shrink further are averaged first, so that thin lines do not flicker."""

MIN_VISIBLE_OPACITY = 32
"""Opacity, of 255, above which a pixel of the emblem counts for its box."""


@dataclass(frozen=True)
class Augmented:
    """A picture and where the emblem is in it.

    Attributes:
        picture: RGB uint8 (height, width, 3).
        box: around the visible part of the emblem, as fractions of the picture.
    """

    picture: Pixels
    box: Box


def augment(  # noqa: PLR0913, PLR0917 - all that a picture is made of
    rng: Generator,
    drawing: Pixels,
    size: Size,
    backgrounds: Backgrounds,
    other: Pixels | None = None,
    strength: float = 1.0,
    plain: bool = False,
) -> Augmented:
    """One random picture of an emblem.

    Args:
        rng: the same generator state gives the same picture.
        drawing: RGBA uint8 (height, width, 4).
        size: height and width of the picture in pixels.
        backgrounds: grounds that the emblem is laid on.
        other: another graphic, RGBA, that may stand beside the emblem or be stuck on it.
        strength: from 0 to 1, a factor of each change's probability. With 0 the drawing stands unchanged and upright
            somewhere on some ground.
        plain: keep the colours, because nothing else distinguishes the emblem from others.
    """

    def applies() -> bool:
        return strength >= 1 or rng.random() < strength

    if applies():
        drawing = _warped(rng, _relit(rng, drawing) if plain else _recoloured(rng, drawing))
    if rng.random() < OVERLAY.restyle_rate * strength:
        drawing = visible_or_original(restyled(rng, drawing, plain), drawing)
    center, side = _layout(rng, size)
    ground = backgrounds.any(rng, size)
    if other is not None and rng.random() < OVERLAY.beside_rate * strength:
        ground = _with_other_beside(rng, ground, other, center, side)
    elif rng.random() < OVERLAY.disc_rate * strength:
        ground = _with_disc(rng, ground, center, side)
    corners = _corners(rng, drawing, center, side) if applies() else _upright(drawing, side) + center
    picture, opacity = paste(ground, drawing, corners)
    box = _visible_box(opacity)
    if applies():
        picture = _overlaid(rng, picture, box, other)
    return Augmented(degraded(rng, picture) if applies() else picture, box)


def harmless_picture(rng: Generator, size: Size, backgrounds: Backgrounds) -> Pixels:
    """A picture without an emblem: photographs, bands of colour, shapes and letters, RGB uint8 (height, width, 3)."""
    choice = rng.random()
    with_stripes = HARMLESS.photo_share + HARMLESS.stripes_share
    is_photo = choice < HARMLESS.photo_share
    if is_photo:
        picture = backgrounds.photo(rng, size)
    elif choice < with_stripes:
        picture = stripes(rng, size)
    elif choice < with_stripes + HARMLESS.initials_share:
        return degraded(rng, initials(rng, size))
    elif rng.random() < HARMLESS.gradient_rate:
        picture = gradient(rng, size)
    else:
        picture = backgrounds.plain(rng, size)
    picture = np.ascontiguousarray(picture)
    for _ in range(rng.integers(*(HARMLESS.photo_overlays if is_photo else HARMLESS.ground_overlays))):
        if rng.random() < HARMLESS.shape_rate:
            picture = _with_shape(rng, picture, HARMLESS.shape_side)
        else:
            picture = _with_letters(rng, picture, WHOLE_PICTURE)
    return degraded(rng, picture)


def initials(rng: Generator, size: Size) -> Pixels:
    """One or two large letters on a colour, as sites give to accounts without a picture: RGB uint8."""
    height, width = size
    text = "".join(rng.choice(list(LETTERS), rng.integers(*HARMLESS.initials)))
    font, thickness = int(rng.choice(HARMLESS.initials_fonts)), int(rng.integers(*HARMLESS.initials_thickness))
    (text_width, text_height), _ = cv2.getTextSize(text, font, 1.0, thickness)
    scale = rng.uniform(*HARMLESS.initials_side) * min(width / text_width, height / text_height)
    ground = np.full((height, width, 3), _colour(rng), np.uint8)
    start = (int((width - text_width * scale) / 2), int((height + text_height * scale) / 2))
    return cv2.putText(ground, text, start, font, scale, _colour(rng), round(thickness * scale), cv2.LINE_AA)


def reference(rng: Generator, drawing: Pixels, size: Size) -> Pixels:
    """A drawing as a gallery holds it: upright and unchanged on a plain ground, RGB uint8 (height, width, 3)."""
    return centred(rng, drawing, np.full((*size, 3), rng.choice(REFERENCE.grounds), np.uint8))


def centred(rng: Generator, drawing: Pixels, ground: Pixels) -> Pixels:
    """A drawing, upright and unchanged, about as large as its ground, RGB uint8 (height, width, 3)."""
    size, (height, width) = ground.shape[:2], drawing.shape[:2]
    scale = min(size[0] / height, size[1] / width) * rng.uniform(*REFERENCE.side)
    corners = _upright(drawing, max(height, width) * scale)
    return paste(ground, drawing, corners + np.array(size[::-1]) / 2)[0]


def paste(ground: Pixels, drawing: Pixels, corners: Float32 | Float64) -> tuple[Pixels, UInt8]:
    """Lay a drawing into a quadrilateral.

    Args:
        ground: RGB uint8 (height, width, 3).
        drawing: RGBA uint8.
        corners: (4, 2), x and y in pixels of the drawing's top left, top right, bottom right, bottom left.

    Returns:
        The picture, RGB uint8, and the drawing's opacity, uint8 (height, width).
    """
    height, width = drawing.shape[:2]
    lengths = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    scale = max(lengths) / max(height, width)
    if scale < MIN_DIRECT_SCALE:
        smaller = (max(2, round(width * scale)), max(2, round(height * scale)))
        drawing = cv2.resize(drawing, smaller, interpolation=cv2.INTER_AREA)
        height, width = drawing.shape[:2]
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    laid = cv2.warpPerspective(drawing, matrix, ground.shape[1::-1], flags=cv2.INTER_LINEAR)
    opacity = laid[..., 3:].astype(np.uint16)
    blended = (laid[..., :3] * opacity + ground * (255 - opacity)) // 255
    return blended.astype(np.uint8), laid[..., 3]


def _layout(rng: Generator, size: Size) -> tuple[Float64, float]:
    """Centre, (2,), x and y, and longest side of the emblem, all in pixels."""
    height, width = size
    picture, short = np.array([width, height]), min(size)
    shares = [LAYOUT.fill_share, LAYOUT.overflow_share, LAYOUT.small_share, LAYOUT.corner_share]
    kind = rng.choice(["fill", "overflow", "small", "corner"], p=shares)
    if kind in {"fill", "overflow"}:
        side = short * rng.uniform(*(LAYOUT.fill_side if kind == "fill" else LAYOUT.overflow_side))
        slack = np.abs(picture - side) / 2 + LAYOUT.fill_slack * short
        shift = rng.uniform(-1, 1, 2) * slack * (LAYOUT.overflow_shift if kind == "overflow" else 1.0)
        return picture / 2 + shift, side
    side = min((height * width) ** 0.5 * rng.uniform(*LAYOUT.small_side), short * LAYOUT.max_small_side)
    low, high = np.full(2, side / 2), picture - side / 2
    if kind == "small":
        return rng.uniform(low, high), side
    jitter = LAYOUT.corner_jitter
    return np.where(rng.random(2) < 0.5, low, high) + rng.uniform(-jitter, jitter, 2) * short, side


def _upright(drawing: Pixels, side: float) -> Float64:
    """Corners around the origin, (4, 2), of a drawing whose longest side is `side` pixels."""
    height, width = drawing.shape[:2]
    return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array([width, height]) / max(height, width) * side / 2


def _corners(rng: Generator, drawing: Pixels, center: Float64, side: float) -> Float32:
    """Corners of a drawing that is stretched, mirrored, turned and tilted at random, (4, 2) in pixels."""
    corners = _upright(drawing, side)
    if rng.random() < GEOMETRY.stretch_rate:
        corners = corners * rng.uniform(*GEOMETRY.stretch, 2)
    if rng.random() < GEOMETRY.mirror_rate:
        corners = corners * (-1, 1)
    is_slight = rng.random() < GEOMETRY.slight_turn_rate
    degrees = rng.normal(0, GEOMETRY.slight_turn) if is_slight else rng.uniform(*GEOMETRY.wide_turn)
    angle = np.deg2rad(degrees) * (rng.random() < GEOMETRY.turn_rate)
    corners = corners @ np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    if rng.random() < GEOMETRY.perspective_rate:
        corners = corners + rng.uniform(*GEOMETRY.perspective, (4, 2)) * side
    return (corners + center).astype(np.float32)


def _recoloured(rng: Generator, drawing: Pixels) -> Pixels:
    colours, opacity = drawing[..., :3], drawing[..., 3:]
    choice = rng.random()
    if _is_one_colour(drawing) and choice < COLOUR.repaint_rate:
        return np.concatenate([np.full_like(colours, rng.integers(0, 256, 3)), opacity], axis=2)
    if choice < COLOUR.one_colour_rate:
        return np.concatenate([one_colour(rng, colours), opacity], axis=2)
    if choice < COLOUR.one_colour_rate + COLOUR.hue_rate:
        return np.concatenate([_with_other_hue(rng, colours), opacity], axis=2)
    return _relit(rng, drawing)


def _relit(rng: Generator, drawing: Pixels) -> Pixels:
    """At times in other light, which changes no colour into another."""
    if rng.random() > COLOUR.relight_rate:
        return drawing
    contrast, brightness = rng.uniform(*COLOUR.relight_contrast), rng.uniform(*COLOUR.relight_brightness)
    changed = cv2.convertScaleAbs(drawing[..., :3], alpha=contrast, beta=brightness)
    changed = np.clip(changed.astype(np.int16) + rng.integers(*COLOUR.relight_cast, 3), 0, 255).astype(np.uint8)
    return np.dstack([changed, drawing[..., 3]])


def _is_one_colour(drawing: Pixels) -> bool:
    inked = drawing[drawing[..., 3] > COLOUR.inked_opacity][:, :3]
    return len(inked) > 0 and float(inked.std(axis=0).max()) < COLOUR.one_colour_spread


def _with_other_hue(rng: Generator, colours: Pixels) -> Pixels:
    if rng.random() < COLOUR.channel_swap_rate:
        return np.ascontiguousarray(colours[..., rng.permutation(3)])
    hsv = cv2.cvtColor(colours, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + rng.integers(*COLOUR.hue)) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def _warped(rng: Generator, drawing: Pixels) -> Pixels:
    """At times bent smoothly, with other strokes, as a drawing by hand is."""
    if rng.random() > GEOMETRY.warp_rate:
        return drawing
    height, width = drawing.shape[:2]
    nodes = int(rng.integers(*GEOMETRY.warp_nodes))
    shift = rng.uniform(-1, 1, (nodes, nodes, 2)).astype(np.float32)
    shift = cv2.resize(
        shift * rng.uniform(*GEOMETRY.warp) * max(height, width), (width, height), interpolation=cv2.INTER_CUBIC
    )
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    warped = cv2.remap(drawing, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR)
    if rng.random() < GEOMETRY.stroke_rate:
        stroke = int(rng.integers(*GEOMETRY.stroke))
        change = cv2.erode if rng.random() < GEOMETRY.thin_rate else cv2.dilate
        warped[..., :3] = change(warped[..., :3], np.ones((stroke, stroke), np.uint8))
    return warped


def _with_other_beside(rng: Generator, ground: Pixels, other: Pixels, center: Float64, side: float) -> Pixels:
    angle = rng.choice([0.0, np.pi, np.pi / 2, rng.uniform(0, 2 * np.pi)])
    distance = side * rng.uniform(*OVERLAY.beside_distance) * np.array([np.cos(angle), np.sin(angle)])
    corners = _corners(rng, other, center + distance, side * rng.uniform(*OVERLAY.beside_side))
    return paste(ground, other, corners)[0]


def _with_disc(rng: Generator, ground: Pixels, center: Float64, side: float) -> Pixels:
    middle, radius = tuple(map(int, center)), int(side * rng.uniform(*OVERLAY.disc_radius))
    return cv2.circle(ground.copy(), middle, radius, _colour(rng), -1, cv2.LINE_AA)


def _visible_box(opacity: UInt8) -> Box:
    height, width = opacity.shape
    inked = np.argwhere(opacity > MIN_VISIBLE_OPACITY)
    if len(inked) == 0:
        return WHOLE_PICTURE
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    return (left / width, top / height, right / width, bottom / height)


def _overlaid(rng: Generator, picture: Pixels, box: Box, other: Pixels | None) -> Pixels:
    """At times with letters, a shape, a sticker or a frame over it, or cut to a circle."""
    height, width = picture.shape[:2]
    factor = OVERLAY.pile_factor if rng.random() < OVERLAY.pile_rate else 1.0
    if rng.random() < OVERLAY.letters_rate * factor:
        picture = _with_letters(rng, picture, box)
    if rng.random() < OVERLAY.shape_rate * factor:
        picture = _with_shape(rng, picture, OVERLAY.shape_side)
    if other is not None and rng.random() < OVERLAY.sticker_rate * factor:
        picture = _with_sticker(rng, picture, box, other)
    if rng.random() < OVERLAY.frame_rate * factor:
        thickness = int(min(height, width) * rng.uniform(*OVERLAY.frame_width))
        corner = (width - 1, height - 1)
        picture = cv2.rectangle(picture.copy(), (0, 0), corner, _colour(rng), 2 * thickness)
    if rng.random() < OVERLAY.round_rate * factor:
        picture = _cut_round(rng, picture)
    return picture


def _with_sticker(rng: Generator, picture: Pixels, box: Box, other: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    left, top, right, bottom = np.array(box) * (width, height, width, height)
    center, side = rng.uniform((left, top), (right, bottom)), max(right - left, bottom - top) * OVERLAY.sticker_side
    return paste(picture, other, _corners(rng, other, center, side))[0]


def _cut_round(rng: Generator, picture: Pixels) -> Pixels:
    """Cut to the circle that avatars are shown in."""
    height, width = picture.shape[:2]
    mask = cv2.circle(np.zeros((height, width), np.uint8), (width // 2, height // 2), min(height, width) // 2, 1, -1)
    ground = 255 if rng.random() < OVERLAY.white_corner_rate else rng.integers(0, 256, 3)
    return np.where(mask[..., None] > 0, picture, ground).astype(np.uint8)


def _with_letters(rng: Generator, picture: Pixels, box: Box) -> Pixels:
    """A word that begins somewhere in the box."""
    height, width = picture.shape[:2]
    text, shift = "".join(rng.choice(list(LETTERS), rng.integers(*LETTERING.length))), LETTERING.shift
    start = rng.uniform((box[0] - shift, box[1]), (box[2] - shift, box[3] + 1e-6)) * (width, height)
    scale = rng.uniform(*LETTERING.scale) * height / LETTERING.scale_height
    font, thickness = int(rng.integers(*LETTERING.fonts)), int(rng.integers(*LETTERING.thickness))
    return cv2.putText(picture.copy(), text, tuple(map(int, start)), font, scale, _colour(rng), thickness, cv2.LINE_AA)


def _with_shape(rng: Generator, picture: Pixels, largest: float) -> Pixels:
    """A disc or rectangle anywhere, up to `largest` of the picture's shorter side across."""
    height, width = picture.shape[:2]
    start = tuple(map(int, rng.uniform(0, 1, 2) * (width, height)))
    radius = max(2, int(rng.uniform(LETTERING.min_radius, largest / 2) * min(height, width)))
    if rng.random() < LETTERING.circle_rate:
        return cv2.circle(picture.copy(), start, radius, _colour(rng), -1, cv2.LINE_AA)
    end = (start[0] + radius * 2, start[1] + int(radius * rng.uniform(*LETTERING.rectangle_height)))
    return cv2.rectangle(picture.copy(), start, end, _colour(rng), -1)


def _colour(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = map(int, rng.integers(0, 256, 3))
    return red, green, blue


def degraded(rng: Generator, picture: Pixels) -> Pixels:
    """A picture, RGB uint8 (height, width, 3), after what cameras, screens and sites do to it, each at times."""
    if rng.random() < QUALITY.shrink_rate:
        picture = _shrunk(rng, picture)
    if rng.random() < QUALITY.blur_rate:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(*QUALITY.blur))
    if rng.random() < QUALITY.noise_rate:
        noise = rng.normal(0, rng.uniform(*QUALITY.noise), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < QUALITY.moire_rate:
        picture = _with_moire(rng, picture)
    if rng.random() < QUALITY.exposure_rate:
        contrast, brightness = rng.uniform(*QUALITY.exposure_contrast), rng.uniform(*QUALITY.exposure_brightness)
        picture = cv2.convertScaleAbs(picture, alpha=contrast, beta=brightness)
    if rng.random() < QUALITY.jpeg_rate:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITY.jpeg_quality))]
        return cast(Pixels, cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR))
    return picture


def _shrunk(rng: Generator, picture: Pixels) -> Pixels:
    """Made smaller and enlarged again."""
    height, width = picture.shape[:2]
    scale = rng.uniform(*QUALITY.shrink)
    small = cv2.resize(picture, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_AREA)
    interpolation = cv2.INTER_NEAREST if rng.random() < QUALITY.nearest_rate else cv2.INTER_LINEAR
    return cv2.resize(small, (width, height), interpolation=interpolation)


def _with_moire(rng: Generator, picture: Pixels) -> Pixels:
    """A photographed screen: interference of two fine grids, a colour cast and uneven light."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = np.zeros((height, width, 3), np.float32)
    for channel in range(3):
        angle, period = rng.uniform(0, np.pi), rng.uniform(*QUALITY.moire_period)
        phase = (x * np.cos(angle) + y * np.sin(angle)) * (2 * np.pi / period)
        bend = np.sin(y / height * rng.uniform(*QUALITY.moire_bend_count) + rng.uniform(*QUALITY.moire_bend_phase))
        waves[..., channel] = np.sin(phase + bend * rng.uniform(*QUALITY.moire_bend))
    if rng.random() < QUALITY.grey_moire_rate:
        waves[:] = waves.mean(axis=2, keepdims=True) * QUALITY.grey_moire_gain
    light = cv2.resize(rng.uniform(*QUALITY.moire_light, (2, 2)).astype(np.float32), (width, height))[..., None]
    return np.clip(picture * light * (1 + waves * rng.uniform(*QUALITY.moire_contrast)), 0, 255).astype(np.uint8)
