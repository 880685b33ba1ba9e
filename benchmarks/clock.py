"""Wall time and processor time on one core, so that other programs on the machine do not count as our cost.

Wall time is how long a caller waits. Processor time is close to it on a quiet machine, and still nearly right on a busy
one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np

BUSY_LOAD = 1.0
"""Load average above which wall times are too high."""

COLUMNS = f"{'p50':>9}{'p99':>9}{'CPU p50':>9}"
"""Column headings of a printed `Times`, in milliseconds."""

Result = TypeVar("Result")


@dataclass
class Times:
    """Durations of one operation, repeated.

    Attributes:
        wall: wall times in milliseconds.
        processor: processor times of this process in milliseconds.
    """

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def measure(self, act: Callable[[], Result]) -> Result:
        """Run it once, note both durations and return its result."""
        wall, processor = time.perf_counter(), time.process_time()
        result = act()
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.processor.append((time.process_time() - processor) * 1000)
        return result

    def __str__(self) -> str:
        """`COLUMNS`: p50 and p99 of the wall, p50 of the processor."""
        return "".join(f"{value:>9.1f}" for value in (*np.percentile(self.wall, (50, 99)), np.median(self.processor)))


def pin_to_one_core() -> None:
    """Restrict this process to its last core, and OpenCV to one thread; `models` restricts FAISS and BLAS."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)


def state_of_machine() -> str:
    """A line below a table that says how busy the machine is."""
    load = os.getloadavg()[0]
    note = ": other programs run, wall times are too high, CPU times nearly right" if load > BUSY_LOAD else ""
    return f"one thread on one core; load average {load:.1f}{note}"
