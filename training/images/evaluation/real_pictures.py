"""Evaluation on real pictures: emblems as public pages, banners, avatars and stickers carry them.

The pictures are other people's, so they stay outside of the repository and are given as a folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import PIL.Image
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from models.arrays import Bool
from models.images.input.decode import decode
from models.inspector import Inspector
from models.profile import EMBLEM_LABELS, Field, Label, ProfileError
from training.cases import CasesError, read_lines
from training.error_analysis import Prediction
from training.html_page import label_title
from training.images.common.measures import macro_share
from training.images.common.metrics import write_json
from training.images.evaluation.picture_cases import (
    ALL,
    MACRO,
    PictureCase,
    best_is_right,
    is_reported,
    predictions,
)
from training.images.evaluation.picture_cases_report import write_report
from training.images.synthesis.scenes import field_of
from training.shares import Group, Row, by_name, share, show

MANIFEST = "manifest.jsonl"


class RealPicture(BaseModel):
    """A line of the folder's manifest; further keys are ignored.

    Attributes:
        path: relative to the folder.
        positive: it shows an emblem.
        label: the emblem's; null for a harmless picture.
        reference_ids: answers that are right, the emblem's own first.
        also_contains: other emblems in it, whose label is no error.
        kind: the group that it is counted in, such as "sticker".
    """

    model_config = ConfigDict(frozen=True)

    path: str
    positive: bool
    label: Label | None = None
    reference_ids: tuple[str, ...] = ()
    also_contains: tuple[str, ...] = ()
    kind: str = ""

    @field_validator("label", mode="before")
    @classmethod
    def _is_an_emblems(cls, label: object) -> object:
        if label is not None and label not in EMBLEM_LABELS:
            raise ValueError(f"{label!r} is not one of {', '.join(EMBLEM_LABELS)}")
        return label

    @model_validator(mode="after")
    def _says_what_it_shows(self) -> RealPicture:
        if self.positive != (self.label is not None and bool(self.reference_ids)):
            raise ValueError("a positive picture needs label and reference_ids, a harmless one has no label")
        return self


@dataclass(frozen=True)
class RealPictures:
    """A folder's pictures.

    Attributes:
        pictures: those that can be measured, in the manifest's order.
        problems: why others cannot, each with file and line.
    """

    pictures: Sequence[PictureCase]
    problems: Sequence[str]


def evaluate_real_pictures(
    folder: Path, inspector: Inspector, *, output: Path | None = None, page: Path | None = None, command: str
) -> dict[str, Any]:
    """Measure what the service reports in real pictures, and print it with 95% intervals.

    Args:
        folder: holds `manifest.jsonl`, whose lines are `RealPicture`, and the pictures.
        output: file for the numbers, JSON.
        page: file for an HTML page of misses and false alarms.
        command: the command to print and to show on the page.

    Returns:
        "reported" under the right label ("all", "macro" over emblems, "labels", "kinds"), "best_reference_right"
        (the same, without "kinds"), "harmless_reported" ("all", "kinds"), the names of the "missed" and the
        "false_alarms", "problems" (see `read_real_pictures`) and "versions". Shares are as
        `measures.share` returns them; those of no picture are left out.

    Raises:
        CasesError: no picture can be measured.
    """
    read = read_real_pictures(folder, _labels(inspector))
    if not read.pictures:
        raise CasesError("\n".join(read.problems))
    predicted = predictions(inspector, read.pictures)
    numbers = _numbers(predicted) | {"problems": list(read.problems), "versions": dict(predicted[0].answer.versions)}
    groups = _groups(numbers)
    show(groups)
    print(f"\n{command}")
    if output is not None:
        write_json(output, numbers)
    if page is not None:
        write_report(page, "真实图片评测 · Evaluation on real pictures", groups, predicted, inspector, command)
    return numbers


def read_real_pictures(folder: Path, labels: Mapping[str, Label]) -> RealPictures:
    """Read the manifest and the pictures of a folder; lines and pictures that cannot be used become problems.

    Args:
        labels: of the enrolled emblems, by reference id.
    """
    pictures: list[PictureCase] = []
    problems: list[str] = []
    try:
        lines = read_lines(folder / MANIFEST)
    except CasesError as error:
        return RealPictures((), (str(error),))
    for number, line in enumerate(lines, start=1):
        try:
            pictures += [_picture(line, folder, labels)] if line.strip() else []
        except ValidationError as error:
            faults = "; ".join(": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in error.errors())
            problems.append(f"{MANIFEST}, line {number}: {faults}")
        except ValueError as error:
            problems.append(f"{MANIFEST}, line {number}: {error}")
    return RealPictures(pictures, problems)


def _picture(line: str, folder: Path, labels: Mapping[str, Label]) -> PictureCase:
    row = RealPicture.model_validate_json(line)
    if unknown := [reference_id for reference_id in row.also_contains if reference_id not in labels]:
        raise ValueError(f"also_contains: {', '.join(unknown)} not in the gallery")
    try:
        data = (folder / row.path).read_bytes()
        field = _field(data)
    except OSError as error:
        raise ValueError(f"{row.path}: {error.strerror}") from error
    except ProfileError as error:
        raise ValueError(f"{row.path}: {error}") from error
    if row.label is None:
        return PictureCase(row.path, data, field, row.kind)
    right = dict.fromkeys((row.label, *(labels[reference_id] for reference_id in row.also_contains)))
    return PictureCase(row.path, data, field, row.kind, (*row.reference_ids, *row.also_contains), tuple(right))


def _field(data: bytes) -> Field:
    """The profile's field that a picture of this shape belongs in."""
    return field_of(PIL.Image.fromarray(decode(data, Field.AVATAR)[0].pixels))


