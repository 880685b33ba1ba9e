"""Which references a picture's windows resemble, and how unusual that is.

A plain cosine does not tell how unusual it is, for plain designs resemble many things; so it is compared with how near
harmless pictures come, to the window and to the reference.

Source: score normalisation as in SSCD (Pizzi et al. 2022), here from the side of the reference too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np

from models.images.encoder.encoder import Embedding
from models.images.gallery.files import EXACT_ROWS, are_prototypes
from models.images.gallery.gallery import Gallery
from models.runtime.indexes import greatest_products

COHORT_NEIGHBOURS = 5
"""Nearest harmless pictures that a similarity is compared with; as many as 40 see too little (see below)."""

REFERENCE_COHORT_WEIGHT = 0.3
"""How much the nearness of harmless pictures to the reference counts, against 1 for that to the window.

On 400 imitations and 700 harmless pictures of the validation fold, recall at 0.3% false alarms was 0.38 with halves on
both sides, 0.44 so, 0.34 with 40 neighbours; with the plain cosine next to nothing.
"""

COPY_SIMILARITY, COPY_BONUS = 0.9, 0.4
"""A whole picture this near to a reference is a copy, however plain the design and however many things resemble it.
Harmless validation pictures do not come as near, so that the bonus costs nothing there."""

CONSENSUS_WEIGHT, CONSENSUS_ROWS = 0.3, 5
"""How much the mean of a reference's nearest rows counts beside the nearest one, and how many: half of its rows, at
most five. What resembles by chance is near to one, an imitation to several; but of a reference whose drawings are
nothing like each other, one alone is imitated.

