"""A run's folder on a disk, perhaps one that several machines share."""

from __future__ import annotations

import fcntl
import glob
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from typing_extensions import override

from models.runtime import atomic
from serving.batch.errors import RunError
from serving.batch.storage.folder import Folder

LOCK_NAME = "_lock"


class DiskFolder(Folder):
    """A folder on a disk.

    Args:
        path: the folder; it may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # workers may have another working directory

    def __str__(self) -> str:
        return str(self.path)

    @override
    def names(self) -> frozenset[str]:
        return frozenset(file.name for file in self.path.iterdir() if not file.name.startswith("."))

    @override
    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    @override
    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        with (self.path / name).open("rb") as stream:
            yield stream

    @override
    def replace(self, name: str, content: bytes) -> None:
        with atomic.replacing(self.path / name) as draft:
            draft.write_bytes(content)

    @override
    def create(self, name: str, content: bytes) -> None:
        # Two writers of one part write the same decisions, so the moment between look and rename does no harm.
        if not (self.path / name).exists():
            self.replace(name, content)

    @override
    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    @override
    @contextmanager
    def locked(self) -> Iterator[None]:
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / LOCK_NAME).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunError(f"another run is writing to {self}; wait for it to end") from error
            drop_drafts(self.path)
            yield
            drop_drafts(self.path)  # of workers that were not needed any more


def drop_drafts(folder: Path, name: str | None = None) -> None:
    """Remove unfinished files of a killed run; those of one file if `name` is given."""
    for draft in folder.glob(f".{'*' if name is None else glob.escape(name)}.{atomic.DRAFT_ID}"):
        draft.unlink(missing_ok=True)
