"""A bounded queue of answered profiles for the challenger; it never delays an answer."""

from __future__ import annotations

import queue
import threading
from typing import Final

from models.profile import IMAGE_FIELDS, Answer, Profile

MAX_PROFILES: Final = 32
"""Profiles in the queue: one or two seconds of work on an idle core."""

MAX_PICTURE_BYTES: Final = 44_000_000
"""Bytes of pictures in the queue: as many as one request may bring."""

Job = tuple[Profile, Answer]


class ProfileQueue:
    """A queue that refuses profiles while it is full."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._bytes = 0

    def put(self, job: Job) -> bool:
        """Add a profile; returns at once, False if the queue is full."""
        size = _size(job)
        with self._lock:
            if self._jobs.qsize() >= MAX_PROFILES or self._bytes + size > MAX_PICTURE_BYTES:
                return False
            self._bytes += size
        self._jobs.put(job)
        return True

    def take(self, seconds: float) -> Job | None:
        """Remove the oldest profile; None if none comes within the time."""
        try:
            job = self._jobs.get(timeout=seconds)
        except queue.Empty:
            return None
        with self._lock:
            self._bytes -= _size(job)
        return job


def _size(job: Job) -> int:
    return sum(len(job[0].image(field) or b"") for field in IMAGE_FIELDS)
