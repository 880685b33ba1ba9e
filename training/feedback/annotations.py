"""Items of an annotation tool, whichever it is, and how several annotators' answers become one case."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from models.profile import LABELS, Box, Field, Label
from training.feedback.reviews import CaseLine

HARMLESS = frozenset({"clean", "harmless", "none", "pass", "正常", "无", "无违规"})
"""Names of a choice that says that nothing is wrong."""

LABEL_NAMES: Mapping[str, Label] = {
    name: label for label, info in LABELS.items() for name in (str(label), info.name_zh, info.name_en)
}
"""Labels by the names that a tool's set-up may use: the taxonomy's own, Chinese or English."""


@dataclass(frozen=True)
class Annotation:
    """One annotator's answer.

    Attributes:
        by: who, as the tool knows the person.
        names: names of labels, as the tool was set up.
        evidence: parts of the text by name.
        box: where the emblem is.
    """

    by: str
    names: tuple[str, ...]
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    box: Box | None = None


@dataclass(frozen=True)
class Item:
    """One text or picture with all finished answers.

    Attributes:
        place: such as "task 12".
        id: unique within the export.
        data: what the tool was given: `text` or `image`, and perhaps `field`, `reference_id`, `owner_id`.
    """

    place: str
    id: str
    data: Mapping[str, Any]
    annotations: Sequence[Annotation]


@dataclass(frozen=True)
class Conversion:
    """How items become cases.

    Attributes:
        tool: its name, for ids and sources.
        field: of items that name none.
        pictures: folder with the pictures, wherever the tool had them.
        output: folder of the file of cases; pictures are relative to it.
        pseudonym: of an annotator.
    """

    tool: str
    field: Field | None
    pictures: Path
    output: Path
    pseudonym: Callable[[str], str]

    def case_of(self, item: Item) -> CaseLine:
        """The case of an item on which all annotators agree.

        Raises:
            ValueError: nobody finished it, they disagree, or a label, a field or the picture is unknown.
        """
        if not item.annotations:
            raise ValueError("nobody has finished it")
        answers = {frozenset(map(_label, _violations(one.names))) for one in item.annotations}
        if len(answers) > 1:
            said = " / ".join(sorted(", ".join(sorted(answer)) or "harmless" for answer in answers))
            raise ValueError(f"annotators disagree: {said}")
        labels = sorted(answers.pop())
        people = sorted({self.pseudonym(f"{self.tool} {one.by}") for one in item.annotations})
        case: CaseLine = {
            "id": f"{self.tool}-{item.id}",
            **self._content(item),
            "labels": labels,
            "source": f"{self.tool}: {', '.join(people)}",
        }
        return case | (self._of_picture(item) if "image" in case else {"evidence": _evidence(item)})

    def _content(self, item: Item) -> CaseLine:
        field = item.data.get("field", self.field)
        if isinstance(item.data.get("text"), str):
            if field is None:
                raise ValueError("it does not say which field it is from: give --field")
            return {"field": str(field), "text": item.data["text"]}
        if isinstance(item.data.get("image"), str):
            return {**({"field": str(field)} if field else {}), "image": self._picture(item.data["image"])}
        raise ValueError("it has neither text nor image")

    def _picture(self, address: str) -> str:
        """Path of a picture, by the path or the name that the tool's address ends with."""
        path = PurePosixPath(address.rsplit("?d=", 1)[-1].split("?", 1)[0])
        uploaded = path.name.split("-", 1)[-1]  # Label Studio puts an id before the name of an uploaded file
        for name in (str(path).lstrip("/"), path.name, uploaded):
            if name and (self.pictures / name).is_file():
                return os.path.relpath(self.pictures / name, self.output)
        raise ValueError(f"its picture {path.name:.80} is not in the folder of pictures: give --pictures")

    @staticmethod
    def _of_picture(item: Item) -> CaseLine:
        shown = {name: item.data[name] for name in ("reference_id", "owner_id") if item.data.get(name)}
        boxes = [one.box for one in item.annotations if one.box]
        return {**shown, **({"box": list(boxes[0])} if boxes else {})}


def _violations(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.strip().lower() not in HARMLESS]


def _label(name: str) -> Label:
    label = LABEL_NAMES.get(name.strip())
    if label is None:
        raise ValueError(f"unknown label {name!r:.40}: the taxonomy has {', '.join(Label)}")
    return label


def _evidence(item: Item) -> dict[str, list[str]]:
    """Parts of the text by label, of all annotators; a part that the text does not hold is left out."""
    parts: dict[str, list[str]] = {}
    for one in item.annotations:
        for name, words in one.evidence.items():
            parts.setdefault(str(_label(name)), []).extend(word for word in words if word and word in item.data["text"])
    return {label: list(dict.fromkeys(words)) for label, words in parts.items() if words}
