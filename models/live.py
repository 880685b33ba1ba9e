"""New galleries, models and policies in force without a restart.

A service holds one `LiveInspector`. A poller calls `refresh`; each request reads `current` once, so that a request is
judged by one set of versions from start to end. A broken version is refused and the old one keeps serving.
"""

from __future__ import annotations

from pathlib import Path

from models.inspector import Inspector
from models.settings import Settings

Sources = tuple[Path, Path, Path, bytes]


class LiveInspector:
    """The Inspector in force, exchanged when its sources change.

    Attributes:
        settings: where its sources are.
        current: the Inspector to judge with.
        problem: why the newest sources were refused; None while they are in force.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._seen = self._refused = self._sources()
        self.current = Inspector.load(settings)
        self.problem: str | None = None

    def refresh(self) -> bool:
        """Load what is new; True when `current` was exchanged. Never raises: a broken version becomes `problem`."""
        try:
            sources = self._sources()
        except Exception as error:
            self.problem = _reason(error)
            return False
        if sources == self._seen:
            self.problem, self._refused = None, sources
        elif sources != self._refused:
            return self._exchange(sources)
        return False

    def _exchange(self, sources: Sources) -> bool:
        try:
            self.current = Inspector.load(self.settings)
        except Exception as error:
            self.problem, self._refused = _reason(error), sources
            return False
        self._seen, self._refused, self.problem = sources, sources, None
        return True

    def _sources(self) -> Sources:
        settings = self.settings
        return (
            settings.gallery_directory(),
            settings.encoder_directory(),
            settings.text_directory(),
            settings.policy.read_bytes(),
        )


def _reason(error: Exception) -> str:
    """What to tell the operator; ONNX Runtime's errors are bare exceptions, so none may be left out."""
    return f"{type(error).__name__}: {error}"
