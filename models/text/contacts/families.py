"""All families of contact patterns, as people write them in `datasets/contacts`.

Patterns match the normalised text (lower case, simplified, no disguised letters) with Chinese digits as digits. Every
repetition is bounded, so matching is linear in the text. The first matching family gives the score, so explicit
contacts come before hints.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.profile import ContactKind
from models.runtime.yaml_lines import faults_of
from models.text.contacts.checks import CHECKS
from models.text.contacts.tokens import CONTACTS, PatternError, tokens

FAMILY_FILES = ("numbers.yaml", "accounts.yaml", "hints.yaml")
"""Files of families in `datasets/contacts`, in the order in which families are tried."""

SCORES_FILE = CONTACTS / "scores.yaml"
"""Scores by family, written by `python -m training.text.evaluation.rules.contact_precision --write`."""

UNMEASURED = 0.5
"""Score of a family that was not measured: its estimate without any match."""

READ, WRITTEN = "read", "written"


@dataclass(frozen=True)
class ContactFamily:
    """One way of writing a contact.

    Attributes:
        name: name in reports.
        kind: what a match is, unless its surroundings say more (`models.text.contacts.kinds`).
        score: smoothed precision, (right + 1) / (all + 2), on training cases that no earlier family matches.
    """

    name: str
    kind: ContactKind
    score: float


@dataclass(frozen=True)
class PatternFamily(ContactFamily):
    """A family defined by patterns.

    Attributes:
        patterns: regular expressions; a match of any counts.
        passes_over: what is skipped first, so that nothing is found in it; empty for nothing.
        accept: further condition on the matched text.
        searched: texts to search: with Chinese digits read (`READ`), as written (`WRITTEN`), or both.
        in_names: whether names are searched; a handle alone is a nickname there.
        finds, spares: invented texts in which it does and does not match.
    """

    patterns: Sequence[str]
    passes_over: str
    accept: Callable[[str], bool]
    searched: Sequence[str]
    in_names: bool
    finds: Sequence[str]
    spares: Sequence[str]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All patterns as one; what is passed over matches too, and `accept` refuses it."""
        return re.compile("|".join(filter(None, [self.passes_over, *self.patterns])))

    def single(self) -> list[PatternFamily]:
        """Each pattern as a family of its own, named by its number from 1."""
        return [
            replace(self, name=f"{self.name} {number}", patterns=(pattern,))
            for number, pattern in enumerate(self.patterns, start=1)
        ]


@dataclass(frozen=True)
class ContactFamilies:
    """All families.

    Attributes:
        patterns: those with patterns, in the order in which they are tried.
        disguised: a contact word that is written so that only people read it.
        heard: a pattern that matches when words by sound are written plainly: 喂芯看第一条.
    """

    patterns: Sequence[PatternFamily]
    disguised: ContactFamily
    heard: ContactFamily

    def __iter__(self) -> Iterator[ContactFamily]:
        """Every family, in order."""
        return iter((*self.patterns, self.disguised, self.heard))


class _Entry(BaseModel):
    """A family as a file gives it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Annotated[ContactKind, Field(strict=False)]
    why: Annotated[str, Field(min_length=1)]
    check: str | None = None
    searched: list[Literal["read", "written"]] = ["read"]
    in_names: bool = Field(default=True, alias="in names")
    passes_over: Any = Field(default=None, alias="passes over")
    patterns: Annotated[list[Any], Field(min_length=1)]
    finds: list[str] = []
    spares: list[str] = []

    @field_validator("check")
    @classmethod
    def _is_known(cls, check: str | None) -> str | None:
        if check is not None and check not in CHECKS:
            raise ValueError(f"unknown check {check!r}: write one of {', '.join(CHECKS)}")
        return check


@cache
def contact_families() -> ContactFamilies:
    """The families of `datasets/contacts`, read once.

    Raises:
        PatternError: a file cannot be used; the message names file, family and fault.
    """
    scores = yaml.load(SCORES_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    patterns = [family for name in FAMILY_FILES for family in read_families(CONTACTS / name, scores)]
    rest = [ContactFamily(name, ContactKind.HINT, scores.get(name, UNMEASURED)) for name in ("disguised", "heard")]
    return ContactFamilies(tuple(patterns), *rest)


def read_families(path: Path, scores: Mapping[str, float]) -> list[PatternFamily]:
    """The families of one file, in order.

    Args:
        scores: by family.

    Raises:
        PatternError: the file is not YAML, or a family has an unknown key, token or check.
    """
    try:
        table = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise PatternError(f"{path} is not valid YAML: {error}") from error
    return [_family(path, name, entry, scores) for name, entry in table.items()]


def _family(path: Path, name: str, entry: Any, scores: Mapping[str, float]) -> PatternFamily:
    try:
        given = _Entry.model_validate(entry)
        patterns = [tokens().pattern(pattern) for pattern in given.patterns]
        passes_over = tokens().pattern(given.passes_over) if given.passes_over else ""
    except ValidationError as error:
        raise PatternError(f"{path}: {name}: {faults_of(error)}") from error
    except PatternError as error:
        raise PatternError(f"{path}: {name}: {error}") from error
    return PatternFamily(
        name=name,
        kind=given.kind,
        score=scores.get(name, UNMEASURED),
        patterns=patterns,
        passes_over=passes_over,
        accept=CHECKS[given.check] if given.check else bool,
        searched=given.searched,
        in_names=given.in_names,
        finds=given.finds,
        spares=given.spares,
    )
