"""Negatives made of parts that protected emblems share: stars, rays, characters, seals and badges.

Many flags hold a star and many mastheads a common character, yet alone these imitate no emblem. A calibration that
never saw them alone takes an agreeing part for the whole.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from models.arrays import Pixels
from training.images.drawings import shapes
from training.images.drawings.type import CHINESE_TYPEFACES, Face, ring_text, text
from training.images.sources.graphics import render_svg
from training.images.synthesis.wordmarks import LATIN_SYLLABLES, NAME_CHARACTERS, NAME_SUFFIXES

SIGN_SIDE = 400
"""Width and height of a sign, in its units."""

MIDDLE = SIGN_SIDE / 2
SIGN_COLOURS = (
    *("#d7000f", "#e8261c", "#ffd900", "#f5b301", "#ffffff"),
    *("#111111", "#0b3f8f", "#2a7de1", "#1a8f4a", "#7a3fa0"),
)
COMMON_CHARACTERS = "福喜寿禄春吉安和爱家梦心乐缘静美甜茶酒食味渔木花鸟虫李王张刘陈杨赵黄周吴老小大阿一二三我你她"

"""Characters of everyday words and names."""

SEAL_TYPEFACES: tuple[Face, ...] = ("serif", "brush", "cursive")

Generator = np.random.Generator


def sign(rng: Generator) -> Pixels:
    """A random sign, RGBA uint8 (height, width, 4), trimmed, longest side 160."""
    make = SIGNS[int(rng.integers(len(SIGNS)))]
    drawing = render_svg(shapes.picture(SIGN_SIDE, SIGN_SIDE, *make(rng), rule="a random sign"))
    return drawing if drawing is not None else sign(rng)


def sign_avatar(rng: Generator, size: tuple[int, int]) -> Pixels:
    """A random sign that fills an avatar, on a plain ground: RGB uint8 of this height and width."""
    drawing = cv2.resize(sign(rng), size[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint16)
    ground, opacity = rng.integers(0, 256, 3), drawing[..., 3:]
    return ((drawing[..., :3] * opacity + ground * (255 - opacity)) // 255).astype(np.uint8)


def _stars(rng: Generator) -> list[str]:
    """One star, or a ring, a row or a random arrangement of up to six, at times on a ground."""
    ground, ink = _two_colours(rng)
    parts = [shapes.rectangle(0, 0, SIGN_SIDE, SIGN_SIDE, ground)] if rng.random() < 0.6 else []
    if rng.random() < 0.2:
        parts = [shapes.disc(MIDDLE, MIDDLE, MIDDLE - 4, ground)]
    count, kind = int(rng.integers(1, 7)), int(rng.integers(3))
    for number in range(count):
        around = shapes.polar(MIDDLE, MIDDLE, 120 if count > 1 else 0, 360 * number / count)
        row = (MIDDLE + (number - (count - 1) / 2) * 340 / count, MIDDLE + rng.uniform(-10, 10))
        heap = tuple(rng.uniform(60, SIGN_SIDE - 60, 2).tolist())
        x, y = (around, row, heap)[kind]
        radius = rng.uniform(0.6, 1.0) * (170 if count == 1 else 62)
        turn = rng.uniform(-36, 36) if kind == 2 else 0
        parts.append(
            shapes.faceted_star(x, y, radius, ink, ground, turn)
            if rng.random() < 0.15
            else shapes.star(x, y, radius, ink, turn)
        )
    return parts


def _rays(rng: Generator) -> list[str]:
    """Rays from one point, at times around a sun, in two colours."""
    ground, ink = _two_colours(rng)
    count, x, y = int(rng.integers(6, 20)), rng.uniform(140, 260), rng.uniform(140, 400)
    parts = [shapes.rectangle(0, 0, SIGN_SIDE, SIGN_SIDE, ground)]
    for number in range(count):
        angle, half = 360 * number / count, 360 / count * rng.uniform(0.2, 0.3)
        tips = [shapes.polar(x, y, 600, angle + side) for side in (-half, half)]
        parts.append(shapes.polygon([(x, y), *tips], ink))
    if rng.random() < 0.6:
        parts.append(shapes.disc(x, y, rng.uniform(40, 110), ink, ground, 12))
    return parts


def _characters(rng: Generator) -> list[str]:
    """One or two lines of Chinese characters, at times on a ground."""
    ground, ink = _two_colours(rng)
    rows = [_word(rng) for _ in range(int(rng.integers(1, 3)))]
    face = list(CHINESE_TYPEFACES)[int(rng.integers(len(CHINESE_TYPEFACES)))]
    parts = [shapes.rectangle(0, 0, SIGN_SIDE, SIGN_SIDE, ground, rng.choice([0, 0, 60]))] if rng.random() < 0.7 else []
    for number, row in enumerate(rows):
        size = min(300, 340 / max(len(row), len(rows)))
        base = MIDDLE + (number - (len(rows) - 1) / 2) * size + 0.36 * size
        parts.append(text(row, MIDDLE, base, size, ink, face))
    return parts


def _seal(rng: Generator) -> list[str]:
    """A name seal: four characters in a frame, red on white or white on red."""
    ink, ground = ("#c8161d", "#ffffff") if rng.random() < 0.5 else ("#ffffff", "#c8161d")
    frame = [shapes.rectangle(10, 10, 380, 380, "#c8161d", 20), shapes.rectangle(24, 24, 352, 352, ground, 12)]
    names = ["".join(rng.choice(list(NAME_CHARACTERS + COMMON_CHARACTERS), 2)) for _ in range(2)]
    face = SEAL_TYPEFACES[int(rng.integers(len(SEAL_TYPEFACES)))]
    return [*frame, *(text(name, MIDDLE, 180 + 160 * row, 150, ink, face) for row, name in enumerate(names))]


def _badge(rng: Generator) -> list[str]:
    """A shield, or a disc with words along its rim, at times with a wreath, around a star or a character."""
    ground, ink = _two_colours(rng)
    if rng.random() < 0.4:
        parts = [shapes.shield(MIDDLE, MIDDLE, 340, 380, ground, ink, 12)]
    else:
        parts = [
            shapes.disc(MIDDLE, MIDDLE, 190, ground, ink, 10),
            shapes.disc(MIDDLE, MIDDLE, 130, "none", ink, 6),
        ]
        words = _word(rng) if rng.random() < 0.5 else "".join(rng.choice(LATIN_SYLLABLES, 3)).upper() + " CLUB"
        parts.append(ring_text(words, MIDDLE, MIDDLE, 146, 36, ink, "sans"))
    if rng.random() < 0.4:
        parts += [shapes.laurel(MIDDLE, MIDDLE + 10, 100, side * 160, side * 40, 34, ink) for side in (1, -1)]
    if rng.random() < 0.5:
        return [*parts, shapes.star(MIDDLE, MIDDLE, rng.uniform(40, 80), ink)]
    return [*parts, text(str(rng.choice(list(COMMON_CHARACTERS))), MIDDLE, MIDDLE + 42, 120, ink, "black")]


def _word(rng: Generator) -> str:
    if rng.random() < 0.3:
        return str(rng.choice(list(NAME_CHARACTERS))) + str(rng.choice(NAME_SUFFIXES))
    return "".join(rng.choice(list(NAME_CHARACTERS + COMMON_CHARACTERS), int(rng.integers(1, 5))))


def _two_colours(rng: Generator) -> tuple[str, str]:
    first, second = rng.choice(len(SIGN_COLOURS), 2, replace=False)
    return SIGN_COLOURS[first], SIGN_COLOURS[second]


SIGNS: tuple[Callable[[Generator], list[str]], ...] = (_stars, _stars, _rays, _characters, _characters, _seal, _badge)
