"""Coats of arms of no state: families with helmet and mantling, towns with a wall for a crown, supporters, mottoes."""

from __future__ import annotations

import numpy as np

from models.arrays import Pixels
from training.images.negatives.canvas import Canvas, Colour, Paint, flat, mixed
from training.images.negatives.charges import CHARGES
from training.images.negatives.finish import engraved, one_colour, relief
from training.images.negatives.ornaments import helmet, mantling, motto, robe, wall_crown
from training.images.negatives.outlines import (
    SHIELDS,
    Outline,
    box,
    corners,
    mirrored,
    moved,
    rays,
    smooth,
    stroke,
    wreath,
)
from training.images.negatives.palette import (
    BLACK,
    METALS,
    MOTTOS,
    TINCTURES,
    WHITE,
    Generator,
    latin_name,
    pick,
    shaded,
    varied,
)

SUPPORTERS = ("lion", "lion", "griffin", "unicorn", "bear", "eagle", "stag_head", "horse_head")


def family_arms(rng: Generator) -> Pixels:
    """A shield with helmet, torse, crest and mantling, often a motto; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320), flat(BLACK if rng.random() < 0.8 else mixed(BLACK, pick(rng, TINCTURES), 0.6))
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    size, y = rng.uniform(18, 23), rng.uniform(12, 15)
    mantling(rng, canvas, y - size, (colour, metal), edge)
    arms(rng, canvas, 0, y, size, (colour, metal), edge)
    helmet(rng, canvas, y - size - rng.uniform(4, 7), (colour, metal), edge, rng.uniform(0.85, 1.15))
    if rng.random() < 0.8:
        motto(
            rng,
            canvas,
            min(44, y + size + rng.uniform(2, 6)),
            pick(rng, MOTTOS) if rng.random() < 0.5 else latin_name(rng),
            edge,
        )
    return _finished(rng, canvas)


def town_arms(rng: Generator) -> Pixels:
    """A shield, often under a wall crown and between branches or above a ribbon; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320), flat(pick(rng, (BLACK, BLACK, (70, 60, 40))))
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    size, y = rng.uniform(24, 40), rng.uniform(-4, 4)
    if rng.random() < 0.5:
        size = min(size, 28)
        green = flat(varied(rng, pick(rng, ((30, 110, 50), (90, 120, 40), (200, 160, 50)))))
        canvas.each([moved(leaf, 0, y) for leaf in wreath(size * 1.3, size * 0.32, end=40)], green, edge, 0.3)
    arms(rng, canvas, 0, y, size, (colour, metal), edge)
    if rng.random() < 0.55:
        wall_crown(rng, canvas, y - size * 1.02, size * 0.62, flat(varied(rng, pick(rng, METALS))), edge)
    if rng.random() < 0.5:
        motto(rng, canvas, min(43, y + size * 1.22), latin_name(rng), edge)
    return _finished(rng, canvas)


