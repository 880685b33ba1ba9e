"""The shadow trial of one worker: queues answered profiles, asks the challenger, stores the comparisons.

An answer costs no more than putting its profile into a queue. A thread does the rest with another process
(`serving.shadow.judge`); its failures are logged and never reach an answer.
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
"""Seconds between checks of the configuration and of newer versions, and between writes of comparisons."""

RETRY_SECONDS: Final = 5
"""Seconds until a challenger that cannot be loaded is tried again."""

CLOSE_SECONDS: Final = 3
"""Seconds to store the last comparisons; the whole service ends within 10."""

MAX_UNSTORED: Final = 2_000
"""Comparisons that wait for their decision or for the database; the oldest beyond are dropped."""

ROLLOUT_SALT: Final = "shadow"
"""Salt of the account hash, so that the share is independent of emblem rollouts."""

logger = logging.getLogger("huijian.shadow")


class Shadow(threading.Thread):
    """A thread that has a share of the accounts judged by a challenger.

    Args:
        settings: the champion's.
        comparisons: stores the comparisons.
        metrics: counts them.

    Attributes:
        versions: versions that the challenger judges with; empty while none does.
        problem: why a challenger, or its newest version, is refused; None if it is not.
    """

    def __init__(self, settings: Settings, comparisons: Comparisons, metrics: ShadowMetrics) -> None:
        super().__init__(name="shadow", daemon=True)
        self._settings, self._comparisons, self._metrics = settings, comparisons, metrics
        self._file, self._challenger, self._queue = (
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
        """A trial that stores its comparisons in the decisions' database."""
        return cls(settings, Comparisons(Database.from_environment(settings.home)), ShadowMetrics())

    def offer(self, judged: Sequence[tuple[Profile, Answer]]) -> None:
        """Queue the profiles that are in the share; returns at once and never raises."""
        share = self._share
        for profile, answer in judged if share else ():
            if in_rollout(profile.account_id, share, ROLLOUT_SALT) and not self._queue.put((profile, answer)):
                self._metrics.missed("dropped")

    def run(self) -> None:
        """Ask the challenger until `close`."""
        while not self._ending.is_set():
            try:
                self._turn(self._queue.take(POLL_SECONDS))
            except Exception as error:
                logger.error("unexpected %s", safe_traceback(error))
                self._challenger.stop()
                self._ending.wait(RETRY_SECONDS)
        self._challenger.stop()
        self._store()
        self._comparisons.close()

    def close(self) -> None:
        """End the challenger and store the last comparisons; call it when the decisions are stored."""
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
        reply = self._challenger.ask(trial.settings(self._settings), job[0] if job else None)
        if self._ending.is_set() and not reply.versions:
            return  # `close` killed it
        self._note(trial.share if reply.versions else 0, reply)
        if job:
            self._compare(trial, job[1], reply)
        if not reply.versions:
            self._ending.wait(RETRY_SECONDS)

    def _note(self, share: float, reply: ChallengerReply) -> None:
        problem = self._file.problem or reply.problem
        if problem not in (None, self.problem):
            logger.error("the challenger, or its newest version, is refused: %s", problem)
        if (share, reply.versions) != (self._share, self.versions):
            logger.info("in shadow: %s, judging %g of the accounts", dict(reply.versions) or "nothing", share)
        self._share, self.versions, self.problem = share, dict(reply.versions), problem
        self._metrics.state(share, problem is not None)

    def _compare(self, trial: ShadowConfig, answer: Answer, reply: ChallengerReply) -> None:
        if not reply.versions:
            self._metrics.missed("dropped")
            return
        comparison = Comparison.of(answer, reply.answer)
        self._metrics.compared(comparison)
        self._unstored.append(comparison.to_row({part: reply.versions[part] for part in trial.parts}))

    def _store(self) -> None:
        """Store comparisons whose decision is in the database; keep the others for the next time."""
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
