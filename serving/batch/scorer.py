"""The worker of a batch run: judges parts, one after the other, with one Inspector for all of them."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import daft
from daft import DataType, Series

from models.inspector import Inspector
from models.microbatching import MICROBATCH_SIZE, judge_all
from models.profile import Profile, ProfileError
from models.settings import Settings
from serving.batch import decisions
from serving.batch.inputs import Row, account_id, rows
from serving.batch.plan import Part
from serving.batch.profiles import profile_of
from serving.batch.run import RunError

REPEATED = ProfileError(
    "account_repeated", "an earlier row has the same account_id; only that one was judged", "account_id"
)

DONE = DataType.struct(
    {"number": DataType.int64(), "rows": DataType.int64(), "process": DataType.int64(), "peak_bytes": DataType.int64()}
)
"""What is known of a part that was written: the process that did it, and the most memory that it ever held."""


class Scorer:
    """Judges the rows of parts and writes their decisions.

    Args:
        settings: where models, gallery and policy are.
        versions: what the run was begun with.
        directory: where parts are written.

    Raises:
        RunError: something else is in force than when the run began.
    """

    def __init__(self, settings: Settings, versions: Mapping[str, str], directory: Path) -> None:
        if threading.current_thread() is threading.main_thread():
            # In a process of its own: Ctrl-C reaches it too, but it is to end when the first process hangs up.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._inspector = Inspector.load(settings)
        if self._inspector.versions != versions:
            raise RunError("models, gallery or policy changed while the run began; run again")
        self._directory = directory
        self._path: str | None = None
        self._position = 0
        self._rows: Iterator[Row] = iter(())

    @daft.method.batch(return_dtype=DONE, batch_size=1)
    def score(self, parts: Series) -> list[dict[str, int]]:
        """Judge and write parts given as structs of `Part`'s fields."""
        return [self._score(Part(**part)) for part in parts.to_pylist()]

    def _score(self, part: Part) -> dict[str, int]:
        found = self._read(part)
        batches = iter(lambda: list(islice(found, MICROBATCH_SIZE)), [])
        written = list(chain.from_iterable(self._decisions(batch, Path(part.path).parent) for batch in batches))
        decisions.write(decisions.part_path(self._directory, part.number), written)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return {"number": part.number, "rows": len(written), "process": os.getpid(), "peak_bytes": peak}

    def _read(self, part: Part) -> Iterator[tuple[Row, bool]]:
        """The part's rows, and whether each repeats an account; an open file is read on, not again."""
        if part.path != self._path or part.start < self._position:
            self._path, self._position, self._rows = part.path, part.start, rows(Path(part.path), part.start)
        skipped = part.start - self._position
        self._position = part.start + part.rows
        for index, row in enumerate(islice(self._rows, skipped, skipped + part.rows)):
            yield row, index in part.repeated

    def _decisions(self, batch: Sequence[tuple[Row, bool]], folder: Path) -> Iterator[dict[str, Any]]:
        loaded = [REPEATED if repeated else _loaded(row, folder) for row, repeated in batch]
        answers = iter(judge_all(self._inspector, [profile for profile in loaded if isinstance(profile, Profile)]))
        for (row, _), profile in zip(batch, loaded, strict=True):
            result = next(answers) if isinstance(profile, Profile) else profile
            yield decisions.decision(account_id(row), result, self._inspector.versions)


def _loaded(row: Row, folder: Path) -> Profile | ProfileError:
    try:
        return profile_of(row, folder)
    except ProfileError as error:
        return error
