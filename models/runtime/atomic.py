"""Files and folders that a reader finds whole or not at all, also after a crash or a loss of power.

The content is written beside its target under a hidden name, flushed to disk, and then renamed. POSIX `rename` is
atomic: a reader sees the old content or the new one.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT_ID = "[0-9a-f]" * 32
"""Pattern (glob and regular expression) of the hexadecimal id that ends a draft's name."""


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Replace a file by what is written to the yielded draft; nothing changes if the block raises.

    Args:
        path: the file, in a folder that exists.
        private: readable and writable by its owner only (mode 0600).

    Raises:
        OSError: the draft cannot be made, flushed or renamed.
    """
    draft = draft_of(path)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
    try:
        yield draft
        sync(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_text(path: Path, content: str, *, private: bool = False) -> None:
    """Replace a file by a text in UTF-8; arguments and errors as `replacing`."""
    with replacing(path, private=private) as draft:
        draft.write_text(content, encoding="utf-8")


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Replace a folder by what is written into the yielded draft; the old one stays until the new one is whole.

    Args:
        path: the folder, which may not exist yet, in one that does.

    Raises:
        OSError: the draft cannot be made, flushed or renamed.
    """
    draft = draft_of(path)
    replaced = draft.with_name(f"{draft.name}.replaced")
    draft.mkdir()
    try:
        yield draft
        sync(*draft.rglob("*"), draft)
        if path.exists():
            path.rename(replaced)
        draft.rename(path)
        sync(path.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def draft_of(path: Path) -> Path:
    """A new hidden name beside a file or folder; a writer that is killed leaves its draft there."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}")


def sync(*paths: Path) -> None:
    """Flush files and folders to disk.

    Raises:
        OSError: the disk reports an error.
    """
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
