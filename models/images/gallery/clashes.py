"""Pictures of different owners that look alike, and phrases that say the same.

A profile that shows one of them will be matched to either, and an account entitled to one would be refused for the
other. So whoever enrols an emblem is told whose it resembles before it is in force.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.images.gallery.files import GalleryEntry, exact_index, prototype_mask

CLASH_COSINE = 0.97
"""Cosine of whole pictures from which two owners clash. Among 300 drawings the pairs above it, with an encoder that was
not trained for it, are tricolours that people confuse too: Romania and Chad .995, Mali and Romania .98, Belgium and
Guinea .971; distinct designs begin below (Austria and Latvia .967)."""


@dataclass(frozen=True)
class Clash:
    """Two nearly identical pictures, or phrases, of different owners.

    Attributes:
        reference_id: the reference that was added, or the later one of a collection.
        existing_id, existing_owner_id: the one that it looks like, and whose that is.
        similarity: cosine of the whole pictures.
        identical: both are the very same file, or text.
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


def clashes(entries: Sequence[GalleryEntry], vectors: np.ndarray, first_new: int) -> Iterator[Clash]:
    """For every new entry, the references of other owners before it that have a look like it.

    Args:
        vectors: unit float32 (rows, dimension), the rows of all entries in order; an entry's first is its drawing.
            Prototypes are left out: nobody drew them.
        first_new: place of the first new entry.
    """
    entry_of = np.repeat(np.arange(len(entries)), [entry.rows - entry.prototypes for entry in entries])
    vectors = vectors[~prototype_mask(entries)]
    drawn = np.searchsorted(entry_of, np.arange(first_new, len(entries)))
    limits, similarities, rows = exact_index(vectors).range_search(vectors[drawn], CLASH_COSINE)
    for place, (start, end) in enumerate(itertools.pairwise(map(int, limits)), start=first_new):
        found: dict[str, Clash] = {}
        for similarity, other in zip(similarities[start:end], entry_of[rows[start:end]], strict=True):
            if other < place and entries[other].reference.owner_id != entries[place].reference.owner_id:
                clash = _clash(entries[place], entries[other], float(similarity))
                found[clash.existing_id] = max(clash, found.get(clash.existing_id, clash), key=_closeness)
        yield from found.values()


def _clash(new: GalleryEntry, existing: GalleryEntry, similarity: float) -> Clash:
    theirs = existing.reference
    identical = new.sha256 == existing.sha256
    return Clash(new.reference.reference_id, theirs.reference_id, theirs.owner_id, similarity, identical)


def _closeness(clash: Clash) -> tuple[bool, float]:
    return clash.identical, clash.similarity
