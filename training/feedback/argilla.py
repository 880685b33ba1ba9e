"""Reads Argilla's export `dataset.records.to_json(...)`: a list of records, each with the responses by question.

Source: argilla 2, `Record.to_dict`. The export does not tell drafts from submitted responses, so the records should be
filtered by `response.status == submitted` before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.feedback.annotations import Annotation, Item

NAME = "argilla"

BASIC_PLANE = 0xFFFF
"""Last character whose position is the same in UTF-16 units and in characters."""


def is_record(entry: Mapping[str, Any]) -> bool:
    """True if an entry of a JSON list is a record."""
    return isinstance(entry.get("fields"), dict) and isinstance(entry.get("responses"), dict)


def item_of(record: Mapping[str, Any]) -> Item:
    """A record with the responses of each person; suggestions do not count."""
    data = {**(record.get("metadata") or {}), **record["fields"]}
    text = str(data.get("text", ""))
    answers: dict[str, list[Any]] = {}
    for responses in record["responses"].values():
        for response in responses:
            answers.setdefault(str(response.get("user_id")), []).append(response.get("value"))
    annotations = [_annotation(by, values, text) for by, values in answers.items()]
    return Item(f"record {record.get('id')}", str(record.get("id")), data, annotations)


def _annotation(by: str, values: list[Any], text: str) -> Annotation:
    names: list[str] = []
    evidence: dict[str, tuple[str, ...]] = {}
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and "label" in one:
                names.append(str(one["label"]))
                part = _part(text, one)
                evidence[names[-1]] = (*evidence.get(names[-1], ()), *part)
            elif isinstance(one, str):
                names.append(one)
    return Annotation(by, tuple(dict.fromkeys(names)), evidence)


def _part(text: str, span: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of a span; none in texts with emoji, where it is not known what an offset counts."""
    if any(ord(character) > BASIC_PLANE for character in text):
        return ()
    return (text[span["start"] : span["end"]],) if {"start", "end"} <= span.keys() else ()
