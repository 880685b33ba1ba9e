"""Locks between processes on one machine, by `flock`.

The kernel frees the lock of a process that dies. The library filelock is not used: it opens lock files for writing,
and so refuses a lock file that another user made.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.05
"""Pause between two attempts to take a lock that another process holds."""


@contextmanager
def locked(file: Path, seconds: float | None = None) -> Iterator[None]:
    """Hold an exclusive lock; not reentrant.

    Args:
        file: used for nothing else; made, with its folder, if missing.
        seconds: longest wait; None waits without end.

    Raises:
        TimeoutError: another process held the lock for so long.
        OSError: the file cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDONLY | os.O_CREAT, 0o644)  # readable suffices, so that any user can lock it
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
