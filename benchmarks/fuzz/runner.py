"""Runs a check on the inputs of a Hypothesis strategy for a given time, and keeps the inputs that fail.

A decoder in C may crash or hang instead of raising. So a run has a process of its own, and writes down each input
before it is tried. Failures at a known line of code are skipped, so that one fault hides no other.
"""

from __future__ import annotations

import hashlib
import resource
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

EXAMPLES = 500
"""Inputs of a round; each round has a new seed, because Hypothesis repeats itself within one."""


@dataclass(frozen=True)
class Target:
    """A check with its inputs and limits.

    Attributes:
        inputs: strategy of its inputs, `bytes` or `str`.
        check: raises if an input breaks the contract.
        seconds: most processor time of one input.
        megabytes: most growth of the process.
    """

    inputs: SearchStrategy[Any]
    check: Callable[[Any], None]
    seconds: float
    megabytes: float


@dataclass
class FuzzRun:
    """One fuzzing run of a target.

    Args:
        folder: where inputs that fail are kept.

    Attributes:
        tried: number of inputs.
        slowest: processor seconds of the slowest input.
        grown: growth of the process in megabytes.
        finds: failures, a line each with the file of the input.
    """

    target: Target
    folder: Path
    tried: int = 0
    slowest: float = 0.0
    grown: float = 0.0
    finds: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _failing: tuple[str, bytes] = ("", b"")

    def run(self, seconds: float) -> None:
        """Try inputs for so many seconds."""
        before, until = _peak_megabytes(), time.monotonic() + seconds
        while time.monotonic() < until:
            self._round(until)
        self.grown = _peak_megabytes() - before
        if self.grown > self.target.megabytes:
            self.finds.append(f"grew by {self.grown:.0f} MB")

    def _round(self, until: float) -> None:
        @seed(secrets.randbits(64))
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        )
        @given(self.target.inputs)
        def try_one(value: Any) -> None:
            if time.monotonic() < until:
                self._try(value)

        try:
            try_one()
        except Exception:  # the last one that failed is the smallest
            place, data = self._failing
            self._known.add(place)
            self._keep(place, data)

    def _try(self, value: Any) -> None:
        data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        (self.folder / "last").write_bytes(data)
        self.tried += 1
        started = time.process_time()
        try:
            self.target.check(value)
        except Exception as error:
            place = _place(error)
            if place not in self._known:
                self._failing = place, data
                raise
        finally:
            self._time(time.process_time() - started, data)

    def _time(self, spent: float, data: bytes) -> None:
        if spent > max(self.slowest, self.target.seconds):
            self._keep(f"took {spent:.1f} s", data)
        self.slowest = max(self.slowest, spent)

    def _keep(self, what: str, data: bytes) -> None:
        file = self.folder / hashlib.sha256(data).hexdigest()[:16]
        file.write_bytes(data)
        self.finds.append(f"{what}: {file}")


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
