"""Charges of shields: lions, eagles, towers, lilies and other figures, made of simple outlines.

A figure is a list of layers; each has outlines and a tone: 0 for the figure's colour, 1 for its details. Figures fit
into a circle of radius 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.images.negatives.outlines import (
    Outline,
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

Layer = tuple[Sequence[Outline], int]
Figure = Sequence[Layer]


def _blob(x: float, y: float, width: float, height: float, turn: float = 0) -> Outline:
    return moved(circle(24) * np.array([width, height], np.float32), x, y, 1, turn)


def _both(*outlines: Outline) -> list[Outline]:
    """Outlines and their mirror images."""
    return [*outlines, *(outline * np.array([-1, 1], np.float32) for outline in outlines)]


def _bent(points: Sequence[tuple[float, float]], widths: Sequence[float]) -> Outline:
    """A limb: a stroke whose corners are smoothed."""
    line, steps = np.array(points, np.float32), np.linspace(0, len(points) - 1, 4 * len(points))
    padded = np.concatenate([2 * line[:1] - line[1:2], line, 2 * line[-1:] - line[-2:-1]])
    at = np.minimum(steps.astype(int), len(points) - 2)
    t = (steps - at)[:, None]
    a, b, c, d = (padded[at + shift] for shift in range(4))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    width = np.interp(steps, np.arange(len(points)), widths)
    return stroke([(float(x), float(y)) for x, y in curve], width.tolist())


def _paw(x: float, y: float, turn: float) -> list[Outline]:
    claws = [moved(corners((-0.03, 0), (0.03, 0), (0, -0.1)), *polar(0.09, lean), 1, lean) for lean in (-45, 0, 45)]
    return [_blob(x, y, 0.1, 0.09), *(moved(claw, x, y, 1, turn) for claw in claws)]


def lion() -> Figure:
    """A lion on its hind legs."""
    body = _bent([(0.34, 0.52), (0.16, 0.15), (-0.08, -0.2), (-0.2, -0.5)], [0.34, 0.3, 0.42, 0.4])
    mane = moved(wavy(9, 0.3), -0.2, -0.58, 0.31)
    limbs = [
        _bent([(-0.15, -0.28), (-0.45, -0.24), (-0.6, -0.45), (-0.82, -0.5)], [0.22, 0.17, 0.13, 0.12]),
        _bent([(-0.05, -0.08), (-0.36, 0.06), (-0.5, -0.1), (-0.76, -0.12)], [0.22, 0.17, 0.13, 0.12]),
        _bent([(0.28, 0.45), (0.0, 0.5), (0.02, 0.76), (-0.16, 0.9), (-0.4, 0.86)], [0.34, 0.26, 0.15, 0.13, 0.11]),
        _bent([(0.36, 0.5), (0.42, 0.76), (0.28, 0.9), (0.12, 0.97)], [0.3, 0.2, 0.13, 0.11]),
    ]
    tail = _bent([(0.42, 0.5), (0.72, 0.46), (0.76, 0.1), (0.56, -0.2), (0.72, -0.55)], [0.1, 0.08, 0.07, 0.07, 0.06])
    tuft = moved(
        smooth(corners((0, -0.3), (0.16, -0.08), (0.06, 0.1), (-0.1, 0.08), (-0.14, -0.1))), 0.74, -0.64, 1, 10
    )
    muzzle = smooth(
        corners((-0.3, -0.72), (-0.52, -0.64), (-0.54, -0.56), (-0.44, -0.52), (-0.52, -0.44), (-0.3, -0.44))
    )
    paws = [*_paw(-0.84, -0.52, -80), *_paw(-0.78, -0.13, -90), *_paw(-0.42, 0.86, -95), *_paw(0.08, 0.97, -95)]
    crown = [_blob(-0.33, -0.66, 0.035, 0.035), *([_blob(-0.5, -0.5, 0.07, 0.025, 20)])]
    return [([tail, tuft, *limbs, body, mane, muzzle, *paws], 0), (crown, 1)]


def eagle() -> Figure:
    """An eagle with spread wings."""
    feathers = []
    for number in range(7):
        share = number / 6
        top = (0.32 + 0.42 * share, -0.42 - 0.12 * np.sin(3.1 * share))
        tip = (0.28 + 0.68 * share, 0.62 - 0.8 * share**1.6)
        feathers.append(_bent([top, ((top[0] + tip[0]) / 2 + 0.05, (top[1] + tip[1]) / 2), tip], [0.13, 0.17, 0.05]))
    arm = _bent([(0.1, -0.2), (0.36, -0.5), (0.62, -0.6), (0.78, -0.45)], [0.3, 0.22, 0.2, 0.1])
    tail = [
        _bent([(0, 0.4), (0.5 * lean, 0.75), (0.75 * lean, 0.95)], [0.1, 0.18, 0.08])
        for lean in (-0.6, -0.3, 0, 0.3, 0.6)
    ]
    legs = _bent([(0.1, 0.3), (0.3, 0.5), (0.4, 0.66)], [0.2, 0.12, 0.07])
    claws = [
        moved(_bent([(0, 0), (0.08, 0.05), (0.1, 0.14)], [0.06, 0.05, 0.02]), 0.4, 0.64, 1, turn)
        for turn in (-50, 0, 60)
    ]
    head = smooth(
        corners((0.08, -0.5), (0.1, -0.8), (-0.02, -0.94), (-0.18, -0.88), (-0.34, -0.76), (-0.18, -0.74), (-0.1, -0.5))
    )
    body = smooth(mirrored((0, -0.6), (0.15, -0.4), (0.2, 0), (0.12, 0.35), (0, 0.5)))
    return [
        (_both(*feathers, arm, legs), 0),
        ([*tail, body, head], 0),
        ([*_both(*claws), _blob(-0.1, -0.8, 0.03, 0.03)], 1),
    ]


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
    return [([wall], 0), ([gate, *_both(box(0.18, -0.08, 0.28, 0.14)), *lines], 1)]


def castle() -> Figure:
    """Three towers and a wall."""
    side = moved(tower()[0][0][0], 0.62, 0.2, 0.55)
    return [
        ([*_both(side), box(-0.7, 0.3, 0.7, 0.73), moved(tower()[0][0][0], 0, -0.12, 0.85)], 0),
        ([moved(tower()[1][0][0], 0, -0.08, 0.85), *_both(box(0.52, 0.1, 0.6, 0.3))], 1),
    ]


def lily() -> Figure:
    """A fleur-de-lis."""
    middle = smooth(mirrored((0, -1), (0.2, -0.6), (0.26, -0.3), (0.1, 0.1), (0, 0.16)))
    side = _bent([(0.06, 0.12), (0.2, -0.3), (0.5, -0.56), (0.74, -0.3), (0.6, -0.02)], [0.1, 0.26, 0.3, 0.22, 0.04])
    foot = _bent([(0.04, 0.18), (0.14, 0.5), (0.36, 0.62)], [0.12, 0.2, 0.04])
    return [
        ([middle, *_both(side, foot), smooth(mirrored((0, 0.2), (0.12, 0.4), (0, 0.85)))], 0),
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
    flukes = _both(moved(corners((0, -0.3), (0.2, 0.1), (-0.2, 0.1)), 0.68, 0.06))
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
        ([_blob(x, y, 0.07, 0.07) for x, y in ((-0.4, -0.2), (0.1, -0.6), (0.4, -0.1), (-0.05, -0.2))], 1),
    ]


def fish() -> Figure:
    """A fish."""
    body = smooth(
        corners(
            (-0.95, 0),
            (-0.5, -0.32),
            (0.1, -0.34),
            (0.55, -0.06),
            (0.95, -0.4),
            (0.82, 0),
            (0.95, 0.4),
            (0.55, 0.06),
            (0.1, 0.34),
            (-0.5, 0.32),
        )
    )
    return [
        ([body], 0),
        ([_blob(-0.62, -0.08, 0.06, 0.06), arc(0.3, 60, 120, 0.04), moved(arc(0.3, 60, 120, 0.04), 0.2)], 1),
    ]


def ship() -> Figure:
    """A ship under sail."""
    hull = corners((-0.85, 0.35), (0.85, 0.25), (0.6, 0.8), (-0.55, 0.8))
    sails = [smooth(corners((-0.5, -0.7), (0.45, -0.7), (0.6, -0.2), (0.5, 0.2), (-0.5, 0.2), (-0.3, -0.25)), 4)]
    waves = [
        moved(_bent([(-0.9, 0), (-0.6, 0.1), (-0.3, 0), (0, 0.1), (0.3, 0), (0.6, 0.1), (0.9, 0)], [0.06] * 7), 0, 0.88)
    ]
    return [
        ([hull, box(-0.04, -0.95, 0.04, 0.4), corners((0.04, -0.95), (0.4, -0.85), (0.04, -0.76))], 0),
        (sails, 0),
        (waves, 1),
        ([box(-0.6, 0.46, 0.6, 0.52)], 1),
    ]


def horseshoe() -> Figure:
    """A horn's ring: a horseshoe."""
    nails = [_blob(*polar(0.72, angle), 0.05, 0.05) for angle in (-120, -80, -40, 40, 80, 120)]
    return [([arc(0.72, -145, 145, 0.36)], 0), (nails, 1)]


