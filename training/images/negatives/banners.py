"""Festive banners in red and gold without an emblem: rays, silk, lanterns, doves, skylines, large calligraphy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.arrays import Pixels
from training.images.negatives.canvas import Canvas, Colour, Paint, diagonal, flat, mixed, radial, vertical
from training.images.negatives.outlines import box, circle, corners, moved, polar, rays, rounded, star, stroke
from training.images.negatives.palette import (
    BLACK,
    BRUSH_FACES,
    GOLDS,
    GRAND_CHARACTERS,
    PLAIN_CHINESE_FACES,
    REDS,
    SMALL_WORDS,
    WHITE,
    WISHES,
    Generator,
    pick,
    varied,
)
from training.images.negatives.pictograms import PICTOGRAMS

BANNER_SHAPES = ((288, 288), (256, 384), (200, 400), (160, 480), (130, 520), (384, 256))
"""Heights and widths of banners."""


def festive_banner(rng: Generator, size: tuple[int, int] | None = None) -> Pixels:
    """A red banner with decorations and large words; without words every fifth.

    Args:
        rng: chooses everything.
        size: height and width in pixels; by default one of `BANNER_SHAPES`.

    Returns:
        Opaque RGBA uint8 (height, width, 4).
    """
    height, width = size or pick(rng, BANNER_SHAPES)
    canvas = Canvas(height, width / height)
    wide = canvas.half_width
    red = varied(rng, pick(rng, REDS))
    dark, warm = mixed(red, (90, 0, 0), rng.uniform(0.3, 0.8)), mixed(red, (255, 150, 30), rng.uniform(0.2, 0.8))
    grounds = (vertical(red, dark), vertical(red, warm), radial(warm, dark), diagonal(warm, red), vertical(warm, red))
    canvas.fill(box(-wide, -50, wide, 50), pick(rng, grounds))
    gold = varied(rng, pick(rng, GOLDS))
    chosen = rng.permutation(len(DECORATIONS))[: int(rng.integers(2, 5))]
    for index in sorted(chosen.tolist()):
        DECORATIONS[index](rng, canvas, gold, red)
    if rng.random() < 0.8:
        _calligraphy(rng, canvas, gold, dark)
    if rng.random() < 0.15:
        canvas.fill([box(-wide, -50, wide, 50), box(-wide + 3, -47, wide - 3, 47)], flat(gold))
    return canvas.drawing()


def light_banner(rng: Generator, size: tuple[int, int] | None = None) -> Pixels:
    """A pale banner with red words, red hills or silk along its foot; arguments as for `festive_banner`."""
    height, width = size or pick(rng, BANNER_SHAPES)
    canvas = Canvas(height, width / height)
    wide = canvas.half_width
    pale = pick(rng, ((255, 246, 226), (255, 238, 214), (250, 226, 200), (255, 250, 244)))
    canvas.fill(box(-wide, -50, wide, 50), vertical(WHITE, varied(rng, pale, 6)))
    red, gold = varied(rng, pick(rng, REDS)), varied(rng, pick(rng, GOLDS))
    for index in rng.permutation(4)[: int(rng.integers(1, 3))]:
        (_silk, _skyline, _doves, _lanterns)[int(index)](rng, canvas, red, gold)
    _calligraphy(rng, canvas, red, gold, mixed(red, BLACK, 0.3))
    return canvas.drawing()


def _rays(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Rays from a point below or in the middle."""
    x, y, count = rng.uniform(-0.4, 0.4) * canvas.half_width, rng.uniform(-10, 60), int(rng.integers(9, 26))
    pieces = [moved(ray, x, y, 60 + 2 * canvas.half_width) for ray in rays(count)]
    canvas.blend(pieces, flat(mixed(gold, red, 0.3)), rng.uniform(0.12, 0.4))


