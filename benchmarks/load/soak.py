"""Mixed load for long, while the gallery changes: is every answer right, is every one kept, does memory stay flat?"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from benchmarks.load import mixture
from benchmarks.load.contenders import Cores, Memory, huijian
from benchmarks.load.generator import Exchange, evenly, percentiles, send, send_when_due, session
from benchmarks.load.limits import Number
from benchmarks.load.mixture import Expected, Mixture
from benchmarks.load.pace import ROUND_SECONDS, lateness
from models.profile import Profile
from serving.store import audit
from serving.store.database import Database
from serving.store.tables import decisions

SHARE = 0.5
"""Of capacity: the gallery's changes need the same cores."""

CHANGE_SECONDS = 10
"""From one change of the gallery to the next."""

IN_FORCE_SECONDS = 5
"""As the contract promises."""

SETTLE_SECONDS = 300
"""Memory grows until caches are full and every path was taken once; of a shorter run, the first third."""

KNOWN = frozenset({"right", "wrong", "stale", "refused"})
"""Outcomes that have a line of their own."""


@dataclass
class Changes:
    """What was changed in the gallery, in order.

    Attributes:
        made: when a change was answered, and the version that it made.
        with_mark: versions that hold the mark.
        failed: changes that were refused.
    """

    made: list[tuple[float, str]] = field(default_factory=list)
    with_mark: set[str] = field(default_factory=set)
    failed: int = 0

    async def keep_making(self, url: str, seconds: float) -> None:
        """Enrol the mark and remove it in turns, for so long."""
        begin = time.perf_counter()
        async with session(url) as client:
            for number in range(int(seconds / CHANGE_SECONDS)):
                due = begin + (number + 1) * CHANGE_SECONDS
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                enrols = number % 2 == 0
                done = await send(client, mixture.enrolment() if enrols else mixture.removal())
                if done.status not in (200, 201):
                    self.failed += 1
                    continue
                version = json.loads(done.content)["version"]
                self.made.append((done.ended, version))
                self.with_mark |= {version} if enrols else set()

    def are_ignored_by(self, sent: float, version: str) -> bool:
        """Whether a request that was sent then was judged with a gallery that should have been replaced by then."""
        order = [name for _, name in self.made]
        due = sum(moment + IN_FORCE_SECONDS <= sent for moment, _ in self.made)
        return due > (order.index(version) + 1 if version in order else 0)


def soak(cores: Cores, seconds: float) -> list[Number]:
    """Ask for everything, at `SHARE` of what the service can do of it.

    Args:
        seconds: of load.
    """
    kinds, changes = Mixture(), Changes()
    expected = Expected(kinds)
    with huijian(cores) as server:
        capacity = server.saturate(ROUND_SECONDS, kinds.accepted).per_second
        with Memory(server) as memory:
            done = asyncio.run(_load(server.url, kinds, changes, SHARE * capacity, seconds))
        home = server.home
        server.stop()
        tally = Tally.of(done, expected, changes)
        lost = len(tally.answered - _kept(home))
    return [
        Number("requests", len(done)),
        Number("of them every second", SHARE * capacity, "/s"),
        Number("changes of the gallery", len(changes.made)),
        Number("changes refused", changes.failed, most=0),
        *tally.numbers(),
        Number("answered decisions that are not in the store", lost, most=0),
        *_time(done),
        *_memory(memory, min(SETTLE_SECONDS, seconds / 3)),
        lateness(done),
    ]


async def _load(url: str, kinds: Mixture, changes: Changes, per_second: float, seconds: float) -> list[Exchange]:
    due = evenly(per_second, seconds)
    done, _ = await asyncio.gather(send_when_due(url, kinds, due), changes.keep_making(url, seconds))
    return done


@dataclass
class Tally:
    """What became of all requests.

    Attributes:
        outcomes: right, wrong, stale and refused ones; under names of their own what else came back.
        answered: ids of all decisions that were answered.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, done: Sequence[Exchange], expected: Expected, changes: Changes) -> Tally:
        """Look at every exchange."""
        tally = cls()
        for exchange in done:
            tally.add(exchange, expected, changes)
        return tally

    def add(self, exchange: Exchange, expected: Expected, changes: Changes) -> None:
        """Look at one."""
        kind, profiles = exchange.request.about
        if exchange.status == 503 and exchange.retry_after:
            self.outcomes["refused"] += 1
        elif exchange.status != (422 if kind == "broken" else 200):
            self.outcomes[f"status {exchange.status}"] += 1
        elif profiles:
            said = json.loads(exchange.content)
            for profile, answer in zip(profiles, said.get("answers", [said]), strict=True):
                self._add_answer(profile, answer, exchange.sent, expected, changes)

    def _add_answer(
        self, profile: Profile, answer: dict[str, Any], sent: float, expected: Expected, changes: Changes
    ) -> None:
        if "error" in answer:
            self.outcomes["row without an answer"] += 1
            return
        self.answered.add(answer["decision_id"])
        version = answer["versions"]["gallery"]
        has_mark = profile.account_id == "mark" and version in changes.with_mark
        right = expected.agrees(profile, answer) and mixture.shows_mark(answer) == has_mark
        self.outcomes["right" if right else "wrong"] += 1
        self.outcomes["stale"] += changes.are_ignored_by(sent, version)

    def numbers(self) -> list[Number]:
        """For the table."""
        count, judged = self.outcomes, max(1, len(self.answered))
        others = {name: number for name, number in count.items() if name not in KNOWN}
        return [
            Number("answers that are the Inspector's", count["right"]),
            Number("wrong answers", count["wrong"], most=0),
            Number(f"answers of a gallery replaced {IN_FORCE_SECONDS} s before", count["stale"], most=0),
            Number("neither answered nor told to come back", sum(others.values()), most=0),
            *(Number(f"of them: {name}", number) for name, number in others.items()),
            Number("told to come back", count["refused"] / judged * 100, "%", most=1),
        ]


def _time(done: Sequence[Exchange]) -> list[Number]:
    middle, high = percentiles(done, 50, 99)
    return [Number("time to answer, p50", middle, "ms"), Number("time to answer, p99", high, "ms")]


def _kept(home: Path) -> set[str]:
    """Every decision in the store, whose trail must be whole."""
    database = Database(f"sqlite:///{home.resolve() / 'store' / 'huijian.db'}")
    audit.verify(database)
    with database.reading() as connection:
        return set(connection.scalars(select(decisions.c.decision_id)))


def _memory(memory: Memory, settle: float) -> list[Number]:
    """After settling: the median of the first quarter of what was seen, and that of the last quarter less it."""
    begin = memory.seen[0][0] + settle
    seen = [megabytes for moment, megabytes in memory.seen if moment >= begin]
    quarter = max(1, len(seen) // 4)
    settled, end = float(np.median(seen[:quarter])), float(np.median(seen[-quarter:]))
    return [
        Number("memory of all processes after settling", settled, "MB"),
        Number("memory, from after settling to the end", end - settled, "MB", most=20),
    ]
