"""Pictograms of applications: person, book, house, medal, tools and other everyday signs; figures as in `charges`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from training.images.negatives.beasts import Figure
from training.images.negatives.charges import CHARGES
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
    rounded,
    smooth,
    star,
    stroke,
)

BUST = smooth(mirrored((0, 0.1), (0.4, 0.14), (0.72, 0.5), (0.78, 0.88), (0.4, 0.9), (0, 0.9)), 4)


def person() -> Figure:
    """Head and shoulders."""
    return [([moved(circle(), 0, -0.42, 0.44), BUST], 0)]


def people() -> Figure:
    """Three persons."""
    side = [moved(circle(), 0.62, -0.3, 0.26), moved(BUST, 0.62, 0.1, 0.62)]
    return [
        ([*side, *(part * np.array([-1, 1], np.float32) for part in side)], 0),
        ([moved(circle(), 0, -0.36, 0.42), moved(BUST, 0, 0.06, 1)], 1),
        ([moved(circle(), 0, -0.4, 0.34), moved(BUST, 0, 0.1, 0.86)], 0),
    ]


def house() -> Figure:
    """A house."""
    return [
        ([corners((0, -0.9), (1, 0), (0.74, 0), (0.74, 0.85), (-0.74, 0.85), (-0.74, 0), (-1, 0))], 0),
        ([box(-0.2, 0.25, 0.2, 0.85)], 1),
    ]


def document() -> Figure:
    """A sheet with lines."""
    return [([rounded(1.4, 1.9, 0.18)], 0), ([box(-0.42, y, 0.42, y + 0.14) for y in (-0.5, -0.12, 0.26)], 1)]


def certificate() -> Figure:
    """A sheet with a rosette."""
    ribbon = [corners((0.36, 0.4), (0.64, 0.4), (0.74, 0.98), (0.5, 0.82), (0.26, 0.98))]
    return [
        ([rounded(1.9, 1.4, 0.14)], 0),
        ([box(-0.65, -0.4, 0.4, -0.28), box(-0.65, -0.1, 0.1, 0.02)], 1),
        ([moved(circle(), 0.5, 0.3, 0.36), *ribbon], 1),
        ([moved(circle(), 0.5, 0.3, 0.2)], 0),
    ]


def flag() -> Figure:
    """A flag without a device, on its pole."""
    cloth = smooth(
        corners(
            (-0.56, -0.82),
            (-0.2, -0.9),
            (0.3, -0.74),
            (0.86, -0.84),
            (0.84, 0.1),
            (0.3, 0.16),
            (-0.2, 0.0),
            (-0.56, 0.08),
        ),
        3,
    )
    return [([cloth, rounded(0.14, 1.9, 0.06) + np.array([-0.66, 0.02], np.float32)], 0)]


def megaphone() -> Figure:
    """A megaphone."""
    horn = corners((-0.5, -0.24), (0.56, -0.78), (0.56, 0.7), (-0.5, 0.2))
    return [
        (
            [
                horn,
                rounded(0.4, 0.5, 0.14) + np.array([-0.7, -0.02], np.float32),
                corners((-0.5, 0.24), (-0.2, 0.36), (-0.1, 0.86), (-0.4, 0.86)),
            ],
            0,
        ),
        ([arc(0.5, 60, 120, 0.12) + np.array([0.45, -0.04], np.float32)], 0),
    ]


def heart() -> Figure:
    """A heart."""
    return [
        (
            [
                smooth(
                    mirrored(
                        (0, -0.42), (0.26, -0.8), (0.74, -0.74), (0.95, -0.3), (0.74, 0.2), (0.3, 0.66), (0, 0.92)
                    ),
                    5,
                )
            ],
            0,
        )
    ]


def microphone() -> Figure:
    """A microphone."""
    return [
        (
            [
                rounded(0.66, 1.2, 0.33) + np.array([0, -0.35], np.float32),
                arc(0.56, 95, 265, 0.14) + np.array([0, -0.15], np.float32),
                box(-0.07, 0.4, 0.07, 0.9),
                rounded(0.8, 0.14, 0.07) + np.array([0, 0.9], np.float32),
            ],
            0,
        )
    ]


def hammer() -> Figure:
    """A hammer alone."""
    head = [corners((-0.5, -0.72), (0.42, -0.72), (0.62, -0.5), (0.62, -0.32), (-0.5, -0.32))]
    return [([moved(part, 0, 0, 1, 40) for part in (*head, box(-0.12, -0.32, 0.12, 0.95))], 0)]


def sickle() -> Figure:
    """A sickle alone."""
    blade = crescent(0.3, 30)
    return [([moved(blade, -0.05, -0.2, 0.78, 190), stroke([(-0.5, 0.36), (-0.84, 0.84)], 0.2)], 0)]


def hammers() -> Figure:
    """Two crossed hammers, as miners have them."""
    mallet = [box(-0.36, -0.95, 0.36, -0.6), box(-0.08, -0.6, 0.08, 0.95)]
    return [([moved(part, 0, 0, 1, turn)], 0) for turn in (45, -45) for part in mallet]


def wrench() -> Figure:
    """A spanner."""
    jaw = [
        arc(0.3, 40, 320, 0.24) + np.array([0, -0.62], np.float32),
        box(-0.14, -0.4, 0.14, 0.66),
        moved(circle(24), 0, 0.72, 0.24),
    ]
    return [([moved(part, 0, 0, 1, 42) for part in jaw], 0), ([moved(circle(16), *polar(0.72, 222), 0.1)], 1)]


def cog() -> Figure:
    """A cogwheel with a hub."""
    return [([gear(8, 0.24), moved(circle(), scale=0.42)], 0)]


def wheat() -> Figure:
    """Three ears of wheat."""
    grain = smooth(mirrored((0, -0.34), (0.14, -0.16), (0, 0)), 4)
    pairs = [moved(grain, 0, y, 1, side * 32) for y in (-0.5, -0.28, -0.06, 0.16) for side in (-1, 1)]
    ear = [box(-0.03, -0.5, 0.03, 0.95), moved(grain, 0, -0.62, 1), *pairs]
    ears = [[moved(part - np.array([0, 0.9], np.float32), 0, 0.9, 1, turn) for part in ear] for turn in (-28, 28, 0)]
    return [([part for parts in ears for part in parts], 0), ([box(-0.2, 0.4, 0.2, 0.5)], 1)]


def torch() -> Figure:
    """A torch."""
    flame = smooth(
        corners((-0.1, -0.98), (0.3, -0.6), (0.4, -0.3), (0.24, -0.05), (-0.24, -0.05), (-0.4, -0.34), (-0.2, -0.6))
    )
    return [
        ([flame, box(-0.4, 0, 0.4, 0.16), corners((-0.26, 0.18), (0.26, 0.18), (0.09, 0.98), (-0.09, 0.98))], 0),
        ([smooth(corners((0, -0.62), (0.18, -0.3), (0, -0.1), (-0.16, -0.32)))], 1),
    ]


def trophy() -> Figure:
    """A cup with a star."""
    cup = mirrored(
        (0, -0.8), (0.52, -0.8), (0.48, -0.2), (0.3, 0.14), (0.1, 0.26), (0.1, 0.6), (0.4, 0.66), (0.4, 0.86), (0, 0.86)
    )
    handles = [
        arc(0.3, 0, 180, 0.11) + np.array([0.52, -0.42], np.float32),
        arc(0.3, 180, 360, 0.11) + np.array([-0.52, -0.42], np.float32),
    ]
    return [([cup, *handles], 0), ([moved(star(), 0, -0.4, 0.26)], 1)]


def medal() -> Figure:
    """A medal on a ribbon."""
    bands = [
        corners((-0.5, -0.95), (-0.1, -0.95), (0.2, -0.1), (-0.14, -0.1)),
        corners((0.5, -0.95), (0.1, -0.95), (-0.2, -0.1), (0.14, -0.1)),
    ]
    return [(bands, 0), ([moved(circle(), 0, 0.38, 0.56)], 0), ([moved(star(), 0, 0.38, 0.34)], 1)]


def rosette() -> Figure:
    """A disc with two ribbon ends."""
    ends = [corners((0.06, 0.2), (0.52, 0.1), (0.62, 0.98), (0.32, 0.8), (0.1, 0.98))]
    return [
        ([*ends, ends[0] * np.array([-1, 1], np.float32), moved(circle(), 0, -0.26, 0.7)], 0),
        ([stroke([(-0.26, -0.5), (0, -0.06), (0.28, -0.52)], 0.13)], 1),
    ]


def star_sign() -> Figure:
    """A star with softened corners."""
    return [([star(5, 0.5)], 0)]


def chat() -> Figure:
    """A speech bubble."""
    return [
        (
            [rounded(1.8, 1.3, 0.4) + np.array([0, -0.14], np.float32), corners((-0.4, 0.4), (0.1, 0.4), (-0.5, 0.94))],
            0,
        ),
        ([moved(circle(16), x, -0.14, 0.12) for x in (-0.42, 0, 0.42)], 1),
    ]


def cap() -> Figure:
    """A graduate's cap."""
    return [
        (
            [
                corners((0, -0.66), (1, -0.2), (0, 0.26), (-1, -0.2)),
                corners((-0.54, 0.12), (0, 0.4), (0.54, 0.12), (0.54, 0.5), (0, 0.74), (-0.54, 0.5)),
                box(0.8, -0.16, 0.88, 0.5),
            ],
            0,
        )
    ]


