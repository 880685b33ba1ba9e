"""Stripes, crosses and cantons of no flag, and things that carry them: jerseys, scarves, ribbons, caps."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from PIL import Image

from models.arrays import Pixels
from training.images.negatives.canvas import Canvas, Colour, diagonal, flat, mixed, vertical
from training.images.negatives.charges import CHARGES
from training.images.negatives.outlines import (
    Outline,
    box,
    circle,
    corners,
    mirrored,
    moved,
    smooth,
    star,
    stroke,
    wavy,
)
from training.images.negatives.palette import (
    LATIN_FACES,
    METALS,
    REDS,
    TINCTURES,
    WHITE,
    Generator,
    any_colour,
    latin_name,
    pick,
    varied,
)
from training.images.sources.graphics import load_graphics
from training.images.synthesis.flag_likeness import Thumbnail, near_flag, thumbnail

MIN_CONTRAST = 160
"""Least difference of a club's two colours, summed over the channels."""

NEUTRALS: tuple[Colour, ...] = (WHITE, WHITE, (20, 20, 22), (245, 240, 225))


def invented_flag(rng: Generator) -> Pixels:
    """Bands, a cross, a canton, a triangle or a border in the proportions of a flag; RGBA uint8 (height, width, 4).

    Drawn again while it resembles a real flag.
    """
    while True:
        height = int(rng.integers(200, 257))
        canvas = Canvas(height, 320 / height)
        layout = LAYOUTS[int(rng.integers(len(LAYOUTS)))]
        layout(rng, canvas)
        drawing = canvas.drawing()
        if not near_flag(thumbnail(Image.fromarray(drawing)), _flags()):
            return drawing


def jersey(rng: Generator) -> Pixels:
    """A shirt with stripes, halves, hoops or a sash, often with a number; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    first, second = _two_colours(rng)
    shirt = smooth(
        mirrored(
            (0, -0.78), (0.2, -0.86), (0.46, -0.78), (0.96, -0.36), (0.78, -0.02), (0.56, -0.16), (0.56, 0.9), (0, 0.92)
        ),
        2,
    )
    outline = moved(shirt, 0, 0, 48)
    mask = canvas.mask(outline)
    canvas.fill(outline, flat(first))
    for piece in _pattern(rng):
        canvas.fill(moved(piece, scale=48), flat(second), mask)
    canvas.blend(
        moved(smooth(corners((0.1, -0.6), (0.5, -0.5), (0.56, 0.9), (0.3, 0.9))), scale=48), flat((0, 0, 0)), 0.12
    )
    canvas.fill(
        moved(smooth(mirrored((0, -0.62), (0.16, -0.72), (0.2, -0.86), (0, -0.78))), scale=48),
        flat(mixed(second, (0, 0, 0), 0.3)),
        mask,
    )
    canvas.line(outline, flat(mixed(first, (0, 0, 0), 0.6)), 0.8)
    if rng.random() < 0.5:
        ink = flat(WHITE if sum(first) < 400 else (20, 20, 30))
        canvas.words(str(int(rng.integers(1, 100))), 0, 6, 34, ink, pick(rng, LATIN_FACES))
    elif rng.random() < 0.5:
        canvas.fill(moved(pick(rng, (circle(), circle(6), star(6, 0.6))), 12, -18, 6), flat(pick(rng, METALS)))
    return canvas.drawing()


def scarf(rng: Generator) -> Pixels:
    """A fan's scarf or pennant with bands, fringe and a name; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    first, second = _two_colours(rng)
    if rng.random() < 0.5:
        edges = np.linspace(-42, 42, int(rng.integers(5, 14)))
        for number, (left, right) in enumerate(pairwise(edges.tolist())):
            canvas.fill(box(left, -13, right, 13), flat((first, second)[number % 2]))
        for y in range(-12, 13, 3):
            canvas.each([box(-48, y, -42, y + 1.6), box(42, y, 48, y + 1.6)], flat(first))
        if rng.random() < 0.7:
            canvas.fill(box(-26, -8, 26, 8), flat(first))
            canvas.words(latin_name(rng), 0, 0, 13, flat(second), pick(rng, LATIN_FACES), width=48)
        return canvas.drawing()
    outline = corners((-46, -30), (46, 0), (-46, 30))
    mask = canvas.mask(outline)
    canvas.fill(outline, diagonal(first, mixed(first, (0, 0, 0), 0.3)))
    for piece in _pattern(rng):
        if rng.random() < 0.6:
            canvas.fill(moved(piece, -10, 0, 40), flat(second), mask)
    canvas.words(
        latin_name(rng), -18, 0, 12, flat(WHITE if sum(first) < 400 else (20, 20, 30)), pick(rng, LATIN_FACES), width=48
    )
    return canvas.drawing()


