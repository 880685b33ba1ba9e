"""Comparison of a challenging text model with the champion on texts that neither has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Bool, Float64, Int64
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS
from models.settings import Settings
from models.text.normalize.normalize import FieldText
from training.compare import Difference
from training.text.data.corpus import DATASET, Case, Split
from training.text.evaluation.compare_report import write_comparison
from training.text.evaluation.detectors import TextJudgement
from training.text.evaluation.evaluate import shipped_judge, unseen_cases
from training.text.measures import (
    case_groups,
    case_parts,
    f1_scores,
    label_matrix,
    macro_average,
    resampled_f1,
    resampled_share,
    texts_of_label,
)


@dataclass(frozen=True)
class PartComparison:
    """Challenger against champion on a part of the texts.

    Attributes:
        cases: number of texts.
        macro_f1: of champion and challenger, over the labels that occur in the part, float (2,).
        difference: difference of macro F1.
    """

    cases: int
    macro_f1: Float64
    difference: Difference


@dataclass(frozen=True)
class TextComparison:
    """Challenger against champion on the same texts.

    Attributes:
        f1: F1 of champion and challenger, float (2, labels).
        macro_f1: its mean over the labels that occur, float (2,).
        clean_flagged: share of clean texts with any finding, float (2,).
        label_differences: difference of F1 of each label.
        difference: difference of macro F1.
        clean_difference: difference of `clean_flagged`; less is better.
        parts: the same of violating and harmless texts of each part, see `measures.case_parts`.
    """

    f1: Float64
    macro_f1: Float64
    clean_flagged: Float64
    label_differences: tuple[Difference, ...]
    difference: Difference
    clean_difference: Difference
    parts: Mapping[str, PartComparison]

    def to_dict(self) -> dict[str, Any]:
        """All numbers, for JSON."""
        labels = {
            str(label): {"f1": self.f1[:, row].tolist(), **asdict(difference)}
            for row, (label, difference) in enumerate(zip(CLASSIFIER_LABELS, self.label_differences, strict=True))
        }
        return {
            "labels": labels,
            "macro_f1": {"macro_f1": self.macro_f1.tolist(), **asdict(self.difference)},
            "clean_flagged": {"share": self.clean_flagged.tolist(), **asdict(self.clean_difference)},
            "parts": {
                name: {"cases": part.cases, "macro_f1": part.macro_f1.tolist(), **asdict(part.difference)}
                for name, part in self.parts.items()
            },
        }

    def __str__(self) -> str:
        lines = [f"{'F1':<22}{'champion':>10}{'challenger':>12}{'difference':>12}  95%"]
        rows = zip(CLASSIFIER_LABELS, self.f1.T, self.label_differences, strict=True)
        lines += [_line(label, both, difference) for label, both, difference in rows]
        lines.append(_line("macro F1", self.macro_f1, self.difference))
        lines += [_line(f"  {name}", part.macro_f1, part.difference) for name, part in self.parts.items()]
        lines.append(_line("clean flagged", self.clean_flagged, self.clean_difference))
        lines.append(f"clean flagged, difference {self.clean_difference.numbers}")
        return "\n".join([*lines, f"macro F1, {self.difference}"])


def compare_text(  # noqa: PLR0913 - a command's options
    champion: Path,
    challenger: Path,
    cases: Path | None = None,
    *,
    limit: int | None = None,
    page: Path | None = None,
    output: Path | None = None,
    command: str = "huijian compare",
) -> TextComparison:
    """Judge texts with two text models' artefact folders.

    Args:
        cases: JSON Lines of cases; by default the test part of the corpus.
        limit: only about so many texts, evenly spaced, for a trial.
        page: also write an HTML report there, with curves and every text that only one model judges rightly.
        output: also write the numbers there, as JSON.
        command: command line that the report shows.

    Raises:
        training.cases.CasesError: the cases cannot be used, or a model has seen some.
    """
    path = cases or DATASET / f"{Split.TEST}.jsonl"
    unseen_cases(path, champion)
    folders, labelled = (champion, challenger), unseen_cases(path, challenger)
    labelled = labelled[:: max(len(labelled) // limit, 1)] if limit else labelled
    texts = [FieldText.of(case.field, case.text) for case in labelled]
    judged = [shipped_judge(folder)(texts) for folder in folders]
    comparison = compared(labelled, np.stack([_reported(each) for each in judged]))
    if output:
        found = {"champion": str(champion), "challenger": str(challenger), "cases": len(labelled)}
        content = json.dumps(found | comparison.to_dict(), ensure_ascii=False, indent=1)
        output.write_text(content + "\n", encoding="utf-8")
    if page:
        policy = Policy.load(Settings().policy)
        write_comparison(page, comparison.to_dict(), labelled, judged, policy, command)
    return comparison


def compared(cases: Sequence[Case], reported: Bool) -> TextComparison:
    """Compare the labels that champion and challenger report for the same cases, bool (2, cases, labels)."""
    truth, groups = label_matrix([case.labels for case in cases]), case_groups(cases)
    f1 = np.stack([f1_scores(truth, labels) for labels in reported])
    resampled = [resampled_f1(truth, labels, groups) for labels in reported]  # the same resamples for both
    macro = [macro_average(truth, each) for each in resampled]
    clean = np.asarray(~truth.any(axis=1))
    counted = texts_of_label(truth, *reported)
    return TextComparison(
        f1=f1,
        macro_f1=macro_average(truth, f1),
        clean_flagged=reported[:, clean].any(axis=2).mean(axis=1) if clean.any() else np.zeros(2),
        label_differences=tuple(
            Difference.of(f1[1, row] - f1[0, row], resampled[1][:, row] - resampled[0][:, row], groups[counted[:, row]])
            for row in range(len(CLASSIFIER_LABELS))
        ),
        difference=Difference.of(float(np.diff(macro_average(truth, f1))[0]), macro[1] - macro[0], groups),
        clean_difference=_clean_difference(reported[:, clean], groups[clean]),
        parts={
            name: _part(truth[rows], reported[:, rows], groups[rows])
            for name, rows in case_parts(cases).items()
            if truth[rows].any()
        },
    )


def _part(truth: Bool, reported: Bool, groups: Int64) -> PartComparison:
    """Of bool (texts, labels) and bool (2, texts, labels)."""
    both = np.stack([macro_average(truth, f1_scores(truth, labels)) for labels in reported])
    champion, challenger = (macro_average(truth, resampled_f1(truth, labels, groups)) for labels in reported)
    return PartComparison(len(truth), both, Difference.of(both[1] - both[0], challenger - champion, groups))


def _clean_difference(reported: Bool, groups: Int64) -> Difference:
    """Difference of the share of texts flagged, of clean ones, bool (2, texts, labels)."""
    if not len(groups):
        return Difference(0.0, None)
    flagged = np.asarray(reported.any(axis=2))
    shares = [resampled_share(each, groups) for each in flagged]
    return Difference.of(float(np.diff(flagged.mean(axis=1))[0]), shares[1] - shares[0], groups)


def _line(name: str, both: Float64, difference: Difference) -> str:
    """A row of the table; `both` is float (2,), the champion's and the challenger's."""
    champion, challenger = both
    return f"{name:<22}{champion:>10.3f}{challenger:>12.3f}{difference.value:>+12.3f}  {difference.range}"


def _reported(judged: Sequence[TextJudgement]) -> Bool:
    return label_matrix([[finding.label for finding in each.findings] for each in judged])
