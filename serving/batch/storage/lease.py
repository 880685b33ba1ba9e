"""Keeps two runs out of one folder of an object store, which knows no locks.

The holder rewrites a lock object every few seconds. A second run watches it: if the object changes, somebody is at
work; if it does not for a while, its holder was killed and the lock is taken over. No two clocks are compared.

A holder that was cut off for long and comes back does no harm: parts are written once, and name their run.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from serving.batch.errors import RunError
from serving.batch.storage.folder import Folder

LOCK_NAME = "_lock"
BEAT_SECONDS = 5.0
"""Between two signs of life."""

STALE_BEATS = 6
"""Beats without a change after which a lock's holder counts as dead: some outages of a store last seconds."""


class Lease:
    """A lock that ends with its holder.

    Args:
        folder: where the lock object lies.
        name: of the lock object.
    """

    def __init__(self, folder: Folder, name: str) -> None:
        self._folder, self._name = folder, name
        self._holder = f"{socket.gethostname()} {os.getpid()} {uuid.uuid4().hex}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            RunError: another run holds it.
        """
        self._take()
        ended = threading.Event()
        beats = threading.Thread(target=self._keep, args=(ended,), daemon=True)
        beats.start()
        try:
            yield
        finally:
            ended.set()
            beats.join()
            self._folder.remove(self._name)

    def _take(self) -> None:
        self._folder.create(self._name, self._sign(0))
        first = self._content()
        if self._is_mine(first):
            return
        for _ in range(STALE_BEATS):
            time.sleep(BEAT_SECONDS)
            if self._content() != first:
                raise RunError(f"another run is writing to {self._folder}; wait for it to end")
        self._folder.remove(self._name)
        self._folder.create(self._name, self._sign(0))
        if not self._is_mine(self._content()):
            raise RunError(f"another run is writing to {self._folder}; wait for it to end")

    def _keep(self, ended: threading.Event) -> None:
        number = 0
        while not ended.wait(BEAT_SECONDS):
            number += 1
            with suppress(Exception):  # a beat that was missed is followed by the next
                self._folder.replace(self._name, self._sign(number))

    def _sign(self, number: int) -> bytes:
        return f"{self._holder} {number}".encode()

    def _content(self) -> bytes:
        try:
            return self._folder.read(self._name)
        except FileNotFoundError:
            return b""

    def _is_mine(self, content: bytes) -> bool:
        return content.startswith(self._holder.encode())
