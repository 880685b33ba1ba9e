"""What each part of the text judgement adds: encoder and n-grams alone, blended, with contacts, with names.

A part that adds nothing costs time and errors for nothing; one that helps alone may not help beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from models.policy import Policy
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.detectors import Found, joined
from training.text.fit.calibrate import calibrated_logits
from training.text.measures import label_matrix, summary

Array = np.ndarray[Any, np.dtype[Any]]


def by_part(cases: Sequence[Case], classifier: TextClassifier, found: Found, policy: Policy) -> dict[str, Any]:
    """Measures of the encoder alone, of the n-grams alone, and of the parts one after the other.

    Args:
        classifier: whose two opinions are measured, each calibrated on the validation part as both together were.
        found: what each part found of every case, in the order in which they are added.
        policy: what is reported.
    """
    truth = label_matrix([case.labels for case in cases])
    names = list(found)
    added = {
        " + ".join(names[: count + 1]): {name: found[name] for name in names[: count + 1]}
        for count in range(len(names))
    }
    given = _opinions(cases, classifier) | {name: _given(parts, policy) for name, parts in added.items()}
    return {name: summary(truth, reported) for name, reported in given.items()}


def _given(found: Found, policy: Policy) -> Array:
    return label_matrix([[finding.label for finding in judged.findings] for judged in joined(found, policy)])


def _opinions(cases: Sequence[Case], classifier: TextClassifier) -> dict[str, Array]:
    """What encoder and n-grams would report alone, bool (cases, labels)."""
    validation = read_split(Split.VALIDATION)
    truth = label_matrix([case.labels for case in validation])
    known, new = _logits(validation, classifier), _logits(cases, classifier)
    return {
        name: calibrated_logits(known[:, at], truth, new[:, at]) >= 0 for at, name in enumerate(("encoder", "n-grams"))
    }


def _logits(cases: Sequence[Case], classifier: TextClassifier) -> Array:
    """Of encoder and n-grams, float (cases, 2, labels)."""
    readings = (
        classifier.read(FieldText.of(case.field, case.text))
        for case in tqdm(cases, "消融 · ablation", unit="", mininterval=1)
    )
    return np.stack([[reading.encoder, reading.ngrams] for reading in readings])
