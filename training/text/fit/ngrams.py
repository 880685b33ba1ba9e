"""Fit the n-grams that judge beside the encoder; alone, they are the peer to beat: they need no pretrained anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.text.classifier.ngrams import Ngrams, grams
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case
from training.text.data.disguises import Marked, disguise, renew_contacts
from training.text.measures import label_matrix

INVERSE_PENALTY = 30.0
"""Of ten and three times as much and as little, the best mean average precision on the validation texts."""

RAREST = 13
"""Texts that an n-gram must occur in, so that what is left fits into 40 MB beside the encoder. Three times as many
n-grams would add half a point of macro F1."""

SEED = 2026
"""Of the disguises."""


def fit_ngrams(cases: Sequence[Case], rarest: int = RAREST) -> Ngrams:
    """N-grams of the training texts as they are and disguised, one logistic regression per label.

    Args:
        cases: training texts.
        rarest: texts, disguised ones among them, that an n-gram must occur in.
    """
    vectorizer = TfidfVectorizer(analyzer=grams, min_df=rarest, sublinear_tf=True, dtype=np.float32)
    values = vectorizer.fit_transform([*map(_text, cases), *map(_text, _disguised(cases))])
    fits = [_fit(values, np.tile(labelled, 2)) for labelled in label_matrix([case.labels for case in cases]).T]
    return Ngrams(
        grams=vectorizer.get_feature_names_out().astype(str),
        rarity=vectorizer.idf_.astype(np.float32),
        weights=np.stack([weights for weights, _ in fits], axis=1),
        offsets=np.array([offset for _, offset in fits], np.float32),
    )


def _disguised(cases: Sequence[Case]) -> list[Case]:
    rng = np.random.default_rng(SEED)
    marked = (disguise(renew_contacts(Marked.of(case), rng), rng) for case in cases)
    return [replace(case, text=disguised.text) for case, disguised in zip(cases, marked, strict=True)]


def _text(case: Case) -> str:
    return FieldText.of(case.field, case.text).normalized.text


def _fit(values: csr_matrix, labelled: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights float32 (n,) and offset; a label that all texts agree on is left to the encoder."""
    if labelled.all() or not labelled.any():
        return np.zeros(values.shape[1], np.float32), 0.0
    fit = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", solver="liblinear").fit(values, labelled)
    return fit.coef_[0].astype(np.float32), float(fit.intercept_[0])
