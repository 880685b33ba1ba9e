"""What was measured while an artefact was made, kept beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def record(directory: Path, name: str, measured: Any) -> None:
    """Put what was measured under a name into `metrics.json`, beside what is known already."""
    path = directory / "metrics.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    write_json(path, known | {name: measured})


def write_json(path: Path, values: Any) -> None:
    """Write a file that is whole whenever it is read, even if the writer is broken off."""
    written = path.with_suffix(".new")
    written.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", "utf-8")
    written.replace(path)
