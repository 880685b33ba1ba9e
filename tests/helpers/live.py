"""Worker processes of a real server, and waiting for a condition."""

import time

import psutil


def workers(server):
    """The worker processes of a server."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if any("worker.service" in word for word in child.cmdline())]


def within(seconds, condition):
    """Wait until the condition holds; fail after the time limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
