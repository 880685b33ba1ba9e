"""Runs a check on the inputs of a Hypothesis strategy for a given time, and keeps the inputs that fail.

A decoder in C may crash or hang instead of raising. So a run has a process of its own, and writes down each input
before it is tried. Failures at a known line of code are skipped, so that one fault hides no other.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

STATUS, PEAK_RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
"""Linux' sizes of this process, and the file to which "5" is written to begin a new peak (`man 5 proc`)."""

EXAMPLES = 500
"""Inputs of a round; each round has a new seed, because Hypothesis repeats itself within one."""


@dataclass(frozen=True)
class Target:
    """A check with its inputs and limits.

    Attributes:
        inputs: strategy of its inputs, `bytes` or `str`.
        check: raises if an input breaks the contract.
        seconds: most processor time of one input.
        megabytes: most memory that one input takes.
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
        seed: of the first round; a random one if None.

    Attributes:
        tried: number of inputs.
        slowest: processor seconds of the slowest input.
        dearest: megabytes that the input with the most memory took.
        finds: failures, a line each with the file of the input.
    """

    target: Target
    folder: Path
    seed: int | None = None
    tried: int = 0
    slowest: float = 0.0
    dearest: float = 0.0
    finds: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _failing: tuple[str, bytes] = ("", b"")

    def run(self, seconds: float) -> None:
        """Try inputs for so many seconds."""
        until = time.monotonic() + seconds
        for first in count(secrets.randbits(64) if self.seed is None else self.seed):
            if time.monotonic() >= until:
                break
            self.round(first, until)

    def round(self, first: int, until: float = math.inf) -> None:
        """Try `EXAMPLES` inputs of the seed `first`, as far as the monotonic clock does not reach `until`."""

        @seed(first)
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
        PEAK_RESET.write_text("5")
        before, started = _megabytes("VmRSS"), time.process_time()
        try:
            self.target.check(value)
        except Exception as error:
            place = _place(error)
            if place not in self._known:
                self._failing = place, data
                raise
        finally:
            self._measure(time.process_time() - started, _megabytes("VmHWM") - before, data)

    def _measure(self, spent: float, taken: float, data: bytes) -> None:
        if spent > max(self.slowest, self.target.seconds):
            self._keep(f"took {spent:.1f} s", data)
        if taken > max(self.dearest, self.target.megabytes):
            self._keep(f"took {taken:.0f} MB", data)
        if spent > self.slowest:
            (self.folder / "slowest").write_bytes(data)
        self.slowest, self.dearest = max(self.slowest, spent), max(self.dearest, taken)

    def _keep(self, what: str, data: bytes) -> None:
        file = self.folder / hashlib.sha256(data).hexdigest()[:16]
        file.write_bytes(data)
        self.finds.append(f"{what}: {file}")


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def _megabytes(name: str) -> float:
    """A size of this process, as the kernel names it."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
