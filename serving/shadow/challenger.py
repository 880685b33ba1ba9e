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
"""A challenger that loads or judges for longer, with what a busy machine leaves it, is ended."""


class Challenger:
    """A process that is started when it is first asked, and again after it ended; for one thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def ask(self, settings: Settings, profile: Profile | None) -> ChallengerReply:
        """What the challenger says; a process that fails or is too slow is a problem, and ended.

        Args:
            settings: where the challenger's artefacts are.
            profile: None to ask only how the challenger is.
        """
        pipe = self._pipe or self._start()
        try:
            pipe.send((settings, profile))
            if pipe.poll(REPLY_TIMEOUT_SECONDS):
                said: ChallengerReply = pipe.recv()
                return said
        except (OSError, EOFError):
            self.stop()
            return ChallengerReply({}, "the challenger's process ended")
        self.stop()
        return ChallengerReply({}, f"the challenger took longer than {REPLY_TIMEOUT_SECONDS} seconds")

    def kill(self) -> None:
        """End the process from another thread, whatever it is asked just now."""
        if process := self._process:
            process.kill()

    def stop(self) -> None:
        """End the process, if there is one, and let go of it."""
        if self._process and self._pipe:
            self._process.kill()
            self._process.wait()
            self._pipe.close()
        self._process = self._pipe = None

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "serving.shadow", str(theirs.fileno())]
        # A session of its own: Ctrl-C in a terminal is for the service.
        self._process = subprocess.Popen(  # noqa: S603 - no part of it comes from outside
            command, cwd=REPOSITORY, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True
        )
        theirs.close()  # the process has it; without this its end would go unnoticed
        self._pipe = ours
        return ours
