"""Environment that `huijian serve` passes on to its workers."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "33554432"}
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment_of_a_worker(tmp_path):
    """Starts a service with these variables; returns the environment of one of its processes."""
    services = []

    def start(**variables):
        clean = {name: value for name, value in os.environ.items() if name not in ALLOCATOR}
        environment = {**clean, "HUIJIAN_HOME": str(tmp_path), **variables}
        command = [Path(sys.executable).with_name("huijian"), "serve", "--port", str(free_port())]
        with (tmp_path / "log").open("wb") as log:
            services.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        deadline = time.monotonic() + START_SECONDS
        while True:
            for child in psutil.Process(services[-1].pid).children(recursive=True):
                if "worker" in " ".join(child.cmdline()):
                    return child.environ()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.02)

    yield start
    for service in services:
        service.terminate()
        try:
            service.wait(30)
        except subprocess.TimeoutExpired:
            service.kill()


def test_workers_get_the_allocator_settings(environment_of_a_worker):
    told = environment_of_a_worker()
    assert {name: told.get(name) for name in ALLOCATOR} == ALLOCATOR


def test_operators_own_allocator_settings_take_precedence(environment_of_a_worker):
    told = environment_of_a_worker(MALLOC_ARENA_MAX="8")
    assert {name: told.get(name) for name in ALLOCATOR} == {**ALLOCATOR, "MALLOC_ARENA_MAX": "8"}
