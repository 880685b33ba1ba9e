"""Pictures with known answers out of nothing but the checkout: imitations of our own drawings, and harmless ones.

The benchmark measures; these are for looking at, where packages cannot be fetched. They are made by the benchmark's
code from the drawings of owners that are never trained on.
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
"""Kinds of harmless pictures that need no package's graphics; soft blobs of colour stand in for photographs."""

JPEG_QUALITY = 85


@dataclass(frozen=True)
class Sample:
    """One picture and what should be said of it.

    Attributes:
        data: JPEG bytes.
        field: where it would stand in a profile.
        kind: how it was made.
        emblem: what it imitates; None for a harmless picture.
    """

    data: bytes
    field: Field
    kind: str
    emblem: CatalogueEntry | None


def held_out_drawings() -> list[CatalogueEntry]:
    """Lines of the catalogue that we drew and whose owners are never trained on."""
    return [entry for entry in own_drawings() if is_held_out(entry.owner_id)]


def samples(count: int, drawings: list[CatalogueEntry], seed: int = 0) -> Iterator[Sample]:
    """Imitations and harmless pictures in turn; the same arguments give the same pictures.

    Args:
        count: of both together.
        drawings: what is imitated, lines of the default catalogue.
    """
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        scene = Scene(rng, Backgrounds(()), partial(_any, drawings, rng), partial(portrait, rng))
        yield _imitation(scene, drawings) if number % 2 == 0 else _harmless(scene)


def _imitation(scene: Scene, drawings: list[CatalogueEntry]) -> Sample:
    entry = drawings[int(scene.rng.integers(len(drawings)))]
    kind = str(scene.rng.choice(list(IMITATION_KINDS)))
    made = IMITATION_KINDS[kind](scene, _drawing(entry))
    return Sample(_jpeg(made.picture), field_of(made.picture), kind, entry)


def _harmless(scene: Scene) -> Sample:
    kind = str(scene.rng.choice(DRAWN_HARMLESS))
    picture = NEGATIVES[kind][0](scene)
    return Sample(_jpeg(picture), field_of(picture), kind, None)


def _any(drawings: list[CatalogueEntry], rng: np.random.Generator) -> Picture:
    return _drawing(drawings[int(rng.integers(len(drawings)))])


def _drawing(entry: CatalogueEntry) -> Picture:
    picture = load_picture(entry.image, CATALOGUE.parent, RENDERED_SIDE)
    return picture.crop(picture.getbbox() or (0, 0, *picture.size))


def _jpeg(picture: Picture) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()