def building() -> Figure:
    """An office with columns and a gable."""
    return [
        (
            [
                corners((0, -0.9), (0.95, -0.36), (-0.95, -0.36)),
                *(box(x - 0.11, -0.26, x + 0.11, 0.56) for x in (-0.66, -0.22, 0.22, 0.66)),
                box(-0.95, 0.66, 0.95, 0.86),
            ],
            0,
        ),
        ([moved(circle(24), 0, -0.56, 0.12)], 1),
    ]


def scales() -> Figure:
    """A balance."""
    pan = [
        corners((0.62, -0.5), (0.95, 0.24), (0.29, 0.24)),
        corners((0.62, -0.36), (0.83, 0.18), (0.41, 0.18)),
        moved(arc(0.33, 90, 270, 0.1), 0.62, 0.26),
    ]
    return [
        (pan[:2], 0),
        ([part * np.array([-1, 1], np.float32) for part in pan[:2]], 0),
        (
            [
                pan[2],
                pan[2] * np.array([-1, 1], np.float32),
                box(-0.06, -0.85, 0.06, 0.8),
                box(-0.75, -0.62, 0.75, -0.52),
                rounded(0.9, 0.16, 0.08) + np.array([0, 0.84], np.float32),
            ],
            0,
        ),
    ]


def check() -> Figure:
    """A tick in a shield."""
    return [
        ([smooth(mirrored((0, -0.95), (0.4, -0.76), (0.8, -0.66), (0.76, 0.1), (0.5, 0.6), (0, 0.98)), 3)], 0),
        ([stroke([(-0.38, 0), (-0.08, 0.3), (0.42, -0.3)], 0.17)], 1),
    ]


