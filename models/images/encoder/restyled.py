"""Drawings as another hand or another technique makes them again: paints, pen, tiles, relief, gloss.

What stays is where the shapes are; colours, lines and textures do not. The encoder is trained on them, and a gallery
knows some of each drawing (`prototypes.py`). The benchmark's styles (`training/images/synthesis/styles.py`) are
other code, and its dots of cheap print are no style here, so that one kind is never learnt.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Array = np.ndarray
Generator = np.random.Generator

MAX_PLAIN_CORNERS = 12
"""Corners that a plain flag has at most: bands have none, a cross eight, one star ten; many flags share each."""


def restyled(rng: Generator, drawing: Array, plain: bool = False) -> Array:
    """The drawing in a style drawn at random.

    Args:
        rng: the same generator state gives the same drawing.
        drawing: RGBA uint8 (height, width, 4).
        plain: its colours are all that tells it from others, so only styles are used that keep them.

    Returns:
        RGBA uint8 of the same size.
    """
    if plain:
        return COLOUR_KEEPING_STYLES[int(rng.integers(len(COLOUR_KEEPING_STYLES)))](rng, drawing)
    style = STYLES[int(rng.choice(len(STYLES), p=STYLE_PROBABILITIES))]
    return style(rng, drawing)


def is_plain(drawing: Array) -> bool:
    """Whether a flag, RGBA uint8 (height, width, 4), has few corners: nothing but its colours tells it from others."""
    corners = cv2.FastFeatureDetector.create(20).detect(cv2.cvtColor(drawing[..., :3], cv2.COLOR_RGB2GRAY))
    return len(corners) <= MAX_PLAIN_CORNERS


def one_colour(rng: Generator, colours: Array) -> Array:
    """Between two random shades by lightness, as a stamp or a tinted print.

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


def visible_or_original(made: Array, drawing: Array) -> Array:
    """What was made of a drawing, or the drawing itself where a flat one left almost nothing to see."""
    return made if (made[..., 3] > 0).mean() > 0.02 else drawing


def _painted(rng: Generator, drawing: Array) -> Array:
    """Few flat paints, none quite the original's, with wavering edges and at times an outline."""
    return _in_paints(rng, drawing, int(rng.integers(2, 9)), rng.uniform(0, 45))


def _painted_truly(rng: Generator, drawing: Array) -> Array:
    """The same in paints that are nearly the original's, of which there are enough."""
    return _in_paints(rng, drawing, int(rng.integers(6, 9)), rng.uniform(0, 15))


def _in_paints(rng: Generator, drawing: Array, paints: int, off: float) -> Array:
    wavering = _wavered(rng, drawing)
    colours, places = _patches(_on_paper(wavering, 255), paints)
    mixed = np.clip(colours + rng.normal(0, off, colours.shape), 0, 255).astype(np.uint8)
    places = cv2.medianBlur(places, int(rng.choice([3, 5, 7])))
    result = np.dstack([mixed[places], _hard(wavering[..., 3])])
    if rng.random() < 0.6:
        edges = cv2.morphologyEx(places, cv2.MORPH_GRADIENT, _brush(rng, 2, 4)) > 0
        result[edges & (result[..., 3] > 0)] = (*rng.integers(0, 80, 3), 255)
    return result


