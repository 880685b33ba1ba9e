"""Comparison of a challenging text model with the champion on the held-out test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.arrays import Bool, Float64
from models.profile import CLASSIFIER_LABELS
from models.text.normalize.normalize import FieldText
from training.compare import Difference
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation.evaluate import shipped_judge
from training.text.measures import case_groups, f1_scores, label_matrix, macro_average, resampled_f1, resampled_share


@dataclass(frozen=True)
class TextComparison:
    """Challenger against champion on the same texts.

    Attributes:
        f1: F1 of champion and challenger, float (2, labels).
        macro_f1: its mean over the labels that occur, float (2,).
        clean_flagged: share of clean texts with any finding, float (2,).
        difference: difference of macro F1.
        clean_difference: difference of `clean_flagged`; less is better.
    """

    f1: Float64
    macro_f1: Float64
    clean_flagged: Float64
    difference: Difference
    clean_difference: Difference

    def __str__(self) -> str:
        rows = [*zip(CLASSIFIER_LABELS, *self.f1, strict=True), ("macro F1", *self.macro_f1)]
        lines = [f"{'':<22}{'champion':>10}{'challenger':>12}"]
        lines += [f"{name:<22}{champion:>10.3f}{challenger:>12.3f}" for name, champion, challenger in rows]
        lines.append(f"{'clean flagged':<22}{self.clean_flagged[0]:>10.3f}{self.clean_flagged[1]:>12.3f}")
        low, high = self.clean_difference.interval
        lines.append(f"clean flagged, difference {self.clean_difference.value:+.4f} (95% {low:+.4f} to {high:+.4f})")
        return "\n".join([*lines, f"macro F1, {self.difference}"])


def compare_text(champion: Path, challenger: Path, limit: int | None = None) -> TextComparison:
    """Judge the test part with two text models' artefact folders.

    Args:
        limit: only about so many texts, evenly spaced, for a trial.
    """
    cases = read_split(Split.TEST)
    cases = cases[:: max(len(cases) // limit, 1)] if limit else cases
    return compared(cases, np.stack([_reported(folder, cases) for folder in (champion, challenger)]))


def compared(cases: Sequence[Case], reported: Bool) -> TextComparison:
    """Compare the labels that champion and challenger report for the same cases, bool (2, cases, labels)."""
    truth, groups = label_matrix([case.labels for case in cases]), case_groups(cases)
    f1 = np.stack([f1_scores(truth, labels) for labels in reported])
    resampled = [
        macro_average(truth, resampled_f1(truth, labels, groups)) for labels in reported
    ]  # the same resamples for both
    clean = np.asarray(~truth.any(axis=1))
    flagged = np.asarray(reported[:, clean].any(axis=2))
    shares = [resampled_share(each, groups[clean]) for each in flagged]
    return TextComparison(
        f1=f1,
        macro_f1=macro_average(truth, f1),
        clean_flagged=flagged.mean(axis=1),
        difference=Difference.of(float(np.diff(macro_average(truth, f1))[0]), resampled[1] - resampled[0]),
        clean_difference=Difference.of(float(np.diff(flagged.mean(axis=1))[0]), shares[1] - shares[0]),
    )


def _reported(folder: Path, cases: list[Case]) -> Bool:
    texts = [FieldText.of(case.field, case.text) for case in cases]
    return label_matrix([[finding.label for finding in judged.findings] for judged in shipped_judge(folder)(texts)])
