"""`huijian score`: plan the parts, judge those that are missing, check that every row is there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.images.encoder.encoder import FINGERPRINT_DIGITS
from models.policy import Policy
from models.runtime.artifact_files import ArtifactFile
from models.runtime.versions import digest
from models.settings import Settings
from serving.batch.active_versions import active_versions
from serving.batch.carry.judges import changed_judges, judges
from serving.batch.carry.since import INDEX_NAME, Since, write_index
from serving.batch.embeddings.judgements import judges_digest
from serving.batch.embeddings.keeper import KeepingRun
from serving.batch.embeddings.layout import EmbeddingsFolder, run_name
from serving.batch.embeddings.locations import Trust
from serving.batch.embeddings.merge import merge
from serving.batch.engines.judging import EngineName, engine_named, judge_parts
from serving.batch.errors import InputError, RunError
from serving.batch.plan import find_files, plan
from serving.batch.run import Run
from serving.batch.storage.disk import DiskFolder
from serving.batch.storage.objects import is_url
from serving.batch.stored import StoredRun
from serving.batch.summary import DecisionCounts, Summary
from serving.batch.work import PartSize
from serving.batch.workers import Job


def score(  # noqa: PLR0913 - the command's own options
    source: str,
    out: Path | str,
    settings: Settings,
    *,
    part_size: PartSize = PartSize(),  # noqa: B008 - a frozen value
    workers: int | None = None,
    restart: bool = False,
    since: Path | None = None,
    keep_embeddings: Path | None = None,
    trust: Trust = Trust.STAMP,
    engine: EngineName = "native",
    address: str | None = None,
) -> Summary:
    """Judge every row of the input and write one decision per row.

    Args:
        source: a file, a folder or a glob.
        out: a folder, a file ending in `.parquet`, or a URL of a folder in an object store.
        settings: the models, gallery and policy to judge with.
        part_size: where a part ends.
        workers: processes or actors; None for one per core.
        restart: throw away the decisions of an earlier run, instead of continuing it.
        since: an earlier run; its decisions are carried over for rows of which neither content nor judges changed.
        keep_embeddings: a folder that keeps embeddings and judgements of pictures, over many runs.
        trust: with `keep_embeddings`, when a picture is known by its path or URL, and not read.
        engine: "native" judges on this machine, "ray" on a Ray cluster.
        address: of a running Ray cluster; None starts one on this machine.

    Raises:
        InputError: the input or the earlier run cannot be used.
        RunError: `out` belongs to another run, a worker was lost, or the input was changed meanwhile.
    """
    chosen = engine_named(engine, workers, address)
    files = find_files(source, None if is_url(str(out)) else Path(out))
    versions = active_versions(settings)
    planned = plan(files, part_size)
    active = judges(settings, versions)
    embeddings = str(keep_embeddings.resolve()) if keep_embeddings else None
    conditions = {"policy": _policy_text(settings, versions), "judges": active, "embeddings": embeddings}
    run = Run(out, planned, versions, conditions)
    earlier = _since(since, run, active) if since else None
    keeping = _keeping(keep_embeddings.absolute(), run, settings, active, trust) if keep_embeddings else None
    with run.begun(restart):
        if keeping and restart:
            shutil.rmtree(keeping.folder.incoming(keeping.run), ignore_errors=True)
        missing = run.missing()
        if earlier and missing and earlier.reason is None:
            write_index(earlier.files, earlier.index)
        job = Job(settings, active, run.id, run.folder, earlier, keeping)
        effort = judge_parts(missing, planned.rows, job, chosen)
        run.folder.remove(INDEX_NAME)
        note = _total(run.notes())
        run.finish(note)
        kept = merge(keeping.folder, keeping.run) if keeping else None
    counts = DecisionCounts.total([note["counts"]])
    return Summary(out, counts, effort, planned.ignored, note["carried"] if earlier else None, _reason(earlier), kept)


def _keeping(path: Path, run: Run, settings: Settings, active: Mapping[str, str], trust: Trust) -> KeepingRun:
    """Where the run keeps embeddings."""
    directory = settings.encoder_directory()
    config = json.loads((directory / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
    fingerprint = digest(directory / ArtifactFile.MODEL)[:FINGERPRINT_DIGITS]
    folder = EmbeddingsFolder.open_or_make(path, fingerprint, int(config["dimension"]))
    out = str(run.out) if is_url(str(run.out)) else str(Path(run.out).resolve())
    return KeepingRun(folder, run_name(out, run.id), judges_digest(active), trust)


def _since(path: Path, run: Run, active: Mapping[str, str]) -> Since:
    """The earlier run to carry decisions from."""
    if not isinstance(run.folder, DiskFolder):
        raise InputError(f"{run.out} is in an object store; --since needs an OUT on a disk, shared by all workers")
    if path.resolve() in (Path(run.out).resolve(), run.folder.path.resolve()):
        raise InputError(f"{path} is OUT itself; give the run before it, and another OUT")
    stored = StoredRun.open(path)
    changed = changed_judges(stored.manifest.get("judges"), active)
    return Since(path, tuple(file.absolute() for file in stored.files), changed, run.folder.path / INDEX_NAME)


def _reason(earlier: Since | None) -> str | None:
    return earlier.reason if earlier else None


def _total(notes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The sums of what the writers of the parts remarked."""
    sums = {name: sum(note[name] for note in notes) for name in ("rows", "carried", "seconds")}
    return {**sums, "counts": DecisionCounts.total(note["counts"] for note in notes).to_dict()}


def _policy_text(settings: Settings, versions: Mapping[str, str]) -> str:
    """The policy file, which the run keeps: a later one is compared with it (`serving.runs.rescore`)."""
    if Policy.load(settings.policy).version != versions["policy"]:
        raise RunError("the policy changed while the run began; run again")
    return settings.policy.read_text(encoding="utf-8")
