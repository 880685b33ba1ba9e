"""Families of names that claim to be a protected body, as people write them in `datasets/names/families.yaml`.

A family is a sequence of kinds of words (`models.text.names.lexicon.WordKind`), such as a place and an organ: 成都 +
公安局. Words of bystanders (门口, 粉丝), of sentences (不, 的) and harmless longer words (公安县) occur in no family.
So 派出所门口的猫 claims nothing.

For each label the first matching family gives the score, so the most specific come first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.profile import Label
from models.runtime.yaml_lines import faults_of
from models.text.names.lexicon import LETTERS, NAMES, WordKind

FAMILIES_FILE = NAMES / "families.yaml"

SCORES_FILE = NAMES / "family_scores.yaml"
"""Scores by family and by reading, written by `python -m training.text.evaluation.rules.name_precision --write`."""

UNMEASURED = 0.5
"""Score of a family that was not measured: its estimate without any match."""

_COUNTS = {"one": "", "maybe": "?", "any": "*", "some": "+"}
_RANGE = re.compile(r"(?:up|(?P<least>\d+)) to (?P<most>\d+)")


class FamilyError(ValueError):
    """The file of families cannot be used; the message names the family at fault."""


@dataclass(frozen=True)
class NameFamily:
    """One way of claiming to be a body.

    Attributes:
        name: name in reports.
        label: violation claimed.
        score: smoothed precision, (right + 1) / (all + 2), on training cases that no earlier family matches.
        pattern: matches the letters of a whole name or clause (`models.text.names.lexicon.Parse`).
        finds, spares: invented texts that it finds, and in which nothing of its label is found.
    """

    name: str
    label: Label
    score: float
    pattern: re.Pattern[str]
    finds: Sequence[str]
    spares: Sequence[str]


@dataclass(frozen=True)
class NameFamilies:
    """All families: for whole names, and for clauses of bios and signatures, where a mention alone claims nothing."""

    names: Sequence[NameFamily]
    clauses: Sequence[NameFamily]


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_Kinds = Annotated[list[str], BeforeValidator(_listed)]


class _Entry(BaseModel):
    """A family as the file gives it."""

    model_config = ConfigDict(extra="forbid")

    label: Label
    needs: _Kinds = []
    most_others: int | None = Field(default=None, alias="most others", ge=0)
    parts: Annotated[list[dict[str, _Kinds]], Field(min_length=1)]
    finds: list[str] = []
    spares: list[str] = []


@cache
def name_families() -> NameFamilies:
    """The families of `datasets/names/families.yaml`, read once.

    Raises:
        FamilyError: a family has an unknown key, kind or count.
    """
    return read_name_families(FAMILIES_FILE, family_scores())


@cache
def family_scores() -> dict[str, float]:
    """The score of every family, and of the readings that find disguised names."""
    table = yaml.load(SCORES_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return {str(name): float(score) for name, score in table.items()}


def read_name_families(path: Path, scores: Mapping[str, float]) -> NameFamilies:
    """The families of a file.

    Args:
        scores: by family.

    Raises:
        FamilyError: the file is not YAML, or a family has an unknown key, kind or count.
    """
    try:
        table = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise FamilyError(f"{path} is not valid YAML: {error}") from error
    groups = {str(kind): LETTERS[kind] for kind in WordKind}
    for name, kinds in table["groups"].items():
        groups[name] = _letters(f"{path}: group {name}", kinds, groups)

    def families(part: str) -> list[NameFamily]:
        return [_family(path, name, entry, groups, scores.get(name, UNMEASURED)) for name, entry in table[part].items()]

    return NameFamilies(families("names"), families("clauses"))


def _family(path: Path, name: str, entry: Any, groups: Mapping[str, str], score: float) -> NameFamily:
    place = f"{path}: {name}"
    try:
        given = _Entry.model_validate(entry)
    except ValidationError as error:
        raise FamilyError(f"{place}: {faults_of(error)}") from error
    conditions = _conditions(place, given, groups)
    parts = [
        f"[{_letters(place, kinds, groups)}]{_count(place, count)}"
        for part in given.parts
        for count, kinds in part.items()
    ]
    pattern = re.compile(conditions + "".join(parts))
    return NameFamily(name, given.label, score, pattern, given.finds, given.spares)


def _conditions(place: str, given: _Entry, groups: Mapping[str, str]) -> str:
    """Lookaheads for what the whole sequence must have."""
    needed = _letters(place, given.needs, groups)
    needs = f"(?=[^{needed}]*[{needed}])" if needed else ""
    if given.most_others is None:
        return needs
    other = LETTERS[WordKind.OTHER]
    return rf"{needs}(?=(?:[^{other}]*{other}){{0,{given.most_others}}}[^{other}]*$)"


def _letters(place: str, kinds: Sequence[str], groups: Mapping[str, str]) -> str:
    unknown = [kind for kind in kinds if kind not in groups]
    if unknown:
        raise FamilyError(f"{place}: unknown kind {unknown[0]!r}: write one of {', '.join(groups)}")
    return "".join(groups[kind] for kind in kinds)


def _count(place: str, count: str) -> str:
    if count in _COUNTS:
        return _COUNTS[count]
    several = _RANGE.fullmatch(count)
    if several is None:
        raise FamilyError(f"{place}: unknown count {count!r}: write {', '.join(_COUNTS)}, '1 to 3' or 'up to 4'")
    return f"{{{several['least'] or 0},{several['most']}}}"
