"""What a worker is like at this moment, for Prometheus; measured once a second by `serving.freshness`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping
from typing import Final

import psutil
from prometheus_client import REGISTRY, CollectorRegistry, Gauge

from models.sources import Refusal
from serving.store.store import Health

PARTS: Final = ("gallery", "text", "policy", "closed_accounts", "keys", "baseline")
"""What is followed on disk and can be refused."""


class Gauges:
    """The state of one process.

    Args:
        registry: where it is registered; each process has one.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._refused = Gauge(
            "huijian_update_refused",
            "1 while something newer is refused and the old one keeps serving; /readyz says why.",
            ["part"],
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._checksum = Gauge(
            "huijian_versions_checksum",
            "A number made of the versions in force: workers with the same number judge alike.",
            registry=registry,
            multiprocess_mode="liveall",
        )
        self._resident = Gauge(
            "huijian_resident_bytes", "Memory of each worker.", registry=registry, multiprocess_mode="liveall"
        )
        self._cache = Gauge(
            "huijian_picture_cache_bytes",
            "Memory that remembered pictures take, in all workers.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._accepts = Gauge(
            "huijian_store_accepts",
            "1 while decisions can be recorded in every worker.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._database = Gauge(
            "huijian_store_database_up",
            "1 while the database takes decisions from every worker.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._spool = Gauge(
            "huijian_spool_bytes",
            "Decisions on local disk that are not in the database yet.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._damaged = Gauge(
            "huijian_spool_damaged",
            "Files of the spool that people must look at.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._drift = Gauge(
            "huijian_similarity_drift",
            "Population stability index of similarities against the baseline; 0 while they cannot be compared.",
            ["field"],
            registry=registry,
            multiprocess_mode="livemax",
        )

    def refused(self, refusals: Collection[Refusal]) -> None:
        """What is refused now; nothing else is."""
        parts = {refusal.part for refusal in refusals}
        for part in PARTS:
            self._refused.labels(part).set(part in parts)

    def in_force(self, versions: Mapping[str, str]) -> None:
        """What judges now."""
        self._checksum.set(zlib.crc32(json.dumps(dict(versions), sort_keys=True).encode()))

    def memory(self, cache: int) -> None:
        """Measure this process.

        Args:
            cache: bytes that remembered pictures take.
        """
        self._resident.set(psutil.Process().memory_info().rss)
        self._cache.set(cache)

    def store(self, health: Health) -> None:
        """How the store is."""
        self._accepts.set(health.accepts)
        self._database.set(health.problem is None)
        self._spool.set(health.waiting)
        self._damaged.set(health.damaged)

    def drift(self, field: str, index: float) -> None:
        """How far the pictures of a field are from the baseline; 0 where they cannot be compared."""
        self._drift.labels(field).set(index)
