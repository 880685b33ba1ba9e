"""An evaluation of pictures as one HTML file: numbers, curves, and the worst errors as pictures with their boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from models.images.input.decode import decode
from models.profile import LABELS, Label, Match
from training.error_report import SHOWN_PICTURES, named, picture_card, picture_cards, table
from training.html_page import decimal, draw_calibration, figure, interval, page, section
from training.images.common.measures import COLUMNS, SHARES, Scored, recall_curve
from training.images.evaluation.manifest import Row, field_of

MEASURED_WITH = ("encoder", "gallery", "policy")
"""Of which numbers name the versions."""

Numbers = Mapping[str, Any]

MEANINGS = {
    "r@1": "最佳参照正确 · best reference right",
    "ok@1%": "正确且误报 1% · right, at 1% false alarms",
    "ok@.1%": "正确且误报 0.1% · right, at 0.1%",
    "recall@1%": "检出，误报 1% · found, at 1%",
    "recall@.1%": "检出，误报 0.1% · found, at 0.1%",
    "recall@policy": "按策略检出 · found by the policy",
}
"""What `measures.COLUMNS` count."""

_INTRODUCTION = Markup(
    "<p>{imitations} 张仿冒图，{harmless} 张无害图 · imitations and harmless pictures. <code>{command}</code></p>\n"
    "<p>按策略检出 · found by the policy <b>{recall:.1%}</b>, 无害图误报 · harmless pictures flagged "
    "<b>{false:.2%}</b> ({low:.2%}–{high:.2%}), 校准误差 · calibration error <b>{ece:.3f}</b>. "
    "编码器 · encoder <code>{encoder}</code>, 图库 · gallery <code>{gallery}</code>, "
    "策略 · policy <code>{policy}</code></p>"
)

_MISSES = Markup(
    "<p>仿冒图的漏报，再是无害图的误报；没有错误时列出最接近出错的。方框是最佳参照所在 · "
    "Imitations missed, then harmless pictures flagged; where nothing is wrong, what came nearest to it. "
    "The box is where the best reference was seen.</p>"
)


@dataclass(frozen=True)
class Pictures:
    """The pictures of one run and what was said of each.

    Attributes:
        rows: of the manifest.
        directory: what their paths are relative to.
        matches: of each, best first by score.
        scored: the same as numbers.
        names: by reference id, for people.
    """

    rows: Sequence[Row]
    directory: Path
    matches: Sequence[Sequence[Match]]
    scored: Scored
    names: Mapping[str, str]

    @property
    def imitations(self) -> np.ndarray:
        """Which are, bool (pictures,)."""
        return np.array([row["label"] == "pos" for row in self.rows])


def write_report(path: Path, numbers: Mapping[str, Numbers], pictures: Pictures, command: str) -> None:
    """Write the page.

    Args:
        numbers: by method, ours as `emblems`; see `training.images.evaluation.evaluate.evaluate_images`.
        pictures: those that ours was measured on.
        command: what made the numbers.
    """
    ours, imitations = numbers["emblems"]["all"], pictures.imitations
    low, high = ours["interval"]["false@policy"]
    introduction = _INTRODUCTION.format(
        imitations=imitations.sum(),
        harmless=(~imitations).sum(),
        command=command,
        recall=ours["recall@policy"],
        false=ours["false@policy"],
        low=low,
        high=high,
        ece=ours["ece"],
        **{part: numbers["emblems"][part] for part in MEASURED_WITH},
    )
    content = page("图片评测 · Image evaluation", introduction, _sections(numbers, pictures))
    path.write_text(content, encoding="utf-8", errors="backslashreplace")


def curve(pictures: Pictures, numbers: Numbers) -> Figure:
    """Recall over the share of harmless pictures that pass; dots are the operating points and the policy."""
    imitations, scored = pictures.imitations, pictures.scored
    drawn = Figure(figsize=(7, 5), layout="constrained")
    axes = drawn.subplots()
    for name, found, key in (("found", imitations, "recall"), ("and named right", scored.right & imitations, "ok")):
        false, recall = recall_curve(scored.scores, found, imitations)
        (line,) = axes.step(false, recall, where="post", label=name)
        points = [numbers["all"][f"{key}@{share}"] for share in SHARES]
        axes.plot(list(SHARES.values()), points, "o", color=line.get_color())
    axes.plot(
        numbers["all"]["false@policy"],
        numbers["all"]["recall@policy"],
        "k*",
        markersize=10,
        clip_on=False,
        label="the policy",
    )
    axes.set_xscale("symlog", linthresh=min(SHARES.values()))
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="share of harmless pictures that pass", ylabel="recall")
    axes.legend(loc="lower right")
    return drawn


def calibration(pictures: Pictures) -> Figure:
    """How often the best reference is right, against the probability that was said."""
    drawn = Figure(figsize=(5, 5), layout="constrained")
    axes = drawn.subplots()
    draw_calibration(axes, pictures.scored.right & pictures.imitations, np.clip(pictures.scored.scores, 0, 1), "")
    axes.set(xlabel="probability said", ylabel="share with the right reference")
    return drawn


def worst(pictures: Pictures, *, imitations: bool) -> list[int]:
    """Places of the worst misses, or of the worst false alarms; of what came nearest where there are none.

    A miss is the worse the less was said for the right reference, and the more for another one.
    """
    found, reported = np.asarray(pictures.scored.found), np.asarray(pictures.scored.reported)
    members = np.flatnonzero(pictures.imitations == imitations)
    for_right = np.array([_score(pictures, int(place)) for place in members])
    scores = pictures.scored.scores[members]
    order = np.lexsort((-scores, for_right)) if imitations else np.argsort(-scores, kind="stable")
    wrong = ~found[members] if imitations else reported[members]
    return [int(place) for place in members[order[wrong[order]]][:SHOWN_PICTURES]] or [int(members[order[0]])]


def _sections(numbers: Mapping[str, Numbers], pictures: Pictures) -> Iterator[Markup]:
    ours = numbers["emblems"]
    yield section("总体", "Overall", _overall(numbers))
    yield section("各标签", "By label", _groups("标签 · label", ours["labels"]))
    yield section("各做法", "By kind of imitation", _groups("做法 · kind", ours["kinds"]))
    if ours["artists"]:
        yield section("各画师重绘", "Redrawn, by artist", _groups("画师 · artist", ours["artists"]))
    yield section("无害图误报", "Harmless pictures flagged", _harmless(ours, pictures))
    yield section("召回率与误报率", "Recall over false alarms", figure(curve(pictures, ours)))
    yield section("校准", "Calibration", figure(calibration(pictures)))
    if ours["boxes"]["pictures"]:
        yield section("方框", "Boxes", _boxes(ours["boxes"]))
    yield section("最严重的错误", "Worst errors", _MISSES + _errors(pictures))


def _overall(numbers: Mapping[str, Numbers]) -> Markup:
    """A row a method, with the 95% interval of each share."""
    rows = (
        (method, of["all"]["pictures"], *(_with_interval(of["all"], column) for column in COLUMNS))
        for method, of in numbers.items()
    )
    return table(("方法 · method", "图片 · pictures", *MEANINGS.values()), rows)


def _with_interval(measured: Numbers, column: str) -> str:
    return f"{decimal(measured[column])} ({interval(measured['interval'][column])})" if column in measured else "-"


def _groups(heading: str, groups: Mapping[str, Numbers]) -> Markup:
    rows = (
        (_named(name), measured["pictures"], *(decimal(measured[column]) for column in COLUMNS))
        for name, measured in groups.items()
    )
    return table((heading, "图片 · pictures", *MEANINGS.values()), rows)


def _named(name: str) -> str:
    return named(Label(name)) if name in LABELS else name


def _harmless(ours: Numbers, pictures: Pictures) -> Markup:
    kinds = [str(row.get("kind") or "") for row in pictures.rows if row["label"] == "neg"]
    rows = ((kind, kinds.count(kind), f"{share:.2%}") for kind, share in ours["harmless"].items())
    return table(("类别 · kind", "图片 · pictures", "误报 · flagged"), rows)


def _boxes(boxes: Numbers) -> Markup:
    header = ("图片 · pictures", "平均交并比 · mean IoU", "交并比至少 0.5 · IoU of 0.5 or more")
    return table(header, [(boxes["pictures"], decimal(boxes["mean_iou"]), f"{boxes['iou>=0.5']:.1%}")])


def _errors(pictures: Pictures) -> Markup:
    return picture_cards(_cards(pictures, worst(pictures, imitations=True) + worst(pictures, imitations=False)))


def _cards(pictures: Pictures, places: Iterable[int]) -> Iterator[Markup]:
    for place in places:
        row = pictures.rows[place]
        frames = decode((pictures.directory / row["path"]).read_bytes(), field_of(row))
        yield picture_card(frames, pictures.matches[place], _verdict(pictures, place), _truth(pictures, row))


def _verdict(pictures: Pictures, place: int) -> str:
    imitation = bool(pictures.imitations[place])
    outcome = np.asarray(pictures.scored.found if imitation else pictures.scored.reported)[place]
    if outcome == imitation:
        return f"✓ 正确 · right {_score(pictures, place):.3f}"
    return f"{'✗ 漏报 · missed' if imitation else '✗ 误报 · false alarm'} {_score(pictures, place):.3f}"


def _truth(pictures: Pictures, row: Row) -> str:
    wanted = "无害 · harmless"
    if row["label"] == "pos":
        wanted = f"{pictures.names.get(row['reference_id'], '未登记 · not enrolled')} · {row['reference_id']}"
    return f"{wanted} ({row.get('kind') or ''})"


def _score(pictures: Pictures, place: int) -> float:
    """What was said for the reference that an imitation shows; of a harmless picture the highest score."""
    row, matches = pictures.rows[place], pictures.matches[place]
    counted = [match.score for match in matches if row["label"] == "neg" or match.reference_id == row["reference_id"]]
    return max(counted, default=0.0)
