"""Charges of shields: beasts, towers, lilies and other figures, made of simple outlines.

A figure is a list of layers; each has outlines and a tone: 0 for the figure's colour, 1 for its details. Figures fit
into a circle of radius 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.images.negatives.beasts import BEASTS, Figure, bent, blob, both
from training.images.negatives.outlines import (
    arc,
    box,
    circle,
    corners,
    crescent,
    gear,
    mirrored,
    moved,
    polar,
    smooth,
    star,
    stroke,
    wavy,
)


def tower() -> Figure:
    """A tower with battlements."""
    wall = mirrored(
        (0, -0.5),
        (0.12, -0.5),
        (0.12, -0.66),
        (0.3, -0.66),
        (0.3, -0.5),
        (0.42, -0.5),
        (0.42, -0.66),
        (0.6, -0.66),
        (0.6, -0.3),
        (0.48, -0.2),
        (0.52, 0.8),
        (0.66, 0.8),
        (0.66, 0.95),
        (0, 0.95),
    )
    gate = mirrored((0, 0.3), (0.12, 0.36), (0.18, 0.5), (0.18, 0.95))
    lines = [box(-0.48, y, 0.48, y + 0.025) for y in (0.02, 0.22)]
    return [([wall], 0), ([gate, *both(box(0.18, -0.08, 0.28, 0.14)), *lines], 1)]


def castle() -> Figure:
    """Three towers and a wall."""
    side = moved(tower()[0][0][0], 0.62, 0.2, 0.55)
    return [
        ([*both(side), box(-0.7, 0.3, 0.7, 0.73), moved(tower()[0][0][0], 0, -0.12, 0.85)], 0),
        ([moved(tower()[1][0][0], 0, -0.08, 0.85), *both(box(0.52, 0.1, 0.6, 0.3))], 1),
    ]


def lily() -> Figure:
    """A fleur-de-lis."""
    middle = smooth(mirrored((0, -1), (0.2, -0.6), (0.26, -0.3), (0.1, 0.1), (0, 0.16)))
    side = bent([(0.06, 0.12), (0.2, -0.3), (0.5, -0.56), (0.74, -0.3), (0.6, -0.02)], [0.1, 0.26, 0.3, 0.22, 0.04])
    foot = bent([(0.04, 0.18), (0.14, 0.5), (0.36, 0.62)], [0.12, 0.2, 0.04])
    return [
        ([middle, *both(side, foot), smooth(mirrored((0, 0.2), (0.12, 0.4), (0, 0.85)))], 0),
        ([box(-0.34, 0.06, 0.34, 0.2)], 1),
    ]


def key() -> Figure:
    """An upright key."""
    ring = [moved(circle(32), 0, -0.62, 0.34), moved(circle(32), 0, -0.62, 0.2)]
    return [([*ring], 0), ([box(-0.07, -0.3, 0.07, 0.95), box(0.05, 0.5, 0.4, 0.66), box(0.05, 0.76, 0.32, 0.92)], 0)]


def sword() -> Figure:
    """A sword, point up."""
    return [
        ([corners((0, -1), (0.08, -0.86), (0.08, 0.5), (-0.08, 0.5), (-0.08, -0.86))], 0),
        ([box(-0.36, 0.48, 0.36, 0.58), box(-0.055, 0.58, 0.055, 0.85), moved(circle(16), 0, 0.9, 0.1)], 1),
    ]


def anchor() -> Figure:
    """An anchor."""
    arms = arc(0.68, 105, 255, 0.16)
    flukes = both(moved(corners((0, -0.3), (0.2, 0.1), (-0.2, 0.1)), 0.68, 0.06))
    ring = [moved(circle(24), 0, -0.82, 0.17), moved(circle(24), 0, -0.82, 0.09)]
    return [
        ([moved(arms, 0, 0.16)], 0),
        ([*flukes], 0),
        (ring, 0),
        ([box(-0.07, -0.68, 0.07, 0.9), box(-0.42, -0.52, 0.42, -0.4)], 0),
    ]


def sun() -> Figure:
    """A sun with a face's place left blank."""
    return [([star(16, 0.6)], 0), ([moved(circle(), scale=0.46)], 1), ([moved(circle(), scale=0.4)], 0)]


