"""Turns the export of an annotation tool into cases; the tool is recognised by the shape of the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from models.profile import Field
from training.cases import CasesError
from training.feedback import argilla, label_studio
from training.feedback.annotations import Conversion, Item
from training.feedback.reviews import CaseLine

KNOWN = (
    "neither Label Studio's export as JSON (not JSON-MIN) nor Argilla's, dataset.records.to_json(...): a list of tasks "
    "or records"
)


@dataclass
class Imported:
    """Cases of an export, and the items that gave none, each with the reason."""

    cases: list[CaseLine] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def import_annotations(
    source: Path, output: Path, pictures: Path | None, of_field: Field | None, pseudonym: Callable[[str], str]
) -> Imported:
    """The cases of an export.

    Args:
        output: the file that the cases will be written to; their pictures are relative to it.
        pictures: folder of the pictures; by default that of the export.
        of_field: field of items that name none.
        pseudonym: of an annotator.

    Raises:
        CasesError: it is no such export.
    """
    tool, items = _items(source)
    conversion = Conversion(tool, of_field, pictures or source.parent, output.parent, pseudonym)
    imported = Imported()
    for item in items:
        try:
            imported.cases.append(conversion.case_of(item))
        except ValueError as error:
            imported.left_out.append(f"{item.place}: {error}")
    return imported


def _items(source: Path) -> tuple[str, list[Item]]:
    try:
        entries = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CasesError(f"{source.name}: not readable as JSON ({type(error).__name__})") from error
    if isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries):
        for tool in (label_studio, argilla):
            recognise = tool.is_task if tool is label_studio else tool.is_record
            if all(map(recognise, entries)):
                return tool.NAME, [tool.item_of(entry) for entry in entries]
    raise CasesError(f"{source.name}: {KNOWN}")
