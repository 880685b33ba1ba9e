"""What the service counts, for Prometheus: what was asked, what was answered, and where the time went.

Every label has few values: routes by their template, never by the path that was asked for, so that a scanner cannot
fill the memory of whoever collects. Nothing here names an account. What a worker is like at the moment, rather than
what happened, is in `serving.metrics.gauges`; both are added up over the workers when they are asked for.
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

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
"""Seconds. Finest around the promise of 150 ms for a whole profile."""

STAGE_BUCKETS = (0.0005, 0.001, 0.002, *BUCKETS)
"""Seconds. Finer at the beginning: remembering may take 2 ms."""

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: where workers of one server leave what they count for each other."""


class Metrics:
    """Counters of one process; `render` adds up those of all workers.

    Args:
        registry: where they are registered; each process has one.

    Attributes:
        recent: how similar the pictures of late were to their best reference, in this worker, to the encoder in force.
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
            "Findings by label and severity; pass for those that are only reported.",
            ["label", "severity"],
        )
        self._pictures = counter(
            "huijian_pictures", "Judged pictures: computed, or remembered from one of the same bytes.", ["outcome"]
        )
        self._seconds = histogram("huijian_request_seconds", "Time to answer, by route.", ["route"], buckets=BUCKETS)
        self._similarity = histogram(
            "huijian_similarity", "Cosine of each picture to its most similar reference.", ["field"], buckets=BIN_EDGES
        )
        self._ocr = histogram(
            "huijian_ocr_seconds",
            "Time for the text in one picture: read, or skipped as text was unlikely.",
            ["outcome"],
            buckets=BUCKETS,
        )
        self._stages = histogram(
            "huijian_stage_seconds",
            "Time by stage of a request that judges; together they are the work on it, without its time in the queue.",
            ["stage"],
            buckets=STAGE_BUCKETS,
        )
        self._queue = histogram(
            "huijian_queue_seconds",
            "Time from a request's last byte until a thread works on it, by pool.",
            ["pool"],
            buckets=STAGE_BUCKETS,
        )
        self._inside = Gauge(
            "huijian_inside",
            "Requests that are worked on or wait for a thread, by pool.",
            ["pool"],
            registry=registry,
            multiprocess_mode="livesum",
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

    def entered(self, pool: str) -> None:
        """A request got a place in a pool."""
        self._inside.labels(pool).inc()

    def left(self, pool: str) -> None:
        """A request gave its place in a pool back."""
        self._inside.labels(pool).dec()

    def waited(self, pool: str, seconds: float) -> None:
        """A thread took up a request."""
        self._queue.labels(pool).observe(seconds)

    def judged(self, answer: Answer) -> None:
        """A profile was judged."""
        self._verdicts.labels(str(answer.verdict)).inc()
        for finding in answer.findings:
            if not finding.authorized:
                self._findings.labels(str(finding.label), str(finding.severity)).inc()
        for cost in answer.ocr:
            self._ocr.labels("read" if cost.read else "skipped").observe(cost.seconds)
        for field, matches in answer.matches.items():
            self._pictures.labels("remembered" if field in answer.remembered else "computed").inc()
            if matches:
                similarity = max(match.similarity for match in matches)
                self._similarity.labels(str(field)).observe(similarity)
                self.recent.observe(answer.versions["encoder"], field, similarity)

    def spent(self, milliseconds: Mapping[str, float]) -> None:
        """A request that judges went through these stages."""
        for stage, spent in milliseconds.items():
            self._stages.labels(stage).observe(spent / 1000)

    def in_force(self, versions: Mapping[str, str]) -> None:
        """These versions judge from now on."""
        self._versions.current = versions
        self.recent.watch(versions["encoder"])

    def render(self) -> bytes:
        """Everything in Prometheus' text format, added up over the workers where there are several."""
        folder = os.environ.get(SHARED_FOLDER)
        if folder is None:
            return generate_latest(self.registry)
        _forget_the_dead(Path(folder))
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        everybody.register(self._versions)
        return generate_latest(everybody)


class _Versions(Collector):
    """The versions in force, in the worker that is asked.

    A gauge would keep a line for every version that ever was: enrolling an emblem makes a new one each time.
    """

    def __init__(self) -> None:
        self.current: Mapping[str, str] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "huijian_version_in_force", "1 for the versions that judge now.", labels=["part", "version"]
        )
        for part, version in self.current.items():
            family.add_metric([part, version], 1)
        yield family


def _forget_the_dead(folder: Path) -> None:
    """Drop the gauges of workers that were killed: they would count for ever."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            try:
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
            except FileNotFoundError:  # another worker was asked at the same moment
                continue
