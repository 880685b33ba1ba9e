"""What tests of challengers share: their processes, and patience with them."""

import os
import time

import psutil

SECONDS = 90


def wait(condition):
    """Ask again and again until there is something; returns it."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def challengers(pid=None):
    """The processes of challengers below a process, this one if not given."""
    return [child for child in psutil.Process(pid or os.getpid()).children(recursive=True) if _is_challenger(child)]


def _is_challenger(process):
    try:
        return "serving.shadow" in process.cmdline()
    except psutil.Error:  # it is just ending
        return False
