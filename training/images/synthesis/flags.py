"""Invented flags for training: bands, crosses, cantons and devices of no state, in the layouts of real flags.

Plain flags differ almost only in their colours, from each other and from harmless stripes. Ensigns differ only in a
small device. The packages' two hundred flags are too few to learn that from. So invented flags come in groups that
share a layout and differ in their colours alone, or in a device alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from models.arrays import Pixels
from training.images.drawings import shapes
from training.images.drawings.shapes import Point
from training.images.sources.graphics import Graphics, render_svg
from training.images.synthesis.flag_likeness import near_flag, thumbnail

TRAINED_FLAGS, UNTRAINED_FLAGS = 1_500, 600
"""Flags invented for training, and further ones for cohort and calibration, counted before near-duplicates are removed.
Both are multiples of `FLAGS_PER_LAYOUT`."""

FLAGS_PER_LAYOUT = 3
"""Invented flags that share one layout."""

DEVICE_LAYOUT_SHARE = 0.35
"""Fraction of layouts whose flags differ in a device instead of colours."""

FREE_COLOUR_RATE = 0.25
"""Probability of a random colour instead of one of `FLAG_PALETTE`."""

FLAG_HEIGHT = 240.0
"""In the units of the drawing."""

FLAG_PROPORTIONS = (1.0, 4 / 3, 1.5, 1.5, 1.5, 1.6, 5 / 3, 2.0)
"""Width by height; repeated ones are more frequent."""

FLAG_PALETTE = (
    *("#d21034", "#ce1126", "#e8112d", "#7b1113", "#002868", "#0038a8", "#0f47af", "#5eb6e4", "#009e49", "#006a4e"),
    *("#3a7728", "#fcd116", "#ffd700", "#f77f00", "#ffffff", "#ffffff", "#ffffff", "#000000", "#101010", "#5c2d91"),
)
"""Colours of real flags; repeated ones are more frequent."""

Colours = Sequence[str]
Generator = np.random.Generator
Devices = tuple[Callable[[Generator, Point, float, Colours], list[str]], ...]


def invented_flags(rendered: Graphics, count: int, seed: int = 13) -> Iterator[tuple[int, Pixels]]:
    """Invented flags, without those that resemble a real flag or an earlier invented one.

    Flags of one layout that differ in a device alone resemble each other, and are kept.

    Args:
        rendered: graphics whose flags, of every fold, are avoided.
        count: flags to invent, before such near-duplicates are removed.
        seed: flag `number` depends on the seed, on the number and on earlier flags, not on `count`.

    Yields:
        The number, from 0, and the drawing, RGBA uint8 (height, width, 4), longest side 160.
    """
    rows = rendered.rows(lambda item: item.kind == "flag")
    taken = np.empty((len(rows) + count, 12, 12, 3), np.int16)
    for index, row in enumerate(rows):
        taken[index] = thumbnail(Image.fromarray(rendered.drawing(row)))
    begin = end = len(rows)
    for number in range(count):
        if number % FLAGS_PER_LAYOUT == 0:
            begin = end
        drawing = render_svg(_flag(number, seed))
        if drawing is None:
            continue
        small = thumbnail(Image.fromarray(drawing))
        if not near_flag(small, taken[: begin if _has_own_device(number, seed) else end]):
            taken[end] = small
            end += 1
            yield number, drawing


def _has_own_device(number: int, seed: int) -> bool:
    """True if the flags of this layout differ in a device alone."""
    return bool(np.random.default_rng((seed, 2, number // FLAGS_PER_LAYOUT)).random() < DEVICE_LAYOUT_SHARE)


def _flag(number: int, seed: int) -> str:
    group, member = divmod(number, FLAGS_PER_LAYOUT)
    form = np.random.default_rng((seed, 0, group))
    wide = FLAG_HEIGHT * FLAG_PROPORTIONS[int(form.integers(len(FLAG_PROPORTIONS)))]
    if _has_own_device(number, seed):
        colours, layouts = _colours(np.random.default_rng((seed, 3, group))), DEVICE_LAYOUTS
        devices = (*DEVICES[member:], *DEVICES[:member])  # one index is another device for each member
    else:
        colours, layouts, devices = _colours(np.random.default_rng((seed, 1, number))), LAYOUTS, DEVICES
    layout = layouts[int(form.integers(len(layouts)))]
    return shapes.picture(wide, FLAG_HEIGHT, *layout(form, wide, colours, devices), rule="an invented flag")


def _colours(rng: Generator) -> Colours:
    """Nine colours, of which any three in a row differ."""
    chosen: list[str] = []
    while len(chosen) < 9:
        red, green, blue = rng.integers(0, 256, 3)
        is_free = rng.random() < FREE_COLOUR_RATE
        colour = f"#{red:02x}{green:02x}{blue:02x}" if is_free else str(rng.choice(FLAG_PALETTE))
        if colour not in chosen[-2:]:
            chosen.append(colour)
    return chosen


def _bands(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """One to five bands, horizontal or vertical, at times of unequal width or with equal outer colours."""
    count = int(form.choice([1, 2, 3, 3, 3, 4, 5]))
    weights = np.ones(count) if form.random() < 0.6 else form.integers(1, 4, count).astype(float)
    edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    shown = list(colours[:count])
    if count > 2 and form.random() < 0.3:
        shown[-1] = shown[0]
    upright = form.random() < 0.4
    spans = list(zip(edges[:-1], edges[1:], shown, strict=True))
    if upright:
        return [shapes.rectangle(a * wide, 0, (b - a) * wide, FLAG_HEIGHT, colour) for a, b, colour in spans]
    return [shapes.rectangle(0, a * FLAG_HEIGHT, wide, (b - a) * FLAG_HEIGHT, colour) for a, b, colour in spans]


def _with_device(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    ground = _bands(form, wide, colours, devices)
    at, radius = wide * form.choice([0.5, 0.5, 0.3]), FLAG_HEIGHT * form.uniform(0.14, 0.34)
    if form.random() < 0.3:
        ground.append(shapes.disc(at, FLAG_HEIGHT / 2, radius * 1.25, colours[6]))
    return [*ground, *_device(form, devices, (at, FLAG_HEIGHT / 2), radius, colours[5:7])]


def _cross(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """A cross, upright or diagonal, centred or nearer the hoist, at times edged."""
    parts = [shapes.rectangle(0, 0, wide, FLAG_HEIGHT, colours[0])]
    thick, at = FLAG_HEIGHT * form.uniform(0.1, 0.3), wide * form.choice([0.36, 0.5])
    slanted = form.random() < 0.25
    edged = form.random() < 0.5
    for width, colour in ((thick, colours[1]), (thick * form.uniform(0.4, 0.6), colours[2]))[: 1 + edged]:
        lines = (
            (f"M0 0L{shapes.n(wide)} {shapes.n(FLAG_HEIGHT)}", f"M{shapes.n(wide)} 0L0 {shapes.n(FLAG_HEIGHT)}")
            if slanted
            else (f"M{shapes.n(at)} 0V{shapes.n(FLAG_HEIGHT)}", f"M0 {shapes.n(FLAG_HEIGHT / 2)}H{shapes.n(wide)}")
        )
        parts += [shapes.path(line, stroke=colour, width=width) for line in lines]
    return parts


def _triangle(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """Bands and a triangle at the hoist, at times with a device."""
    tip = wide * form.uniform(0.25, 0.55)
    parts = [
        *_bands(form, wide, colours, devices),
        shapes.polygon([(0, 0), (tip, FLAG_HEIGHT / 2), (0, FLAG_HEIGHT)], colours[6]),
    ]
    if form.random() < 0.4:
        parts += _device(form, devices, (tip * 0.36, FLAG_HEIGHT / 2), FLAG_HEIGHT * 0.13, colours[7:5:-1])
    return parts


def _canton(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """Bands or a plain field, and a quarter with a device."""
    across, down = wide * form.uniform(0.3, 0.5), FLAG_HEIGHT * form.choice([0.5, 0.5, 0.4, 0.6])
    field = _bands(form, wide, colours, devices)
    if form.random() < 0.3:
        count = int(form.integers(6, 14))
        field = [
            shapes.rectangle(0, row * FLAG_HEIGHT / count, wide, FLAG_HEIGHT / count, colours[row % 2])
            for row in range(count)
        ]
    device = _device(form, devices, (across / 2, down / 2), min(across, down) * 0.36, colours[7:5:-1])
    return [*field, shapes.rectangle(0, 0, across, down, colours[6]), *device]


def _slanted(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """A field divided from corner to corner, at times with a band along the diagonal and a device."""
    rising = form.random() < 0.5
    low, high = ((0, FLAG_HEIGHT), (wide, 0)) if rising else ((0, 0), (wide, FLAG_HEIGHT))
    parts = [
        shapes.rectangle(0, 0, wide, FLAG_HEIGHT, colours[0]),
        shapes.polygon([low, high, (wide, FLAG_HEIGHT) if rising else (0, FLAG_HEIGHT)], colours[1]),
    ]
    if form.random() < 0.6:
        line = f"M{shapes.n(low[0])} {shapes.n(low[1])}L{shapes.n(high[0])} {shapes.n(high[1])}"
        parts.append(shapes.path(line, stroke=colours[2], width=FLAG_HEIGHT * form.uniform(0.08, 0.3)))
    if form.random() < 0.4:
        center = (wide * 0.25, FLAG_HEIGHT * 0.3) if rising else (wide * 0.75, FLAG_HEIGHT * 0.3)
        parts += _device(form, devices, center, FLAG_HEIGHT * 0.18, (colours[4], colours[0]))
    return parts


def _quarters(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """Four fields, or a border around one; at times with a device."""
    if form.random() < 0.4:
        rim = FLAG_HEIGHT * form.uniform(0.06, 0.16)
        parts = [
            shapes.rectangle(0, 0, wide, FLAG_HEIGHT, colours[0]),
            shapes.rectangle(rim, rim, wide - 2 * rim, FLAG_HEIGHT - 2 * rim, colours[1]),
        ]
    else:
        order = (colours[0], colours[1], colours[1 if form.random() < 0.3 else 2], colours[0])
        parts = [
            shapes.rectangle(wide / 2 * (index % 2), FLAG_HEIGHT / 2 * (index // 2), wide / 2, FLAG_HEIGHT / 2, colour)
            for index, colour in enumerate(order)
        ]
    if form.random() < 0.6:
        parts += _device(
            form, devices, (wide / 2, FLAG_HEIGHT / 2), FLAG_HEIGHT * form.uniform(0.14, 0.28), (colours[4], colours[1])
        )
    return parts


def _ensign(form: Generator, wide: float, colours: Colours, devices: Devices) -> list[str]:
    """A field, a canton with crosses laid over each other, and a device in the fly."""
    across, down = wide * 0.5, FLAG_HEIGHT * 0.5
    parts = [shapes.rectangle(0, 0, wide, FLAG_HEIGHT, colours[0]), shapes.rectangle(0, 0, across, down, colours[1])]
    slanted = f"M0 0L{shapes.n(across)} {shapes.n(down)}M0 {shapes.n(down)}L{shapes.n(across)} 0"
    upright = f"M{shapes.n(across / 2)} 0V{shapes.n(down)}M0 {shapes.n(down / 2)}H{shapes.n(across)}"
    for line in (slanted, upright)[int(form.integers(2)) :]:
        thick = FLAG_HEIGHT * form.uniform(0.06, 0.12)
        parts += [shapes.path(line, stroke=colours[2], width=thick)]
        parts += [shapes.path(line, stroke=colours[3], width=thick * form.uniform(0.3, 0.6))]
    center = (wide * 0.75, FLAG_HEIGHT * form.choice([0.5, 0.5, 0.7]))
    return [*parts, *_device(form, devices, center, FLAG_HEIGHT * form.uniform(0.14, 0.26), colours[1::-1])]


def _device(form: Generator, devices: Devices, center: Point, radius: float, paints: Colours) -> list[str]:
    """A random device in two colours: its own, and one for its openings."""
    return devices[int(form.integers(len(devices)))](form, center, radius, paints)


def _star(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    return [shapes.star(*center, radius, paints[0])]


def _stars(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    count, small = int(form.integers(3, 9)), radius * form.uniform(0.22, 0.36)
    around = [shapes.polar(*center, radius * 0.75, 360 * number / count) for number in range(count)]
    return [shapes.star(*at, small, paints[0]) for at in around]


def _crescent(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    x, y = center
    moon = [shapes.disc(x, y, radius, paints[0]), shapes.disc(x + radius * 0.3, y, radius * 0.8, paints[1])]
    return [*moon, shapes.star(x + radius * 0.55, y, radius * 0.4, paints[0], 18)]


def _sun(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    count = int(form.integers(8, 25))
    tips = [shapes.polar(*center, radius * (0.6 if tip % 2 else 1.0), 180 * tip / count) for tip in range(2 * count)]
    face = shapes.disc(*center, radius * form.uniform(0.3, 0.5), paints[1], paints[0], 3)
    return [shapes.polygon(tips, paints[0]), face]


def _disc(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    return [shapes.disc(*center, radius, paints[0])]


def _wheel(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    return [shapes.gear(*center, radius, radius * 0.8, radius * 0.55, int(form.integers(8, 25)), paints[0])]


def _wreath(form: Generator, center: Point, radius: float, paints: Colours) -> list[str]:
    sides = [shapes.laurel(*center, radius * 0.8, side * 170, side * 30, radius * 0.4, paints[0]) for side in (1, -1)]
    return [*sides, shapes.star(*center, radius * 0.4, paints[0])]


DEVICES: Devices = (_star, _stars, _crescent, _sun, _disc, _wheel, _wreath)

Layout = Callable[[Generator, float, Colours, Devices], list[str]]
LAYOUTS: tuple[Layout, ...] = (
    *(_bands, _bands, _bands, _with_device, _with_device, _cross, _cross),
    *(_triangle, _canton, _slanted, _quarters),
)
"""Layouts whose flags differ in their colours; repeated ones are more frequent."""

DEVICE_LAYOUTS: tuple[Layout, ...] = (_with_device, _ensign, _ensign)
"""Layouts whose flags differ in a device alone, as ensigns do."""
