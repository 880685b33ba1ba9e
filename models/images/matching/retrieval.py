"""Retrieval stage: scores every window of a picture against the references of a gallery.

A plain cosine does not say how unusual it is, for plain designs resemble many things. So the mean cosines of window and
reference with a cohort of harmless pictures are subtracted from it.

Source: score normalisation as in SSCD (Pizzi et al. 2022), applied here to the reference side too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np

from models.arrays import Float32, Float64, Int64
from models.images.encoder.encoder import Embedding
from models.images.gallery.files import MAX_EXACT_ROWS, prototype_mask
from models.images.gallery.gallery import Gallery
from models.runtime.indexes import greatest_products

COHORT_NEIGHBOURS = 5
"""Nearest harmless pictures averaged into a cohort mean; with 40, recall at 0.3% false alarms fell from .44 to .34."""

REFERENCE_COHORT_WEIGHT = 0.3
"""Weight of the reference's cohort mean; the window's has 1 (`docs/experiments/003-score-normalisation.md`)."""

COPY_SIMILARITY = 0.9
"""Cosine of the whole picture from which it is a copy, however plain the design."""

COPY_BONUS = 0.4
"""Greatest bonus of a copy, at cosine 1; no harmless validation picture comes near enough to get it."""

CONSENSUS_WEIGHT = 0.3
"""Weight of the mean of a reference's nearest rows, against its nearest row: chance resemblance is to one row alone."""

CONSENSUS_ROWS = 5
"""Most rows in that mean; it takes half of a reference's rows, for its drawings may differ widely."""

MAX_MARGIN = 0.3
"""Bound on the lead over the next owner; a greater lead says nothing more."""

MAX_CANDIDATES = 8
"""References per picture that the retrieval stage passes on; margins are taken among them."""

ROWS_PER_WINDOW = 10
"""Rows per window that select the references scored in a large gallery; the top four agreed in 140 of 140 pictures."""


@dataclass(frozen=True)
class RetrievalScores:
    """One picture's windows scored against references.

    All arrays but the first two are over the scored references, (n,).

    Attributes:
        embedding: the picture's windows.
        window_cohort_means: float32 (windows,), cohort mean of each window.
        references: int64, indices into the retriever's references, ascending: all, or the nearest of a large gallery.
        normalized: float32, cosine minus weighted cohort means: the greatest over windows and rows, blended with the
            mean of the reference's nearest rows.
        prototype_gain: float32, by how much that greatest value exceeds the one without prototypes.
        similarity: float32, plain cosine at the greatest value.
        best_windows: int64, index of its window.
        best_rows: int64, index of its row.
        whole_normalized: float32, normalised cosine of the whole picture.
        whole_similarity: float32, plain cosine of the whole picture.
    """

    embedding: Embedding
    window_cohort_means: Float32
    references: Int64
    normalized: Float32
    prototype_gain: Float32
    similarity: Float32
    best_windows: Int64
    best_rows: Int64
    whole_normalized: Float32
    whole_similarity: Float32


