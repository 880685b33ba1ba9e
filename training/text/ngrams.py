"""Fit the n-grams that judge beside the encoder; alone, they are the peer to beat: they need no pretrained anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.text.ngrams import Ngrams, grams
from models.text.normalize import FieldText
from training.text.corpus import Case
from training.text.measures import matrix

INVERSE_PENALTY = 30.0
"""Of ten and three times as much and as little, the best mean average precision on the validation texts."""


def fit_ngrams(cases: Sequence[Case], rarest: int = 4) -> Ngrams:
    """N-grams of the training texts, one logistic regression per label.

    Args:
        cases: training texts, undisguised.
        rarest: texts that an n-gram must occur in.
    """
    vectorizer = TfidfVectorizer(analyzer=grams, min_df=rarest, sublinear_tf=True, dtype=np.float32)
    values = vectorizer.fit_transform([FieldText.of(case.field, case.text).normalized.text for case in cases])
    fits = [_fit(values, labelled) for labelled in matrix([case.labels for case in cases]).T]
    return Ngrams(
        grams=vectorizer.get_feature_names_out().astype(str),
        rarity=vectorizer.idf_.astype(np.float32),
        weights=np.stack([weights for weights, _ in fits], axis=1),
        offsets=np.array([offset for _, offset in fits], np.float32),
    )


def _fit(values: csr_matrix, labelled: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights float32 (n,) and offset; a label that all texts agree on is left to the encoder."""
    if labelled.all() or not labelled.any():
        return np.zeros(values.shape[1], np.float32), 0.0
    fit = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", solver="liblinear").fit(values, labelled)
    return fit.coef_[0].astype(np.float32), float(fit.intercept_[0])