def supported_arms(rng: Generator) -> Pixels:
    """A shield held by two beasts, under a crown or crest, above a ribbon; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320, 1.2), flat(BLACK)
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    size, y = rng.uniform(18, 22), rng.uniform(-2, 2)
    beasts = (
        [CHARGES[name] for name in rng.choice(SUPPORTERS, 2)]
        if rng.random() < 0.3
        else [CHARGES[pick(rng, SUPPORTERS)]] * 2
    )
    fur = flat(varied(rng, pick(rng, (*METALS, *TINCTURES))))
    details = flat(mixed(colour, WHITE, 0.3))
    if rng.random() < 0.3:
        mantling(rng, canvas, y - size, (colour, metal), edge)
    for side, beast in zip((1, -1), beasts, strict=True):
        canvas.figure(
            beast, side * (size + 16), y + 2, rng.uniform(22, 25), (fur, details), stretch=side * 0.85, edge=edge
        )
    arms(rng, canvas, 0, y, size, (colour, metal), edge)
    if rng.random() < 0.5:
        helmet(rng, canvas, y - size - 5, (colour, metal), edge, scale=0.8)
    else:
        gold = flat(varied(rng, METALS[0]))
        canvas.figure(CHARGES["crown"], 0, y - size - 9, 10, (gold, flat(colour)), edge=edge)
    motto(rng, canvas, 37, pick(rng, MOTTOS), edge)
    return _finished(rng, canvas)


def princely_arms(rng: Generator) -> Pixels:
    """A shield before a robe lined with ermine, under a crown; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320), flat(BLACK)
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    robe(rng, canvas, -32, edge)
    arms(rng, canvas, 0, 2, rng.uniform(18, 22), (colour, metal), edge)
    if rng.random() < 0.4:
        canvas.each(
            [moved(leaf, 0, 2) for leaf in wreath(26, 8, end=50)], flat(varied(rng, pick(rng, METALS))), edge, 0.3
        )
    gold = flat(varied(rng, METALS[0]))
    canvas.figure(CHARGES["crown"], 0, -37, 11, (gold, flat(colour)), edge=edge)
    if rng.random() < 0.5:
        motto(rng, canvas, 41, pick(rng, MOTTOS), edge)
    return _finished(rng, canvas)


def arms(
    rng: Generator, canvas: Canvas, x: float, y: float, size: float, colours: tuple[Colour, Colour], edge: Paint
) -> None:
    """A shield with a division and charges, in a tincture, a metal and often a third colour.

    Args:
        rng: chooses shape, division and charges.
        canvas: drawn on.
        x, y, size: centre and half height in units.
        colours: a dark and a light one.
        edge: paint of outlines.
    """
    outline = moved(pick(rng, SHIELDS), x, y, size)
    mask = canvas.mask(outline)
    colour, metal = colours if rng.random() < 0.6 else colours[::-1]
    third = varied(rng, pick(rng, TINCTURES if colour == colours[1] else METALS))
    canvas.fill(outline, shaded(rng, colour, 0.15))
    division, fields = pick(rng, DIVISIONS)
    pieces = [moved(piece, x, y, size) for piece in division(rng)]
    for piece in pieces:
        canvas.fill(piece, shaded(rng, metal, 0.12), mask)
        canvas.line(piece, edge, 0.35, mask)
    shared = pick(rng, list(CHARGES))
    for place_x, place_y, radius, on_metal in fields:
        if rng.random() < 0.88:
            ink = (colour if colour in colours[:1] else third) if on_metal else (third if rng.random() < 0.4 else metal)
            if ink == (metal if on_metal else colour):
                ink = third
            name = shared if rng.random() < 0.7 else pick(rng, list(CHARGES))
            detail = flat(metal if on_metal else colour)
            at = (x + place_x * size, y + place_y * size)
            canvas.figure(CHARGES[name], *at, radius * size, (flat(ink), detail), edge=edge, width=0.25)
    canvas.line(outline, edge if rng.random() < 0.6 else flat(mixed(METALS[0], BLACK, 0.2)), rng.uniform(0.6, 1.8))


Place = tuple[float, float, float, bool]
"""Centre, radius, and whether it is on a piece of metal."""


def _plain(rng: Generator) -> list[Outline]:
    return []


def _pale(rng: Generator) -> list[Outline]:
    return [box(-1, -1.1, 0, 1.1)]


def _fess(rng: Generator) -> list[Outline]:
    return [box(-1, -0.25, 1, 0.2)]


def _chief(rng: Generator) -> list[Outline]:
    return [box(-1, -1.1, 1, -0.42)]


def _quarterly(rng: Generator) -> list[Outline]:
    return [box(-1, -1.1, 0, -0.05), box(0, -0.05, 1, 1.1)]


def _bend(rng: Generator) -> list[Outline]:
    side = pick(rng, (1, -1))
    return [corners((-side, -1.1), (-side * 0.55, -1.1), (side, 0.65), (side, 1.15), (side * 0.7, 1.1), (-side, -0.75))]


def _chevron(rng: Generator) -> list[Outline]:
    return [mirrored((0, -0.25), (1, 0.55), (1, 0.9), (0, 0.15))]


