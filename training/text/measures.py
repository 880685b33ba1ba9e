"""The numbers by which a text judge is compared: per label, with their uncertainty, and over parts of the cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score

from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Finding, Label
from training.text.data.corpus import Case
from training.text.data.disguises import Marked

RESAMPLES = 1000

BINS = 10
"""Of equally many texts each, for calibration (Nguyen and O'Connor 2015); equally wide ones would be all but empty."""

LENGTHS = {"1-10 characters": (1, 10), "11-30": (11, 30), "31-80": (31, 80), "over 80": (81, math.inf)}
"""Least and most characters of the parts by length."""

FEWEST_BY_AUTHOR = 50
"""Texts of one source from which they are a part of their own."""

Array = np.ndarray[Any, np.dtype[Any]]


def label_matrix(labels: Sequence[Sequence[Label]]) -> Array:
    """Which of `CLASSIFIER_LABELS` each text has, bool (texts, labels)."""
    return np.array([[label in some for label in CLASSIFIER_LABELS] for some in labels], bool)


def measure(cases: Sequence[Case], scores: Array, given: Array) -> dict[str, Any]:
    """Precision, recall, F1 with bootstrap 95% intervals per label, calibration, and the same over parts of the cases.

    Args:
        scores: float (cases, labels), probabilities.
        given: bool (cases, labels), the labels that are reported.
    """
    truth = label_matrix([case.labels for case in cases])
    resampled = resampled_f1(truth, given, case_groups(cases))
    rows = {
        str(label): _one_label(truth[:, index], given[:, index])
        | {"f1_95": _interval(resampled[:, index]), "ece": calibration_error(truth[:, index], scores[:, index])}
        for index, label in enumerate(CLASSIFIER_LABELS)
    }
    return {
        **summary(truth, given),
        "macro_f1_95": _interval(macro_average(truth, resampled)),
        "mean_average_precision": _average_precision(truth, scores),
        "ece": _rounded(np.mean([row["ece"] for row in rows.values()])),
        "clean": _clean(cases, truth, given),
        "labels": rows,
        "parts": {name: summary(truth[rows], given[rows]) for name, rows in _parts(cases).items()},
    }


def summary(truth: Array, given: Array) -> dict[str, Any]:
    """Macro F1 over the labels that occur, share of the labels found, share of the clean texts with any label."""
    return {
        "cases": len(truth),
        "macro_f1": _rounded(macro_average(truth, f1_scores(truth, given))),
        "recall": recall(truth, given),
        "clean_flagged": _flagged(given[~truth.any(axis=1)]),
    }


def recall(truth: Array, given: Array) -> float:
    """Share of the labels that are reported, all labels together; 0 where there is none."""
    return _rounded((truth & given).sum() / max(truth.sum(), 1))


def recall_by_way(
    truth: Array, plain: Array, hidden: Array, ways: Sequence[str], groups: Array
) -> dict[str, dict[str, Any]]:
    """Recall on violating texts and on the same texts disguised, by way of disguise.

    Args:
        truth, plain, hidden: bool (texts, labels): what is there, and what is reported of either.
        ways: of each text's disguise.
        groups: of each text, as `neighbourhoods` numbers them.

    Returns:
        By way, all of them together first: number of labels, both recalls, their difference and its bootstrap 95%
        interval over groups.
    """
    parts = {"all": np.ones(len(truth), bool)}
    parts |= {way: np.array([one == way for one in ways]) for way in sorted(set(ways))}
    return {
        name: _paired(truth[rows], plain[rows], hidden[rows], groups[rows])
        for name, rows in parts.items()
        if rows.any()
    }


def _paired(truth: Array, plain: Array, hidden: Array, groups: Array) -> dict[str, Any]:
    found = np.stack([truth.sum(axis=1), (truth & plain).sum(axis=1), (truth & hidden).sum(axis=1)], axis=1)
    labels, *both = (_resampled_times(groups) @ found.astype(float)).T
    return {
        "labels": int(truth.sum()),
        "plain": recall(truth, plain),
        "disguised": recall(truth, hidden),
        "difference": _rounded(recall(truth, hidden) - recall(truth, plain)),
        "difference_95": _interval((both[1] - both[0]) / np.maximum(labels, 1)),
    }


def calibration_error(truth: Array, scores: Array) -> float:
    """Expected calibration error of one label: mean distance of score and truth over bins of equally many texts.

    Texts of equal score share their truth evenly, so that their order in the file does not matter.

    Args:
        truth: bool (texts,).
        scores: float (texts,), probabilities.
    """
    _, alike = np.unique(scores, return_inverse=True)
    shares = (np.bincount(alike, truth) / np.bincount(alike))[alike]
    bins = np.array_split(np.argsort(scores, kind="stable"), BINS)
    return _rounded(sum(abs(scores[rows].sum() - shares[rows].sum()) for rows in bins) / max(len(truth), 1))


def evidence_f1(cases: Sequence[Case], reported: Sequence[Sequence[Finding]]) -> float:
    """F1 over characters between reported spans and the cases' evidence, for labels that were rightly reported."""
    shared = total = 0
    for case, findings in zip(cases, reported, strict=True):
        for reported_label in {finding.label for finding in findings}:
            true = _characters((start, end) for label, start, end in Marked.of(case).spans if label is reported_label)
            same = [finding.evidence.spans or () for finding in findings if finding.label is reported_label]
            said = set().union(*map(_characters, same))
            if true:
                shared, total = shared + len(true & said), total + len(true) + len(said)
    return _rounded(2 * shared / total) if total else 0.0


def _characters(spans: Any) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def _parts(cases: Sequence[Case]) -> dict[str, Array]:
    """By name the rows, bool (cases,), of each part that has any."""
    hard, disguised = np.array([(case.hard, case.disguised) for case in cases], bool).T
    lengths = np.array([len(case.text) for case in cases])
    parts = {str(field): np.array([case.field is field for case in cases]) for field in TEXT_FIELDS}
    parts |= {"easy": ~hard, "hard": hard}
    parts |= {name: (least <= lengths) & (lengths <= most) for name, (least, most) in LENGTHS.items()}
    parts |= {"not disguised": ~disguised, "disguised": disguised} if disguised.any() else {}
    sources = np.array([case.source for case in cases])
    authors = {f"author {source}": sources == source for source in sorted(set(sources)) if source}
    parts |= {name: rows for name, rows in authors.items() if FEWEST_BY_AUTHOR <= rows.sum() < len(cases)}
    return {name: rows for name, rows in parts.items() if rows.any()}


def _clean(cases: Sequence[Case], truth: Array, given: Array) -> dict[str, dict[str, Any]]:
    """How many clean texts have any label, with Wilson's 95% interval: of all, of ordinary and of hard ones."""
    clean, hard = ~truth.any(axis=1), np.array([case.hard for case in cases])
    parts = {"all": clean, "ordinary": clean & ~hard, "hard": clean & hard}
    return {name: _share(np.asarray(given[rows].any(axis=1))) for name, rows in parts.items() if rows.any()}


def _share(flagged: Array) -> dict[str, Any]:
    interval = binomtest(int(flagged.sum()), len(flagged)).proportion_ci(method="wilson")
    return {
        "texts": len(flagged),
        "flagged": int(flagged.sum()),
        "share": _rounded(flagged.mean()),
        "share_95": [_rounded(interval.low), _rounded(interval.high)],
    }


def macro_average(truth: Array, f1: Array) -> Array:
    """Mean of F1 (..., labels) over the labels that occur; 0 where none does."""
    present = truth.any(axis=0)
    return np.asarray(f1[..., present].mean(axis=-1) if present.any() else np.zeros(f1.shape[:-1]))


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


def case_groups(cases: Sequence[Case]) -> Array:
    """Number of each case's group, int (cases,); a case without a group is one of its own.

    A text and its mirror image beside it are judged alike, so that they are one observation and not two.
    """
    numbers: dict[object, int] = {}
    keys = ((case.source, case.group) if case.group else row for row, case in enumerate(cases))
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys])


def resampled_f1(truth: Array, given: Array, groups: Array) -> Array:
    """F1 per label of `RESAMPLES` seeded bootstrap samples of the groups, float (samples, labels)."""
    return _f1(_resampled_times(groups) @ _counts(truth, given))


def resampled_share(flagged: Array, groups: Array) -> Array:
    """Share of bool (texts,) in each of the same samples, float (samples,)."""
    times = _resampled_times(groups)
    return np.asarray(times @ flagged.astype(float) / times.sum(axis=1))


def _resampled_times(groups: Array) -> Array:
    """How often each text is in each bootstrap sample of the groups (texts,), int (samples, texts); always the same."""
    found, members = np.unique(groups, return_inverse=True)
    drawn = np.random.default_rng(0).multinomial(len(found), np.full(len(found), 1 / len(found)), RESAMPLES)
    return np.asarray(drawn[:, members])


def _interval(values: Array) -> list[float]:
    return [_rounded(value) for value in np.percentile(values, [2.5, 97.5])]


def _rounded(value: Any) -> float:
    return round(float(value), 4)
