"""Crests of football clubs, universities, schools and companies: rings of letters, books, balls and founding years."""

from __future__ import annotations

import numpy as np

from models.arrays import Pixels
from training.images.drawings.type import Face
from training.images.negatives.canvas import Canvas, Colour, flat, mixed
from training.images.negatives.charges import CHARGES
from training.images.negatives.crests import arms
from training.images.negatives.finish import engraved, one_colour, relief
from training.images.negatives.outlines import SHIELDS, box, circle, gear, moved, rounded, star, stroke, wavy, wreath
from training.images.negatives.palette import (
    BLACK,
    LATIN_FACES,
    METALS,
    PLAIN_CHINESE_FACES,
    TINCTURES,
    WHITE,
    Generator,
    chinese_name,
    founding_year,
    latin_name,
    latin_words,
    pick,
    shaded,
    varied,
)
from training.images.negatives.pictograms import FIGURES
from training.images.synthesis.wordmarks import NAME_CHARACTERS

ACADEMIC = ("book", "tower", "torch", "cap", "building", "key", "sun", "tree", "wheat", "scales", "dove", "cog")
ANIMALS = ("lion", "eagle", "stag_head", "horse_head", "bird", "fish", "bee")


def university_seal(rng: Generator) -> Pixels:
    """A disc with a ring of letters around a book, tower, shield or monogram; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ground, ink = _two_tones(rng)
    rim = pick(rng, (circle(), circle(), circle(), wavy(int(rng.integers(24, 48)), 0.05), gear(36, 0.05)))
    canvas.fill(moved(rim, scale=48), flat(ink))
    canvas.fill(moved(circle(), scale=46), flat(ground))
    inner = rng.uniform(28, 33)
    middle = ground if rng.random() < 0.6 else ink
    canvas.fill([moved(circle(), scale=inner + 0.8), moved(circle(), scale=inner)], flat(ink))
    canvas.fill(moved(circle(), scale=inner), flat(middle))
    _letters_around(rng, canvas, (46 + inner) / 2, 46 - inner, ink)
    _middle(rng, canvas, inner * 0.9, ground if middle == ink else ink, middle)
    return _finished(rng, canvas)


def school_shield(rng: Generator) -> Pixels:
    """A shield with a book, tree or animal above a ribbon or a name; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ground, ink = _two_tones(rng)
    outline = pick(rng, SHIELDS)
    size = rng.uniform(36, 45)
    canvas.fill(moved(outline, 0, -3, size), flat(ink))
    canvas.fill(moved(outline, 0, -3, size - rng.uniform(2, 4)), shaded(rng, ground, 0.2))
    mask = canvas.mask(moved(outline, 0, -3, size - 3))
    if rng.random() < 0.6:
        canvas.fill(box(-50, -50, 50, -3 - size * 0.42), flat(ink), mask)
        word, face = _name(rng)
        canvas.words(word, 0, -3 - size * 0.64, size * 0.24, flat(ground), face, width=size * 1.25)
    names = [pick(rng, (*ACADEMIC, *ANIMALS)) for _ in range(3)]
    if rng.random() < 0.5:
        canvas.figure(FIGURES[names[0]], 0, 6, size * 0.45, (flat(ink), flat(ground)))
    else:
        for name, x, y in zip(names, (-0.38, 0.38, 0), (-0.1, -0.1, 0.5), strict=True):
            canvas.figure(FIGURES[name], x * size, y * size, size * 0.25, (flat(ink), flat(ground)))
    if rng.random() < 0.4:
        canvas.words(founding_year(rng), 0, size * 0.68, 5, flat(ink), pick(rng, LATIN_FACES), width=size * 0.6)
    if rng.random() < 0.5:
        line = [(x, 34 + 4 * np.cos(x / 20)) for x in np.linspace(-42, 42, 13).tolist()]
        canvas.each([stroke(line, 10)], flat(mixed(ground, ink, 0.1)), flat(ink), 0.6)
        canvas.words(latin_words(rng), 0, 37, 6, flat(ink), pick(rng, LATIN_FACES), width=72)
    return _finished(rng, canvas)


