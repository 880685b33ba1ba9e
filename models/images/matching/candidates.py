"""Candidates: the references that one picture may show, with where and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Float32, Float64, Int64
from models.boxes import as_box
from models.images.matching.features import RETRIEVAL_FEATURES, retrieval_features, stacked
from models.images.matching.retrieval import RetrievalScores, Retriever, top_references
from models.profile import Box


@dataclass(frozen=True)
class Candidates:
    """References that one picture may show.

    Attributes:
        references: int64 (n,), indices into the detector's references, which begin with the retriever's.
        similarities: float32 (n,), plain cosines, shown as evidence.
        boxes: n boxes, where each reference was found.
        features: float64 (n, features), columns in the order of `RETRIEVAL_FEATURES` or `VERIFICATION_FEATURES`.
    """

    references: Int64
    similarities: Float32
    boxes: Sequence[Box]
    features: Float64

    def joined(self, others: Candidates) -> Candidates:
        """These and others, without features, for theirs differ."""
        references = np.concatenate([self.references, others.references])
        similarities = np.concatenate([self.similarities, others.similarities])
        return Candidates(references, similarities, [*self.boxes, *others.boxes], np.empty((len(references), 0)))


def retrieved_candidates(retriever: Retriever, scores: RetrievalScores) -> Candidates:
    """The highest-scoring references of a picture, best first by normalised cosine."""
    chosen = top_references(scores.normalized)
    similarity, whole = scores.similarity[chosen], scores.whole_similarity[chosen]
    # A window inside a copy is as near as the whole picture; reviewers want to see the whole.
    windows = np.where(whole >= similarity, 0, scores.best_windows[chosen])
    boxes = [as_box(scores.embedding.boxes[window]) for window in windows]
    features = stacked(retrieval_features(retriever, scores, chosen), RETRIEVAL_FEATURES)
    return Candidates(scores.references[chosen], np.maximum(whole, similarity), boxes, features)