def stag_head() -> Figure:
    """A stag's head with antlers, from the front."""
    head = smooth(mirrored((0, -0.1), (0.2, 0), (0.24, 0.3), (0.12, 0.75), (0.1, 0.92), (0, 0.98)))
    ear = _blob(0.4, 0.02, 0.2, 0.08, -20)
    antler = _bent([(0.1, -0.05), (0.35, -0.3), (0.6, -0.5), (0.56, -0.95)], [0.1, 0.1, 0.08, 0.04])
    tines = [
        _bent([(0.35, -0.3), (0.3, -0.6), (0.34, -0.8)], [0.08, 0.06, 0.03]),
        _bent([(0.56, -0.48), (0.8, -0.6), (0.88, -0.8)], [0.08, 0.06, 0.03]),
        _bent([(0.25, -0.2), (0.5, -0.15), (0.62, -0.25)], [0.08, 0.06, 0.03]),
    ]
    return [(_both(ear, antler, *tines), 0), ([head], 0), (_both(_blob(0.12, 0.25, 0.04, 0.04)), 1)]


def bird() -> Figure:
    """A small standing bird."""
    body = smooth(
        corners(
            (-0.9, -0.4),
            (-0.66, -0.52),
            (-0.6, -0.7),
            (-0.36, -0.76),
            (-0.2, -0.5),
            (0.2, -0.3),
            (0.95, 0.2),
            (0.5, 0.2),
            (0.2, 0.46),
            (-0.2, 0.44),
            (-0.5, 0.1),
            (-0.58, -0.34),
        )
    )
    legs = [
        box(-0.08, 0.4, -0.03, 0.85),
        box(0.12, 0.4, 0.17, 0.85),
        box(-0.24, 0.8, 0, 0.87),
        box(-0.02, 0.8, 0.2, 0.87),
    ]
    return [
        ([body], 0),
        ([_blob(-0.48, -0.58, 0.04, 0.04), _bent([(-0.2, -0.2), (0.2, 0.1), (0.6, 0.1)], [0.04, 0.07, 0.03])], 1),
        (legs, 0),
    ]


