"""Errors for people to look at: texts with their evidence marked, pictures with boxes, curves.

Everything here returns HTML or a figure and judges nothing. Notebooks show the parts, evaluations put them into a file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, ImageDraw
from sklearn.metrics import precision_recall_curve

from models.images.input.decode import Image as Decoded
from models.images.input.decode import decode
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Box, Label, Match, Span
from training.error_analysis import (
    JudgedCase,
    Prediction,
    Subject,
    picture_predictions,
    text_predictions,
    worst_errors,
)
from training.html_page import data_url, label_title, render, table
from training.images.data.samples import LabelledSample
from training.text.data.corpus import Case
from training.text.data.disguises import Marked

MAX_TEXTS = 3
"""Misses, and false alarms, that are listed for each label: as many as one reads before seeing a pattern."""

MAX_PICTURES = 8
"""Missed imitations, and falsely flagged pictures, that are shown."""

PICTURE_WIDTH = 220
"""Pixels on the page: four pictures stand in a row."""

BOX_COLOUR = (230, 0, 40)
"""RGB of the box around a match."""


@dataclass(frozen=True)
class Piece:
    """A piece of a text that lies wholly inside or wholly outside of each span of evidence."""

    text: str
    predicted: bool
    labelled: bool


@dataclass(frozen=True)
class PictureCard:
    """A small picture with what there is to read below it.

    Attributes:
        data_url: the picture as a JPEG, the first match's box drawn into it.
        verdict: whether the model was right, for people.
        truth: what the picture shows, for people.
        matches: best first.
    """

    data_url: str
    verdict: str
    truth: str
    matches: Sequence[Match]


def highlight(text: str, predicted: Iterable[Span], labelled: Iterable[Span] = ()) -> Markup:
    """A text as HTML, its evidence in `<mark>` (the model's) and `<u>` (people's); spans may overlap.

    Args:
        text: the original.
        predicted: the model's evidence, in code points of `text`.
        labelled: people's evidence, in code points of `text`.
    """
    predicted, labelled = list(predicted), list(labelled)
    edges = sorted({0, len(text), *(edge for span in (*predicted, *labelled) for edge in span)})
    pieces = [
        Piece(text[start:end], _covers(predicted, start, end), _covers(labelled, start, end))
        for start, end in pairwise(edges)
    ]
    return render("highlight.html", pieces=pieces)


def threshold_table(judged: Sequence[JudgedCase[Case]], policy: Policy) -> Markup:
    """Per label: the policy's threshold and how many texts it finds, misses and wrongly finds."""
    header = (
        "标签 · label",
        "阈值 · threshold",
        "命中 · found",
        "漏报 · missed",
        "误报 · false alarms",
        "正确放行 · left alone",
    )
    rows = [
        (label_title(label), policy.rules[label].threshold, *_confusion_counts(judged, label))
        for label in CLASSIFIER_LABELS
    ]
    return table(header, rows)


def precision_recall(judged: Sequence[JudgedCase[Case]], policy: Policy) -> Figure:
    """Precision against recall per label; the dot is where the policy's threshold puts the model."""
    figure = Figure(figsize=(12, 6), layout="constrained")
    for axes, label in zip(figure.subplots(2, 4, sharex=True, sharey=True).flat, CLASSIFIER_LABELS, strict=True):
        _draw_curve(axes, text_predictions(judged, label), policy.rules[label].threshold)
        axes.set(title=label, xlim=(0, 1.02), ylim=(0, 1.02))
    figure.supxlabel("recall")
    figure.supylabel("precision")
    return figure


def text_errors(judged: Sequence[JudgedCase[Case]]) -> Markup:
    """The worst misses and false alarms of every label, evidence marked in the original text."""
    header = ("结果 · outcome", "分数 · score", "案例 · case", "字段 · field", "文本 · text", "检测器 · detector")
    tables = [(label_title(label), table(header, _text_rows(judged, label))) for label in CLASSIFIER_LABELS]
    return render("text_errors.html", tables=tables)


def kinds_table(judged: Sequence[JudgedCase[LabelledSample]]) -> Markup:
    """How many pictures of every kind there were, and how many were judged wrongly."""
    predictions = picture_predictions(judged)
    kinds = sorted({(not prediction.expected, prediction.subject.kind) for prediction in predictions})
    rows = []
    for harmless, kind in kinds:
        wrong = [one.wrong for one in predictions if one.subject.kind == kind and one.expected is not harmless]
        rows.append(("无害 · harmless" if harmless else "仿冒 · imitation", kind, len(wrong), sum(wrong)))
    return table(("类别 · sort", "方式 · kind", "图片 · pictures", "判错 · wrong"), rows)