def _penned(rng: Generator, drawing: Array) -> Array:
    """Lines alone, on nothing or on paper, of one ink or in the drawing's own colours."""
    solid = _on_paper(drawing, int(rng.choice([0, 255])))
    light = cv2.cvtColor(cv2.medianBlur(solid, 3), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = rng.uniform(0.6, 1.6)
    lines = np.abs(cv2.GaussianBlur(light, (0, 0), fine) - cv2.GaussianBlur(light, (0, 0), 1.6 * fine))
    rim = cv2.morphologyEx(_hard(drawing[..., 3]), cv2.MORPH_GRADIENT, _brush(rng, 2, 4))
    ink = np.maximum(255 * (lines > rng.uniform(2.5, 9)).astype(np.uint8), rim)
    if rng.random() < 0.5:
        ink = cv2.dilate(ink, _brush(rng, 2, 4))
    result = np.dstack([np.full_like(solid, rng.integers(0, 256, 3)), ink])
    if rng.random() < 0.25:
        result[..., :3] = drawing[..., :3] // 2
    if rng.random() < 0.4:
        paper = _hard(drawing[..., 3]) > 0 if rng.random() < 0.6 else np.ones(ink.shape, bool)
        result[paper & (ink == 0)] = (*rng.integers(0, 256, 3), 255)
    return result


def _tiled(rng: Generator, drawing: Array) -> Array:
    """Coarse squares of few colours: pixel art, cross-stitch, mosaic."""
    height, width = drawing.shape[:2]
    across = int(rng.integers(18, 64))
    small = cv2.resize(drawing, (across, max(4, across * height // width)), interpolation=cv2.INTER_AREA)
    colours, places = _patches(np.ascontiguousarray(small[..., :3]), int(rng.integers(4, 14)))
    small = np.dstack([colours.astype(np.uint8)[places], _hard(small[..., 3])])
    result = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    if rng.random() < 0.3:
        tile = max(2, width // across)
        result[::tile, :, :3] = result[::tile, :, :3] // 2
        result[:, ::tile, :3] = result[:, ::tile, :3] // 2
    return result


def _in_relief(rng: Generator, drawing: Array) -> Array:
    """Struck, cast or carved: lightness as height, lit from one side, in one material."""
    light = cv2.cvtColor(_on_paper(drawing, int(rng.choice([0, 255]))), cv2.COLOR_RGB2GRAY).astype(np.float32)
    raised = cv2.GaussianBlur(light + drawing[..., 3].astype(np.float32) / 2, (0, 0), rng.uniform(0.8, 2.5))
    angle = rng.uniform(0, 2 * np.pi)
    slope = cv2.Scharr(raised, cv2.CV_32F, 1, 0) * np.cos(angle) + cv2.Scharr(raised, cv2.CV_32F, 0, 1) * np.sin(angle)
    shade = np.tanh(slope / max(float(np.abs(slope).mean()) * rng.uniform(2, 6), 1e-3))[..., None]
    material = rng.integers(60, 220, 3)
    lit = np.clip(material + shade * rng.uniform(50, 140), 0, 255).astype(np.uint8)
    whole = rng.random() < 0.5
    return np.dstack([lit, np.full(light.shape, 255, np.uint8) if whole else _hard(drawing[..., 3])])


def _glossy(rng: Generator, drawing: Array) -> Array:
    """As buttons and balls are drawn: a gradient from above, a gleam, darker towards the rim."""
    height, width = drawing.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1 + rng.uniform(0.1, 0.4) * -y - rng.uniform(0, 0.5) * (x**2 + y**2 > rng.uniform(0.5, 0.9))
    gleam = (x / rng.uniform(0.5, 1.0)) ** 2 + ((y + rng.uniform(0.3, 0.7)) / rng.uniform(0.2, 0.6)) ** 2 < 1
    colours = drawing[..., :3] * light[..., None] + 255 * rng.uniform(0.1, 0.4) * gleam[..., None]
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), drawing[..., 3]])


def _bicoloured(rng: Generator, drawing: Array) -> Array:
    """Cut from paper or sprayed through a stencil: what is darker than its surroundings, and what is not."""
    light = cv2.cvtColor(_on_paper(drawing, int(rng.choice([0, 255]))), cv2.COLOR_RGB2GRAY)
    around = cv2.blur(light, (int(rng.integers(9, 60)),) * 2)
    dark = cv2.medianBlur(255 * (light.astype(int) + rng.integers(-8, 9) < around).astype(np.uint8), 5) > 0
    inks = rng.integers(0, 256, (2, 3)).astype(np.uint8)
    bare = rng.random() < 0.4
    opacity = _hard(drawing[..., 3]) * (dark if bare else np.ones_like(dark))
    return np.dstack([inks[dark.astype(int)], opacity.astype(np.uint8)])


STYLES: tuple[Callable[[Generator, Array], Array], ...] = (
    _painted,
    _penned,
    _tiled,
    _in_relief,
    _glossy,
    _bicoloured,
)
STYLE_PROBABILITIES = (0.38, 0.2, 0.12, 0.1, 0.1, 0.1)
COLOUR_KEEPING_STYLES = (_painted_truly, _painted_truly, _glossy)


def _wavered(rng: Generator, drawing: Array) -> Array:
    """Pulled out of shape by waves of two lengths, as an unsteady hand does."""
    height, width = drawing.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for cells, pull in ((rng.integers(2, 5), rng.uniform(0, 0.05)), (rng.integers(6, 14), rng.uniform(0, 0.02))):
        field = rng.normal(0, pull * max(height, width), (cells, cells, 2)).astype(np.float32)
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
        x, y = x + field[..., 0], y + field[..., 1]
    return cv2.remap(drawing, x, y, cv2.INTER_LINEAR)


def _patches(picture: Array, count: int) -> tuple[Array, Array]:
    """Colours float (count, 3) that stand for all, and uint8 (height, width), which of them is where."""
    cv2.setRNGSeed(0)
    sample = cv2.resize(picture, (40, 40), interpolation=cv2.INTER_NEAREST).reshape(-1, 3).astype(np.float32)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 6, 0)
    _, _, colours = cv2.kmeans(sample, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    distances = [((picture.astype(np.float32) - colour) ** 2).sum(axis=2) for colour in colours]
    return colours, np.argmin(distances, axis=0).astype(np.uint8)


def _on_paper(drawing: Array, paper: int) -> Array:
    opacity = drawing[..., 3:].astype(np.uint16)
    return ((drawing[..., :3] * opacity + paper * (255 - opacity)) // 255).astype(np.uint8)


def _hard(opacity: Array) -> Array:
    return 255 * (opacity > 100).astype(np.uint8)


def _brush(rng: Generator, low: int, high: int) -> Array:
    side = int(rng.integers(low, high))
    return np.ones((side, side), np.uint8)
