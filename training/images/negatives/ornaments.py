"""What surrounds a shield in a coat of arms: mantling, robe, helmet with crest, crowns and mottoes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.images.negatives.canvas import Canvas, Colour, Paint, diagonal, flat, mixed, vertical
from training.images.negatives.charges import CHARGES
from training.images.negatives.outlines import Outline, box, circle, corners, mirrored, moved, smooth, stroke
from training.images.negatives.palette import BLACK, LATIN_FACES, METALS, TINCTURES, WHITE, Generator, pick, varied

Colours = tuple[Colour, Colour]


def mantling(rng: Generator, canvas: Canvas, y: float, colours: Colours, edge: Paint) -> None:
    """Cloth that falls from a helmet on both sides, in scrolls, leaves or one tattered piece; to be drawn first.

    Args:
        rng: chooses its form.
        canvas: drawn on.
        y: height of the helmet, in units.
        colours: outside and lining.
        edge: paint of outlines.
    """
    kind = rng.random()
    if kind < 0.2:
        _tattered(rng, canvas, y, colours, edge)
        return
    outer, inner = (diagonal(colour, mixed(colour, BLACK, 0.3)) for colour in colours)
    count, curl, leafy = int(rng.integers(4, 9)), rng.uniform(1.6, 4.2), kind > 0.5
    last, turns = rng.uniform(85, 105), pick(rng, (-1, 1, 1))
    for number in range(count):
        start = float(np.interp(number, (0, count - 1), (rng.uniform(-50, -20), last)))
        length, bend = rng.uniform(30, 46), curl * rng.uniform(0.7, 1.25) * turns**number
        for paint, shift, width in ((outer, 0.0, rng.uniform(7, 11)), (inner, rng.uniform(2, 4), rng.uniform(3, 6))):
            points = _scroll(start, length, bend, shift)
            taper = np.linspace(width, 0.8, len(points)) * (1 + 0.35 * np.sin(np.arange(len(points)) * 1.9))
            line = [(px + 4, py + y - 3) for px, py in points]
            if leafy:
                canvas.each(_leaves(line, width), paint[:1, :1], edge, 0.4)
            shape = stroke(line, taper.tolist())
            canvas.line(shape, edge, 0.8)
            canvas.fill(shape, paint)
    canvas.mirror()


def _leaves(line: Sequence[tuple[float, float]], width: float) -> list[Outline]:
    """Pointed lobes along a scroll, on both its sides, as acanthus has them."""
    lobes, points = [], np.array(line, np.float32)
    for index in range(3, len(points) - 3, 3):
        along = points[index + 1] - points[index - 1]
        angle = float(np.degrees(np.arctan2(along[0], -along[1])))
        x, y = (float(value) for value in points[index])
        size = width * (1.5 - 0.9 * index / len(points))
        lobe = corners((-0.35, 0), (-0.15, -0.7), (0, -1), (0.3, -0.5), (0.4, 0))
        lobes += [moved(lobe, x, y, size, angle + side * 62, stretch=side) for side in (1, -1)]
    return lobes


def _tattered(rng: Generator, canvas: Canvas, y: float, colours: Colours, edge: Paint) -> None:
    """One piece of cloth a side, its lower edge cut in tongues."""
    tongues, reach = int(rng.integers(3, 6)), rng.uniform(30, 40)
    tips = np.linspace(0.15, 1.0, tongues)
    for colour, grow in zip(colours[::-1], (1.1, 1.0), strict=True):
        points = [(2.0, y - 8), (reach * 0.5 * grow, y - 10)]
        for tip in tips[::-1].tolist():
            low = y + (44 - 20 * tip) * grow
            points += [(reach * tip * grow + 4, low), (reach * (tip - 0.13) * grow, low - rng.uniform(12, 20))]
        half = smooth(corners(*points, (2.0, y + 6)), 4)
        canvas.each([half], diagonal(colour, mixed(colour, BLACK, 0.35)), edge, 0.7)
    canvas.mirror()


def robe(rng: Generator, canvas: Canvas, y: float, edge: Paint) -> None:
    """A prince's robe behind a shield, knotted at its corners and lined with ermine; y is its top in units."""
    red = varied(rng, pick(rng, TINCTURES[:5]))
    half = [
        (0, y),
        (24, y + 6),
        (36, y + 4),
        (33, y + 14),
        (38, y + 40),
        (43, y + 62),
        (30, y + 60),
        (14, y + 66),
        (0, y + 68),
    ]
    lining = [
        (0, y + 6),
        (20, y + 10),
        (27, y + 14),
        (28, y + 38),
        (33, y + 57),
        (22, y + 55),
        (12, y + 61),
        (0, y + 63),
    ]
    canvas.each([smooth(mirrored(*half), 4)], vertical(red, mixed(red, BLACK, 0.4)), flat(METALS[0]), 1.4)
    canvas.each([smooth(mirrored(*lining), 4)], flat((250, 248, 240)), edge, 0.5)
    spot = corners((0, -1.4), (0.7, 1.2), (0, 0.7), (-0.7, 1.2))
    for row in range(7):
        for column in range(-4, 5):
            canvas.fill(moved(spot, 6.2 * column + 3 * (row % 2), y + 16 + 6 * row), edge)
    canvas.each([moved(circle(24), side * 35, y + 5, 3.5) for side in (1, -1)], flat(METALS[0]), edge, 0.5)


