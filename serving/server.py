"""`huijian serve`: one server process tree on one port.

Without configured keys it listens on this machine only. It has a home of its own, because two BentoML servers in one
home wipe each other's metrics.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
import urllib.request
from typing import Final

from models.policy import Policy
from models.settings import REPOSITORY, Settings
from serving.edge import Keys

LOOPBACK: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - only with keys
READY_SECONDS: Final = 60
"""A service that is not ready by then, some ten times what it needs, has workers that fail again and again."""

AVATAR: Final = REPOSITORY / "docs" / "example-avatar.png"
"""The flag of China, which no avatar may show (Art. 8(3), 10)."""

EXAMPLE: Final = """
徽鉴已就绪，试一试 · Huijian is ready; try it:

  curl {url}/v1/classify{key} -F account_id=42 -F name=海边的小店 -F bio='稳赚不赔，➕V：abc12345' -F avatar=@{avatar}

接口文档 · Documentation: {url}/docs
"""


class ServerError(RuntimeError):
    """The service cannot be started; the message says why."""


def serve(port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        port: to listen on.
        workers: processes; the cores are shared among them.

    Raises:
        ArtifactError, PolicyError: something to judge with is missing.
        KeysError: HUIJIAN_API_KEYS cannot be used.
        ServerError: the port is taken, or the service did not become ready.
    """
    settings = Settings.from_environment()
    settings.encoder_directory(), settings.text_directory(), Policy.load(settings.policy)
    keys = Keys.from_environment()
    host = EVERYWHERE if keys.digests else LOOPBACK
    _check_port(host, port)
    with tempfile.TemporaryDirectory(prefix="huijian-") as home:
        os.environ |= _environment(home, workers)
        watch = _Watch(port, with_key=bool(keys.digests))
        watch.start()
        _run(host, port)
    if watch.gave_up:
        raise ServerError("the service did not become ready; the lines above say why")


class _Watch(threading.Thread):
    """Prints one ready-made request as soon as the service is ready, and ends a service that never is."""

    def __init__(self, port: int, with_key: bool) -> None:
        super().__init__(daemon=True)
        self._url, self._with_key = f"http://{LOOPBACK}:{port}", with_key
        self.gave_up = False

    def run(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline:
                self.gave_up = True
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.1)
        key = " -H 'Authorization: Bearer KEY'" if self._with_key else ""
        print(EXAMPLE.format(url=self._url, key=key, avatar=AVATAR), flush=True)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url}/readyz", timeout=5):  # noqa: S310 - our own address
                return True
        except OSError:
            return False


def _environment(home: str, workers: int) -> dict[str, str]:
    threads = max(1, (os.cpu_count() or 1) // workers)
    return {
        "BENTOML_HOME": home,
        "BENTOML_DO_NOT_TRACK": "True",
        "HUIJIAN_WORKERS": str(workers),
        "HUIJIAN_THREADS": os.environ.get("HUIJIAN_THREADS") or str(threads),
    }


def _run(host: str, port: int) -> None:
    # BentoML reads its environment when it is imported.
    import bentoml  # noqa: PLC0415

    bentoml.serve("serving.service:ProfileService", host=host, port=port, working_dir=str(REPOSITORY), blocking=True)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from error
