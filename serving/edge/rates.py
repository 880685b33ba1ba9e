"""Rate limits, counted by all workers of a server together."""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import Final

from serving.messages.schema import MAX_PROFILES

BUCKETS: Final = 1 << 20
"""Buckets of 8 bytes, chosen by hash. Two of 100 names share one, and thus a limit, in one of 200 servers."""

MAX_OWED: Final = MAX_PROFILES - 1
"""Tokens that a bucket may owe: for the largest batch, whose request was let in for one token."""

ROUNDING_SECONDS: Final = 1e-6
"""Seconds; bounds the rounding error of the sums below."""


class Rates:
    """Token buckets for any number of names in a fixed amount of memory.

    A bucket is one number, the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371). The
    workers map a common file of buckets. Two simultaneous updates of a bucket may admit one request too many.

    Args:
        path: the file; None for buckets of this process alone.
    """

    def __init__(self, path: Path | None = None) -> None:
        with tempfile.TemporaryFile() if path is None else os.fdopen(_opened(path), "r+b") as file:
            file.truncate(BUCKETS * 8)
            self._full = memoryview(mmap.mmap(file.fileno(), BUCKETS * 8)).cast("d")

    @classmethod
    def of_this_server(cls, name: str) -> Rates:
        """Buckets in the folder through which the server's workers share metrics; it is emptied at every start."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        return cls(Path(folder) / name if folder else None)

    def wait(self, name: str, per_second: float, burst: float, *, tokens: int = 1, needed: int = 1) -> float:
        """Take tokens, unless too few of them are there.

        Args:
            name: of the bucket.
            per_second: tokens that are refilled.
            burst: tokens of a full bucket, at least 1.
            tokens: to take.
            needed: how many of them must be there; the bucket owes the others, at most MAX_OWED.

        Returns:
            0 if they were taken, else the seconds until they can be.
        """
        slot, now = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % BUCKETS, time.monotonic()
        # A limit that was raised leaves no debt of the lower one.
        full = min(max(self._full[slot], now), now + (burst + MAX_OWED) / per_second)
        wait = full - now - (burst - needed) / per_second
        lets_in = wait < ROUNDING_SECONDS
        self._full[slot] = full + tokens / per_second if lets_in else full
        return 0 if lets_in else wait


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
