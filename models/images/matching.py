"""Which references a picture's windows resemble, and how unusual that is.

A plain cosine does not tell how unusual it is, for plain designs resemble many things; so it is compared with how near
harmless pictures come, to the window and to the reference.

Source: score normalisation as in SSCD (Pizzi et al. 2022), here from the side of the reference too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import faiss
import numpy as np

from models.images.encoder import Embedding
from models.images.gallery import Gallery

NEIGHBOURS = 5
"""Nearest harmless pictures that a similarity is compared with; as many as 40 see too little (see below)."""

REFERENCE_SHARE = 0.3
"""How much the nearness of harmless pictures to the reference counts, against 1 for that to the window.

On 400 imitations and 700 harmless pictures of the validation fold, recall at 0.3% false alarms was 0.38 with halves on
both sides, 0.44 so, 0.34 with 40 neighbours; with the plain cosine next to nothing.
"""

COPY, COPY_BONUS = 0.9, 0.4
"""A whole picture this near to a reference is a copy, however plain the design and however many things resemble it.
Harmless validation pictures do not come as near, so that the bonus costs nothing there."""

MAX_MARGIN = 0.3
"""Leads over the next owner beyond this say nothing more."""

CANDIDATES = 8
"""References looked at more closely per picture: the lead over the next owner is found among them."""

Array = np.ndarray


@dataclass(frozen=True)
class Comparison:
    """One picture's windows beside every reference.

    Attributes:
        best: float32 (references,), cosine less the nearness of harmless pictures on both sides, over all windows and
            pictures of the reference.
        whole: float32 (references,), the same of the whole picture alone.
        windows, rows: int64 (references,), where `best` was.
        raw: float32 (windows, rows), plain cosines.
        entire: float32 (references,), plain cosines of the whole picture.
        boxes: float32 (windows, 4), fractions of the picture.
    """

    best: Array
    whole: Array
    windows: Array
    rows: Array
    raw: Array
    entire: Array
    boxes: Array

    def similarity(self, reference: int) -> float:
        """Plain cosine where the reference matched best."""
        return float(self.raw[self.windows[reference], self.rows[reference]])


class Matcher:
    """Compares windows with every picture of a gallery.

    Args:
        gallery: what can be found.
        cohort: unit float32 (pictures, dimension), vectors of harmless pictures.

    Attributes:
        references: those with pictures, in the order of the gallery.
        entries: int64 (rows,), the gallery's entry of each row, in this matcher's order of rows.
        confusability: float32 (rows,), how near harmless pictures come to each.
    """

    def __init__(self, gallery: Gallery, cohort: Array) -> None:
        self._cohort = np.ascontiguousarray(cohort)
        entries = np.repeat(np.arange(len(gallery.entries)), [entry.rows for entry in gallery.entries])
        # Phrases lie elsewhere in the space; they are compared by themselves.
        pictures = np.flatnonzero([not gallery.entries[entry].text for entry in entries])
        names = [gallery.entries[entry].reference.reference_id for entry in entries[pictures]]
        place = {name: number for number, name in enumerate(dict.fromkeys(names))}
        numbers = np.array([place[name] for name in names])
        # Rows of one reference side by side, so that its best picture is one reduction away.
        order = np.argsort(numbers, kind="stable")
        self._starts = np.searchsorted(numbers[order], np.arange(len(place)))
        vectors = gallery.vectors[pictures[order]]
        self._vectors = np.ascontiguousarray(vectors.T)
        self.entries = entries[pictures[order]]
        self.references = tuple(reference for reference in gallery.references if reference.reference_id in place)
        self.confusability = nearness(vectors, cohort)
        self._owners = np.unique([reference.owner_id for reference in self.references], return_inverse=True)[1]

    def __call__(self, embedding: Embedding) -> Comparison:
        """Every window of a picture beside every reference."""
        raw = embedding.vectors @ self._vectors  # (windows, rows)
        normalized = raw - nearness(embedding.vectors, self._cohort)[:, None]
        normalized -= REFERENCE_SHARE * self.confusability
        normalized[0] += COPY_BONUS * np.clip((raw[0] - COPY) / (1 - COPY), 0, 1)
        tops = normalized.max(axis=0)
        best = np.maximum.reduceat(tops, self._starts)
        rows = self._first_at(tops, best)
        windows = normalized[:, rows].argmax(axis=0)  # of a few columns: of all it takes longer than their maximum
        whole = np.maximum.reduceat(normalized[0], self._starts)
        entire = np.maximum.reduceat(raw[0], self._starts)
        return Comparison(best, whole, windows, rows, raw, entire, embedding.boxes)

    def margins(self, best: Array, chosen: Array) -> Array:
        """Lead of each chosen reference over the best of another owner, at most `MAX_MARGIN`; negative if it trails.

        Harmless pictures are rivals too, in a gallery of few owners the only ones: they are at zero.
        """
        top = strongest(best)
        others = self._owners[chosen][:, None] != self._owners[top][None, :]
        rivals = np.where(others, best[top][None, :], 0.0).max(axis=1).clip(min=0.0)
        return np.clip(best[chosen] - rivals, -MAX_MARGIN, MAX_MARGIN)

    def _first_at(self, tops: Array, best: Array) -> Array:
        """The first row of each reference that reaches its best."""
        ends = np.append(self._starts[1:], len(tops))
        reached = np.flatnonzero(tops == np.repeat(best, ends - self._starts))
        return reached[np.searchsorted(reached, self._starts)]


def strongest(best: Array) -> Array:
    """The `CANDIDATES` references with the highest values, best first."""
    count = min(CANDIDATES, len(best))
    chosen = np.argpartition(-best, count - 1)[:count]
    return cast(Array, chosen[np.argsort(-best[chosen], kind="stable")])


def nearness(vectors: Array, cohort: Array) -> Array:
    """Mean cosine of each vector's nearest harmless pictures, float32 (n,).

    Args:
        vectors: unit float32 (n, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    count = min(NEIGHBOURS, len(cohort))
    cosines, _ = faiss.knn(np.ascontiguousarray(vectors), cohort, count, metric=faiss.METRIC_INNER_PRODUCT)
    return cast(Array, cosines.mean(axis=1))
