"""The corpus of labelled texts: reading files, and the split into parts by author.

A test is fair only on texts of other authors, with their own subjects and habits. The same holds for calibration: on
texts of training authors, n-grams look better than they are.

    python -m training.text.data.corpus split OUTPUT --validation OTHER.jsonl ... --test TESTS.jsonl ... AUTHOR.jsonl
    ...
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer

from models.profile import CLASSIFIER_LABELS, MAX_LENGTH, TEXT_FIELDS, Field, Label
from models.runtime.paths import DATASETS
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import normalize
from training.cases import CasesError, parse_object, raise_problems, read_lines

DATASET = DATASETS / "bios"

GROUP_LINES = 20
"""Lines of a group: a violating text and its mirror image stand at most a few lines apart."""

NEAR_DUPLICATE = 0.7
"""Least cosine of character TF-IDF of near-duplicates; pairs below it, read by eye, differed in meaning."""

SIMILARITY_ROWS = 1000
"""Rows of the similarity matrix, which is nearly dense, in memory at a time."""


class Split(StrEnum):
    """The parts of the corpus."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class Case:
    """One labelled text.

    Attributes:
        id: unique within all files that are read together.
        labels: its violations, from `CLASSIFIER_LABELS`; empty for a clean text.
        evidence: for each label, the substrings that show it.
        hard: difficult on purpose, by its author.
        source: name of the author's file.
        group: lines around it in that file. Violating texts often precede their harmless mirror images, so
            cross-validation keeps groups together.
        disguised: the violation is written so that filters miss it.
    """

    id: str
    field: Field
    text: str
    labels: tuple[Label, ...]
    evidence: Mapping[Label, tuple[str, ...]]
    hard: bool = False
    source: str = ""
    group: str = ""
    disguised: bool = False


def read_cases(*paths: Path) -> list[Case]:
    """Every case of the files, in order.

    Raises:
        CasesError: a line is broken, has an unknown field or label, evidence that is not in its text, or the id of an
            earlier line. A file is never read in part.
    """
    return [case for _, case in located_cases(*paths)]


def located_cases(*paths: Path) -> list[tuple[str, Case]]:
    """Every case of the files, in order, each with its location: "new.jsonl, line 3".

    Raises:
        CasesError: as `read_cases` does.
    """
    cases: list[tuple[str, Case]] = []
    problems: list[str] = []
    seen: set[str] = set()
    for path in paths:
        for number, line in enumerate(read_lines(path), start=1):
            location = f"{path.name}, line {number}"
            try:
                case = parse_case(line)
                if case.id in seen:
                    raise ValueError("its id is there twice")
            except ValueError as error:
                problems.append(f"{location}: {error}")
            else:
                seen.add(case.id)
                cases.append((location, case))
    raise_problems(problems)
    return cases


def write_cases(path: Path, cases: Iterable[Case]) -> None:
    """Write cases as JSON Lines."""
    lines = (json.dumps(asdict(case), ensure_ascii=False) for case in cases)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_split(split: Split) -> list[Case]:
    """One part of the project's own corpus."""
    return read_cases(DATASET / f"{split}.jsonl")


def as_compared(text: str) -> str:
    """A text normalized and without spaces, so that a disguised copy counts as a copy."""
    return "".join(normalize(text).text.split())


def near_duplicates(texts: Sequence[str], compared_from: int = 0) -> NDArray[np.int32]:
    """Cluster of every text, int32 (n,): single linkage at a cosine of `NEAR_DUPLICATE`.

    Args:
        compared_from: texts before this position are compared with those from it on, not with each other.
    """
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), dtype=np.float32)
    grams = vectorizer.fit_transform(map(as_compared, texts))
    rows = range(compared_from, len(texts), SIMILARITY_ROWS)
    similar = [(grams[at : at + SIMILARITY_ROWS] @ grams.T) >= NEAR_DUPLICATE for at in rows]
    among_themselves = csr_matrix((compared_from, len(texts)), dtype=bool)
    _, clusters = connected_components(vstack([among_themselves, *similar]), directed=False)
    return cast(NDArray[np.int32], clusters)


@dataclass(frozen=True)
class Likeness:
    """Which of some texts are near-duplicates, of each other and of texts that models are calibrated or tested on.

    Attributes:
        clusters: cluster of every text, int (n,).
        leaks: true where its cluster holds a held-out text, bool (n,).
    """

    clusters: NDArray[np.int32]
    leaks: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Likeness:
        """Compare texts with each other and with the validation and test parts of the corpus."""
        held_out = [case.text for split in (Split.VALIDATION, Split.TEST) for case in read_split(split)]
        clusters = near_duplicates([*held_out, *texts], compared_from=len(held_out))
        own = clusters[len(held_out) :]
        return cls(own, np.isin(own, clusters[: len(held_out)]))


