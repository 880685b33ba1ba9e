"""Detects names of parties, state organs, armies, news media and institutions on accounts that are not theirs.

An account called 贵阳交警在线 poses as the police of Guiyang; 派出所门口的猫 does not (Art. 8(2) to 8(5)). A whole name
is parsed into kinds of words, and only some patterns of them claim to be a body. In bios and signatures most mentions
are harmless, so only a whole clause that speaks for a body counts (民政部备案).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from models.profile import Evidence, Field, Finding, Label, Span
from models.text.evidence import evidence_at
from models.text.names.disguised_names import DisguisedNames
from models.text.names.families import NameFamily, family_scores, name_families
from models.text.names.lexicon import Parse, ProtectedBody, WordKind, body, lexicon
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import FieldText, Normalized
from models.text.normalize.readings import ReadingKind

DETECTOR = "names@2026.11.1"

_CORES = {
    Label.FALSE_AUTHORITY: (WordKind.BODY, WordKind.ORGAN, WordKind.TITLE),
    Label.MEDIA_IMPERSONATION: (WordKind.MEDIA, WordKind.MEDIA_WORD, WordKind.JOURNALIST, WordKind.WEAK_NEWS),
    Label.PLACE_INSTITUTION: (WordKind.INSTITUTION, WordKind.LANDMARK),
}
"""Kinds of the word that determines the imitated body, by label."""

_CLAUSE = re.compile(r"(?P<quote>[“\"「『《‘']?)(?:本?(?:(?:账|公众)?号|平台)?由|这里是|我们是)?(?P<said>[^\W_]+)")
"""A clause after words that introduce the account's owner; a quoted clause is someone else's."""


@dataclass(frozen=True)
class Claim:
    """A text, or a clause of one, that claims to be a body.

    Attributes:
        span: span of the claim in the normalised text.
        disguise: kind of reading that found it; None if it is open.
    """

    family: NameFamily
    parse: Parse
    span: Span
    disguise: ReadingKind | None = None

    @property
    def score(self) -> float:
        """The family's score, for a disguised claim at most that of the reading."""
        return min(self.family.score, family_scores()[self.disguise]) if self.disguise else self.family.score

    @cached_property
    def imitated(self) -> ProtectedBody | None:
        """The body that it names; a generic organ is that of the place named with it."""
        words = [part.word for part in self.parse.segments]
        core = next((index for index, word in enumerate(words) if word.kind in _CORES[self.family.label]), len(words))
        place = next((word for word in reversed(words[:core]) if word.code), None)
        named = words[core] if core < len(words) else place
        return body(named, place) if named else None


class ProtectedNameDetector:
    """Finds names that claim to be a protected body, and identifies the body.

    Source: Regulations on the Management of Internet User Account Information, Art. 8(2) to 8(5); `datasets/names`.
    """

    def __init__(self) -> None:
        self._lexicon = lexicon()
        self._families = name_families()
        self._disguised = DisguisedNames()

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """At most one finding per label, body and text, in order; its evidence names the body and its owner."""
        return [[_finding(text, claim) for claim in self.claims(text)] for text in texts]

    def claims(self, text: FieldText) -> list[Claim]:
        """The highest-scoring claim per label and body; disguised claims only if there are no open ones."""
        normalized = replace(text.normalized, text=SURROGATE.sub("\ufffd", text.normalized.text))
        found = self._name(normalized) if text.field is Field.NAME else self._clauses(normalized.text)
        best: dict[tuple[Label, str | None], Claim] = {}
        for claim in sorted(found, key=lambda claim: -claim.score):
            if claim.imitated or all(label is not claim.family.label for label, _ in best):
                named = claim.imitated.reference_id if claim.imitated else None
                best.setdefault((claim.family.label, named), claim)
        return list(best.values())

    def _name(self, normalized: Normalized) -> list[Claim]:
        letters = [index for index, char in enumerate(normalized.text) if char.isalnum()]
        joined = "".join([normalized.text[index] for index in letters])
        return _claims(self._lexicon.parse(joined), letters, self._families.names) or [
            replace(claim, disguise=read.kind)
            for read in self._disguised(normalized)
            for claim in _claims(self._lexicon.parse(read.text), read.positions, self._families.names)
        ]

    def _clauses(self, text: str) -> list[Claim]:
        if not self._lexicon.parse(text):
            return []
        clauses = [clause for clause in _CLAUSE.finditer(text) if not clause["quote"]]
        return [
            claim
            for clause in clauses
            for claim in _claims(
                self._lexicon.parse(clause["said"]), range(*clause.span("said")), self._families.clauses
            )
        ]

    def _clause(self, clause: re.Match[str]) -> list[Claim]:
        return _claims(self._lexicon.parse(clause["said"]), range(*clause.span("said")), self._families.clauses)

    def knows(self, entitlement: str) -> bool:
        """True if an owner or body with this id can be found."""
        return self._lexicon.knows(entitlement)


def _claims(parse: Parse | None, positions: Sequence[int], families: Sequence[NameFamily]) -> list[Claim]:
    """Claims of a text: for every label the first family that matches.

    Args:
        positions: offset in the normalised text of every parsed character.
    """
    if parse is None:
        return []
    span = positions[parse.segments[0].start], positions[parse.segments[-1].end - 1] + 1
    first: dict[Label, NameFamily] = {}
    for family in families:
        if family.label not in first and family.pattern.fullmatch(parse.letters):
            first[family.label] = family
    return [Claim(family, parse, span) for family in first.values()]


def _finding(text: FieldText, claim: Claim) -> Finding:
    evidence = _with_body(evidence_at(text.normalized, [claim.span]), claim)
    return Finding(claim.family.label, text.field, claim.score, DETECTOR, evidence)


def _with_body(evidence: Evidence, claim: Claim) -> Evidence:
    """Evidence with the imitated body added."""
    imitated = claim.imitated
    if imitated is None:
        return evidence
    return replace(
        evidence,
        reference_id=imitated.reference_id,
        reference_name=imitated.name,
        owner_id=imitated.owner_id,
    )
