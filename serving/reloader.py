"""Reloads new versions from disk once a second, logs refused ones, and updates the gauges of this worker."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Final

from models.live import LiveInspector
from models.profile import IMAGE_FIELDS
from models.runtime.failures import safe_traceback
from models.runtime.sources import Refusal, Source
from serving.active import observe
from serving.keys.keyring import Keyring
from serving.metrics.drift import Baseline, baseline_file
from serving.metrics.gauges import Gauges
from serving.metrics.metrics import Metrics
from serving.store.errors import StoreError
from serving.store.store import Store

POLL_SECONDS: Final = 1
"""Between two polls; the contract promises that new versions are active within 5 seconds."""

logger = logging.getLogger("huijian.service")


class Reloader(threading.Thread):
    """Keeps one worker up to date.

    Args:
        live: the active Inspector.
        keyring: the active API keys.
        store: its health is measured.
        metrics: of this worker; its recent similarities are compared with the baseline.
    """

    def __init__(self, live: LiveInspector, keyring: Keyring, store: Store, metrics: Metrics) -> None:
        super().__init__(name="refresh", daemon=True)
        self._live, self._keyring, self._store, self._metrics = live, keyring, store, metrics
        file = baseline_file(live.settings.home)
        self._baseline = Source.optional("baseline", lambda: _stamp(file), lambda: _baseline(file))
        self._gauges = Gauges(metrics.registry)
        self._logged: list[Refusal] = []
        self._is_recorded = False
        self._metrics.set_versions(live.current.current_versions())
        self._measure()

    def run(self) -> None:
        """Poll until the process ends."""
        while True:
            time.sleep(POLL_SECONDS)
            try:
                self.poll()
            except Exception as error:
                logger.error("unexpected %s", safe_traceback(error))

    def poll(self) -> None:
        """Load new versions, then update the gauges."""
        if self._live.refresh():
            self._is_recorded = False
            self._metrics.set_versions(self._live.current.current_versions())
            logger.info("now in force: %s", dict(self._live.current.current_versions()))
        if self._keyring.refresh():
            self._is_recorded = False
            logger.info("other keys are in force")
        if self._baseline.refresh():
            logger.info("another baseline of similarities is in force")
        self._record()
        self._measure()

    def _record(self) -> None:
        """Have the audit trail name the active versions; while it cannot be written, the next poll tries again."""
        if not self._is_recorded:
            with contextlib.suppress(StoreError):  # the store's writer logs it
                observe(self._store.trail, self._live.settings)
                self._is_recorded = True

    def _measure(self) -> None:
        refusals = [*self._live.refusals, *filter(None, (self._keyring.refusal, self._baseline.refusal))]
        for refusal in refusals:
            if refusal not in self._logged:
                logger.error("%s: what is new is refused, the old keeps serving: %s", refusal.part, refusal.reason)
        self._logged = refusals
        self._gauges.refused(refusals)
        self._gauges.set_versions(self._live.current.current_versions())
        self._gauges.closed_accounts(self._live.current.closed_accounts())
        self._gauges.memory(self._live.current.picture_cache.size)
        self._gauges.store(self._store.health())
        self._measure_drift()

    def _measure_drift(self) -> None:
        baseline, recent = self._baseline.value, self._metrics.recent
        self._gauges.baseline(baseline is not None and recent.fits(baseline))
        for field in IMAGE_FIELDS:
            index = recent.drift(field, baseline) if baseline else None
            self._gauges.drift(field, index or 0)


def _stamp(file: Path) -> Hashable:
    """A value that changes with the file; None while there is none."""
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _baseline(file: Path) -> Baseline | None:
    return Baseline.load(file) if file.exists() else None
