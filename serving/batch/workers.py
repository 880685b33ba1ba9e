"""Worker processes, which read, judge and write the missing parts of a run.

Daft carries parts to its workers, not rows. So pictures never travel between processes, and each worker holds one
part in memory however long the input is.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import daft
import pyarrow as pa
from daft import DataType, Series
from daft.errors import UDFException
from daft.exceptions import DaftCoreException
from tqdm import tqdm

from models.inspector import Inspector
from models.loading import closed_accounts
from models.microbatching import MICROBATCH_SIZE, judge_all
from models.profile import Profile, ProfileError
from models.runtime.cores import cores
from models.settings import Settings
from serving.batch import decisions
from serving.batch.carry.digests import digests
from serving.batch.carry.since import Carrier, Since
from serving.batch.errors import RunError
from serving.batch.inputs import Row, account_id, rows
from serving.batch.part_files import part_path
from serving.batch.plan import Part
from serving.batch.profiles import profile_of
from serving.batch.summary import Effort

REPEATED_ACCOUNT = ProfileError(
    "account_repeated", "an earlier row has the same account_id; only that one was judged", "account_id"
)

PARTS_SCHEMA = pa.schema(
    {
        "part": pa.struct(
            {
                "number": pa.int64(),
                "path": pa.string(),
                "start": pa.int64(),
                "rows": pa.int64(),
                "repeated": pa.list_(pa.int64()),
            }
        )
    }
)
"""`serving.batch.plan.Part`, as Daft carries it to the workers."""

WRITTEN_PART = DataType.struct(
    {name: DataType.int64() for name in ("number", "rows", "carried", "process", "peak_bytes")}
)
"""A worker's report on a part: number, rows, those carried over, the worker's process id, its peak memory in bytes."""


def judge_parts(  # noqa: PLR0913, PLR0917 - what to judge, with what, and where
    parts: Sequence[Part],
    total_rows: int,
    folder: Path,
    settings: Settings,
    versions: Mapping[str, str],
    workers: int | None,
    since: Since | None = None,
) -> Effort:
    """Judge parts and write their decisions into a folder.

    Args:
        parts: those that are missing.
        total_rows: rows of the whole run, for the progress bar.
        folder: for one file of decisions per part.
        settings: the models, gallery and policy to judge with.
        versions: those the run began with.
        workers: processes; None for one per core.
        since: an earlier run whose decisions are carried over where they hold still.

    Raises:
        RunError: a worker was lost, or other versions are active than when the run began.
    """
    rows_to_judge = sum(part.rows for part in parts)
    worker = _worker_class(workers or cores(), len(parts))(settings, versions, folder, since)
    started, peaks, carried = time.monotonic(), {os.getpid(): _peak_bytes()}, 0
    with tqdm(total=total_rows, initial=total_rows - rows_to_judge, unit=" rows", disable=None) as progress:
        for written in _judged(parts, worker):
            peaks[written["process"]] = written["peak_bytes"]
            carried += written["carried"]
            progress.update(written["rows"])
    return Effort(rows_to_judge, time.monotonic() - started, sum(peaks.values()), carried)


def _worker_class(max_workers: int, parts: int) -> Any:
    """`PartWorker` for Daft, in as many processes as there are parts for; a single part is judged in this process."""
    if parts <= 1:
        return daft.cls(PartWorker, use_process=False)
    return daft.cls(PartWorker, max_concurrency=min(max_workers, parts), use_process=True)


def _judged(parts: Sequence[Part], worker: Any) -> Iterator[dict[str, int]]:
    """A `WRITTEN_PART` for every part, as soon as it is written."""
    if not parts:
        return
    frame = daft.from_arrow(pa.Table.from_pylist([{"part": asdict(part)} for part in parts], PARTS_SCHEMA))
    try:
        for batch in frame.select(worker.judge(frame["part"]).alias("done")).to_arrow_iter(results_buffer_size=1):
            yield from batch.column("done").to_pylist()
    except UDFException as error:
        raise error.__cause__ or error from None
    except KeyboardInterrupt:
        raise RunError("interrupted; finished parts are kept: run again to continue") from None
    except (DaftCoreException, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[-1]
        raise RunError(f"a worker was lost ({reason}); finished parts are kept: run again to continue") from error


class PartWorker:
    """Judges parts, one after the other, with one Inspector for all of them.

    Args:
        settings: the models, gallery and policy to judge with.
        versions: those the run began with.
        folder: for one file of decisions per part.
        since: an earlier run whose decisions are carried over where they hold still.

    Raises:
        RunError: other versions are active than when the run began.
    """

    def __init__(
        self, settings: Settings, versions: Mapping[str, str], folder: Path, since: Since | None = None
    ) -> None:
        if threading.current_thread() is threading.main_thread():
            # A process of its own gets Ctrl-C too, but ends only when the first process hangs up.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._inspector = Inspector.load(settings)
        if self._inspector.versions != versions:
            raise RunError("models, gallery or policy changed while the run began; run again")
        self._carrier = _carrier(since, settings, self._inspector) if since else None
        self._folder = folder
        self._path: str | None = None
        self._position = 0
        self._rows: Iterator[Row] = iter(())

    @daft.method.batch(return_dtype=WRITTEN_PART, batch_size=1)
    def judge(self, parts: Series) -> list[dict[str, int]]:
        """Read, judge and write parts, given as structs of `Part`'s fields."""
        return [self._judge_part(Part(**part)) for part in parts.to_pylist()]

    def _judge_part(self, part: Part) -> dict[str, int]:
        started, outcomes = time.monotonic(), _Outcomes(self._inspector)
        for row, repeated in self._read(part):
            profile = REPEATED_ACCOUNT if repeated else _loaded(row, Path(part.path).parent)
            outcomes.add(account_id(row), profile, self._carrier)
        judged = outcomes.finish()
        seconds = round(time.monotonic() - started, 3)
        note = {"rows": len(judged), "carried": outcomes.carried, "seconds": seconds}
        decisions.write(part_path(self._folder, part.number), judged, note)
        return {
            "number": part.number,
            "rows": len(judged),
            "carried": outcomes.carried,
            "process": os.getpid(),
            "peak_bytes": _peak_bytes(),
        }

    def _read(self, part: Part) -> Iterator[tuple[Row, bool]]:
        """The part's rows, each with whether it repeats an account; the next part of a file is read on from here."""
        if part.path != self._path or part.start < self._position:
            self._path, self._position, self._rows = part.path, part.start, rows(Path(part.path), part.start)
        skipped = part.start - self._position
        self._position = part.start + part.rows
        for index, row in enumerate(islice(self._rows, skipped, skipped + part.rows)):
            yield row, index in part.repeated