def ribbon(rng: Generator) -> Pixels:
    """A bow, a loop or a band of medals in stripes; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(288)
    first, second = _two_colours(rng)
    third = varied(rng, pick(rng, METALS))
    kind = int(rng.integers(3))
    if kind == 0:
        colours = [pick(rng, (first, second, third)) for _ in range(int(rng.integers(5, 12)))]
        edges = np.linspace(-44, 44, 2 * len(colours))
        for left, right, colour in zip(edges[:-1], edges[1:], [*colours, *colours[-2::-1]], strict=True):
            canvas.fill(box(left, -14, right, 14), flat(colour))
        return canvas.drawing()
    if kind == 1:
        loop = [(-16, 46), (14, -20), (10, -40), (0, -46), (-10, -40), (-14, -20), (16, 46)]
        canvas.each(
            [stroke(loop[:4], 12), stroke(loop[3:], 12)],
            diagonal(mixed(first, WHITE, 0.3), first),
            flat(mixed(first, (0, 0, 0), 0.4)),
            0.5,
        )
        return canvas.drawing()
    wing = smooth(corners((2, 0), (30, -24), (45, -18), (44, 16), (30, 20)))
    tail = corners((2, 4), (24, 44), (14, 42), (8, 48), (-2, 8))
    edge = flat(mixed(first, (0, 0, 0), 0.5))
    for side in (1, -1):
        canvas.each(
            [moved(tail, stretch=side), moved(wing, stretch=side)],
            vertical(mixed(first, WHITE, 0.2), mixed(first, (0, 0, 0), 0.25)),
            edge,
            0.6,
        )
        canvas.fill(stroke([(side * 6, 0), (side * 36, 4)], [1, 5]), flat(second))
    canvas.each([moved(circle() * np.array([0.8, 1], np.float32), 0, 0, 8)], flat(first), edge, 0.6)
    return canvas.drawing()


def plain_flag(rng: Generator) -> Pixels:
    """A waving flag of one colour, mostly red, without a device, on a pole; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(288)
    colour = varied(rng, pick(rng, REDS if rng.random() < 0.7 else (*TINCTURES, *METALS)))
    waves, depth, phase = rng.uniform(1.0, 2.4), rng.uniform(2, 6), rng.uniform(0, 6)
    top, height, left, right = rng.uniform(-44, -36), rng.uniform(40, 58), -34.0, rng.uniform(26, 46)
    edges = np.linspace(left, right, 25).tolist()
    bends = [2 * np.pi * waves * (x - left) / (right - left) + phase for x in edges]
    for (x, bend), (after, next_bend) in pairwise(zip(edges, bends, strict=True)):
        y, below = top + depth * np.sin(bend), top + depth * np.sin(next_bend)
        light = 0.28 * float(np.cos(bend))
        shade = mixed(colour, WHITE, light) if light > 0 else mixed(colour, (0, 0, 0), -light)
        canvas.fill(corners((x, y), (after + 0.2, below), (after + 0.2, below + height), (x, y + height)), flat(shade))
    steel = pick(rng, ((150, 152, 158), (190, 150, 70), (90, 60, 40)))
    canvas.fill(box(left - 3, -48, left, 48), diagonal(mixed(steel, WHITE, 0.5), mixed(steel, (0, 0, 0), 0.4)))
    canvas.fill(moved(circle(24), left - 1.5, -47, 2.6), flat(mixed(steel, WHITE, 0.3)))
    return canvas.drawing()


