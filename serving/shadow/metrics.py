"""Prometheus metrics of a shadow trial; few label values, none of which names an account."""

from __future__ import annotations

from functools import partial
from typing import Literal

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge

from serving.shadow.comparison import Comparison

Unjudged = Literal["dropped", "lost"]


class ShadowMetrics:
    """Counters of one process.

    Args:
        registry: registers the metrics; each process has one.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry, multiprocess_mode="livemax")
        self._profiles = counter(
            "huijian_shadow_profiles",
            "Profiles in a challenger's share: agreed, differed, failed; dropped as too many waited; lost unstored.",
            ["outcome"],
        )
        self._labels = counter(
            "huijian_shadow_labels",
            "Labels that only the champion or only the challenger gave.",
            ["label", "direction"],
        )
        self._share = gauge("huijian_shadow_share", "Share of accounts that a challenger judges.")
        self._refused = gauge(
            "huijian_shadow_refused", "1 while a challenger, or a newer version of it, is refused; the log says why."
        )

    def compared(self, comparison: Comparison) -> None:
        """Count a profile that the challenger judged or failed on."""
        outcome = "failed" if comparison.failed else "agreed" if comparison.agrees else "differed"
        self._profiles.labels(outcome).inc()
        for label, direction in comparison.differences():
            self._labels.labels(label, direction).inc()

    def missed(self, why: Unjudged, count: int = 1) -> None:
        """Count profiles of the share that were not compared."""
        self._profiles.labels(why).inc(count)

    def state(self, share: float, refused: bool) -> None:
        """Set the trial's state."""
        self._share.set(share)
        self._refused.set(refused)
