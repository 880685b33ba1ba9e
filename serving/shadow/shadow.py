"""The trial of one worker: takes answered profiles, asks the challenger, keeps what it says.

An answer only pays for putting its profile into a queue: everything else is done later by a thread that waits for
another process (`serving.shadow.judge`), and whatever fails in it is a line in the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from typing import Final

from models.profile import Answer, Profile
from models.runtime.failures import safe_traceback
from models.runtime.rollout import in_rollout
from models.settings import Settings
from serving.shadow.challenger import Challenger
from serving.shadow.comparison import Comparison
from serving.shadow.config import LiveShadowConfig, ShadowConfig, shadow_file
from serving.shadow.judge import ChallengerReply
from serving.shadow.metrics import ShadowMetrics
from serving.shadow.profile_queue import Job, ProfileQueue
from serving.store.comparisons import Comparisons, Row
from serving.store.database import Database
from serving.store.errors import StoreError

POLL_SECONDS: Final = 1
"""How often the trial's file and the challenger's versions are looked at, and comparisons stored."""

RETRY_SECONDS: Final = 5
"""Until a challenger that cannot be loaded is tried again."""

CLOSE_SECONDS: Final = 3
"""For the last comparisons to be stored: the whole service ends within 10."""

MAX_UNSTORED: Final = 2_000
"""Comparisons that wait for their decision, or for the database; more are lost."""

ROLLOUT_SALT: Final = "shadow"
"""What the share is of, so that it says nothing about an emblem's rollout."""

logger = logging.getLogger("huijian.shadow")


class Shadow(threading.Thread):
    """Has a share of the accounts judged by a challenger.

    Args:
        settings: the champion's.
        comparisons: where what the challenger said is kept.
        metrics: where it is counted.

    Attributes:
        versions: what the challenger judges with; empty while none does.
        problem: why a challenger is not judging, or not its newest version; None while all is well.
    """

    def __init__(self, settings: Settings, comparisons: Comparisons, metrics: ShadowMetrics) -> None:
        super().__init__(name="shadow", daemon=True)
        self._settings, self._comparisons, self._metrics = settings, comparisons, metrics
        self._file, self._challenger, self._waiting = (
            LiveShadowConfig(shadow_file(settings)),
            Challenger(),
            ProfileQueue(),
        )
        self._unstored: list[Row] = []
        self._stored_at = 0.0
        self._share = 0.0
        self._ending = threading.Event()
        self.versions: dict[str, str] = {}
        self.problem: str | None = None
        self.start()

    @classmethod
    def from_environment(cls, settings: Settings) -> Shadow:
        """One that keeps its comparisons with the decisions."""
        return cls(settings, Comparisons(Database.from_environment(settings.home)), ShadowMetrics())

    def offer(self, judged: Sequence[tuple[Profile, Answer]]) -> None:
        """Have those profiles that are in the share judged some time; returns at once and never raises."""
        share = self._share
        for profile, answer in judged if share else ():
            if in_rollout(profile.account_id, share, ROLLOUT_SALT) and not self._waiting.put((profile, answer)):
                self._metrics.missed("dropped")

    def run(self) -> None:
        """Ask the challenger until `close`."""
        while not self._ending.is_set():
            try:
                self._turn(self._waiting.take(POLL_SECONDS))
            except Exception as error:
                logger.error("unexpected %s", safe_traceback(error))
                self._challenger.stop()
                self._ending.wait(RETRY_SECONDS)
        self._challenger.stop()
        self._store()
        self._comparisons.close()

    def close(self) -> None:
        """End the challenger and store what it said; call it when the decisions are stored."""
        self._ending.set()
        self._challenger.kill()
        self.join(CLOSE_SECONDS)

    def _turn(self, job: Job | None) -> None:
        if time.monotonic() - self._stored_at > POLL_SECONDS:
            self._store()
        self._file.refresh()
        trial = self._file.trial
        if trial is None:
            self._challenger.stop()
            self._note(0, ChallengerReply({}, None))
            return
        said = self._challenger.ask(trial.settings(self._settings), job[0] if job else None)
        if self._ending.is_set() and not said.versions:
            return  # `close` ended it
        self._note(trial.share if said.versions else 0, said)
        if job:
            self._compare(trial, job[1], said)
        if not said.versions:
            self._ending.wait(RETRY_SECONDS)

    def _note(self, share: float, said: ChallengerReply) -> None:
        problem = self._file.problem or said.problem
        if problem not in (None, self.problem):
            logger.error("the challenger, or its newest version, is refused: %s", problem)
        if (share, said.versions) != (self._share, self.versions):
            logger.info("in shadow: %s, judging %g of the accounts", dict(said.versions) or "nothing", share)
        self._share, self.versions, self.problem = share, dict(said.versions), problem
        self._metrics.state(share, problem is not None)

    def _compare(self, trial: ShadowConfig, answer: Answer, said: ChallengerReply) -> None:
        if not said.versions:
            self._metrics.missed("dropped")
            return
        comparison = Comparison.of(answer, said.answer)
        self._metrics.compared(comparison)
        self._unstored.append(comparison.to_row({part: said.versions[part] for part in trial.parts}))

    def _store(self) -> None:
        """Keep what has its decision in the database; a database that is down is tried again later."""
        self._stored_at = time.monotonic()
        if not self._unstored:
            return
        try:
            self._unstored = self._comparisons.add(self._unstored)
        except StoreError as error:
            logger.warning("comparisons wait: %s", error)
        if lost := self._unstored[:-MAX_UNSTORED]:
            self._metrics.missed("lost", len(lost))
            self._unstored = self._unstored[-MAX_UNSTORED:]
