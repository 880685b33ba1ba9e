"""Evaluation of the text detectors: per label, over parts of the cases, on disguised texts, and beside baselines.

A text goes through every text detector of the Inspector, as it does in the service. A label counts if the policy in
force reports it. Texts without labels give the share of harmless people who would be flagged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import Bool
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Answer, Severity
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training import error_analysis
from training.cases import CasesError
from training.text.data.corpus import Case, Split, read_cases, read_split
from training.text.data.evaluation_disguises import disguised
from training.text.evaluation.ablation import by_part
from training.text.evaluation.baselines import BASELINE_THRESHOLD, BASELINES, Baseline, keyword_lists, ngrams
from training.text.evaluation.detectors import (
    Detector,
    TextJudgement,
    detect,
    joined,
    shipped_judge,
    shipped_parts,
)
from training.text.evaluation.html_report import write_report
from training.text.evaluation.tables import ablation_table, disguise_table, error_lines, table
from training.text.measures import case_groups, evidence_f1, label_matrix, measure, recall_by_way
from training.text.provenance import MAX_LISTED_LINES, seen_by, text_digests

__all__ = ["as_answers", "compare_with_ngrams", "evaluate_text", "field_texts", "shipped_judge", "table"]

MAX_ERRORS = 2
"""Misses, and false alarms, of each label on the terminal; the report shows more."""

DISGUISE_SEED = 0
"""Seed of the disguises."""

Numbers = dict[str, Any]


def evaluate_text(  # noqa: PLR0913 - a command's options
    cases: Path,
    model: Path | None = None,
    *,
    peers: bool = False,
    ablation: bool = False,
    output: Path | None = None,
    page: Path | None = None,
    command: str | None = None,
) -> Numbers:
    """Measure the text detectors on labelled texts, print the tables, and return their numbers.

    Args:
        cases: JSON Lines of cases that were neither trained nor calibrated on.
        model: artefact folder of a text model; by default the active one.
        peers: also measure the baselines on the same texts.
        ablation: also measure the contribution of each part.
        output: also write the numbers there, as JSON.
        page: also write an HTML report there, with curves and errors.
        command: command line that is printed below the tables.

    Returns:
        By method the numbers of `measures.measure`; ours is `huijian`, with `evidence_f1`, `disguises`, `ablation`.

    Raises:
        training.cases.CasesError: the cases cannot be used, or the model was trained or calibrated on some.
        models.settings.ArtifactError: there is no active text model.
    """
    settings = Settings.from_environment()
    model = model or settings.text_directory()
    labelled = unseen_cases(cases, model)
    policy = Policy.load(settings.policy)
    detectors = shipped_parts(model, policy)
    found = detect(detectors, field_texts(labelled), "评测 · judging")
    judged = joined(found, policy)
    numbers = {"huijian": _numbers(labelled, judged)}
    if peers:
        numbers |= _measure_baselines(
            labelled, BASELINES, {split: read_split(split) for split in (Split.TRAIN, Split.VALIDATION)}
        )
    numbers["huijian"]["disguises"] = disguise_recall(labelled, judged, detectors, policy)
    classifier = detectors["classifier"]
    if ablation and isinstance(classifier, TextClassifier):
        numbers["huijian"]["ablation"] = by_part(labelled, classifier, found, policy)
    answered = as_answers(labelled, judged)
    command = command or f"huijian evaluate text {cases}"
    print(_printed(numbers, answered, command))
    if output:
        output.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if page:
        write_report(page, numbers, answered, policy, command)
    return numbers


def unseen_cases(path: Path, model: Path) -> list[Case]:
    """The cases of a file, none of them one that the model was trained or calibrated on.

    A text of `provenance.DISTINCTIVE_LENGTH` characters or more is the same case under any id; many people write a
    shorter one.

    Args:
        model: artefact folder; of one that does not say what it was made from, the corpus counts.

    Raises:
        training.cases.CasesError: the file is broken, or holds cases that the model has seen.
    """
    cases = read_cases(path)
    for use, rows in seen_by(model).used(text_digests(cases)).items():
        raise CasesError(
            f"{path.name} holds {len(rows)} cases that the model {model.name} was {use} on, leave them out: "
            f"lines {', '.join(str(row + 1) for row in rows[:MAX_LISTED_LINES])}"
        )
    return cases


def compare_with_ngrams(parts: Mapping[Split, Sequence[Case]], judged: Sequence[TextJudgement]) -> dict[str, Numbers]:
    """Metrics on the test part of a model (`huijian`), of keyword lists and of n-grams: the cheap baselines.

    Args:
        judged: the model's judgements of the test part.
    """
    test, baselines = parts[Split.TEST], {"keywords": keyword_lists, "n-grams": ngrams}
    return {"huijian": _numbers(test, judged)} | _measure_baselines(test, baselines, parts)


def disguise_recall(
    cases: Sequence[Case], judged: Sequence[TextJudgement], detectors: Mapping[str, Detector], policy: Policy
) -> dict[str, Numbers]:
    """Recall on violating texts, plain and disguised in ways that training does not use, by way of disguise.

    Args:
        judged: judgements of the cases as they are.
    """
    rng = np.random.default_rng(DISGUISE_SEED)
    rows = [row for row, case in enumerate(cases) if case.labels and not case.disguised]
    hidden = {row: result for row in rows if (result := disguised(cases[row], rng))}
    if not hidden:
        return {}
    texts = [FieldText.of(cases[row].field, text) for row, (_, text) in hidden.items()]
    judged_hidden = joined(detect(detectors, texts, "伪装 · disguised"), policy)
    truth = label_matrix([cases[row].labels for row in hidden])
    ways, groups = [way for way, _ in hidden.values()], case_groups([cases[row] for row in hidden])
    return recall_by_way(truth, _reported([judged[row] for row in hidden]), _reported(judged_hidden), ways, groups)


def field_texts(cases: Sequence[Case]) -> list[FieldText]:
    """The cases' texts, normalised, as detectors take them."""
    return [FieldText.of(case.field, case.text) for case in cases]