def rose() -> Figure:
    """A rose of five petals."""
    outer = [moved(circle(24), *polar(0.58, 72 * turn), 0.38) for turn in range(5)]
    inner = [moved(circle(24), *polar(0.28, 72 * turn + 36), 0.2) for turn in range(5)]
    return [(outer, 0), (inner, 1), ([moved(circle(24), scale=0.2)], 0)]


def tree() -> Figure:
    """A broad tree with roots."""
    crowns = [
        moved(wavy(10, 0.2), x, y, size) for x, y, size in ((0, -0.5, 0.48), (-0.45, -0.2, 0.42), (0.45, -0.2, 0.42))
    ]
    trunk = mirrored((0, -0.2), (0.1, -0.1), (0.1, 0.6), (0.36, 0.95), (0.05, 0.8), (0, 0.9))
    return [
        ([trunk, *crowns], 0),
        ([blob(x, y, 0.07, 0.07) for x, y in ((-0.4, -0.2), (0.1, -0.6), (0.4, -0.1), (-0.05, -0.2))], 1),
    ]


def ship() -> Figure:
    """A ship under sail."""
    hull = corners((-0.85, 0.35), (0.85, 0.25), (0.6, 0.8), (-0.55, 0.8))
    sails = [smooth(corners((-0.5, -0.7), (0.45, -0.7), (0.6, -0.2), (0.5, 0.2), (-0.5, 0.2), (-0.3, -0.25)), 4)]
    waves = [
        moved(bent([(-0.9, 0), (-0.6, 0.1), (-0.3, 0), (0, 0.1), (0.3, 0), (0.6, 0.1), (0.9, 0)], [0.06] * 7), 0, 0.88)
    ]
    return [
        ([hull, box(-0.04, -0.95, 0.04, 0.4), corners((0.04, -0.95), (0.4, -0.85), (0.04, -0.76))], 0),
        (sails, 0),
        (waves, 1),
        ([box(-0.6, 0.46, 0.6, 0.52)], 1),
    ]


def horseshoe() -> Figure:
    """A horn's ring: a horseshoe."""
    nails = [blob(*polar(0.72, angle), 0.05, 0.05) for angle in (-120, -80, -40, 40, 80, 120)]
    return [([arc(0.72, -145, 145, 0.36)], 0), (nails, 1)]


def crown() -> Figure:
    """A crown of five points."""
    band = box(-0.7, 0.35, 0.7, 0.6)
    points = corners((-0.7, 0.3), (-0.85, -0.4), (-0.42, 0.05), (0, -0.6), (0.42, 0.05), (0.85, -0.4), (0.7, 0.3))
    balls = [blob(x, y, 0.1, 0.1) for x, y in ((-0.86, -0.46), (0, -0.68), (0.86, -0.46))]
    return [([points, band, *balls], 0), ([blob(x, 0.47, 0.07, 0.07) for x in (-0.45, 0, 0.45)], 1)]


def bell() -> Figure:
    """A bell."""
    body = mirrored((0, -0.8), (0.2, -0.7), (0.34, -0.4), (0.4, 0.2), (0.7, 0.6), (0, 0.6))
    return [
        ([smooth(body, 3), blob(0, 0.72, 0.16, 0.16), blob(0, -0.82, 0.12, 0.12)], 0),
        ([box(-0.52, 0.38, 0.52, 0.44)], 1),
    ]


def acorns() -> Figure:
    """Two acorns and an oak leaf."""
    nut, cup = blob(0.45, 0.4, 0.22, 0.34, -20), blob(0.4, 0.14, 0.26, 0.14, -20)
    leaf = smooth(mirrored((0, -1), (0.3, -0.7), (0.18, -0.5), (0.42, -0.3), (0.2, -0.1), (0.3, 0.1), (0.04, 0.3)))
    return [([leaf, *both(nut), box(-0.03, 0.1, 0.03, 0.5)], 0), (both(cup), 1)]


