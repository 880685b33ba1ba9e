"""The policy on trial in one worker: a thread judges the newest decisions again as they are stored.

It begins with the newest and goes back until `WINDOW` decisions are judged; later ones take the place of the oldest.
Only what is stored is read, so a restart, another worker or another machine comes to the same report.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from models.policy import Policy
from models.runtime.failures import safe_traceback
from models.runtime.sources import Source
from models.settings import Settings
from serving.store.cases.answers import StoredAnswer
from serving.store.errors import StoreError
from serving.store.store import Store
from serving.trials.policy_file import TRIAL, trial_file
from serving.trials.rejudging import Rejudged, Rejudging
from serving.trials.report import TrialReport

WINDOW: Final = 10_000
"""Newest decisions that a trial judges: 6 MB, and filled in a minute."""

BATCH: Final = 200
"""Decisions judged between two pauses, in at most 80 ms; where more are stored, those between are left out."""

POLL_SECONDS: Final = 1
"""Pause between two batches, which leaves the processor to requests."""

REPORT_SECONDS: Final = 5
"""Least pause between two reports while decisions come: counting the whole window takes some 15 ms."""

logger = logging.getLogger("huijian.trial")


@dataclass(frozen=True)
class Trial:
    """The state of a trial.

    Attributes:
        policy: on trial.
        since, by: when and by whom it was put on trial; empty where the audit trail does not say.
        report: on the newest decisions.
    """

    policy: Policy
    since: str
    by: str
    report: TrialReport


class PolicyTrial(threading.Thread):
    """Watches the file of the policy on trial, and judges.

    Args:
        settings: its home directory holds the file.
        store: of decisions.

    Attributes:
        current: the trial; None without one.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(name="trial", daemon=True)
        self._settings, self._store = settings, store
        file = trial_file(settings.home)
        self._source = Source.optional(
            TRIAL,
            lambda: file.read_bytes() if file.exists() else None,
            lambda: Policy.load(file) if file.exists() else None,
        )
        self._policy: Policy | None = None
        self._window: _Window | None = None
        self._ending = threading.Event()
        self.current: Trial | None = None

    @property
    def problem(self) -> str | None:
        """Why the file on trial is refused; None if it is not."""
        return self._source.refusal.reason if self._source.refusal else None

    def run(self) -> None:
        """Poll until `close`."""
        while not self._ending.wait(POLL_SECONDS):
            try:
                self.poll()
            except StoreError as error:
                logger.warning("the trial waits: %s", error)
            except Exception as error:
                logger.error("unexpected %s", safe_traceback(error))

    def poll(self) -> bool:
        """Take up a changed file, and judge one batch; False once there is nothing more to judge.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        self._source.refresh()
        policy = self._source.value
        if policy is None:
            self._policy = self._window = self.current = None
            return False
        if self._window is None or policy is not self._policy:
            self._policy, self._window = policy, _Window(Rejudging(policy, self._settings))
            self.current = self._begun(policy)
        took = self._window.take(self._store)
        if self.current and self._window.is_report_due(took):
            self.current = replace(self.current, report=self._window.report())
        return took

    def _begun(self, policy: Policy) -> Trial:
        """A trial without decisions, with what the trail says of its beginning."""
        event = self._store.trail.last(TRIAL)
        if event is None or event["details"]["after"] != policy.version:
            return Trial(policy, "", "", TrialReport())
        return Trial(policy, event["time"], event["actor"], TrialReport())

    def close(self) -> None:
        """End the thread."""
        self._ending.set()
        if self.is_alive():
            self.join()


class _Window:
    """The newest decisions that were judged again, oldest first."""

    def __init__(self, rejudging: Rejudging) -> None:
        self._rejudging = rejudging
        self._judged: deque[Rejudged] = deque(maxlen=WINDOW)
        self._newest: StoredAnswer | None = None
        self._oldest: StoredAnswer | None = None
        self._is_changed, self._reported_at = False, 0.0

    def take(self, store: Store) -> bool:
        """Judge a batch of what came since, or else of what was before; False if there is nothing."""
        if new := store.cases.answers(BATCH, after=self._newest):
            self._judged.extend(map(self._rejudging, reversed(new)))
            self._oldest = self._oldest or new[-1]
            self._newest, self._is_changed = new[0], True
            return True
        room = min(BATCH, WINDOW - len(self._judged))
        earlier = store.cases.answers(room, before=self._oldest) if room and self._oldest else []
        self._judged.extendleft(map(self._rejudging, earlier))
        if earlier:
            self._oldest, self._is_changed = earlier[-1], True
        return bool(earlier)

    def is_report_due(self, more_comes: bool) -> bool:
        """True if decisions were judged since the last report, and it is old or no more come at once."""
        is_old = time.monotonic() - self._reported_at > REPORT_SECONDS
        return self._is_changed and (is_old or not more_comes)

    def report(self) -> TrialReport:
        self._is_changed, self._reported_at = False, time.monotonic()
        return TrialReport.of(reversed(self._judged))