def _silk(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Waves of cloth across the foot or the head."""
    wide, side = canvas.half_width, pick(rng, (1, 1, -1))
    for number in range(int(rng.integers(2, 5))):
        phase, depth = rng.uniform(0, 6), rng.uniform(4, 12)
        x = np.linspace(-wide, wide, 25)
        y = 22 + 6 * number + depth * np.sin(x / wide * rng.uniform(1.5, 4) + phase)
        points = np.concatenate([np.stack([x, y], 1), [(wide, 60), (-wide, 60)]]).astype(np.float32)
        colour = mixed(red, gold if rng.random() < 0.4 else (120, 0, 0), rng.uniform(0.1, 0.7))
        canvas.fill(
            points * np.array([1, side], np.float32),
            vertical(mixed(colour, WHITE, 0.2), mixed(colour, (60, 0, 0), 0.4)),
        )
        if rng.random() < 0.5:
            line = [(float(a), float(b) * side) for a, b in zip(x, y, strict=True)]
            canvas.fill(stroke(line, rng.uniform(0.5, 2)), flat(gold))


def _hills(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Ranges of hills, each paler than the next."""
    wide = canvas.half_width
    for number in range(int(rng.integers(2, 4))):
        x = np.linspace(-wide, wide, 17)
        y = 20 + 9 * number + rng.uniform(-7, 7, 17)
        points = np.concatenate([np.stack([x, y], 1), [(wide, 60), (-wide, 60)]]).astype(np.float32)
        canvas.fill(points, flat(mixed(mixed(gold, red, 0.4), (110, 0, 0), number / 3)))


def _skyline(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Roofs of a city along the foot."""
    x, wide, foot = -canvas.half_width, canvas.half_width, 50.0
    paint = flat(mixed(gold, red, rng.uniform(0.1, 0.6)))
    while x < wide:
        width, top = rng.uniform(4, 12), rng.uniform(14, 44)
        canvas.fill(box(x, top, x + width, foot), paint)
        kind = rng.random()
        if kind < 0.25:
            canvas.fill(corners((x, top), (x + width / 2, top - width), (x + width, top)), paint)
        elif kind < 0.5:
            roof = corners((x - 2, top), (x + 1, top - 3), (x + width - 1, top - 3), (x + width + 2, top))
            canvas.fill(roof, paint)
        elif kind < 0.6:
            canvas.fill(box(x + width / 2 - 0.4, top - 10, x + width / 2 + 0.4, top), paint)
        x += width + rng.uniform(0, 3)


def _lanterns(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Lanterns that hang from the top."""
    for side in (1, -1):
        for _ in range(int(rng.integers(1, 3))):
            x, y, size = side * canvas.half_width * rng.uniform(0.5, 0.95), rng.uniform(-36, -14), rng.uniform(6, 11)
            shade = mixed(red, (255, 70, 30), 0.5)
            canvas.fill(box(x - 0.3, -50, x + 0.3, y), flat(gold))
            canvas.fill(
                moved(circle() * np.array([1.2, 0.9], np.float32), x, y, size), radial(mixed(shade, WHITE, 0.4), shade)
            )
            for squeeze in (0.75, 0.35):
                canvas.line(moved(circle() * np.array([1.2 * squeeze, 0.9], np.float32), x, y, size), flat(gold), 0.4)
            ends = [
                box(x - size * 0.5, y + side_y * size * 0.9 - 1, x + size * 0.5, y + side_y * size * 0.9 + 1)
                for side_y in (1, -1)
            ]
            canvas.each([*ends, box(x - 1, y + size, x + 1, y + size * 2)], flat(gold))


def _doves(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Doves in the sky."""
    for _ in range(int(rng.integers(2, 7))):
        x, y = rng.uniform(-1, 1) * canvas.half_width, rng.uniform(-45, 5)
        ink = flat(WHITE if rng.random() < 0.6 else gold)
        canvas.figure(
            PICTOGRAMS["dove"],
            x,
            y,
            rng.uniform(3, 9),
            (ink, ink),
            turn=rng.uniform(-20, 20),
            stretch=pick(rng, (1, -1)),
        )


def _fireworks(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Bursts of sparks."""
    for _ in range(int(rng.integers(2, 5))):
        x, y, size = rng.uniform(-0.95, 0.95) * canvas.half_width, rng.uniform(-42, 0), rng.uniform(6, 18)
        paint = flat(mixed(gold, WHITE, rng.uniform(0, 0.6)))
        canvas.each([moved(ray, x, y, size) for ray in rays(int(rng.integers(10, 20)), 0.35, share=0.25)], paint)
        canvas.each(
            [
                moved(circle(8), x + dx, y + dy, size * 0.05)
                for dx, dy in (polar(size * 1.1, 30 * n) for n in range(12))
            ],
            paint,
        )


def _sparks(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Golden dust and small stars of four or six points."""
    for _ in range(int(rng.integers(15, 50))):
        x, y = rng.uniform(-1, 1) * canvas.half_width, rng.uniform(-50, 50)
        shape = circle(8) if rng.random() < 0.7 else star(int(pick(rng, (4, 6))), 0.3)
        canvas.fill(moved(shape, x, y, rng.uniform(0.3, 1.6)), flat(mixed(gold, WHITE, rng.uniform(0, 0.6))))


def _ribbons(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Long bands that wave across."""
    wide = canvas.half_width
    for _ in range(int(rng.integers(1, 4))):
        x = np.linspace(-wide, wide, 31)
        base, phase, swing = rng.uniform(-35, 40), rng.uniform(0, 6), rng.uniform(6, 20)
        y = base + swing * np.sin(x / wide * rng.uniform(2, 5) + phase)
        widths = 1 + rng.uniform(2, 8) * np.abs(np.sin(x / wide * 3 + phase * 2))
        colour = mixed(gold, red, pick(rng, (0.0, 0.5, 0.8)))
        line = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
        canvas.fill(stroke(line, widths.tolist()), diagonal(mixed(colour, WHITE, 0.3), mixed(colour, (80, 0, 0), 0.4)))


def _glow(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """A sun or moon, whole, behind everything else."""
    x, size = rng.uniform(-0.5, 0.5) * canvas.half_width, rng.uniform(14, 34)
    canvas.blend(
        moved(circle(), x, rng.uniform(-10, 25), size), radial(mixed(gold, WHITE, 0.5), gold), rng.uniform(0.4, 0.9)
    )


def _clouds(rng: Generator, canvas: Canvas, gold: Colour, red: Colour) -> None:
    """Curled clouds as on festive prints."""
    paint = flat(mixed(gold, red, rng.uniform(0, 0.5)))
    for _ in range(int(rng.integers(2, 6))):
        x, y, size = rng.uniform(-1, 1) * canvas.half_width, rng.uniform(-44, 46), rng.uniform(4, 9)
        for dx, scale in ((-1.2, 0.7), (0, 1), (1.2, 0.7)):
            canvas.fill(
                [
                    moved(circle(32), x + dx * size, y, size * scale),
                    moved(circle(32), x + dx * size, y, size * scale * 0.7),
                ],
                paint,
            )
        canvas.fill(moved(rounded(4.4, 0.4, 0.2), x, y + size * 0.7, size), paint)


Decoration = Callable[[Generator, Canvas, Colour, Colour], None]
DECORATIONS: tuple[Decoration, ...] = (
    *(_rays, _glow, _hills, _clouds, _skyline, _silk, _ribbons, _fireworks, _lanterns, _doves, _sparks),
)
"""From the farthest to the nearest; each takes the gold and the red of the banner."""


def _calligraphy(rng: Generator, canvas: Canvas, ink: Colour, shadow: Colour, bright: Colour = WHITE) -> None:
    """Large words, often in a brush typeface with a shadow, and a smaller line under them."""
    words = pick(rng, WISHES) if rng.random() < 0.8 else pick(rng, GRAND_CHARACTERS)
    face = pick(rng, BRUSH_FACES) if rng.random() < 0.65 else pick(rng, PLAIN_CHINESE_FACES)
    room = canvas.half_width * rng.uniform(1.2, 1.8)
    size = min(rng.uniform(26, 60) if len(words) > 1 else 70, room / len(words))
    x, y = rng.uniform(-0.1, 0.1) * canvas.half_width, rng.uniform(-14, 4)
    paint: Paint = pick(rng, (flat(ink), vertical(mixed(ink, WHITE, 0.6), ink), flat(bright)))
    if rng.random() < 0.6:
        canvas.words(words, x + size * 0.03, y + size * 0.04, size, flat(shadow), face)
    canvas.words(words, x, y, size, paint, face)
    if rng.random() < 0.6:
        small = pick(rng, SMALL_WORDS)
        low = min(y + size * 0.5 + 8, 42)
        canvas.words(small, x, low, rng.uniform(5, 10), paint, pick(rng, PLAIN_CHINESE_FACES), width=room)
