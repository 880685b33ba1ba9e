"""How often somebody may do something, counted by all workers of a server together."""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import Final

SLOTS: Final = 1 << 20
"""Eight bytes each. Two of a hundred names share one, and then a limit, in a server of two hundred."""

ROUNDING: Final = 1e-6
"""Seconds: sums of many steps are off by less."""


class Rates:
    """Token buckets for any number of names in a fixed amount of memory.

    A bucket is one number, the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371). The
    numbers lie in a file that the workers map; two that change one in the same instant may let one request too many in.

    Args:
        path: the file; None for a process of its own.
    """

    def __init__(self, path: Path | None = None) -> None:
        with tempfile.TemporaryFile() if path is None else os.fdopen(_opened(path), "r+b") as file:
            file.truncate(SLOTS * 8)
            self._full = memoryview(mmap.mmap(file.fileno(), SLOTS * 8)).cast("d")

    @classmethod
    def of_this_server(cls, name: str) -> Rates:
        """Shared through the folder in which BentoML's workers also share their metrics; emptied at its start."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        return cls(Path(folder) / name if folder else None)

    def wait(self, name: str, per_second: float, burst: float) -> float:
        """Take one token where there is one.

        Args:
            name: whose.
            per_second: tokens that come back.
            burst: tokens of a full bucket, at least 1.

        Returns:
            0, or the seconds until there is a token.
        """
        slot, now = int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) % SLOTS, time.monotonic()
        full = min(max(self._full[slot], now), now + burst / per_second)
        wait = full - now - (burst - 1) / per_second
        lets_in = wait < ROUNDING
        self._full[slot] = full + 1 / per_second if lets_in else full
        return 0 if lets_in else wait


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
