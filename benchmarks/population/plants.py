"""What is planted in accounts: violations and faults, each with the answer that is known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from benchmarks.population import pictures
from benchmarks.population.texts import harmless, violating
from models.profile import MAX_LENGTH, Field, Label
from training.images.sources.catalogue import CatalogueEntry, core_drawings
from training.images.sources.pictures import package_of

Values = Mapping[str, Any]
"""Fields of an account that a plant sets; None removes a field."""

Generator = np.random.Generator


@dataclass(frozen=True)
class Plant:
    """A planted violation or fault.

    Attributes:
        make: gives the fields from the seed and a random source.
        field: where it is.
        label: what must be found there; None for a fault.
        error: code of the error that the row must have; None for a violation.
        by_rule: a rule finds it, so that a miss is a fault; a model may miss a share of the others.
    """

    make: Callable[[int, Generator], Values]
    field: Field | None = None
    label: Label | None = None
    error: str | None = None
    by_rule: bool = True


def _contact(_: int, rng: Generator) -> Values:
    return {Field.BIO: f"{_any(rng, harmless(Field.BIO))[:40]} 加V：ab{rng.integers(10**6, 10**7)}"}


def _link(_: int, rng: Generator) -> Values:
    return {Field.SIGNATURE: f"详情请看 www.shop{rng.integers(10**5)}.com"}


def _restricted(_: int, rng: Generator) -> Values:
    return {Field.NAME: f"中国{_any(rng, ('美食', '旅行', '钓鱼', '摄影', '书法'))}{rng.integers(1, 100)}"}


def _written(label: Label) -> Callable[[int, Generator], Values]:
    return lambda _, rng: {Field.BIO: _any(rng, violating(Field.BIO, label))}


def _code(seed: int, rng: Generator) -> Values:
    return {Field.AVATAR: pictures.code(seed, int(rng.integers(1_000)))}


def _emblem(seed: int, rng: Generator) -> Values:
    drawn = emblems()
    return {Field.AVATAR: pictures.emblem(seed, int(rng.integers(1_000)), drawn[int(rng.integers(len(drawn)))])}


def _cut_picture(seed: int, rng: Generator) -> Values:
    return {Field.AVATAR: pictures.cover(seed, int(rng.integers(100)))[:500]}


def _long_name(_: int, rng: Generator) -> Values:
    return {Field.NAME: "长" * int(rng.integers(MAX_LENGTH[Field.NAME] + 1, 200))}


def _nothing(_seed: int, _rng: Generator) -> Values:
    return dict.fromkeys(Field)


@lru_cache
def emblems() -> tuple[CatalogueEntry, ...]:
    """Drawings of core emblems that ship with the project, so that no package is fetched."""
    return tuple(entry for entry in core_drawings() if package_of(entry.image) is None)


def _any(rng: Generator, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]


VIOLATIONS: Mapping[str, Plant] = {
    "contact": Plant(_contact, Field.BIO, Label.CONTACT_DIVERSION),
    "link": Plant(_link, Field.SIGNATURE, Label.CONTACT_DIVERSION),
    "restricted_word": Plant(_restricted, Field.NAME, Label.RESTRICTED_WORD),
    "qr_code": Plant(_code, Field.AVATAR, Label.QR_CODE),
    "emblem": Plant(_emblem, Field.AVATAR, by_rule=False),
    "deceptive_claim": Plant(_written(Label.DECEPTIVE_CLAIM), Field.BIO, Label.DECEPTIVE_CLAIM, by_rule=False),
    "false_authority": Plant(_written(Label.FALSE_AUTHORITY), Field.BIO, Label.FALSE_AUTHORITY, by_rule=False),
    "prohibited_content": Plant(_written(Label.PROHIBITED_CONTENT), Field.BIO, Label.PROHIBITED_CONTENT, by_rule=False),
}
"""Violations by name. An emblem counts as found under any label of an emblem."""

FAULTS: Mapping[str, Plant] = {
    "cut_picture": Plant(_cut_picture, Field.AVATAR, error="image_undecodable"),
    "long_name": Plant(_long_name, Field.NAME, error="text_too_long"),
    "no_content": Plant(_nothing, error="missing_content"),
}
"""Rows that cannot be judged, by name."""

REPEATED = "repeated"
"""A row with the account id of an earlier one, of which only the earlier is judged."""

REPEATED_ERROR = "account_repeated"

PLANTS: Mapping[str, Plant] = {**VIOLATIONS, **FAULTS}
