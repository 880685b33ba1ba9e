"""Chooses the texts most worth a reviewer's time: the judges are in doubt, and nothing like it was reviewed yet.

Sources: uncertainty sampling (Lewis and Gale 1994), query by committee (Seung et al. 1992), and the diversity of
maximal marginal relevance (Carbonell and Goldstein 1998). `training.text.evaluation.active_learning` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from models.arrays import Float64
from training.text.data.corpus import as_compared


def doubt(scores: Float64, thresholds: Float64) -> Float64:
    """How near each label's score is to its threshold: 1 at the threshold, 0 where the score is certain.

    Args:
        scores: in [0, 1], float (..., labels).
        thresholds: in [0, 1], float (labels,).
    """
    room = np.where(scores < thresholds, thresholds, 1 - thresholds)
    return 1 - np.abs(scores - thresholds) / np.maximum(room, np.finfo(float).eps)


def most_informative(texts: Sequence[str], value: Float64, known: Sequence[str], count: int) -> list[int]:
    """Positions of the texts to review, best first.

    Each step takes the text with the highest value times novelty; novelty is one minus the greatest cosine of
    character n-grams with a text that is known or already taken.

    Args:
        value: of a review of each text if it is entirely novel, at least 0, float (texts,).
        known: texts that were reviewed before.
    """
    if not texts:
        return []
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32)
    grams = vectorizer.fit_transform(map(as_compared, [*texts, *known]))
    pool, reviewed = grams[: len(texts)], grams[len(texts) :]
    nearest: Float64 = np.zeros(len(texts))
    if known:
        nearest = (pool @ reviewed.T).max(axis=1).toarray().ravel().astype(float)
    open_ = np.ones(len(texts), bool)
    chosen: list[int] = []
    for _ in range(min(count, len(texts))):
        worth: NDArray[np.float64] = np.where(open_, value * (1 - nearest.clip(0, 1)), -1)
        best = int(worth.argmax())
        chosen.append(best)
        open_[best] = False
        nearest = np.maximum(nearest, (pool @ pool[best].T).toarray().ravel())
    return chosen
