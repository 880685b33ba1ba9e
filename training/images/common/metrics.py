"""What was measured while an artefact was made, kept beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.runtime import atomic
from models.runtime.artifact_files import ArtifactFile


def record_metrics(directory: Path, name: str, measured: Any) -> None:
    """Put what was measured under a name into `metrics.json`, beside what is known already."""
    write_json(directory / ArtifactFile.METRICS, recorded_metrics(directory) | {name: measured})


def recorded_metrics(directory: Path) -> dict[str, Any]:
    """All that was measured of an artefact; nothing where that was not written."""
    path = directory / ArtifactFile.METRICS
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def write_json(path: Path, values: Any) -> None:
    """Write a file that is whole whenever it is read, even if the writer is broken off."""
    atomic.write_text(path, json.dumps(values, ensure_ascii=False, indent=2) + "\n")
