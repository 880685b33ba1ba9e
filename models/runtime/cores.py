"""The CPU cores available to this process."""

from __future__ import annotations

import os
from pathlib import Path


def cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """CPU cores that this process may use: its affinity, or its container's quota if that is less.

    Args:
        quota: the control group's `cpu.max`: microseconds of CPU time (or `max`) per period in microseconds.
    """
    affine = len(os.sched_getaffinity(0))
    try:
        cpu_time, period = map(int, quota.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return affine
    return max(1, min(affine, cpu_time // period))
