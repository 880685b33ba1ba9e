"""`metrics.json`: measurements taken while an artefact was made, kept in its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.runtime import atomic
from models.runtime.artifact_files import ArtifactFile


def record_metrics(directory: Path, name: str, measured: Any) -> None:
    """Add or replace one entry of `metrics.json`; the other entries stay."""
    write_json(directory / ArtifactFile.METRICS, recorded_metrics(directory) | {name: measured})


def recorded_metrics(directory: Path) -> dict[str, Any]:
    """All entries of `metrics.json`; empty if the file does not exist."""
    path = directory / ArtifactFile.METRICS
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file atomically: a reader finds the old content or the new one."""
    atomic.write_text(path, json.dumps(values, ensure_ascii=False, indent=2) + "\n")
