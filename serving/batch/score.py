"""`huijian score`: plan the parts, judge those that are missing, check that every row is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from models.policy import Policy
from models.settings import Settings
from serving.batch.active_versions import active_versions
from serving.batch.carry.judges import changed_judges, judges
from serving.batch.carry.since import INDEX_NAME, Since, write_index
from serving.batch.errors import InputError, RunError
from serving.batch.plan import find_files, plan
from serving.batch.run import Run
from serving.batch.stored import StoredRun
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
    since: Path | None = None,
) -> Summary:
    """Judge every row of the input and write one decision per row.

    Args:
        source: a file, a folder or a glob.
        out: a folder, or a file ending in `.parquet`.
        settings: the models, gallery and policy to judge with.
        part_rows: rows per part.
        workers: processes; None for one per core.
        restart: throw away the decisions of an earlier run, instead of continuing it.
        since: an earlier run; its decisions are carried over for rows of which neither content nor judges changed.

    Raises:
        InputError: the input or the earlier run cannot be used.
        RunError: `out` belongs to another run, a worker was lost, or the input was changed meanwhile.
    """
    files = find_files(source, out)
    versions = active_versions(settings)
    planned = plan(files, part_rows)
    active = judges(settings, versions)
    conditions = {"policy": _policy_text(settings, versions), "judges": active}
    run = Run(out, planned, versions, conditions)
    earlier = _since(since, run, active) if since else None
    with run.begun(restart):
        missing = run.missing()
        if earlier and missing and earlier.reason is None:
            write_index(earlier.files, earlier.index)
        effort = judge_parts(missing, planned.rows, run.folder, settings, versions, workers, earlier)
        (run.folder / INDEX_NAME).unlink(missing_ok=True)
        note = _total(run.notes())
        counts = DecisionCounts.of(run.finish(note))
    carried = int(note.get("carried", 0)) if earlier else None
    return Summary(out, counts, effort, planned.ignored, carried, earlier.reason if earlier else None)


def _since(path: Path, run: Run, active: Mapping[str, str]) -> Since:
    """The earlier run to carry decisions from."""
    if path.resolve() in (run.out.resolve(), run.folder.resolve()):
        raise InputError(f"{path} is OUT itself; give the run before it, and another OUT")
    stored = StoredRun.open(path)
    changed = changed_judges(stored.manifest.get("judges"), active)
    return Since(path, stored.files, changed, run.folder / INDEX_NAME)


def _total(notes: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The sums of what the writers of the parts remarked."""
    total: Counter[str] = Counter()
    for note in notes:
        total.update(note)
    return dict(total)


def _policy_text(settings: Settings, versions: Mapping[str, str]) -> str:
    """The policy file, which the run keeps: a later one is compared with it (`serving.runs.rescore`)."""
    if Policy.load(settings.policy).version != versions["policy"]:
        raise RunError("the policy changed while the run began; run again")
    return settings.policy.read_text(encoding="utf-8")
