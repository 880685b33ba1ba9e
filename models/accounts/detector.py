"""Profiles that look like a closed account's: which one, by what, and how surely (Art. 10).

An account is never taken for itself: one that is judged again after it was closed, or opened again on appeal, is not a
return.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import cast

import numpy as np

from models.accounts.likelihood import SHARED, AvatarLikelihood, of_name, prior, probability
from models.accounts.likeness import Cosines, Likeness
from models.accounts.names import Hasher
from models.accounts.rarity import bits
from models.accounts.register import Register
from models.accounts.segments import Segment
from models.profile import Evidence, Field, Finding, Label
from models.text.normalize import Normalized

DETECTOR = "closed@2026.11.1"

NEAREST = 8
"""Avatars of every segment that are looked at: more than `likelihood.SHARED`, so that shared ones are seen to be."""

AS_ALIKE = 1.0
"""Difference of logarithms up to which avatars are alike as much."""

Array = np.ndarray
Place = tuple[int, int]
"""Segment and row of a closed account."""


@dataclass(frozen=True)
class Shown:
    """What an account shows.

    Attributes:
        avatar: its frames.
    """

    account_id: str
    name: Normalized | None = None
    avatar: Sequence[Likeness] = ()


@dataclass
class _Found:
    """What speaks for one closed account: logarithms of likelihood ratios, None where nothing does."""

    name: float | None = None
    avatar: float | None = None
    similarity: float | None = None
    frame: int | None = None


class ClosedAccountDetector:
    """Finds closed accounts that come back.

    Args:
        register: the closed accounts.
        hasher: with the key that they were hashed with.
        encoder: fingerprint of the encoder that makes the vectors; avatars seen by another one cannot be compared.
        likelihood: fitted for it; without one only names are compared.
    """

    def __init__(self, register: Register, hasher: Hasher, encoder: str, likelihood: AvatarLikelihood | None) -> None:
        self.register = register
        self._hasher, self._encoder, self._likelihood = hasher, encoder, likelihood

    def __call__(self, shown: Sequence[Shown]) -> list[list[Finding]]:
        """At most one finding for the name and one for the avatar of each, in order."""
        return [self._findings(one) for one in shown]

    def _findings(self, shown: Shown) -> list[Finding]:
        own = self._hasher.account(shown.account_id)
        found = self._by_avatar(shown.avatar, own) if shown.avatar and self._likelihood else {}
        if shown.name:
            self._add_names(shown.name, own, found)
        ranked = sorted(found.items(), key=lambda item: -self._score(item[1]))
        findings = []
        if shown.name and (named := next((item for item in ranked if item[1].name is not None), None)):
            findings.append(self._finding(Field.NAME, *named, _quoted(shown.name)))
        if pictured := next((item for item in ranked if item[1].avatar is not None), None):
            evidence = Evidence(similarity=pictured[1].similarity, frame=pictured[1].frame)
            findings.append(self._finding(Field.AVATAR, *pictured, evidence))
        return findings

    def _by_avatar(self, frames: Sequence[Likeness], own: int) -> dict[Place, _Found]:
        """Closed accounts whose avatars are likelier the same than not."""
        assert self._likelihood is not None  # noqa: S101 - checked by the caller
        found: dict[Place, _Found] = {}
        for frame in frames:
            for place, alike in self._near(frame.asked, own):
                said = self._likelihood(alike)
                if said > (found[place].avatar or 0.0 if place in found else 0.0):
                    found[place] = _Found(avatar=said, similarity=alike.look, frame=frame.frame)
        return _common_as_they_are(found, len(self.register))

    def _near(self, vectors: Array, own: int) -> Iterator[tuple[Place, Cosines]]:
        for number, segment in enumerate(self.register.segments):
            if segment.encoder == self._encoder:
                rows, near = segment.nearest(vectors, NEAREST)
                for vector, row, other in zip(vectors.repeat(rows.shape[1], 0), rows.flat, _flat(near), strict=True):
                    if row >= 0 and int(segment.hashes[row]) != own:
                        yield (number, int(row)), Cosines.of(vector, other)

    def _add_names(self, name: Normalized, own: int, found: dict[Place, _Found]) -> None:
        """Add what the name says to what is found, and one bearer of it for all others."""
        for near, hashed in self._hasher.asked(name):
            bearers = [self._bearers(segment, hashed, own) for segment in self.register.segments]
            count = sum(map(len, bearers))
            if not count:
                continue
            said = of_name(near, bits(name, near), count, len(self.register))
            one = next((number, int(rows[0])) for number, rows in enumerate(bearers) if len(rows))
            found.setdefault(one, _Found())
            for (number, row), evidence in found.items():
                if evidence.name is None and row in bearers[number]:
                    evidence.name = said

    @staticmethod
    def _bearers(segment: Segment, hashed: int, own: int) -> Array:
        rows = segment.named(hashed)
        return cast(Array, rows[segment.hashes[rows] != np.uint64(own)])

    def _score(self, evidence: _Found) -> float:
        return probability(prior(len(self.register)) + (evidence.name or 0.0) + (evidence.avatar or 0.0))

    def _finding(self, field: Field, place: Place, found: _Found, evidence: Evidence) -> Finding:
        number, row = place
        account = f"{int(self.register.segments[number].hashes[row]):016x}"
        evidence = replace(evidence, reference_id=account)
        return Finding(Label.CLOSED_ACCOUNT_MATCH, field, self._score(found), DETECTOR, evidence)


def _common_as_they_are(found: dict[Place, _Found], remembered: int) -> dict[Place, _Found]:
    """An avatar that several closed accounts share says no more than how few of all have it."""
    said = [evidence.avatar or 0.0 for evidence in found.values()]
    sharers = sum(one > max(said) - AS_ALIKE for one in said) if said else 0
    if sharers >= SHARED:
        for evidence in found.values():
            evidence.avatar = min(evidence.avatar or 0.0, log(remembered / sharers))
    return found


def _flat(vectors: Array) -> Array:
    return cast(Array, vectors.reshape(-1, vectors.shape[-1]))


def _quoted(name: Normalized) -> Evidence:
    return Evidence(spans=((0, len(name.original)),), text=name.original, normalized=name.text)