On 2,400 imitations and 1,500 harmless pictures of the validation fold (those of
`training/images/evaluation/prototype_ablation.py`), recall@1
of the first look was .926 without, .933 so; at 0.3% false alarms .801 and .822."""

MAX_MARGIN = 0.3
"""Leads over the next owner beyond this say nothing more."""

MAX_CANDIDATES = 8
"""References looked at more closely per picture: the lead over the next owner is found among them."""

ROWS_PER_WINDOW = 10
"""Rows per window whose references are compared in a large gallery: with 20,000 to 60,000 rows, the four strongest
references were those of comparing every row in all of 140 looks, all eight in 131 (of rows without prototypes)."""

Array = np.ndarray


@dataclass(frozen=True)
class RetrievalScores:
    """One picture's windows beside the references that they may show.

    Attributes:
        embedding: the windows.
        usual: float32 (windows,), how near harmless pictures come to each.
        references: int64 (n,), places in the matcher's list, ascending: all, or of a large gallery the nearest ones.
            The following are of each of them.
        best: float32 (n,), cosine less the nearness of harmless pictures on both sides: the greatest over windows and
            rows of the reference, and in part the mean of its nearest rows.
        changed: float32 (n,), how much nearer the greatest is than that of the pictures alone, without prototypes.
        similar: float32 (n,), the plain cosine at the greatest.
        windows, rows: int64 (n,), where that was.
        whole, entire: float32 (n,), the normalised and the plain cosine of the whole picture alone.
    """

    embedding: Embedding
    window_cohort_means: Array
    references: Array
    normalized: Array
    prototype_gain: Array
    similarity: Array
    best_windows: Array
    best_rows: Array
    whole_normalized: Array
    whole_similarity: Array


class Retriever:
    """Compares windows with the pictures of a gallery.

    Args:
        gallery: what can be found.
        cohort: unit float32 (pictures, dimension), vectors of harmless pictures.

    Attributes:
        references: those with pictures, in the order of their first ones.
        entries: int64 (rows,), the gallery's entry of each row, in this matcher's order of rows.
        confusability: float32 (rows,), how near harmless pictures come to each.
    """

    def __init__(self, gallery: Gallery, cohort: Array) -> None:
        self._gallery, self._cohort = gallery, np.ascontiguousarray(cohort)
        entries = np.repeat(np.arange(len(gallery.entries)), [entry.rows for entry in gallery.entries])
        # Phrases lie elsewhere in the space; they are compared by themselves.
        pictures = np.flatnonzero([not gallery.entries[entry].text for entry in entries])
        names = [gallery.entries[entry].reference.reference_id for entry in entries[pictures]]
        place = {name: number for number, name in enumerate(dict.fromkeys(names))}
        numbers = np.array([place[name] for name in names])
        self._reference_of = np.full(len(entries), -1)
        self._reference_of[pictures] = numbers
        # Rows of one reference side by side, so that its best picture is one reduction away.
        order = np.argsort(numbers, kind="stable")
        self._places = pictures[order]
        self._limits = np.searchsorted(numbers[order], np.arange(len(place) + 1))
        is_small = len(order) <= EXACT_ROWS
        self._columns = np.ascontiguousarray(gallery.vectors[self._places].T) if is_small else None
        self.entries = entries[self._places]
        self._is_prototype = are_prototypes(gallery.entries)[self._places]
        known = {reference.reference_id: reference for reference in gallery.references}
        self.references = tuple(known[name] for name in place)
        self.confusability = cohort_mean(gallery.vectors, self._cohort)[self._places]
        self._owners = np.unique([reference.owner_id for reference in self.references], return_inverse=True)[1]

    def writings(self) -> list[tuple[str, ...]]:
        """What each reference's drawings say, in this matcher's order of references."""
        groups = (self._gallery.entries_of(reference.reference_id) for reference in self.references)
        texts = (chain.from_iterable(self._gallery.entries[entry].writing for entry in group) for group in groups)
        return [tuple(dict.fromkeys(said)) for said in texts]

    def __call__(self, embedding: Embedding, around: Embedding | None = None) -> RetrievalScores:
        """Every window of a picture beside every reference, or of a large gallery beside the nearest ones.

        Args:
            around: windows that the nearest ones are those of, where they are more than are compared.
        """
        is_small = self._columns is not None
        references = np.arange(len(self.references)) if is_small else self._nearby((around or embedding).vectors)
        return self._compared(embedding, cohort_mean(embedding.vectors, self._cohort), references)

    def aligned(self, one: RetrievalScores, other: RetrievalScores) -> tuple[RetrievalScores, RetrievalScores]:
        """Two looks at one picture, each beside the references of both."""
        references = np.union1d(one.references, other.references)
        return self._beside(one, references), self._beside(other, references)

    def including(self, look: RetrievalScores, references: Iterable[int]) -> RetrievalScores:
        """The same look beside some more references, which a large gallery may have left out."""
        return self._beside(look, np.union1d(look.references, [*references]).astype(np.int64))

    def margins(self, look: RetrievalScores, chosen: Array) -> Array:
        """Lead of each chosen reference over the best of another owner, at most `MAX_MARGIN`; negative if it trails.

        Harmless pictures are rivals too, in a gallery of few owners the only ones: they are at zero.

        Args:
            chosen: int64 (n,), places in `look.references`.
        """
        top, owners = top_references(look.normalized), self._owners[look.references]
        others = owners[chosen][:, None] != owners[top][None, :]
        rivals = np.where(others, look.normalized[top][None, :], 0.0).max(axis=1).clip(min=0.0)
        return np.clip(look.normalized[chosen] - rivals, -MAX_MARGIN, MAX_MARGIN)

    def window_shares(self, embedding: Embedding, references: Array) -> Array:
        """Of a picture's windows the share to which each of some references is the nearest, float64 (n,).

        Args:
            references: int64 (n,).
        """
        rows, starts, columns = self._columns_of(references)
        similar = embedding.vectors @ columns - REFERENCE_COHORT_WEIGHT * self.confusability[rows]
        nearest = np.maximum.reduceat(similar, starts, axis=1).argmax(axis=1)
        return cast(Array, np.bincount(nearest, minlength=len(references)) / len(nearest))

    def _nearby(self, vectors: Array) -> Array:
        """References that own a row near to a window; the first one where phrases alone are near."""
        rows = self._gallery.search(vectors, ROWS_PER_WINDOW)[1]
        found = np.unique(self._reference_of[rows[rows >= 0]])
        found = found[found >= 0]
        return found if len(found) else np.array([0])

    def _beside(self, look: RetrievalScores, references: Array) -> RetrievalScores:
        if len(references) == len(look.references):
            return look
        return self._compared(look.embedding, look.window_cohort_means, references)

    def _compared(self, embedding: Embedding, usual: Array, references: Array) -> RetrievalScores:
        rows, starts, columns = self._part(references)
        raw = embedding.vectors @ columns  # (windows, rows)
        normalized = raw - usual[:, None]
        normalized -= REFERENCE_COHORT_WEIGHT * self.confusability[rows]
        is_prototype = self._is_prototype[rows]
        copied = (
            np.clip((raw[0] - COPY_SIMILARITY) / (1 - COPY_SIMILARITY), 0, 1) * ~is_prototype
        )  # nobody copies a mean
        normalized[0] += COPY_BONUS * copied
        tops = normalized.max(axis=0)
        looks = np.where(is_prototype, -np.inf, tops)
        pictured, whole, entire = (np.maximum.reduceat(value, starts) for value in (looks, normalized[0], raw[0]))
        at, mean = _nearest(tops, starts)
        best = (1 - CONSENSUS_WEIGHT) * tops[at] + CONSENSUS_WEIGHT * mean
        windows = normalized[:, at].argmax(axis=0)  # of a few columns: of all it takes longer than their maximum
        changed = tops[at] - pictured
        return RetrievalScores(
            embedding, usual, references, best, changed, raw[windows, at], windows, rows[at], whole, entire
        )

    def _part(self, references: Array) -> tuple[Array, Array, Array]:
        """As `_columns_of`, of a small gallery all: that costs no copy.

        Args:
            references: ascending.
        """
        if self._columns is not None:
            return np.arange(len(self.entries)), self._limits[:-1], self._columns
        return self._columns_of(references)

    def _columns_of(self, references: Array) -> tuple[Array, Array, Array]:
        """Rows of some references, where each one's begin among these, and their vectors (dimension, rows)."""
        counts = np.diff(self._limits)[references]
        starts = np.cumsum(counts) - counts
        rows = np.repeat(self._limits[references] - starts, counts) + np.arange(counts.sum())
        return rows, starts, self._gallery.vectors[self._places[rows]].T


