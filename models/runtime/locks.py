"""One process at a time, on one machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.05


@contextmanager
def locked(file: Path, seconds: float | None = None) -> Iterator[None]:
    """Let one process at a time read, change and publish; the kernel frees the lock of one that dies.

    Args:
        file: locked and nothing else; made, with its folder, where it is missing.
        seconds: how long to wait; None for as long as it takes.

    Raises:
        TimeoutError: another one held it for so long.
        OSError: the file cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDONLY | os.O_CREAT, 0o644)  # whoever made it, others may lock it
    try:
        _lock(descriptor, seconds)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, seconds: float | None) -> None:
    if seconds is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process held the lock for {seconds:g} s") from None
            time.sleep(POLL_SECONDS)
        else:
            return
