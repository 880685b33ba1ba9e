"""Rate limits, counted by all workers of a server together."""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import Final

BUCKETS: Final = 1 << 20
"""Buckets of 8 bytes, chosen by hash. Two of 100 names share one, and thus a limit, in one of 200 servers."""

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

    def wait(self, name: str, per_second: float, burst: float) -> float:
        """Take one token if there is one.

        Args:
            name: of the bucket.
            per_second: tokens that are refilled.
            burst: tokens of a full bucket, at least 1.

        Returns:
            0 if a token was taken, else the seconds until there is one.
        """
        slot, now = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % BUCKETS, time.monotonic()
        full = min(max(self._full[slot], now), now + burst / per_second)
        wait = full - now - (burst - 1) / per_second
        lets_in = wait < ROUNDING_SECONDS
        self._full[slot] = full + 1 / per_second if lets_in else full
        return 0 if lets_in else wait


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
