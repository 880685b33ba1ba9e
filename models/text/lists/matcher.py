"""Finds a platform's listed words in texts, plain or disguised, in time linear in the text.

A listed word has none of the context that the detectors of contacts and names know, and a platform may list thousands.
So readings are trusted only as far as chance cannot make them: two characters of equal sound are no disguise.
Allowed words are found in plain spelling and with symbols between: who disguises a word is not who it was allowed for.

Sources: Aho and Corasick 1975, by ahocorasick-rs; `models/text/normalize/readings.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import ahocorasick_rs
from pypinyin.constants import PHRASES_DICT
from pypinyin.contrib.tone_convert import to_normal

from models.profile import Finding, Span
from models.text.evidence import evidence_at
from models.text.lists.words import REMEMBERED_WORDS, ListedWord, WordList
from models.text.normalize.normalize import FieldText, Normalized, normalize
from models.text.normalize.readings import SYLLABLE_END, Reading, ReadingKind, as_written, readings

DETECTOR: Final = "lists"
"""Name of the detector; its version is that of the lists."""

KINDS: Final = (ReadingKind.JOINED, ReadingKind.SHAPE, ReadingKind.SOUND)
"""Readings in which words are searched. Near sound is left out, as for names: half of its matches were harmless."""

_GUESSES = (ReadingKind.SHAPE, ReadingKind.SOUND)
"""Readings that may mistake one word for another; they never find a blocked word in an allowed one."""

_SHORTEST = 2
"""Least characters of a word that is searched in disguise."""

_LEAST_BY_SOUND = 3
"""Least characters of a word that one character of equal sound, or pinyin alone, may disguise."""

_LEAST_ALL_BY_SOUND = 4
"""Least characters of a word of which all may differ: three syllables of 10,000 words are hit by chance."""

_LONGEST_PHRASE = 4
"""Characters of the phrases in which a word's characters are read."""

_SYMBOLS = re.compile(r"[\W_丨丶]+")
_QUOTES = re.compile(r"[「」『』《》【】“”‘’\"'()\[\]]")
_REPEAT = re.compile(r"([^\x00-\x7f])\1+")
_LETTERS = re.compile("[a-z0-9]")
_SPACE_BETWEEN_HAN = re.compile(r"[^\x00-\x7f]\s+[^\x00-\x7f]")
_SPACE_BETWEEN_LATIN = re.compile(r"[a-z]{2}\s+[a-z]|[a-z]\s+[a-z]{2}")


@dataclass(frozen=True)
class Listed:
    """What the lists say about one text.

    Attributes:
        blocked: one finding per blocked word, with its severity, in order of the lists.
        allowed: spans of allowed words in the original text.
    """

    blocked: Sequence[Finding] = ()
    allowed: Sequence[Span] = ()

    def silences(self, finding: Finding) -> bool:
        """True if every span of the finding's evidence lies within an allowed word."""
        spans = finding.evidence.spans or ()
        return bool(spans) and all(_is_within(span, self.allowed) for span in spans)


class WordMatcher:
    """Finds the words of one version of the lists; safe to share between threads.

    Attributes:
        version: of the lists.
    """

    def __init__(self, words: Sequence[ListedWord], version: str) -> None:
        self.version = version
        self._words = words
        forms: dict[ReadingKind | None, list[tuple[str, int]]] = {kind: [] for kind in (None, *KINDS)}
        for number, word in enumerate(words):
            for kind, several in _forms(word.key).items():
                if word.list is WordList.BLOCKED or kind in (None, ReadingKind.JOINED):
                    forms[kind] += [(form, number) for form in several]
        self._vocabularies = {kind: _Vocabulary(rows) for kind, rows in forms.items() if rows}

    def __len__(self) -> int:
        return len(self._words)

    def __call__(self, texts: Sequence[FieldText]) -> list[Listed]:
        """What the lists say about every text, in order."""
        return [self._listed(text) for text in texts]

    def _listed(self, text: FieldText) -> Listed:
        blocked: dict[int, list[Span]] = {}
        allowed: list[Span] = []
        for kind, number, span in self._matches(text):
            if self._words[number].list is WordList.ALLOWED:
                allowed += [] if span in allowed else [span]
            elif kind not in _GUESSES or not _is_within(span, allowed):
                spans = blocked.setdefault(number, [])
                spans += [] if _overlaps(span, spans) else [span]
        return Listed(
            [self._finding(text, self._words[number], blocked[number]) for number in sorted(blocked)],
            [text.normalized.span(*span) for span in allowed],
        )

    def _matches(self, text: FieldText) -> Iterator[tuple[ReadingKind | None, int, Span]]:
        """Kind of reading, number and span in the normalised text of words that count in the field, surest first."""
        for kind, reading in self._readings(text.normalized):
            for number, span in self._vocabularies[kind].find(reading):
                word = self._words[number]
                if text.field in word.fields and (kind is None or _means(kind, word.key, text.normalized.text, span)):
                    yield kind, number, span

    def _readings(self, normalized: Normalized) -> Iterator[tuple[ReadingKind | None, Reading]]:
        kinds = [kind for kind in KINDS if kind in self._vocabularies]
        if None in self._vocabularies:
            yield None, as_written(normalized)
        if kinds:
            yield from zip(kinds, readings(normalized, kinds), strict=True)

    def _finding(self, text: FieldText, word: ListedWord, spans: Sequence[Span]) -> Finding:
        if word.label is None or word.severity is None:
            raise AssertionError(word.list)
        evidence = replace(evidence_at(text.normalized, spans), normalized=word.key)
        return Finding(
            word.label,
            text.field,
            1.0,
            f"{DETECTOR}@{self.version}",
            evidence,
            severity=word.severity,
            is_final=True,
        )


