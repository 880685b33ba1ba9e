"""Evaluation on real texts: names, bios and signatures that people and spammers wrote.

They are other people's, so they stay outside of the repository and are given as a folder. Most are unlabelled: their
flags per thousand bound the false alarms from above. A labelled part gives false alarms, recall and reliability.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from models.arrays import Bool, Float64
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, MAX_LENGTH, TEXT_FIELDS, Field, Label
from models.settings import Settings
from models.text.normalize.normalize import FieldText
from training.cases import CasesError, read_lines
from training.html_page import label_title
from training.shares import Group, Row, by_name, share, show
from training.text.data.corpus import near_duplicates
from training.text.evaluation.detectors import TextJudgement, detect, joined, shipped_parts
from training.text.measures import label_matrix

ALL = "全部 · all"

RELIABILITY_EDGES = (0.1, 0.3, 0.5, 0.7, 0.9, 0.97)
"""Scores between the bins of the table of reliability; below 0.1 nearly all texts are right to have no label."""

TEXTS = "texts"


class RealText(BaseModel):
    """A line of a file; further keys are ignored.

    Attributes:
        source: the platform or crawl that it is counted under.
        labels: its violations; None if nobody labelled it.
        doubtful: its reader was not sure; measured like the others.
    """

    model_config = ConfigDict(frozen=True)

    field: Field
    text: str
    source: str = ""
    labels: tuple[Label, ...] | None = None
    doubtful: bool = False

    @field_validator("field")
    @classmethod
    def _is_of_text(cls, field: Field) -> Field:
        if field not in TEXT_FIELDS:
            raise ValueError(f"must be one of {', '.join(TEXT_FIELDS)}")
        return field

    @field_validator("labels", mode="before")
    @classmethod
    def _are_known(cls, labels: object) -> object:
        if isinstance(labels, list) and (unknown := [label for label in labels if label not in CLASSIFIER_LABELS]):
            raise ValueError(f"unknown label {unknown[0]!r:.40}")
        return labels

    @model_validator(mode="after")
    def _fits_its_field(self) -> RealText:
        if not 0 < len(self.text) <= MAX_LENGTH[self.field]:
            raise ValueError(f"the text of a {self.field} has 1 to {MAX_LENGTH[self.field]} characters")
        return self


@dataclass(frozen=True)
class RealTexts:
    """A folder's texts.

    Attributes:
        texts: those that can be measured, each with the stem of its file.
        problems: why others cannot, each with file and line.
    """

    texts: Sequence[tuple[str, RealText]]
    problems: Sequence[str]


def evaluate_real_texts(
    folder: Path, model: Path | None = None, *, output: Path | None = None, command: str
) -> dict[str, Any]:
    """Measure what the service reports in real texts, and print it with 95% intervals.

    Args:
        folder: holds `*.jsonl`, whose lines are `RealText`.
        model: artefact folder of a text model; by default that in force.
        output: file for the numbers, JSON.
        command: the command to print below the tables.

    Returns:
        "flagged" (any finding, by file, source and field), "reported" (by file and label), and of the labelled texts
        "clean_flagged" (by file), "found" (by file and label; near-duplicates count as one text), "right" (share of
        the flags of each label that are right) and "reliability"; "problems" (see `read_real_texts`). Shares are as
        `shares.share` returns them.

    Raises:
        CasesError: no text can be measured.
        models.settings.ArtifactError: there is no active text model.
    """
    read = read_real_texts(folder)
    if not read.texts:
        raise CasesError("\n".join(read.problems) or f"{folder}: holds no *.jsonl file")
    settings = Settings.from_environment()
    policy = Policy.load(settings.policy)
    parts = shipped_parts(model or settings.text_directory(), policy)
    texts = [FieldText.of(row.field, row.text) for _, row in read.texts]
    judged = joined(detect(parts, texts, "评测 · judging"), policy)
    numbers = _numbers(read.texts, judged)
    show(_groups(numbers))
    print(f"\n{command}")
    numbers |= {"problems": list(read.problems)}
    if output is not None:
        output.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return numbers


def read_real_texts(folder: Path) -> RealTexts:
    """Read the texts of a folder; files and lines that cannot be used become problems, which never quote a text."""
    texts: list[tuple[str, RealText]] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            lines = read_lines(path)
        except CasesError as error:
            problems.append(str(error))
            continue
        for number, line in enumerate(lines, start=1):
            try:
                texts.append((path.stem, RealText.model_validate_json(line)))
            except ValidationError as error:
                faults = "; ".join(": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in error.errors())
                problems.append(f"{path.name}, line {number}: {faults}")
    return RealTexts(texts, problems)


def _numbers(rows: Sequence[tuple[str, RealText]], judged: Sequence[TextJudgement]) -> dict[str, Any]:
    reported = label_matrix([[found.label for found in each.findings] for each in judged])
    files, texts = [stem for stem, _ in rows], [text for _, text in rows]
    flagged: Bool = np.asarray(reported.any(axis=1))
    labelled = np.flatnonzero([text.labels is not None for text in texts])
    truth = label_matrix([texts[row].labels or () for row in labelled.tolist()]).reshape(len(labelled), -1)
    scores = np.array([[judged[row].scores[label] for label in CLASSIFIER_LABELS] for row in labelled.tolist()])
    numbers: dict[str, Any] = {
        "flagged": {
            ALL: share(flagged, TEXTS),
            **by_name(flagged, [f"{stem} · {text.field}" for stem, text in rows], TEXTS),
            **by_name(flagged, [f"{stem} · {text.source}" for stem, text in rows], TEXTS),
        },
        "reported": dict(_reported(files, reported)),
    }
    if len(labelled):
        chosen, clean = reported[labelled], ~truth.any(axis=1)
        names = np.array(files)[labelled]
        clusters = near_duplicates([texts[row].text for row in labelled.tolist()])
        flagged_clean: Bool = np.asarray(chosen[clean].any(axis=1))
        numbers["clean_flagged"] = by_name(flagged_clean, names[clean].tolist(), TEXTS)
        numbers["found"] = dict(_found(names.tolist(), truth, chosen, clusters))
        numbers["right"] = dict(_right(truth, chosen))
        numbers["reliability"] = dict(_reliability(truth, scores))
    return numbers


def _reported(files: Sequence[str], reported: Bool) -> Iterator[tuple[str, Row]]:
    """How often each label is reported in each file."""
    for name in dict.fromkeys(files):
        rows = np.array([one == name for one in files])
        for column, label in enumerate(CLASSIFIER_LABELS):
            yield f"{name} · {label_title(label)}", share(reported[rows, column], TEXTS)


def _found(names: Sequence[str], truth: Bool, reported: Bool, clusters: np.ndarray) -> Iterator[tuple[str, Row]]:
    """Share of each label's texts in which it is reported; of near-duplicates the first stands for all."""
    first = np.zeros(len(truth), bool)
    first[np.unique(clusters, return_index=True)[1]] = True
    for name in dict.fromkeys(names):
        rows = np.array([one == name for one in names]) & first
        for column, label in enumerate(CLASSIFIER_LABELS):
            if (having := rows & truth[:, column]).any():
                yield f"{name} · {label_title(label)}", share(reported[having, column], TEXTS)


