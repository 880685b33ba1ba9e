"""A worker reads, judges and writes parts of a run, one after the other, with models that it loads once.

Engines start workers and give them parts (`serving.batch.engines`). Pictures never travel between processes, and each
worker holds one part in memory however long the input is.
"""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from models.inspector import Inspector
from models.loading import closed_accounts
from models.microbatching import MICROBATCH_SIZE, judge_all
from models.profile import Profile, ProfileError
from models.settings import Settings
from serving.batch import decisions
from serving.batch.carry.digests import digests
from serving.batch.carry.judges import changed_judges, judges
from serving.batch.carry.since import Carrier, Since
from serving.batch.embeddings.keeper import Keeper, KeepingRun
from serving.batch.errors import InputError, RunError
from serving.batch.inputs import Row, account_id, rows
from serving.batch.part_files import write_part
from serving.batch.plan import Part
from serving.batch.profiles import profile_of
from serving.batch.storage.folder import Folder
from serving.batch.summary import DecisionCounts

REPEATED_ACCOUNT = ProfileError(
    "account_repeated", "an earlier row has the same account_id; only that one was judged", "account_id"
)


@dataclass(frozen=True)
class Job:
    """Everything that a worker needs besides its parts; it is sent to every worker once.

    Attributes:
        settings: the models, gallery and policy to judge with, on the worker's own disk.
        judges: digests of what judged when the run began; a worker that has others refuses to work.
        run: id of the run.
        folder: for one file of decisions per part.
        since: an earlier run whose decisions are carried over where they hold still.
        keeping: where embeddings of pictures are kept; None for nowhere.
    """

    settings: Settings
    judges: Mapping[str, str]
    run: str
    folder: Folder
    since: Since | None = None
    keeping: KeepingRun | None = None


@dataclass(frozen=True)
class WrittenPart:
    """A worker's report on a part.

    Attributes:
        number: of the part.
        rows: its rows.
        carried: rows of these that an earlier run had judged.
        worker: host and process id.
        peak_bytes: the most memory that the worker ever held.
    """

    number: int
    rows: int
    carried: int
    worker: str
    peak_bytes: int


class PartWorker:
    """Judges parts, one after the other, with one Inspector for all of them.

    Raises:
        RunError: other versions are active than when the run began.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._inspector = Inspector.load(job.settings, keeps_embeddings=job.keeping is not None)
        if changed := changed_judges(job.judges, judges(job.settings, self._inspector.versions)):
            raise RunError(
                f"{socket.gethostname()} judges with another {' and '.join(sorted(changed))} than the run began with: "
                "give every machine the same release, home and policy, then run again"
            )
        self._carrier = _carrier(job.since, job.settings, self._inspector) if job.since else None
        self._keeper = Keeper(job.keeping, self._inspector) if job.keeping else None
        self._path: str | None = None
        self._position = 0
        self._rows: Iterator[Row] = iter(())

    def judge(self, part: Part) -> WrittenPart:
        """Read, judge and write a part.

        Raises:
            InputError: the file is damaged, or another one than was planned.
            OSError: the decisions cannot be written.
        """
        started, outcomes = time.monotonic(), _Outcomes(self._inspector, self._keeper)
        for number, (row, repeated) in enumerate(self._read(part), start=part.start):
            profile = REPEATED_ACCOUNT if repeated else self._loaded(row, Path(part.path).parent)
            if self._keeper and isinstance(profile, Profile):
                self._keeper.note(profile, part.path, number)
            outcomes.add(account_id(row), profile, self._carrier)
        table = pa.Table.from_pylist(outcomes.finish(), decisions.SCHEMA)
        if self._keeper:
            self._keeper.flush(part.number)
        note = {
            "rows": len(table),
            "carried": outcomes.carried,
            "seconds": round(time.monotonic() - started, 3),
            "counts": DecisionCounts.of(table).to_dict(),
        }
        write_part(self._job.folder, self._job.run, part.number, table, note)
        worker = f"{socket.gethostname()} {os.getpid()}"
        return WrittenPart(part.number, len(table), outcomes.carried, worker, peak_bytes())

    def _loaded(self, row: Row, folder: Path) -> Profile | ProfileError:
        try:
            return profile_of(row, folder, self._keeper.locations if self._keeper else None)
        except ProfileError as error:
            return error

    def _read(self, part: Part) -> Iterator[tuple[Row, bool]]:
        """The part's rows, each with whether it repeats an account; the next part of a file is read on from here."""
        if part.path != self._path or part.start < self._position:
            _check_size(part)
            self._path, self._position, self._rows = part.path, part.start, rows(Path(part.path), part.start)
        skipped = part.start - self._position
        self._position = part.start + part.rows
        for index, row in enumerate(islice(self._rows, skipped, skipped + part.rows)):
            yield row, index in part.repeated


class _Outcomes:
    """The decisions of a part, in order: carried over, or judged a few profiles at a time.

    Args:
        inspector: judges.
        keeper: keeps embeddings of the pictures, if any.

    Attributes:
        carried: number of decisions that an earlier run made.
    """

    def __init__(self, inspector: Inspector, keeper: Keeper | None = None) -> None:
        self._inspector, self._keeper = inspector, keeper
        self._decisions: list[dict[str, Any]] = []
        self._waiting: list[tuple[int, Profile, dict[str, str]]] = []
        self.carried = 0

    def add(self, account: str | None, profile: Profile | ProfileError, carrier: Carrier | None) -> None:
        """Add the next row; profiles wait until a batch is full."""
        if isinstance(profile, ProfileError):
            self._decisions.append(decisions.decision(account, profile, self._inspector.versions))
            return
        digested = digests(profile)
        is_kept = self._keeper is None or self._keeper.holds(profile)
        earlier = carrier.find(profile, digested) if carrier and is_kept else None
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
        profiles = [profile for _, profile, _ in self._waiting]
        if self._keeper:
            self._keeper.recall(profiles)
        answers = judge_all(self._inspector, profiles)
        if self._keeper:
            self._keeper.collect(profiles)
        for (index, profile, digested), result in zip(self._waiting, answers, strict=True):
            self._decisions[index] = decisions.decision(profile.account_id, result, self._inspector.versions, digested)
        self._waiting = []


def _carrier(since: Since, settings: Settings, inspector: Inspector) -> Carrier:
    """Finds decisions that hold for the closed accounts and word lists that judge now."""
    known = closed_accounts(settings).current
    closed = known.register.version if known.hasher else None
    return Carrier(since, closed, inspector.current_versions().get("lists"))


def _check_size(part: Part) -> None:
    """Refuse a file that grew or shrank, or that another machine has under the same name."""
    found = Path(part.path).stat().st_size
    if found != part.file_bytes:
        raise InputError(
            f"{part.path} has {found} bytes here, and had {part.file_bytes} when the run was planned: "
            "leave the input as it is while it is judged, and give every machine the same files"
        )


def peak_bytes() -> int:
    """The most memory that this process ever held; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
