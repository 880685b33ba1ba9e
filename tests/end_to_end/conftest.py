"""A real server, started once by the user's command."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

READY_SECONDS = 60

BANNER = re.compile(r"^(  curl |徽鉴已就绪|接口文档)")
PRIVATE = re.compile(r"[\u4e00-\u9fff]|[A-Za-z0-9+/]{100}|hj_[A-Za-z0-9_-]{20}")


@dataclass(frozen=True)
class Server:
    """A running `huijian serve`.

    Attributes:
        url: of its HTTP port.
        log: file of its output.
        home: its HUIJIAN_HOME.
    """

    url: str
    log: Path
    home: Path
    process: subprocess.Popen

    def text(self):
        return self.log.read_text(encoding="utf-8")


def free_port():
    """A free port below the range of outgoing connections, which could take it before the service does."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def start(folder, *options, port=None, **environment):
    """Start the service and wait until it is ready."""
    port, log = port or free_port(), folder / "server.log"
    command = [Path(sys.executable).with_name("huijian"), "serve", "--port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "HUIJIAN_HOME": str(folder / "home"), **environment},
        )
    server = Server(f"http://127.0.0.1:{port}", log, folder / "home", process)
    deadline = time.monotonic() + READY_SECONDS
    while "/v1/classify" not in server.text():
        if process.poll() is not None or time.monotonic() > deadline:
            stop(server)
            pytest.fail(f"the service did not become ready:\n{server.text()}")
        time.sleep(0.1)
    return server


def stop(server):
    """End the service by SIGTERM; returns its exit code."""
    server.process.send_signal(signal.SIGTERM)
    try:
        return server.process.wait(timeout=30)
    finally:
        server.process.kill()
        assert not private_lines(server.text())


def private_lines(log):
    """Log lines with forbidden content: Chinese text (as in most of these tests), an image in base64, or a key."""
    lines = [line for line in log.splitlines() if not BANNER.search(line)]
    return [line for line in lines if PRIVATE.search(line)]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("server"))
    yield running
    stop(running)


@pytest.fixture(scope="session")
def client(server):
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def start_server(tmp_path):
    """`start` for another server, ended after the test."""
    servers = []

    def start_one(*options, port=None, **environment):
        servers.append(start(tmp_path, *options, port=port, **environment))
        return servers[-1]

    yield start_one
    for running in reversed(servers):  # the last may have the port of one that ended before
        assert stop(running) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{running.url}/livez", trust_env=False)
