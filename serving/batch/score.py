"""`huijian score`: plan the parts, let Daft's workers judge them, check that every row is there.

Daft carries parts, not rows: its workers read, judge and write by themselves, so that pictures never travel between
processes and memory stays at one part per worker however long the input is.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import daft
import pyarrow as pa
from daft.errors import UDFException
from daft.exceptions import DaftCoreException
from tqdm import tqdm

from models.settings import Settings
from serving.batch.in_force import versions_in_force
from serving.batch.inputs import InputError, find
from serving.batch.plan import Part, plan
from serving.batch.run import Run, RunError
from serving.batch.scorer import Scorer
from serving.batch.summary import DecisionCounts, Summary
from serving.cores import cores

PART_ROWS = 256
"""Rows per part: what a kill can cost each worker, some ten seconds."""

PARTS = pa.schema(
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


def score(  # noqa: PLR0913 - the command's own options
    source: str,
    out: Path,
    settings: Settings,
    *,
    part_rows: int = PART_ROWS,
    workers: int | None = None,
    restart: bool = False,
) -> Summary:
    """Judge every row of the input and write one decision per row.

    Args:
        source: a file, a folder or a glob.
        out: a folder, or a file ending in `.parquet`.
        settings: what to judge with.
        part_rows: rows per part.
        workers: processes; None for one per core.
        restart: throw away what an earlier run left, instead of continuing it.

    Raises:
        InputError: the input cannot be used.
        RunError: `out` belongs to another run, a worker was lost, or the input was changed meanwhile.
    """
    files = find(source)
    versions = versions_in_force(settings)
    run = Run(out, files, part_rows, versions)  # before the plan: what is written later is another input
    _refuse_overlap(Path(source), files, out)
    _refuse_overlap(Path(source), files, run.directory)
    planned = plan(files, part_rows)
    with run.begun(restart):
        missing = run.missing(planned.parts)
        scorer = _workers(workers or cores(), len(missing))(settings, versions, run.directory)
        started, peaks = time.monotonic(), {os.getpid(): _peak_bytes()}
        judged = sum(part.rows for part in missing)
        with tqdm(total=planned.rows, initial=planned.rows - judged, unit=" rows", disable=None) as progress:
            for done in _judged(missing, scorer):
                peaks[done["process"]] = done["peak_bytes"]
                progress.update(done["rows"])
        seconds = time.monotonic() - started
        counts = DecisionCounts.of(run.finish(planned.parts))
    return Summary(out, counts, judged, seconds, sum(peaks.values()), planned.ignored)


def _judged(parts: Sequence[Part], scorer: Any) -> Iterator[dict[str, int]]:
    """What became of every part, as soon as it is written."""
    if not parts:
        return
    frame = daft.from_arrow(pa.Table.from_pylist([{"part": asdict(part)} for part in parts], PARTS))
    try:
        for batch in frame.select(scorer.score(frame["part"]).alias("done")).to_arrow_iter(results_buffer_size=1):
            yield from batch.column("done").to_pylist()
    except UDFException as error:
        raise error.__cause__ or error from None
    except KeyboardInterrupt:
        raise RunError("interrupted; finished parts are kept: run again to continue") from None
    except (DaftCoreException, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[-1]
        raise RunError(f"a worker was lost ({reason}); finished parts are kept: run again to continue") from error


def _workers(most: int, parts: int) -> Any:
    """The scorer's class for as many workers as there is work for; a single part is judged in this process."""
    if parts <= 1:
        return daft.cls(Scorer, use_process=False)
    return daft.cls(Scorer, max_concurrency=min(most, parts), use_process=True)


def _refuse_overlap(source: Path, files: Sequence[Path], out: Path) -> None:
    """Decisions beside the input would be input the next time."""
    if any(file.resolve().is_relative_to(out.resolve()) for file in files):
        raise InputError(f"{out} holds the input itself; choose another OUT")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise InputError(f"{out} lies in the folder of the input; choose another OUT")


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
