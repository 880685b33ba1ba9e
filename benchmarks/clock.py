"""Both clocks on one core: what other programs do to the machine must not pass for what ours cost.

Wall time is what a caller waits; processor time stays near it on a quiet machine, and nearly true on a busy one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np

BUSY = 1.0
"""Load average above which wall times are too high."""

COLUMNS = f"{'p50':>9}{'p99':>9}{'CPU p50':>9}"
"""Heads of what a `Times` prints, in milliseconds."""

Result = TypeVar("Result")


@dataclass
class Times:
    """Durations of one thing done again and again.

    Attributes:
        wall: milliseconds that passed.
        processor: milliseconds that this process computed.
    """

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def measure(self, act: Callable[[], Result]) -> Result:
        """Do it once and note both durations."""
        wall, processor = time.perf_counter(), time.process_time()
        result = act()
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.processor.append((time.process_time() - processor) * 1000)
        return result

    def __str__(self) -> str:
        """`COLUMNS`: p50 and p99 of the wall, p50 of the processor."""
        return "".join(f"{value:>9.1f}" for value in (*np.percentile(self.wall, (50, 99)), np.median(self.processor)))


def pin_to_one_core() -> None:
    """Leave this process the last of its cores, and OpenCV one thread; `models` gives FAISS and BLAS one."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)


def state_of_machine() -> str:
    """A line for below a table: how busy the machine is."""
    load = os.getloadavg()[0]
    note = ": other programs run, wall times are too high, CPU times nearly right" if load > BUSY else ""
    return f"one thread on one core; load average {load:.1f}{note}"
