"""Beasts of shields and supporters; figures as in `charges`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from training.images.negatives.outlines import (
    Outline,
    arc,
    box,
    circle,
    corners,
    mirrored,
    moved,
    polar,
    smooth,
    stroke,
    wavy,
)

Layer = tuple[Sequence[Outline], int]
"""Outlines, and their tone: 0 for the figure's colour, 1 for its details."""

Figure = Sequence[Layer]
"""Layers from the back to the front, within a circle of radius 1."""


def blob(x: float, y: float, width: float, height: float, turn: float = 0) -> Outline:
    """An ellipse of these radii."""
    return moved(circle(24) * np.array([width, height], np.float32), x, y, 1, turn)


def both(*outlines: Outline) -> list[Outline]:
    """Outlines and their mirror images."""
    return [*outlines, *(outline * np.array([-1, 1], np.float32) for outline in outlines)]


def bent(points: Sequence[tuple[float, float]], widths: Sequence[float]) -> Outline:
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
    return [blob(x, y, 0.1, 0.09), *(moved(claw, x, y, 1, turn) for claw in claws)]


def lion() -> Figure:
    """A lion on its hind legs."""
    tuft = smooth(corners((0, -0.3), (0.16, -0.08), (0.06, 0.1), (-0.1, 0.08), (-0.14, -0.1)))
    muzzle = [(-0.3, -0.72), (-0.52, -0.64), (-0.54, -0.56), (-0.44, -0.52), (-0.52, -0.44), (-0.3, -0.44)]
    head = [moved(wavy(9, 0.3), -0.2, -0.58, 0.31), smooth(corners(*muzzle))]
    details = [blob(-0.33, -0.66, 0.035, 0.035), blob(-0.5, -0.5, 0.07, 0.025, 20)]
    return [([*_rampant(), moved(tuft, 0.74, -0.64, 1, 10), *head], 0), (details, 1)]


def griffin() -> Figure:
    """A griffin on its hind legs: a lion with the head and wings of an eagle."""
    feathers = [
        bent(
            [(0.06, -0.3), (0.3 + 0.06 * row, -0.62 + 0.12 * row), (0.52 + 0.1 * row, -0.98 + 0.26 * row)],
            [0.12, 0.18, 0.04],
        )
        for row in range(4)
    ]
    head = [
        (0.02, -0.4),
        (0.04, -0.72),
        (-0.1, -0.92),
        (-0.28, -0.86),
        (-0.48, -0.66),
        (-0.46, -0.56),
        (-0.3, -0.6),
        (-0.26, -0.4),
    ]
    ear = corners((-0.1, -0.84), (-0.02, -1.0), (0.04, -0.78))
    return [(feathers, 0), ([*_rampant(), ear, smooth(corners(*head))], 0), ([blob(-0.24, -0.72, 0.035, 0.035)], 1)]


def unicorn() -> Figure:
    """A unicorn on its hind legs."""
    head = [
        (0.02, -0.36),
        (0.06, -0.7),
        (-0.12, -0.86),
        (-0.3, -0.78),
        (-0.58, -0.5),
        (-0.54, -0.4),
        (-0.4, -0.42),
        (-0.22, -0.46),
    ]
    mane = [blob(0.06 + 0.03 * row, -0.78 + 0.14 * row, 0.1, 0.06, 50) for row in range(5)]
    horn = corners((-0.2, -0.84), (-0.28, -0.78), (-0.5, -1.2))
    ear = corners((-0.12, -0.84), (-0.06, -0.98), (-0.02, -0.8))
    tuft = smooth(corners((0, -0.3), (0.14, -0.1), (0.1, 0.14), (-0.1, 0.12), (-0.12, -0.1)))
    return [
        ([*_rampant(), moved(tuft, 0.74, -0.62), *mane, ear, smooth(corners(*head))], 0),
        ([horn, blob(-0.26, -0.66, 0.03, 0.03)], 1),
    ]


def bear() -> Figure:
    """A bear on its hind legs."""
    snout = smooth(corners((-0.3, -0.72), (-0.58, -0.6), (-0.58, -0.5), (-0.3, -0.42)))
    head = [blob(-0.08, -0.84, 0.08, 0.08), blob(-0.2, -0.6, 0.26, 0.25), snout]
    return [([*_rampant(tail=False), *head], 0), ([blob(-0.3, -0.66, 0.03, 0.03), blob(-0.55, -0.58, 0.04, 0.03)], 1)]