class Retriever:
    """Scores windows against the pictures of a gallery.

    Args:
        gallery: the references to find.
        cohort: unit float32 (pictures, dimension), vectors of harmless pictures.

    Attributes:
        references: the gallery's references with pictures, in the order of their first pictures.
        entries: int64 (rows,), the gallery's entry of each row, rows grouped by reference.
        confusability: float32 (rows,), cohort mean of each row.
    """

    def __init__(self, gallery: Gallery, cohort: Float32) -> None:
        self._gallery, self._cohort = gallery, np.ascontiguousarray(cohort)
        entries = np.repeat(np.arange(len(gallery.entries)), [entry.rows for entry in gallery.entries])
        # Phrases lie elsewhere in the embedding space and are matched separately.
        pictures = np.flatnonzero([not gallery.entries[entry].text for entry in entries])
        names = [gallery.entries[entry].reference.reference_id for entry in entries[pictures]]
        index = {name: number for number, name in enumerate(dict.fromkeys(names))}
        numbers = np.array([index[name] for name in names])
        self._reference_of = np.full(len(entries), -1)
        self._reference_of[pictures] = numbers
        # Rows of one reference lie side by side, so that one reduction gives its greatest value.
        order = np.argsort(numbers, kind="stable")
        self._gallery_rows = pictures[order]
        self._limits = np.searchsorted(numbers[order], np.arange(len(index) + 1))
        is_small = len(order) <= MAX_EXACT_ROWS
        self._columns = np.ascontiguousarray(gallery.vectors[self._gallery_rows].T) if is_small else None
        self.entries = entries[self._gallery_rows]
        self._is_prototype = prototype_mask(gallery.entries)[self._gallery_rows]
        known = {reference.reference_id: reference for reference in gallery.references}
        self.references = tuple(known[name] for name in index)
        self.confusability = cohort_mean(gallery.vectors, self._cohort)[self._gallery_rows]
        self._owners = np.unique([reference.owner_id for reference in self.references], return_inverse=True)[1]

    def writings(self) -> list[tuple[str, ...]]:
        """Texts in each reference's drawings, in the order of `references`."""
        groups = (self._gallery.entries_of(reference.reference_id) for reference in self.references)
        texts = (chain.from_iterable(self._gallery.entries[entry].writing for entry in group) for group in groups)
        return [tuple(dict.fromkeys(group)) for group in texts]

    def __call__(self, embedding: Embedding, context: Embedding | None = None) -> RetrievalScores:
        """Scores of every reference, or in a large gallery of the nearest ones.

        Args:
            embedding: windows to score.
            context: more windows of the same picture, which also select references of a large gallery.
        """
        is_small = self._columns is not None
        references = np.arange(len(self.references)) if is_small else self._nearest((context or embedding).vectors)
        return self._scored(embedding, cohort_mean(embedding.vectors, self._cohort), references)

    def aligned(self, one: RetrievalScores, other: RetrievalScores) -> tuple[RetrievalScores, RetrievalScores]:
        """Both scores extended to the union of their references."""
        references = np.union1d(one.references, other.references)
        return self._extended(one, references), self._extended(other, references)

    def including(self, scores: RetrievalScores, references: Iterable[int]) -> RetrievalScores:
        """The same scores, extended by references that a large gallery may have left out."""
        return self._extended(scores, np.union1d(scores.references, [*references]).astype(np.int64))

    def margins(self, scores: RetrievalScores, chosen: Int64) -> Float32:
        """Lead of chosen references over the best of another owner, within ±MAX_MARGIN; negative if it trails.

        The cohort is a rival with score 0; in a gallery of few owners it may be the only one.

        Args:
            scores: of one picture.
            chosen: int64 (n,), indices into `scores.references`.
        """
        top, owners = top_references(scores.normalized), self._owners[scores.references]
        others = owners[chosen][:, None] != owners[top][None, :]
        rivals = np.where(others, scores.normalized[top][None, :], 0.0).max(axis=1).clip(min=0.0)
        return cast(Float32, np.clip(scores.normalized[chosen] - rivals, -MAX_MARGIN, MAX_MARGIN))

    def similarities(self, embedding: Embedding, references: Int64) -> Float32:
        """Greatest cosine of any window with any picture of each of some references, float32 (n,).

        Args:
            embedding: the windows.
            references: int64 (n,), indices into `references`.
        """
        _, starts, columns = self._columns_of(references)
        return cast(Float32, np.maximum.reduceat((embedding.vectors @ columns).max(axis=0), starts))

    def window_shares(self, embedding: Embedding, references: Int64) -> Float64:
        """Fraction of a picture's windows to which each of some references is the nearest, float64 (n,).

        Args:
            embedding: the windows.
            references: int64 (n,), indices into `references`.
        """
        rows, starts, columns = self._columns_of(references)
        similar = embedding.vectors @ columns - REFERENCE_COHORT_WEIGHT * self.confusability[rows]
        nearest = np.maximum.reduceat(similar, starts, axis=1).argmax(axis=1)
        return np.bincount(nearest, minlength=len(references)) / len(nearest)

    def _nearest(self, vectors: Float32) -> Int64:
        """References that own one of a window's nearest rows; the first reference if phrases alone are near."""
        rows = self._gallery.search(vectors, ROWS_PER_WINDOW)[1]
        found = np.unique(self._reference_of[rows[rows >= 0]])
        found = found[found >= 0]
        return found if len(found) else np.array([0])

    def _extended(self, scores: RetrievalScores, references: Int64) -> RetrievalScores:
        if len(references) == len(scores.references):
            return scores
        return self._scored(scores.embedding, scores.window_cohort_means, references)

    def _scored(self, embedding: Embedding, window_cohort_means: Float32, references: Int64) -> RetrievalScores:
        rows, starts, columns = self._part(references)
        cosines = embedding.vectors @ columns  # (windows, rows)
        normalized = cosines - window_cohort_means[:, None]
        normalized -= REFERENCE_COHORT_WEIGHT * self.confusability[rows]
        is_prototype = self._is_prototype[rows]
        # A prototype is a mean of pictures, so a copy of it does not exist.
        normalized[0] += COPY_BONUS * (_copy_degree(cosines[0]) * ~is_prototype)
        greatest = normalized.max(axis=0)
        of_pictures = np.where(is_prototype, -np.inf, greatest)
        without_prototypes, whole_normalized, whole_similarity = (
            np.maximum.reduceat(values, starts) for values in (of_pictures, normalized[0], cosines[0])
        )
        best, consensus = _nearest_rows(greatest, starts)
        windows = normalized[:, best].argmax(axis=0)  # slower than a maximum, so for these columns alone
        return RetrievalScores(
            embedding,
            window_cohort_means,
            references,
            normalized=(1 - CONSENSUS_WEIGHT) * greatest[best] + CONSENSUS_WEIGHT * consensus,
            prototype_gain=greatest[best] - without_prototypes,
            similarity=cosines[windows, best],
            best_windows=windows,
            best_rows=rows[best],
            whole_normalized=whole_normalized,
            whole_similarity=whole_similarity,
        )

    def _part(self, references: Int64) -> tuple[Int64, Int64, Float32]:
        """As `_columns_of`, but of a small gallery always everything, which costs no copy.

        Args:
            references: ascending.
        """
        if self._columns is not None:
            return np.arange(len(self.entries)), self._limits[:-1], self._columns
        return self._columns_of(references)

    def _columns_of(self, references: Int64) -> tuple[Int64, Int64, Float32]:
        """Rows of some references, where each reference's rows start, and their vectors, (dimension, rows)."""
        counts = np.diff(self._limits)[references]
        starts = np.cumsum(counts) - counts
        rows = np.repeat(self._limits[references] - starts, counts) + np.arange(counts.sum())
        return rows, starts, self._gallery.vectors[self._gallery_rows[rows]].T


