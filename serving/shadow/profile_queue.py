"""Answered profiles that wait for the challenger: few, and never in the way of an answer."""

from __future__ import annotations

import queue
import threading
from typing import Final

from models.profile import IMAGE_FIELDS, Answer, Profile

MAX_PROFILES: Final = 32
"""A second or two of the challenger's work on an idle core."""

MAX_PICTURE_BYTES: Final = 44_000_000
"""Of pictures: what one request may bring at most also finds a place here."""

Job = tuple[Profile, Answer]


class ProfileQueue:
    """A queue that takes what it has a place for."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._bytes = 0

    def put(self, job: Job) -> bool:
        """Let a profile wait; False where there is no place for it. Returns at once."""
        size = _size(job)
        with self._lock:
            if self._jobs.qsize() >= MAX_PROFILES or self._bytes + size > MAX_PICTURE_BYTES:
                return False
            self._bytes += size
        self._jobs.put(job)
        return True

    def take(self, seconds: float) -> Job | None:
        """The profile that waits longest; None if none comes in so many seconds."""
        try:
            job = self._jobs.get(timeout=seconds)
        except queue.Empty:
            return None
        with self._lock:
            self._bytes -= _size(job)
        return job


def _size(job: Job) -> int:
    return sum(len(job[0].image(field) or b"") for field in IMAGE_FIELDS)
