"""Challenger processes, and waiting for them."""

import contextlib
import os
import time

import psutil

SECONDS = 90


def wait(condition, *, hurried=True):
    """Call until the result is true; returns it.

    Args:
        hurried: meanwhile give challengers the priority of the tests, if this user may; at the lowest they starve
            beside other tests.
    """
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline
        for challenger in challengers() if hurried else ():
            with contextlib.suppress(psutil.Error):
                challenger.nice(os.getpriority(os.PRIO_PROCESS, 0))
        time.sleep(0.05)
    return found


def challengers(pid=None):
    """The challengers among a process's descendants; by default of this process."""
    return [child for child in psutil.Process(pid or os.getpid()).children(recursive=True) if _is_challenger(child)]


def _is_challenger(process):
    try:
        return "serving.shadow" in process.cmdline()
    except psutil.Error:  # the process ended meanwhile
        return False
