"""Readings of a text in which words may be disguised; for the detectors of contacts and names only.

新·华 社, 亲斤华社, 新毕社, xīn huá shè and 心花射 may all mean 新华社, or nothing. The normaliser must not guess, but a
detector that knows the word may. Every reading maps the text to a canonical string, and the words of a vocabulary to
canonical forms. One automaton over the forms then finds the words in linear time. Kinds of reading are ordered from
surest to least sure, so that a detector can be stricter with later ones.

Sources: `datasets/characters/components.tsv` (split characters) and `lookalikes.tsv`; pypinyin's dictionary.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from models.profile import Span
from models.runtime.paths import DATASETS
from models.text.normalize.normalize import Normalized, normalize

_CHARACTERS = DATASETS / "characters"
COMPONENTS_FILE = _CHARACTERS / "components.tsv"
LOOK_ALIKES_FILE = _CHARACTERS / "lookalikes.tsv"

SYLLABLE_END = "'"
"""Ends a syllable: 西安 is xi'an' and 先 is xian'. No normalised decoration equals it."""

_SHORTEST = 2
"""Least symbols of a form: single characters match everywhere."""

_LONGEST_GAP = 3
"""Symbols between two characters of one word; more separate two texts."""

_GAP = re.compile(r"[\W_丨丶]+")
_CLAUSE_MARK = re.compile(r"[,;:!?。、\n]")
_RUN = re.compile(r"[a-z]{2,}|[0-9]{2,}")
_LETTERS = re.compile(r"[a-z]+")
_REPEAT = re.compile(r"([^\x00-\x7f])\1+")
WORD_BREAK = " "
"""Stands between characters that are separated by more than decoration."""
_LONGEST_SYLLABLE = len("zhuang")


class ReadingKind(StrEnum):
    """Disguises that a reading undoes, from surest to least sure."""

    JOINED = "joined"
    """Symbols between characters: 新·华 社."""
    SHAPE = "shape"
    """Also split characters (亲斤华社), look-alikes (新毕社) and repeats (新新华社)."""
    SOUND = "sound"
    """Also characters of equal sound except for the tone, and pinyin: 心花射, xin hua she."""
    NEAR_SOUND = "near_sound"
    """Also sounds that many speakers merge: zh z, ch c, sh s, n l, ang an, eng en, ing in."""


@dataclass(frozen=True)
class Reading:
    """A text in canonical form, as pieces: characters, components or syllables.

    Attributes:
        kind: the disguises undone.
        pieces: pieces of the canonical string.
        starts, ends: span of each piece in the normalised text; inverted (`~start`, negative) where no word may start
            or end.
    """

    kind: ReadingKind
    pieces: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]

    @cached_property
    def text(self) -> str:
        """The canonical string, at most a few times as long as the normalised text."""
        return "".join(self.pieces)

    @cached_property
    def _edges(self) -> list[int]:
        """Offsets in `text` of the start of each piece, and of the end of the last."""
        return list(accumulate(map(len, self.pieces), initial=0))

    def span(self, start: int, end: int) -> Span | None:
        """Span in the normalised text of the non-empty range `start:end` of `text`.

        None if the range splits a character, a syllable or a Latin word: 先 (xian) in 西安 (xi an), vx in convx.
        """
        first, last = bisect_left(self._edges, start), bisect_left(self._edges, end)
        if (self._edges[first], self._edges[last]) != (start, end):
            return None
        span = self.starts[first], self.ends[last - 1]
        return span if min(span) >= 0 else None


def readings(normalized: Normalized, kinds: Iterable[ReadingKind] = tuple(ReadingKind)) -> list[Reading]:
    """Readings of a text of some kinds, in order, in time linear in its length."""
    joined = _join(normalized.text)
    once = _once(joined)
    return [_MAKE[kind](joined if kind is ReadingKind.JOINED else once) for kind in kinds]


def as_written(normalized: Normalized) -> Reading:
    """The normalised text itself as a reading, in which no word may start or end within a Latin word or a number."""
    opens, closes = _edges_of_words(normalized.text)
    return Reading(ReadingKind.JOINED, normalized.text, opens, closes)


def near_sounds(text: str) -> Sequence[str]:
    """Pieces of a normalised text by near sound: 微信, 威心 and weixin become `wei'`, `xin'`.

    Only Han characters and pinyin words end in `SYLLABLE_END`; other pieces are unchanged.
    """
    return _near_sounds(_once(_join(text))).pieces


def forms(word: str, kind: ReadingKind) -> frozenset[str]:
    """Canonical forms of a word in a kind of reading: several if spellings differ, none if it is too short."""
    spellings = [normalize(word)]
    characters = _join(spellings[0].text).pieces
    if kind in (ReadingKind.SOUND, ReadingKind.NEAR_SOUND):
        known = lazy_pinyin("".join(characters), style=Style.NORMAL)
        spellings += [normalize(" ".join(known)), normalize("".join(known))]
    texts = {reading.text for spelling in spellings for reading in readings(spelling, [kind])}
    return frozenset(text for text in texts if len(characters) >= _SHORTEST and len(text) >= _SHORTEST)


