"""A comparison of two encoders as an HTML file: tables, curves, mistaken references, pictures judged differently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from models.policy import Policy
from models.profile import EMBLEM_LABELS, LABELS, Label
from training.compare_plots import NAMES, draw_calibrations, draw_review_load
from training.error_report import picture_cards
from training.html_page import Section, decimal, figure, interval, label_title, table, write_page
from training.images.common.measures import FALSE_POSITIVE_RATES, recall_curve
from training.images.evaluation.html_report import Pictures, cards

MODELS = ("在用 · champion", "候选 · challenger")

MAX_PICTURES = 24
"""Pictures that are shown of those judged rightly by one encoder only; six rows on the page."""

MAX_CONFUSIONS = 30
"""Pairs of references that are listed."""

Numbers = Mapping[str, Any]


def write_comparison(path: Path, numbers: Numbers, judged: Sequence[Pictures], policy: Policy, command: str) -> None:
    """Write the page.

    Args:
        numbers: `ImageComparison.to_dict()`.
        judged: the same pictures as champion and challenger judged them.
        policy: whose thresholds are shown.
        command: the command line that made them.
    """
    sections = list(_sections(numbers, judged, policy))
    write_page(path, "picture_comparison.html", pictures=len(judged[0].rows), command=command, sections=sections)


def _sections(numbers: Numbers, judged: Sequence[Pictures], policy: Policy) -> Iterator[Section]:
    yield Section("总体", "Overall", _overall(numbers))
    yield Section("各标签的召回率", "Recall by label", _groups(numbers["labels"]))
    yield Section("各仿冒方式的召回率", "Recall by kind of imitation", _groups(numbers["kinds"]))
    yield Section("无害图未误报", "Harmless pictures not flagged, by kind", _groups(numbers["harmless"]))
    yield Section("召回、校准、阈值与复核量", "Recall, calibration, review load", figure(_diagrams(judged, policy)))
    yield Section("混淆的参照标志", "Imitations taken for another reference", _confusions(judged))
    for chinese, english, (right, wrong) in (
        ("变差的图片", "Judged rightly by the champion only", judged),
        ("变好的图片", "Judged rightly by the challenger only", judged[::-1]),
    ):
        changed = np.flatnonzero(right.right & ~wrong.right)
        shown = picture_cards(cards(wrong, map(int, changed[:MAX_PICTURES])))
        yield Section(f"{chinese} {len(changed)}", english, shown)


def _overall(numbers: Numbers) -> Markup:
    accuracy = numbers["accuracy"]
    rows = [
        ("召回率 · recall", *map(decimal, numbers["recall"]), "", ""),
        ("无害图误报 · harmless flagged", *map(decimal, numbers["harmless_flagged"]), "", ""),
        ("准确率 · accuracy", "", "", f"{accuracy['value']:+.3f}", interval(accuracy["interval"])),
    ]
    return table(("", *MODELS, "差 · difference", "95%"), rows)


def _groups(groups: Numbers) -> Markup:
    header = ("", "图片 · pictures", *MODELS, "差 · difference", "95%")
    rows = (
        (_named(name), row["pictures"], *map(decimal, row["share"]), f"{row['value']:+.3f}", interval(row["interval"]))
        for name, row in groups.items()
    )
    return table(header, rows)


def _named(name: str) -> str:
    return label_title(Label(name)) if name in LABELS else name


def _diagrams(judged: Sequence[Pictures], policy: Policy) -> Figure:
    """Recall over false alarms, calibration, and the share of pictures that pass each threshold."""
    drawn = Figure(figsize=(15, 5), layout="constrained")
    curves, reliability, load = drawn.subplots(1, 3)
    imitations, scores = judged[0].imitations, np.array([np.clip(one.scored.scores, 0, 1) for one in judged])
    for name, one in zip(NAMES, judged, strict=True):
        false, recall = recall_curve(one.scored.scores, one.scored.right & imitations, imitations)
        curves.step(false, recall, where="post", label=name)
    curves.set_xscale("symlog", linthresh=min(FALSE_POSITIVE_RATES.values()))
    curves.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="share of harmless pictures that pass", ylabel="found, named right")
    curves.legend(loc="lower right")
    draw_calibrations(reliability, np.array([one.scored.right & imitations for one in judged]), scores)
    reliability.set(xlabel="probability said", ylabel="share with the right reference")
    draw_review_load(load, scores, ~imitations, [policy.rules[label].threshold for label in EMBLEM_LABELS])
    load.set(xlabel="threshold", ylabel="share of the pictures that pass")
    return drawn


def _confusions(judged: Sequence[Pictures]) -> Markup:
    """How often each encoder's best reference for an imitation is another one, most often first."""
    counts = [Counter(_mistaken(one)) for one in judged]
    pairs = (counts[0] + counts[1]).most_common(MAX_CONFUSIONS)
    names = judged[0].names
    rows = (
        (*(f"{names.get(one, '')} · {one}" for one in pair), *(found[pair] for found in counts)) for pair, _ in pairs
    )
    return table(("应为 · shown", "认作 · taken for", *MODELS), rows)


def _mistaken(pictures: Pictures) -> Iterator[tuple[str, str]]:
    """True and best reference of every imitation for which they differ."""
    for row, matches in zip(pictures.rows, pictures.matches, strict=True):
        if row["label"] == "pos" and matches and matches[0].reference_id != row["reference_id"]:
            yield row["reference_id"], matches[0].reference_id