class _Outcomes:
    """The decisions of a part, in order: carried over, or judged a few profiles at a time.

    Attributes:
        carried: number of decisions that an earlier run made.
    """

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._decisions: list[dict[str, Any]] = []
        self._waiting: list[tuple[int, Profile, dict[str, str]]] = []
        self.carried = 0

    def add(self, account: str | None, profile: Profile | ProfileError, carrier: Carrier | None) -> None:
        """Add the next row; profiles wait until a batch is full."""
        if isinstance(profile, ProfileError):
            self._decisions.append(decisions.decision(account, profile, self._inspector.versions))
            return
        digested = digests(profile)
        earlier = carrier.find(profile, digested) if carrier else None
        self._decisions.append(earlier or {})
        if earlier is None:
            self._waiting.append((len(self._decisions) - 1, profile, digested))
        else:
            self.carried += 1
        if len(self._waiting) == MICROBATCH_SIZE:
            self._judge()

    def finish(self) -> list[dict[str, Any]]:
        """All decisions, the last ones judged now."""
        self._judge()
        return self._decisions

    def _judge(self) -> None:
        answers = judge_all(self._inspector, [profile for _, profile, _ in self._waiting])
        for (index, profile, digested), result in zip(self._waiting, answers, strict=True):
            self._decisions[index] = decisions.decision(profile.account_id, result, self._inspector.versions, digested)
        self._waiting = []


def _carrier(since: Since, settings: Settings, inspector: Inspector) -> Carrier:
    """Finds decisions that hold for the closed accounts and word lists that judge now."""
    known = closed_accounts(settings).current
    closed = known.register.version if known.hasher else None
    return Carrier(since, closed, inspector.current_versions().get("lists"))


def _loaded(row: Row, folder: Path) -> Profile | ProfileError:
    try:
        return profile_of(row, folder)
    except ProfileError as error:
        return error


def _peak_bytes() -> int:
    """The most memory that this process ever held; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
