"""Rows of accounts, made some at a time: ten million need no more memory than a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from benchmarks.population import pictures
from benchmarks.population.plants import FAULTS, PLANTS, REPEATED, VIOLATIONS
from benchmarks.population.texts import LANGUAGES, written
from models.profile import Field

BLOCK_ROWS = 2_000
"""Rows that share a random source; a block depends on the seed and its number alone."""

REPEATED_WITHIN = 50_000
"""How far back a repeated account lies, at most."""

BIO_SHARE, SIGNATURE_SHARE = 0.6, 0.25
"""Shares of accounts with these texts; all have a name. Assumed."""

DEFAULT_AVATARS = 12
"""Avatars that a platform gives to accounts that choose none; the first are the most frequent."""


@dataclass(frozen=True)
class Mix:
    """Shares of all rows, but for `defaults`. The values are assumed, and can be set to those of a platform.

    Attributes:
        seed: of everything random.
        pictures: different avatars besides the default ones, and a tenth as many covers.
        avatars: share with an avatar.
        defaults: share of these with a default one.
        covers: share with a cover.
        violations: share with a planted violation.
        faults: share of rows that cannot be judged.
        repeats: share of rows with the account id of an earlier one.
        own_bytes: pictures are in the rows, and each account's own picture has bytes that no other has.
    """

    seed: int = 0
    pictures: int = 2_000
    avatars: float = 0.8
    defaults: float = 0.35
    covers: float = 0.1
    violations: float = 0.04
    faults: float = 0.005
    repeats: float = 0.002
    own_bytes: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The values by name."""
        return asdict(self)


@dataclass(frozen=True)
class Planted:
    """A row whose answer is known.

    Attributes:
        row: the row's number; its account has the same unless it is repeated.
        account: the account's number.
        plant: a name of `plants.PLANTS`, or `REPEATED`.
    """

    row: int
    account: int
    plant: str


def account_name(number: int) -> str:
    """The account id of a number."""
    return f"account-{number:09d}"


def block(mix: Mix, start: int, count: int) -> Iterator[tuple[dict[str, Any], Planted | None]]:
    """Rows from number `start` on, each with the planted answer; pictures are encoded bytes.

    Args:
        mix: shares and seed.
        start: a multiple of `BLOCK_ROWS`.
        count: at most `BLOCK_ROWS`.
    """
    rng = np.random.default_rng((mix.seed, 0, start))
    kinds = [None, *VIOLATIONS, *FAULTS, REPEATED]
    of_each = [mix.violations / len(VIOLATIONS)] * len(VIOLATIONS) + [mix.faults / len(FAULTS)] * len(FAULTS)
    shares = [1 - mix.violations - mix.faults - mix.repeats, *of_each, mix.repeats]
    drawn = rng.choice(len(kinds), BLOCK_ROWS, p=shares)[:count]
    for number, kind in enumerate(drawn, start=start):
        yield _row(mix, rng, number, kinds[kind])


def _row(mix: Mix, rng: np.random.Generator, number: int, kind: str | None) -> tuple[dict[str, Any], Planted | None]:
    row = {"account_id": account_name(number), **_content(mix, rng, number)}
    if kind == REPEATED:
        if number == 0:
            return row, None
        earlier = int(rng.integers(max(0, number - REPEATED_WITHIN), number))
        return {**row, "account_id": account_name(earlier)}, Planted(number, earlier, REPEATED)
    if kind is None:
        return row, None
    return {**row, **PLANTS[kind].make(mix.seed, rng)}, Planted(number, number, kind)


def _content(mix: Mix, rng: np.random.Generator, number: int) -> dict[str, Any]:
    language = str(rng.choice(list(LANGUAGES), p=list(LANGUAGES.values())))
    has_bio, has_signature, has_avatar, has_cover = rng.random(4) < (
        BIO_SHARE,
        SIGNATURE_SHARE,
        mix.avatars,
        mix.covers,
    )
    return {
        Field.NAME: written(rng, Field.NAME, language),
        Field.BIO: written(rng, Field.BIO, language) if has_bio else None,
        Field.SIGNATURE: written(rng, Field.SIGNATURE, language) if has_signature else None,
        Field.AVATAR: _avatar(mix, rng, number) if has_avatar else None,
        Field.COVER: _own(mix, _cover(mix.seed, int(rng.integers(max(1, mix.pictures // 10)))), number)
        if has_cover
        else None,
    }


def _avatar(mix: Mix, rng: np.random.Generator, number: int) -> bytes:
    if rng.random() < mix.defaults:
        # Frequencies fall as the reciprocal of the rank (Zipf's law).
        weights = 1 / np.arange(1, DEFAULT_AVATARS + 1)
        return _default(int(rng.choice(DEFAULT_AVATARS, p=weights / weights.sum())))
    return _own(mix, _drawn_avatar(mix.seed, int(rng.integers(mix.pictures))), number)


def _own(mix: Mix, picture: bytes, number: int) -> bytes:
    return pictures.with_own_bytes(picture, number) if mix.own_bytes else picture


_default = lru_cache(pictures.default_avatar)
_drawn_avatar = lru_cache(20_000)(pictures.avatar)
_cover = lru_cache(2_000)(pictures.cover)
"""Drawn once and kept: some 20 KB each."""
