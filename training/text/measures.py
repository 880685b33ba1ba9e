"""The numbers by which a text judge is compared: per label, with their uncertainty, and over parts of the cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Finding, Label
from training.text.corpus import Case
from training.text.disguises import Marked

RESAMPLES = 1000

Array = np.ndarray[Any, np.dtype[Any]]


def matrix(labels: Sequence[Sequence[Label]]) -> Array:
    """Which of `CLASSIFIER_LABELS` each text has, bool (texts, labels)."""
    return np.array([[label in some for label in CLASSIFIER_LABELS] for some in labels], bool)


def measure(cases: Sequence[Case], scores: Array, given: Array) -> dict[str, Any]:
    """Precision, recall, F1 with bootstrap 95% intervals per label, and the same over parts of the cases.

    Args:
        scores: float (cases, labels).
        given: bool (cases, labels), the labels that are reported.
    """
    truth = matrix([case.labels for case in cases])
    clean = ~truth.any(axis=1)
    resampled = resampled_f1(truth, given)
    return {
        **_summary(truth, given),
        "macro_f1_95": _interval(resampled.mean(axis=1)),
        "mean_average_precision": _average_precision(truth, scores),
        "hard_clean_flagged": _flagged(given[clean & np.array([case.hard for case in cases])]),
        "labels": {
            str(label): _one_label(truth[:, index], given[:, index]) | {"f1_95": _interval(resampled[:, index])}
            for index, label in enumerate(CLASSIFIER_LABELS)
        },
        "parts": {name: _summary(truth[rows], given[rows]) for name, rows in _parts(cases).items()},
    }


def evidence_f1(cases: Sequence[Case], reported: Sequence[Sequence[Finding]]) -> float:
    """F1 over characters between reported spans and the cases' evidence, for labels that were rightly reported."""
    shared = total = 0
    for case, findings in zip(cases, reported, strict=True):
        for finding in findings:
            true = _characters((start, end) for label, start, end in Marked.of(case).spans if label is finding.label)
            said = _characters(finding.evidence.spans or ())
            if true:
                shared, total = shared + len(true & said), total + len(true) + len(said)
    return _rounded(2 * shared / total) if total else 0.0


def _characters(spans: Any) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def _parts(cases: Sequence[Case]) -> dict[str, Array]:
    hard = np.array([case.hard for case in cases])
    fields = {str(field): np.array([case.field is field for case in cases]) for field in TEXT_FIELDS}
    return {**fields, "easy": ~hard, "hard": hard}


def _summary(truth: Array, given: Array) -> dict[str, Any]:
    return {
        "cases": len(truth),
        "macro_f1": _rounded(f1_scores(truth, given).mean()),
        "clean_flagged": _flagged(given[~truth.any(axis=1)]),
    }


def _average_precision(truth: Array, scores: Array) -> float:
    """Mean over the labels that the cases have."""
    present = truth.any(axis=0)
    return _rounded(average_precision_score(truth[:, present], scores[:, present])) if present.any() else 0.0


def _flagged(given: Array) -> float:
    return _rounded(given.any(axis=1).mean()) if len(given) else 0.0


def _one_label(truth: Array, given: Array) -> dict[str, Any]:
    right, wrong, missed = _counts(truth, given).sum(axis=1)
    return {
        "support": int(truth.sum()),
        "precision": _rounded(right / max(right + wrong, 1)),
        "recall": _rounded(right / max(right + missed, 1)),
        "f1": _rounded(_f1(np.array([right, wrong, missed]))),
    }


def f1_scores(truth: Array, given: Array) -> Array:
    """F1 per label, float (labels,), of bool (texts, labels)."""
    return _f1(_counts(truth, given).sum(axis=1))


def _counts(truth: Array, given: Array) -> Array:
    """Right, wrong and missed, float (3, cases, ...)."""
    return np.stack([truth & given, ~truth & given, truth & ~given]).astype(np.float64)


def _f1(counts: Array) -> Array:
    """F1 from counts of right, wrong and missed, (3, ...) -> (...); 0 where there is nothing."""
    right, wrong, missed = counts
    return 2 * right / np.maximum(2 * right + wrong + missed, 1)


def resampled_f1(truth: Array, given: Array) -> Array:
    """F1 per label of `RESAMPLES` seeded bootstrap samples of the cases, float (samples, labels)."""
    random = np.random.default_rng(0)
    times = random.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), RESAMPLES)
    return _f1(times @ _counts(truth, given))


def _interval(values: Array) -> list[float]:
    return [_rounded(value) for value in np.percentile(values, [2.5, 97.5])]


def _rounded(value: Any) -> float:
    return round(float(value), 4)
