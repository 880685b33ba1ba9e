"""Right and wrong matches of pattern families on labelled texts, as tables of precision and recall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case

MAX_SCORE = 0.99
"""Highest score of a family: no count of texts makes one certain."""


@dataclass
class Counts:
    """Numbers of texts that a family matches rightly and wrongly."""

    right: int = 0
    wrong: int = 0

    def add(self, right: bool) -> None:
        """Count one more."""
        self.right, self.wrong = self.right + right, self.wrong + (not right)

    @property
    def precision(self) -> float:
        """Precision with Laplace smoothing, so that two right matches do not give 1."""
        return (self.right + 1) / (self.right + self.wrong + 2)


def texts(cases: Sequence[Case]) -> list[FieldText]:
    """The normalized texts of the cases."""
    return [FieldText.of(case.field, case.text) for case in cases]


def write_scores(path: Path, scores: Mapping[str, float]) -> None:
    """Write the scores of families to two decimals, at most `MAX_SCORE`, below the comments at the head of the file."""
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines = [*head, *(f"{name}: {min(score, MAX_SCORE):.2f}" for name, score in scores.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def heading(subject: str, width: int) -> str:
    """Headings of `row`: cases with the label, found, wrongly found, precision, recall."""
    return f"{'cases':{width}}{subject:>9}{'found':>7}{'false':>7}{'precision':>11}{'recall':>8}"


def row(title: str, width: int, truth: Sequence[bool], found: Sequence[bool]) -> str:
    """A line of counts, precision and recall.

    Args:
        truth, found: of each text, whether it has the label and whether it was found.
    """
    right = sum(map(min, found, truth))
    precision, recall = right / max(sum(found), 1), right / max(sum(truth), 1)
    return f"{title:{width}}{sum(truth):9}{right:7}{sum(found) - right:7}{precision:11.3f}{recall:8.3f}"
