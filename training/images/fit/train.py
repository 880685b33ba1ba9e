"""`huijian train images`: trains an encoder with all that belongs to it, and exports one artefact folder.

The image tower comes first; every later stage (cohort, localizer, reranker, core detector, calibrations, text tower)
uses the exported encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from training.accounts import calibrate_avatars
from training.images.common.fingerprint import fingerprint
from training.images.common.metrics import record_metrics
from training.images.common.resume import Resumable, environment_digest, weights_digest
from training.images.core.calibrate import calibrate_core
from training.images.core.train import CORE_STEPS, train_core
from training.images.data.cohort import write_cohort
from training.images.data.corpus import load_corpus
from training.images.fit.calibrate import calibrate
from training.images.fit.card import write_card
from training.images.fit.tower_trainer import Trainer
from training.images.fit.train_captions import CAPTION_STEPS, train_captions
from training.images.fit.train_localizer import train_localizer
from training.images.fit.train_reranker import train_reranker
from training.images.networks.export import export
from training.images.networks.released import Base, BaseError, interpolate_with_base, read_base
from training.runs.record import Record
from training.runs.report import write_run_report


def train_images(  # noqa: PLR0913 - a command's options
    output: Path,
    *,
    cases: Sequence[Path] = (),
    steps: int,
    seed: int = 0,
    limit: int | None = None,
    threads: int = 2,
    base: Path | None = None,
    record: Record | None = None,
) -> Path:
    """Train and export an encoder; an interrupted run resumes from its last checkpoint or stage.

    Args:
        output: artefact folder, also of `checkpoint.pt`, options, losses on the way, and report.
        cases: files of labelled pictures (`training.images.data.cases`), of known identities or new ones.
        steps: total steps of 32 pictures each, over all runs; also the limit of the text tower's steps.
        seed: for weights, pictures and augmentations.
        limit: at most this many drawings a package, for tests.
        threads: of torch, of the searches and of the calibration.
        base: artefact folder of an encoder of ours to start from, instead of ImageNet weights. The exported tower is
            the mean of it and of what was learnt (WiSE-FT). Its reranker and core detector are trained further.
        record: options to keep, and who follows the run.

    Returns:
        `output`, with all that the service needs; a complete run leaves no checkpoint.

    Raises:
        training.cases.CasesError: cases that cannot be trained on, such as those of held-out owners.
        training.packages.PackageError: a package could not be fetched.
        training.images.networks.released.BaseError: the base is no encoder to start from, or is the output itself.
        FileExistsError: the output holds a run with another seed, base, pictures or code, or of more steps.
    """
    if base is not None and base.resolve() == output.resolve():
        raise BaseError(f"{base} is the folder of the run itself: choose another output")
    start = read_base(base) if base is not None else None
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    torch.manual_seed(seed)
    code_and_data = environment_digest(Path(__file__))  # taken now: files may be edited during the run
    record = record or Record()
    trainer = Trainer(load_corpus(cases, limit), seed, output / "checkpoint.pt", start, record)
    record.begin(output)
    trainer.run(steps)
    if start is not None:
        interpolate_with_base(trainer.tower, start)
    weights = weights_digest(trainer.tower.state_dict()), weights_digest(start.reranker if start else {})
    run = (code_and_data, trainer.settings, trainer.corpus.owners, weights, steps, limit)
    stages = Resumable(output / "finished.json", fingerprint((), run))
    _run_stages(stages, trainer, output, start, steps, limit, threads)
    record_metrics(output, "cases", {path.name: versions.digest(path) for path in cases})
    write_card(output)
    write_run_report(output, trainer.history, "step")
    stages.forget()
    trainer.checkpoint.unlink()
    return output


def _run_stages(  # noqa: PLR0913, PLR0917 - what the stages need
    do: Resumable, trainer: Trainer, output: Path, base: Base | None, steps: int, limit: int | None, threads: int
) -> None:
    """Export the tower and run every stage that follows."""
    corpus, seed = trainer.corpus, trainer.seed
    exported = (ArtifactFile.MODEL, ArtifactFile.CONFIG, ArtifactFile.METRICS)
    do(export, exported, trainer.tower, output, trainer.metrics())
    do(write_cohort, (ArtifactFile.COHORT,), output, limit=limit)
    do(train_localizer, (ArtifactFile.LOCALIZER,), output, corpus, seed=seed, limit=limit, threads=threads)
    reranker = (ArtifactFile.RERANKER_TOKENS, ArtifactFile.RERANKER)
    do(train_reranker, reranker, output, corpus, base=base, seed=seed, limit=limit, threads=threads)
    do(calibrate, (ArtifactFile.CALIBRATION,), output, seed=seed, limit=limit, threads=threads)
    do(train_core, (ArtifactFile.CORE,), output, base=base, seed=seed, limit=limit, steps=min(steps, CORE_STEPS))
    do(calibrate_core, (ArtifactFile.CORE_CALIBRATION,), output, seed=seed, limit=limit, threads=threads)
    do(calibrate_avatars, (ArtifactFile.CLOSED_CALIBRATION,), output, limit=limit)
    phrases = (ArtifactFile.TEXT_TOWER, ArtifactFile.TOKENIZER, ArtifactFile.PHRASE_CALIBRATION)
    do(train_captions, phrases, output, seed=seed, limit=limit, steps=min(steps, CAPTION_STEPS))
