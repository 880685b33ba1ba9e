"""Labelled pictures judged by the Inspector that serves: what is counted as reported is what the service reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Bool
from models.inspector import Inspector
from models.profile import EMBLEM_LABELS, Answer, Field, Finding, Label
from training.error_analysis import JudgedCase, Prediction, judge

ALL, MACRO = "全部 · all", "各标志平均 · macro over emblems"
"""Names of the two shares over all pictures."""


@dataclass(frozen=True)
class PictureCase:
    """A picture and what must be reported in it.

    Attributes:
        name: says where it comes from, for people.
        data: the encoded picture.
        field: the profile's field that it is judged as.
        kind: the group that it is counted in.
        reference_ids: the emblems that it shows, the main one first; empty for a harmless picture.
        labels: a finding of any of these is right; empty for a harmless picture.
    """

    name: str
    data: bytes
    field: Field
    kind: str
    reference_ids: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()


def predictions(inspector: Inspector, pictures: Sequence[PictureCase]) -> list[Prediction[PictureCase]]:
    """Judge the pictures; harmless ones are wrong if any emblem is reported, the others if none of their labels is."""
    return [_prediction(one) for one in judge(inspector, pictures, lambda picture: {picture.field: picture.data})]


def is_reported(predicted: Sequence[Prediction[PictureCase]]) -> Bool:
    """Pictures with a finding that counts (see `predictions`), bool (pictures,)."""
    return np.array([one.finding is not None for one in predicted], dtype=bool)


def best_is_right(predicted: Sequence[Prediction[PictureCase]]) -> Bool:
    """Pictures whose best reference is one that they show, bool (pictures,)."""
    return np.array([_best(one) in one.subject.reference_ids for one in predicted], dtype=bool)


def emblem_findings(answer: Answer) -> list[Finding]:
    """Findings of emblems; codes and words in the picture are left out."""
    return [finding for finding in answer.findings if finding.label in EMBLEM_LABELS]


def _best(predicted: Prediction[PictureCase]) -> str | None:
    matches = predicted.answer.matches[predicted.subject.field]
    return matches[0].reference_id if matches else None


def _prediction(judged: JudgedCase[PictureCase]) -> Prediction[PictureCase]:
    picture, answer = judged.subject, judged.answer
    counted = picture.labels or EMBLEM_LABELS
    finding = next((found for found in answer.findings if found.label in counted), None)
    scores: Iterator[float] = (match.score for match in answer.matches[picture.field] if match.label in counted)
    score = finding.score if finding else max(scores, default=0.0)
    return Prediction(picture, answer, bool(picture.labels), score, finding)
