"""The actors of a run on a Ray cluster: one for every core of every node that works."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import ray
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from serving.batch.errors import RunError
from serving.batch.plan import Part
from serving.batch.workers import Job, WrittenPart

POLL_SECONDS: Final = 1.0
"""Longest wait for a report before nodes are looked at again."""

NODES_SECONDS: Final = 5.0
"""Between two looks at the cluster's nodes: some join during a run."""

MAX_FAULTS: Final = 3
"""Faults of a node in a row, such as a full disk, after which it gets no more parts."""

PATIENCE_SECONDS: Final = 60.0
"""Time that a cluster may be without any node that works."""


@dataclass(eq=False)
class Worker:
    """An actor.

    Attributes:
        actor: Ray's handle.
        node: id of its node.
        host: name of its node.
        is_started: true once it has loaded the models.
    """

    actor: Any
    node: str
    host: str
    is_started: bool = False


@dataclass(frozen=True)
class Ended:
    """The end of a part at a worker, or of the worker.

    Attributes:
        worker: the actor.
        written: its report; None if the actor was lost or could not write.
    """

    worker: Worker
    written: WrittenPart | None


class Pool:
    """Actors on the nodes of a cluster.

    Args:
        actor_class: what each actor runs; has `start(job)` and `judge(part)`.
        job: what the actors need.
        max_workers: most actors at a time.

    Attributes:
        last_fault: the last reason why an actor was lost, for the operator.
    """

    def __init__(self, actor_class: type, job: Job, max_workers: int) -> None:
        self._max_workers = max_workers
        self._class = ray.remote(num_cpus=1, max_restarts=0)(actor_class)
        self._job = ray.put(job)
        self._workers: list[Worker] = []
        self._calls: dict[Any, Worker] = {}
        self._faults: Counter[str] = Counter()
        self._looked, self._worked = -float("inf"), time.monotonic()
        self.last_fault = "no node has a core"

    def grow(self) -> None:
        """Start actors on cores that have none.

        Raises:
            RunError: no node has worked for a while.
        """
        now = time.monotonic()
        if now - self._looked < NODES_SECONDS:
            return
        self._looked = now
        nodes = [node for node in ray.nodes() if node["Alive"] and self._works(node["NodeID"])]
        for node in _free_cores(nodes, self._workers):
            if len(self._working()) < self._max_workers:
                self._start(node)
        if self._working():
            self._worked = now
        elif now - self._worked > PATIENCE_SECONDS:
            raise RunError(
                f"no node of the cluster can work ({self.last_fault}); finished parts are kept: "
                "remedy that, then run again to continue"
            )

    def idle(self) -> list[Worker]:
        """Actors that have loaded the models and have no part."""
        busy = set(map(id, self._calls.values()))
        return [worker for worker in self._working() if id(worker) not in busy]

    def give(self, worker: Worker, part: Part) -> None:
        """Let an idle actor judge a part."""
        self._calls[worker.actor.judge.remote(part)] = worker

    def wait(self) -> list[Ended]:
        """What ended meanwhile; empty if nothing did for a while.

        Raises:
            RunError, InputError: an actor cannot do what every other could not do either.
        """
        if not self._calls:
            time.sleep(POLL_SECONDS)
            return []
        ready, _ = ray.wait(list(self._calls), num_returns=1, timeout=POLL_SECONDS)
        ended = [self._ended(call, self._calls.pop(call)) for call in ready]
        return [each for each in ended if each is not None]

    def close(self) -> None:
        """End all actors."""
        for worker in self._workers:
            ray.kill(worker.actor)

    def _works(self, node: str) -> bool:
        return self._faults[node] < MAX_FAULTS

    def _working(self) -> list[Worker]:
        """Actors, without those that wait on a node with faults."""
        return [worker for worker in self._workers if self._works(worker.node)]

    def _start(self, node: dict[str, Any]) -> None:
        strategy = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        actor = self._class.options(scheduling_strategy=strategy).remote()
        worker = Worker(actor, node["NodeID"], node["NodeManagerHostname"])
        self._workers.append(worker)
        self._calls[actor.start.remote(self._job)] = worker

    def _ended(self, call: Any, worker: Worker) -> Ended | None:
        try:
            result = ray.get(call)
        except RayTaskError as error:
            if not isinstance(error.cause, OSError):
                raise error.cause from None
            self._faults[worker.node] += 1
            self.last_fault = f"{worker.host}: {error.cause}"
            return Ended(worker, None)
        except RayError as error:
            if not worker.is_started:
                self._faults[worker.node] += 1
            return self._lost(worker, (str(error).splitlines() or [type(error).__name__])[0])
        if not worker.is_started:
            worker.is_started = True
            return None
        self._faults[worker.node] = 0
        return Ended(worker, result)

    def _lost(self, worker: Worker, reason: str) -> Ended:
        self.last_fault = f"{worker.host}: {reason}"
        self._workers.remove(worker)
        ray.kill(worker.actor)
        self._looked = -float("inf")  # replace it at once
        return Ended(worker, None)


def _free_cores(nodes: list[dict[str, Any]], workers: list[Worker]) -> Iterator[dict[str, Any]]:
    """Nodes, once for each core without an actor; in turns, so that few actors spread."""
    taken = Counter(worker.node for worker in workers)
    free = {node["NodeID"]: int(node["Resources"].get("CPU", 0)) - taken[node["NodeID"]] for node in nodes}
    while any(count > 0 for count in free.values()):
        for node in nodes:
            if free[node["NodeID"]] > 0:
                free[node["NodeID"]] -= 1
                yield node