def wheel() -> Figure:
    """A wheel with spokes."""
    spokes = [moved(box(-0.05, -0.75, 0.05, 0.75), 0, 0, 1, turn) for turn in (0, 45, 90, 135)]
    return [
        ([circle(), moved(circle(), scale=0.76)], 0),
        (spokes, 0),
        ([moved(circle(24), scale=0.2)], 0),
        ([moved(circle(16), scale=0.08)], 1),
    ]


def shell() -> Figure:
    """A scallop."""
    rim = [moved(circle(16), *polar(0.72, angle), 0.2) for angle in range(-72, 73, 18)]
    fan = np.concatenate(
        [corners((0, 0.72)), np.array([polar(0.78, angle) for angle in range(-78, 79, 13)], np.float32)]
    )
    ribs = [stroke([(0, 0.6), polar(0.8, angle)], [0.03, 0.06]) for angle in range(-63, 64, 18)]
    return [([*rim, fan, box(-0.24, 0.55, 0.24, 0.75)], 0), (ribs, 1)]


def axes() -> Figure:
    """Two crossed axes."""
    axe = [
        box(-0.05, -0.9, 0.05, 0.9),
        smooth(corners((0, -0.8), (0.36, -0.9), (0.44, -0.6), (0.36, -0.3), (0, -0.45)), 3),
    ]
    return [
        ([moved(part, 0, 0, 1, 40) for part in axe], 0),
        ([moved(part, 0, 0, 1, -40, stretch=-1) for part in axe], 0),
    ]


def arrows() -> Figure:
    """A bundle of three arrows."""
    arrow = [box(-0.035, -0.8, 0.035, 0.9), corners((0, -1), (0.13, -0.72), (-0.13, -0.72))]
    feathers = corners((-0.1, 0.95), (-0.1, 0.72), (0, 0.6), (0.1, 0.72), (0.1, 0.95))
    return [
        ([moved(part, 0, 0, 1, turn) for turn in (-35, 35, 0) for part in (*arrow, feathers)], 0),
        ([box(-0.2, 0, 0.2, 0.12)], 1),
    ]


def book() -> Figure:
    """An open book."""
    page = smooth(corners((0, -0.45), (0.4, -0.58), (0.9, -0.5), (0.9, 0.5), (0.4, 0.42), (0, 0.55)), 2)
    lines = [moved(box(0.18, y, 0.74, y + 0.06), 0, 0) for y in (-0.3, -0.1, 0.1)]
    return [(both(page), 0), ([*both(*lines), box(-0.03, -0.45, 0.03, 0.55)], 1)]


def mullet() -> Figure:
    """A star of six points."""
    return [([star(6, 0.5)], 0), ([moved(circle(16), scale=0.18)], 1)]


def moon() -> Figure:
    """A crescent, horns up."""
    return [([moved(crescent(0.62), turn=-90)], 0)]


def cogwheel() -> Figure:
    """A cogwheel."""
    return [([gear(12), moved(circle(), scale=0.5)], 0)]


def grapes() -> Figure:
    """A bunch of grapes with a leaf."""
    rows = [
        (x * 0.3 - 0.15 * (count - 1), y)
        for count, y in ((4, -0.2), (3, 0.08), (2, 0.36), (1, 0.64))
        for x in (np.arange(count) - 0.0)
    ]
    berries = [blob(x, y, 0.18, 0.18) for x, y in rows]
    return [
        (
            [
                box(-0.03, -0.9, 0.03, -0.3),
                smooth(corners((0, -0.8), (0.4, -0.95), (0.7, -0.6), (0.4, -0.4)), 3),
                *berries,
            ],
            0,
        ),
        ([blob(x - 0.05, y - 0.05, 0.05, 0.05) for x, y in rows], 1),
    ]


CHARGES: Mapping[str, Figure] = {
    **BEASTS,
    **{
        make.__name__: make()
        for make in (
            *(tower, castle, lily, key, sword, anchor, sun, rose, tree, ship, horseshoe, crown, bell, acorns, wheel),
            *(shell, axes, arrows, book, mullet, moon, cogwheel, grapes),
        )
    },
}
"""Every charge by name."""
