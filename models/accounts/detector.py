"""Detects closed accounts that return under a new id, by name and avatar (Art. 10).

An account never matches itself. One that is judged after its closure, or reopened on appeal, is not a return.
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
from models.accounts.segments import Rows, Segment
from models.accounts.signatures import AvatarSignature, Cosines
from models.profile import Evidence, Field, Finding, Label
from models.text.normalize.normalize import Normalized

DETECTOR = "closed@2026.11.1"

NEAREST_AVATARS = 8
"""Nearest avatars compared per segment; above `MIN_SHARERS`, so that shared avatars are recognised."""

MAX_COMPARED_BEARERS = 16
"""Accounts with a matching name, per segment and kind of match, whose avatars are compared in any case."""

TIE_LOG_RATIO = 1.0
"""Difference of log likelihood ratios up to which avatars count as equally similar."""

AccountRow = tuple[int, int]
"""Segment and row of a closed account."""


@dataclass(frozen=True)
class ShownAccount:
    """The public profile of an account to compare.

    Attributes:
        avatar: signatures of the avatar's frames.
    """

    account_id: str
    name: Normalized | None = None
    avatar: Sequence[AvatarSignature] = ()


@dataclass
class _Found:
    """Evidence for one closed account.

    Attributes:
        name, avatar: natural log likelihood ratios; None without evidence.
        similarity: cosine of the avatars' embeddings.
        frame: frame of the avatar that matched.
    """

    name: float | None = None
    avatar: float | None = None
    similarity: float | None = None
    frame: int | None = None


class ClosedAccountDetector:
    """Finds closed accounts that return.

    Args:
        register: the closed accounts.
        hasher: uses the key of the register's hashes.
        encoder: fingerprint of the encoder; avatars embedded by another one cannot be compared.
        likelihood: calibration of that encoder; without it only names are compared.
    """

    def __init__(self, register: Register, hasher: Hasher, encoder: str, likelihood: AvatarLikelihood | None) -> None:
        self.register = register
        self._hasher, self._encoder, self._likelihood = hasher, encoder, likelihood

    def searchable_counts(self) -> dict[Field, int]:
        """Number of accounts that can be found by name, and by avatar."""
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
        found: dict[AccountRow, _Found] = {}
        for number, segment in enumerate(self.register.segments):
            bearers = np.concatenate(
                [np.zeros(0, np.uint32), *(rows[number][:MAX_COMPARED_BEARERS] for _, rows in named)]
            )
            found |= {(number, int(row)): _Found() for row in bearers}
            if self._sees(segment):
                for frame in shown.avatar:
                    self._compare(frame, number, bearers, own, found)
        for (number, row), evidence in found.items():
            evidence.name = next((log_ratio for log_ratio, rows in named if row in rows[number]), None)
        _temper(found, len(self.register))
        return self._best(shown.name, found)

    def _named(self, name: Normalized, own: int) -> list[tuple[float, list[Rows]]]:
        """Log likelihood ratio and matching rows of each segment for each kind of name match, closest kind first."""
        found = []
        for near, hashed in self._hasher.query_hashes(name):
            bearers = [_others(segment, segment.rows_named(hashed), own) for segment in self.register.segments]
            if count := sum(map(len, bearers)):
                found.append((name_log_ratio(near, bits(name, near), count, len(self.register)), bearers))
        return found

    def _sees(self, segment: Segment) -> bool:
        return self._likelihood is not None and segment.encoder == self._encoder

    def _compare(
        self, frame: AvatarSignature, number: int, bearers: Rows, own: int, found: dict[AccountRow, _Found]
    ) -> None:
        """Add to `found` the avatars with a positive log ratio, among the nearest and those of matching names."""
        assert self._likelihood is not None  # noqa: S101 - checked by the caller
        segment = self.register.segments[number]
        rows, vectors = segment.nearest(frame.query_vectors, NEAREST_AVATARS, bearers)
        cosines = Cosines.of(frame.query_vectors[:, None], vectors[None])
        log_ratios = self._likelihood(cosines)  # (2, avatars): as shown, and mirrored
        side = log_ratios.argmax(axis=0)
        for index in np.flatnonzero((log_ratios.max(axis=0) > 0) & (segment.hashes[rows] != np.uint64(own))):
            evidence = found.setdefault((number, int(rows[index])), _Found())
            if evidence.avatar is None or log_ratios[side[index], index] > evidence.avatar:
                evidence.avatar, evidence.frame = float(log_ratios[side[index], index]), frame.frame
                evidence.similarity = float(cosines.embedding[side[index], index])

    def _best(self, name: Normalized | None, found: dict[AccountRow, _Found]) -> list[Finding]:
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

    def _finding(self, field: Field, account_row: AccountRow, found: _Found, evidence: Evidence) -> Finding:
        number, row = account_row
        account = f"{int(self.register.segments[number].hashes[row]):016x}"
        evidence = replace(evidence, reference_id=account)
        return Finding(Label.CLOSED_ACCOUNT_MATCH, field, self._score(found), DETECTOR, evidence)


def _others(segment: Segment, rows: Rows, own: int) -> Rows:
    return cast(Rows, rows[segment.hashes[rows] != np.uint64(own)])


def _temper(found: dict[AccountRow, _Found], remembered: int) -> None:
    """Cap the log ratio of an avatar that several closed accounts share, by its rarity among all accounts."""
    pictured = [(evidence, evidence.avatar) for evidence in found.values() if evidence.avatar is not None]
    strongest = max((log_ratio for _, log_ratio in pictured), default=0.0)
    sharers = sum(log_ratio > strongest - TIE_LOG_RATIO for _, log_ratio in pictured)
    if sharers >= MIN_SHARERS:
        for evidence, log_ratio in pictured:
            evidence.avatar = min(log_ratio, log(remembered / sharers))
