"""The active API keys in a worker, reloaded when their file changes.

Without a file, requests from this machine are admitted. With a file, requests need one of its keys; an empty file
admits nobody. A file that is deleted or damaged while the service runs changes nothing. It must neither open the
service to everybody nor lock out known keys.
"""

from __future__ import annotations

from pathlib import Path

from models.runtime.sources import Refusal, Source
from serving.keys import keys_file
from serving.keys.keys import Keys, KeysError


class Keyring:
    """The active keys, reloaded when their file changes.

    Args:
        path: the file; may not exist.

    Raises:
        KeysError: the file is broken at the start.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._existed = path, False
        self._file: Source[Keys | None] = Source("keys", self._content, self._keys)

    @property
    def current(self) -> Keys | None:
        """The keys; None as long as there was no file."""
        return self._file.value

    @property
    def refusal(self) -> Refusal | None:
        """Why the newest file is not active; None while it is."""
        return self._file.refusal

    def refresh(self) -> bool:
        """Read the file again; True when `current` was replaced. Never raises: a broken file becomes `refusal`."""
        return self._file.refresh()

    def _content(self) -> str | None:
        content = keys_file.read(self._path)
        if content is None and self._existed:
            raise KeysError("the file of keys is gone")
        return content

    def _keys(self) -> Keys | None:
        content = self._content()
        if content is None:
            return None
        keys = Keys.parse(content)
        self._existed = True
        return keys