def top_references(best: Array) -> Array:
    """The `CANDIDATES` references with the highest values, best first."""
    count = min(MAX_CANDIDATES, len(best))
    chosen = np.argpartition(-best, count - 1)[:count]
    return cast(Array, chosen[np.argsort(-best[chosen], kind="stable")])


def cohort_mean(vectors: Array, cohort: Array) -> Array:
    """Mean cosine of each vector's nearest harmless pictures, float32 (n,).

    Args:
        vectors: unit float32 (n, dimension).
        cohort: unit float32 (pictures, dimension).
    """
    count = min(COHORT_NEIGHBOURS, len(cohort))
    return cast(Array, greatest_products(vectors, cohort, count).mean(axis=1))


def _nearest(tops: Array, starts: Array) -> tuple[Array, Array]:
    """Place of each reference's nearest row, int64 (references,), and the mean of its nearest rows, float32.

    Args:
        tops: float32 (rows,), each row's greatest value.
        starts: int64 (references,), where each one's rows begin.
    """
    counts = np.diff(np.append(starts, len(tops)))
    # One key for reference and value sorts twenty times as fast as both; values span less than two references' keys.
    order = np.argsort(np.repeat(8.0 * np.arange(len(starts)), counts) - tops, kind="stable")
    agreeing = np.minimum((counts + 1) // 2, CONSENSUS_ROWS)
    sums = np.add.reduceat(np.append(tops[order], 0), np.stack([starts, starts + agreeing], axis=1).ravel())[::2]
    return order[starts], (sums / agreeing).astype(np.float32)
