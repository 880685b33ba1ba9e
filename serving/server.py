"""`huijian serve`: one tree of server processes on one port.

Without a file of keys it listens on this machine only. Each server has a BentoML home of its own: two servers in one
home delete each other's metrics.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import tempfile
import threading
import time
from http import HTTPStatus
from typing import Final

from models import manifest
from models.policy import Policy
from models.runtime import versions
from models.runtime.cores import cores
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving.edge.deadlines import deadline
from serving.keys import keys_file
from serving.keys.keyring import Keyring
from serving.shadow.config import shadow_file
from serving.store.secrets import Secrets
from serving.store.variables import URL_VARIABLE

LOOPBACK: Final = "127.0.0.1"
ALL_INTERFACES: Final = "0.0.0.0"  # noqa: S104 - only with keys
READY_SECONDS: Final = 60
"""Start-up time limit, some ten times what is needed; workers that fail keep being restarted by BentoML."""

PROVIDERS_VARIABLE: Final = "HUIJIAN_PROVIDERS"

MALLOC_SETTINGS: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(32 * 2**20),
}
"""glibc's allocator for long-lived workers; an operator's own values take precedence.

Every reload of the gallery builds some 60 MB in another thread. A worker that judges in two threads and reloads every
5 s settles at 626 MB with these values, at 675 MB with glibc's defaults.
"""

EXAMPLE_AVATAR: Final = REPOSITORY / "docs" / "example-avatar.png"
"""A national flag, which no avatar may show (Art. 8(3), 10)."""

READY_MESSAGE: Final = """
徽鉴已就绪，试一试 · Huijian is ready; try it:

  curl {url}/v1/classify{key} -F account_id=42 -F name=海边的小店 -F bio='稳赚不赔，➕V：abc12345' -F avatar=@{avatar}

接口文档 · Documentation: {url}/docs
"""


class ServerError(RuntimeError):
    """The service cannot be started; the message says why."""


def serve(port: int, workers: int) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        port: of the HTTP service.
        workers: processes, which share the CPU cores.

    Raises:
        ArtifactError, DamagedError, PolicyError: a model, the gallery, the policy or a provider is missing or damaged.
        KeysError, DeadlineError: the file of keys, or HUIJIAN_DEADLINE, is invalid.
        StoreError: the store's keys or its database URL are invalid.
        ServerError: the port is taken, or the service did not become ready.
    """
    settings = Settings.from_environment()
    _check_sources(settings)
    with_keys = Keyring(keys_file.path(settings.home)).current is not None
    host = ALL_INTERFACES if with_keys else LOOPBACK
    _check_port(host, port)
    with tempfile.TemporaryDirectory(prefix="huijian-") as home:
        os.environ |= _environment(settings, home, workers)
        watch = _Watch(port, with_keys)
        watch.start()
        _run(host, port)
    if watch.gave_up:
        raise ServerError("the service did not become ready; the lines above say why")


def _check_sources(settings: Settings) -> None:
    """Check before any worker starts, because a worker could only fail again and again."""
    verified = (settings.artifacts / manifest.MANIFEST).exists()
    if verified:
        manifest.verify(settings.artifacts)
    settings.encoder_directory()
    for version in (settings.gallery_directory(), settings.text_directory()):
        if not (verified and version.is_relative_to(settings.artifacts)):  # those are in the manifest
            versions.checked(version)
    Policy.load(settings.policy)
    Secrets.load(settings.home)
    deadline()
    _check_configured(settings)


def _check_configured(settings: Settings) -> None:
    """Check options that were set explicitly; the libraries of the defaults would take 0.3 s to import."""
    if URL_VARIABLE in os.environ:
        from serving.store.database import Database  # noqa: PLC0415

        Database.from_environment(settings.home).close()
    if PROVIDERS_VARIABLE in os.environ:
        from models.runtime.sessions import providers  # noqa: PLC0415

        providers()


class _Watch(threading.Thread):
    """Prints an example request once the service is ready; ends a service that does not become ready."""

    def __init__(self, port: int, with_key: bool) -> None:
        super().__init__(daemon=True)
        self._port, self._with_key = port, with_key
        self.gave_up = False

    def run(self) -> None:
        """Wait until the service is ready, then print how to call it; end the process if it takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline:
                self.gave_up = True
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.1)
        key = " -H 'Authorization: Bearer KEY'" if self._with_key else ""
        url = f"http://{LOOPBACK}:{self._port}"
        print(READY_MESSAGE.format(url=url, key=key, avatar=EXAMPLE_AVATAR), flush=True)

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def _environment(settings: Settings, home: str, workers: int) -> dict[str, str]:
    """Environment of the workers; paths are absolute, because workers start in another directory."""
    return {
        **{name: os.environ.get(name, value) for name, value in MALLOC_SETTINGS.items()},
        "BENTOML_HOME": home,
        "BENTOML_DO_NOT_TRACK": "True",
        "HUIJIAN_ARTIFACTS": str(settings.artifacts.resolve()),
        "HUIJIAN_KEYS": str(keys_file.path(settings.home).resolve()),
        "HUIJIAN_HOME": str(settings.home.resolve()),
        "HUIJIAN_POLICY": str(settings.policy.resolve()),
        "HUIJIAN_SHADOW": str(shadow_file(settings).resolve()),
        "HUIJIAN_WORKERS": str(workers),
        "HUIJIAN_THREADS": os.environ.get("HUIJIAN_THREADS") or str(max(1, cores() // workers)),
    }


def _run(host: str, port: int) -> None:
    # Imported late: BentoML reads its environment at import.
    import bentoml  # noqa: PLC0415

    bentoml.serve("serving.service:ProfileService", host=host, port=port, working_dir=str(REPOSITORY), blocking=True)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServerError(f"port {port} cannot be used: {error.strerror}; choose another with --port") from error
