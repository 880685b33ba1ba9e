"""Starts process trees, watches their memory and ends them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

HUIJIAN = Path(__file__).parents[1] / ".venv" / "bin" / "huijian"
"""The command line of the environment that `make venv` makes."""


def resident_bytes(process: psutil.Process) -> int:
    """Resident memory of a process and all below it, shared pages counted once per process."""
    total = 0
    for member in tree(process):
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def run(command: Sequence[str]) -> tuple[float, int]:
    """Run a command to its end; returns seconds and peak resident bytes of its tree.

    Raises:
        CalledProcessError: it failed.
    """
    started, peak = time.monotonic(), 0
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, resident_bytes(process))
        time.sleep(0.1)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.monotonic() - started, peak


def kill_after(command: Sequence[str], seconds: float) -> bool:
    """Run a command and kill -9 its tree after so many seconds; returns true if it was still running."""
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        for member in tree(process):
            member.kill()
        process.wait()
        return True
    return False