def _rampant(*, tail: bool = True) -> list[Outline]:
    """Body and limbs of a beast on its hind legs, seen from the side, facing left."""
    limbs = [
        bent([(-0.15, -0.28), (-0.45, -0.24), (-0.6, -0.45), (-0.82, -0.5)], [0.22, 0.17, 0.13, 0.12]),
        bent([(0.28, 0.45), (0.0, 0.5), (0.02, 0.76), (-0.16, 0.9), (-0.4, 0.86)], [0.34, 0.26, 0.15, 0.13, 0.11]),
        bent([(0.36, 0.5), (0.42, 0.76), (0.28, 0.9), (0.12, 0.97)], [0.3, 0.2, 0.13, 0.11]),
        bent([(-0.05, -0.08), (-0.36, 0.06), (-0.5, -0.1), (-0.76, -0.12)], [0.22, 0.17, 0.13, 0.12]),
    ]
    body = bent([(0.34, 0.52), (0.16, 0.15), (-0.08, -0.2), (-0.2, -0.5)], [0.34, 0.3, 0.42, 0.4])
    tails = [bent([(0.42, 0.5), (0.72, 0.46), (0.76, 0.1), (0.56, -0.2), (0.72, -0.55)], [0.1, 0.08, 0.07, 0.07, 0.06])]
    paws = [*_paw(-0.84, -0.52, -80), *_paw(-0.78, -0.13, -90), *_paw(-0.42, 0.86, -95), *_paw(0.08, 0.97, -95)]
    return [*(tails if tail else []), *paws, *limbs, body]


def eagle() -> Figure:
    """An eagle with spread wings, from the front."""
    feathers = []
    for share in np.linspace(0, 1, 8).tolist():
        root = (0.2 + 0.42 * share, -0.3 - 0.42 * share)
        tip = (0.34 + 0.64 * share**0.8, 0.42 - 0.98 * share**1.7)
        middle = ((root[0] + tip[0]) / 2 + 0.07, (root[1] + tip[1]) / 2 - 0.02)
        feathers.append(bent([root, middle, tip], [0.1, 0.15, 0.03]))
    arm = bent([(0.08, -0.16), (0.26, -0.4), (0.5, -0.72), (0.68, -0.86)], [0.22, 0.16, 0.16, 0.06])
    tail = [
        bent([(0, 0.36), (0.45 * lean, 0.7), (0.8 * lean, 0.98)], [0.1, 0.16, 0.05])
        for lean in (-0.7, 0.7, -0.35, 0.35, 0)
    ]
    leg = bent([(0.08, 0.26), (0.3, 0.46), (0.42, 0.62)], [0.2, 0.12, 0.07])
    claws = [
        moved(bent([(0, 0), (0.08, 0.05), (0.1, 0.14)], [0.06, 0.05, 0.02]), 0.42, 0.6, 1, turn)
        for turn in (-50, 0, 60)
    ]
    head = [
        (0.08, -0.46),
        (0.12, -0.72),
        (0.02, -0.9),
        (-0.14, -0.88),
        (-0.34, -0.72),
        (-0.32, -0.66),
        (-0.16, -0.7),
        (-0.1, -0.46),
    ]
    body = smooth(mirrored((0, -0.58), (0.14, -0.4), (0.17, 0), (0.1, 0.35), (0, 0.46)))
    plumage = [*both(*feathers, arm, leg), *tail, body, smooth(corners(*head))]
    return [(plumage, 0), ([*both(*claws), blob(-0.08, -0.76, 0.03, 0.03)], 1)]


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
        ([blob(-0.62, -0.08, 0.06, 0.06), arc(0.3, 60, 120, 0.04), moved(arc(0.3, 60, 120, 0.04), 0.2)], 1),
    ]


def stag_head() -> Figure:
    """A stag's head with antlers, from the front."""
    head = smooth(mirrored((0, -0.1), (0.2, 0), (0.24, 0.3), (0.12, 0.75), (0.1, 0.92), (0, 0.98)))
    ear = blob(0.4, 0.02, 0.2, 0.08, -20)
    antler = bent([(0.1, -0.05), (0.35, -0.3), (0.6, -0.5), (0.56, -0.95)], [0.1, 0.1, 0.08, 0.04])
    tines = [
        bent([(0.35, -0.3), (0.3, -0.6), (0.34, -0.8)], [0.08, 0.06, 0.03]),
        bent([(0.56, -0.48), (0.8, -0.6), (0.88, -0.8)], [0.08, 0.06, 0.03]),
        bent([(0.25, -0.2), (0.5, -0.15), (0.62, -0.25)], [0.08, 0.06, 0.03]),
    ]
    return [(both(ear, antler, *tines), 0), ([head], 0), (both(blob(0.12, 0.25, 0.04, 0.04)), 1)]


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
        ([blob(-0.48, -0.58, 0.04, 0.04), bent([(-0.2, -0.2), (0.2, 0.1), (0.6, 0.1)], [0.04, 0.07, 0.03])], 1),
        (legs, 0),
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
    return [([head, *mane], 0), ([blob(-0.22, -0.36, 0.05, 0.05), blob(-0.64, 0.2, 0.04, 0.03)], 1)]


def bee() -> Figure:
    """A bee from above."""
    wings = both(blob(0.5, -0.25, 0.44, 0.2, -25), blob(0.4, 0.1, 0.32, 0.14, 20))
    return [
        (wings, 0),
        ([blob(0, 0.3, 0.26, 0.5), blob(0, -0.3, 0.24, 0.26), blob(0, -0.62, 0.18, 0.16)], 0),
        ([box(-0.24, y, 0.24, y + 0.08) for y in (0.1, 0.3, 0.5)], 1),
    ]


BEASTS: Mapping[str, Figure] = {
    make.__name__: make() for make in (lion, griffin, unicorn, bear, eagle, fish, stag_head, bird, horse_head, bee)
}
"""Every beast by name."""
