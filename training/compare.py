"""Is the challenger better than the champion? Both judge the same held-out texts; the difference has an interval.

huijian compare models/artifacts/text/2026.11.1 build/text
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.profile import CLASSIFIER_LABELS
from models.text.normalize import FieldText
from training.text.corpus import Split, read_split
from training.text.evaluate import shipped_judge
from training.text.measures import matrix, resampled_f1

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Comparison:
    """Challenger against champion on the held-out texts.

    Attributes:
        f1: float (2, labels): the champion's and the challenger's F1.
        clean_flagged: float (2,): share of clean texts with any finding.
        difference: challenger's macro F1 less the champion's.
        interval: 95% paired bootstrap interval of the difference.
    """

    f1: Array
    clean_flagged: Array
    difference: float
    interval: tuple[float, float]

    @property
    def verdict(self) -> str:
        """What the interval says, for people."""
        low, high = self.interval
        if low > 0:
            return "挑战者更好 · the challenger is better"
        if high < 0:
            return "挑战者更差 · the challenger is worse"
        return "无显著差别 · no significant difference"

    def __str__(self) -> str:
        lines = [f"{'':<22}{'champion':>10}{'challenger':>12}"]
        lines += [
            f"{label:<22}{old:>10.3f}{new:>12.3f}" for label, old, new in zip(CLASSIFIER_LABELS, *self.f1, strict=True)
        ]
        lines.append(f"{'macro F1':<22}{self.f1[0].mean():>10.3f}{self.f1[1].mean():>12.3f}")
        lines.append(f"{'clean flagged':<22}{self.clean_flagged[0]:>10.3f}{self.clean_flagged[1]:>12.3f}")
        low, high = self.interval
        lines.append(f"difference {self.difference:+.4f} (95% {low:+.4f} to {high:+.4f}): {self.verdict}")
        return "\n".join(lines)


def compare_text(champion: Path, challenger: Path) -> Comparison:
    """Judge the held-out test part with two text models' artefact folders.

    The bootstrap draws the same resamples for both, so that the interval is that of paired differences.
    """
    cases = read_split(Split.TEST)
    texts = [FieldText.of(case.field, case.text) for case in cases]
    truth = matrix([case.labels for case in cases])
    given = [
        matrix([[found.label for found in said.findings] for said in shipped_judge(folder)(texts)])
        for folder in (champion, challenger)
    ]
    f1 = [resampled_f1(truth, said) for said in given]
    differences = (f1[1] - f1[0]).mean(axis=1)
    low, high = np.percentile(differences, [2.5, 97.5])
    whole = np.stack([_f1(truth, said) for said in given])
    clean = ~truth.any(axis=1)
    return Comparison(
        f1=whole,
        clean_flagged=np.array([said[clean].any(axis=1).mean() for said in given]),
        difference=float((whole[1] - whole[0]).mean()),
        interval=(float(low), float(high)),
    )


def _f1(truth: Array, given: Array) -> Array:
    both = (truth & given).sum(axis=0)
    return 2 * both / np.maximum(truth.sum(axis=0) + given.sum(axis=0), 1)
