"""FAISS indexes as files."""

from __future__ import annotations

from pathlib import Path

import faiss


def write_index(index: faiss.Index, file: Path) -> None:
    """Write an index; what keeps it from being written is an `OSError`, as of every other file.

    Raises:
        OSError: the disk is full, or the file cannot be made.
    """
    try:
        faiss.write_index(index, str(file))
    except RuntimeError as error:  # FAISS has one class for everything
        raise OSError(f"{file.name} cannot be written") from error
