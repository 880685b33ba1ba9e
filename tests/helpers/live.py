"""What tests of a real server ask of its processes, and how they wait for what they asked."""

import time

import psutil


def workers(server):
    """The processes of a server that judge."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if any("worker.service" in word for word in child.cmdline())]


def within(seconds, condition):
    """Wait until it is so; fail if it takes longer."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
