"""Time of a judgement by stage.

Detectors mark their stages with `stage`; a caller that measures opens a `Stages` around the work. Signatures and
results of detectors thus need no clocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token


class Stages:
    """Sums the time that this thread spends in each stage inside the `with` block.

    Example:
        >>> with Stages() as stages, stage("text"):
        ...     pass
        >>> list(stages.milliseconds)
        ['text']

    Args:
        clock: seconds; wall clock unless given.

    Attributes:
        milliseconds: by that clock and by stage, of ended stages.
        clock: as given.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.milliseconds: dict[str, float] = {}
        self.clock = clock
        self._token: Token[Stages | None] | None = None

    def __enter__(self) -> Stages:
        self._token = _watching.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _watching.reset(self._token)

    def add(self, name: str, milliseconds: float) -> None:
        """Add time that was spent elsewhere, such as in a queue."""
        self.milliseconds[name] = self.milliseconds.get(name, 0.0) + milliseconds


_watching: ContextVar[Stages | None] = ContextVar("stages", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Measure the block without the stages nested in it, so that all stages add up to the total."""
    stages = _watching.get()
    if stages is None:
        yield
        return
    started, before = stages.clock(), sum(stages.milliseconds.values())
    try:
        yield
    finally:
        inner = sum(stages.milliseconds.values()) - before
        stages.add(name, (stages.clock() - started) * 1000 - inner)
