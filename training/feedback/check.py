"""What is wrong with a file of cases, line by line: broken lines, leaks, contradictions, pictures, retention."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from training.cases import check_keys, parse_object, read_lines
from training.images.data.cases import KEYS, Owners, labelled, picture_of
from training.text.data.corpus import Case, Likeness, Split, as_compared, parse_case, read_split


class Problem(NamedTuple):
    """One thing that is wrong with a line, from 1; the reason never quotes the content."""

    line: int
    reason: str


class _Entry(NamedTuple):
    """A case as far as it could be read.

    Attributes:
        content: the text as it is compared, or the picture's digest.
        text: None for a picture.
    """

    line: int
    id: str
    content: str
    labels: frozenset[str]
    text: Case | None


def check(path: Path) -> list[Problem]:
    """All problems of a file, by line; empty if training can use it.

    Raises:
        CasesError: it cannot be read at all.
    """
    owners, problems, entries = Owners(), [], []
    for number, line in enumerate(read_lines(path), start=1):
        try:
            raw = parse_object(line)
            entries.append(_entry(number, raw, line, path.parent, owners))
            problems += [Problem(number, reason) for reason in _expired(raw)]
        except ValueError as error:
            problems.append(Problem(number, str(error)))
    problems += [*_repeated_ids(entries), *_contradictions(entries), *_leaks(entries)]
    return sorted(problems)


def _entry(number: int, raw: Mapping[str, Any], line: str, folder: Path, owners: Owners) -> _Entry:
    check_keys(raw, KEYS)
    if "text" in raw:
        case = parse_case(line)
        return _Entry(number, case.id, as_compared(case.text), frozenset(case.labels), case)
    labelled(raw, folder, owners)
    if not isinstance(raw.get("id"), str) or not raw["id"]:
        raise ValueError("id must be a non-empty string")
    if not isinstance(raw["image"], str):
        raise ValueError("image must be a path")
    pixels = picture_of(folder / raw["image"])
    content = f"{hashlib.sha256(pixels.tobytes()).hexdigest()} {raw.get('reference_id', '')}"
    return _Entry(number, raw["id"], content, frozenset(raw["labels"]), None)


def _expired(raw: Mapping[str, Any]) -> Iterator[str]:
    provenance = raw.get("provenance", {})
    if not isinstance(provenance, dict):
        yield "provenance must be an object"
        return
    if "keep_until" in provenance:
        try:
            last = date.fromisoformat(str(provenance["keep_until"]))
        except ValueError:
            yield "provenance.keep_until must be a date, such as 2026-12-31"
            return
        if last < date.today():
            yield f"it had to be deleted after {last}: the policy keeps it no longer"


def _repeated_ids(entries: list[_Entry]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for entry in entries:
        line = first.setdefault(entry.id, entry.line)
        if line != entry.line:
            yield Problem(entry.line, f"its id is that of line {line}")


def _contradictions(entries: list[_Entry]) -> Iterator[Problem]:
    """Lines whose content has other labels in an earlier line or in the corpus."""
    first: dict[str, _Entry] = {}
    corpus = {as_compared(case.text): case for case in read_split(Split.TRAIN)}
    for entry in entries:
        earlier = first.setdefault(entry.content, entry)
        if earlier.labels != entry.labels:
            yield Problem(entry.line, f"contradicts line {earlier.line}: {_labels(earlier.labels)} there")
        elif earlier is not entry:
            yield Problem(entry.line, f"repeats line {earlier.line}")
        known = corpus.get(entry.content) if entry.text else None
        if known and frozenset(known.labels) != entry.labels:
            yield Problem(entry.line, f"contradicts {known.id} of the corpus: {_labels(frozenset(known.labels))} there")


def _labels(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels)) or "harmless"


def _leaks(entries: list[_Entry]) -> Iterator[Problem]:
    texts = [(entry.line, entry.text.text) for entry in entries if entry.text]
    leaks = Likeness.of([text for _, text in texts]).leaks
    for (line, _), leak in zip(texts, leaks, strict=True):
        if leak:
            yield Problem(line, "leak: nearly a text that models are calibrated or tested on")
