"""The evaluation of pictures as an HTML file: tables, curves, and the worst errors with their boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from models.arrays import Bool
from models.images.input.decode import decode
from models.profile import LABELS, Label, Match
from training.error_report import MAX_PICTURES, PictureCard, picture_card, picture_cards
from training.html_page import Section, decimal, draw_calibration, figure, interval, label_title, table, write_page
from training.images.common.measures import FALSE_POSITIVE_RATES, METRIC_COLUMNS, Scored, recall_curve
from training.images.evaluation.manifest import Row, field_of

MEASURED_WITH = ("encoder", "gallery", "policy")
"""Keys of the versions among the numbers."""

Numbers = Mapping[str, Any]

MEANINGS = {
    "r@1": "最佳参照正确 · best reference right",
    "ok@1%": "正确且误报 1% · right, at 1% false alarms",
    "ok@.1%": "正确且误报 0.1% · right, at 0.1%",
    "recall@1%": "检出，误报 1% · found, at 1%",
    "recall@.1%": "检出，误报 0.1% · found, at 0.1%",
    "recall@policy": "按处置规则检出 · found by the policy",
}
"""Headings of the shares in `measures.METRIC_COLUMNS`."""


@dataclass(frozen=True)
class Pictures:
    """The pictures of one run, with the retrieval result of each.

    Attributes:
        rows: of the manifest.
        directory: the manifest's, to which their paths are relative.
        matches: of each picture, by score, best first.
        scored: the same as arrays.
        names: Chinese names by reference id.
    """

    rows: Sequence[Row]
    directory: Path
    matches: Sequence[Sequence[Match]]
    scored: Scored
    names: Mapping[str, str]

    @property
    def imitations(self) -> Bool:
        """Which pictures are imitations, bool (pictures,)."""
        return np.array([row["label"] == "pos" for row in self.rows])

    @property
    def right(self) -> Bool:
        """Which pictures are judged rightly, bool (pictures,): imitations are found, harmless ones not reported."""
        found, reported = np.asarray(self.scored.found), np.asarray(self.scored.reported)
        return np.array(np.where(self.imitations, found, ~reported))


def write_report(path: Path, numbers: Mapping[str, Numbers], pictures: Pictures, command: str) -> None:
    """Write the report.

    Args:
        numbers: by method, ours as `emblems`; see `training.images.evaluation.evaluate.evaluate_images`.
        pictures: those that ours was measured on.
        command: the command line that made the numbers.
    """
    imitations = pictures.imitations
    shown = worst(pictures, imitations=True) + worst(pictures, imitations=False)
    write_page(
        path,
        "image_report.html",
        ours=numbers["emblems"],
        imitations=imitations.sum(),
        harmless=(~imitations).sum(),
        command=command,
        sections=_sections(numbers, pictures),
        errors=picture_cards(cards(pictures, shown)),
    )


def curve(pictures: Pictures, numbers: Numbers) -> Figure:
    """Recall over the share of harmless pictures that pass; dots are the operating points and the policy."""
    imitations, scored = pictures.imitations, pictures.scored
    drawn = Figure(figsize=(7, 5), layout="constrained")
    axes = drawn.subplots()
    for name, found, key in (("found", imitations, "recall"), ("and named right", scored.right & imitations, "ok")):
        false, recall = recall_curve(scored.scores, found, imitations)
        (line,) = axes.step(false, recall, where="post", label=name)
        points = [numbers["all"][f"{key}@{share}"] for share in FALSE_POSITIVE_RATES]
        axes.plot(list(FALSE_POSITIVE_RATES.values()), points, "o", color=line.get_color())
    axes.plot(
        numbers["all"]["false@policy"],
        numbers["all"]["recall@policy"],
        "k*",
        markersize=10,
        clip_on=False,
        label="the policy",
    )
    axes.set_xscale("symlog", linthresh=min(FALSE_POSITIVE_RATES.values()))
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="share of harmless pictures that pass", ylabel="recall")
    axes.legend(loc="lower right")
    return drawn


def calibration(pictures: Pictures) -> Figure:
    """Reliability diagram: share of right best references over predicted probability."""
    drawn = Figure(figsize=(5, 5), layout="constrained")
    axes = drawn.subplots()
    draw_calibration(axes, pictures.scored.right & pictures.imitations, np.clip(pictures.scored.scores, 0, 1), "")
    axes.set(xlabel="probability said", ylabel="share with the right reference")
    return drawn


def worst(pictures: Pictures, *, imitations: bool) -> list[int]:
    """Row numbers of the worst misses or false alarms, worst first; where there is none, of the nearest to an error.

    Misses are ordered by the score of the right reference, lowest first, then by the best score of any, highest first.
    """
    found, reported = np.asarray(pictures.scored.found), np.asarray(pictures.scored.reported)
    members = np.flatnonzero(pictures.imitations == imitations)
    right_scores = np.array([_score(pictures, int(index)) for index in members])
    scores = pictures.scored.scores[members]
    order = np.lexsort((-scores, right_scores)) if imitations else np.argsort(-scores, kind="stable")
    wrong = ~found[members] if imitations else reported[members]
    return [int(index) for index in members[order[wrong[order]]][:MAX_PICTURES]] or [int(members[order[0]])]


def _sections(numbers: Mapping[str, Numbers], pictures: Pictures) -> Iterator[Section]:
    ours = numbers["emblems"]
    yield Section("总体", "Overall", _overall(numbers))
    yield Section("各标签", "By label", _groups("标签 · label", ours["labels"]))
    yield Section("各仿冒方式", "By kind of imitation", _groups("仿冒方式 · kind", ours["kinds"]))
    if ours["artists"]:
        yield Section("各画师重绘", "Redrawn, by artist", _groups("画师 · artist", ours["artists"]))
    yield Section("无害图误报", "Harmless pictures flagged", _harmless(ours, pictures))
    yield Section("召回率与误报率", "Recall over false alarms", figure(curve(pictures, ours)))
    yield Section("校准", "Calibration", figure(calibration(pictures)))
    if ours["boxes"]["pictures"]:
        yield Section("方框", "Boxes", _boxes(ours["boxes"]))


def _overall(numbers: Mapping[str, Numbers]) -> Markup:
    """A row a method, with the 95% interval of each share."""
    rows = (
        (method, of["all"]["pictures"], *(_with_interval(of["all"], column) for column in METRIC_COLUMNS))
        for method, of in numbers.items()
    )
    return table(("方法 · method", "图片 · pictures", *MEANINGS.values()), rows)


def _with_interval(measured: Numbers, column: str) -> str:
    return f"{decimal(measured[column])} ({interval(measured['interval'][column])})" if column in measured else "-"


def _groups(heading: str, groups: Mapping[str, Numbers]) -> Markup:
    rows = (
        (_named(name), measured["pictures"], *(decimal(measured[column]) for column in METRIC_COLUMNS))
        for name, measured in groups.items()
    )
    return table((heading, "图片 · pictures", *MEANINGS.values()), rows)


def _named(name: str) -> str:
    return label_title(Label(name)) if name in LABELS else name


def _harmless(ours: Numbers, pictures: Pictures) -> Markup:
    kinds = [str(row.get("kind") or "") for row in pictures.rows if row["label"] == "neg"]
    rows = ((kind, kinds.count(kind), f"{share:.2%}") for kind, share in ours["harmless"].items())
    return table(("类别 · kind", "图片 · pictures", "误报 · flagged"), rows)


def _boxes(boxes: Numbers) -> Markup:
    header = ("图片 · pictures", "平均交并比 · mean IoU", "交并比至少 0.5 · IoU of 0.5 or more")
    return table(header, [(boxes["pictures"], decimal(boxes["mean_iou"]), f"{boxes['iou>=0.5']:.1%}")])


def cards(pictures: Pictures, indices: Iterable[int]) -> Iterator[PictureCard]:
    """Some pictures by row number, each with its best matches and what it shows."""
    for index in indices:
        row = pictures.rows[index]
        frames = decode((pictures.directory / row["path"]).read_bytes(), field_of(row))
        yield picture_card(frames, pictures.matches[index], _verdict(pictures, index), _truth(pictures, row))


def _verdict(pictures: Pictures, index: int) -> str:
    imitation = bool(pictures.imitations[index])
    flagged = np.asarray(pictures.scored.found if imitation else pictures.scored.reported)[index]
    score = f"{_score(pictures, index):.3f}"
    if flagged == imitation:
        return f"✓ 正确 · right {score}"
    return f"{'✗ 漏报 · missed' if imitation else '✗ 误报 · false alarm'} {score}"


def _truth(pictures: Pictures, row: Row) -> str:
    expected = "无害 · harmless"
    if row["label"] == "pos":
        expected = f"{pictures.names.get(row['reference_id'], '未登记 · not enrolled')} · {row['reference_id']}"
    return f"{expected} ({row.get('kind') or ''})"


def _score(pictures: Pictures, index: int) -> float:
    """Score of the reference that an imitation shows; for a harmless picture the highest score."""
    row, matches = pictures.rows[index], pictures.matches[index]
    counted = [match.score for match in matches if row["label"] == "neg" or match.reference_id == row["reference_id"]]
    return max(counted, default=0.0)
