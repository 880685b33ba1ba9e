"""Default keys: made once, and kept beside the database in the home directory.

They protect a copy of the database, but not a copy of the whole home directory. An installation with its own database
or backups sets its keys in the environment.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

from models.accounts.keys import KEPT_KEYS
from serving.store.errors import StoreError


def kept(folder: Path, fresh: Mapping[str, str]) -> dict[str, str]:
    """The keys in a folder, as environment variables; made where the folder has neither keys nor a database.

    Args:
        folder: holds database and keys; made where missing.
        fresh: new keys, to be kept where there are none yet.

    Raises:
        StoreError: they cannot be read or made, or a database is there without them.
    """
    path = folder / KEPT_KEYS.name
    try:
        if not path.exists() and (folder / "huijian.db").exists():
            raise StoreError(f"{folder} has a database, but not the keys it was written with; set them as variables")
        return dict(line.split("=", 1) for line in _read_or_write(path, fresh).splitlines())
    except OSError as error:
        raise StoreError(f"the keys in {path} cannot be read or made: {error.strerror}") from None
    except ValueError:
        raise StoreError(f"{path} does not hold what `huijian store keys` prints") from None


def _read_or_write(path: Path, fresh: Mapping[str, str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # workers may start together
        text = file.read()
        if not text:
            text = "".join(f"{name}={value}\n" for name, value in fresh.items())
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return text