def _join(text: str) -> Reading:
    """The characters without decoration, with `WORD_BREAK` where more than decoration separates them."""
    opens, closes = _edges_of_words(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for gap in [*(match.span() for match in _GAP.finditer(text)), (len(text), len(text))]:
        pieces += text[position : gap[0]]
        starts += opens[position : gap[0]]
        ends += closes[position : gap[0]]
        if not _is_decoration(text, *gap):
            pieces.append(WORD_BREAK)
            starts.append(~gap[0])
            ends.append(~gap[1])
        position = gap[1]
    return Reading(ReadingKind.JOINED, pieces, starts, ends)


def _edges_of_words(text: str) -> tuple[list[int], list[int]]:
    """Start and end of each character; inverted inside Latin words and numbers."""
    opens, closes = list(range(len(text))), list(range(1, len(text) + 1))
    for run in _RUN.finditer(text):
        for inner in range(run.start() + 1, run.end()):
            opens[inner], closes[inner - 1] = ~inner, ~inner
    return opens, closes


def _is_decoration(text: str, first: int, last: int) -> bool:
    """True for a few symbols; clause marks count only beside a single character, as in 新,华,社."""
    if last - first > _LONGEST_GAP:
        return False
    lone_left = first < 2 or _GAP.match(text[first - 2])
    lone_right = last + 2 > len(text) or _GAP.match(text[last + 1 : last + 2])
    return bool(lone_left or lone_right or not _CLAUSE_MARK.search(text, first, last))


def _once(joined: Reading) -> Reading:
    """Repeated characters collapsed to one; ASCII letters and digits are kept."""
    repeats = [match.span() for match in _REPEAT.finditer(joined.text)]
    if not repeats:
        return joined
    again = {index for first, last in repeats for index in range(first + 1, last)}
    last_of = {first: last - 1 for first, last in repeats}
    kept = [index for index in range(len(joined.pieces)) if index not in again]
    return Reading(
        joined.kind,
        [joined.pieces[index] for index in kept],
        [joined.starts[index] for index in kept],
        [joined.ends[last_of.get(index, index)] for index in kept],
    )


def _table(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


_COMPONENTS = _table(COMPONENTS_FILE)
_LOOK_ALIKE = {alike: usual for usual, several in _table(LOOK_ALIKES_FILE).items() for alike in several}


@lru_cache(maxsize=1 << 14)
def _shape(char: str) -> str:
    """The simplest components of a character, each replaced by the representative of its look-alikes."""
    char = _LOOK_ALIKE.get(char, char)
    components = _COMPONENTS.get(char)
    return "".join(map(_shape, components)) if components else char


@lru_cache(maxsize=1 << 14)
def _sound(char: str) -> str:
    """The toneless main reading of a Han character; any other character unchanged."""
    sounds = PINYIN_DICT.get(ord(char))
    return to_normal(sounds.split(",")[0]) + SYLLABLE_END if sounds else char


def _shapes(once: Reading) -> Reading:
    return replace(once, kind=ReadingKind.SHAPE, pieces=list(map(_shape, once.pieces)))


def _sounds(once: Reading) -> Reading:
    """Han characters as syllables; also letters, where a word or a run of single ones is pinyin."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for first, last in [*_runs(once), (len(once.pieces), len(once.pieces))]:
        pieces += map(_sound, once.pieces[position:first])
        starts += once.starts[position:first]
        ends += once.ends[position:first]
        edges = [first + edge for edge in _syllables(once.text[first:last])]
        pieces += [once.text[start:end] + SYLLABLE_END for start, end in pairwise(edges)]
        starts += [_position(once.starts[start]) for start in edges[:-1]]
        ends += [_position(once.ends[end - 1]) for end in edges[1:]]
        position = last if edges else first
    return Reading(ReadingKind.SOUND, pieces, starts, ends)


def _near_sounds(once: Reading) -> Reading:
    sounds = _sounds(once)
    return replace(sounds, kind=ReadingKind.NEAR_SOUND, pieces=list(map(_near, sounds.pieces)))


_MAKE = {
    ReadingKind.JOINED: lambda joined: joined,
    ReadingKind.SHAPE: _shapes,
    ReadingKind.SOUND: _sounds,
    ReadingKind.NEAR_SOUND: _near_sounds,
}


def _runs(once: Reading) -> list[Span]:
    """Ranges of pieces that are Latin words, or single letters with symbols between them."""
    runs: list[Span] = []
    for letters in _LETTERS.finditer(once.text):
        first = letters.start()
        for last in range(first + 1, letters.end()):
            if once.starts[last] >= 0 and not _are_lone(once, last):
                runs.append((first, last))
                first = last
        runs.append((first, letters.end()))
    return runs


def _are_lone(once: Reading, last: int) -> bool:
    """True if this letter and the one before it are separate words."""
    return min(once.starts[last - 1], once.ends[last - 1], once.starts[last], once.ends[last]) >= 0


def _position(edge: int) -> int:
    return max(edge, ~edge)


@lru_cache(maxsize=1 << 9)
def _syllables(letters: str) -> tuple[int, ...]:
    """Offsets of the syllables and of the end, longest syllables first; empty if the letters are no pinyin."""
    longest = [0] * len(letters) + [len(letters)]  # end of the longest syllable from here that leaves only syllables
    for first in range(len(letters) - 1, -1, -1):
        ends = range(min(first + _LONGEST_SYLLABLE, len(letters)), first, -1)
        longest[first] = next((end for end in ends if longest[end] and letters[first:end] in _known_syllables()), 0)
    edges = [0]
    while longest[edges[-1]] > edges[-1]:
        edges.append(longest[edges[-1]])
    return tuple(edges) if edges[-1] == len(letters) else ()


@lru_cache(maxsize=1 << 14)
def _near(syllable: str) -> str:
    """The representative of all syllables that many speakers merge."""
    if not syllable.endswith(SYLLABLE_END):
        return syllable
    return re.sub(r"^([zcs])h", r"\1", re.sub(r"^n", "l", re.sub(r"([aei])ng'", r"\1n'", syllable)))


@cache
def _known_syllables() -> frozenset[str]:
    with_tone = {sounds.split(",")[0] for code, sounds in PINYIN_DICT.items() if 0x4E00 <= code <= 0x9FFF}
    return frozenset(map(to_normal, with_tone)) - {"m", "n", "hm"}
