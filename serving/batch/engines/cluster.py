"""Workers on the nodes of a Ray cluster: one actor a core, which loads the models once.

Ray starts actors, notices lost ones and carries parts. Each actor has one part at a time, so a lost worker or node
costs its part. Plain actors were chosen over Daft's Ray runner and Ray Data: docs/experiments/095-ray-engine.md.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

import ray

from models.runtime.cores import cores
from models.settings import Settings
from serving.batch.engines.part_queue import PartQueue
from serving.batch.engines.pool import Ended, Pool
from serving.batch.errors import InputError, RunError
from serving.batch.plan import Part
from serving.batch.workers import Job, PartWorker, WrittenPart

OBJECT_STORE_BYTES: Final = 200 * 2**20
"""Ray's shared memory of a local cluster: parts travel as a few numbers, pictures not at all."""


def judged(parts: Sequence[Part], job: Job, workers: int | None, address: str | None) -> Iterator[WrittenPart]:
    """Judge parts on a Ray cluster; yields a report on every part, as soon as it is written.

    Args:
        parts: what to judge.
        job: what the workers need; its paths must mean the same on every node.
        workers: actors in all; None for one per core of the cluster.
        address: of a running cluster, as `ray start` prints it; None starts one on this machine.

    Raises:
        RunError: there is no cluster, it has no nodes that can work, or parts were given up.
        InputError: a file is damaged.
    """
    most = min(workers or len(parts), len(parts))
    with _connected(address, workers):
        queue, pool = PartQueue(parts), Pool(ClusterWorker, _absolute(job), most)
        try:
            while not queue.is_empty:
                pool.grow()
                for worker in pool.idle():
                    if (part := queue.take(worker)) is None:
                        break  # there is none for the others either
                    pool.give(worker, replace(part, path=str(Path(part.path).absolute())))
                yield from _reports(pool.wait(), queue)
        finally:
            pool.close()
    if queue.given_up:
        part = queue.given_up[0]
        raise RunError(
            f"{len(queue.given_up)} parts were given up, because their workers failed again and again; the first has "
            f"the rows {part.start} to {part.start + part.rows - 1} of {part.path} ({pool.last_fault}); all others "
            "are kept: remedy that, then run again to continue"
        )


def _reports(ended: Sequence[Ended], queue: PartQueue) -> Iterator[WrittenPart]:
    for each in ended:
        if each.written is None:
            queue.lose(each.worker)
        elif queue.finish(each.worker):
            yield each.written


class ClusterWorker:
    """A `PartWorker` as a Ray actor."""

    def start(self, job: Job) -> None:
        """Load the models.

        Raises:
            RunError: they cannot be loaded here, or are not those that the run began with.
        """
        try:
            self._worker = PartWorker(job)
        except RunError:
            raise
        except Exception as error:
            raise RunError(f"{socket.gethostname()} cannot load what judges: {error}") from error

    def judge(self, part: Part) -> WrittenPart:
        """Read, judge and write a part.

        Raises:
            InputError: the file is damaged.
            OSError: this node cannot read the input or write the decisions.
        """
        try:
            return self._worker.judge(part)
        except InputError as error:
            raise InputError(f"{error} (on {socket.gethostname()})") from error


@contextmanager
def _connected(address: str | None, workers: int | None) -> Iterator[None]:
    """Connect to a cluster until the block ends."""
    local = {"num_cpus": workers or cores(), "include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
    if address:
        _check_answers(address)
    try:
        ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **({} if address else local))
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise RunError(f"Ray cannot be used at {address or 'this machine'}: {error}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _check_answers(address: str) -> None:
    """Refuse an address where nobody listens; Ray itself would wait for two minutes."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise RunError(f"{address} is not the address of a Ray cluster, HOST:PORT as `ray start --head` prints it")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise RunError(
            f"no Ray cluster answers at {address} ({error}): start one with `ray start --head`, or correct --address"
        ) from error


def _absolute(job: Job) -> Job:
    """The job with paths that do not depend on the working directory, which actors do not share."""
    given: dict[str, Any] = {each.name: getattr(job.settings, each.name) for each in fields(Settings)}
    paths: dict[str, Any] = {name: value.absolute() for name, value in given.items() if isinstance(value, Path)}
    return replace(job, settings=replace(job.settings, **paths))