def football_crest(rng: Generator) -> Pixels:
    """A shield or disc with a ball, stripes, an animal and a name; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    colour, metal = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, METALS))
    edge = flat(pick(rng, (BLACK, metal, WHITE, mixed(colour, BLACK, 0.6))))
    if rng.random() < 0.5:
        arms(rng, canvas, 0, 0, rng.uniform(40, 46), (colour, metal), edge)
    else:
        canvas.fill(moved(circle(), scale=47), flat(metal))
        canvas.fill(moved(circle(), scale=45), shaded(rng, colour, 0.2))
        canvas.fill(moved(circle(), scale=29), shaded(rng, metal, 0.15))
        _letters_around(rng, canvas, 37, 16, metal)
        name = pick(rng, ANIMALS)
        canvas.figure(CHARGES[name], 0, 0, 25, (flat(colour), flat(metal)))
    if rng.random() < 0.6:
        _ball(rng, canvas, rng.uniform(-8, 8), rng.uniform(12, 22), rng.uniform(9, 16))
    if rng.random() < 0.5:
        y = rng.uniform(-34, -22)
        canvas.each([box(-40, y - 6, 40, y + 6)], flat(colour), edge, 0.6)
        name = latin_name(rng) + pick(rng, (" FC", "", " UTD", " CF"))
        canvas.words(name, 0, y, 10, flat(metal), pick(rng, LATIN_FACES), width=70)
    for number in range(int(pick(rng, (0, 0, 1, 2, 3)))):
        canvas.fill(moved(star(), (number - 1) * 9, -46, 4), flat(METALS[0]))
    return _finished(rng, canvas)


def company_mark(rng: Generator) -> Pixels:
    """An abstract mark with a name below: rings, petals, letters, swooshes; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    first, second = varied(rng, pick(rng, TINCTURES)), varied(rng, pick(rng, (*TINCTURES, *METALS[:3])))
    count, kind = int(rng.integers(3, 9)), int(rng.integers(4))
    y, size = -9.0, 30.0
    if kind == 0:
        for number in range(count):
            petal = moved(circle(24) * np.array([0.28, 0.6], np.float32), 0, -0.5)
            paint = shaded(rng, mixed(first, second, number / count))
            canvas.fill(moved(moved(petal, turn=360 * number / count), 0, y, size * 0.9), paint)
    elif kind == 1:
        for number in range(3):
            ring = [moved(circle(), scale=1 - 0.28 * number), moved(circle(), 0.1 * number, 0, 0.86 - 0.28 * number)]
            canvas.fill([moved(part, 0, y, size) for part in ring], shaded(rng, (first, second)[number % 2]))
    elif kind == 2:
        canvas.fill(moved(pick(rng, (circle(), circle(6), circle(4), *SHIELDS)), 0, y, size), shaded(rng, first))
        word = "".join(rng.choice(list("ABCDEFGHKLMNPRSTVXYZ"), int(rng.integers(1, 3))))
        canvas.words(word, 0, y, 34, flat(WHITE), pick(rng, LATIN_FACES), width=40)
    else:
        for number in range(count):
            wave = [
                (x, y + 6 * np.sin(x / 9 + number) + (number - count / 2) * 7)
                for x in np.linspace(-30, 30, 13).tolist()
            ]
            canvas.fill(stroke(wave, np.linspace(1, 6, 13).tolist()), flat(mixed(first, second, number / count)))
    word, face = _name(rng)
    canvas.words(word, 0, 36, rng.uniform(10, 15), flat(first), face, width=94)
    return canvas.drawing()


