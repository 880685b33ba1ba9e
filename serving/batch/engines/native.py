"""Worker processes on this machine, by Daft.

Daft carries parts to its workers, not rows.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import daft
import pyarrow as pa
from daft import DataType, Series
from daft.errors import UDFException
from daft.exceptions import DaftCoreException

from models.runtime.cores import cores
from serving.batch.errors import RunError
from serving.batch.plan import Part
from serving.batch.workers import Job, PartWorker, WrittenPart

PARTS_SCHEMA = pa.schema(
    {
        "part": pa.struct(
            {
                "number": pa.int64(),
                "path": pa.string(),
                "start": pa.int64(),
                "rows": pa.int64(),
                "repeated": pa.list_(pa.int64()),
                "file_bytes": pa.int64(),
            }
        )
    }
)
"""`serving.batch.plan.Part`, as Daft carries it to the workers."""

WRITTEN_PART = DataType.struct(
    {
        "number": DataType.int64(),
        "rows": DataType.int64(),
        "carried": DataType.int64(),
        "worker": DataType.string(),
        "peak_bytes": DataType.int64(),
    }
)
"""`serving.batch.workers.WrittenPart`, as Daft carries it back."""


def judged(parts: Sequence[Part], job: Job, workers: int | None) -> Iterator[WrittenPart]:
    """Judge parts in worker processes; yields a report on every part, as soon as it is written.

    Args:
        parts: what to judge.
        job: what the workers need.
        workers: processes; None for one per core.

    Raises:
        RunError: a worker was lost, or other versions are active than when the run began.
        InputError, OSError: a part could not be read or written.
    """
    frame = daft.from_arrow(pa.Table.from_pylist([{"part": asdict(part)} for part in parts], PARTS_SCHEMA))
    worker = _worker_class(workers or cores(), len(parts))(job)
    try:
        for batch in frame.select(worker.judge(frame["part"]).alias("done")).to_arrow_iter(results_buffer_size=1):
            yield from (WrittenPart(**written) for written in batch.column("done").to_pylist())
    except UDFException as error:
        raise error.__cause__ or error from None
    except (DaftCoreException, RuntimeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[-1]
        raise RunError(f"a worker was lost ({reason}); finished parts are kept: run again to continue") from error


def _worker_class(max_workers: int, parts: int) -> Any:
    """`_DaftWorker` in as many processes as there are parts for; a single part is judged in this process."""
    if parts <= 1:
        return daft.cls(_DaftWorker, use_process=False)
    return daft.cls(_DaftWorker, max_concurrency=min(max_workers, parts), use_process=True)


class _DaftWorker:
    """A `PartWorker` as Daft calls it."""

    def __init__(self, job: Job) -> None:
        if threading.current_thread() is threading.main_thread():
            # A process of its own gets Ctrl-C too, but ends only when the first process hangs up.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._worker = PartWorker(job)

    @daft.method.batch(return_dtype=WRITTEN_PART, batch_size=1)
    def judge(self, parts: Series) -> list[dict[str, Any]]:
        """Judge parts, given as structs of `Part`'s fields."""
        return [asdict(self._worker.judge(Part(**part))) for part in parts.to_pylist()]