def christmas_cap(rng: Generator) -> Pixels:
    """A red cap with white fur, as laid over portraits, flat or shaded; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(288)
    red = varied(rng, pick(rng, REDS))
    lean = rng.uniform(0.5, 1.0)
    cap = smooth(
        corners(
            (-0.78, 0.4),
            (-0.6, -0.2),
            (-0.2, -0.72),
            (0.3, -0.85 * lean),
            (0.8, -0.4),
            (0.94, 0.1),
            (0.72, 0.0),
            (0.5, -0.2),
            (0.62, 0.36),
        )
    )
    fur, ball = (
        smooth(corners((-0.92, 0.34), (0, 0.2), (0.74, 0.3), (0.8, 0.6), (0, 0.56), (-0.9, 0.7))),
        moved(wavy(12, 0.15), 0.86, 0.2, 0.2),
    )
    edge = flat((30, 20, 20) if rng.random() < 0.5 else mixed(red, (0, 0, 0), 0.4))
    paint = flat(red) if rng.random() < 0.5 else diagonal(mixed(red, WHITE, 0.2), mixed(red, (40, 0, 0), 0.5))
    snow = flat(WHITE) if rng.random() < 0.5 else vertical(WHITE, (205, 208, 216))
    side, turn = pick(rng, (1, -1)), rng.uniform(-25, 25)
    has_edge = rng.random() < 0.7
    for shape, colour in ((cap, paint), (fur, snow), (ball, snow)):
        placed = moved(shape, 0, 2, 44, turn, stretch=side)
        canvas.each([placed], colour, edge if has_edge else None, 1.2)
    return canvas.drawing()


def _two_colours(rng: Generator) -> tuple[Colour, Colour]:
    """A club's two colours: every third pair is red with white or gold."""
    if rng.random() < 0.35:
        return varied(rng, pick(rng, REDS)), varied(rng, pick(rng, (WHITE, WHITE, *METALS)), 5)
    first, second = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, (*NEUTRALS, *METALS, *TINCTURES)))
    return (first, second) if abs(sum(first) - sum(second)) > MIN_CONTRAST else (first, WHITE)


def _pattern(rng: Generator) -> list[Outline]:
    """Stripes, hoops, a half, a sash, a chevron, or checks, within the unit square."""
    count = int(rng.integers(3, 8))
    places = np.linspace(-0.9, 0.9, 2 * count).tolist()
    stripes = list(zip(places[::2], places[1::2], strict=True))
    cells = [(-1 + 0.25 * x, -1 + 0.25 * y) for x in range(8) for y in range(8) if (x + y) % 2]
    patterns = (
        [box(left, -1, right, 1) for left, right in stripes],
        [box(-1, top, 1, bottom) for top, bottom in stripes],
        [box(0, -1, 1, 1)],
        [moved(box(-0.16, -2, 0.16, 2), turn=float(pick(rng, (38, -38))))],
        [corners((-1, -0.5), (0, 0.1), (1, -0.5), (1, -0.2), (0, 0.4), (-1, -0.2))],
        [box(x, y, x + 0.25, y + 0.25) for x, y in cells],
    )
    return pick(rng, patterns)


@lru_cache(maxsize=1)
def _flags() -> Thumbnail:
    """Thumbnails of all real flags of the packages, int16 (n, 12, 12, 3)."""
    graphics = load_graphics()
    rows = graphics.rows(lambda item: item.kind == "flag")
    return np.array([thumbnail(Image.fromarray(graphics.drawing(row))) for row in rows])


def _flag_colour(rng: Generator) -> Colour:
    return any_colour(rng) if rng.random() < 0.25 else varied(rng, pick(rng, (*TINCTURES, *METALS, *REDS, *NEUTRALS)))