def _reported(judged: Sequence[TextJudgement]) -> Bool:
    return label_matrix([[found.label for found in each.findings] for each in judged])


def _numbers(cases: Sequence[Case], judged: Sequence[TextJudgement]) -> Numbers:
    scores = np.array([[each.scores[label] for label in CLASSIFIER_LABELS] for each in judged])
    measured = measure(cases, scores, _reported(judged))
    return measured | {"evidence_f1": evidence_f1(cases, [each.findings for each in judged])}


def _measure_baselines(
    cases: Sequence[Case], baselines: Mapping[str, Baseline], parts: Mapping[Split, Sequence[Case]]
) -> dict[str, Numbers]:
    texts = field_texts(cases)
    scores = {
        name: baseline(parts[Split.TRAIN], parts[Split.VALIDATION], texts) for name, baseline in baselines.items()
    }
    return {name: measure(cases, given, given >= BASELINE_THRESHOLD) for name, given in scores.items()}


def as_answers(cases: Sequence[Case], judged: Sequence[TextJudgement]) -> list[error_analysis.JudgedCase[Case]]:
    """The cases with their judgements as answers, for a report."""
    return [
        error_analysis.JudgedCase(
            case, Answer("", "", Severity.PASS, tuple(each.findings), {}, {case.field: each.scores}, {})
        )
        for case, each in zip(cases, judged, strict=True)
    ]


def _printed(numbers: Mapping[str, Numbers], answered: Sequence[error_analysis.JudgedCase[Case]], command: str) -> str:
    ours = numbers["huijian"]
    sections = [table(numbers)]
    sections += [disguise_table(ours["disguises"])] if ours["disguises"] else []
    sections += [ablation_table(ours["ablation"])] if "ablation" in ours else []
    sections += ["\n".join(["worst errors", *_errors(answered)]), command]
    return "\n\n".join(sections)


def _errors(answered: Sequence[error_analysis.JudgedCase[Case]]) -> list[str]:
    lines = []
    for label in CLASSIFIER_LABELS:
        predictions = error_analysis.text_predictions(answered, label)
        for expected in (True, False):
            shown = error_analysis.worst_errors(predictions, expected=expected, count=MAX_ERRORS)
            lines += error_lines(label, [prediction for prediction in shown if prediction.wrong])
    return lines
