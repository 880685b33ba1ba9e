"""Metrics of text detectors: per label, with bootstrap intervals, and over parts of the cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score

from models.arrays import Bool, Float64, Int64
from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Finding, Label
from training.compare import MIN_GROUPS
from training.text.data.corpus import Case
from training.text.data.disguises import Marked

RESAMPLES = 1000
"""Bootstrap samples."""

CALIBRATION_BINS = 10
"""Bins of equally many texts (Nguyen and O'Connor 2015): most bins of equal width would be nearly empty."""

LENGTH_RANGES = {"1-10 characters": (1, 10), "11-30": (11, 30), "31-80": (31, 80), "over 80": (81, math.inf)}
"""Least and most characters of each part by length."""

MIN_TEXTS_OF_AUTHOR = 50
"""Least texts of an author that are a part of their own."""


def label_matrix(labels: Sequence[Sequence[Label]]) -> Bool:
    """Labels of texts as bool (texts, labels), in the order of `CLASSIFIER_LABELS`."""
    return np.array([[label in some for label in CLASSIFIER_LABELS] for some in labels], bool)


def measure(cases: Sequence[Case], scores: Float64, reported: Bool) -> dict[str, Any]:
    """Precision, recall, F1 with bootstrap 95% intervals and calibration error per label; a summary of each part.

    An interval is None where fewer than `MIN_GROUPS` groups count.

    Args:
        scores: float (cases, labels), probabilities.
        reported: bool (cases, labels), the labels that are reported.
    """
    truth = label_matrix([case.labels for case in cases])
    groups = case_groups(cases)
    resampled, counted = resampled_f1(truth, reported, groups), texts_of_label(truth, reported)
    rows = {
        str(label): _one_label(truth[:, index], reported[:, index])
        | {
            "f1_95": _interval(resampled[:, index], groups[counted[:, index]]),
            "ece": calibration_error(truth[:, index], scores[:, index]),
        }
        for index, label in enumerate(CLASSIFIER_LABELS)
    }
    return {
        **summary(truth, reported),
        "macro_f1_95": _interval(macro_average(truth, resampled), groups),
        "mean_average_precision": _average_precision(truth, scores),
        "ece": _rounded(np.mean([row["ece"] for row in rows.values()])),
        "clean": _clean(cases, truth, reported),
        "labels": rows,
        "parts": {name: summary(truth[rows], reported[rows]) for name, rows in case_parts(cases).items()},
    }


def summary(truth: Bool, reported: Bool) -> dict[str, Any]:
    """Macro F1 over the labels that occur, share of the labels found, share of the clean texts with any label."""
    return {
        "cases": len(truth),
        "macro_f1": _rounded(macro_average(truth, f1_scores(truth, reported))),
        "recall": recall(truth, reported),
        "clean_flagged": _flagged(reported[~truth.any(axis=1)]),
    }


def recall(truth: Bool, reported: Bool) -> float:
    """Share of the labels that are reported, all labels together; 0 where there is none."""
    return _rounded((truth & reported).sum() / max(truth.sum(), 1))


def recall_by_way(
    truth: Bool, plain: Bool, hidden: Bool, ways: Sequence[str], groups: Int64
) -> dict[str, dict[str, Any]]:
    """Recall on violating texts, plain and disguised, by way of disguise.

    Args:
        truth: true labels, bool (texts, labels).
        plain, hidden: labels reported for the plain and for the disguised texts, bool (texts, labels).
        ways: way of each text's disguise.
        groups: group of each text, from `case_groups`.

    Returns:
        By way, all ways together first: number of labels, both recalls, their difference, and its bootstrap 95%
        interval over groups.
    """
    parts = {"all": np.ones(len(truth), bool)}
    parts |= {way: np.array([one == way for one in ways]) for way in sorted(set(ways))}
    return {
        name: _paired(truth[rows], plain[rows], hidden[rows], groups[rows])
        for name, rows in parts.items()
        if rows.any()
    }


def _paired(truth: Bool, plain: Bool, hidden: Bool, groups: Int64) -> dict[str, Any]:
    found = np.stack([truth.sum(axis=1), (truth & plain).sum(axis=1), (truth & hidden).sum(axis=1)], axis=1)
    labels, *both = (_resampled_times(groups) @ found.astype(float)).T
    return {
        "labels": int(truth.sum()),
        "plain": recall(truth, plain),
        "disguised": recall(truth, hidden),
        "difference": _rounded(recall(truth, hidden) - recall(truth, plain)),
        "difference_95": _interval((both[1] - both[0]) / np.maximum(labels, 1), groups),
    }


def calibration_error(truth: Bool, scores: Float64) -> float:
    """Expected calibration error of one label: mean distance of score and truth over bins of equally many texts.

    Texts of equal score share their mean truth, so that their order in the file does not matter.

    Args:
        truth: bool (texts,).
        scores: float (texts,), probabilities.
    """
    _, ties = np.unique(scores, return_inverse=True)
    shares = (np.bincount(ties, truth) / np.bincount(ties))[ties]
    bins = np.array_split(np.argsort(scores, kind="stable"), CALIBRATION_BINS)
    return _rounded(sum(abs(scores[rows].sum() - shares[rows].sum()) for rows in bins) / max(len(truth), 1))


def evidence_f1(cases: Sequence[Case], reported: Sequence[Sequence[Finding]]) -> float:
    """Character F1 of reported spans against the cases' evidence, for labels that are rightly reported."""
    shared = total = 0
    for case, findings in zip(cases, reported, strict=True):
        for reported_label in {finding.label for finding in findings}:
            true = _characters((start, end) for label, start, end in Marked.of(case).spans if label is reported_label)
            reported_spans = [finding.evidence.spans or () for finding in findings if finding.label is reported_label]
            found = set().union(*map(_characters, reported_spans))
            if true:
                shared, total = shared + len(true & found), total + len(true) + len(found)
    return _rounded(2 * shared / total) if total else 0.0


def _characters(spans: Any) -> set[int]:
    return {position for start, end in spans for position in range(start, end)}


def case_parts(cases: Sequence[Case]) -> dict[str, Bool]:
    """Rows of each part that is not empty, bool (cases,), by its name: field, difficulty, length, disguise, author."""
    hard, disguised = np.array([(case.hard, case.disguised) for case in cases], bool).T
    lengths = np.array([len(case.text) for case in cases])
    parts = {str(field): np.array([case.field is field for case in cases]) for field in TEXT_FIELDS}
    parts |= {"easy": ~hard, "hard": hard}
    parts |= {name: (least <= lengths) & (lengths <= most) for name, (least, most) in LENGTH_RANGES.items()}
    parts |= {"not disguised": ~disguised, "disguised": disguised} if disguised.any() else {}
    sources = np.array([case.source for case in cases])
    authors = {f"author {source}": sources == source for source in sorted(set(sources)) if source}
    parts |= {name: rows for name, rows in authors.items() if MIN_TEXTS_OF_AUTHOR <= rows.sum() < len(cases)}
    return {name: rows for name, rows in parts.items() if rows.any()}


def _clean(cases: Sequence[Case], truth: Bool, reported: Bool) -> dict[str, dict[str, Any]]:
    """Clean texts with any reported label, with Wilson's 95% interval: among all, ordinary and hard ones."""
    clean, hard = ~truth.any(axis=1), np.array([case.hard for case in cases])
    parts = {"all": clean, "ordinary": clean & ~hard, "hard": clean & hard}
    return {name: _share(np.asarray(reported[rows].any(axis=1))) for name, rows in parts.items() if rows.any()}


def _share(flagged: Bool) -> dict[str, Any]:
    interval = binomtest(int(flagged.sum()), len(flagged)).proportion_ci(method="wilson")
    return {
        "texts": len(flagged),
        "flagged": int(flagged.sum()),
        "share": _rounded(flagged.mean()),
        "share_95": [_rounded(interval.low), _rounded(interval.high)],
    }


def macro_average(truth: Bool, f1: Float64) -> Float64:
    """Mean of F1 (..., labels) over the labels that occur; 0 where none does."""
    present = truth.any(axis=0)
    return np.asarray(f1[..., present].mean(axis=-1) if present.any() else np.zeros(f1.shape[:-1]))


def _average_precision(truth: Bool, scores: Float64) -> float:
    """Mean average precision over the labels that occur."""
    present = truth.any(axis=0)
    return _rounded(average_precision_score(truth[:, present], scores[:, present])) if present.any() else 0.0


def _flagged(reported: Bool) -> float:
    return _rounded(reported.any(axis=1).mean()) if len(reported) else 0.0


def _one_label(truth: Bool, reported: Bool) -> dict[str, Any]:
    right, wrong, missed = _counts(truth, reported).sum(axis=1)
    return {
        "support": int(truth.sum()),
        "precision": _rounded(right / max(right + wrong, 1)),
        "recall": _rounded(right / max(right + missed, 1)),
        "f1": _rounded(_f1(np.array([right, wrong, missed]))),
    }


def f1_scores(truth: Bool, reported: Bool) -> Float64:
    """F1 per label, float (labels,), of bool (texts, labels)."""
    return _f1(_counts(truth, reported).sum(axis=1))


def _counts(truth: Bool, reported: Bool) -> Float64:
    """True positives, false positives and false negatives, float (3, cases, ...)."""
    return np.stack([truth & reported, ~truth & reported, truth & ~reported]).astype(np.float64)


def _f1(counts: Float64) -> Float64:
    """F1 from counts of true positives, false positives and false negatives, (3, ...) -> (...); 0 where all are 0."""
    right, wrong, missed = counts
    return 2 * right / np.maximum(2 * right + wrong + missed, 1)


def case_groups(cases: Sequence[Case]) -> Int64:
    """Number of each case's group, int (cases,); a case without a group is a group of its own.

    A violating text and its harmless mirror image are not independent, so they are resampled together.
    """
    numbers: dict[object, int] = {}
    keys = ((case.source, case.group) if case.group else row for row, case in enumerate(cases))
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys])


