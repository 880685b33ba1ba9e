"""Which labels of the corpus are doubtful: those that a judge which never read the text would not have given.

Label noise teaches a model the mistakes of its teachers. Confident learning (Northcutt et al. 2021, cleanlab) estimates
from predictions out of sample which labels are wrong; a person reads those and corrects the file by hand.

    python -m training.text.data.label_noise DOUBTS.jsonl FILE.jsonl ...
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from cleanlab.multilabel_classification.filter import find_multilabel_issues_per_class
from sklearn.model_selection import GroupKFold

from models.profile import CLASSIFIER_LABELS, Field, Label
from models.text.normalize.normalize import FieldText
from training.cases import CasesError
from training.text.data.corpus import Case, read_cases
from training.text.fit.ngrams import fit_ngrams
from training.text.measures import label_matrix

FOLDS = 5

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class LabelIssue:
    """One label of one case to read again.

    Attributes:
        label: the label in question.
        labelled: whether the case has it now.
        probability: that it should have it, by a judge that never read the case, in [0, 1].
    """

    id: str
    field: Field
    text: str
    label: Label
    labelled: bool
    probability: float


def out_of_sample_probabilities(cases: Sequence[Case]) -> Array:
    """Probability of every label by n-grams learnt from other groups, float (cases, labels)."""
    texts = [FieldText.of(case.field, case.text) for case in cases]
    groups = [case.group or case.id for case in cases]
    probabilities = np.zeros((len(cases), len(CLASSIFIER_LABELS)))
    for learnt, judged in GroupKFold(FOLDS).split(cases, groups=groups):
        judge = fit_ngrams([cases[index] for index in learnt])
        logits = np.stack([judge(texts[index].normalized.text) for index in judged])
        probabilities[judged] = 1 / (1 + np.exp(-logits))
    return probabilities


def label_issues(cases: Sequence[Case], probabilities: Array) -> list[LabelIssue]:
    """The labels that are likely wrong, most doubtful first.

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
    output: Annotated[Path, typer.Argument(help="Where the doubts are written, JSON Lines.")],
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Cases to doubt.")],
) -> None:
    """List the labels of FILES that other texts make doubtful."""
    try:
        cases = read_cases(*files)
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error
    found = label_issues(cases, out_of_sample_probabilities(cases))
    output.write_text("".join(_lines(found)), encoding="utf-8")
    typer.echo(f"{len(found)} labels of {len(cases)} cases are doubtful: {output}")


def _lines(found: Sequence[LabelIssue]) -> Iterator[str]:
    return (json.dumps(asdict(issue), ensure_ascii=False) + "\n" for issue in found)


if __name__ == "__main__":
    typer.run(main)
