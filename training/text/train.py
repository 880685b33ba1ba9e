"""Makes the text classifier from packages and corpus in one call: train, export, calibrate, measure."""

from __future__ import annotations

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
    epochs: int = 3,
    seed: int = 2026,
    limit: int | None = None,
    threads: int = 1,
    version: str | None = None,
    base: PretrainedEncoder | None = None,
) -> Path:
    """Train a text classifier and write its artefact folder.

    An epoch takes 16 to 20 minutes on two hyperthreads of a modern core. An interrupted run resumes if called with the
    same output.

    Args:
        output: folder of the run: checkpoint, tokenizer, history, and the artefact in `artifact/`.
        cases: files of further labelled texts, added to the training part of the corpus.
        epochs: passes over the training texts.
        seed: of every random choice.
        limit: use only so many texts of each part, for a trial run.
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
    known = {split: read_split(split) for split in Split}
    known[Split.TRAIN] += new_cases(cases)
    parts = {split: _spread(some, limit) for split, some in known.items()}
    training, validation = parts[Split.TRAIN], parts[Split.VALIDATION]
    base = base or pretrained()
    trainer = TextTrainer(base, RunSettings(epochs, seed, cases_digest(training), base.name), output)
    output.mkdir(parents=True, exist_ok=True)
    base.tokenizer.save(str(output / ArtifactFile.TOKENIZER), pretty=False)
    base.encoder.config.to_json_file(output / "encoder.json")
    trainer.run(training, validation)
    artifact = export_text(output / "checkpoint.pt", output / "artifact", fit_ngrams(training), validation, version)
    made = MadeFrom(base.name, seed, epochs, limit, corpus_digests(), len(training), [_file(path) for path in cases])
    made.record(artifact, seen_in_run(parts, base.seen))
    finish(artifact, output / "history.jsonl", parts)
    return artifact


def new_cases(paths: Sequence[Path]) -> list[Case]:
    """Further labelled texts for training.

    Raises:
        CasesError: a file is broken, or a text nearly equals one that the model is calibrated or tested on.
    """
    added = located_cases(*paths)
    if not added:
        return []
    held_out = [case.text for split in (Split.VALIDATION, Split.TEST) for case in read_split(split)]
    clusters = near_duplicates([*held_out, *(case.text for _, case in added)])
    known = set(clusters[: len(held_out)])
    clusters_added = clusters[len(held_out) :]
    located = zip(added, clusters_added, strict=True)
    duplicates = [location for (location, _), cluster in located if cluster in known]
    if duplicates:
        raise CasesError(f"{len(duplicates)} cases repeat held-out texts, leave them out: {'; '.join(duplicates[:20])}")
    return [case for _, case in added]


def _spread(cases: list[Case], limit: int | None) -> list[Case]:
    """At most `limit` cases, evenly spaced in the list."""
    return cases[:: max(len(cases) // limit, 1)][:limit] if limit else cases


def _file(path: Path) -> CasesFile:
    return CasesFile(path.name, versions.digest(path), len(read_cases(path)))
