"""What a worker is like at this moment, for Prometheus; measured once a second by `serving.reloader`."""

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

PARTS: Final = ("gallery", "text", "policy", "closed_accounts", "keys", "baseline")
"""What is followed on disk and can be refused."""


def checksum(versions: Mapping[str, str]) -> int:
    """A number of 32 bits made of the versions in force: the same for the same versions."""
    return zlib.crc32(json.dumps(dict(versions), sort_keys=True).encode())


class Gauges:
    """The state of one process.

    Args:
        registry: where it is registered; each process has one.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        gauge = partial(Gauge, registry=registry)
        self._refused = gauge(
            "huijian_update_refused",
            "1 while something newer is refused and the old one keeps serving; /readyz says why.",
            ["part"],
            multiprocess_mode="livemax",
        )
        self._checksum = gauge(
            "huijian_versions_checksum",
            "A number made of the versions in force: workers with the same number judge alike.",
            multiprocess_mode="liveall",
        )
        self._closed = gauge(
            "huijian_closed_accounts",
            "Closed accounts that a worker can find by that field, in the one that knows fewest.",
            ["field"],
            multiprocess_mode="livemin",
        )
        self._resident = gauge("huijian_resident_bytes", "Memory of each worker.", multiprocess_mode="liveall")
        self._cache = gauge(
            "huijian_picture_cache_bytes",
            "Memory that remembered pictures take, in all workers.",
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
            "huijian_spool_damaged", "Files of the spool that people must look at.", multiprocess_mode="livemax"
        )
        self._drift = gauge(
            "huijian_similarity_drift",
            "Population stability index of similarities against the baseline; 0 while they cannot be compared.",
            ["field"],
            multiprocess_mode="livemax",
        )
        self._fits = gauge(
            "huijian_baseline_fits",
            "1 while there is a baseline and it is of the encoder in force, in every worker.",
            multiprocess_mode="livemin",
        )

    def refused(self, refusals: Collection[Refusal]) -> None:
        """What is refused now; nothing else is."""
        parts = {refusal.part for refusal in refusals}
        for part in PARTS:
            self._refused.labels(part).set(part in parts)

    def in_force(self, versions: Mapping[str, str]) -> None:
        """What judges now."""
        self._checksum.set(checksum(versions))

    def closed_accounts(self, known: Mapping[Field, int]) -> None:
        """How many closed accounts can be found by each field."""
        for field, count in known.items():
            self._closed.labels(str(field)).set(count)

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

    def baseline(self, fits: bool) -> None:
        """Whether similarities can be compared."""
        self._fits.set(fits)

    def drift(self, field: str, index: float) -> None:
        """How far the pictures of a field are from the baseline; 0 where they cannot be compared."""
        self._drift.labels(field).set(index)
