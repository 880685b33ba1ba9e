"""Redraws an emblem in another technique: paint, pen, tiles, relief, gloss or stencil.

Shapes stay in place; colours, lines and textures change. The encoder is trained on these styles, and prototypes use
them (`prototypes.py`). The benchmark's styles (`training/images/synthesis/styles.py`) are separate code, and its
halftone dots are no style here. So the benchmark holds one style that is never learnt.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from models.arrays import Float32, Pixels, UInt8

Generator = np.random.Generator

MAX_PLAIN_CORNERS = 12
"""Detected corners of a plain flag: bands have none, a cross eight, one star ten; many flags share each."""


def restyled(rng: Generator, drawing: Pixels, plain: bool = False) -> Pixels:
    """The drawing in a random style.

    Args:
        rng: equal states give equal drawings.
        drawing: RGBA uint8 (height, width, 4).
        plain: only its colours distinguish the drawing, so only styles that keep them are used.

    Returns:
        RGBA uint8 of the same size.
    """
    if plain:
        return COLOUR_KEEPING_STYLES[int(rng.integers(len(COLOUR_KEEPING_STYLES)))](rng, drawing)
    style = STYLES[int(rng.choice(len(STYLES), p=STYLE_PROBABILITIES))]
    return style(rng, drawing)


def is_plain(drawing: Pixels) -> bool:
    """True if a flag, RGBA uint8 (height, width, 4), has so few corners that only its colours distinguish it."""
    corners = cv2.FastFeatureDetector.create(20).detect(cv2.cvtColor(drawing[..., :3], cv2.COLOR_RGB2GRAY))
    return len(corners) <= MAX_PLAIN_CORNERS


def one_colour(rng: Generator, colours: Pixels) -> Pixels:
    """Colours mapped by lightness to shades between two random ones, as in a stamp or a tinted print.

    Args:
        colours: RGB uint8 (height, width, 3).
    """
    light = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)[..., None] / 255.0
    if rng.random() < 0.4:
        light = (light > rng.uniform(0.35, 0.65)).astype(np.float64)
    dark, bright = rng.integers(0, 130, 3), rng.integers(120, 256, 3)
    if rng.random() < 0.25:
        dark, bright = bright, dark
    return (dark + light * (bright.astype(np.float64) - dark)).astype(np.uint8)


def visible_or_original(restyled: Pixels, drawing: Pixels) -> Pixels:
    """The restyled drawing, or the drawing itself where almost nothing of it stayed visible."""
    return restyled if (restyled[..., 3] > 0).mean() > 0.02 else drawing


def _painted(rng: Generator, drawing: Pixels) -> Pixels:
    """Few flat paints near the original colours, with wavering edges and sometimes an outline."""
    return _in_paints(rng, drawing, int(rng.integers(2, 9)), rng.uniform(0, 45))


def _painted_truly(rng: Generator, drawing: Pixels) -> Pixels:
    """As `_painted`, with enough paints of nearly the original colours."""
    return _in_paints(rng, drawing, int(rng.integers(6, 9)), rng.uniform(0, 15))


def _in_paints(rng: Generator, drawing: Pixels, paints: int, colour_noise: float) -> Pixels:
    wavering = _wavered(rng, drawing)
    colours, labels = _clusters(_on_paper(wavering, 255), paints)
    mixed = np.clip(colours + rng.normal(0, colour_noise, colours.shape), 0, 255).astype(np.uint8)
    labels = cv2.medianBlur(labels, int(rng.choice([3, 5, 7])))
    result = np.dstack([mixed[labels], _binary_opacity(wavering[..., 3])])
    if rng.random() < 0.6:
        edges = cv2.morphologyEx(labels, cv2.MORPH_GRADIENT, _brush(rng, 2, 4)) > 0
        result[edges & (result[..., 3] > 0)] = (*rng.integers(0, 80, 3), 255)
    return result


def _penned(rng: Generator, drawing: Pixels) -> Pixels:
    """Line art in one ink or in the drawing's colours, on transparency or on paper."""
    solid = _on_paper(drawing, int(rng.choice([0, 255])))
    light = cv2.cvtColor(cv2.medianBlur(solid, 3), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = rng.uniform(0.6, 1.6)
    lines = np.abs(cv2.GaussianBlur(light, (0, 0), fine) - cv2.GaussianBlur(light, (0, 0), 1.6 * fine))
    rim = cv2.morphologyEx(_binary_opacity(drawing[..., 3]), cv2.MORPH_GRADIENT, _brush(rng, 2, 4))
    ink = np.maximum(255 * (lines > rng.uniform(2.5, 9)).astype(np.uint8), rim)
    if rng.random() < 0.5:
        ink = cv2.dilate(ink, _brush(rng, 2, 4))
    result = np.dstack([np.full_like(solid, rng.integers(0, 256, 3)), ink])
    if rng.random() < 0.25:
        result[..., :3] = drawing[..., :3] // 2
    if rng.random() < 0.4:
        paper = _binary_opacity(drawing[..., 3]) > 0 if rng.random() < 0.6 else np.ones(ink.shape, bool)
        result[paper & (ink == 0)] = (*rng.integers(0, 256, 3), 255)
    return result


def _tiled(rng: Generator, drawing: Pixels) -> Pixels:
    """Coarse squares of few colours, as in pixel art, cross-stitch or mosaic."""
    height, width = drawing.shape[:2]
    across = int(rng.integers(18, 64))
    small = cv2.resize(drawing, (across, max(4, across * height // width)), interpolation=cv2.INTER_AREA)
    colours, labels = _clusters(np.ascontiguousarray(small[..., :3]), int(rng.integers(4, 14)))
    small = np.dstack([colours.astype(np.uint8)[labels], _binary_opacity(small[..., 3])])
    result = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    if rng.random() < 0.3:
        tile = max(2, width // across)
        result[::tile, :, :3] = result[::tile, :, :3] // 2
        result[:, ::tile, :3] = result[:, ::tile, :3] // 2
    return result


def _in_relief(rng: Generator, drawing: Pixels) -> Pixels:
    """Relief in one material, lit from one side, with lightness as height."""
    light = cv2.cvtColor(_on_paper(drawing, int(rng.choice([0, 255]))), cv2.COLOR_RGB2GRAY).astype(np.float32)
    raised = cv2.GaussianBlur(light + drawing[..., 3].astype(np.float32) / 2, (0, 0), rng.uniform(0.8, 2.5))
    angle = rng.uniform(0, 2 * np.pi)
    slope = cv2.Scharr(raised, cv2.CV_32F, 1, 0) * np.cos(angle) + cv2.Scharr(raised, cv2.CV_32F, 0, 1) * np.sin(angle)
    shade = np.tanh(slope / max(float(np.abs(slope).mean()) * rng.uniform(2, 6), 1e-3))[..., None]
    material = rng.integers(60, 220, 3)
    lit = np.clip(material + shade * rng.uniform(50, 140), 0, 255).astype(np.uint8)
    whole = rng.random() < 0.5
    return np.dstack([lit, np.full(light.shape, 255, np.uint8) if whole else _binary_opacity(drawing[..., 3])])


def _glossy(rng: Generator, drawing: Pixels) -> Pixels:
    """Glossy button: a gradient from above, a highlight, a darker rim."""
    height, width = drawing.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 + rng.uniform(0.1, 0.4) * -y - rng.uniform(0, 0.5) * (x**2 + y**2 > rng.uniform(0.5, 0.9))
    gleam = (x / rng.uniform(0.5, 1.0)) ** 2 + ((y + rng.uniform(0.3, 0.7)) / rng.uniform(0.2, 0.6)) ** 2 < 1
    colours = drawing[..., :3] * light[..., None] + 255 * rng.uniform(0.1, 0.4) * gleam[..., None]
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), drawing[..., 3]])


def _bicoloured(rng: Generator, drawing: Pixels) -> Pixels:
    """Paper cut or stencil in two inks: areas darker than their surroundings, and the rest."""
    light = cv2.cvtColor(_on_paper(drawing, int(rng.choice([0, 255]))), cv2.COLOR_RGB2GRAY)
    around = cv2.blur(light, (int(rng.integers(9, 60)),) * 2)
    dark = cv2.medianBlur(255 * (light.astype(int) + rng.integers(-8, 9) < around).astype(np.uint8), 5) > 0
    inks = rng.integers(0, 256, (2, 3)).astype(np.uint8)
    bare = rng.random() < 0.4
    opacity = _binary_opacity(drawing[..., 3]) * (dark if bare else np.ones_like(dark))
    return np.dstack([inks[dark.astype(int)], opacity.astype(np.uint8)])


STYLES: tuple[Callable[[Generator, Pixels], Pixels], ...] = (
    _painted,
    _penned,
    _tiled,
    _in_relief,
    _glossy,
    _bicoloured,
)
STYLE_PROBABILITIES = (0.38, 0.2, 0.12, 0.1, 0.1, 0.1)
COLOUR_KEEPING_STYLES = (_painted_truly, _painted_truly, _glossy)


def _wavered(rng: Generator, drawing: Pixels) -> Pixels:
    """Distorted by smooth displacement fields of two wavelengths, as by an unsteady hand."""
    height, width = drawing.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for cells, pull in ((rng.integers(2, 5), rng.uniform(0, 0.05)), (rng.integers(6, 14), rng.uniform(0, 0.02))):
        field = rng.normal(0, pull * max(height, width), (cells, cells, 2)).astype(np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
        x, y = x + field[..., 0], y + field[..., 1]
    return cv2.remap(drawing, x, y, cv2.INTER_LINEAR)


def _clusters(picture: Pixels, count: int) -> tuple[Float32, UInt8]:
    """K-means colours, float32 (count, 3), and each pixel's cluster, uint8 (height, width)."""
    cv2.setRNGSeed(0)
    sample = cv2.resize(picture, (40, 40), interpolation=cv2.INTER_NEAREST).reshape(-1, 3).astype(np.float32)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 6, 0)
    _, _, colours = cv2.kmeans(sample, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    distances = [((picture.astype(np.float32) - colour) ** 2).sum(axis=2) for colour in colours]
    return colours, np.argmin(distances, axis=0).astype(np.uint8)


def _on_paper(drawing: Pixels, paper: int) -> Pixels:
    opacity = drawing[..., 3:].astype(np.uint16)
    return ((drawing[..., :3] * opacity + paper * (255 - opacity)) // 255).astype(np.uint8)


def _binary_opacity(opacity: UInt8) -> UInt8:
    return 255 * (opacity > 100).astype(np.uint8)


def _brush(rng: Generator, low: int, high: int) -> UInt8:
    side = int(rng.integers(low, high))
    return np.ones((side, side), np.uint8)
