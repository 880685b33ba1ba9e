"""The challenger's own process, at the lowest priority: `python -m serving.shadow FD`.

In a thread of the service it would hold Python's one lock just when an answer needs it, and a challenger that crashes
or takes too much memory would take the champion with it. It ends when the service at the other end of the pipe does.
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
"""Of a process: it gets what the others leave."""

OOM_SCORE_ADJ: Final = "1000"
"""Of all processes, where Linux has no memory left."""


@dataclass(frozen=True)
class ChallengerReply:
    """What the challenger says when it is asked.

    Attributes:
        versions: what it judges with; empty while it cannot.
        problem: why it, or a newer version of it, is refused.
        answer: to the profile; None where there was none, or it could not be judged.
    """

    versions: Mapping[str, str]
    problem: str | None
    answer: Answer | None = None


class Judge:
    """The challenger of the settings that it was asked with last."""

    def __init__(self) -> None:
        self._live: LiveInspector | None = None

    def __call__(self, settings: Settings, profile: Profile | None) -> ChallengerReply:
        """Look for newer versions, then judge; never raises.

        Args:
            profile: None to look only.
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
    """Judge what comes through the pipe until it is closed."""
    os.nice(NICENESS)
    with suppress(OSError):  # no Linux
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE_ADJ, encoding="ascii")
    pipe, judge = Connection(int(sys.argv[1])), Judge()
    try:
        while True:
            pipe.send(judge(*pipe.recv()))
    except (EOFError, OSError):
        return
