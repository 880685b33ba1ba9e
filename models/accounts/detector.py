"""Profiles that look like a closed account's: which one, by what, and how surely (Art. 10).

An account is never taken for itself: one that is judged again after it was closed, or opened again on appeal, is not a
return.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import cast

import numpy as np

from models.accounts.likelihood import MIN_SHARERS, AvatarLikelihood, name_log_ratio, prior_log_odds, probability
from models.accounts.names import Hasher
from models.accounts.rarity import bits
from models.accounts.register import Register
from models.accounts.segments import Segment
from models.accounts.signatures import AvatarSignature, Cosines
from models.profile import Evidence, Field, Finding, Label
from models.text.normalize.normalize import Normalized

DETECTOR = "closed@2026.11.1"

NEAREST_AVATARS = 8
"""Avatars of every segment that are looked at: more than `likelihood.SHARED`, so that shared ones are seen to be."""

MAX_COMPARED_BEARERS = 16
"""Bearers of a name, in every segment and for every nearness, whose avatars are looked at wherever they lie."""

TIE_LOG_RATIO = 1.0
"""Difference of logarithms up to which avatars are alike as much."""

Array = np.ndarray
Place = tuple[int, int]
"""Segment and row of a closed account."""


@dataclass(frozen=True)
class ShownAccount:
    """What an account shows.

    Attributes:
        avatar: its frames.
    """

    account_id: str
    name: Normalized | None = None
    avatar: Sequence[AvatarSignature] = ()


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

    def searchable_counts(self) -> dict[Field, int]:
        """How many accounts can be found by their name, and how many by their avatar."""
        segments = self.register.segments
        return {
            Field.NAME: sum(segment.named_accounts for segment in segments),
            Field.AVATAR: sum(segment.avatars for segment in segments if self._sees(segment)),
        }

    def __call__(self, shown: Sequence[ShownAccount]) -> list[list[Finding]]:
        """At most one finding for the name and one for the avatar of each, in order."""
        return [self._findings(one) for one in shown]

    def _findings(self, shown: ShownAccount) -> list[Finding]:
        own = self._hasher.account_hash(shown.account_id)
        named = self._named(shown.name, own) if shown.name else []
        found: dict[Place, _Found] = {}
        for number, segment in enumerate(self.register.segments):
            bearers = np.concatenate(
                [np.zeros(0, np.uint32), *(rows[number][:MAX_COMPARED_BEARERS] for _, rows in named)]
            )
            found |= {(number, int(row)): _Found() for row in bearers}
            if self._sees(segment):
                for frame in shown.avatar:
                    self._compare(frame, number, bearers, own, found)
        for (number, row), evidence in found.items():
            evidence.name = next((said for said, rows in named if row in rows[number]), None)
        _temper(found, len(self.register))
        return self._best(shown.name, found)

    def _named(self, name: Normalized, own: int) -> list[tuple[float, list[Array]]]:
        """What each nearness of the name says, and the rows of each segment that come so near, nearest first."""
        found = []
        for near, hashed in self._hasher.query_hashes(name):
            bearers = [_others(segment, segment.rows_named(hashed), own) for segment in self.register.segments]
            if count := sum(map(len, bearers)):
                found.append((name_log_ratio(near, bits(name, near), count, len(self.register)), bearers))
        return found

    def _sees(self, segment: Segment) -> bool:
        return self._likelihood is not None and segment.encoder == self._encoder

    def _compare(
        self, frame: AvatarSignature, number: int, bearers: Array, own: int, found: dict[Place, _Found]
    ) -> None:
        """Note avatars that are likelier the same than not, among the nearest and those of the name's bearers."""
        assert self._likelihood is not None  # noqa: S101 - checked by the caller
        segment = self.register.segments[number]
        rows, vectors = segment.nearest(frame.query_vectors, NEAREST_AVATARS, bearers)
        alike = Cosines.of(frame.query_vectors[:, None], vectors[None])
        said = self._likelihood(alike)  # (as it is or mirrored, avatars)
        side = said.argmax(axis=0)
        for place in np.flatnonzero((said.max(axis=0) > 0) & (segment.hashes[rows] != np.uint64(own))):
            evidence = found.setdefault((number, int(rows[place])), _Found())
            if evidence.avatar is None or said[side[place], place] > evidence.avatar:
                evidence.avatar, evidence.frame = float(said[side[place], place]), frame.frame
                evidence.similarity = float(alike.look[side[place], place])

    def _best(self, name: Normalized | None, found: dict[Place, _Found]) -> list[Finding]:
        ranked = sorted(found.items(), key=lambda item: -self._score(item[1]))
        findings = []
        if name and (named := next((item for item in ranked if item[1].name is not None), None)):
            quoted = Evidence(spans=((0, len(name.original)),), text=name.original, normalized=name.text)
            findings.append(self._finding(Field.NAME, *named, quoted))
        if pictured := next((item for item in ranked if item[1].avatar is not None), None):
            evidence = Evidence(similarity=pictured[1].similarity, frame=pictured[1].frame)
            findings.append(self._finding(Field.AVATAR, *pictured, evidence))
        return findings

    def _score(self, evidence: _Found) -> float:
        return probability(prior_log_odds(len(self.register)) + (evidence.name or 0.0) + (evidence.avatar or 0.0))

    def _finding(self, field: Field, place: Place, found: _Found, evidence: Evidence) -> Finding:
        number, row = place
        account = f"{int(self.register.segments[number].hashes[row]):016x}"
        evidence = replace(evidence, reference_id=account)
        return Finding(Label.CLOSED_ACCOUNT_MATCH, field, self._score(found), DETECTOR, evidence)


def _others(segment: Segment, rows: Array, own: int) -> Array:
    return cast(Array, rows[segment.hashes[rows] != np.uint64(own)])


def _temper(found: dict[Place, _Found], remembered: int) -> None:
    """Let an avatar that several closed accounts share say no more than how few of all have it."""
    pictured = [(evidence, evidence.avatar) for evidence in found.values() if evidence.avatar is not None]
    strongest = max((said for _, said in pictured), default=0.0)
    sharers = sum(said > strongest - TIE_LOG_RATIO for _, said in pictured)
    if sharers >= MIN_SHARERS:
        for evidence, said in pictured:
            evidence.avatar = min(said, log(remembered / sharers))
