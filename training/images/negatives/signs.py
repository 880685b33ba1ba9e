"""Badges of games, clans and sheriffs: generic shields, stars in wreaths, chevrons, wings, crossed swords."""

from __future__ import annotations

import numpy as np

from models.arrays import Pixels
from training.images.negatives.canvas import Canvas, Colour, Paint, diagonal, flat, mixed, radial, vertical
from training.images.negatives.charges import CHARGES
from training.images.negatives.finish import METAL_RAMPS, engraved, glossed, relief
from training.images.negatives.outlines import SHIELDS, box, circle, corners, moved, polar, star, stroke, wreath
from training.images.negatives.palette import (
    BLACK,
    LATIN_FACES,
    METALS,
    TINCTURES,
    WHITE,
    Generator,
    latin_name,
    pick,
    shaded,
    varied,
)
from training.images.negatives.pictograms import FIGURES

EMBLEMS = (
    "lion",
    "eagle",
    "sword",
    "axes",
    "crown",
    "anchor",
    "stag_head",
    "horse_head",
    "flame",
    "tower",
    "check",
    "key",
    "arrows",
    "mullet",
)


def game_shield(rng: Generator) -> Pixels:
    """A shield with a metal rim, often winged or with swords behind it; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ramp = pick(rng, METAL_RAMPS)
    metal, edge = diagonal(ramp[4], ramp[1]), flat(BLACK)
    colour = varied(rng, pick(rng, TINCTURES))
    size, outline = rng.uniform(28, 40), pick(rng, SHIELDS)
    if rng.random() < 0.4:
        size = min(size, 30)
        _wings(rng, canvas, metal, edge)
    if rng.random() < 0.35:
        size = min(size, 32)
        for turn in (45, -45):
            canvas.figure(CHARGES["sword"], 0, 0, 47, (metal, flat(ramp[1])), turn=turn, edge=edge)
    canvas.each([moved(outline, 0, 0, size)], metal, edge, 0.8)
    canvas.fill(moved(outline, 0, 0, size * 0.86), shaded(rng, colour, 0.4))
    mask = canvas.mask(moved(outline, 0, 0, size * 0.86))
    if rng.random() < 0.4:
        canvas.fill(box(-50, -50, 0, 50), flat(mixed(colour, WHITE, 0.2)), mask)
    name, ink = pick(rng, EMBLEMS), varied(rng, pick(rng, METALS))
    figure = FIGURES[name]
    canvas.figure(figure, 0, 0, size * 0.5, (diagonal(mixed(ink, WHITE, 0.3), mixed(ink, BLACK, 0.3)), flat(colour)))
    if rng.random() < 0.4:
        line = [(float(x), size * 0.75 - 3 * np.cos(x / 18)) for x in np.linspace(-38, 38, 11)]
        canvas.each([stroke(line, 9)], metal, edge, 0.6)
        canvas.words(latin_name(rng), 0, size * 0.75 - 2, 7, edge, pick(rng, LATIN_FACES), width=60)
    return _finished(rng, canvas)


def sheriff_star(rng: Generator) -> Pixels:
    """A star of five to eight points with balls at its tips and a word; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ramp = pick(rng, METAL_RAMPS)
    tips = int(pick(rng, (5, 6, 6, 7, 8)))
    metal, edge = radial(ramp[4], ramp[2], 0.35, 0.3), flat(ramp[0])
    body = moved(star(tips, rng.uniform(0.45, 0.62)), 0, 0, 40)
    balls = [moved(circle(24), *polar(42, 360 * tip / tips), 4.5) for tip in range(tips)]
    canvas.each([*balls, body], metal, edge, 0.8)
    canvas.line(moved(body, scale=0.86), edge, 0.6)
    if rng.random() < 0.7:
        canvas.each([moved(circle(), scale=19)], vertical(ramp[3], ramp[2]), edge, 0.6)
    word = pick(rng, ("SHERIFF", "MARSHAL", "RANGER", "DEPUTY", "CAPTAIN", "GUARD", "SECURITY", "HERO", "ELITE"))
    if rng.random() < 0.5:
        canvas.words(word, 0, 0, 8, edge, pick(rng, LATIN_FACES), width=34)
    else:
        canvas.ring(word, 14.5, 6, edge, pick(rng, LATIN_FACES), span=170)
        canvas.figure(CHARGES[pick(rng, ("mullet", "eagle", "key", "horseshoe"))], 0, 2, 8, (edge, metal))
    return _finished(rng, canvas)


