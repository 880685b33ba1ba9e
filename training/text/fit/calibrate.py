"""Calibration: logits become probabilities for the base rates at which the model is used.

For each label, logistic regression fits the logits of encoder and n-grams to one probability on validation texts
(stacking, Wolpert 1992; with one logit, Platt 1999). Names have an intercept of their own. Half of these texts violate
something; of real names one in a hundred does. So each intercept is moved from the label's share among the validation
texts of its field to the base rate in `datasets/bios/base-rates.yaml` (Saerens et al. 2002).

Baselines have no stated base rate; theirs is the operating point with the highest expected F1 (Lipton et al. 2014)
among those that flag few clean texts. With a hundred positives a label, expected values vary far less than counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import yaml
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from models.arrays import Bool, Float32, Float64
from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Field, Label
from models.text.classifier.classifier import ClassifierOutput, TextClassifier, evidence_mask
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import DATASET, Case
from training.text.data.disguises import Marked
from training.text.measures import label_matrix

MAX_CLEAN_FLAGGED = 0.003
"""Largest share of clean texts that a label may flag: costs half a point of macro F1 for fewer false alarms
(`docs/experiments/`)."""

BASE_RATES_FILE = DATASET / "base-rates.yaml"

UNCALIBRATED: dict[str, Any] = {"encoder": 1.0, "ngrams": 0.0, "offsets": dict.fromkeys(TEXT_FIELDS, 0.0)}
"""What a label is scored with before its calibration, or without any."""

LOGIT_MARGIN = 0.01
"""Distance of a threshold that flags no text from the highest logit: more than the rounding of weights."""

UNTUNED_EVIDENCE = 0.5
"""Evidence threshold of a model without any right report."""


def calibration(classifier: TextClassifier, cases: Sequence[Case]) -> dict[str, Any]:
    """The values in `config.json` that turn the network's output into findings.

    Args:
        classifier: the exported model, exactly as it will be served.
        cases: validation texts, never trained on.

    Returns:
        `calibration`: per label two weights, and an offset per field. `base_rates`: share of texts by field and label
        that the offsets assume. `evidence_threshold`: least probability of an evidence token.
    """
    outputs = [classifier.read(FieldText.of(case.field, case.text)) for case in cases]
    logits = np.stack([[output.encoder, output.ngrams] for output in outputs])
    truth, fields = label_matrix([case.labels for case in cases]), [case.field for case in cases]
    rates = base_rates()
    blends = [
        _blend(logits[:, :, index], truth[:, index], fields, {field: rates[field][label] for field in TEXT_FIELDS})
        for index, label in enumerate(CLASSIFIER_LABELS)
    ]
    weights = np.array([[blend["encoder"], blend["ngrams"]] for blend in blends])
    offsets = np.array([[blend["offsets"][field] for blend in blends] for field in fields])
    reported = (logits * weights.T).sum(axis=1) + offsets >= 0
    return {
        "base_rates": rates,
        "calibration": dict(zip(map(str, CLASSIFIER_LABELS), blends, strict=True)),
        "evidence_threshold": _evidence_threshold(outputs, cases, reported),
    }


def calibrated_logits(known: Float64, truth: Bool, new: Float64) -> Float64:
    """Calibrate the logits of one model per label, so that 0 is the operating point.

    Args:
        known: logits of validation texts, float (texts, labels).
        truth: labels of the same texts, bool (texts, labels).
        new: logits of the texts to judge, float (others, labels).

    Returns:
        float (others, labels).
    """
    clean = np.asarray(~truth.any(axis=1))
    fits = [_fitted(known[:, [label]], truth[:, label], clean) for label in range(truth.shape[1])]
    return np.stack([new[:, label] * weights[0] + offset for label, (weights, offset) in enumerate(fits)], axis=1)


def base_rates() -> dict[Field, dict[Label, float]]:
    """Share of real texts that each label applies to, by field, from `datasets/bios/base-rates.yaml`."""
    stated = yaml.safe_load(BASE_RATES_FILE.read_text("utf-8"))
    return {field: {label: float(stated[field][label]) for label in CLASSIFIER_LABELS} for field in TEXT_FIELDS}


def _blend(logits: Float64, truth: Bool, fields: Sequence[Field], rates: Mapping[Field, float]) -> dict[str, Any]:
    """Weights of both logits (cases, 2), and each field's offset, at which 0.5 is a probability at its base rate.

    A label that all texts or none have stays uncalibrated.
    """
    is_name = np.array([field is Field.NAME for field in fields])
    if any(truth[part].all() or not truth[part].any() for part in (is_name, ~is_name)):
        return UNCALIBRATED
    fit = LogisticRegression(C=1e3).fit(np.column_stack([logits, is_name]), truth)
    encoder, ngrams, name = fit.coef_[0].tolist()
    offsets = {}
    for field in TEXT_FIELDS:
        part = is_name if field is Field.NAME else ~is_name
        intercept = float(fit.intercept_[0]) + name * (field is Field.NAME)
        offsets[field] = round(float(intercept + logit(rates[field]) - logit(truth[part].mean())), 5)
    return {"encoder": round(encoder, 5), "ngrams": round(ngrams, 5), "offsets": offsets}


def _fitted(logits: Float64, truth: Bool, clean: Bool) -> tuple[list[float], float]:
    """Weight of each column of logits (cases, columns), and the offset, for one label.

    If all texts have the label or none has, the logits of the first column stay as they are.
    """
    if truth.all() or not truth.any():
        return [1.0, *[0.0] * (logits.shape[1] - 1)], 0.0
    fit = LogisticRegression(C=1e3).fit(logits, truth)
    threshold = operating_point(fit.decision_function(logits), fit.predict_proba(logits)[:, 1], clean)
    return fit.coef_[0].tolist(), float(fit.intercept_[0]) - threshold


def operating_point(logits: Float64, probabilities: Float64, clean: Bool) -> float:
    """The logit with the highest expected F1 that flags at most `MAX_CLEAN_FLAGGED` of the clean texts.

    Texts of equal logit are flagged together or not at all. If even the highest logit flags too many clean texts, no
    text is flagged.

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
    allowed = last_of_its_value & (np.cumsum(clean[order]) <= max(MAX_CLEAN_FLAGGED * clean.sum(), 1))
    if not allowed.any():
        return float(ranked[0]) + LOGIT_MARGIN
    best = int(np.argmax(np.where(allowed, f1, -1)))
    return float((ranked[best] + ranked[min(best + 1, len(ranked) - 1)]) / 2)


