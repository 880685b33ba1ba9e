"""Which part a worker judges next: in order, then those of lost workers, then once more those that are slow."""

from __future__ import annotations

import time
from bisect import insort
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from serving.batch.plan import Part

MAX_LOSSES: Final = 4
"""Workers that a part may cost before it is given up: a part that kills its worker must not kill them all."""

SLOW: Final = 2.0
"""A part that takes this many times the median is given to a second worker, if one is idle: its node may hang."""

MIN_SECONDS: Final = 5.0
"""Parts that take less are never given twice."""


@dataclass
class _Running:
    part: Part
    started: float


class PartQueue:
    """Parts on their way to workers.

    Args:
        parts: those to judge.
        clock: seconds, from any start.

    Attributes:
        given_up: parts that cost too many workers.
    """

    def __init__(self, parts: Iterable[Part], clock: Callable[[], float] = time.monotonic) -> None:
        self._waiting = deque(parts)
        self._clock = clock
        self._running: dict[Hashable, _Running] = {}
        self._finished: set[int] = set()
        self._losses: Counter[int] = Counter()
        self._seconds: list[float] = []
        self.given_up: list[Part] = []

    @property
    def is_empty(self) -> bool:
        """True once every part is finished or given up."""
        return not self._waiting and not self._open()

    def take(self, worker: Hashable) -> Part | None:
        """The part that a worker judges next; None if there is none for it."""
        part = self._waiting.popleft() if self._waiting else self._slow()
        if part is not None:
            self._running[worker] = _Running(part, self._clock())
        return part

    def finish(self, worker: Hashable) -> bool:
        """A worker wrote its part; true if no other worker did before."""
        ended = self._running.pop(worker)
        if ended.part.number in self._finished:
            return False
        self._finished.add(ended.part.number)
        insort(self._seconds, self._clock() - ended.started)
        return True

    def lose(self, worker: Hashable) -> None:
        """A worker was lost, or could not write: its part, if it had one, is judged again."""
        ended = self._running.pop(worker, None)
        if ended is None or ended.part.number in self._finished:
            return
        self._losses[ended.part.number] += 1
        if any(each.part.number == ended.part.number for each in self._running.values()):
            return  # another worker is at it
        if self._losses[ended.part.number] >= MAX_LOSSES:
            self.given_up.append(ended.part)
        else:
            self._waiting.append(ended.part)  # at the end: a node with a full disk spoils different parts

    def _open(self) -> list[_Running]:
        return [each for each in self._running.values() if each.part.number not in self._finished]

    def _slow(self) -> Part | None:
        """The part that runs for longest, if that is too long and only one worker is at it."""
        workers = Counter(each.part.number for each in self._running.values())
        alone = [each for each in self._open() if workers[each.part.number] == 1]
        if not alone or not self._seconds:
            return None
        slowest = min(alone, key=lambda each: each.started)
        usual = self._seconds[len(self._seconds) // 2]  # sorted: a median anew would be 100,000 parts a look
        limit = max(MIN_SECONDS, SLOW * usual)
        return slowest.part if self._clock() - slowest.started > limit else None
