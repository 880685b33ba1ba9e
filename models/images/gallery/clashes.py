"""Finds near-duplicate pictures, and equal phrases, of different owners.

A profile that shows one of them matches either, so an account entitled to one would be rejected for the other. Whoever
enrols an emblem is therefore told which existing emblem it resembles before it takes effect.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Float32
from models.images.gallery.files import GalleryEntry, exact_index, prototype_mask

CLASH_COSINE = 0.97
"""Cosine of whole pictures from which two owners clash. Among 300 drawings only tricolours that people confuse lie
above; Austria and Latvia reach .967."""


@dataclass(frozen=True)
class Clash:
    """Two nearly identical pictures, or phrases, of different owners.

    Attributes:
        reference_id: the new reference, or the later one of a collection.
        existing_id, existing_owner_id: the reference that it resembles, and its owner.
        similarity: cosine of the whole pictures.
        identical: both are the same file or text.
    """

    reference_id: str
    existing_id: str
    existing_owner_id: str
    similarity: float
    identical: bool

    def __str__(self) -> str:
        is_like = "is the same as" if self.identical else "looks like"
        other = f"{self.existing_id} of another owner, {self.existing_owner_id}"
        return f"{self.reference_id} {is_like} {other} (cosine {self.similarity:.3f})"


def clashes(entries: Sequence[GalleryEntry], vectors: Float32, first_new: int) -> Iterator[Clash]:
    """For every new entry, the earlier references of other owners that have a variant like it.

    Args:
        vectors: unit float32 (rows, dimension), the rows of all entries in order, each entry's drawing first.
            Prototypes are ignored: they are no pictures.
        first_new: index of the first new entry.
    """
    entry_of = np.repeat(np.arange(len(entries)), [entry.rows - entry.prototypes for entry in entries])
    vectors = vectors[~prototype_mask(entries)]
    drawn = np.searchsorted(entry_of, np.arange(first_new, len(entries)))
    limits, similarities, rows = exact_index(vectors).range_search(vectors[drawn], CLASH_COSINE)
    for new, (start, end) in enumerate(itertools.pairwise(map(int, limits)), start=first_new):
        found: dict[str, Clash] = {}
        for similarity, other in zip(similarities[start:end], entry_of[rows[start:end]], strict=True):
            if other < new and entries[other].reference.owner_id != entries[new].reference.owner_id:
                clash = _clash(entries[new], entries[other], float(similarity))
                found[clash.existing_id] = max(clash, found.get(clash.existing_id, clash), key=_closeness)
        yield from found.values()


def _clash(new: GalleryEntry, existing: GalleryEntry, similarity: float) -> Clash:
    theirs = existing.reference
    identical = new.sha256 == existing.sha256
    return Clash(new.reference.reference_id, theirs.reference_id, theirs.owner_id, similarity, identical)


def _closeness(clash: Clash) -> tuple[bool, float]:
    return clash.identical, clash.similarity
