"""A comparison of two text models as an HTML file: tables, curves, and every text that only one judges rightly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.arrays import Bool, Float64
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Label
from training.compare_plots import draw_calibrations, draw_precision_recall, draw_review_load
from training.error_report import highlight
from training.html_page import Section, decimal, figure, interval, label_title, table, write_page
from training.text.data.corpus import Case
from training.text.data.disguises import Marked
from training.text.evaluation.detectors import TextJudgement

MODELS = ("在用 · champion", "候选 · challenger")

Judgements = Sequence[TextJudgement]

Draw = Callable[[Axes, Label, Bool, Float64], None]
"""Draws a label's diagram from its truth, bool (cases,), and two models' scores, float (2, cases)."""


def write_comparison(  # noqa: PLR0913, PLR0917 - what the page shows
    path: Path,
    numbers: Mapping[str, Any],
    cases: Sequence[Case],
    judged: Sequence[Judgements],
    policy: Policy,
    command: str,
) -> None:
    """Write the page.

    Args:
        numbers: `TextComparison.to_dict()`.
        judged: the judgements of champion and challenger, one per case.
        policy: whose thresholds are shown.
        command: the command line that made them.
    """
    sections = list(_sections(numbers, cases, judged, policy))
    write_page(path, "comparison_report.html", cases=len(cases), command=command, sections=sections)


def _sections(
    numbers: Mapping[str, Any], cases: Sequence[Case], judged: Sequence[Judgements], policy: Policy
) -> Iterator[Section]:
    yield Section("各标签", "By label", _labels(numbers))
    yield Section("分项", "By field, difficulty, length, disguise and author", _parts(numbers))
    yield from _diagrams(cases, judged, policy)
    worse, better = (_changed(cases, *pair) for pair in (judged, judged[::-1]))
    yield Section("变差的文本", "Judged rightly by the champion only", worse)
    yield Section("变好的文本", "Judged rightly by the challenger only", better)


def _labels(numbers: Mapping[str, Any]) -> Markup:
    rows = [(label_title(label), *_row("f1", numbers["labels"][label])) for label in CLASSIFIER_LABELS]
    rows.append(("宏平均 F1 · macro F1", *_row("macro_f1", numbers["macro_f1"])))
    rows.append(("无害文本误报 · clean flagged", *_row("share", numbers["clean_flagged"])))
    return table(("F1", *MODELS, "差 · difference", "95%"), rows)


def _row(key: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    champion, challenger = row[key]
    return decimal(champion), decimal(challenger), f"{row['value']:+.3f}", interval(row["interval"])


def _parts(numbers: Mapping[str, Any]) -> Markup:
    rows = ((name, row["cases"], *_row("macro_f1", row)) for name, row in numbers["parts"].items())
    return table(("宏平均 F1 · macro F1", "文本 · texts", *MODELS, "差 · difference", "95%"), rows)


def _drawn(cases: Sequence[Case], judged: Sequence[Judgements], draw: Draw, across: str, up: str) -> Figure:
    """A diagram a label of the labels' truth, bool (cases,), and of both models' scores, float (2, cases)."""
    drawn = Figure(figsize=(14, 7), layout="constrained")
    for axes, label in zip(drawn.subplots(2, 4, sharex=True, sharey=True).flat, CLASSIFIER_LABELS, strict=True):
        axes.set(title=label)
        expected = np.array([label in case.labels for case in cases])
        if expected.any():
            draw(axes, label, expected, np.array([[one.scores[label] for one in of] for of in judged]))
        else:
            axes.text(0.5, 0.5, "no such text in the sample", ha="center")
    drawn.supxlabel(across)
    drawn.supylabel(up)
    return drawn


def _diagrams(cases: Sequence[Case], judged: Sequence[Judgements], policy: Policy) -> Iterator[Section]:
    def curves(axes: Axes, _: Label, expected: Bool, scores: Float64) -> None:
        draw_precision_recall(axes, expected, scores)

    def calibrations(axes: Axes, _: Label, expected: Bool, scores: Float64) -> None:
        draw_calibrations(axes, np.stack([expected, expected]), scores)

    def load(axes: Axes, label: Label, expected: Bool, scores: Float64) -> None:
        draw_review_load(axes, scores, ~expected, [policy.rules[label].threshold])

    drawings = (
        ("精确率与召回率", "Precision and recall", curves, "recall", "precision"),
        ("校准", "Calibration", calibrations, "probability said", "share with the label"),
        ("阈值与复核量", "Thresholds and review load", load, "threshold", "share of the texts that pass"),
    )
    for chinese, english, draw, across, up in drawings:
        yield Section(chinese, english, figure(_drawn(cases, judged, draw, across, up)))


def _changed(cases: Sequence[Case], right: Judgements, wrong: Judgements) -> Markup:
    """A row for each label of a text that the first model judges rightly and the second wrongly."""
    rows = [
        row
        for case, one, other in zip(cases, right, wrong, strict=True)
        for label in CLASSIFIER_LABELS
        if (row := _changed_row(case, label, one, other))
    ]
    header = ("标签 · label", "错在 · error", "分数 · scores", "案例 · case", "字段 · field", "文本 · text")
    return table(header, rows)


def _changed_row(case: Case, label: Any, right: TextJudgement, wrong: TextJudgement) -> tuple[object, ...] | None:
    expected = label in case.labels
    shown = next((found for found in wrong.findings if found.label is label), None)
    if any(found.label is label for found in right.findings) is not expected or (shown is not None) is expected:
        return None
    predicted = (shown.evidence.spans or ()) if shown else ()
    labelled = [(start, end) for name, start, end in Marked.of(case).spans if name is label]
    error = "漏报 · missed" if expected else "误报 · false alarm"
    scores = f"{right.scores[label]:.3f} → {wrong.scores[label]:.3f}"
    return label_title(label), error, scores, case.id, case.field, highlight(case.text, predicted, labelled)