def _right(truth: Bool, reported: Bool) -> Iterator[tuple[str, Row]]:
    """Share of each label's reports that are right."""
    for column, label in enumerate(CLASSIFIER_LABELS):
        if (given := reported[:, column]).any():
            yield label_title(label), share(truth[given, column], TEXTS)


def _reliability(truth: Bool, scores: Float64) -> Iterator[tuple[str, Row]]:
    """Share of right labels among scores of each range, all labels together."""
    edges = [0.0, *RELIABILITY_EDGES, 1.0]
    for low, high in pairwise(edges):
        inside = (scores >= low) & ((scores < high) | (high == 1.0))
        if inside.any():
            yield f"{low:g}–{high:g}", share(truth[inside], TEXTS)


def _groups(numbers: Mapping[str, Any]) -> list[Group]:
    titles = {
        "flagged": ("有任何标签", "Any label reported"),
        "reported": ("按标签报出", "Reported, by label"),
        "clean_flagged": ("已标注的合规文本误报", "Clean texts flagged, of those labelled"),
        "found": ("已标注的违规检出", "Violations found, of those labelled"),
        "right": ("报出的标签正确", "Reported labels that are right, of those labelled"),
        "reliability": ("分数的可靠性", "Reliability: share right in each range of scores"),
    }
    return [Group(*title, numbers[key]) for key, title in titles.items() if key in numbers]
