"""How much of the machine is ours."""

from __future__ import annotations

import os
from pathlib import Path


def cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Cores that this process may use: those that it sees, or as many as its container's quota pays for.

    Args:
        quota: the control group's file: microseconds of processor, or `max`, in so many of the clock.
    """
    seen = len(os.sched_getaffinity(0))
    try:
        paid, period = map(int, quota.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return seen
    return max(1, min(seen, paid // period))
