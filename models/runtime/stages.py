"""Where the time of a judgement goes.

Detectors say what they are doing; whoever wants to know opens a `Stages` around the work. So neither the detectors'
signatures nor their results carry clocks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token


class Stages:
    """Adds up what this thread does while inside `with`, by stage.

    Example:
        >>> with Stages() as stages, stage("text"):
        ...     pass
        >>> list(stages.milliseconds)
        ['text']

    Attributes:
        milliseconds: wall clock by stage, of those that ended.
    """

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}
        self._token: Token[Stages | None] | None = None

    def __enter__(self) -> Stages:
        self._token = _watching.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _watching.reset(self._token)

    def add(self, name: str, milliseconds: float) -> None:
        """Count time that was spent elsewhere, such as in a queue."""
        self.milliseconds[name] = self.milliseconds.get(name, 0.0) + milliseconds


_watching: ContextVar[Stages | None] = ContextVar("stages", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measure what is done inside, less the stages inside it: together they are what all of it took."""
    stages = _watching.get()
    if stages is None:
        yield
        return
    started, before = time.perf_counter(), sum(stages.milliseconds.values())
    try:
        yield
    finally:
        inner = sum(stages.milliseconds.values()) - before
        stages.add(name, (time.perf_counter() - started) * 1000 - inner)
