"""Tables of an evaluation as text, for the terminal and the model card: ours beside the baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.profile import CLASSIFIER_LABELS, LABELS, Label, Span
from training.error_analysis import Prediction
from training.text.data.corpus import Case

Numbers = Mapping[str, Any]

NAME_WIDTH, BASELINE_WIDTH = 30, 14
"""Characters of the first column, and of the name of a baseline."""

MAX_SHOWN_LENGTH = 80
"""Characters shown of a text, around its evidence."""


def table(report: Mapping[str, Numbers]) -> str:
    """A row per label, then the summaries and the parts.

    Args:
        report: numbers of `measures.measure` by method; ours is `huijian`, the first.
    """
    ours, baselines = report["huijian"], {name: numbers for name, numbers in report.items() if name != "huijian"}
    lines = [
        f"{'':<{NAME_WIDTH}}{'n':>6}{'precision':>11}{'recall':>8}{'F1':>7}{'95% CI':>14}{'ECE':>7}"
        + _cells(baselines, "F1 {}")
    ]
    lines += [_label(label, ours, baselines) for label in CLASSIFIER_LABELS]
    lines += [
        _summary("macro F1", ours, baselines, "macro_f1"),
        _summary("mAP", ours, baselines, "mean_average_precision"),
    ]
    lines += [_clean(name, ours, baselines) for name in ours["clean"]]
    lines.append(
        f"\n{'':<{NAME_WIDTH}}{'n':>6}{'recall':>19}{'F1':>7}{'clean flagged':>21}" + _cells(baselines, "F1 {}")
    )
    lines += [_part(name, ours, baselines) for name in ours["parts"]]
    if "evidence_f1" in ours:
        lines.append(f"\nevidence F1 (characters, labels rightly reported) {ours['evidence_f1']:.3f}")
    return "\n".join(lines)


def disguise_table(ways: Mapping[str, Numbers]) -> str:
    """Recall on violating texts, plain and disguised, by way of disguise."""
    lines = [f"{'labels':>8}{'plain':>8}{'disguised':>11}{'difference':>12}{'95% CI':>18}  recall by way of disguise"]
    for name, row in ways.items():
        interval = _range(row["difference_95"], "{:+.3f} to {:+.3f}")
        lines.append(
            f"{row['labels']:>8}{row['plain']:>8.3f}{row['disguised']:>11.3f}{row['difference']:>+12.3f}"
            f"{interval:>18}  {name}"
        )
    return "\n".join(lines)


def ablation_table(variants: Mapping[str, Numbers]) -> str:
    """Macro F1, recall and share of clean texts flagged, by variant."""
    lines = [f"{'parts':<40}{'macro F1':>10}{'recall':>9}{'clean flagged':>15}"]
    lines += [
        f"{name:<40}{row['macro_f1']:>10.3f}{row['recall']:>9.3f}{row['clean_flagged']:>15.4f}"
        for name, row in variants.items()
    ]
    return "\n".join(lines)


def error_lines(label: Label, predictions: Iterable[Prediction[Case]]) -> list[str]:
    """A line per error: the model's evidence in [ ], for a miss the labelled evidence in ⟨ ⟩."""
    lines = []
    for prediction in predictions:
        case, finding = prediction.subject, prediction.finding
        brackets = "[]" if finding else "⟨⟩"
        spans = finding.evidence.spans or () if finding else _labelled(case, label)
        sort = "missed" if prediction.expected else "false alarm"
        lines.append(f"{label:<22}{sort:<12}{prediction.score:.3f}  {case.id:<12}{_marked(case.text, spans, brackets)}")
    return lines


def _range(bounds: Sequence[float] | None, form: str = "{:.3f}-{:.3f}") -> str:
    """Bounds of an interval; that there are too few groups for one."""
    return form.format(*bounds) if bounds else "too few"


def _labelled(case: Case, label: Label) -> list[Span]:
    return [(start, start + len(part)) for part in case.evidence.get(label, ()) if (start := case.text.find(part)) >= 0]


def _marked(text: str, spans: Sequence[Span], brackets: str) -> str:
    """One line of the text around its first span, spans in brackets."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{brackets[0]}{text[start:end]}{brackets[1]}{text[end:]}"
    line = " ".join(text.split())
    first = max(line.find(brackets[0]) - MAX_SHOWN_LENGTH // 4, 0)
    last = first + MAX_SHOWN_LENGTH
    return f"{'…' if first else ''}{line[first:last]}{'…' if len(line) > last else ''}"


def _label(label: Label, ours: Numbers, baselines: Mapping[str, Numbers]) -> str:
    row = ours["labels"][label]
    interval = _range(row["f1_95"])
    others = {name: baseline["labels"][label] for name, baseline in baselines.items()}
    return (
        f"{label:<{NAME_WIDTH}}{row['support']:>6}{row['precision']:>11.3f}{row['recall']:>8.3f}{row['f1']:>7.3f}"
        f"{interval:>14}{row['ece']:>7.3f}{_cells(others, 'f1')}"
        f"  {LABELS[label].name_zh}"
    )


def _summary(name: str, ours: Numbers, baselines: Mapping[str, Numbers], key: str) -> str:
    interval = _range(ours[f"{key}_95"]) if f"{key}_95" in ours else ""
    return f"{name:<{NAME_WIDTH}}{ours[key]:>32.3f}{interval:>14}{'':>7}{_cells(baselines, key)}"


def _clean(name: str, ours: Numbers, baselines: Mapping[str, Numbers]) -> str:
    row = ours["clean"][name]
    interval = _range(row["share_95"])
    others = {baseline: numbers["clean"][name] for baseline, numbers in baselines.items()}
    return (
        f"{f'clean flagged, {name}':<{NAME_WIDTH}}{row['texts']:>6}{row['share']:>26.4f}{interval:>14}{'':>7}"
        f"{_cells(others, 'share')}"
    )


def _part(name: str, ours: Numbers, baselines: Mapping[str, Numbers]) -> str:
    row = ours["parts"][name]
    others = {baseline: numbers["parts"][name] for baseline, numbers in baselines.items()}
    return (
        f"{name:<{NAME_WIDTH}}{row['cases']:>6}{row['recall']:>19.3f}{row['macro_f1']:>7.3f}{row['clean_flagged']:>21.4f}"
        f"{_cells(others, 'macro_f1')}"
    )


def _cells(baselines: Mapping[str, Numbers], key: str) -> str:
    """A column per baseline: its number, or the heading made of its name."""
    values = (key.format(name) if "{}" in key else f"{numbers[key]:.3f}" for name, numbers in baselines.items())
    return "".join(f"{value:>{BASELINE_WIDTH + 5}}" for value in values)
