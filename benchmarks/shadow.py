"""Latency that a challenger in shadow adds to an answer, although it judges every profile too.

The alternative is a thread of the service that judges after the answer. It holds Python's global interpreter lock when
the next answer needs it. The difference is largest for texts, which are judged mostly in Python.

    .venv/bin/python -m benchmarks.shadow
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from benchmarks.clock import COLUMNS, Times
from models.inspector import Inspector
from models.live import LiveInspector
from models.profile import Answer, Profile
from models.settings import Settings
from serving.shadow.metrics import ShadowMetrics
from serving.shadow.profile_queue import ProfileQueue
from serving.shadow.shadow import Shadow
from serving.store.comparisons import Comparisons
from serving.store.database import Database

ROUNDS, ANSWERS = 4, 40
"""Rounds, in each of which every way takes a turn, so that a busy machine slows all; answers a turn."""

GAP_SECONDS = 0.01
"""Pause between answers: a core is busy for half of its time."""

Offer = Callable[[list[tuple[Profile, Answer]]], None]
"""Offers answered profiles to the challenger; the request waits until it returns."""


def profiles() -> Iterator[Profile]:
    """Different profiles, so that none is in the cache."""
    number = 0
    while True:
        number += 1
        yield Profile(
            str(number), name=f"海边的小店{number}", bio=f"诚信经营，欢迎来店里坐坐，第{number}号店，周末不休息"
        )


def start_shadow(settings: Settings) -> Shadow:
    """A shadow of all accounts with the same policy, once it judges."""
    shutil.copy(settings.policy, settings.home / "policy.yaml")
    (settings.home / "shadow.yaml").write_text("share: 1\npolicy: policy.yaml\n")
    database = Database.from_environment(settings.home)
    database.prepare()
    shadow = Shadow(settings, Comparisons(database), ShadowMetrics(CollectorRegistry()))
    while not shadow.versions:
        time.sleep(0.1)
    return shadow


def in_thread(challenger: Inspector) -> Offer:
    """The alternative: a thread of this process."""
    waiting = ProfileQueue()

    def judge() -> None:
        while True:
            if job := waiting.take(1):
                challenger([job[0]])

    def offer(judged: list[tuple[Profile, Answer]]) -> None:
        for job in judged:
            waiting.put(job)

    threading.Thread(target=judge, daemon=True).start()
    return offer


def answer(champion: Inspector, profile: Profile, offer: Offer) -> None:
    """Answer a profile and offer it to the challenger: the time that a request waits."""
    (judged,) = champion([profile])
    offer([(profile, judged)])  # type: ignore[list-item] # these profiles can be judged


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), home=Path(folder))
        champion, shadow = LiveInspector(settings).current, start_shadow(settings)
        ways: dict[str, Offer] = {
            "no challenger": lambda _: None,
            "ours: a process of the lowest priority": shadow.offer,
            "a thread of the service": in_thread(champion),
        }
        times, coming = {name: Times() for name in ways}, profiles()
        for _ in range(ROUNDS):
            for name, offer in ways.items():
                for _ in range(ANSWERS):
                    times[name].measure(partial(answer, champion, next(coming), offer))
                    time.sleep(GAP_SECONDS)
                time.sleep(3)  # until the challenger has judged what waits
        shadow.close()
    print(f"{'milliseconds an answer, two texts':<44}{COLUMNS}")
    for name, measured in times.items():
        print(f"{name:<44}{measured}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU is that of this process alone")


if __name__ == "__main__":
    main()
