"""Prometheus gauges: the present state of a worker, set once a second by `serving.reloader`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

import psutil
from prometheus_client import REGISTRY, CollectorRegistry, Gauge

from models.profile import Field
from models.runtime.sources import Refusal
from serving.store.store import Health

RELOADED_PARTS: Final = ("gallery", "text", "policy", "closed_accounts", "lists", "keys", "baseline")
"""Parts that are reloaded from disk and can be refused."""


def checksum(versions: Mapping[str, str]) -> int:
    """CRC-32 of the active versions: equal for equal versions."""
    return zlib.crc32(json.dumps(dict(versions), sort_keys=True).encode())


class Gauges:
    """Gauges of one process.

    Args:
        registry: of this process.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        gauge = partial(Gauge, registry=registry)
        self._refused = gauge(
            "huijian_update_refused",
            "1 while a newer version is refused and the old one keeps serving; /readyz gives the reason.",
            ["part"],
            multiprocess_mode="livemax",
        )
        self._checksum = gauge(
            "huijian_versions_checksum",
            "Checksum of the versions in force: workers with the same number judge alike.",
            multiprocess_mode="liveall",
        )
        self._closed = gauge(
            "huijian_closed_accounts",
            "Closed accounts that can be found by that field, in the worker with fewest.",
            ["field"],
            multiprocess_mode="livemin",
        )
        self._resident = gauge("huijian_resident_bytes", "Resident memory of each worker.", multiprocess_mode="liveall")
        self._cache = gauge(
            "huijian_picture_cache_bytes",
            "Memory of the picture caches of all workers.",
            multiprocess_mode="livesum",
        )
        self._accepts = gauge(
            "huijian_store_accepts", "1 while decisions can be recorded in every worker.", multiprocess_mode="livemin"
        )
        self._database = gauge(
            "huijian_store_database_up",
            "1 while the database takes decisions from every worker.",
            multiprocess_mode="livemin",
        )
        self._spool = gauge(
            "huijian_spool_bytes",
            "Decisions on local disk that are not in the database yet.",
            multiprocess_mode="livemax",
        )
        self._damaged = gauge(
            "huijian_spool_damaged",
            "Damaged files of the spool that people must inspect.",
            multiprocess_mode="livemax",
        )
        self._drift = gauge(
            "huijian_similarity_drift",
            "Population stability index of similarities against the baseline; 0 while they cannot be compared.",
            ["field"],
            multiprocess_mode="livemax",
        )
        self._fits = gauge(
            "huijian_baseline_fits",
            "1 while every worker has a baseline of its encoder in force.",
            multiprocess_mode="livemin",
        )

    def refused(self, refusals: Collection[Refusal]) -> None:
        """Set which parts are refused; all others are not."""
        parts = {refusal.part for refusal in refusals}
        for part in RELOADED_PARTS:
            self._refused.labels(part).set(part in parts)

    def set_versions(self, versions: Mapping[str, str]) -> None:
        """Set the active versions."""
        self._checksum.set(checksum(versions))

    def closed_accounts(self, known: Mapping[Field, int]) -> None:
        """Set the number of closed accounts that can be found by each field."""
        for field, count in known.items():
            self._closed.labels(str(field)).set(count)

    def memory(self, cache: int) -> None:
        """Set the memory of this process.

        Args:
            cache: bytes of the picture cache.
        """
        self._resident.set(psutil.Process().memory_info().rss)
        self._cache.set(cache)

    def store(self, health: Health) -> None:
        """Set the state of the store."""
        self._accepts.set(health.accepts)
        self._database.set(health.problem is None)
        self._spool.set(health.waiting)
        self._damaged.set(health.damaged)

    def baseline(self, fits: bool) -> None:
        """Set whether similarities can be compared with a baseline."""
        self._fits.set(fits)

    def drift(self, field: str, index: float) -> None:
        """Set the drift of a field's pictures; 0 if they cannot be compared."""
        self._drift.labels(field).set(index)
