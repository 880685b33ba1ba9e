"""Coats of arms of no state: families with helmet and mantling, towns with a wall for a crown, supporters, mottoes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.arrays import Pixels
from training.images.negatives.canvas import Canvas, Colour, Paint, diagonal, flat, mixed
from training.images.negatives.charges import CHARGES, Figure
from training.images.negatives.finish import engraved, one_colour, relief
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
    LATIN_FACES,
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

SUPPORTERS = ("lion", "eagle", "stag_head", "horse_head", "bird")


def family_arms(rng: Generator) -> Pixels:
    """A shield with helmet, torse, crest and mantling, often a motto; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320), flat(BLACK if rng.random() < 0.8 else mixed(BLACK, pick(rng, TINCTURES), 0.6))
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    size, y = rng.uniform(18, 23), rng.uniform(12, 15)
    _mantling(rng, canvas, (colour, metal), y - size, edge)
    arms(rng, canvas, 0, y, size, (colour, metal), edge)
    _helmet(rng, canvas, y - size - 6, (colour, metal), edge)
    if rng.random() < 0.8:
        _motto(
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
        _wall_crown(rng, canvas, y - size * 1.02, size * 0.62, flat(varied(rng, pick(rng, METALS))), edge)
    if rng.random() < 0.5:
        _motto(rng, canvas, min(43, y + size * 1.22), latin_name(rng), edge)
    return _finished(rng, canvas)


def supported_arms(rng: Generator) -> Pixels:
    """A shield held by two beasts, under a crown or crest, above a ribbon; RGBA uint8 (height, width, 4)."""
    canvas, edge = Canvas(320, 1.2), flat(BLACK)
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    size, y = rng.uniform(18, 22), rng.uniform(-2, 2)
    beast = CHARGES[pick(rng, SUPPORTERS[:2]) if rng.random() < 0.7 else pick(rng, SUPPORTERS)]
    fur = flat(varied(rng, pick(rng, (*METALS, *TINCTURES))))
    details = flat(mixed(colour, WHITE, 0.3))
    for side in (1, -1):
        canvas.figure(
            beast, side * (size + 16), y + 2, rng.uniform(22, 25), (fur, details), stretch=side * 0.85, edge=edge
        )
    arms(rng, canvas, 0, y, size, (colour, metal), edge)
    if rng.random() < 0.5:
        _helmet(rng, canvas, y - size - 5, (colour, metal), edge, scale=0.8)
    else:
        gold = flat(varied(rng, METALS[0]))
        canvas.figure(CHARGES["crown"], 0, y - size - 9, 10, (gold, flat(colour)), edge=edge)
    _motto(rng, canvas, 37, pick(rng, MOTTOS), edge)
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
    step = 2 / int(rng.integers(5, 9))
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


def _mantling(rng: Generator, canvas: Canvas, colours: tuple[Colour, Colour], y: float, edge: Paint) -> None:
    """Leaf-like scrolls of cloth that fall from the helmet on both sides."""
    outer, inner = (diagonal(colour, mixed(colour, BLACK, 0.3)) for colour in colours)
    count, curl = int(rng.integers(5, 9)), rng.uniform(2.0, 3.6)
    seeds = [(rng.uniform(30, 42), curl * rng.uniform(0.8, 1.2)) for _ in range(count)]
    for number, (length, bend) in enumerate(seeds):
        start = np.interp(number, (0, count - 1), (-35, 100))
        for paint, shift, width in ((outer, 0.0, 9.0), (inner, 3.0, 5.0)):
            points = _scroll(float(start), length, bend * (-1) ** number, shift)
            taper = np.linspace(width, 0.8, len(points)) * (1 + 0.35 * np.sin(np.arange(len(points)) * 1.9))
            for side in (1, -1):
                line = [(side * (px + 4), py + y - 3) for px, py in points]
                shape = stroke(line, taper.tolist())
                canvas.line(shape, edge, 0.8)
                canvas.fill(shape, paint)


def _scroll(start: float, length: float, bend: float, shift: float) -> list[tuple[float, float]]:
    """Points of a line that leaves in a direction and curls more and more."""
    x, y, points = 0.0, shift, []
    for share in np.linspace(0, 1, 14):
        angle = np.radians(start) + bend * share**2
        x, y = x + float(np.cos(angle) * length / 14), y + float(np.sin(angle) * length / 14)
        points.append((x, y))
    return points


def _helmet(
    rng: Generator, canvas: Canvas, y: float, colours: tuple[Colour, Colour], edge: Paint, scale: float = 1.0
) -> None:
    """A helmet with bars or a slit, a torse of two colours, and a crest on it."""
    steel = pick(rng, ((150, 156, 164), (200, 204, 210), (220, 180, 80)))
    paint = diagonal(mixed(steel, WHITE, 0.5), mixed(steel, BLACK, 0.4))
    skull = smooth(mirrored((0, -9), (5, -8), (7.5, -3), (7, 3), (9, 8), (0, 10)), 4) * np.float32(scale)
    canvas.fill(moved(skull, 0, y), paint)
    canvas.line(moved(skull, 0, y), edge, 0.7)
    visor = smooth(mirrored((0, -4), (4.6, -2.5), (4.4, 3), (0, 5)), 4) * np.float32(scale)
    canvas.fill(moved(visor, 0, y), flat((30, 28, 32)))
    for bar in np.linspace(-3.4, 3.4, int(rng.integers(3, 7))) * scale:
        canvas.fill(box(bar - 0.35, y - 3.6 * scale, bar + 0.35, y + 4.4 * scale), paint)
    top = y - 9.5 * scale
    for number in range(6):
        piece = moved(
            corners((-1.6, 1.4), (0.6, 1.4), (1.8, -1.4), (-0.6, -1.4)), (number - 2.5) * 2.6 * scale, top, scale
        )
        canvas.fill(piece, flat(colours[number % 2]))
        canvas.line(piece, edge, 0.4)
    ink, detail = flat(varied(rng, pick(rng, (*colours, *METALS[:3])))), flat(colours[0])
    radius = min(9.0 * scale, (top + 48) / 2)
    canvas.figure(_charge(rng), 0, top - 1.5 - radius, radius, (ink, detail), edge=edge, width=0.35)


def _charge(rng: Generator) -> Figure:
    return CHARGES[pick(rng, list(CHARGES))]


def _wall_crown(rng: Generator, canvas: Canvas, y: float, size: float, paint: Paint, edge: Paint) -> None:
    """A crown of battlements."""
    teeth = int(pick(rng, (3, 4, 5)))
    band = box(-size, y - size * 0.4, size, y)
    step = 2 * size / teeth
    merlons = [
        box(-size + step * (tooth + 0.12), y - size * 0.72, -size + step * (tooth + 0.88), y - size * 0.35)
        for tooth in range(teeth)
    ]
    canvas.each([*merlons, band], paint, edge, 0.5)
    for x in np.linspace(-size * 0.8, size * 0.8, 6):
        canvas.fill(box(x - 0.3, y - size * 0.3, x + 0.3, y - size * 0.12), edge)


def _motto(rng: Generator, canvas: Canvas, y: float, words: str, edge: Paint) -> None:
    """A ribbon with folded ends and words on it."""
    half, sag = rng.uniform(24, 36), rng.uniform(-4, 5)
    ground = pick(rng, (WHITE, (245, 232, 190), *METALS[:3], *TINCTURES[:4]))
    paint, dark = flat(ground), flat(mixed(ground, BLACK, 0.35))
    for side in (1, -1):
        tail = corners(
            (half - 6, sag + 3), (half + 7, sag - 1), (half + 3, sag + 3), (half + 8, sag + 7), (half - 6, sag + 8)
        )
        canvas.each([moved(tail, 0, y - 3 - sag, 1, stretch=side)], dark, edge, 0.5)
    spread: Sequence[float] = np.linspace(-half, half, 15).tolist()
    line = [(x, y - sag * (1 - (x / half) ** 2) * 0.6) for x in spread]
    canvas.each([stroke(line, 7.0)], paint, edge, 0.5)
    ink = flat(BLACK if sum(ground) > 360 else WHITE)
    canvas.words(words, 0, y - sag * 0.55, 5.0, ink, pick(rng, LATIN_FACES), width=half * 1.7)


def _finished(rng: Generator, canvas: Canvas) -> Pixels:
    """Mostly in colours, at times struck in metal, engraved or in one colour."""
    drawing, kind = canvas.drawing(), rng.random()
    if kind < 0.1:
        return relief(rng, drawing)
    if kind < 0.18:
        return engraved(drawing, varied(rng, pick(rng, (BLACK, *TINCTURES))))
    return one_colour(drawing, pick(rng, (BLACK, *TINCTURES))) if kind < 0.24 else drawing
