"""The file of keys: read by every worker, changed by `huijian keys`, whole at every moment.

Who may ask follows from the file: where there is none, whoever sits at this machine; where there is one, whoever holds
one of its keys, and nobody if it is empty. A file that vanishes or breaks while the service runs changes nothing: it
must not open the service to everybody, nor close it to those who were let in.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from serving.keys import Keys, KeysError


class Keyring:
    """The keys in force, exchanged when their file changes.

    Args:
        path: the file; may not exist.

    Attributes:
        current: the keys; None while there was never a file.
        problem: why the newest file was refused; None while it is in force.

    Raises:
        KeysError: the file is broken from the start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problem: str | None = None
        self._seen = _content(path)
        self.current: Keys | None = None if self._seen is None else Keys.parse(self._seen)

    def refresh(self) -> bool:
        """Read the file again; True when `current` was exchanged. Never raises: a broken file becomes `problem`."""
        try:
            content = _content(self._path)
            if content is None and self.current is not None:
                raise KeysError("the file of keys is gone")
            if content is None or content == self._seen:
                self.problem = None
                return False
            self.current, self._seen, self.problem = Keys.parse(content), content, None
        except KeysError as error:
            self.problem = str(error)
            return False
        return True


def change(path: Path, edit: Callable[[Keys], Keys]) -> Keys:
    """Replace the keys in a file, which is made where there is none.

    Raises:
        KeysError: the file is broken, or `edit` refuses; it stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two people who add a key at once must not lose one.
    with (path.parent / f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys = edit(Keys.parse(_content(path) or ""))
        _write(path, keys.dump())
    return keys


def _content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise KeysError(f"the file of keys cannot be read: {type(error).__name__}") from None


def _write(path: Path, content: str) -> None:
    """All or nothing, and readable by its owner alone."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)
