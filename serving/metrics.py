"""What the service counts, for Prometheus.

Every label has few values: routes by their template, never by the path that was asked for, so that a scanner cannot
fill the memory of whoever collects. Nothing here names an account.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from models.profile import Answer

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds. Finest around the promise of 150 ms for a whole profile."""


STAGE_BUCKETS = (0.0005, 0.001, 0.002, *BUCKETS)
"""Seconds. Finer at the beginning: remembering may take 2 ms."""


class Metrics:
    """Counters of one process; `render` adds up those of all workers.

    Args:
        registry: where they are registered; each process has one.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        self._requests = Counter(
            "huijian_requests", "HTTP requests by route and status.", ["route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "huijian_request_seconds", "Time to answer, by route.", ["route"], buckets=BUCKETS, registry=registry
        )
        self._refusals = Counter(
            "huijian_refusals", "Refused requests by the error's code.", ["code"], registry=registry
        )
        self._verdicts = Counter("huijian_verdicts", "Judged profiles by verdict.", ["verdict"], registry=registry)
        self._findings = Counter(
            "huijian_findings",
            "Findings by label and severity; pass for those that are only reported.",
            ["label", "severity"],
            registry=registry,
        )
        self._ocr = Histogram(
            "huijian_ocr_seconds",
            "Time for the text in one picture: read, or skipped as text was unlikely.",
            ["outcome"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._stages = Histogram(
            "huijian_stage_seconds",
            "Time by stage of a request that judges.",
            ["stage"],
            buckets=STAGE_BUCKETS,
            registry=registry,
        )
        self._versions = Gauge(
            "huijian_version_in_force",
            "1 for the versions that judge now.",
            ["part", "version"],
            registry=registry,
            multiprocess_mode="livemax",
        )

    def served(self, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            route: the template, such as "/v1/classify".
        """
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, code: str) -> None:
        """A request was refused; wrong keys are those with `unauthorized` and `rate_limited`."""
        self._refusals.labels(code).inc()

    def judged(self, answer: Answer) -> None:
        """A profile was judged."""
        self._verdicts.labels(str(answer.verdict)).inc()
        for finding in answer.findings:
            if not finding.authorized:
                self._findings.labels(str(finding.label), str(finding.severity)).inc()
        for cost in answer.ocr:
            self._ocr.labels("read" if cost.read else "skipped").observe(cost.seconds)

    def spent(self, milliseconds: Mapping[str, float]) -> None:
        """A request that judges went through these stages."""
        for stage, spent in milliseconds.items():
            self._stages.labels(stage).observe(spent / 1000)

    def in_force(self, versions: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Other versions judge from now on."""
        for part, version in before.items():
            self._versions.labels(part, version).set(0)
        for part, version in versions.items():
            self._versions.labels(part, version).set(1)

    def render(self) -> bytes:
        """Everything in Prometheus' text format, added up over the workers where there are several."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return generate_latest(everybody)
