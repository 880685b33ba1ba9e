"""A Ray cluster of small nodes on this machine, and ways to harm it."""

from __future__ import annotations

import os
import random
from typing import Any

import psutil
from ray.cluster_utils import Cluster

import serving.batch  # noqa: F401 - switches off reports of use before Ray is imported
from benchmarks.processes import tree

OBJECT_STORE_BYTES = 100 * 2**20


class LocalCluster:
    """Nodes of one core each.

    Args:
        nodes: how many, at least one; the first one is the head, which is never killed.

    Attributes:
        address: for `huijian score --address`.
    """

    def __init__(self, nodes: int) -> None:
        os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - at Ray's 15, workers stand still beside other programs
        self._cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False, **_size()})
        self._others: list[Any] = []
        self.address = str(self._cluster.address)
        for _ in range(nodes - 1):
            self.add_node()

    def add_node(self, environment: dict[str, str] | None = None) -> None:
        """Start one more node; its workers have the variables of an environment in addition."""
        self._others.append(self._cluster.add_node(wait=False, env_vars=environment, **_size()))

    def kill_worker(self, rng: random.Random) -> bool:
        """Kill -9 a random process that judges; false if there is none."""
        workers = [process for process in tree(psutil.Process()) if _judges(process)]
        if workers:
            rng.choice(workers).kill()
        return bool(workers)

    def kill_node(self, rng: random.Random) -> bool:
        """Kill -9 all processes of a random node, and start another; false if there is only the head."""
        if not self._others:
            return False
        self.remove_node(rng.randrange(len(self._others)))
        self.add_node()
        return True

    def remove_node(self, index: int) -> None:
        """Kill -9 all processes of a node."""
        self._cluster.remove_node(self._others.pop(index), allow_graceful=False)

    def close(self) -> None:
        """End all nodes."""
        self._cluster.shutdown()


def _size() -> dict[str, int]:
    return {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES}


def _judges(process: psutil.Process) -> bool:
    try:
        return "ClusterWorker" in " ".join(process.cmdline())
    except psutil.Error:
        return False