class _Vocabulary:
    """Words by their forms in one kind of reading.

    Args:
        rows: forms, each with the number of its word; words may share a form.
    """

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        numbers: dict[str, list[int]] = {}
        for form, number in rows:
            numbers.setdefault(form, []).append(number)
        self._numbers = tuple(map(tuple, numbers.values()))
        self._automaton = ahocorasick_rs.AhoCorasick(list(numbers), store_patterns=False)

    def find(self, reading: Reading) -> Iterator[tuple[int, Span]]:
        """Numbers of words, each with its span in the normalised text; words may overlap."""
        for index, start, end in self._automaton.find_matches_as_indexes(reading.text, overlapping=True):
            span = reading.span(start, end)
            if span:
                for number in self._numbers[index]:
                    yield number, span


@lru_cache(maxsize=REMEMBERED_WORDS)
def _forms(key: str) -> Mapping[ReadingKind | None, frozenset[str]]:
    """Canonical forms of a normalised word in every kind of reading, and as written (None)."""
    forms: dict[ReadingKind | None, frozenset[str]] = {None: frozenset({key})}
    plain = _SYMBOLS.sub("", key)
    if len(plain) < _SHORTEST:
        return forms
    for kind, reading in zip(KINDS, readings(normalize(key), KINDS), strict=True):
        if kind is not ReadingKind.JOINED and len(reading.pieces) < len(plain):
            continue  # doubled characters are read once: 六六六 would be found in every liu
        several = {reading.text}
        if kind is ReadingKind.SOUND and not _LETTERS.search(plain):
            several.add("".join(_by_phrase(plain, reading.pieces)))
        forms[kind] = frozenset(form for form in several if len(form) >= _SHORTEST)
    return forms


def _by_phrase(plain: str, sounds: Sequence[str]) -> Iterator[str]:
    """The syllables of a word, as in the phrases within it: 重 of 重庆 has another than its main reading.

    Args:
        sounds: the main reading of every character.
    """
    start = 0
    while start < len(plain):
        lengths = range(min(_LONGEST_PHRASE, len(plain) - start), 1, -1)
        length = next((length for length in lengths if plain[start : start + length] in PHRASES_DICT), 0)
        phrase = PHRASES_DICT[plain[start : start + length]] if length else ()
        yield from (map(_syllable, (heard[0] for heard in phrase)) if length else (sounds[start],))
        start += max(length, 1)


@lru_cache(maxsize=1 << 12)
def _syllable(sound: str) -> str:
    return f"{to_normal(sound)}{SYLLABLE_END}"


def _means(kind: ReadingKind, key: str, text: str, span: Span) -> bool:
    """True if what a reading found is likely the word and not parts of other words."""
    written, plain = text[slice(*span)], _SYMBOLS.sub("", key)
    letters = _SYMBOLS.sub("", written)
    if letters != written and (_QUOTES.search(written) or _joins_words(kind, text, span)):
        return False
    if kind is ReadingKind.JOINED:
        return True
    if plain in letters or len(letters) < len(plain):
        return False
    if kind is ReadingKind.SHAPE:
        return _is_split(letters, plain)
    return _is_heard(letters, plain) and not (letters.isascii() and _is_within_latin(text, span))


def _joins_words(kind: ReadingKind, text: str, span: Span) -> bool:
    """True if the symbols within a match likely separate two words: 很快 手机 holds no 快手."""
    start, end = span
    written = text[start:end]
    if kind is not ReadingKind.SOUND and _SPACE_BETWEEN_LATIN.search(written):
        return True
    if len(_SYMBOLS.findall(written)) > 1:
        return False
    stands_alone = not (start and text[start - 1].isalnum()) and not text[end : end + 1].isalnum()
    return bool(_SPACE_BETWEEN_HAN.search(written)) and not stands_alone


def _is_within_latin(text: str, span: Span) -> bool:
    """True if Latin letters go on before or after a match, as in a handle of more syllables."""
    start, end = span
    return any(char.isascii() and char.isalpha() for char in (text[max(start - 1, 0) : start] + text[end : end + 1]))


def _is_split(letters: str, plain: str) -> bool:
    """True for split characters, and look-alikes in longer words: 太 is no 大 in two characters."""
    return len(_REPEAT.sub(r"\1", letters)) > len(plain) or len(plain) > _SHORTEST


def _is_heard(letters: str, plain: str) -> bool:
    """True if so few characters differ, or so many stand, that chance can hardly explain it."""
    same = sum(char in plain for char in letters if not _LETTERS.match(char))
    if not _LETTERS.search(letters):
        differing = sum(one != other for one, other in zip(letters, plain, strict=False))
        few = len(plain) >= _LEAST_ALL_BY_SOUND or (len(plain) >= _LEAST_BY_SOUND and differing == 1)
        return len(letters) == len(plain) and few
    if _LETTERS.search(plain):  # its own letters must stand as they are
        return _LETTERS.findall(letters) == _LETTERS.findall(plain) and len(plain) >= _LEAST_BY_SOUND and same > 0
    return len(plain) >= _LEAST_BY_SOUND or same > 0


def _is_within(span: Span, others: Sequence[Span]) -> bool:
    return any(first <= span[0] and span[1] <= last for first, last in others)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
