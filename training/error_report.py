"""Errors for people to look at: texts with their evidence marked, pictures with boxes, curves.

Everything here returns HTML or a figure and judges nothing. Texts come from strangers, so they are always escaped.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
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
from models.profile import CLASSIFIER_LABELS, LABELS, Box, Label, Match, Span
from training.error_analysis import JudgedCase, Prediction, Subject, picture_predictions, text_predictions, worst_errors
from training.images.data.samples import Sample
from training.text.data.corpus import Case
from training.text.data.disguises import Marked

SHOWN = 3
"""Worst misses and worst false alarms that are listed of each label: what one reads before seeing a pattern."""

SHOWN_PICTURES = 8

PICTURE_WIDTH = 220
"""In pixels, on the page: four stand in a row."""

MODEL, PEOPLE = "mark", "u"
"""HTML elements: what the model points at is marked, what people pointed at is underlined."""

RED = (230, 0, 40)


def highlight(text: str, said: Iterable[Span], labelled: Iterable[Span] = ()) -> Markup:
    """A text as HTML, its evidence in `<mark>` (the model's) and `<u>` (people's); spans may overlap.

    Args:
        text: the original.
        said: the model's evidence, in code points of `text`.
        labelled: people's evidence, in code points of `text`.
    """
    marks = [(span, MODEL) for span in said] + [(span, PEOPLE) for span in labelled]
    edges = sorted({0, len(text), *(edge for span, _ in marks for edge in span)})
    pieces = (
        _wrapped(text[start:end], {element for (left, right), element in marks if left <= start and end <= right})
        for start, end in pairwise(edges)
    )
    return Markup('<bdi style="white-space: pre-wrap">{}</bdi>').format(Markup().join(pieces))


def threshold_table(judged: Sequence[JudgedCase[Case]], policy: Policy) -> Markup:
    """Per label: the policy's threshold and how many texts it finds, misses and wrongly finds."""
    header = (
        "标签 · label",
        "阈值 · threshold",
        "命中 · found",
        "漏报 · missed",
        "误报 · false alarms",
        "放过 · left alone",
    )
    rows = [(named(label), policy.rules[label].threshold, *_counts(judged, label)) for label in CLASSIFIER_LABELS]
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
    sections = (
        Markup("<h4>{}</h4>{}").format(named(label), table(header, _text_rows(judged, label)))
        for label in CLASSIFIER_LABELS
    )
    return Markup().join(sections)


def kinds_table(judged: Sequence[JudgedCase[Sample]]) -> Markup:
    """How many pictures of every kind there were, and how many were judged wrongly."""
    predictions = picture_predictions(judged)
    kinds = sorted({(not prediction.expected, prediction.subject.kind) for prediction in predictions})
    rows = []
    for harmless, kind in kinds:
        wrong = [one.wrong for one in predictions if one.subject.kind == kind and one.expected is not harmless]
        rows.append(("无害 · harmless" if harmless else "仿冒 · imitation", kind, len(wrong), sum(wrong)))
    return table(("类别 · sort", "做法 · kind", "图片 · pictures", "判错 · wrong"), rows)


def picture_errors(judged: Sequence[JudgedCase[Sample]]) -> Markup:
    """The worst misses and false alarms as pictures, each with its best matches and the first one's box."""
    predictions = picture_predictions(judged)
    shown = [
        one for expected in (True, False) for one in worst_errors(predictions, expected=expected, count=SHOWN_PICTURES)
    ]
    return picture_cards(map(_card, shown))


def picture_cards(cards: Iterable[Markup]) -> Markup:
    """Pictures from `picture_card`, side by side."""
    return Markup('<div style="display: flex; flex-wrap: wrap; gap: 16px">{}</div>').format(Markup().join(cards))


def picture_card(frames: Sequence[Decoded], matches: Sequence[Match], verdict: str, truth: str) -> Markup:
    """A small picture with the first match's box, and below it what was said of it.

    Args:
        frames: the decoded picture.
        matches: best first.
        verdict: whether that was right, for people.
        truth: what the picture shows, for people.
    """
    seen = next((frame for frame in frames if matches and frame.frame == matches[0].frame), frames[0])
    picture = Image.fromarray(seen.pixels)
    picture.thumbnail((2 * PICTURE_WIDTH, 2 * PICTURE_WIDTH))
    shown = boxed(picture, matches[0].box) if matches else picture
    return Markup(
        '<figure style="margin: 0; width: {}px; overflow-wrap: anywhere"><img alt="" src="{}" style="width: 100%">'
        "<figcaption><b>{}</b><br>{}<ol>{}</ol></figcaption></figure>"
    ).format(PICTURE_WIDTH, _data_url(shown), verdict, truth, Markup().join(map(_match, matches)))


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
    ImageDraw.Draw(copy).rectangle(corners, outline=RED, width=max(2, min(copy.size) // 80))
    return copy


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Rows under a header; values are escaped, markup is kept."""
    lines = Markup().join(_line("td", row) for row in rows)
    return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(_line("th", header), lines)


def named(label: Label) -> str:
    """A label's Chinese name and its own."""
    return f"{LABELS[label].name_zh} · {label}"


def _wrapped(piece: str, elements: set[str]) -> Markup:
    content = Markup.escape(piece)
    for element in sorted(elements):
        content = Markup("<{0}>{1}</{0}>").format(element, content)
    return content


def _line(cell: str, values: Iterable[object]) -> Markup:
    cells = (Markup('<{0} style="text-align: left">{1}</{0}>').format(cell, value) for value in values)
    return Markup("<tr>{}</tr>").format(Markup().join(cells))


def _counts(judged: Sequence[JudgedCase[Case]], label: Label) -> list[int]:
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
        for prediction in worst_errors(predictions, expected=expected, count=SHOWN)
    ]


def _text_row(prediction: Prediction[Case], label: Label) -> tuple[object, ...]:
    case, finding = prediction.subject, prediction.finding
    said = (finding.evidence.spans or ()) if finding else ()
    labelled = [(start, end) for name, start, end in Marked.of(case).spans if name is label]
    detector = finding.detector if finding else "-"
    text = highlight(case.text, said, labelled)
    return _verdict(prediction), f"{prediction.score:.3f}", case.id, case.field, text, detector


def _verdict(prediction: Prediction[Subject]) -> str:
    if not prediction.wrong:
        return "✓ 正确 · right"
    return "✗ 漏报 · missed" if prediction.expected else "✗ 误报 · false alarm"


def _card(prediction: Prediction[Sample]) -> Markup:
    sample = prediction.subject
    expected = f"{sample.emblem.name_zh} · {sample.emblem.reference_id}" if sample.emblem else "无害 · harmless"
    verdict = f"{_verdict(prediction)} {prediction.score:.3f}"
    return picture_card(
        decode(sample.data, sample.field),
        prediction.answer.matches[sample.field],
        verdict,
        f"{expected} ({sample.kind})",
    )


def _match(match: Match) -> Markup:
    return Markup("<li>{} · {}<br>相似 · similarity {:.3f}, 分数 · score {:.3f}</li>").format(
        match.reference_name, match.reference_id, match.similarity, match.score
    )


def _data_url(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
