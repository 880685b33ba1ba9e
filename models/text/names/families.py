"""Families of names that claim to be a protected body, as data with measured precision.

A family is a pattern over kinds of words (`models.text.names.lexicon.WordKind`): `p*O` is a place and an organ, 成都 +
公安局. Words of bystanders (x: 门口, 粉丝), of sentences (s: 不, 的) and harmless longer words (a: 公安县) occur in no
family, so that 派出所门口的猫 claims nothing.

For each label the first matching family gives the score, so the most specific come first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.profile import Label


@dataclass(frozen=True)
class NameFamily:
    """One way of claiming to be a body.

    Attributes:
        name: name in reports.
        label: violation claimed.
        score: smoothed precision, (right + 1) / (all + 2), on training cases that no earlier family matches
            (`training.text.evaluation.name_precision`).
        pattern: matches the letters of a whole name or clause.
    """

    name: str
    label: Label
    score: float
    pattern: re.Pattern[str]


def _authority(name: str, score: float, pattern: str) -> NameFamily:
    return NameFamily(name, Label.FALSE_AUTHORITY, score, re.compile(pattern))


def _media(name: str, score: float, pattern: str) -> NameFamily:
    return NameFamily(name, Label.MEDIA_IMPERSONATION, score, re.compile(pattern))


def _place(name: str, score: float, pattern: str) -> NameFamily:
    return NameFamily(name, Label.PLACE_INSTITUTION, score, re.compile(pattern))


_ANY = "[^xsa]*"


def _rests(most: int) -> str:
    """Lookahead: at most `most` characters outside known words."""
    return rf"(?=(?:[^.]*\.){{0,{most}}}[^.]*$)"


NAME_FAMILIES: tuple[NameFamily, ...] = (
    _authority("body", 0.99, r"[pPR]*B[BOpPRD]*"),
    _authority("organ", 0.99, r"[pP]*O[OpPRTD]*"),
    _authority("body's person", 0.96, r"[pPR]*B[BOpPRDT]*N"),
    _authority("organ's person", 0.97, r"[pP]*O[OpPRTD]*N"),
    _authority("body, words, role", 0.99, r"[pPR]*B[BOpPRDT]*\.{1,4}[BOpPRTD]*[RT]N?"),
    _authority("organ, words, role", 0.98, r"[pP]*O[OpPRTD]*\.{1,4}[OpPRTD]*[RT]N?"),
    _authority("words, organ, role", 0.85, r"\.{1,3}[pPR]*[BO][BOpPRTD]*RN?"),
    _authority("organ among words, role", 0.82, rf"{_rests(5)}{_ANY}[BO]{_ANY}[RT]N?"),
    _authority("place, organ, words", 0.92, r"[pP]+O[OpPRTD]*\.{1,3}"),
    _authority("body or organ, role, words", 0.91, r"[pPR]*[BO][BOpPRDT]*R[BOpPRDT]*\.{1,3}"),
    _media("media", 0.98, r"[pPR]*M[MWJwpPRTD]*"),
    _media("media's person", 0.96, r"[pPR]*M[MWJwpPRTD]*N"),
    _media("media, words, role", 0.97, r"[pPR]*M[MWJwpPRTD]*\.{1,4}[WJwRT]N?"),
    _media("place and news", 0.99, r"[pP]+[WJw][WJwRpPD]*N?"),
    _media("news", 0.92, r"[pP]{0,4}[WJ][WJwRpPD]*"),
    _media("news' person", 0.97, r"[.pPRM]{0,4}[WJ][WJwRD]*N"),
    _media("news, words, role", 0.97, r"[.pP]{0,4}[WJ][WJwRpPD]*\.{1,4}[WJwR]N?"),
    _media("weak news, role", 0.93, r"[.pP]{0,4}w[Rw]*[RWJ]N?"),
    _media("place, words, weak news", 0.91, r"[pP]+\.{1,3}w[wWRJ]*"),
    _media("news, words", 0.88, r"[.pPR]{0,4}[WJ][WJwRpPD]*\.{1,3}"),
    _media("media, role, words", 0.90, r"[pPR]*M[MWJwpPRTD]*[RWJw]\.{1,3}"),
    _media("news among words", 0.92, rf"(?=[^pPRM]*[pPRM]){_rests(4)}{_ANY}[WJ]{_ANY}"),
    _place("division or institution", 0.89, r"P+|[pP]*I"),
    _place("voice of a place", 0.98, r"[pP]+DR*N?"),
    _place("institution speaks", 0.99, r"[pP]*I[pPIVRFD]+N?"),
    _place("landmark speaks", 0.99, r"[pP]*[LI]+[VRFD]+N?"),
    _place("landmark, words, role", 0.94, r"[pP]*[LI]+[VRFDpP]*\.{1,4}[VRFDpP]*[VRD]N?"),
    _place("facility speaks", 0.94, r"[pP.]{0,4}F[VRFDpP]+N?"),
    _place("venue of a place", 0.77, r"[pP]+V[VRFD]*N?"),
    _place("landmark, role, words", 0.96, r"[pP]*[LI]+[VRFD]+\.{1,3}"),
    _place("landmark among words, role", 0.89, rf"{_rests(5)}{_ANY}[LI]{_ANY}[VRFD]{_ANY}"),
)
"""Families for names."""

CLAUSE_FAMILIES: tuple[NameFamily, ...] = (
    _authority("body speaks", 0.99, r"[pPR]*B[BOpPR]*R"),
    _authority("organ speaks", 0.91, r"[pP]*O[OpPRT]*R"),
    _media("media speak", 0.98, r"[pP]*M[MWJwpPRTD]+|[pPM]*W[JRWw]+"),
    _place("place speaks", 0.95, r"[pP]*[LI]+[VF][VRFD]*|[pP]*I[VRFD]+"),
)
"""Families for clauses of bios and signatures, where a mention alone claims nothing."""
