"""What a reference looks like when it is changed: a vector for each way to change it.

Copies that were drawn again, made one colour, turned or cropped lie far from the drawing, but in about the same
direction from it. The mean of a few copies of one kind is nearer to the next copy of that kind than the drawing is, and
one row of the gallery then stands for all of them. Nothing is learnt: a new emblem has its prototypes when it is
enrolled.

Source: class means as prototypes, Snell et al. 2017.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import PIL.Image
import PIL.ImageOps

from models.images.encoder.encoder import Encoder
from models.images.encoder.restyled import COLOUR_KEEPING_STYLES, STYLES, is_plain, one_colour, visible_or_original
from models.images.encoder.variants import framed, is_blank
from models.images.input.transparency import clearest_background

DRAWING_SIDE = 160
"""Longest side in pixels of the drawing that is changed: what strokes and tiles of `restyled.py` are meant for."""

ALTERATIONS = ("redrawn", "one colour", "turned", "cropped")
"""Ways to change a drawing that have a prototype."""

COPIES_PER_STYLE, ONE_COLOUR_COPIES = 2, 4
"""Copies in each style of another hand, and in one colour; of the other kinds all that are listed."""

ROTATION_DEGREES = (-30.0, -12.0, 12.0, 30.0)
"""Degrees by which turned copies are turned; they are mirrored and squeezed too."""

SQUEEZE_FACTOR = 0.75
"""Height of a squeezed copy, as part of the drawing's."""

CROP_FACTOR = 0.7
"""Sides of a cropped copy, as parts of the drawing's, from each corner."""

MIN_FLAG_COVERAGE = 0.95
"""Part of its rectangle that a flag covers; what is plain and covers less is told from others by its outline too."""

Array = np.ndarray
Picture = PIL.Image.Image


def prototypes(encoder: Encoder, drawing: Array) -> list[Array]:
    """Unit vectors float32 (dimension,), one for each way to change the drawing.

    Args:
        drawing: RGBA, uint8 (height, width, 4).
    """
    return [
        _mean([embedding.vectors[0] for embedding in encoder(copies)]) for copies in altered_copies(drawing).values()
    ]


def altered_copies(drawing: Array) -> dict[str, list[Array]]:
    """Copies of a drawing by the way it is changed, in the order of `ALTERATIONS`; the same ones every time.

    A plain flag keeps its colours, which are all that tells it from others: it has none in one colour. Copies of which
    nothing is seen are left out, and so are kinds without any other.

    Args:
        drawing: RGBA, uint8 (height, width, 4).

    Returns:
        RGB pictures, uint8 (side, side, 3) each.
    """
    emblem = _scaled(drawing)
    pixels = np.array(emblem)
    # Shades of its own for each drawing: the same ones for all would make all prototypes a little alike.
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(pixels.tobytes()).digest()[:8]))
    plain = bool((pixels[..., 3] > 0).mean() > MIN_FLAG_COVERAGE) and is_plain(pixels)
    styles = COLOUR_KEEPING_STYLES if plain else STYLES
    made: dict[str, Iterable[Array]] = {
        "redrawn": (
            visible_or_original(style(rng, pixels), pixels) for style in styles for _ in range(COPIES_PER_STYLE)
        ),
        "one colour": (_one_coloured(rng, pixels) for _ in range(0 if plain else ONE_COLOUR_COPIES)),
        "turned": map(np.array, _turned(emblem)),
        "cropped": map(np.array, _cropped(emblem)),
    }
    framed_copies = {kind: _framed(copy for copy in copies if not is_blank(copy)) for kind, copies in made.items()}
    return {kind: copies for kind, copies in framed_copies.items() if copies}


def _one_coloured(rng: np.random.Generator, pixels: Array) -> Array:
    return np.dstack([one_colour(rng, np.ascontiguousarray(pixels[..., :3])), pixels[..., 3]])


def _turned(emblem: Picture) -> Iterator[Picture]:
    for angle in ROTATION_DEGREES:
        yield emblem.rotate(angle, PIL.Image.Resampling.BICUBIC, expand=True)
    yield PIL.ImageOps.mirror(emblem)
    yield emblem.resize((emblem.width, max(1, round(SQUEEZE_FACTOR * emblem.height))))


def _cropped(emblem: Picture) -> Iterator[Picture]:
    width, height = (max(1, round(CROP_FACTOR * side)) for side in emblem.size)
    for left in (0, emblem.width - width):
        for top in (0, emblem.height - height):
            yield emblem.crop((left, top, left + width, top + height))


def _framed(copies: Iterable[Array]) -> list[Array]:
    pictures = map(PIL.Image.fromarray, copies)
    return [np.array(framed(picture, clearest_background(picture))) for picture in pictures]


def _scaled(drawing: Array) -> Picture:
    picture = PIL.Image.fromarray(drawing)
    emblem = picture.crop(picture.getchannel("A").getbbox() or (0, 0, *picture.size))
    scale = DRAWING_SIDE / max(emblem.size)
    width, height = (max(1, round(scale * side)) for side in emblem.size)
    return emblem.resize((width, height), PIL.Image.Resampling.BOX if scale < 1 else PIL.Image.Resampling.BICUBIC)


def _mean(vectors: Sequence[Array]) -> Array:
    total = np.sum(vectors, axis=0)
    return (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
