"""Labelled texts for people to look at before they train: how many there are, of what, and some of each label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from models.profile import CLASSIFIER_LABELS, TEXT_FIELDS, Label
from training.error_report import highlight
from training.html_page import label_title, table
from training.text.data.corpus import Case
from training.text.data.disguises import Marked


def label_counts(cases: Sequence[Case]) -> Markup:
    """Texts of each label, and clean ones: by field, hard ones, disguised ones, and authors who wrote some."""
    header = ("标签 · label", "条数 · texts", *TEXT_FIELDS, "易混淆 · hard", "伪装 · disguised", "作者 · authors")
    rows = [(label_title(label), *_counts(_with(cases, label))) for label in CLASSIFIER_LABELS]
    return table(header, [*rows, ("无害 · clean", *_counts([case for case in cases if not case.labels]))])


def examples(cases: Sequence[Case], label: Label, count: int, seed: int = 0) -> Markup:
    """A random sample of the texts of a label, with the words that people pointed at."""
    members = _with(cases, label)
    chosen = np.random.default_rng(seed).permutation(len(members))[:count]
    header = ("案例 · case", "字段 · field", "文本 · text", "标签 · labels")
    return table(header, (_row(members[number], label) for number in chosen))


def _with(cases: Sequence[Case], label: Label) -> list[Case]:
    return [case for case in cases if label in case.labels]


def _counts(cases: Sequence[Case]) -> list[int]:
    by_field = [sum(case.field is field for case in cases) for field in TEXT_FIELDS]
    kinds = [sum(case.hard for case in cases), sum(case.disguised for case in cases)]
    return [len(cases), *by_field, *kinds, len({case.source for case in cases})]


def _row(case: Case, label: Label) -> tuple[object, ...]:
    labelled = [(start, end) for name, start, end in Marked.of(case).spans if name is label]
    return case.id, case.field, highlight(case.text, (), labelled), ", ".join(case.labels)