def pin() -> Figure:
    """A pin of maps."""
    return [
        ([smooth(mirrored((0, -0.96), (0.5, -0.76), (0.66, -0.3), (0.4, 0.24), (0, 0.98)))], 0),
        ([moved(circle(), 0, -0.34, 0.26)], 1),
    ]


def letter() -> Figure:
    """An envelope."""
    return [([rounded(1.9, 1.3, 0.16)], 0), ([stroke([(-0.8, -0.5), (0, 0.16), (0.8, -0.5)], 0.12)], 1)]


def hands() -> Figure:
    """A hand that holds a heart."""
    return [
        (
            [
                moved(heart()[0][0][0], 0, -0.36, 0.5),
                smooth(
                    corners(
                        (-0.95, 0.3),
                        (-0.5, 0.24),
                        (0, 0.46),
                        (0.7, 0.1),
                        (0.95, 0.2),
                        (0.3, 0.8),
                        (-0.3, 0.82),
                        (-0.95, 0.9),
                    ),
                    4,
                ),
            ],
            0,
        )
    ]


def flame() -> Figure:
    """A flame."""
    return [
        (
            [
                smooth(
                    corners(
                        (-0.1, -0.98),
                        (0.4, -0.4),
                        (0.72, 0.2),
                        (0.4, 0.85),
                        (-0.1, 0.95),
                        (-0.6, 0.6),
                        (-0.62, 0.1),
                        (-0.3, -0.2),
                    )
                )
            ],
            0,
        ),
        ([smooth(corners((0, 0.1), (0.28, 0.5), (0, 0.82), (-0.26, 0.5)))], 1),
    ]


def dove() -> Figure:
    """A flying dove."""
    body = smooth(
        corners(
            (-0.98, -0.1),
            (-0.76, -0.3),
            (-0.5, -0.26),
            (-0.16, -0.06),
            (0.3, 0.1),
            (0.96, 0.3),
            (0.7, 0.56),
            (0.1, 0.5),
            (-0.4, 0.36),
            (-0.7, 0.04),
        )
    )
    wing = smooth(
        corners((-0.3, -0.06), (-0.2, -0.6), (0.2, -0.96), (0.5, -0.9), (0.42, -0.5), (0.3, -0.1), (0.1, 0.2))
    )
    return [([body, wing, moved(wing, 0.1, 0.1, 0.8, 30)], 0)]


PICTOGRAMS: Mapping[str, Figure] = {
    **{
        make.__name__: make()
        for make in (
            *(
                person,
                people,
                house,
                document,
                certificate,
                flag,
                megaphone,
                heart,
                microphone,
                hammer,
                sickle,
                hammers,
            ),
            *(wrench, cog, wheat, torch, trophy, medal, rosette, star_sign, chat, cap, building, scales, check, pin),
            *(letter, hands, flame, dove),
        )
    },
    **{name: CHARGES[name] for name in ("book", "bell", "crown", "anchor", "moon", "key")},
}
"""Every pictogram by name."""

FIGURES: Mapping[str, Figure] = {**CHARGES, **PICTOGRAMS}
"""Charges and pictograms together."""
