"""Holders: pictograms and tiles that contain a figure, such as discs, app icons, houses, books, persons and shields."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.arrays import Float64, Pixels
from training.images.core.elements.letters import ring_of_letters
from training.images.core.elements.surfaces import GOLDS, REDS

Generator = np.random.Generator

HOLDER_SIDE = 256
"""Side of a holder in pixels."""


@dataclass(frozen=True)
class Holder:
    """A drawn container.

    Attributes:
        drawing: RGBA uint8 (HOLDER_SIDE, HOLDER_SIDE, 4).
        center: where the figure stands, x and y as fractions.
        share: the figure's longest side as a fraction of the holder's.
    """

    drawing: Pixels
    center: tuple[float, float]
    share: float


def any_holder(rng: Generator) -> Holder:
    """A random holder in random colours."""
    name = str(rng.choice(list(_SHAPES), p=_PROBABILITIES))
    return _holder(rng, name)


def _holder(rng: Generator, name: str) -> Holder:
    points, center, share = _SHAPES[name]
    mask = np.zeros((HOLDER_SIDE, HOLDER_SIDE), np.uint8)
    if name == "disc":
        cv2.circle(mask, (128, 128), 124, 255, -1, cv2.LINE_AA)
    elif name == "tile":
        _rounded(mask, int(rng.choice([0, 24, 48, 80])))
    else:
        for polygon in points:
            cv2.fillPoly(mask, [(np.array(polygon, np.float64) * 2.56).astype(np.int32)], 255, cv2.LINE_AA)
        if name in {"person", "pin"}:
            cv2.circle(mask, (128, 66), 58, 255, -1, cv2.LINE_AA)
    drawing = np.dstack([_fill(rng), mask])
    if rng.random() < 0.2:
        drawing = _bordered(rng, drawing, mask)
    size = share * rng.uniform(0.75, 1.12)
    if name == "disc" and rng.random() < 0.45:
        drawing, size = _with_ring(rng, drawing), size * 0.72
    return Holder(drawing, (center[0] + rng.uniform(-0.03, 0.03), center[1] + rng.uniform(-0.03, 0.03)), size)


def _fill(rng: Generator) -> Pixels:
    """A plain colour or gradient, mostly red, orange or pink; RGB uint8."""
    choice = rng.random()
    if choice < 0.5:
        first = np.array(REDS[int(rng.integers(len(REDS)))], np.float64)
    elif choice < 0.62:
        first = rng.uniform((235, 90, 30), (255, 170, 90))
    elif choice < 0.7:
        first = rng.uniform((235, 90, 100), (255, 170, 180))
    elif choice < 0.78:
        first = np.array((255.0, 255.0, 255.0))
    else:
        first = rng.uniform(0, 255, 3)
    second = np.clip(first * rng.uniform(0.6, 1.3) + rng.uniform(-20, 40), 0, 255) if rng.random() < 0.6 else first
    column = np.linspace(0, 1, HOLDER_SIDE)[:, None, None]
    filled: Float64 = first * (1 - column) + second * column
    filled = np.broadcast_to(filled, (HOLDER_SIDE, HOLDER_SIDE, 3))
    if rng.random() < 0.3:
        filled = filled.transpose(1, 0, 2)
    return np.ascontiguousarray(filled.clip(0, 255)).astype(np.uint8)


def _bordered(rng: Generator, drawing: Pixels, mask: Pixels) -> Pixels:
    width = int(rng.integers(5, 18))
    inner = cv2.erode(mask, np.ones((width, width), np.uint8))
    colour = GOLDS[int(rng.integers(len(GOLDS)))] if rng.random() < 0.6 else (255, 255, 255)
    rim = (mask > 0) & (inner == 0)
    drawing = drawing.copy()
    drawing[rim, :3] = colour
    return drawing


def _with_ring(rng: Generator, drawing: Pixels) -> Pixels:
    colour = GOLDS[int(rng.integers(len(GOLDS)))] if rng.random() < 0.5 else (255, 255, 255)
    if drawing[40:60, 118:138, :3].mean() > 200:
        colour = REDS[int(rng.integers(len(REDS)))]
    ring = ring_of_letters(rng, colour, HOLDER_SIDE)
    opacity = ring[..., 3:].astype(np.uint16)
    mixed = (ring[..., :3] * opacity + drawing[..., :3] * (255 - opacity)) // 255
    made = np.dstack([mixed.astype(np.uint8), drawing[..., 3]])
    if rng.random() < 0.6:
        cv2.circle(made, (128, 128), int(rng.integers(82, 92)), (*colour, 255), int(rng.integers(1, 5)), cv2.LINE_AA)
    return made


def _rounded(mask: Pixels, radius: int) -> None:
    cv2.rectangle(mask, (radius, 0), (255 - radius, 255), 255, -1)
    cv2.rectangle(mask, (0, radius), (255, 255 - radius), 255, -1)
    for x in (radius, 255 - radius):
        for y in (radius, 255 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)


_Point = tuple[float, float]


def _star() -> list[_Point]:
    angles = np.arange(10) * np.pi / 5
    radii = np.where(np.arange(10) % 2, 22, 50)
    return [(50 + r * np.sin(a), 52 - r * np.cos(a)) for a, r in zip(angles.tolist(), radii.tolist(), strict=True)]


_SHAPES: dict[str, tuple[list[list[_Point]], _Point, float]] = {
    "disc": ([], (0.5, 0.5), 0.68),
    "tile": ([], (0.5, 0.5), 0.7),
    "house": ([[(50, 4), (98, 48), (86, 48), (86, 96), (14, 96), (14, 48), (2, 48)]], (0.5, 0.62), 0.42),
    "person": ([[(8, 98), (14, 62), (34, 50), (66, 50), (86, 62), (92, 98)]], (0.5, 0.76), 0.3),
    "book": ([[(2, 18), (48, 26), (48, 92), (2, 84)], [(98, 18), (52, 26), (52, 92), (98, 84)]], (0.5, 0.52), 0.42),
    "document": ([[(16, 2), (66, 2), (86, 22), (86, 98), (16, 98)]], (0.5, 0.55), 0.5),
    "shield": ([[(50, 2), (92, 14), (90, 56), (50, 98), (10, 56), (8, 14)]], (0.5, 0.47), 0.56),
    "pin": ([[(30, 40), (70, 40), (50, 98)]], (0.5, 0.27), 0.34),
    "bubble": ([[(6, 8), (94, 8), (94, 76), (46, 76), (26, 96), (26, 76), (6, 76)]], (0.5, 0.42), 0.5),
    "star": ([_star()], (0.5, 0.55), 0.36),
    "ribbon": ([[(2, 30), (98, 30), (92, 50), (98, 70), (2, 70), (8, 50)]], (0.3, 0.5), 0.3),
    "cloud": (
        [[(20, 80), (4, 62), (14, 44), (30, 42), (40, 22), (62, 20), (76, 40), (94, 46), (96, 68), (82, 80)]],
        (0.5, 0.58),
        0.36,
    ),
}
"""Polygons in hundredths, place of the figure, and its share of the side."""

_PROBABILITIES = np.array([0.3, 0.3, 0.05, 0.06, 0.04, 0.05, 0.06, 0.03, 0.04, 0.03, 0.02, 0.02])
