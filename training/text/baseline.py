"""The peer to beat: character n-grams and logistic regression, the method that needs no pretrained anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from models.profile import CLASSIFIER_LABELS
from models.text.normalize import FieldText
from training.text.corpus import Case


class NgramBaseline:
    """Character 1- to 4-gram TF-IDF and one logistic regression per label, on the same normalised texts.

    Args:
        cases: training texts.
    """

    def __init__(self, cases: Sequence[Case]) -> None:
        grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
        labels = np.array([[label in case.labels for label in CLASSIFIER_LABELS] for case in cases])
        regression = OneVsRestClassifier(LogisticRegression(C=10, class_weight="balanced", solver="liblinear"))
        self._pipeline: Pipeline = make_pipeline(grams, regression)
        self._pipeline.fit([_read(FieldText.of(case.field, case.text)) for case in cases], labels)

    def __call__(self, texts: Sequence[FieldText]) -> np.ndarray:
        """Probabilities, float (texts, labels)."""
        return self._pipeline.predict_proba([_read(text) for text in texts])


def _read(text: FieldText) -> str:
    return text.normalized.text
