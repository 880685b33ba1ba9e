"""Suggests decisions to review: in doubt, disputed by the challenger, or unlike everything reviewed so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.profile import Label
from training.feedback.selection import doubt, most_informative


@dataclass(frozen=True)
class Suggestion:
    """A decision to review and why.

    Attributes:
        position: among the candidates.
        doubt: of the label nearest to its threshold, in [0, 1].
        label: that label; None where no label has a score.
        disputed: labels that only one of champion and challenger gave.
    """

    position: int
    doubt: float
    label: Label | None
    disputed: tuple[str, ...]


def suggest(  # noqa: PLR0913, PLR0917 - columns of the candidates, and options
    texts: Sequence[str],
    scores: Sequence[Mapping[Label, float]],
    disputed: Sequence[tuple[str, ...]],
    known: Sequence[str],
    thresholds: Mapping[Label, float],
    count: int,
) -> list[Suggestion]:
    """At most `count` decisions, the one most worth a review first.

    A dispute counts as much as a score at its threshold; novelty multiplies both (`most_informative`).

    Args:
        texts, scores, disputed: of each candidate.
        known: texts that were reviewed.
        thresholds: of the policy, by label.
    """
    labels = list(Label)
    table = np.array([[of.get(label, 0.0) for label in labels] for of in scores]).reshape(len(scores), len(labels))
    doubts = doubt(table, np.array([thresholds[label] for label in labels]))
    value = doubts.max(axis=1, initial=0.0) + np.array([bool(one) for one in disputed])
    chosen = most_informative(texts, value, known, count)
    return [
        Suggestion(
            one,
            round(float(doubts[one].max()), 2),
            labels[int(doubts[one].argmax())] if scores[one] else None,
            disputed[one],
        )
        for one in chosen
    ]
