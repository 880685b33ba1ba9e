"""JSON files that commands write beside what they print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write values to a file, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    from models.runtime import atomic

    atomic.write_text(path, json.dumps(values, ensure_ascii=False, indent=1) + "\n")