def wreath_mark(rng: Generator) -> Pixels:
    """Two branches around a lamp, dove or letters in one colour, above a name; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ink = varied(rng, pick(rng, ((70, 140, 220), (40, 110, 200), *TINCTURES, *METALS[:3])))
    has_ground = rng.random() < 0.35
    if has_ground:
        canvas.fill(moved(pick(rng, (circle(), rounded(1.9, 1.9, 0.2))), scale=49), flat(ink))
    paint, hollow = (flat(WHITE), flat(ink)) if has_ground else (flat(ink), flat(WHITE))
    size, y = rng.uniform(26, 31), -5.0
    leaves = wreath(size, rng.uniform(7, 12), end=rng.uniform(15, 60), spread=rng.uniform(20, 45))
    canvas.each([moved(leaf, 0, y) for leaf in leaves], paint)
    if rng.random() < 0.25:
        word = "".join(rng.choice(list("ABCDEFGHKLMNPRSTU"), int(rng.integers(2, 5))))
        canvas.words(word, 0, y, 22, paint, pick(rng, LATIN_FACES), width=size * 1.3)
    else:
        canvas.figure(
            FIGURES[pick(rng, (*ACADEMIC, *ANIMALS, "heart", "anchor", "flame"))], 0, y, size * 0.6, (paint, hollow)
        )
    if rng.random() < 0.7:
        word, face = _name(rng)
        canvas.words(word, 0, 37, 9, paint, face, width=60 if has_ground else 90)
    return canvas.drawing()


def _two_tones(rng: Generator) -> tuple[Colour, Colour]:
    """Ground and ink: a tincture with white or gold."""
    colour = varied(rng, pick(rng, TINCTURES))
    light = WHITE if rng.random() < 0.6 else varied(rng, pick(rng, METALS))
    return (light, colour) if rng.random() < 0.55 else (colour, light)


def _name(rng: Generator) -> tuple[str, Face]:
    """A Chinese or Latin name, with its typeface."""
    if rng.random() < 0.5:
        return chinese_name(rng), pick(rng, PLAIN_CHINESE_FACES)
    return latin_name(rng), pick(rng, LATIN_FACES)


def _letters_around(rng: Generator, canvas: Canvas, radius: float, room: float, ink: Colour) -> None:
    """Names along the ring, above and below, with stars or dots between them."""
    paint, size = flat(ink), room * rng.uniform(0.48, 0.66)
    above, below = (
        (chinese_name(rng), latin_words(rng)) if rng.random() < 0.45 else (latin_words(rng), founding_year(rng))
    )
    if rng.random() < 0.15:
        above, below = below, above
    face = pick(rng, PLAIN_CHINESE_FACES)
    latin = pick(rng, LATIN_FACES)
    is_chinese = any(ord(character) > 255 for character in above)
    canvas.ring(above, radius, size * (1.15 if is_chinese else 1), paint, face if is_chinese else latin, span=190)
    is_chinese = any(ord(character) > 255 for character in below)
    canvas.ring(below, radius, size, paint, face if is_chinese else latin, foot=True, span=120)
    mark = pick(rng, (star(), circle(16), star(4, 0.4)))
    for side in (1, -1):
        canvas.fill(moved(mark, side * radius * 0.985, radius * 0.17, room * 0.13), paint)


def _middle(rng: Generator, canvas: Canvas, radius: float, ink: Colour, ground: Colour) -> None:
    """What the ring of letters surrounds."""
    paints, kind = (flat(ink), flat(ground)), rng.random()
    if kind < 0.2:
        arms(rng, canvas, 0, 0, radius * 0.75, (mixed(ink, BLACK, 0.1), mixed(ground, WHITE, 0.4)), flat(ink))
        return
    if kind < 0.35:
        word = "".join(rng.choice(list(NAME_CHARACTERS), int(pick(rng, (1, 1, 2)))))
        canvas.words(word, 0, -2, radius * (1.2 if len(word) == 1 else 0.8), paints[0], pick(rng, PLAIN_CHINESE_FACES))
        return
    if kind < 0.5:
        word = "".join(rng.choice(list("ABCDEFGHKLMNPRSTU"), int(rng.integers(1, 4))))
        canvas.words(word, 0, 0, radius * 0.9, paints[0], pick(rng, LATIN_FACES), width=radius * 1.5)
        return
    if rng.random() < 0.35:
        canvas.each(wreath(radius * 0.78, radius * 0.3), paints[0])
        radius *= 0.75
    if rng.random() < 0.4:
        canvas.figure(FIGURES[pick(rng, ACADEMIC)], 0, -radius * 0.3, radius * 0.48, paints)
        canvas.figure(CHARGES["book"], 0, radius * 0.42, radius * 0.36, paints)
    else:
        canvas.figure(FIGURES[pick(rng, (*ACADEMIC, *ANIMALS))], 0, -1, radius * 0.68, paints)
    if rng.random() < 0.4:
        canvas.words(
            str(int(rng.integers(1850, 2015))), 0, radius * 0.84, radius * 0.22, paints[0], pick(rng, LATIN_FACES)
        )


def _ball(rng: Generator, canvas: Canvas, x: float, y: float, radius: float) -> None:
    """A football, basketball or tennis ball."""
    kind, ink = int(rng.integers(3)), flat(BLACK)
    ground: Colour = ((250, 250, 250), (226, 116, 40), (210, 226, 60))[kind]
    canvas.each([moved(circle(), x, y, radius)], shaded(rng, ground, 0.25), ink, 0.7)
    mask = canvas.mask(moved(circle(), x, y, radius * 0.97))
    if kind == 0:
        for number in range(6):
            at = (0, 0) if number == 0 else (0.86 * np.sin(number * 1.2566), -0.86 * np.cos(number * 1.2566))
            canvas.fill(
                moved(circle(5), x + at[0] * radius, y + at[1] * radius, radius * 0.34, 180 if number else 0), ink, mask
            )
        return
    for shift in (-1.25, 1.25):
        ring = [
            moved(circle(), x + shift * radius, y, radius * 0.92),
            moved(circle(), x + shift * radius, y, radius * 0.84),
        ]
        canvas.fill(ring, ink if kind == 1 else flat(WHITE), mask)
    if kind == 1:
        canvas.fill(
            [box(x - radius, y - 0.4, x + radius, y + 0.4), box(x - 0.4, y - radius, x + 0.4, y + radius)], ink, mask
        )


def _finished(rng: Generator, canvas: Canvas) -> Pixels:
    """Mostly in colours, at times struck in metal, engraved or in one colour."""
    drawing, kind = canvas.drawing(), rng.random()
    if kind < 0.06:
        return relief(rng, drawing)
    if kind < 0.1:
        return engraved(drawing, varied(rng, pick(rng, TINCTURES)))
    return one_colour(drawing, pick(rng, (BLACK, *TINCTURES))) if kind < 0.16 else drawing
