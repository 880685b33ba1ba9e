"""Reads Label Studio's export "JSON": a list of tasks, each with its annotations.

Source: Label Studio's documentation, "Label Studio JSON format of annotated tasks". Offsets of a text's regions count
UTF-16 units in some releases and characters in others, so evidence is taken from a region's own text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.profile import Box
from training.feedback.annotations import Annotation, Item

NAME = "label-studio"

PERCENT = 100


def is_task(entry: Mapping[str, Any]) -> bool:
    """True if an entry of a JSON list is a task."""
    return isinstance(entry.get("data"), dict) and isinstance(entry.get("annotations"), list)


def item_of(task: Mapping[str, Any]) -> Item:
    """A task with its finished annotations; skipped ones and predictions do not count."""
    finished = [one for one in task["annotations"] if not one.get("was_cancelled")]
    return Item(f"task {task.get('id')}", str(task.get("id")), task["data"], [_annotation(one) for one in finished])


def _annotation(raw: Mapping[str, Any]) -> Annotation:
    names: list[str] = []
    evidence: dict[str, tuple[str, ...]] = {}
    box: Box | None = None
    for region in raw.get("result", []):
        value = region.get("value", {})
        own = list(_names(value))
        names += own
        if isinstance(value.get("text"), str):
            evidence |= {name: (*evidence.get(name, ()), value["text"]) for name in own}
        if own and "rectanglelabels" in value:
            box = _box(value)
    return Annotation(_person(raw.get("completed_by")), tuple(dict.fromkeys(names)), evidence, box)


def _names(value: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("choices", "labels", "rectanglelabels"):
        chosen: Sequence[str] = value.get(kind, ())
        yield from map(str, chosen)


def _box(value: Mapping[str, Any]) -> Box:
    left, top, width, height = (float(value[side]) / PERCENT for side in ("x", "y", "width", "height"))
    return (max(left, 0.0), max(top, 0.0), min(left + width, 1.0), min(top + height, 1.0))


def _person(completed_by: object) -> str:
    """The annotator's number, or in an export with people in full, their e-mail address."""
    return str(completed_by.get("email") if isinstance(completed_by, dict) else completed_by)