def resampled_f1(truth: Bool, reported: Bool, groups: Int64) -> Float64:
    """F1 per label in each of `RESAMPLES` seeded bootstrap samples of the groups, float (samples, labels)."""
    return _f1(_resampled_times(groups) @ _counts(truth, reported))


def resampled_share(flagged: Bool, groups: Int64) -> Float64:
    """Share of flagged texts, bool (texts,), in each of the same bootstrap samples, float (samples,)."""
    times = _resampled_times(groups)
    return np.asarray(times @ flagged.astype(float) / times.sum(axis=1))


def _resampled_times(groups: Int64) -> Int64:
    """How often each bootstrap sample of the groups (texts,) holds each text, int (samples, texts); always the same."""
    found, members = np.unique(groups, return_inverse=True)
    drawn = np.random.default_rng(0).multinomial(len(found), np.full(len(found), 1 / len(found)), RESAMPLES)
    return np.asarray(drawn[:, members])


def texts_of_label(truth: Bool, *reported: Bool) -> Bool:
    """Texts that count for the F1 of a label, as it is theirs or reported, bool (texts, labels)."""
    return np.asarray(np.any([truth, *reported], axis=0))


def _interval(values: Float64, groups: Int64) -> list[float] | None:
    """95% interval of resampled values; None from fewer than `MIN_GROUPS` groups of texts, (texts,)."""
    if len(np.unique(groups)) < MIN_GROUPS:
        return None
    return [_rounded(value) for value in np.percentile(values, [2.5, 97.5])]


def _rounded(value: Any) -> float:
    return round(float(value), 4)
