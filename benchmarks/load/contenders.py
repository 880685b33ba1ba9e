"""Contenders on the same cores: our service, a bare FastAPI application, and the Inspector alone.

They take turns. The sender of requests stays on the other cores, if there are any.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.latency import free_port, seconds_until_ready
from benchmarks.load.generator import Make, closed_loop, succeeded
from benchmarks.load.requests import form, new_profiles
from benchmarks.processes import HUIJIAN, resident_bytes, tree
from models.runtime.paths import REPOSITORY

CONNECTIONS = 8
"""Connections per worker that saturate it; more only lengthen the queue."""

WARM_UP_SECONDS = 3
"""Seconds of saturation before anything counts."""


@dataclass(frozen=True)
class Cores:
    """Numbers of the cores, divided.

    Attributes:
        contenders: cores of what is measured.
        sender: cores of the load generator.
    """

    contenders: tuple[int, ...]
    sender: tuple[int, ...]

    @classmethod
    def split(cls, count: int | None) -> Cores:
        """Give `count` cores, by default half of them, to the contenders and the rest to the sender."""
        all_ = sorted(os.sched_getaffinity(0))
        count = count or max(1, len(all_) // 2)
        return cls(tuple(all_[:count]), tuple(all_[count:] or all_))


@dataclass(frozen=True)
class Rate:
    """Throughput.

    Attributes:
        per_second: profiles a second.
        milliseconds: processor time of each profile.
    """

    per_second: float
    milliseconds: float


class Server:
    """An HTTP server that answers profiles.

    Args:
        process: root of its process tree.
        home: home directory of our service.
    """

    def __init__(self, process: psutil.Popen, url: str, workers: int, home: Path) -> None:
        self.process, self.url, self.workers, self.home = process, url, workers, home

    def saturate(self, seconds: float, make: Make | None = None) -> Rate:
        """Send as much as it can answer.

        Raises:
            RuntimeError: a request was not answered with 200.
        """
        used, started = processor_seconds(self.process), time.perf_counter()
        done = closed_loop(self.url, make or new_request(), CONNECTIONS * self.workers, seconds)
        elapsed = time.perf_counter() - started
        answered = len(succeeded(done))
        if answered < len(done):
            raise RuntimeError(f"{len(done) - answered} of {len(done)} requests were not answered with 200")
        return Rate(answered / elapsed, (processor_seconds(self.process) - used) / answered * 1000)

    def megabytes(self) -> float:
        """Resident memory of all its processes."""
        return resident_bytes(self.process) / 1e6

    def stop(self) -> None:
        """End it with SIGTERM, as an operator does."""
        self.process.terminate()
        self.process.wait(60)


class Alone:
    """The Inspector in as many processes as a server has workers."""

    def __init__(self, processes: list[psutil.Popen]) -> None:
        self._processes = processes

    def saturate(self, seconds: float) -> Rate:
        """Judge without pause."""
        for process in self._processes:
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
        done = [json.loads(process.stdout.readline()) for process in self._processes]
        judged = sum(one["judged"] for one in done)
        per_second = sum(one["judged"] / one["seconds"] for one in done)
        return Rate(per_second, sum(one["processor"] for one in done) / judged * 1000)


def new_request() -> Make:
    """A maker of requests with profiles that are not in the cache."""
    profiles = new_profiles()
    return lambda: form(next(profiles))


@contextmanager
def huijian(cores: Cores) -> Iterator[Server]:
    """Our service, one worker a core, with an empty home directory."""
    port = free_port()
    command = [str(HUIJIAN), "serve", "--port", str(port), "--workers", str(len(cores.contenders))]
    with _home() as home, _started(command, cores, {"HUIJIAN_HOME": str(home)}) as process:
        yield _warm(Server(process, f"http://127.0.0.1:{port}", len(cores.contenders), home))


@contextmanager
def fastapi(cores: Cores) -> Iterator[Server]:
    """The bare application, one worker a core."""
    port, workers = free_port(), len(cores.contenders)
    options = ["--port", str(port), "--workers", str(workers), "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.load.bare_app:app", *options]
    with _home() as home, _started(command, cores, {"HUIJIAN_HOME": str(home)}) as process:
        yield _warm(Server(process, f"http://127.0.0.1:{port}", workers, home))


@contextmanager
def alone(cores: Cores) -> Iterator[Alone]:
    """The Inspector, one process a core."""
    command = [sys.executable, "-m", "benchmarks.load.inspecting"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with _home() as home:
        processes = [_start(command, cores, {"HUIJIAN_HOME": str(home)}, **pipes) for _ in cores.contenders]
        try:
            contender = Alone(processes)
            contender.saturate(WARM_UP_SECONDS)
            yield contender
        finally:
            for process in processes:
                process.kill()
                process.wait()


class Memory(threading.Thread):
    """Samples the memory of a server, twice a second, until it is stopped.

    Attributes:
        samples: moments (`time.perf_counter()`) and megabytes.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._server, self._ending = server, threading.Event()
        self.samples: list[tuple[float, float]] = []

    def __enter__(self) -> Memory:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        """Sample until stopped."""
        while not self._ending.wait(0.5):
            self.samples.append((time.perf_counter(), self._server.megabytes()))


def processor_seconds(process: psutil.Process) -> float:
    """Processor time of a process and its living descendants."""
    times = [member.cpu_times() for member in tree(process)]
    return sum(one.user + one.system for one in times)


@contextmanager
def _home() -> Iterator[Path]:
    (REPOSITORY / "build").mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="serving-", dir=REPOSITORY / "build"))  # on the disk that a service would use
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _started(command: list[str], cores: Cores, environment: Mapping[str, str]) -> Iterator[psutil.Popen]:
    process = _start(command, cores, environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def _start(command: list[str], cores: Cores, environment: Mapping[str, str], **pipes: Any) -> psutil.Popen:
    os.sched_setaffinity(0, cores.contenders)  # which its processes and all their threads inherit
    try:
        return psutil.Popen(command, cwd=REPOSITORY, env={**os.environ, **environment}, **pipes)
    finally:
        os.sched_setaffinity(0, cores.sender)


def _warm(server: Server) -> Server:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        seconds_until_ready(client)
    server.saturate(WARM_UP_SECONDS)
    return server
