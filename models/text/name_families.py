"""How names that claim to be a protected body are built, as data: one family a line, with its measured precision.

A family is a pattern over the kinds of words that a name is made of (`models.text.lexicon.Kind`): `p*O` is a place
and an organ, 成都 + 公安局. What a bystander says (x: 门口, 粉丝), a sentence (s: 不, 的) and innocent longer words
(a: 公安县) stand in no family, so that 派出所门口的猫 claims nothing.

The order matters: for each label the first family that matches gives the score, so the most telling stand first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.profile import Label


@dataclass(frozen=True)
class Family:
    """One way of claiming to be a body.

    Attributes:
        name: for reports.
        label: what is claimed.
        score: (right + 1) / (all + 2) on the training cases that no family above matches (`benchmarks/names.py`).
        pattern: matches the letters of a whole name, or of a whole clause.
    """

    name: str
    label: Label
    score: float
    pattern: re.Pattern[str]


def _authority(name: str, score: float, pattern: str) -> Family:
    return Family(name, Label.FALSE_AUTHORITY, score, re.compile(pattern))


def _media(name: str, score: float, pattern: str) -> Family:
    return Family(name, Label.MEDIA_IMPERSONATION, score, re.compile(pattern))


def _place(name: str, score: float, pattern: str) -> Family:
    return Family(name, Label.PLACE_INSTITUTION, score, re.compile(pattern))


_ANY = "[^xsa]*"


def _rests(most: int) -> str:
    """Looks ahead: at most so many characters of no known word."""
    return rf"(?=(?:[^.]*\.){{0,{most}}}[^.]*$)"


NAME_FAMILIES: tuple[Family, ...] = (
    _authority("body", 0.97, r"[pPR]*B[BOpPRD]*"),
    _authority("organ", 0.98, r"[pP]*O[OpPRTD]*"),
    _authority("body and a word", 0.91, r"[pP]*B[BOpPRTD]*\.{1,3}"),
    _authority("organ and a word", 0.93, r"[pP]*O[OpPRTD]*\.{1,3}"),
    _authority("word and organ", 0.91, r"\.{1,2}[pPR]*[BO][BOpPRTD]*\.{0,3}"),
    _authority("body among words", 0.95, rf"{_rests(5)}{_ANY}B{_ANY}"),
    _authority("organ with a role", 0.97, rf"{_rests(3)}{_ANY}O{_ANY}R"),
    _authority("organ first", 0.92, rf"{_rests(5)}[pP]*O{_ANY}"),
    _media("media", 0.97, r"[pPR]*M[MWJpPRTD]*"),
    _media("place and news", 0.98, r"[pP]+[WJ][WJRpPD]*"),
    _media("news", 0.98, r"[.pP]{0,4}[WJ][WJRpPD]*"),
    _media("media and a word", 0.87, r"[pP]*M[MWJpPRTD]*\.{1,3}"),
    _media("news and a word", 0.94, r"[.pPRM]{0,4}[WJ][WJRD]*\.{1,3}"),
    _media("media among words", 0.93, rf"{_rests(3)}{_ANY}M{_ANY}"),
    _media("news among words", 0.97, rf"{_rests(3)}{_ANY}[WJ]{_ANY}"),
    _place("division", 0.83, r"P+|[pP]*I"),
    _place("voice of a place", 0.95, r"[pP]+DR*\.{0,3}"),
    _place("institution speaks", 0.98, r"[pP]*I[pPIVRFD]+"),
    _place("landmark speaks", 0.98, r"[pP]*[LI]+[VRFD]+"),
    _place("landmark and a word", 0.95, r"[pP]*[LI]+[VRFDpP]+\.{1,4}"),
    _place("facility speaks", 0.92, r"[pP.]{0,4}F[VRFDpP]+\.{0,4}"),
    _place("venue of a place", 0.88, r"[pP]+V[VRFD]*\.{0,4}"),
    _place("landmark among words", 0.99, rf"{_rests(5)}{_ANY}[LI]{_ANY}[VRFD]{_ANY}"),
)
"""For names."""

CLAUSE_FAMILIES: tuple[Family, ...] = (
    _authority("body speaks", 0.89, r"[pPR]*B[BOpPR]*R"),
    _authority("organ speaks", 0.94, r"[pP]*O[OpPRT]*R"),
    _media("media speak", 0.85, r"[pP]*M[MWJpPRTD]+|[pPM]*W[JRW]+"),
    _place("place speaks", 0.93, r"[pP]*[LI]+[VF][VRFD]*|[pP]*I[VRFD]+"),
)
"""For what stands between two marks of punctuation in bios and signatures, where a mention alone claims nothing."""
