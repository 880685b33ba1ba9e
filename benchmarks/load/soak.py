"""Soak test: mixed load for long while the gallery changes.

It checks that every answer is right and stored, and that memory stays flat.
"""

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
from models.policy import Policy
from models.profile import Profile
from models.settings import Settings
from serving.store.audit.verify import verify
from serving.store.database import Database
from serving.store.tables import decisions

SOAK_LOAD = 0.5
"""Request rate as a fraction of capacity: changes of the gallery need the same cores."""

CHANGE_SECONDS = 10
"""Seconds from one change of the gallery to the next."""

IN_FORCE_SECONDS = 5
"""Seconds within which a change is active by the contract."""

SETTLE_SECONDS = 300
"""Seconds until caches are full and memory is steady; in a shorter run, its first third."""

LISTED_RESULTS = frozenset({"right", "wrong", "stale", "refused"})
"""Results that have a line of their own."""


@dataclass
class Changes:
    """Changes of the gallery, in order.

    Attributes:
        made: when each change was answered, and its version.
        with_mark: versions that hold the mark.
        failed: number of refused changes.
    """

    made: list[tuple[float, str]] = field(default_factory=list)
    with_mark: set[str] = field(default_factory=set)
    failed: int = 0

    async def keep_making(self, url: str, seconds: float) -> None:
        """Enrol the mark and remove it in turn, for so many seconds."""
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
        """True if a request sent then was judged by a version that should have been replaced."""
        order = [name for _, name in self.made]
        due = sum(moment + IN_FORCE_SECONDS <= sent for moment, _ in self.made)
        return due > (order.index(version) + 1 if version in order else 0)


def soak(cores: Cores, seconds: float) -> list[Number]:
    """Send all kinds of requests at `SOAK_LOAD` of the capacity for them.

    Args:
        seconds: duration of the load.
    """
    kinds, changes = Mixture(), Changes()
    expected = Expected(kinds)
    with huijian(cores) as server:
        capacity = server.saturate(ROUND_SECONDS, kinds.accepted).per_second
        with Memory(server) as memory:
            done = asyncio.run(_load(server.url, kinds, changes, SOAK_LOAD * capacity, seconds))
        home = server.home
        server.stop()
        tally = Tally.of(done, expected, changes)
        lost = len(tally.answered - _kept(home))
    return [
        Number("requests", len(done)),
        Number("of them every second", SOAK_LOAD * capacity, "/s"),
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
    """Counts of the results of all requests.

    Attributes:
        results: numbers of right, wrong, stale and refused answers, and of any other result by its name.
        answered: ids of all decisions that were answered.
    """

    results: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, done: Sequence[Exchange], expected: Expected, changes: Changes) -> Tally:
        """Count all requests."""
        tally = cls()
        for exchange in done:
            tally.add(exchange, expected, changes)
        return tally

    def add(self, exchange: Exchange, expected: Expected, changes: Changes) -> None:
        """Count one request."""
        kind, profiles = exchange.request.about
        if exchange.status == 503 and exchange.retry_after:
            self.results["refused"] += 1
        elif exchange.status != (422 if kind == "broken" else 200):
            self.results[f"status {exchange.status}"] += 1
        elif profiles:
            body = json.loads(exchange.content)
            for profile, answer in zip(profiles, body.get("answers", [body]), strict=True):
                self._add_answer(profile, answer, exchange.sent, expected, changes)

    def _add_answer(
        self, profile: Profile, answer: dict[str, Any], sent: float, expected: Expected, changes: Changes
    ) -> None:
        if "error" in answer:
            self.results["row without an answer"] += 1
            return
        self.answered.add(answer["decision_id"])
        version = answer["versions"]["gallery"]
        has_mark = profile.account_id == "mark" and version in changes.with_mark
        right = expected.agrees(profile, answer) and mixture.shows_mark(answer) == has_mark
        self.results["right" if right else "wrong"] += 1
        self.results["stale"] += changes.are_ignored_by(sent, version)

    def numbers(self) -> list[Number]:
        """Lines of the table."""
        count, judged = self.results, max(1, len(self.answered))
        others = {name: number for name, number in count.items() if name not in LISTED_RESULTS}
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
    """Ids of all decisions in the store; its audit trail is verified."""
    database = Database(f"sqlite:///{home.resolve() / 'store' / 'huijian.db'}")
    verify(database, Policy.load(Settings.from_environment().policy).store)
    with database.reading() as connection:
        return set(connection.scalars(select(decisions.c.decision_id)))


def _memory(memory: Memory, settle: float) -> list[Number]:
    """Memory after settling: median of the first quarter of the samples, and growth to that of the last quarter."""
    begin = memory.samples[0][0] + settle
    samples = [megabytes for moment, megabytes in memory.samples if moment >= begin]
    quarter = max(1, len(samples) // 4)
    settled, end = float(np.median(samples[:quarter])), float(np.median(samples[-quarter:]))
    return [
        Number("memory of all processes after settling", settled, "MB"),
        Number("memory, from after settling to the end", end - settled, "MB", most=20),
    ]
