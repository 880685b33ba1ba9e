"""Makes the text classifier from packages and corpus in one call: train, export, calibrate, measure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from training.cases import CasesError
from training.runs.record import Record
from training.text.data.corpus import Case, Likeness, Split, located_cases, read_cases, read_split
from training.text.evaluation.card import finish
from training.text.fit.export import export_text
from training.text.fit.ngrams import fit_ngrams
from training.text.fit.trainer import RunSettings, TextTrainer
from training.text.networks.base import PretrainedEncoder, pretrained
from training.text.provenance import CasesFile, MadeFrom, cases_digest, corpus_digests, seen_in_run


def train_text(  # noqa: PLR0913 - keywords, one per option of `huijian train text`
    output: Path,
    *,
    cases: Sequence[Path] = (),
    weight: int = 1,
    skip_duplicates: bool = False,
    epochs: int = 3,
    seed: int = 2026,
    limit: int | None = None,
    rehearse: int | None = None,
    threads: int = 1,
    version: str | None = None,
    base: PretrainedEncoder | None = None,
    record: Record | None = None,
) -> Path:
    """Train a text classifier; returns its artefact folder, ready to be compared and promoted.

    Three epochs take some 70 minutes on two hyperthreads. An interrupted run resumes if called with the same output.

    Args:
        output: folder of the run: options, checkpoint, tokenizer, history, report, and the artefact in `artifact/`.
        cases: files of further labelled texts, added to the training part of the corpus; all are trained on.
        weight: times that each further case is seen in an epoch, disguised anew each time; once by the n-grams.
        skip_duplicates: leave out further cases that nearly equal held-out texts, and name them, not refuse the files.
        epochs, seed: passes over the training texts, and the seed of every random choice.
        limit: use only so many texts of each part of the corpus, for a trial run.
        rehearse: show the network only so many texts of the corpus, n-grams and calibration all (Robins 1995).
        threads: threads that torch may use.
        version: name of the model; by default made from its contents.
        base: another pretrained encoder than the project's own.
        record: options to keep, and who follows the run.

    Raises:
        CasesError: a cases file is broken or repeats texts of the validation or test part.
        FileExistsError: the output holds a run with other settings.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    _tell("准备 · preparing: reading the corpus, comparing cases with held-out texts, loading the base; 20 to 40 s")
    added = new_cases(cases, skip_duplicates=skip_duplicates)
    parts = {split: _spread(read_split(split), limit) for split in Split}
    rehearsed = _spread(parts[Split.TRAIN], rehearse)
    weighted = rehearsed + added * weight
    parts[Split.TRAIN] = parts[Split.TRAIN] + added
    training, validation = parts[Split.TRAIN], parts[Split.VALIDATION]
    base, record = base or pretrained(), record or Record()
    trainer = TextTrainer(base, RunSettings(epochs, seed, cases_digest(weighted), base.name), output, record)
    record.begin(output)
    _save_base(base, output)
    further = f"{len(added)} of them further cases {weight} times an epoch"
    _tell(f"训练 · training: {len(rehearsed) + len(added)} texts, {further}, {epochs=}")
    trainer.run(weighted, validation)
    _tell("导出与评测 · exporting, calibrating, and measuring on the test part")
    artifact = export_text(output / "checkpoint.pt", output / "artifact", fit_ngrams(training), validation, version)
    files = [_file(path, added) for path in cases]
    made = MadeFrom(base.name, seed, epochs, limit, rehearse, corpus_digests(), len(training), files, weight)
    made.record(artifact, seen_in_run(parts, base.seen))
    record.log(epochs, finish(artifact, output, parts))
    return artifact


def new_cases(paths: Sequence[Path], *, skip_duplicates: bool = False) -> list[Case]:
    """Further labelled texts for training.

    Args:
        skip_duplicates: leave out texts that nearly equal one that the model is calibrated or tested on, and name them.

    Raises:
        CasesError: a file is broken, or holds such texts, or no others.
    """
    added = located_cases(*paths)
    if not added:
        return []
    leaks = Likeness.of([case.text for _, case in added]).leaks
    duplicates = [place for (place, _), leak in zip(added, leaks, strict=True) if leak]
    if duplicates and (not skip_duplicates or len(duplicates) == len(added)):
        raise CasesError(
            f"{len(duplicates)} cases repeat held-out texts, leave them out, or skip them with --skip-duplicates: "
            f"{'; '.join(duplicates[:20])}"
        )
    for place in duplicates:
        _tell(f"跳过 · skipped {place}: it repeats a held-out text")
    return [case for (_, case), leak in zip(added, leaks, strict=True) if not leak]


def _spread(cases: list[Case], limit: int | None) -> list[Case]:
    """At most `limit` cases, evenly spaced in the list."""
    return cases[:: max(len(cases) // limit, 1)][:limit] if limit else cases


def _save_base(base: PretrainedEncoder, output: Path) -> None:
    """Write what the export needs of the base beside the checkpoint."""
    output.mkdir(parents=True, exist_ok=True)
    base.tokenizer.save(str(output / ArtifactFile.TOKENIZER), pretty=False)
    base.encoder.config.to_json_file(output / "encoder.json")


def _file(path: Path, added: Sequence[Case]) -> CasesFile:
    used = {case.id for case in added}
    return CasesFile(path.name, versions.digest(path), sum(case.id in used for case in read_cases(path)))


def _tell(line: str) -> None:
    """Say what is being done, on stderr beside the progress bars."""
    print(line, file=sys.stderr, flush=True)
