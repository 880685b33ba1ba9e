"""Finds near-duplicate pictures, and equal phrases, of different owners.

A profile that shows one of them matches either, so an account entitled to one would be rejected for the other. Whoever
enrols an emblem is therefore told which existing emblem it resembles before it takes effect. A harmless picture near a
protected emblem silences it, whoever owns both.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Float32
from models.images.gallery.files import GalleryEntry, exact_index, prototype_mask
from models.images.gallery.references import Reference

CLASH_COSINE = 0.97
"""Cosine of whole pictures from which two owners clash. Among 300 drawings only tricolours that people confuse lie
above; Austria and Latvia reach .967."""


SILENCE_COSINE = 0.65
"""Cosine of whole pictures from which a harmless one may silence an emblem. Of 24 emblems, crops to 60% of the sides
had a median of .81, enlarged margins .91; of 16 unrelated pictures, the nearest emblem had at most .42."""


@dataclass(frozen=True)
class Clash:
    """Two nearly identical pictures, or phrases, of different owners; or a harmless picture near an emblem.

    Attributes:
        reference_id: the new reference, or the later one of a collection.
        existing_id, existing_owner_id: the reference that it resembles, and its owner.
        similarity: cosine of the whole pictures.
        identical: both are the same file or text.
        silences: one of the two is harmless, so that the other is no longer reported where both match.
    """

    reference_id: str
    existing_id: str
    existing_owner_id: str
    similarity: float
    identical: bool
    silences: bool = False

    def __str__(self) -> str:
        is_like = "is the same as" if self.identical else "looks like"
        if self.silences:
            silent = "of the two, the harmless one silences the other"
            return f"{self.reference_id} {is_like} {self.existing_id} (cosine {self.similarity:.3f}): {silent}"
        other = f"{self.existing_id} of another owner, {self.existing_owner_id}"
        return f"{self.reference_id} {is_like} {other} (cosine {self.similarity:.3f})"


def clashes(entries: Sequence[GalleryEntry], vectors: Float32, first_new: int) -> Iterator[Clash]:
    """For every new entry, the earlier references that have a variant like it, and another owner or effect.

    Args:
        vectors: unit float32 (rows, dimension), the rows of all entries in order, each entry's drawing first.
            Prototypes are ignored: they are no pictures.
        first_new: index of the first new entry.
    """
    entry_of = np.repeat(np.arange(len(entries)), [entry.rows - entry.prototypes for entry in entries])
    vectors = vectors[~prototype_mask(entries)]
    drawn = np.searchsorted(entry_of, np.arange(first_new, len(entries)))
    limits, similarities, rows = exact_index(vectors).range_search(vectors[drawn], SILENCE_COSINE)
    for new, (start, end) in enumerate(itertools.pairwise(map(int, limits)), start=first_new):
        found: dict[str, Clash] = {}
        for similarity, other in zip(similarities[start:end], entry_of[rows[start:end]], strict=True):
            if other < new and _is_clash(entries[new].reference, entries[other].reference, float(similarity)):
                clash = _clash(entries[new], entries[other], float(similarity))
                found[clash.existing_id] = max(clash, found.get(clash.existing_id, clash), key=_closeness)
        yield from found.values()


def _is_clash(new: Reference, existing: Reference, similarity: float) -> bool:
    if new.harmless != existing.harmless:
        return True  # similar enough for the one to silence the other
    return new.owner_id != existing.owner_id and similarity >= CLASH_COSINE


def _clash(new: GalleryEntry, existing: GalleryEntry, similarity: float) -> Clash:
    theirs = existing.reference
    identical = new.sha256 == existing.sha256
    silences = new.reference.harmless != theirs.harmless
    return Clash(new.reference.reference_id, theirs.reference_id, theirs.owner_id, similarity, identical, silences)


def _closeness(clash: Clash) -> tuple[bool, float]:
    return clash.identical, clash.similarity
