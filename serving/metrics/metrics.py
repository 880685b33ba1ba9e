"""Prometheus counters and histograms of requests, judgements and times.

Every label has few values: routes are counted by template, not by path, so that a scanner cannot fill Prometheus's
memory. No label names an account. The present state of a worker is in `serving.metrics.gauges`. Rendering adds up all
workers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import psutil
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from models.profile import Answer
from serving.metrics.drift import BIN_EDGES, RecentSimilarities

SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper edges in seconds, finest around the promised 150 ms for a whole profile."""

STAGE_BUCKETS = (0.0005, 0.001, 0.002, *SECONDS_BUCKETS)
"""Upper edges in seconds, finer at the beginning: the store may take 2 ms."""

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: folder through which the workers of a server share their counts."""


class Metrics:
    """Counters of one process; `render` adds up those of all workers.

    Args:
        registry: of this process.

    Attributes:
        recent: similarities of this worker's recent pictures to their best reference.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.registry, self.recent = registry, RecentSimilarities()
        self._versions = _Versions()
        registry.register(self._versions)
        counter, histogram = partial(Counter, registry=registry), partial(Histogram, registry=registry)
        self._requests = counter("huijian_requests", "HTTP requests by route and status.", ["route", "status"])
        self._refusals = counter("huijian_refusals", "Refused requests by the error's code.", ["code"])
        self._verdicts = counter("huijian_verdicts", "Judged profiles by verdict.", ["verdict"])
        self._findings = counter(
            "huijian_findings",
            "Findings by label and severity; pass for report-only ones.",
            ["label", "severity"],
        )
        self._contacts = counter(
            "huijian_contacts",
            "Findings of contact_diversion by kind of contact and severity; pass for those only observed.",
            ["kind", "severity"],
        )
        self._pictures = counter(
            "huijian_pictures",
            "Judged pictures: computed, or remembered (cached) from one of the same bytes.",
            ["outcome"],
        )
        self._seconds = histogram(
            "huijian_request_seconds", "Time to answer, by route.", ["route"], buckets=SECONDS_BUCKETS
        )
        self._similarity = histogram(
            "huijian_similarity", "Cosine of each picture to its most similar reference.", ["field"], buckets=BIN_EDGES
        )
        self._ocr = histogram(
            "huijian_ocr_seconds",
            "Time for the text in one picture: read, or skipped because text was unlikely.",
            ["outcome"],
            buckets=SECONDS_BUCKETS,
        )
        self._stages = histogram(
            "huijian_stage_seconds",
            "Time by stage of a request that judges; the stages add up to its work, without its time in the queue.",
            ["stage"],
            buckets=STAGE_BUCKETS,
        )
        self._queue = histogram(
            "huijian_queue_seconds",
            "Time from a request's last byte until a thread starts on it, by pool.",
            ["pool"],
            buckets=STAGE_BUCKETS,
        )
        self._inside = Gauge(
            "huijian_inside",
            "Requests that are in work or wait for a thread, by pool.",
            ["pool"],
            registry=registry,
            multiprocess_mode="livesum",
        )

    def served(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request.

        Args:
            route: the template, such as "/v1/classify".
        """
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, code: str) -> None:
        """Count a refused request; wrong keys have the codes `unauthorized` and `rate_limited`."""
        self._refusals.labels(code).inc()

    def entered(self, pool: str) -> None:
        """Count a request that entered a pool."""
        self._inside.labels(pool).inc()

    def left(self, pool: str) -> None:
        """Count a request that left a pool."""
        self._inside.labels(pool).dec()

    def waited(self, pool: str, seconds: float) -> None:
        """Count the time that a request waited for a thread."""
        self._queue.labels(pool).observe(seconds)

    def judged(self, answer: Answer) -> None:
        """Count a judged profile."""
        self._verdicts.labels(str(answer.verdict)).inc()
        for finding in answer.findings:
            if not finding.authorized:
                self._findings.labels(str(finding.label), str(finding.severity)).inc()
                if finding.evidence.kind:
                    self._contacts.labels(str(finding.evidence.kind), str(finding.severity)).inc()
        for cost in answer.ocr:
            self._ocr.labels("read" if cost.read else "skipped").observe(cost.seconds)
        for field, matches in answer.matches.items():
            self._pictures.labels("remembered" if field in answer.remembered else "computed").inc()
            if matches:
                similarity = max(match.similarity for match in matches)
                self._similarity.labels(str(field)).observe(similarity)
                self.recent.observe(answer.versions["encoder"], field, similarity)

    def spent(self, milliseconds: Mapping[str, float]) -> None:
        """Count the stages of a request that judges."""
        for stage, spent in milliseconds.items():
            self._stages.labels(stage).observe(spent / 1000)

    def set_versions(self, versions: Mapping[str, str]) -> None:
        """Set the active versions."""
        self._versions.current = versions
        self.recent.watch(versions["encoder"])

    def render(self) -> bytes:
        """All metrics in Prometheus' text format, added up over the workers."""
        folder = os.environ.get(SHARED_FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        _drop_dead_workers(Path(folder))
        all_workers = CollectorRegistry()
        MultiProcessCollector(all_workers)  # type: ignore[no-untyped-call]
        all_workers.register(self._versions)
        return generate_latest(all_workers)


class _Versions(Collector):
    """The active versions, in the worker that renders the metrics.

    A gauge would keep a line for every past version, and each enrolled emblem makes a new version.
    """

    def __init__(self) -> None:
        self.current: Mapping[str, str] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The versions as one gauge, for the registry."""
        family = GaugeMetricFamily(
            "huijian_version_in_force", "1 for the versions in force.", labels=["part", "version"]
        )
        for part, version in self.current.items():
            family.add_metric([part, version], 1)
        yield family


def _drop_dead_workers(folder: Path) -> None:
    """Drop the gauges of killed workers, which would count for ever."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            try:
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
            except FileNotFoundError:  # another worker renders at the same moment
                continue
