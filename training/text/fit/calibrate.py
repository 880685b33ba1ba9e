"""From logits to probabilities that mean something: 0.5 is where a label is given.

For each label the logits of encoder and n-grams are fitted to one probability on validation texts (stacking, Wolpert
1992; with one logit it is Platt 1999), then shifted so that 0.5 is the best operating point: the threshold with the
highest expected F1 (Lipton et al. 2014) among those that flag few clean texts.
Expected values vary far less than counts do with a hundred positives a label.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from models.profile import CLASSIFIER_LABELS, Label
from models.text.classifier.classifier import ClassifierOutput, TextClassifier, evidence_mask
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case
from training.text.data.disguises import Marked
from training.text.measures import label_matrix

CLEAN_FLAGGED = 0.003
"""Largest share of the clean texts that one label may flag. Each author of the validation part judged by what the
others calibrate: from 0.007 on nothing changes, 2.8% of the clean texts are flagged (they are harder than most) and
92.1% of the labels found; 0.005 flags 2.7% and finds 91.7%, 0.003 2.1% and 90.0%, 0.002 1.7% and 87.6%, 0.001 1.2% and
84.9%. Macro F1 is .928, .927, .924, .915 and .906; nearly all profiles are harmless, so half a point of it is given for
fewer false alarms."""

ABOVE_ALL = 0.01
"""How far above the highest logit a threshold lies that flags none of the texts: further than rounded weights err."""

UNTUNED_EVIDENCE = 0.5
"""Evidence threshold of a model that reports nothing rightly."""

Array = np.ndarray[Any, np.dtype[Any]]


def calibration(classifier: TextClassifier, cases: Sequence[Case]) -> dict[str, Any]:
    """What `config.json` needs to turn the network's output into findings.

    Args:
        classifier: the exported model, exactly as it will be served.
        cases: validation texts, never trained on.

    Returns:
        `calibration`: two weights and an offset per label; `evidence_threshold`: least probability of an evidence
        token.
    """
    readings = [classifier.read(FieldText.of(case.field, case.text)) for case in cases]
    logits = np.stack([[reading.encoder, reading.ngrams] for reading in readings])
    truth = label_matrix([case.labels for case in cases])
    clean = np.asarray(~truth.any(axis=1))
    blends = [_blend(logits[:, :, index], truth[:, index], clean) for index in range(len(CLASSIFIER_LABELS))]
    weights = np.array([[blend["encoder"], blend["ngrams"]] for blend in blends])
    reported = (logits * weights.T).sum(axis=1) + [blend["offset"] for blend in blends] >= 0
    return {
        "calibration": dict(zip(map(str, CLASSIFIER_LABELS), blends, strict=True)),
        "evidence_threshold": _evidence_threshold(readings, cases, reported),
    }


def calibrated_logits(known: Array, truth: Array, new: Array) -> Array:
    """Logits of one judge, per label made those of a probability whose operating point is 0.5, as `calibration` does.

    Args:
        known: logits of validation texts, float (texts, labels).
        truth: of the same texts, bool (texts, labels).
        new: logits of the texts to judge, float (others, labels).

    Returns:
        float (others, labels).
    """
    clean = np.asarray(~truth.any(axis=1))
    fits = [_fitted(known[:, [label]], truth[:, label], clean) for label in range(truth.shape[1])]
    return np.stack([new[:, label] * weights[0] + offset for label, (weights, offset) in enumerate(fits)], axis=1)


def _blend(logits: Array, truth: Array, clean: Array) -> dict[str, float]:
    """Weights of both logits (cases, 2) and the offset that puts the operating point at 0.5."""
    weights, offset = _fitted(logits, truth, clean)
    return {"encoder": round(weights[0], 5), "ngrams": round(weights[1], 5), "offset": round(offset, 5)}


def _fitted(logits: Array, truth: Array, clean: Array) -> tuple[list[float], float]:
    """Of one label, a weight for each column of logits (cases, columns) and the offset.

    If all texts agree, which teaches nothing, the first column's logits stay as they are.
    """
    if truth.all() or not truth.any():
        return [1.0, *[0.0] * (logits.shape[1] - 1)], 0.0
    fit = LogisticRegression(C=1e3).fit(logits, truth)
    threshold = operating_point(fit.decision_function(logits), fit.predict_proba(logits)[:, 1], clean)
    return fit.coef_[0].tolist(), float(fit.intercept_[0]) - threshold


def operating_point(logits: Array, probabilities: Array, clean: Array) -> float:
    """The logit with the highest expected F1 that flags at most `CLEAN_FLAGGED` of the clean texts.

    Texts of equal logit are flagged together or not at all; if even the highest flag too many clean texts, none is.

    Args:
        logits, probabilities: of one label, float (n,).
        clean: bool (n,), texts without any label.
    """
    order = np.argsort(-logits, kind="stable")
    ranked = logits[order]
    flagged = np.arange(1, len(order) + 1)
    right = np.cumsum(probabilities[order])
    f1 = 2 * right / (flagged + probabilities.sum())
    last_of_its_value = np.append(ranked[1:] < ranked[:-1], True)
    allowed = last_of_its_value & (np.cumsum(clean[order]) <= max(CLEAN_FLAGGED * clean.sum(), 1))
    if not allowed.any():
        return float(ranked[0]) + ABOVE_ALL
    best = int(np.argmax(np.where(allowed, f1, -1)))
    return float((ranked[best] + ranked[min(best + 1, len(ranked) - 1)]) / 2)


def _evidence_threshold(readings: Sequence[ClassifierOutput], cases: Sequence[Case], reported: Array) -> float:
    """The token probability whose spans agree best (F1 over tokens) with the evidence of rightly reported labels."""
    probabilities, truths = [], []
    for reading, case, labels in zip(readings, cases, reported, strict=True):
        for label in case.evidence:
            if labels[column := CLASSIFIER_LABELS.index(label)]:
                probabilities.append(1 / (1 + np.exp(-reading.tokens[:, column])))
                truths.append(evidence_tokens(reading, case, label))
    if not probabilities:
        return UNTUNED_EVIDENCE
    true = np.concatenate(truths)
    thresholds = np.arange(0.1, 0.9, 0.05)
    return round(float(max(thresholds, key=lambda threshold: f1_score(true, _shown(probabilities, threshold)))), 2)


def _shown(probabilities: Sequence[Array], threshold: float) -> Array:
    """Which tokens of all readings together the classifier would show, bool (tokens,)."""
    return np.concatenate([evidence_mask(tokens, threshold) for tokens in probabilities])


def evidence_tokens(reading: ClassifierOutput, case: Case, label: Label) -> Array:
    """Which tokens of a reading are evidence by the case, bool (tokens,)."""
    normalized = FieldText.of(case.field, case.text).normalized
    places = [(start, end) for marked, start, end in Marked.of(case).spans if marked is label]
    spans = [normalized.span(start, end) for start, end in reading.spans]
    return np.array([any(start < stop and begin < end for begin, stop in places) for start, end in spans], bool)
