"""Is a challenging text model better than the champion? Both judge the held-out test part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.profile import CLASSIFIER_LABELS
from models.text.normalize import FieldText
from training.compare import Difference
from training.text.corpus import Case, Split, read_split
from training.text.evaluate import shipped_judge
from training.text.measures import f1_scores, matrix, resampled_f1

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class TextComparison:
    """Challenger against champion on the same texts.

    Attributes:
        f1: float (2, labels): the champion's and the challenger's F1.
        clean_flagged: float (2,): share of clean texts with any finding.
        difference: of the macro F1.
    """

    f1: Array
    clean_flagged: Array
    difference: Difference

    def __str__(self) -> str:
        rows = [*zip(CLASSIFIER_LABELS, *self.f1, strict=True), ("macro F1", *self.f1.mean(axis=1))]
        lines = [f"{'':<22}{'champion':>10}{'challenger':>12}"]
        lines += [f"{name:<22}{champion:>10.3f}{challenger:>12.3f}" for name, champion, challenger in rows]
        lines.append(f"{'clean flagged':<22}{self.clean_flagged[0]:>10.3f}{self.clean_flagged[1]:>12.3f}")
        return "\n".join([*lines, str(self.difference)])


def compare_text(champion: Path, challenger: Path, limit: int | None = None) -> TextComparison:
    """Judge the test part with two text models' artefact folders.

    Args:
        limit: only about so many texts, from all over the part, for a trial.
    """
    cases = read_split(Split.TEST)
    cases = cases[:: max(len(cases) // limit, 1)] if limit else cases
    truth = matrix([case.labels for case in cases])
    given = np.stack([_reported(folder, cases) for folder in (champion, challenger)])
    f1 = np.stack([f1_scores(truth, said) for said in given])
    resampled = [resampled_f1(truth, said).mean(axis=1) for said in given]  # the same resamples for both
    return TextComparison(
        f1=f1,
        clean_flagged=given[:, ~truth.any(axis=1)].any(axis=2).mean(axis=1),
        difference=Difference.of(float((f1[1] - f1[0]).mean()), resampled[1] - resampled[0]),
    )


def _reported(folder: Path, cases: list[Case]) -> Array:
    texts = [FieldText.of(case.field, case.text) for case in cases]
    return matrix([[finding.label for finding in judged.findings] for judged in shipped_judge(folder)(texts)])
