"""Fits the n-gram classifier that is blended with the encoder; alone it is a baseline without pretraining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from models.arrays import Bool, Float32
from models.text.classifier.ngrams import Ngrams, grams
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case
from training.text.data.disguises import Marked, disguise, renew_contacts
from training.text.measures import label_matrix

INVERSE_PENALTY = 30.0
"""Inverse strength of the L2 penalty: best mean average precision on validation texts among 10, 30 and 100."""

MIN_TEXTS = 20
"""Least texts with an n-gram, so that all fit into 40 MB with the encoder; three times as many add 0.005 macro F1."""

DISGUISE_SEED = 2026
"""Seed of the disguises."""


def fit_ngrams(cases: Sequence[Case], min_texts: int = MIN_TEXTS) -> Ngrams:
    """N-grams of the training texts as they are and disguised, one logistic regression per label.

    Args:
        cases: training texts.
        min_texts: least texts, disguised ones among them, with an n-gram.
    """
    vectorizer = TfidfVectorizer(analyzer=grams, min_df=min_texts, sublinear_tf=True, dtype=np.float32)
    values = vectorizer.fit_transform([*map(_text, cases), *map(_text, _disguised(cases))])
    fits = [_fit(values, np.tile(labelled, 2)) for labelled in label_matrix([case.labels for case in cases]).T]
    return Ngrams(
        grams=vectorizer.get_feature_names_out().astype(str),
        rarity=vectorizer.idf_.astype(np.float32),
        weights=np.stack([weights for weights, _ in fits], axis=1),
        offsets=np.array([offset for _, offset in fits], np.float32),
    )


def _disguised(cases: Sequence[Case]) -> list[Case]:
    rng = np.random.default_rng(DISGUISE_SEED)
    marked = (disguise(renew_contacts(Marked.of(case), rng), rng) for case in cases)
    return [replace(case, text=disguised.text) for case, disguised in zip(cases, marked, strict=True)]


def _text(case: Case) -> str:
    return FieldText.of(case.field, case.text).normalized.text


def _fit(values: csr_matrix, labelled: Bool) -> tuple[Float32, float]:
    """Weights, float32 (n,), and offset; zero for a label that all texts have or none has."""
    if labelled.all() or not labelled.any():
        return np.zeros(values.shape[1], np.float32), 0.0
    fit = LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", solver="liblinear").fit(values, labelled)
    return fit.coef_[0].astype(np.float32), float(fit.intercept_[0])
