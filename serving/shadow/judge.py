"""The challenger's own process, at the lowest priority: `python -m serving.shadow FD`.

A thread of the service would compete with answers for Python's global interpreter lock. A challenger that crashes or
takes too much memory must not end the champion. The process ends when the service closes its end of the pipe.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from models.live import LiveInspector
from models.microbatching import judge_all
from models.profile import Answer, Profile
from models.runtime.sources import safe_message
from models.settings import Settings

NICENESS: Final = 19
"""The lowest scheduling priority (nice 19): the process runs on idle cores."""

OOM_SCORE_ADJ: Final = "1000"
"""The highest score for Linux's out-of-memory killer: this process is killed first."""


@dataclass(frozen=True)
class ChallengerReply:
    """The challenger's reply.

    Attributes:
        versions: versions it judges with; empty while it cannot judge.
        problem: why it, or a newer version, is refused; None if it is not.
        answer: to the profile; None without a profile, or if it could not be judged.
    """

    versions: Mapping[str, str]
    problem: str | None
    answer: Answer | None = None


class ChallengerJudge:
    """Holds the challenger of the latest settings."""

    def __init__(self) -> None:
        self._live: LiveInspector | None = None

    def __call__(self, settings: Settings, profile: Profile | None) -> ChallengerReply:
        """Load newer versions, then judge; never raises.

        Args:
            profile: None to load only.
        """
        try:
            live = self._fresh(settings)
        except Exception as error:  # ONNX Runtime's errors are bare exceptions
            return ChallengerReply({}, safe_message(error))
        (answer,) = judge_all(live.current, [profile]) if profile else (None,)
        return ChallengerReply(live.current.versions, live.problem, answer if isinstance(answer, Answer) else None)

    def _fresh(self, settings: Settings) -> LiveInspector:
        if self._live and self._live.settings == settings:
            self._live.refresh()
            return self._live
        self._live = None  # two challengers at once would take twice the memory
        self._live = LiveInspector(settings)
        return self._live


def main() -> None:
    """Judge profiles from the pipe until it is closed."""
    os.nice(NICENESS)
    with suppress(OSError):  # no Linux
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE_ADJ, encoding="ascii")
    pipe, judge = Connection(int(sys.argv[1])), ChallengerJudge()
    try:
        while True:
            pipe.send(judge(*pipe.recv()))
    except (EOFError, OSError):
        return
