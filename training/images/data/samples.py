"""Sample pictures with known answers, made from the checkout alone: imitations of our own drawings, and negatives.

They serve demonstrations and error analysis where packages cannot be fetched; measurements use the benchmark. The
benchmark's code makes them from drawings of owners that are never trained on.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from models.profile import Field
from training.images.common.split import is_held_out
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.catalogue import CATALOGUE, RENDERED_SIDE, CatalogueEntry, own_drawings
from training.images.sources.pictures import load_picture
from training.images.synthesis.edits import IMITATION_KINDS
from training.images.synthesis.negatives import NEGATIVES
from training.images.synthesis.portraits import portrait
from training.images.synthesis.scenes import Picture, Scene, field_of

DRAWN_HARMLESS = ("photo", "letters_latin", "bands")
"""Kinds of negatives that need no package's graphics; soft blobs of colour replace photographs."""

JPEG_QUALITY = 85
"""Pillow's quality of the samples, from 0 to 95."""


@dataclass(frozen=True)
class LabelledSample:
    """One picture and its expected answer.

    Attributes:
        data: JPEG bytes.
        field: the profile's field that it belongs in.
        kind: kind of imitation or of negative.
        emblem: the imitated emblem; None for a negative.
    """

    data: bytes
    field: Field
    kind: str
    emblem: CatalogueEntry | None


def held_out_drawings() -> list[CatalogueEntry]:
    """Catalogue entries of our own drawings whose owners are never trained on."""
    return [entry for entry in own_drawings() if is_held_out(entry.owner_id)]


def samples(count: int, drawings: list[CatalogueEntry], seed: int = 0) -> Iterator[LabelledSample]:
    """Imitations and negatives in turn; the same arguments give the same pictures.

    Args:
        count: number of both together.
        drawings: entries of the default catalogue to imitate.
        seed: of all randomness.
    """
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        scene = Scene(rng, Backgrounds(()), partial(_any, drawings, rng), partial(portrait, rng))
        yield _imitation(scene, drawings) if number % 2 == 0 else _harmless(scene)


def _imitation(scene: Scene, drawings: list[CatalogueEntry]) -> LabelledSample:
    entry = drawings[int(scene.rng.integers(len(drawings)))]
    kind = str(scene.rng.choice(list(IMITATION_KINDS)))
    made = IMITATION_KINDS[kind](scene, _drawing(entry))
    return LabelledSample(_jpeg(made.picture), field_of(made.picture), kind, entry)


def _harmless(scene: Scene) -> LabelledSample:
    kind = str(scene.rng.choice(DRAWN_HARMLESS))
    picture = NEGATIVES[kind][0](scene)
    return LabelledSample(_jpeg(picture), field_of(picture), kind, None)


def _any(drawings: list[CatalogueEntry], rng: np.random.Generator) -> Picture:
    return _drawing(drawings[int(rng.integers(len(drawings)))])


def _drawing(entry: CatalogueEntry) -> Picture:
    picture = load_picture(entry.image, CATALOGUE.parent, RENDERED_SIDE)
    return picture.crop(picture.getbbox() or (0, 0, *picture.size))


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
