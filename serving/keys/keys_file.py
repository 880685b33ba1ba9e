"""The file of API keys: changed by `huijian keys`, replaced atomically, readable by its owner alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from models.runtime import atomic
from models.runtime.locks import locked
from serving.keys.keys import Keys, KeysError


def path(home: Path) -> Path:
    """Path of the file: HUIJIAN_KEYS, or `keys.jsonl` in the home directory."""
    return Path(os.environ.get("HUIJIAN_KEYS") or home / "keys.jsonl")


def read(path: Path) -> str | None:
    """Its content; None if there is no file.

    Raises:
        KeysError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeysError(f"the file of keys cannot be read: {type(error).__name__}") from None


def change(path: Path, edit: Callable[[Keys], Keys]) -> Keys:
    """Replace the keys in the file, which is made if missing.

    Raises:
        KeysError: the file is broken, or `edit` refuses; the file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The lock keeps simultaneous changes from losing a key.
    with locked(path.with_name(f".{path.name}.lock")):
        keys = edit(Keys.parse(read(path) or ""))
        atomic.write_text(path, keys.dump(), private=True)
    return keys
