"""How good the text judgement is, per label, beside the method one would use without us, in the same run.

What is measured is what is served: a text goes through classifier and contact patterns (or through whatever the caller
passes), and a label counts when it is reported. Texts without labels tell how many harmless people would be bothered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from models.profile import CLASSIFIER_LABELS, LABELS, TEXT_FIELDS, Finding, Label
from models.settings import Settings
from models.text.classifier import TextClassifier
from models.text.contacts import ContactDetector
from models.text.fusion import fuse
from models.text.normalize import FieldText
from training.text.baseline import NgramBaseline
from training.text.corpus import Case, Split, read_cases, read_split
from training.text.measures import evidence_f1, matrix, measure

THRESHOLD = 0.5
"""Operating point of the shipped model and policy."""


@dataclass(frozen=True)
class Judged:
    """What is said of one text.

    Attributes:
        scores: probability of every classifier label.
        findings: those that are reported, with their evidence.
    """

    scores: Mapping[Label, float]
    findings: Sequence[Finding]


Judge = Callable[[Sequence[FieldText]], Sequence[Judged]]
"""Judges texts, in order."""


def shipped_judge(directory: Path) -> Judge:
    """Classifier and contact patterns, fused as the Inspector does.

    Args:
        directory: the text model's artefact folder.
    """
    detectors = (TextClassifier(directory), ContactDetector())

    def judge(texts: Sequence[FieldText]) -> list[Judged]:
        results = [detector(texts) for detector in detectors]
        return [_judged(fuse(found for result in results for found in result[row])) for row in range(len(texts))]

    return judge


def evaluate_text(
    cases: Path, judge: Judge | None = None, output: Path | None = None, command: str | None = None
) -> dict[str, Any]:
    """Measure a judge on labelled texts, print the table, and return its numbers.

    Args:
        cases: JSON Lines of cases that were not trained on.
        judge: by default the text model in force with the contact patterns.
        output: also write the numbers there, as JSON.
        command: what made the table, printed below it.

    Raises:
        training.text.corpus.CasesError: the cases cannot be used.
        models.settings.ArtifactError: there is no text model in force.
    """
    judge = judge or shipped_judge(Settings.from_environment().text_directory())
    report = compare_with_ngrams(read_cases(cases), judge)
    print(f"{table(report)}\n\n{command or f'huijian evaluate text {cases}'}")
    if output:
        output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return report


def compare_with_ngrams(cases: Sequence[Case], judge: Judge) -> dict[str, Any]:
    """Measures of the judge (`huijian`) and of the n-gram baseline trained on the training part (`ngrams`)."""
    texts = [FieldText.of(case.field, case.text) for case in cases]
    judged = [said for text in tqdm(texts, desc="评测 · judging", unit="text") for said in judge([text])]
    reported = [said.findings for said in judged]
    scores = np.array([[said.scores[label] for label in CLASSIFIER_LABELS] for said in judged])
    given = matrix([[found.label for found in findings] for findings in reported])
    peer = NgramBaseline(read_split(Split.TRAIN))(texts)
    return {
        "huijian": measure(cases, scores, given) | {"evidence_f1": evidence_f1(cases, reported)},
        "ngrams": measure(cases, peer, peer >= THRESHOLD),
    }


def table(report: Mapping[str, Any]) -> str:
    """The numbers for people: a row per label, then the summaries, ours beside the n-grams'."""
    ours, peer = report["huijian"], report["ngrams"]
    lines = [f"{'':<22}{'n':>6}{'precision':>11}{'recall':>8}{'F1':>7}{'95% CI':>15}{'n-grams':>9}"]
    lines += [_row(label, ours["labels"][label], peer["labels"][label]) for label in CLASSIFIER_LABELS]
    lines += [_summary("macro F1", ours, peer, "macro_f1"), _summary("mAP", ours, peer, "mean_average_precision")]
    for part in (*TEXT_FIELDS, "easy", "hard"):
        lines.append(_summary(f"macro F1, {part}", ours["parts"][part], peer["parts"][part], "macro_f1"))
    lines.append(_summary("clean flagged", ours, peer, "clean_flagged"))
    lines.append(_summary("hard clean flagged", ours, peer, "hard_clean_flagged"))
    lines.append(f"{'evidence F1 (characters)':<28}{ours['evidence_f1']:>26.3f}")
    return "\n".join(lines)


def _row(label: Label, ours: Mapping[str, Any], peer: Mapping[str, Any]) -> str:
    low, high = ours["f1_95"]
    return (
        f"{label:<22}{ours['support']:>6}{ours['precision']:>11.3f}{ours['recall']:>8.3f}{ours['f1']:>7.3f}"
        f"{f'{low:.3f}-{high:.3f}':>15}{peer['f1']:>9.3f}  {LABELS[label].name_zh}"
    )


def _summary(name: str, ours: Mapping[str, Any], peer: Mapping[str, Any], key: str) -> str:
    interval = "{:.3f}-{:.3f}".format(*ours[f"{key}_95"]) if f"{key}_95" in ours else ""
    return f"{name:<28}{ours[key]:>26.3f}{interval:>15}{peer[key]:>9.3f}"


def _judged(findings: Sequence[Finding]) -> Judged:
    scores = {finding.label: finding.score for finding in findings}
    return Judged(scores, [finding for finding in findings if finding.score >= THRESHOLD])