def crown() -> Figure:
    """A crown of five points."""
    band = box(-0.7, 0.35, 0.7, 0.6)
    points = corners((-0.7, 0.3), (-0.85, -0.4), (-0.42, 0.05), (0, -0.6), (0.42, 0.05), (0.85, -0.4), (0.7, 0.3))
    balls = [_blob(x, y, 0.1, 0.1) for x, y in ((-0.86, -0.46), (0, -0.68), (0.86, -0.46))]
    return [([points, band, *balls], 0), ([_blob(x, 0.47, 0.07, 0.07) for x in (-0.45, 0, 0.45)], 1)]


def bell() -> Figure:
    """A bell."""
    body = mirrored((0, -0.8), (0.2, -0.7), (0.34, -0.4), (0.4, 0.2), (0.7, 0.6), (0, 0.6))
    return [
        ([smooth(body, 3), _blob(0, 0.72, 0.16, 0.16), _blob(0, -0.82, 0.12, 0.12)], 0),
        ([box(-0.52, 0.38, 0.52, 0.44)], 1),
    ]


def acorns() -> Figure:
    """Two acorns and an oak leaf."""
    nut, cup = _blob(0.45, 0.4, 0.22, 0.34, -20), _blob(0.4, 0.14, 0.26, 0.14, -20)
    leaf = smooth(mirrored((0, -1), (0.3, -0.7), (0.18, -0.5), (0.42, -0.3), (0.2, -0.1), (0.3, 0.1), (0.04, 0.3)))
    return [([leaf, *_both(nut), box(-0.03, 0.1, 0.03, 0.5)], 0), (_both(cup), 1)]


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


