"""Ablation of the text detectors: encoder and n-grams alone, blended, with contacts, with names.

A part that helps alone may not help beside the others; then it only costs time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from models.arrays import Bool, Float64
from models.policy import Policy
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.detectors import Found, joined
from training.text.fit.calibrate import calibrated_logits
from training.text.measures import label_matrix, summary


def by_part(cases: Sequence[Case], classifier: TextClassifier, found: Found, policy: Policy) -> dict[str, Any]:
    """Metrics of the encoder alone, of the n-grams alone, and of the parts added one after the other.

    Args:
        classifier: its encoder and n-grams are each calibrated on the validation part, as their blend is.
        found: each part's findings for every case, in the order of addition.
        policy: its thresholds decide what is reported.
    """
    truth = label_matrix([case.labels for case in cases])
    names = list(found)
    added = {
        " + ".join(names[: count + 1]): {name: found[name] for name in names[: count + 1]}
        for count in range(len(names))
    }
    reported = _classifier_parts(cases, classifier) | {name: _reported(parts, policy) for name, parts in added.items()}
    return {name: summary(truth, labels) for name, labels in reported.items()}


def _reported(found: Found, policy: Policy) -> Bool:
    return label_matrix([[finding.label for finding in judged.findings] for judged in joined(found, policy)])


def _classifier_parts(cases: Sequence[Case], classifier: TextClassifier) -> dict[str, Bool]:
    """Labels reported by the encoder alone and by the n-grams alone, bool (cases, labels)."""
    validation = read_split(Split.VALIDATION)
    truth = label_matrix([case.labels for case in validation])
    known, new = _logits(validation, classifier), _logits(cases, classifier)
    return {
        name: calibrated_logits(known[:, at], truth, new[:, at]) >= 0 for at, name in enumerate(("encoder", "n-grams"))
    }


def _logits(cases: Sequence[Case], classifier: TextClassifier) -> Float64:
    """Logits of encoder and n-grams, float (cases, 2, labels)."""
    readings = (
        classifier.read(FieldText.of(case.field, case.text))
        for case in tqdm(cases, "消融 · ablation", unit="", mininterval=1)
    )
    return np.stack([[reading.encoder, reading.ngrams] for reading in readings])
