"""A champion's and a challenger's answer to one profile, side by side, without the profile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.profile import Answer, Label, Severity
from serving.store.tables import canonical, now

FAILED_VERDICT: Final = "error"
"""The challenger's verdict on a profile that only the champion could judge."""


@dataclass(frozen=True)
class Comparison:
    """One decision, and the one that the challenger would have made.

    Attributes:
        verdicts: the champion's and the challenger's, a severity or `FAILED_VERDICT`.
        labels: those of the champion's and the challenger's findings that count.
        scores: for every label that one of them gave, the highest score of each in [0, 1]; None where it has none.
    """

    decision_id: str
    verdicts: tuple[str, str]
    labels: tuple[frozenset[str], frozenset[str]]
    scores: Mapping[str, tuple[float | None, float | None]]

    @classmethod
    def of(cls, champion: Answer, challenger: Answer | None) -> Comparison:
        """Compare two answers to one profile.

        Args:
            challenger: None where it could not judge.
        """
        labels = _labels(champion), _labels(challenger)
        scores = {
            label: (_score(champion, label), _score(challenger, label)) for label in sorted(labels[0] | labels[1])
        }
        verdicts = str(champion.verdict), str(challenger.verdict) if challenger else FAILED_VERDICT
        return cls(champion.decision_id, verdicts, labels, scores)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Comparison:
        """The comparison in a row that `to_row` made."""
        return cls(
            row["decision_id"],
            (row["champion_verdict"], row["challenger_verdict"]),
            (frozenset(row["champion_labels"]), frozenset(row["challenger_labels"])),
            {label: (mine, theirs) for label, (mine, theirs) in row["scores"].items()},
        )

    def to_row(self, challenger: Mapping[str, str]) -> dict[str, Any]:
        """The row of the table `comparisons`.

        Args:
            challenger: versions of the parts that it brought; the same versions are the same trial.
        """
        return {
            "decision_id": self.decision_id,
            "time": now(),
            "trial": hashlib.sha256(canonical(challenger).encode()).hexdigest()[:16],
            "challenger": dict(challenger),
            "champion_verdict": self.verdicts[0],
            "challenger_verdict": self.verdicts[1],
            "champion_labels": sorted(self.labels[0]),
            "challenger_labels": sorted(self.labels[1]),
            "scores": {label: list(pair) for label, pair in self.scores.items()},
        }

    @property
    def failed(self) -> bool:
        """True if the challenger could not judge."""
        return self.verdicts[1] == FAILED_VERDICT

    @property
    def agrees(self) -> bool:
        """True if both give the same verdict for the same labels."""
        return self.verdicts[0] == self.verdicts[1] and self.labels[0] == self.labels[1]

    def differences(self) -> Iterator[tuple[str, str]]:
        """Yield each label that only one gives, with `champion_only` or `challenger_only`; nothing if it failed."""
        if not self.failed:
            yield from ((label, "champion_only") for label in sorted(self.labels[0] - self.labels[1]))
            yield from ((label, "challenger_only") for label in sorted(self.labels[1] - self.labels[0]))


def _labels(answer: Answer | None) -> frozenset[str]:
    findings = answer.findings if answer else ()
    return frozenset(
        str(found.label) for found in findings if not (found.authorized or found.severity is Severity.PASS)
    )


def _score(answer: Answer | None, label: str) -> float | None:
    scores = list(_scores(answer, Label(label))) if answer else []
    return round(max(scores), 4) if scores else None


def _scores(answer: Answer, label: Label) -> Iterator[float]:
    """All scores of a label in an answer, also those below its threshold."""
    yield from (found.score for found in answer.findings if found.label is label)
    yield from (float(field[label]) for field in answer.text_scores.values() if label in field)
    yield from (match.score for best in answer.matches.values() for match in best if match.label is label)
