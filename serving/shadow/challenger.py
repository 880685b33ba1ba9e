"""The service's end of the pipe to the challenger's process (`serving.shadow.judge`)."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Final

from models.profile import Profile
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from serving.shadow.judge import ChallengerReply

REPLY_TIMEOUT_SECONDS: Final = 120
"""Seconds to load or judge, at lowest priority on a busy machine; a slower challenger is killed."""


class Challenger:
    """A process that starts with the first question, and again after it ended. Use it from one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def ask(self, settings: Settings, profile: Profile | None) -> ChallengerReply:
        """Ask the challenger's process; one that fails or is too slow is killed and reported as a problem.

        Args:
            settings: paths of the challenger's artefacts.
            profile: None to ask for its state only.
        """
        pipe = self._pipe or self._start()
        try:
            pipe.send((settings, profile))
            if pipe.poll(REPLY_TIMEOUT_SECONDS):
                reply: ChallengerReply = pipe.recv()
                return reply
        except (OSError, EOFError):
            self.stop()
            return ChallengerReply({}, "the challenger's process ended")
        self.stop()
        return ChallengerReply({}, f"the challenger took longer than {REPLY_TIMEOUT_SECONDS} seconds")

    def kill(self) -> None:
        """Kill the process from another thread, even while it judges."""
        if process := self._process:
            process.kill()

    def stop(self) -> None:
        """Kill the process, if there is one, and close the pipe."""
        if self._process and self._pipe:
            self._process.kill()
            self._process.wait()
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "serving.shadow", str(theirs.fileno())]
        # In a new session, so that Ctrl-C in a terminal reaches only the service.
        self._process = subprocess.Popen(  # noqa: S603 - no part of it comes from outside
            command, cwd=REPOSITORY, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
        )
        theirs.close()  # so that the process's end closes the pipe
        self._pipe = ours
        return ours
