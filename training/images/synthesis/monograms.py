"""Monograms as negatives: one to three random letters, digits or characters, as sites give to accounts.

Logos of news media consist of letters too. A network that never saw harmless letters takes them for a medium's logo.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.arrays import Pixels
from training.images.drawings import shapes
from training.images.drawings.type import CHINESE_TYPEFACES, text, width_of
from training.images.sources.graphics import render_svg
from training.images.synthesis.wordmarks import NAME_CHARACTERS, WORDMARK_LATIN_TYPEFACES

MONOGRAM_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghkmnqrty0123456789&"

MONOGRAM_SIDE = 400
"""Width and height of a drawing, in its units."""

MAX_LETTERS_WIDTH = 340
"""Width that the letters take at most, in the drawing's units."""

TRAINED_MONOGRAMS = 400
"""Monograms that the image tower is trained on; later numbers are for the cohort and the calibration."""

Generator = np.random.Generator


def monograms(start: int, count: int, seed: int = 23) -> Iterator[Pixels]:
    """RGBA drawings, uint8 (height, width, 4), of the numbers from `start` on.

    Each depends on the seed and its number alone. Numbers whose drawing is empty are left out.
    """
    for number in range(start, start + count):
        parts = _parts(np.random.default_rng((seed, number)))
        drawing = render_svg(shapes.picture(MONOGRAM_SIDE, MONOGRAM_SIDE, *parts, rule="a random monogram"))
        if drawing is not None:
            yield drawing


def _parts(rng: Generator) -> list[str]:
    """A square, a disc or no ground, and letters on it."""
    is_latin = rng.random() < 0.7
    faces = WORDMARK_LATIN_TYPEFACES if is_latin else tuple(CHINESE_TYPEFACES)
    face = faces[int(rng.integers(len(faces)))]
    word = "".join(rng.choice(list(MONOGRAM_CHARACTERS if is_latin else NAME_CHARACTERS), rng.integers(1, 4)))
    ground, ink = _colour(rng), _colour(rng)
    while ink == ground:
        ink = _colour(rng)
    kind = rng.choice(["square", "disc", "none"], p=[0.35, 0.25, 0.4])
    middle = MONOGRAM_SIDE / 2
    grounds = {
        "square": [shapes.rectangle(0, 0, MONOGRAM_SIDE, MONOGRAM_SIDE, ground)],
        "disc": [shapes.disc(middle, middle, middle - 6, ground, _colour(rng), rng.choice([0, 8]))],
    }
    size = min(300.0, 100 * MAX_LETTERS_WIDTH * (0.8 if kind == "disc" else 1.0) / width_of(word, 100, face))
    return [*grounds.get(kind, []), text(word, middle, middle + 0.36 * size, size, ink, face)]


def _colour(rng: Generator) -> str:
    if rng.random() < 0.3:
        return str(rng.choice(["#000000", "#ffffff"]))
    red, green, blue = rng.integers(0, 256, 3)
    return f"#{red:02x}{green:02x}{blue:02x}"
