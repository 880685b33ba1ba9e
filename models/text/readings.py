"""Where a word may stand in disguise: the readings of a text that only detectors of contacts and names may follow.

新·华 社, 亲斤华社, 新毕社, xīn huá shè and 心花射 may all mean 新华社, or nothing at all. The normaliser must not
guess; a detector that knows the word may. Every reading maps the text to a canonical string, and every word of a
vocabulary to the same canonical form, so that one automaton over the forms finds the words in linear time. The kinds
stand from surest to least sure, so that a detector can demand more of the later ones.

Sources: `datasets/characters/components.tsv` (split characters) and `lookalikes.tsv`; pypinyin's dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from models.profile import Span
from models.text.normalize import Normalized, normalize

CHARACTERS = Path(__file__).resolve().parents[2] / "datasets" / "characters"

_SHORTEST = 2
"""Symbols of a form: one character alone is read into everything."""

_LONGEST_GAP = 3
"""Symbols between two characters of one word: more is a line drawn between two texts."""

_GAP = re.compile(r"[\W_丨丶]+")
_CLAUSE_MARK = re.compile(r"[,;:!?。、\n]")
_BREAK = " "
_LONGEST_SYLLABLE = len("zhuang")
_SYLLABLE_END = "'"  # 西安 is xi'an' and 先 xian'; no decoration is left that could be taken for it
_INSIDE = -1


class Kind(StrEnum):
    """What a reading undoes, from surest to least sure."""

    JOINED = "joined"
    """Symbols between characters: 新·华 社."""
    SHAPE = "shape"
    """Also characters split (亲斤华社) or written as ones that look alike (新毕社), and repeats (新新华社)."""
    SOUND = "sound"
    """Also characters that sound the same but for the tone, and pinyin: 心花射, xin hua she."""
    NEAR_SOUND = "near_sound"
    """Also what many speakers do not tell apart: zh z, ch c, sh s, n l, ang an, eng en, ing in."""


@dataclass(frozen=True)
class Reading:
    """A text in canonical form.

    Attributes:
        kind: what it undoes.
        text: the canonical string, at most a few times as long as the text it was made from.
        starts, ends: per character of `text`, where in the normalised text what it stands for starts and ends; negative
            where no word may start or end.
    """

    kind: Kind
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span | None:
        """Where the non-empty range `start:end` of `text` stands in the normalised text, half open.

        None where it cuts a character, a syllable or a Latin word: 先 (xian) in 西安 (xi an), vx in convx.
        """
        first, last = self.starts[start], self.ends[end - 1]
        return None if _INSIDE in (first, last) else (first, last)


class _Unit(NamedTuple):
    """Something written that is replaced whole, where it stands, and whether a word may start or end with it."""

    text: str
    start: int
    end: int
    opens: bool = True
    closes: bool = True


def readings(normalized: Normalized, kinds: Iterable[Kind] = tuple(Kind)) -> list[Reading]:
    """The text in the canonical forms of some kinds, in order; linear in its length."""
    joined = _join(normalized.text)
    return [_reading(kind, _rewrite(joined, kind)) for kind in kinds]


def forms(word: str, kind: Kind) -> frozenset[str]:
    """What a word looks like in a kind of reading: several if it can be spelt differently, none if it is too short."""
    joined = _join(normalize(word).text)
    spellings = [joined]
    if kind in (Kind.SOUND, Kind.NEAR_SOUND):
        letters = [unit.text for unit in _once(joined)]
        known = lazy_pinyin("".join(letters), style=Style.NORMAL)
        spellings += [_join(" ".join(known)), _join("".join(known))]
    texts = {_reading(kind, _rewrite(spelling, kind)).text for spelling in spellings}
    return frozenset(text for text in texts if len(joined) >= _SHORTEST and len(text) >= _SHORTEST)


def _rewrite(joined: list[_Unit], kind: Kind) -> list[_Unit]:
    if kind is Kind.JOINED:
        return joined
    if kind is Kind.SHAPE:
        return [unit._replace(text=_shape(unit.text)) for unit in _once(joined)]
    spelt = _spell(_once(joined))
    return spelt if kind is Kind.SOUND else [unit._replace(text=_near(unit.text)) for unit in spelt]


def _reading(kind: Kind, units: list[_Unit]) -> Reading:
    starts: list[int] = []
    ends: list[int] = []
    for text, start, end, opens, closes in units:
        inside = [_INSIDE] * (len(text) - 1)
        starts += [start if opens else _INSIDE, *inside]
        ends += [*inside, end if closes else _INSIDE]
    return Reading(kind, "".join([unit.text for unit in units]), starts, ends)


def _join(text: str) -> list[_Unit]:
    """The characters of the text without what decorates them, and a break where more than decoration parts them."""
    units: list[_Unit] = []
    position = 0
    for gap in _GAP.finditer(text):
        first, last = gap.span()
        units += _characters(text, position, first)
        if not _is_decoration(text, first, last):
            units.append(_Unit(_BREAK, first, last, opens=False, closes=False))
        position = last
    return units + _characters(text, position, len(text))


def _characters(text: str, first: int, last: int) -> list[_Unit]:
    """One unit each; in letters and in figures a word starts or ends only where their run does."""
    closes = [i + 1 == last or not _same_run(text[i], text[i + 1]) for i in range(first, last)]
    opens = [True, *closes]
    return [_Unit(text[i], i, i + 1, opens[i - first], closes[i - first]) for i in range(first, last)]


def _same_run(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isdigit() == right.isdigit()


def _is_decoration(text: str, first: int, last: int) -> bool:
    """A few symbols; marks that end a clause only beside a lone character, as in 新,华,社."""
    if last - first > _LONGEST_GAP:
        return False
    lone_left = first < 2 or _GAP.match(text[first - 2])
    lone_right = last + 2 > len(text) or _GAP.match(text[last + 1 : last + 2])
    return bool(lone_left or lone_right or not _CLAUSE_MARK.search(text, first, last))


def _once(units: list[_Unit]) -> list[_Unit]:
    """A repeated character once, for all of them; letters and figures are kept."""
    kept: list[_Unit] = []
    for unit in units:
        if kept and kept[-1].text == unit.text and not unit.text.isascii():
            kept[-1] = kept[-1]._replace(end=unit.end)
        else:
            kept.append(unit)
    return kept


def _table(name: str) -> dict[str, str]:
    lines = (CHARACTERS / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


_COMPONENTS = _table("components.tsv")
_LOOK_ALIKE = {alike: usual for usual, several in _table("lookalikes.tsv").items() for alike in several}


@lru_cache(maxsize=1 << 14)
def _shape(char: str) -> str:
    """The components of a character down to the simplest, each as the one that stands for all that look like it."""
    char = _LOOK_ALIKE.get(char, char)
    components = _COMPONENTS.get(char)
    return "".join(map(_shape, components)) if components else char


@lru_cache(maxsize=1 << 14)
def _sound(char: str) -> str:
    """The usual reading of a Han character without its tone, anything else as it is."""
    sounds = PINYIN_DICT.get(ord(char))
    return to_normal(sounds.split(",")[0]) + _SYLLABLE_END if sounds else char


def _spell(units: list[_Unit]) -> list[_Unit]:
    """Han characters as syllables, and letters as well where a run of them, or of lone ones, is pinyin."""
    spelt: list[_Unit] = []
    run: list[_Unit] = []
    for unit in units:
        letter = "a" <= unit.text <= "z"
        if run and not (letter and _continues(run[-1], unit)):
            spelt += _syllables(run)
            run = []
        if letter:
            run.append(unit)
        else:
            spelt.append(unit._replace(text=_sound(unit.text)))
    return spelt + _syllables(run)


def _continues(left: _Unit, right: _Unit) -> bool:
    """Two letters of one run, or two lone ones."""
    return not right.opens or (left.opens and left.closes and right.closes)


def _syllables(run: list[_Unit]) -> list[_Unit]:
    """Letters as syllables, the longest first, if they are nothing but syllables; otherwise as they are."""
    letters = "".join([unit.text for unit in run])
    longest = [0] * len(letters) + [len(letters)]  # where the syllable from here ends that leaves only syllables
    for first in range(len(letters) - 1, -1, -1):
        ends = range(min(first + _LONGEST_SYLLABLE, len(letters)), first, -1)
        longest[first] = next((end for end in ends if longest[end] and letters[first:end] in _known_syllables()), 0)
    syllables: list[_Unit] = []
    first = 0
    while first < len(letters) and longest[first]:
        last = longest[first]
        syllables.append(_Unit(letters[first:last] + _SYLLABLE_END, run[first].start, run[last - 1].end))
        first = last
    return syllables or run


@lru_cache(maxsize=1 << 10)
def _near(syllable: str) -> str:
    """The syllable that stands for all that are easily taken for it."""
    if not syllable.endswith(_SYLLABLE_END):
        return syllable
    return re.sub(r"^([zcs])h", r"\1", re.sub(r"^n", "l", re.sub(r"([aei])ng'", r"\1n'", syllable)))


@cache
def _known_syllables() -> frozenset[str]:
    with_tone = {sounds.split(",")[0] for code, sounds in PINYIN_DICT.items() if 0x4E00 <= code <= 0x9FFF}
    return frozenset(map(to_normal, with_tone)) - {"m", "n", "hm"}
