"""Makes the text classifier from packages and corpus in one call: train, export, calibrate, measure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from training.cases import CasesError
from training.text.data.corpus import Case, Split, located_cases, near_duplicates, read_cases, read_split
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
    threads: int = 1,
    version: str | None = None,
    base: PretrainedEncoder | None = None,
) -> Path:
    """Train a text classifier and write its artefact folder.

    A run of three epochs takes some 70 minutes on two hyperthreads of a modern core, 16 to 20 of them an epoch. An
    interrupted run resumes if called with the same output.

    Args:
        output: folder of the run: checkpoint, tokenizer, history, and the artefact in `artifact/`.
        cases: files of further labelled texts, added to the training part of the corpus; all are trained on.
        weight: times that each further case is seen in an epoch, disguised anew each time; once by the n-grams.
        skip_duplicates: leave out further cases that nearly equal held-out texts, and name them, not refuse the files.
        epochs: passes over the training texts.
        seed: of every random choice.
        limit: use only so many texts of each part of the corpus, for a trial run.
        threads: threads that torch may use.
        version: name of the model; by default made from its contents.
        base: another pretrained encoder than the project's own.

    Returns:
        The artefact folder, ready to be compared and promoted.

    Raises:
        CasesError: a cases file is broken or repeats texts of the validation or test part.
        FileExistsError: the output holds a run with other settings.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    _tell("准备 · preparing: reading the corpus, comparing cases with held-out texts, loading the base; 20 to 40 s")
    added = new_cases(cases, skip_duplicates=skip_duplicates)
    parts = {split: _spread(read_split(split), limit) for split in Split}
    weighted = parts[Split.TRAIN] + added * weight
    parts[Split.TRAIN] += added
    training, validation = parts[Split.TRAIN], parts[Split.VALIDATION]
    base = base or pretrained()
    trainer = TextTrainer(base, RunSettings(epochs, seed, cases_digest(weighted), base.name), output)
    _save_base(base, output)
    _tell(
        f"训练 · training: {len(training)} texts, {len(added)} of them further cases {weight} times an epoch, {epochs=}"
    )
    trainer.run(weighted, validation)
    _tell("导出与评测 · exporting, calibrating, and measuring on the test part")
    artifact = export_text(output / "checkpoint.pt", output / "artifact", fit_ngrams(training), validation, version)
    files = [_file(path, added) for path in cases]
    made = MadeFrom(base.name, seed, epochs, limit, corpus_digests(), len(training), files, weight)
    made.record(artifact, seen_in_run(parts, base.seen))
    finish(artifact, output / "history.jsonl", parts)
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
    held_out = [case.text for split in (Split.VALIDATION, Split.TEST) for case in read_split(split)]
    clusters = near_duplicates([*held_out, *(case.text for _, case in added)])
    known = set(clusters[: len(held_out)])
    clusters_added = clusters[len(held_out) :]
    duplicates = [place for (place, _), cluster in zip(added, clusters_added, strict=True) if cluster in known]
    if duplicates and (not skip_duplicates or len(duplicates) == len(added)):
        raise CasesError(
            f"{len(duplicates)} cases repeat held-out texts, leave them out, or skip them with --skip-duplicates: "
            f"{'; '.join(duplicates[:20])}"
        )
    for place in duplicates:
        _tell(f"跳过 · skipped {place}: it repeats a held-out text")
    return [case for (_, case), cluster in zip(added, clusters_added, strict=True) if cluster not in known]


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
