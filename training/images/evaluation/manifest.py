"""Manifests of evaluation pictures: what each shows, and its field in a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.profile import IMAGE_FIELDS, Field
from training.cases import parse_object, raise_problems, read_lines

Row = dict[str, Any]


def read_manifest(manifest: Path) -> list[Row]:
    """The rows of a manifest with imitations and harmless pictures.

    Raises:
        CasesError: it cannot be read, or a line is no row or names a missing picture.
        ValueError: it lacks imitations or harmless pictures.
    """
    rows = read_rows(manifest)
    if {row["label"] for row in rows} != {"pos", "neg"}:
        raise ValueError(f"{manifest}: a manifest needs imitations (pos) and harmless pictures (neg)")
    return rows


def read_rows(manifest: Path) -> list[Row]:
    """The rows of any manifest; rows of harmless pictures need no "reference_id".

    Raises:
        CasesError: it cannot be read, or a line is no row or names a missing picture.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for number, line in enumerate(read_lines(manifest), start=1):
        try:
            rows += [_row(line, manifest.parent)] if line.strip() else []
        except ValueError as error:
            problems.append(f"{manifest.name}, line {number}: {error}")
    raise_problems(problems)
    return rows


def _row(line: str, folder: Path) -> Row:
    row = {"reference_id": None, **parse_object(line)}
    path, label = row.get("path"), row.get("label")
    if label not in ("pos", "neg"):
        raise ValueError("label must be pos or neg")
    if label == "pos" and not isinstance(row["reference_id"], str):
        raise ValueError("reference_id must say what is imitated")
    if row.get("field") not in (None, *IMAGE_FIELDS):
        raise ValueError(f"field must be one of {', '.join(IMAGE_FIELDS)}")
    if not isinstance(path, str) or not (folder / path).is_file():
        raise ValueError("path must name a picture that is there, relative to the manifest")
    return row


def field_of(row: Row) -> Field:
    """Field of a row's picture in a profile; "avatar" if the row names none."""
    return Field(row.get("field") or "avatar")