def _evidence_threshold(outputs: Sequence[ClassifierOutput], cases: Sequence[Case], reported: Bool) -> float:
    """Token probability at which evidence has the highest token F1, over rightly reported labels."""
    probabilities: list[Float32] = []
    truths: list[Bool] = []
    for output, case, labels in zip(outputs, cases, reported, strict=True):
        for label in case.evidence:
            if labels[column := CLASSIFIER_LABELS.index(label)]:
                probabilities.append(cast(Float32, 1 / (1 + np.exp(-output.tokens[:, column]))))
                truths.append(evidence_tokens(output, case, label))
    if not probabilities:
        return UNTUNED_EVIDENCE
    true = np.concatenate(truths)
    thresholds = np.arange(0.1, 0.9, 0.05)
    return round(float(max(thresholds, key=lambda threshold: f1_score(true, _shown(probabilities, threshold)))), 2)


def _shown(probabilities: Sequence[Float32], threshold: float) -> Bool:
    """Tokens of all texts that the classifier would report as evidence, bool (tokens,)."""
    return np.concatenate([evidence_mask(tokens, threshold) for tokens in probabilities])


def evidence_tokens(output: ClassifierOutput, case: Case, label: Label) -> Bool:
    """Tokens of a text that are evidence by the case's labels, bool (tokens,)."""
    normalized = FieldText.of(case.field, case.text).normalized
    labelled = [(start, end) for marked, start, end in Marked.of(case).spans if marked is label]
    spans = [normalized.span(start, end) for start, end in output.spans]
    return np.array([any(start < stop and begin < end for begin, stop in labelled) for start, end in spans], bool)
