"""A run on hundreds of cores, simulated: the queue of parts is the real one, clock and workers are not.

Parts take their estimated work, times a random factor, divided by the speed of their node. Nodes may be slow, be lost
and come back, or hang for good. A worker loads the models before its first part.

    .venv/bin/python -m benchmarks.cluster.simulation --accounts 1000000000 --cores 640
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from serving.batch.engines.part_queue import PartQueue
from serving.batch.plan import Part
from serving.batch.work import MAX_PARTS, PART_SECONDS, seconds

NODE_CORES = 32
LOAD_SECONDS = 20.0
AWAY_SECONDS = 600.0
"""From the loss of a node to its return."""

SPREAD = 0.3
"""Standard deviation of the logarithm of a part's time over its estimate."""

POLL_SECONDS = 1.0
PICTURES = 0.8 * 0.65 + 0.1
"""New pictures of an account of `benchmarks.accounts`: avatars that are no default one, and covers."""


@dataclass(frozen=True)
class Trouble:
    """What goes wrong.

    Attributes:
        slow: share of nodes, at least one, with a third of the speed.
        losses: losses of a node a day, on average.
        hanging: share of nodes, at least one, that hang for good after a while.
    """

    slow: float = 0.0
    losses: float = 0.0
    hanging: float = 0.0


TROUBLES = {
    "none": Trouble(),
    "5% of nodes slow": Trouble(slow=0.05),
    "each node lost once a day": Trouble(losses=1.0),
    "5% of nodes hang": Trouble(hanging=0.05),
    "all three": Trouble(0.05, 1.0, 0.05),
}


@dataclass
class Outcome:
    """A simulated run.

    Attributes:
        hours: until all parts were written.
        judged: parts that workers began.
        given_up: parts that cost too many workers.
    """

    hours: float = 0.0
    judged: int = 0
    given_up: int = 0


@dataclass(eq=False)
class Core:
    """A worker: its node, and which life of it."""

    node: int
    life: int = 0
    is_busy: bool = False


@dataclass(order=True)
class Event:
    """Something that happens at a time: `act` names the method of `Simulation`."""

    time: float
    number: int
    act: str = field(compare=False)
    core: Core | None = field(compare=False, default=None)
    node: int = field(compare=False, default=0)
    life: int = field(compare=False, default=0)


class Simulation:
    """One run.

    Args:
        parts: number of parts.
        work: of a part, in seconds.
        cores: workers.
        trouble: what goes wrong.
        seed: of everything random.
    """

    def __init__(self, parts: int, work: float, cores: int, trouble: Trouble, seed: int) -> None:
        self._rng, self._trouble, self._work = random.Random(seed), trouble, work
        self._now, self._events, self._number = 0.0, list[Event](), 0
        self._queue = PartQueue((Part(n, "", n, 1, (), 0) for n in range(parts)), lambda: self._now)
        nodes = -(-cores // NODE_CORES)
        slow = set(self._rng.sample(range(nodes), ceil(trouble.slow * nodes)))
        self._speeds = [1 / 3 if node in slow else 1.0 for node in range(nodes)]
        self._cores = [Core(number // NODE_CORES) for number in range(cores)]
        self._outcome = Outcome()
        for core in self._cores:
            self._after(LOAD_SECONDS, Event(0, 0, "idle", core))
        for node in range(nodes) if trouble.losses else ():
            self._plan_loss(node)
        for node in self._rng.sample(range(nodes), ceil(trouble.hanging * nodes)):
            self._after(self._rng.uniform(0, parts * work / cores), Event(0, 0, "hang", node=node))

    def run(self) -> Outcome:
        """The whole run."""
        while not self._queue.is_empty:
            event = heapq.heappop(self._events)
            self._now = event.time
            if event.core is None or event.life == event.core.life:
                getattr(self, f"_{event.act}")(event)
        self._outcome.hours, self._outcome.given_up = self._now / 3600, len(self._queue.given_up)
        return self._outcome

    def _idle(self, event: Event) -> None:
        """A core takes a part, or looks again later."""
        core = event.core or self._cores[0]
        part = self._queue.take(core)
        if part is None:
            self._after(POLL_SECONDS, event)
            return
        core.is_busy = True
        self._outcome.judged += 1
        taken = self._work * self._rng.lognormvariate(-(SPREAD**2) / 2, SPREAD) / self._speeds[core.node]
        self._after(taken, replace(event, act="end"))

    def _end(self, event: Event) -> None:
        core = event.core or self._cores[0]
        self._queue.finish(core)
        core.is_busy = False
        self._idle(replace(event, act="idle"))

    def _lose(self, event: Event) -> None:
        """All cores of a node are lost, and come back."""
        for core in self._of(event.node):
            core.life += 1
            if core.is_busy:
                self._queue.lose(core)
                core.is_busy = False
            self._after(AWAY_SECONDS + LOAD_SECONDS, Event(0, 0, "idle", core, life=core.life))
        self._plan_loss(event.node)

    def _hang(self, event: Event) -> None:
        """No core of a node ends its part any more, and nobody is told."""
        for core in self._of(event.node):
            core.life += 1

    def _plan_loss(self, node: int) -> None:
        self._after(self._rng.expovariate(self._trouble.losses / 86_400), Event(0, 0, "lose", node=node))

    def _of(self, node: int) -> Iterator[Core]:
        return (core for core in self._cores if core.node == node)

    def _after(self, pause: float, event: Event) -> None:
        self._number += 1
        heapq.heappush(self._events, replace(event, time=self._now + pause, number=self._number))


def main() -> None:
    """Simulate and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=100_000_000)
    parser.add_argument("--cores", type=int, default=64)
    parser.add_argument("--max-parts", type=int, default=MAX_PARTS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    total = options.accounts * seconds(PICTURES)
    parts = min(options.max_parts, int(total / PART_SECONDS))
    print(f"\n{options.accounts:,} accounts, {options.cores} cores, {parts:,} parts of {total / parts:.0f} s\n")
    print(f"{'':<28}{'hours':>8}{'of ideal':>10}{'begun again':>13}{'given up':>10}")
    for name, trouble in TROUBLES.items():
        found = Simulation(parts, total / parts, options.cores, trouble, options.seed).run()
        ratio = found.hours * 3600 / (total / options.cores)
        print(f"{name:<28}{found.hours:>8.2f}{ratio:>10.3f}{found.judged - parts:>13,}{found.given_up:>10}")
    print(f"\n.venv/bin/python -m benchmarks.cluster.simulation --accounts {options.accounts} --cores {options.cores}")


if __name__ == "__main__":
    main()