def picture_errors(judged: Sequence[JudgedCase[LabelledSample]]) -> Markup:
    """The worst misses and false alarms as pictures, each with its best matches and the first one's box."""
    predictions = picture_predictions(judged)
    missed, false_alarms = (
        worst_errors(predictions, expected=expected, count=MAX_PICTURES) for expected in (True, False)
    )
    return picture_cards(map(_card, (*missed, *false_alarms)))


def picture_cards(cards: Iterable[PictureCard]) -> Markup:
    """Pictures side by side."""
    return render("picture_cards.html", cards=cards, width=PICTURE_WIDTH)


def picture_card(frames: Sequence[Decoded], matches: Sequence[Match], verdict: str, truth: str) -> PictureCard:
    """A picture made small, with the box of its first match.

    Args:
        frames: the decoded picture; the frame of the first match is shown.
        matches, verdict, truth: as in `PictureCard`.
    """
    shown = next((frame for frame in frames if matches and frame.frame == matches[0].frame), frames[0])
    picture = Image.fromarray(shown.pixels)
    picture.thumbnail((2 * PICTURE_WIDTH, 2 * PICTURE_WIDTH))
    return PictureCard(_jpeg_url(boxed(picture, matches[0].box) if matches else picture), verdict, truth, matches)


def boxed(picture: Image.Image, box: Box) -> Image.Image:
    """A copy with the box drawn into it.

    Args:
        picture: any mode.
        box: fractions of the picture.
    """
    copy = picture.convert("RGB")
    width, height = copy.size
    left, top, right, bottom = box
    corners = (left * width, top * height, right * width - 1, bottom * height - 1)
    ImageDraw.Draw(copy).rectangle(corners, outline=BOX_COLOUR, width=max(2, min(copy.size) // 80))
    return copy


def _covers(spans: Iterable[Span], start: int, end: int) -> bool:
    return any(left <= start and end <= right for left, right in spans)


def _confusion_counts(judged: Sequence[JudgedCase[Case]], label: Label) -> list[int]:
    """True positives, false negatives, false positives, true negatives."""
    predictions = [(prediction.expected, prediction.wrong) for prediction in text_predictions(judged, label)]
    return [predictions.count(sort) for sort in ((True, False), (True, True), (False, True), (False, False))]


def _draw_curve(axes: Axes, predictions: Sequence[Prediction[Case]], threshold: float) -> None:
    expected, scores = np.array([one.expected for one in predictions]), np.array([one.score for one in predictions])
    if not expected.any():
        axes.text(0.5, 0.5, "no such text in the sample", ha="center")
        return
    precision, recall, thresholds = precision_recall_curve(expected, scores)
    at = np.searchsorted(thresholds, threshold)
    axes.step(recall, precision, where="post")
    axes.plot(recall[at], precision[at], "o", label=f"threshold {threshold:g}")
    axes.legend(loc="lower left")


def _text_rows(judged: Sequence[JudgedCase[Case]], label: Label) -> list[tuple[object, ...]]:
    predictions = text_predictions(judged, label)
    return [
        _text_row(prediction, label)
        for expected in (True, False)
        for prediction in worst_errors(predictions, expected=expected, count=MAX_TEXTS)
    ]


def _text_row(prediction: Prediction[Case], label: Label) -> tuple[object, ...]:
    case, finding = prediction.subject, prediction.finding
    predicted = (finding.evidence.spans or ()) if finding else ()
    labelled = [(start, end) for name, start, end in Marked.of(case).spans if name is label]
    detector = finding.detector if finding else "-"
    text = highlight(case.text, predicted, labelled)
    return _verdict(prediction), f"{prediction.score:.3f}", case.id, case.field, text, detector


def _verdict(prediction: Prediction[Subject]) -> str:
    if not prediction.wrong:
        return "✓ 正确 · right"
    return "✗ 漏报 · missed" if prediction.expected else "✗ 误报 · false alarm"


def _card(prediction: Prediction[LabelledSample]) -> PictureCard:
    sample = prediction.subject
    expected = f"{sample.emblem.name_zh} · {sample.emblem.reference_id}" if sample.emblem else "无害 · harmless"
    frames, matches = decode(sample.data, sample.field), prediction.answer.matches[sample.field]
    return picture_card(
        frames, matches, f"{_verdict(prediction)} {prediction.score:.3f}", f"{expected} ({sample.kind})"
    )


def _jpeg_url(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return data_url("image/jpeg", buffer.getvalue())