def helmet(rng: Generator, canvas: Canvas, y: float, colours: Colours, edge: Paint, scale: float = 1.0) -> None:
    """A helmet with bars, a slit or a pointed visor; on it a torse or a coronet, and a crest.

    Args:
        rng: chooses its form.
        canvas: drawn on.
        y: its middle in units.
        colours: of torse and crest.
        edge: paint of outlines.
        scale: of the whole.
    """
    steel = pick(rng, ((150, 156, 164), (200, 204, 210), (220, 180, 80), (120, 124, 130)))
    paint = diagonal(mixed(steel, WHITE, 0.5), mixed(steel, BLACK, 0.4))
    kind = int(rng.integers(3))
    side = pick(rng, (1, -1))
    if kind == 2:
        skull = smooth(corners((-1, -9), (5, -7.5), (7, -1), (7, 9), (-3, 10), (-5, 5), (-9, 2), (-6, -4)), 4)
        canvas.each([moved(skull, 0, y, scale, stretch=side)], paint, edge, 0.7)
        slit = corners((-8, 0.2), (0, -2.2), (1, -1), (-7.6, 1.6))
        canvas.fill(moved(slit, 0, y, scale, stretch=side), flat((30, 28, 32)))
    else:
        skull = smooth(mirrored((0, -9), (5, -8), (7.5, -3), (7, 3), (9, 8), (0, 10)), 4)
        canvas.each([moved(skull, 0, y, scale)], paint, edge, 0.7)
        face = smooth(mirrored((0, -4), (4.6, -2.5), (4.4, 3), (0, 5)), 4) if kind else box(-5, -1.6, 5, 0.2)
        canvas.fill(moved(face, 0, y, scale), flat((30, 28, 32)))
    if kind == 1:
        for bar in np.linspace(-3.4, 3.4, int(rng.integers(3, 7))) * scale:
            canvas.fill(box(bar - 0.35, y - 3.6 * scale, bar + 0.35, y + 4.4 * scale), paint)
    top = y - 9.5 * scale
    if rng.random() < 0.25:
        gold = flat(varied(rng, METALS[0]))
        canvas.figure(CHARGES["crown"], 0, top - 2 * scale, 7 * scale, (gold, flat(colours[0])), edge=edge, width=0.35)
        top -= 5 * scale
    else:
        twist = corners((-1.6, 1.4), (0.6, 1.4), (1.8, -1.4), (-0.6, -1.4))
        for number in range(6):
            piece = moved(twist, (number - 2.5) * 2.6 * scale, top, scale)
            canvas.each([piece], flat(colours[number % 2]), edge, 0.4)
    _crest(rng, canvas, top - 1.5, scale, colours, edge)


def _crest(rng: Generator, canvas: Canvas, top: float, scale: float, colours: Colours, edge: Paint) -> None:
    """A charge, a pair of horns or wings, or feathers, above the torse."""
    ink, detail = flat(varied(rng, pick(rng, (*colours, *METALS[:3])))), flat(colours[0])
    radius = max(4.0, min(rng.uniform(8, 11) * scale, (top + 49) / 2))
    kind = rng.random()
    if kind < 0.2:
        feather = smooth(corners((0, 0), (2, -8), (1, -14), (5, -17), (6, -10), (4, -2)), 4) * np.float32(radius / 9)
        for number in range(3):
            for side in (1, -1):
                paint = flat(colours[number % 2])
                canvas.each(
                    [moved(feather, side * number * 1.8, top, 1, side * (8 + 14 * number), stretch=side)],
                    paint,
                    edge,
                    0.4,
                )
        return
    if kind < 0.4:
        horn = [(2, 0), (8, -4), (10, -11), (6, -18)]
        widths = [4, 4, 3, 2] if rng.random() < 0.5 else [3, 8, 7, 1]
        for side in (1, -1):
            line = [(side * x * radius / 9, top + y * radius / 9) for x, y in horn]
            canvas.each([stroke(line, widths)], flat(colours[side > 0]), edge, 0.5)
        radius *= 0.55
    canvas.figure(CHARGES[pick(rng, list(CHARGES))], 0, top - radius, radius, (ink, detail), edge=edge, width=0.35)


def _scroll(start: float, length: float, bend: float, shift: float) -> list[tuple[float, float]]:
    """Points of a line that leaves in a direction and curls more and more."""
    x, y, points = 0.0, shift, []
    for share in np.linspace(0, 1, 14):
        angle = np.radians(start) + bend * share**2
        x, y = x + float(np.cos(angle) * length / 14), y + float(np.sin(angle) * length / 14)
        points.append((x, y))
    return points


def wall_crown(rng: Generator, canvas: Canvas, y: float, size: float, paint: Paint, edge: Paint) -> None:
    """A crown of battlements; y is its foot and size its half width, in units."""
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


def motto(rng: Generator, canvas: Canvas, y: float, words: str, edge: Paint) -> None:
    """A ribbon with folded ends and words on it; y is its middle in units."""
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
