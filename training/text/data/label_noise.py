"""Finds label noise in the corpus by confident learning (Northcutt et al. 2021, cleanlab).

Predictions out of sample show which labels are likely wrong. A person reads these cases and corrects the file by hand.

    python -m training.text.data.label_noise ISSUES.jsonl FILE.jsonl ...
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class
from sklearn.model_selection import GroupKFold

from models.arrays import Float64
from models.profile import CLASSIFIER_LABELS, Field, Label
from models.text.normalize.normalize import FieldText
from training.cases import CasesError
from training.text.data.corpus import Case, read_cases
from training.text.fit.ngrams import fit_ngrams
from training.text.measures import label_matrix

FOLDS = 5
"""Folds of the cross-validation, fewer where there are fewer groups."""

MIN_GROUPS = 2
"""Least groups: a text is judged by others than its own."""


@dataclass(frozen=True)
class LabelIssue:
    """A label of a case that is likely wrong, to be read again.

    Attributes:
        label: the label in question.
        labelled: true if the case has it.
        probability: predicted out of sample that the case has it, in [0, 1].
    """

    id: str
    field: Field
    text: str
    label: Label
    labelled: bool
    probability: float


def out_of_sample_probabilities(cases: Sequence[Case]) -> Float64:
    """Probability of every label by n-grams fitted on other groups, float (cases, labels).

    Raises:
        CasesError: all texts are of one group.
    """
    texts = [FieldText.of(case.field, case.text) for case in cases]
    groups = [case.group or case.id for case in cases]
    count = len(set(groups))
    if count < MIN_GROUPS:
        raise CasesError("all texts are of one group: labels are judged by the texts of other groups, so add some")
    probabilities = np.zeros((len(cases), len(CLASSIFIER_LABELS)))
    for fitted, held_out in GroupKFold(min(FOLDS, count)).split(cases, groups=groups):
        ngrams = fit_ngrams([cases[index] for index in fitted])
        logits = np.stack([ngrams(texts[index].normalized.text) for index in held_out])
        probabilities[held_out] = 1 / (1 + np.exp(-logits))
    return probabilities


def label_issues(cases: Sequence[Case], probabilities: Float64) -> list[LabelIssue]:
    """The labels that are likely wrong, least probable first.

    Args:
        probabilities: out of sample, float (cases, labels) in [0, 1].
    """
    labelled = label_matrix([case.labels for case in cases])
    issues, _, _ = find_multilabel_issues_per_class(
        [np.flatnonzero(row).tolist() for row in labelled],
        probabilities,
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    found = [
        _label_issue(cases[index], label, bool(labelled[index, column]), float(probabilities[index, column]))
        for column, (label, indices) in enumerate(zip(CLASSIFIER_LABELS, issues, strict=True))
        for index in indices
    ]
    return sorted(found, key=lambda issue: issue.probability if issue.labelled else 1 - issue.probability)


def _label_issue(case: Case, label: Label, labelled: bool, probability: float) -> LabelIssue:
    return LabelIssue(case.id, case.field, case.text, label, labelled, round(probability, 4))


def main(
    output: Annotated[Path, typer.Argument(help="Where the likely wrong labels are written, JSON Lines.")],
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Cases to check.")],
) -> None:
    """List the labels of FILES that are likely wrong by the other texts."""
    try:
        cases = read_cases(*files)
        found = label_issues(cases, out_of_sample_probabilities(cases))
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error
    output.write_text("".join(_lines(found)), encoding="utf-8")
    typer.echo(f"{len(found)} labels of {len(cases)} cases are likely wrong: {output}")


def _lines(found: Sequence[LabelIssue]) -> Iterator[str]:
    return (json.dumps(asdict(issue), ensure_ascii=False) + "\n" for issue in found)


if __name__ == "__main__":
    typer.run(main)
