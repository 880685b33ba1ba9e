"""A manifest of pictures to evaluate on: what each shows, and where it would stand in a profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.profile import Field

Row = dict[str, Any]


def read_manifest(manifest: Path) -> list[Row]:
    """The rows of a manifest.

    Raises:
        ValueError: it lacks imitations or harmless pictures.
    """
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip()]
    if {row["label"] for row in rows} != {"pos", "neg"}:
        raise ValueError(f"{manifest}: a manifest needs imitations (pos) and harmless pictures (neg)")
    return rows


def field_of(row: Row) -> Field:
    """Where a row's picture would stand in a profile; an avatar if the row does not say."""
    return Field(row.get("field") or "avatar")
