"""What was measured while an artefact was made, kept beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def record(directory: Path, name: str, measured: Any) -> None:
    """Put what was measured under a name into `metrics.json`, beside what is known already."""
    path = directory / "metrics.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    written = path.with_suffix(".new")
    written.write_text(json.dumps(known | {name: measured}, ensure_ascii=False, indent=2) + "\n", "utf-8")
    written.replace(path)