def _bands(rng: Generator, canvas: Canvas) -> None:
    """Two to nine bands of equal or unequal width."""
    wide, count = canvas.half_width, int(rng.integers(2, 10))
    weights = rng.uniform(0.3, 1.5, count) if rng.random() < 0.5 else np.ones(count)
    edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()]) * 2 - 1
    colours = [_flag_colour(rng) for _ in range(count)]
    if count > 4 and rng.random() < 0.5:
        colours = [colours[number % 2] for number in range(count)]
    upright = rng.random() < 0.4
    for start, end, colour in zip(edges[:-1], edges[1:], colours, strict=True):
        shape = box(start * wide, -50, end * wide, 50) if upright else box(-wide, start * 50, wide, end * 50)
        canvas.fill(shape, flat(colour))


def _crossed(rng: Generator, canvas: Canvas) -> None:
    """A cross, upright or diagonal, at times edged."""
    wide, x = canvas.half_width, canvas.half_width * float(pick(rng, (0, 0, -0.35)))
    canvas.fill(box(-wide, -50, wide, 50), flat(_flag_colour(rng)))
    turn, half = float(pick(rng, (0, 0, 0, 33))), rng.uniform(5, 14)
    for width in (half, half * 0.5)[: int(rng.integers(1, 3))]:
        paint = flat(_flag_colour(rng))
        for part in (box(-width, -120, width, 120), box(-220, -width, 220, width)):
            canvas.fill(moved(part, 0 if turn else x, 0, 1, turn), paint)


def _cantoned(rng: Generator, canvas: Canvas) -> None:
    """Bands or a field, with a device in the upper corner."""
    _bands(rng, canvas)
    wide, share = canvas.half_width, rng.uniform(0.7, 1.1)
    canvas.fill(box(-wide, -50, -wide + wide * share, 4), flat(_flag_colour(rng)))
    ink = flat(_flag_colour(rng))
    at = (-wide + wide * share / 2, -23.0)
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(3, 12))):
            spot = (at[0] + rng.uniform(-0.4, 0.4) * wide * share, at[1] + rng.uniform(-20, 20))
            canvas.fill(moved(pick(rng, (star(6, 0.5), star(), circle(16))), *spot, rng.uniform(2, 5)), ink)
    else:
        canvas.figure(CHARGES[pick(rng, list(CHARGES))], *at, 18, (ink, flat(_flag_colour(rng))))


def _wedged(rng: Generator, canvas: Canvas) -> None:
    """Bands with a triangle, chevron or zigzag at the hoist."""
    _bands(rng, canvas)
    wide, depth = canvas.half_width, rng.uniform(0.4, 1.2)
    if rng.random() < 0.5:
        canvas.fill(corners((-wide, -50), (-wide + wide * depth, 0), (-wide, 50)), flat(_flag_colour(rng)))
    else:
        teeth = int(rng.integers(4, 10))
        y = np.linspace(-50, 50, 2 * teeth + 1)
        x = np.where(np.arange(2 * teeth + 1) % 2, -wide + wide * depth * 0.7, -wide + wide * depth * 0.45)
        zigzag = np.concatenate([np.stack([x, y], 1), [(-wide, 50), (-wide, -50)]]).astype(np.float32)
        canvas.fill(zigzag, flat(_flag_colour(rng)))


def _charged(rng: Generator, canvas: Canvas) -> None:
    """Bands or a bordered field with a charge in the middle."""
    if rng.random() < 0.5:
        _bands(rng, canvas)
    else:
        wide, rim = canvas.half_width, rng.uniform(4, 12)
        canvas.fill(box(-wide, -50, wide, 50), flat(_flag_colour(rng)))
        canvas.fill(box(-wide + rim, -50 + rim, wide - rim, 50 - rim), flat(_flag_colour(rng)))
    if rng.random() < 0.4:
        canvas.fill(moved(circle(), scale=30), flat(_flag_colour(rng)))
    paints = (flat(_flag_colour(rng)), flat(_flag_colour(rng)))
    canvas.figure(CHARGES[pick(rng, list(CHARGES))], 0, 0, rng.uniform(18, 30), paints)


LAYOUTS = (_bands, _bands, _crossed, _cantoned, _wedged, _charged)
"""Layouts of invented flags."""