def _labels(inspector: Inspector) -> dict[str, Label]:
    references = inspector.gallery.references
    return {reference.reference_id: reference.label for reference in references if reference.label is not None}


def _numbers(predicted: Sequence[Prediction[PictureCase]]) -> dict[str, Any]:
    shown = [one for one in predicted if one.expected]
    harmless = [one for one in predicted if not one.expected]
    found, flagged = is_reported(shown), is_reported(harmless)
    labels, kinds = [one.subject.labels[0] for one in shown], [one.subject.kind for one in shown]
    emblems = [one.subject.reference_ids[0] for one in shown]
    right = best_is_right(shown)
    return {
        "reported": _totals(found, emblems) | {"labels": by_name(found, labels), "kinds": by_name(found, kinds)},
        "best_reference_right": _totals(right, emblems) | {"labels": by_name(right, labels)},
        "harmless_reported": ({"all": share(flagged)} if harmless else {})
        | {"kinds": by_name(flagged, [one.subject.kind for one in harmless])},
        "missed": [one.subject.name for one in shown if one.wrong],
        "false_alarms": [one.subject.name for one in harmless if one.wrong],
    }


def _totals(happened: Bool, emblems: Sequence[str]) -> dict[str, Any]:
    return {"all": share(happened), "macro": macro_share(happened, emblems)} if len(happened) else {}


def _groups(numbers: Mapping[str, Any]) -> list[Group]:
    reported, right, harmless = (numbers[key] for key in ("reported", "best_reference_right", "harmless_reported"))
    return [
        Group("按正确标签报出", "Reported under the right label", _named_totals(reported)),
        Group("按标签", "By label", {label_title(Label(name)): row for name, row in reported["labels"].items()}),
        Group("按形式", "By kind", reported["kinds"]),
        Group("最佳参照正确", "Best reference right", _named_totals(right)),
        Group("无害图误报", "Harmless pictures reported", _named_totals(harmless) | harmless["kinds"]),
    ]


def _named_totals(numbers: Mapping[str, Any]) -> dict[str, Row]:
    return {name: numbers[key] for name, key in ((ALL, "all"), (MACRO, "macro")) if key in numbers}
