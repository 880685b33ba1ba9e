"""`huijian score`: plan the parts, judge those that are missing, check that every row is there."""

from __future__ import annotations

from pathlib import Path

from models.settings import Settings
from serving.batch.active_versions import active_versions
from serving.batch.plan import find_files, plan
from serving.batch.run import Run
from serving.batch.summary import DecisionCounts, Summary
from serving.batch.workers import judge_parts

PART_ROWS = 256
"""Rows per part: some ten seconds of work, which each worker loses when the run is killed."""


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
        settings: the models, gallery and policy to judge with.
        part_rows: rows per part.
        workers: processes; None for one per core.
        restart: throw away the decisions of an earlier run, instead of continuing it.

    Raises:
        InputError: the input cannot be used.
        RunError: `out` belongs to another run, a worker was lost, or the input was changed meanwhile.
    """
    files = find_files(source, out)
    versions = active_versions(settings)
    planned = plan(files, part_rows)
    with Run(out, planned, versions).begun(restart) as run:
        effort = judge_parts(run.missing(), planned.rows, run.folder, settings, versions, workers)
        counts = DecisionCounts.of(run.finish())
    return Summary(out, counts, effort, planned.ignored)
