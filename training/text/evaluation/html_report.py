"""The evaluation of texts as an HTML file: tables, curves, and the worst errors with their evidence marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Label
from training.error_analysis import JudgedCase, text_predictions
from training.error_report import precision_recall, text_errors, threshold_table
from training.html_page import Section, decimal, draw_calibration, figure, interval, label_title, table, write_page
from training.runs.curves import History, draw_history
from training.text.data.corpus import Case

Numbers = Mapping[str, Any]


def write_report(  # noqa: PLR0913, PLR0917 - what the page shows
    path: Path,
    numbers: Mapping[str, Numbers],
    judged: Sequence[JudgedCase[Case]],
    policy: Policy,
    command: str,
    history: History = (),
) -> None:
    """Write the page.

    Args:
        numbers: by method, ours as `huijian`; see `training.text.evaluation.evaluate.evaluate_text`.
        judged: every case with its answer.
        policy: whose thresholds are shown.
        command: the command line that made the numbers.
        history: numbers of the epochs, if the model was trained just now.
    """
    write_page(
        path,
        "text_report.html",
        ours=numbers["huijian"],
        command=command,
        sections=[*_training(history), *_sections(numbers, judged, policy)],
        errors=text_errors(judged),
    )


def calibration(judged: Sequence[JudgedCase[Case]]) -> Figure:
    """Reliability diagram per label: share of texts that have it over predicted probability, in bins a tenth wide."""
    drawn = Figure(figsize=(12, 6), layout="constrained")
    for axes, label in zip(drawn.subplots(2, 4, sharex=True, sharey=True).flat, CLASSIFIER_LABELS, strict=True):
        predictions = text_predictions(judged, label)
        expected, scores = np.array([one.expected for one in predictions]), np.array([one.score for one in predictions])
        draw_calibration(axes, expected, scores, label)
    drawn.supxlabel("probability said")
    drawn.supylabel("share with the label")
    return drawn


def _training(history: History) -> Iterator[Section]:
    if history:
        yield Section("训练过程", "Epochs, measured on the validation part", figure(draw_history(history, "epoch")))


def _sections(numbers: Mapping[str, Numbers], judged: Sequence[JudgedCase[Case]], policy: Policy) -> Iterator[Section]:
    ours = numbers["huijian"]
    yield Section("各标签", "By label", _labels(numbers))
    yield Section("无害文本误报", "Clean texts flagged", _clean(numbers))
    yield Section("分项", "By field, difficulty, length, disguise and author", _summaries("分项 · part", ours["parts"]))
    if ours.get("disguises"):
        disguises = _disguises(ours["disguises"])
        yield Section("伪装前后的召回率", "Recall on violating texts, plain and disguised", disguises)
    if len(numbers) > 1:
        yield Section("与其他方法比较", "Beside other methods", _summaries("方法 · method", numbers))
    if "ablation" in ours:
        yield Section("各部分的贡献", "What each part adds", _summaries("部分 · parts", ours["ablation"]))
    yield Section("阈值", "Thresholds", threshold_table(judged, policy))
    yield Section("精确率与召回率", "Precision and recall", figure(precision_recall(judged, policy)))
    yield Section("校准", "Calibration", figure(calibration(judged)))


def _labels(numbers: Mapping[str, Numbers]) -> Markup:
    header = ("标签 · label", "条数 · n", "精确率 · precision", "召回率 · recall", "F1", "95%", "校准误差 · ECE")
    baselines = {name: measured for name, measured in numbers.items() if name != "huijian"}

    def row(label: Label) -> list[object]:
        one = numbers["huijian"]["labels"][label]
        others = [decimal(baseline["labels"][label]["f1"]) for baseline in baselines.values()]
        measured = [decimal(one[key]) for key in ("precision", "recall", "f1")]
        return [label_title(label), one["support"], *measured, interval(one["f1_95"]), decimal(one["ece"]), *others]

    return table((*header, *(f"F1, {name}" for name in baselines)), map(row, CLASSIFIER_LABELS))


def _clean(numbers: Mapping[str, Numbers]) -> Markup:
    names = {"all": "全部 · all", "ordinary": "普通 · ordinary", "hard": "易混淆 · hard"}
    header = ("方法 · method", "无害文本 · clean texts", "条数 · n", "误报 · flagged", "比例 · share", "95%")
    return table(
        header,
        (
            (method, names[name], row["texts"], row["flagged"], f"{row['share']:.2%}", interval(row["share_95"]))
            for method, measured in numbers.items()
            for name, row in measured["clean"].items()
        ),
    )


_SUMMARY = {"macro_f1": "宏平均 F1 · macro F1", "recall": "召回率 · recall", "clean_flagged": "误报 · clean flagged"}


def _summaries(heading: str, rows: Mapping[str, Numbers]) -> Markup:
    """A row per name, of what `measures.summary` returns."""
    header = (heading, "条数 · n", *_SUMMARY.values())
    return table(header, ((name, row["cases"], *(decimal(row[key]) for key in _SUMMARY)) for name, row in rows.items()))


def _disguises(ways: Mapping[str, Numbers]) -> Markup:
    header = ("方式 · way", "标签数 · labels", "原文 · plain", "伪装后 · disguised", "差 · difference", "95%")
    return table(
        header,
        (
            (
                name,
                row["labels"],
                *(decimal(row[key]) for key in ("plain", "disguised", "difference")),
                interval(row["difference_95"]),
            )
            for name, row in ways.items()
        ),
    )
