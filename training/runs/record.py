"""Record of a training run: its options in its folder, and its numbers where somebody follows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.runs.options import write_options
from training.runs.trackers import TRACKERS, Log, Tracker


def _unfollowed(_step: int, _numbers: Mapping[str, float]) -> None:
    """Nobody follows the run."""


@dataclass(frozen=True)
class Record:
    """What a run keeps of itself beside its model.

    Attributes:
        options: of the command, by name, for `run.yaml`; none if the run was begun from Python.
        log: is told the numbers of every epoch.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    log: Log = _unfollowed

    def begin(self, folder: Path) -> None:
        """Write the options into the run's folder."""
        if self.options:
            write_options(folder, self.options)


@contextmanager
def recorded(folder: Path, options: Mapping[str, Any], tracker: Tracker | None = None) -> Iterator[Record]:
    """A record of the run in a folder, which a tracker follows.

    Raises:
        TrackerError: the tracker is not installed or cannot be reached.
    """
    if tracker is None:
        yield Record(options)
        return
    with TRACKERS[tracker](folder, options) as log:
        yield Record(options, log)