def rank_insignia(rng: Generator) -> Pixels:
    """Chevrons, bars and stars of a game's ranks, at times on a patch; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(288)
    ramp, ground = pick(rng, METAL_RAMPS), varied(rng, pick(rng, TINCTURES))
    metal, edge = vertical(ramp[4], ramp[2]), flat(ramp[0])
    if rng.random() < 0.6:
        patch = pick(rng, (*SHIELDS, circle(), circle(6), circle(8)))
        canvas.each([moved(patch, 0, 0, 46)], shaded(rng, ground, 0.3), metal, 1.5)
    count, kind = int(rng.integers(1, 5)), int(rng.integers(3))
    if kind == 0:
        way = pick(rng, (1, -1))
        for row in range(count):
            y = (row - count / 2) * 10 + 6
            chevron = corners(
                (-24, y + 8 * way), (0, y - 6 * way), (24, y + 8 * way), (24, y + 14 * way), (0, y), (-24, y + 14 * way)
            )
            canvas.each([chevron], metal, edge, 0.5)
        if rng.random() < 0.5:
            canvas.each([moved(star(), 0, -28 * way, 9)], metal, edge, 0.5)
    elif kind == 1:
        for column in range(count):
            x = (column - (count - 1) / 2) * 12
            canvas.each([box(x - 4, -22, x + 4, 22)], metal, edge, 0.5)
    else:
        canvas.each(wreath(26, 10), metal, edge, 0.3)
        for number in range(count):
            canvas.each(
                [moved(star(int(pick(rng, (4, 5, 6)))), (number - (count - 1) / 2) * 11, 0, 6)], metal, edge, 0.4
            )
    return _finished(rng, canvas)


def wreathed_star(rng: Generator) -> Pixels:
    """A star, sword or number in a wreath, with a ribbon: awards of games and shops; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    metal = varied(rng, pick(rng, METALS))
    paint, edge = diagonal(mixed(metal, WHITE, 0.4), mixed(metal, BLACK, 0.35)), flat(mixed(metal, BLACK, 0.7))
    colour = varied(rng, pick(rng, TINCTURES))
    if rng.random() < 0.5:
        canvas.each([moved(circle(), scale=28)], shaded(rng, colour, 0.3), paint, 2)
    canvas.each(
        wreath(34, rng.uniform(11, 15), end=rng.uniform(15, 50)), paint, edge if rng.random() < 0.6 else None, 0.4
    )
    kind = rng.random()
    if kind < 0.4:
        canvas.each([moved(star(int(pick(rng, (4, 6, 8)))), 0, -2, 18)], paint, edge, 0.6)
    elif kind < 0.7:
        canvas.figure(FIGURES[pick(rng, EMBLEMS)], 0, -2, 18, (paint, flat(colour)), edge=edge)
    else:
        canvas.words(
            pick(rng, ("1", "2", "3", "10", "VIP", "TOP", "MVP", "GG", "100", "PRO")),
            0,
            -2,
            22,
            paint,
            pick(rng, LATIN_FACES),
            width=38,
        )
    if rng.random() < 0.6:
        line = [(float(x), 34 - 4 * np.cos(x / 20)) for x in np.linspace(-36, 36, 11)]
        canvas.each([stroke(line, 11)], flat(colour), edge, 0.6)
        canvas.words(latin_name(rng), 0, 31, 8, flat(WHITE), pick(rng, LATIN_FACES), width=56)
    return _finished(rng, canvas)


def _wings(rng: Generator, canvas: Canvas, paint: Paint, edge: Paint) -> None:
    """Wings of long feathers on both sides."""
    count, lift = int(rng.integers(4, 8)), rng.uniform(-20, 10)
    for number in range(count):
        tip = (47 - 3 * number, lift + 9 * number - 12)
        middle = (30, lift + 6 * number - 4)
        for side in (1, -1):
            points = [(side * 8, 6 + 2.0 * number), (side * middle[0], middle[1]), (side * tip[0], tip[1] - 6)]
            canvas.each([stroke(points, [4, 8, 1])], paint, edge, 0.5)


def _finished(rng: Generator, canvas: Canvas) -> Pixels:
    drawing, kind = canvas.drawing(), rng.random()
    if kind < 0.2:
        return relief(rng, drawing)
    if kind < 0.26:
        ink: Colour = pick(rng, (BLACK, *TINCTURES))
        return engraved(drawing, ink)
    return glossed(drawing, 0.5) if kind < 0.4 else drawing
