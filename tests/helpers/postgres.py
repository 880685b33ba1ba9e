"""A temporary PostgreSQL server from the installed programs."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest


def programs():
    """The folder of initdb and postgres; None if they are not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Postgres:
    """One server; it listens on a socket in its folder only."""

    def __init__(self):
        self._programs = programs()
        # PostgreSQL refuses to run as root, and other users cannot read the folders of tests.
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="huijian-pg-"))
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        options = ("-U", "huijian", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        subprocess.run(
            [self._programs / "initdb", "-D", self.folder / "data", *options],
            user=self._user, check=True, capture_output=True, cwd=self.folder,
        )  # fmt: skip
        self.url = f"postgresql://huijian@/postgres?host={self.folder}"
        self.start()

    def start(self):
        """Start the server and wait until it answers."""
        command = [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, "-h", "", "-F"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, user=self._user, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url).close()
                return
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)

    def stop(self):
        """Stop the server at once, as by a crash."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    @property
    def is_stopped(self):
        return self._process.poll() is not None

    def new_database(self):
        """The URL of the database, after emptying it."""
        with psycopg.connect(self.url) as connection:
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return self.url

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder)


def running():
    """A server, for fixtures; skips their tests if PostgreSQL is not installed."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    server = Postgres()
    yield server
    server.remove()