def split_cases(training: Sequence[Case], validation: Sequence[Case], test: Sequence[Case]) -> dict[Split, list[Case]]:
    """The parts: validation without near-duplicates of test texts, training without those of either.

    Otherwise the test would reward memory.
    """
    clusters = near_duplicates([case.text for case in (*test, *validation, *training)]).tolist()
    parts: dict[Split, list[Case]] = {}
    held_out: set[int] = set()
    for part, cases in ((Split.TEST, test), (Split.VALIDATION, validation), (Split.TRAIN, training)):
        own, clusters = clusters[: len(cases)], clusters[len(cases) :]
        parts[part] = [case for case, cluster in zip(cases, own, strict=True) if cluster not in held_out]
        held_out |= set(own)
    return parts


def parse_case(line: str) -> Case:
    """The labelled text of a line.

    Raises:
        ValueError: it is none; the message says why, without the text.
    """
    raw = parse_object(line)
    text, labels = _text(raw), _labels(raw)
    return Case(
        id=_string(raw, "id"),
        field=Field(raw["field"]),
        text=text,
        labels=labels,
        evidence=_evidence(raw, text, labels),
        hard=_flag(raw, "hard"),
        source=str(raw.get("source", "")),
        group=str(raw.get("group", "")),
        disguised=_flag(raw, "disguised"),
    )


def _string(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be a non-empty string")
    if SURROGATE.search(value):
        raise ValueError(f"{key} holds a lone surrogate: it is not valid Unicode text")
    return value


def _flag(raw: Mapping[str, Any], key: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


def _text(raw: Mapping[str, Any]) -> str:
    text, field = _string(raw, "text"), raw.get("field")
    if field not in TEXT_FIELDS:
        raise ValueError(f"field must be one of {', '.join(TEXT_FIELDS)}")
    if len(text) > MAX_LENGTH[Field(field)]:
        raise ValueError(f"text is longer than the {MAX_LENGTH[Field(field)]} characters of a {field}")
    return text


def _labels(raw: Mapping[str, Any]) -> tuple[Label, ...]:
    labels = raw.get("labels")
    if not isinstance(labels, list):
        raise ValueError("labels must be a list")
    unknown = [label for label in labels if label not in CLASSIFIER_LABELS]
    if unknown:
        raise ValueError(f"unknown label {unknown[0]!r:.40}: the text classifier knows {', '.join(CLASSIFIER_LABELS)}")
    return tuple(dict.fromkeys(Label(label) for label in labels))


def _evidence(raw: Mapping[str, Any], text: str, labels: Sequence[Label]) -> dict[Label, tuple[str, ...]]:
    evidence = raw.get("evidence", {})
    if not isinstance(evidence, dict):
        raise ValueError("evidence must be an object of lists")
    for label, parts in evidence.items():
        if label not in labels:
            raise ValueError(f"evidence for {label!r:.40}, which is not among the labels")
        if not isinstance(parts, list) or not all(isinstance(part, str) and part and part in text for part in parts):
            raise ValueError(f"evidence for {label!r} is not a list of parts of the text")
    return {Label(label): tuple(parts) for label, parts in evidence.items()}


def _with_groups(path: Path) -> list[Case]:
    """The cases of an author's file; those without a group get one of `GROUP_LINES` lines."""
    return [
        case if case.group else replace(case, source=path.stem, group=f"{path.stem}/{line // GROUP_LINES:03d}")
        for line, case in enumerate(read_cases(path))
    ]


app = typer.Typer(add_completion=False, help="Labelled texts of the project.")


@app.callback()
def _main() -> None:
    """Keeps `split` a subcommand, so that more can follow."""


@app.command()
def split(
    output: Annotated[Path, typer.Argument(help="Folder to write train, validation and test cases to.")],
    authors: Annotated[list[Path], typer.Argument(help="Cases files to train on.")],
    validation: Annotated[list[Path], typer.Option(help="Cases of other authors, to calibrate on.")],
    test: Annotated[list[Path], typer.Option(help="Cases of yet others, to report on.")],
) -> None:
    """Put labelled texts together as train, validation and test cases, without doubles across them."""
    try:
        read_cases(*authors, *validation, *test)  # together, because ids must differ; before anything is written
    except CasesError as error:
        raise typer.BadParameter(str(error)) from error
    sources = [[case for path in paths for case in _with_groups(path)] for paths in (authors, validation, test)]
    parts = split_cases(*sources)
    output.mkdir(parents=True, exist_ok=True)
    for part, members in parts.items():
        write_cases(output / f"{part}.jsonl", members)
        typer.echo(f"{part}: {len(members)}")
    left_out = sum(map(len, sources)) - sum(map(len, parts.values()))
    typer.echo(f"left out, too near to a held-out text: {left_out}")


if __name__ == "__main__":
    app()
