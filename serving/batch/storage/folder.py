"""The few operations that a run needs of a disk or an object store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import IO


class Folder(ABC):
    """Files of one run, by name.

    All errors are those of `OSError` or of the store's own client. Instances travel to workers.
    """

    @abstractmethod
    def __str__(self) -> str:
        """The path or URL, as the operator names it."""

    @abstractmethod
    def names(self) -> frozenset[str]:
        """Names of the files that are whole; hidden ones, which begin with a dot, are left out."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """A file's content.

        Raises:
            FileNotFoundError: there is none.
        """

    @abstractmethod
    def opened(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file, open for reading parts of it."""

    @abstractmethod
    def replace(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; an earlier content is replaced."""

    @abstractmethod
    def create(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all, unless it is there already: the first writer's content stays."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Make the folder if it is missing, and keep other runs out of it.

        Raises:
            RunError: another run is at work.
        """