def top_references(normalized: Float32) -> Int64:
    """Indices of the MAX_CANDIDATES highest values, best first."""
    count = min(MAX_CANDIDATES, len(normalized))
    chosen = np.argpartition(-normalized, count - 1)[:count]
    return chosen[np.argsort(-normalized[chosen], kind="stable")]


def cohort_mean(vectors: Float32, cohort: Float32) -> Float32:
    """Mean cosine of each vector with its nearest harmless pictures, float32 (n,).

    Args:
        vectors: unit float32 (n, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    count = min(COHORT_NEIGHBOURS, len(cohort))
    return cast(Float32, greatest_products(vectors, cohort, count).mean(axis=1))


def _copy_degree(cosines: Float32) -> Float32:
    """How nearly a whole picture is a copy of each row, from 0 at COPY_SIMILARITY to 1, float32 (rows,)."""
    return cast(Float32, np.clip((cosines - COPY_SIMILARITY) / (1 - COPY_SIMILARITY), 0, 1))


def _nearest_rows(greatest: Float32, starts: Int64) -> tuple[Int64, Float32]:
    """Index of each reference's nearest row, int64 (references,), and the mean of its nearest rows, float32.

    Args:
        greatest: float32 (rows,), each row's greatest value over the windows.
        starts: int64 (references,), where each reference's rows start.
    """
    counts = np.diff(np.append(starts, len(greatest)))
    # One sort key for reference and value is twenty times as fast as two; values span less than two references' keys.
    order = np.argsort(np.repeat(8.0 * np.arange(len(starts)), counts) - greatest, kind="stable")
    averaged = np.minimum((counts + 1) // 2, CONSENSUS_ROWS)
    ends = np.stack([starts, starts + averaged], axis=1).ravel()
    sums = np.add.reduceat(np.append(greatest[order], 0), ends)[::2]
    return order[starts], (sums / averaged).astype(np.float32)