def _saltire(rng: Generator) -> list[Outline]:
    return [moved(box(-2, -0.14, 2, 0.14), 0, -0.05, 1, turn) for turn in (48, -48)]


def _barry(rng: Generator) -> list[Outline]:
    count = int(rng.integers(3, 6))
    return [box(-1, -1 + 2 * row / count, 1, -1 + (2 * row + 1) / count) for row in range(count)]


def _paly(rng: Generator) -> list[Outline]:
    count = int(rng.integers(2, 5))
    return [box(-0.85 + 1.7 * row / count, -1.1, -0.85 + 1.7 * (row + 0.5) / count, 1.1) for row in range(count)]


def _checky(rng: Generator) -> list[Outline]:
    step = 2 / int(pick(rng, (4, 7, 8)))  # five by five are a state's
    cells = range(9)
    return [
        box(-1 + column * step, -1 + row * step, -1 + (column + 1) * step, -1 + (row + 1) * step)
        for row in cells
        for column in cells
        if (row + column) % 2
    ]


def _wavy_base(rng: Generator) -> list[Outline]:
    lines = []
    for y in (0.35, 0.6, 0.85):
        points = [(x, y + 0.05 * (-1) ** number) for number, x in enumerate(np.linspace(-1, 1, 9).tolist())]
        lines.append(smooth(stroke(points, 0.12), 2))
    return lines


def _gyronny(rng: Generator) -> list[Outline]:
    return [piece * np.float32(1.6) for piece in rays(4)]


DIVISIONS = (
    (_plain, ((0.0, 0.0, 0.62, False),)),
    (_plain, ((-0.36, -0.46, 0.3, False), (0.36, -0.46, 0.3, False), (0.0, 0.38, 0.32, False))),
    (_pale, ((-0.38, -0.1, 0.34, True), (0.38, -0.1, 0.34, False))),
    (_fess, ((0.0, -0.6, 0.28, False), (0.0, 0.56, 0.3, False))),
    (_fess, ((-0.4, -0.6, 0.22, False), (0.4, -0.6, 0.22, False), (0.0, -0.02, 0.18, True), (0.0, 0.56, 0.28, False))),
    (_chief, ((0.0, 0.2, 0.5, False), (-0.45, -0.7, 0.2, True), (0.45, -0.7, 0.2, True), (0.0, -0.7, 0.2, True))),
    (
        _quarterly,
        ((-0.38, -0.5, 0.32, True), (0.38, -0.5, 0.32, False), (-0.34, 0.34, 0.28, False), (0.34, 0.34, 0.28, True)),
    ),
    (_bend, ((-0.4, 0.25, 0.26, False), (0.4, -0.5, 0.28, False))),
    (_chevron, ((-0.45, -0.52, 0.26, False), (0.45, -0.52, 0.26, False), (0.0, 0.58, 0.26, False))),
    (
        _saltire,
        ((0.0, -0.68, 0.2, False), (0.0, 0.5, 0.2, False), (-0.58, -0.05, 0.18, False), (0.58, -0.05, 0.18, False)),
    ),
    (_barry, ((0.0, 0.0, 0.5, False),)),
    (_paly, ((0.0, 0.0, 0.5, False),)),
    (_checky, ()),
    (_wavy_base, ((0.0, -0.3, 0.5, False),)),
    (_gyronny, ((0.0, 0.0, 0.3, False),)),
)
"""Divisions of a shield with the places of their charges."""


def _finished(rng: Generator, canvas: Canvas) -> Pixels:
    """Mostly in colours, at times struck in metal, engraved or in one colour."""
    drawing, kind = canvas.drawing(), rng.random()
    if kind < 0.1:
        return relief(rng, drawing)
    if kind < 0.18:
        return engraved(drawing, varied(rng, pick(rng, (BLACK, *TINCTURES))))
    return one_colour(drawing, pick(rng, (BLACK, *TINCTURES))) if kind < 0.24 else drawing
