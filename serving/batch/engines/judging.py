"""Judges the missing parts of a run on an engine, and measures the effort."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from tqdm import tqdm

from serving.batch.engines import native
from serving.batch.errors import RunError
from serving.batch.plan import Part
from serving.batch.summary import Effort
from serving.batch.workers import Job, WrittenPart, peak_bytes

EngineName = Literal["native", "ray"]

Engine = Callable[[Sequence[Part], Job], Iterator[WrittenPart]]
"""Judges parts somewhere; yields a report on every part, as soon as it is written."""


def engine_named(name: EngineName, workers: int | None, address: str | None) -> Engine:
    """The engine that an operator names.

    Args:
        name: "native": processes on this machine; "ray": actors on a Ray cluster.
        workers: processes or actors; None for one per core.
        address: of a running Ray cluster; None starts one on this machine.

    Raises:
        RunError: Ray is not installed.
    """
    if name == "native":
        return partial(native.judged, workers=workers)
    try:
        from serving.batch.engines import cluster  # noqa: PLC0415 - Ray is optional
    except ModuleNotFoundError as error:
        raise RunError("Ray is not installed; `make cluster` installs it") from error
    return partial(cluster.judged, workers=workers, address=address)


def judge_parts(parts: Sequence[Part], total_rows: int, job: Job, engine: Engine) -> Effort:
    """Judge parts and write their decisions.

    Args:
        parts: those that are missing.
        total_rows: rows of the whole run, for the progress bar.
        job: what the workers need.
        engine: where to judge.

    Raises:
        RunError: the run cannot end; finished parts are kept.
        InputError, OSError: a part could not be read or written.
    """
    rows_to_judge = sum(part.rows for part in parts)
    started, peaks, carried = time.monotonic(), {str(os.getpid()): peak_bytes()}, 0
    with tqdm(total=total_rows, initial=total_rows - rows_to_judge, unit=" rows", disable=None) as progress:
        try:
            for written in engine(parts, job) if parts else ():
                peaks[written.worker] = written.peak_bytes
                carried += written.carried
                progress.update(written.rows)
        except KeyboardInterrupt:
            raise RunError("interrupted; finished parts are kept: run again to continue") from None
    return Effort(rows_to_judge, time.monotonic() - started, sum(peaks.values()), carried)
