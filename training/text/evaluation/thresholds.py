"""Thresholds for a goal of the policy: the lowest at which few enough harmless texts get a label."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import yaml
from markupsafe import Markup

from models.arrays import Bool, Float64
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Label
from training.html_page import decimal, label_title, percent, table
from training.images.common.measures import threshold_for
from training.text.data.corpus import Case
from training.text.evaluation.detectors import TextJudgement

STEP = 0.001
"""Thresholds are multiples of it, as people write them into `policy.yaml`."""


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold does on labelled texts.

    Attributes:
        threshold: score from which the label is reported.
        recall: share of the texts with the label that are found; 0 where there is none.
        flagged: share of the texts without it that get it; a reviewer sees them for nothing.
    """

    threshold: float
    recall: float
    flagged: float

    @classmethod
    def of(cls, threshold: float, truth: Bool, scores: Float64) -> OperatingPoint:
        """From bool (texts,) and float (texts,)."""
        passed = scores >= threshold
        shares = [float(passed[rows].mean()) if rows.any() else 0.0 for rows in (truth, ~truth)]
        return cls(threshold, *shares)


@dataclass(frozen=True)
class Choice:
    """The policy's threshold of a label, and the one that meets the goal."""

    current: OperatingPoint
    proposed: OperatingPoint


def choose(
    cases: Sequence[Case], judged: Sequence[TextJudgement], policy: Policy, most_flagged: float
) -> dict[Label, Choice]:
    """The lowest threshold of each label at which at most a share of the texts without it get it.

    Args:
        cases: texts that the model has not seen; shares below 1 / texts cannot be told from none.
        judged: their judgements.
        policy: whose thresholds are shown beside.
        most_flagged: the goal, in [0, 1].
    """
    choices = {}
    for label in CLASSIFIER_LABELS:
        truth = np.array([label in case.labels for case in cases])
        scores = np.array([one.scores[label] for one in judged])
        lowest = threshold_for(scores[~truth], most_flagged)
        chosen = min((math.floor(lowest / STEP) + 1) * STEP, 1.0)  # scores pass from the threshold on
        points = (OperatingPoint.of(value, truth, scores) for value in (policy.rules[label].threshold, chosen))
        choices[label] = Choice(*points)
    return choices


def choice_table(choices: Mapping[Label, Choice]) -> Markup:
    """Thresholds with recall and share of harmless texts flagged, as they are and as proposed."""
    header = ("标签 · label", *("阈值 · threshold", "检出 · recall", "误报 · harmless flagged") * 2)
    rows = (
        (label_title(label), *_cells(choice.current), *_cells(choice.proposed)) for label, choice in choices.items()
    )
    return table(header, rows)


def policy_lines(choices: Mapping[Label, Choice]) -> str:
    """The proposed thresholds as lines for the rules of `policy.yaml`."""
    rules = {str(label): {"threshold": round(choice.proposed.threshold, 3)} for label, choice in choices.items()}
    return yaml.safe_dump({"rules": rules}, sort_keys=False)


def _cells(point: OperatingPoint) -> tuple[str, str, str]:
    return decimal(point.threshold), percent(point.recall, 1), percent(point.flagged, 2)