def horse_head() -> Figure:
    """A horse's head."""
    head = smooth(
        corners(
            (-0.75, 0.3),
            (-0.72, 0.05),
            (-0.36, -0.5),
            (-0.14, -0.72),
            (-0.1, -0.95),
            (0.04, -0.78),
            (0.4, -0.5),
            (0.62, 0.1),
            (0.62, 0.95),
            (-0.2, 0.95),
            (-0.04, 0.5),
            (-0.1, 0.16),
            (-0.5, 0.42),
        )
    )
    mane = [
        moved(smooth(corners((0, -0.12), (0.2, 0), (0.28, 0.2), (0, 0.1)), 3), x, y)
        for x, y in ((0.2, -0.6), (0.4, -0.35), (0.52, -0.05), (0.58, 0.25), (0.6, 0.55))
    ]
    return [([head, *mane], 0), ([_blob(-0.22, -0.36, 0.05, 0.05), _blob(-0.64, 0.2, 0.04, 0.03)], 1)]


def bee() -> Figure:
    """A bee from above."""
    wings = _both(_blob(0.5, -0.25, 0.44, 0.2, -25), _blob(0.4, 0.1, 0.32, 0.14, 20))
    return [
        (wings, 0),
        ([_blob(0, 0.3, 0.26, 0.5), _blob(0, -0.3, 0.24, 0.26), _blob(0, -0.62, 0.18, 0.16)], 0),
        ([box(-0.24, y, 0.24, y + 0.08) for y in (0.1, 0.3, 0.5)], 1),
    ]


def book() -> Figure:
    """An open book."""
    page = smooth(corners((0, -0.45), (0.4, -0.58), (0.9, -0.5), (0.9, 0.5), (0.4, 0.42), (0, 0.55)), 2)
    lines = [moved(box(0.18, y, 0.74, y + 0.06), 0, 0) for y in (-0.3, -0.1, 0.1)]
    return [(_both(page), 0), ([*_both(*lines), box(-0.03, -0.45, 0.03, 0.55)], 1)]


def mullet() -> Figure:
    """A star of six points."""
    return [([star(6, 0.5)], 0), ([moved(circle(16), scale=0.18)], 1)]


def moon() -> Figure:
    """A crescent, horns up."""
    return [([moved(crescent(0.3), turn=90)], 0)]


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
    berries = [_blob(x, y, 0.18, 0.18) for x, y in rows]
    return [
        (
            [
                box(-0.03, -0.9, 0.03, -0.3),
                smooth(corners((0, -0.8), (0.4, -0.95), (0.7, -0.6), (0.4, -0.4)), 3),
                *berries,
            ],
            0,
        ),
        ([_blob(x - 0.05, y - 0.05, 0.05, 0.05) for x, y in rows], 1),
    ]


CHARGES: Mapping[str, Figure] = {
    make.__name__: make()
    for make in (
        *(lion, eagle, tower, castle, lily, key, sword, anchor, sun, rose, tree, fish, ship, horseshoe, stag_head),
        *(bird, crown, bell, acorns, wheel, shell, axes, arrows, horse_head, bee, book, mullet, moon, cogwheel, grapes),
    )
}
"""Every charge by name."""
