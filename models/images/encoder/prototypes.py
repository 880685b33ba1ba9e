"""Prototypes of a reference: one vector for each kind of alteration.

Redrawn, one-colour, rotated or cropped copies lie far from the drawing, but in about one direction per kind. The mean
of a few copies of one kind is nearer to further copies than the drawing is. One gallery row then represents them all.
Nothing is learnt: a new emblem gets its prototypes at enrolment.

Source: class means as prototypes, Snell et al. 2017.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import PIL.Image
import PIL.ImageOps

from models.arrays import Float32, Pixels
from models.images.encoder.encoder import Encoder
from models.images.encoder.restyled import COLOUR_KEEPING_STYLES, STYLES, is_plain, one_colour, visible_or_original
from models.images.encoder.variants import framed, is_blank
from models.images.input.transparency import clearest_background

DRAWING_SIDE = 160
"""Longest side, in pixels, of the drawing before alteration; strokes and tiles of `restyled.py` assume it."""

ALTERATIONS = ("redrawn", "one colour", "turned", "cropped")
"""Kinds of alteration that have a prototype."""

COPIES_PER_STYLE, ONE_COLOUR_COPIES = 2, 4
"""Copies per redrawn style, and one-colour copies; the other kinds list theirs."""

ROTATION_DEGREES = (-30.0, -12.0, 12.0, 30.0)
"""Rotations of turned copies, in degrees; that kind also has a mirrored and a squeezed copy."""

SQUEEZE_FACTOR = 0.75
"""Height of a squeezed copy, as a fraction of the drawing's."""

CROP_FACTOR = 0.7
"""Sides of a cropped copy, as fractions of the drawing's; one crop per corner."""

MIN_FLAG_COVERAGE = 0.95
"""Opaque share of its rectangle above which a plain drawing counts as a flag; others also differ by outline."""


def prototypes(encoder: Encoder, drawing: Pixels) -> list[Float32]:
    """Unit vectors, float32 (dimension,), one for each kind of alteration.

    Args:
        drawing: RGBA, uint8 (height, width, 4).
    """
    return [
        _mean([embedding.vectors[0] for embedding in encoder(copies)]) for copies in altered_copies(drawing).values()
    ]


def altered_copies(drawing: Pixels) -> dict[str, list[Pixels]]:
    """Altered copies of a drawing by kind, in the order of `ALTERATIONS`; deterministic.

    A plain flag has no one-colour copies: only its colours distinguish it. Blank copies are left out, and so are kinds
    without copies.

    Args:
        drawing: RGBA, uint8 (height, width, 4).

    Returns:
        RGB pictures, uint8 (side, side, 3) each.
    """
    emblem = _scaled(drawing)
    pixels = np.array(emblem)
    # Seeded per drawing: shared random shades would make the prototypes of all drawings similar.
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(pixels.tobytes()).digest()[:8]))
    plain = bool((pixels[..., 3] > 0).mean() > MIN_FLAG_COVERAGE) and is_plain(pixels)
    styles = COLOUR_KEEPING_STYLES if plain else STYLES
    made: dict[str, Iterable[Pixels]] = {
        "redrawn": (
            visible_or_original(style(rng, pixels), pixels) for style in styles for _ in range(COPIES_PER_STYLE)
        ),
        "one colour": (_one_coloured(rng, pixels) for _ in range(0 if plain else ONE_COLOUR_COPIES)),
        "turned": map(np.array, _turned(emblem)),
        "cropped": map(np.array, _cropped(emblem)),
    }
    framed_copies = {kind: _framed(copy for copy in copies if not is_blank(copy)) for kind, copies in made.items()}
    return {kind: copies for kind, copies in framed_copies.items() if copies}


def _one_coloured(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    return np.dstack([one_colour(rng, np.ascontiguousarray(pixels[..., :3])), pixels[..., 3]])


def _turned(emblem: PIL.Image.Image) -> Iterator[PIL.Image.Image]:
    for angle in ROTATION_DEGREES:
        yield emblem.rotate(angle, PIL.Image.Resampling.BICUBIC, expand=True)
    yield PIL.ImageOps.mirror(emblem)
    yield emblem.resize((emblem.width, max(1, round(SQUEEZE_FACTOR * emblem.height))))


def _cropped(emblem: PIL.Image.Image) -> Iterator[PIL.Image.Image]:
    width, height = (max(1, round(CROP_FACTOR * side)) for side in emblem.size)
    for left in (0, emblem.width - width):
        for top in (0, emblem.height - height):
            yield emblem.crop((left, top, left + width, top + height))


def _framed(copies: Iterable[Pixels]) -> list[Pixels]:
    pictures = map(PIL.Image.fromarray, copies)
    return [np.array(framed(picture, clearest_background(picture))) for picture in pictures]


def _scaled(drawing: Pixels) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(drawing)
    emblem = picture.crop(picture.getchannel("A").getbbox() or (0, 0, *picture.size))
    scale = DRAWING_SIDE / max(emblem.size)
    width, height = (max(1, round(scale * side)) for side in emblem.size)
    return emblem.resize((width, height), PIL.Image.Resampling.BOX if scale < 1 else PIL.Image.Resampling.BICUBIC)


def _mean(vectors: Sequence[Float32]) -> Float32:
    total = np.sum(vectors, axis=0)
    return (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)
