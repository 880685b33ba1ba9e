"""The lexicon of words in names of protected bodies, and a parser that finds them in a text.

No list holds every 公安局, so a body's name is parsed as a place, a kind of organ and their context. The words are data
(`datasets/names/*.yaml`), each file with its source. The lexicon knows the kind and owner of every word and finds all
in one pass. The leftmost, longest word wins (公安县 is no 公安).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from string import ascii_lowercase
from typing import Any, NamedTuple

import ahocorasick_rs
import yaml

from models.profile import Label
from models.runtime.paths import DATASETS

NAMES = DATASETS / "names"

_FILES = (
    "surroundings",
    "party",
    "state_organs",
    "military",
    "international",
    "enterprises",
    "media",
    "institutions",
    "organs",
    "titles",
    "media_words",
    "landmarks",
    "divisions",
    "countries",
)
"""Files of the lexicon; for a word in several files the first one counts."""


class WordKind(StrEnum):
    """Role of a word in a name."""

    BODY = "body"  # 公安部: party, state, military, international, state-owned, by its own name
    ORGAN = "organ"  # 公安局: what such a body is called after a place
    TITLE = "title"  # 局长, 民警: who holds the office
    MEDIA = "media"  # 新华社
    MEDIA_WORD = "media_word"  # 日报, 新闻
    JOURNALIST = "journalist"  # 记者
    WEAK_NEWS = "weak_news"  # 电台, 头条
    INSTITUTION = "institution"  # 清华大学
    LANDMARK = "landmark"  # 西湖
    VENUE = "venue"  # 管委会, 挂号处: who runs a place
    VOICE = "voice"  # 发布
    FACILITY = "facility"  # 机场, 医院: an institution's kind
    DIVISION = "division"  # 成都市
    PLACE = "place"  # 成都, 蓉城, 法国
    ROLE = "role"  # 官方, 客服, 办公室
    BYSTANDER = "bystander"  # 门口, 粉丝, 猫
    SENTENCE = "sentence"  # 不, 没, 吗
    INNOCENT = "innocent"  # longer words in which a protected one is harmless
    PERSON = "person"  # 小刘, 王姐: at the end of a name
    OTHER = "other"  # one character, or one run of Latin letters or of digits, of no word


LETTERS: Mapping[WordKind, str] = {kind: ascii_lowercase[index] for index, kind in enumerate(WordKind)}
"""A letter for each kind, so that regular expressions match sequences of kinds."""

PROTECTED = frozenset(WordKind) - {
    WordKind.PLACE,
    WordKind.ROLE,
    WordKind.BYSTANDER,
    WordKind.SENTENCE,
    WordKind.INNOCENT,
    WordKind.PERSON,
    WordKind.OTHER,
}
"""Kinds of which a name needs at least one to claim anything."""

_PLACES = frozenset({WordKind.DIVISION, WordKind.PLACE, WordKind.LANDMARK})

LOCAL_MEDIA = "media"
"""Prefix of the owner of all news media of one place, such as `media.610500`."""


class Word(NamedTuple):
    """One word of the lexicon.

    Attributes:
        label: violation of a name that uses it without entitlement.
        owner_id: owner, who may use it.
        code: code of a place: six digits of a division or two letters of a country.
        name: full name of the body or place.
    """

    text: str
    kind: WordKind
    label: Label | None = None
    owner_id: str | None = None
    code: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class ProtectedBody:
    """A body whose name was used.

    Attributes:
        reference_id: id of the body: its owner's, with the place of a local one (`gov.police.520100`).
    """

    reference_id: str
    name: str
    owner_id: str


def body(word: Word, place: Word | None) -> ProtectedBody | None:
    """The body that a word names, with the place named beside it; None if the word belongs to no one."""
    owner = word.owner_id
    if word.kind in (WordKind.MEDIA_WORD, WordKind.JOURNALIST, WordKind.WEAK_NEWS):
        return _local(place, LOCAL_MEDIA, word) if place else None
    if owner is None:
        return None
    if word.kind in (WordKind.ORGAN, WordKind.TITLE):
        return _local(place, owner, word) if place else ProtectedBody(owner, word.text, owner)
    if word.kind is WordKind.LANDMARK:
        return ProtectedBody(f"{owner}.{word.text}", word.text, owner)
    return ProtectedBody(owner, word.name, owner)


def _local(place: Word, owner: str, word: Word) -> ProtectedBody:
    reference_id = f"{owner}.{place.code}"
    return ProtectedBody(reference_id, place.name + word.text, reference_id if owner == LOCAL_MEDIA else owner)


class PlacedWord(NamedTuple):
    """A word at `start:end` of a text."""

    start: int
    end: int
    word: Word


@dataclass(frozen=True, slots=True)
class Parse:
    """A parsed text.

    Attributes:
        letters: kinds of its words and of the rest, in order, one of `LETTERS` each.
        segments: its words.
    """

    letters: str
    segments: tuple[PlacedWord, ...]


class Lexicon:
    """All words, found in one pass (Aho and Corasick 1975)."""

    def __init__(self) -> None:
        words: dict[str, Word] = {}
        for word in _words():
            written = word.text if word.text.isalnum() else "".join(filter(str.isalnum, word.text))
            words.setdefault(written, word)
        self.words = tuple(words.values())
        self._letters = tuple(LETTERS[word.kind] for word in self.words)
        self._owners = frozenset(word.owner_id for word in self.words if word.owner_id)
        self._places = frozenset(word.code or word.text for word in self.words if word.kind in _PLACES)
        self._protected = frozenset(index for index, word in enumerate(self.words) if word.kind in PROTECTED)
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(words), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )

    def knows(self, entitlement: str) -> bool:
        """True if an owner or body with this id can be found."""
        owner, _, place = entitlement.rpartition(".")
        return entitlement in self._owners or (
            (owner in self._owners or owner == LOCAL_MEDIA) and place in self._places
        )

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Word index, start and end of every match, without overlaps."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(text)
        return found

    def parse(self, text: str) -> Parse | None:
        """The text as words and rest; None without a protected word. Latin words and numbers are never split."""
        found = self.find(text)
        if self._protected.isdisjoint([index for index, _, _ in found]):
            return None
        letters, segments, position = [], [], 0
        for index, start, end in found:
            if _continues(text, start) or _continues(text, end):
                continue
            word = self.words[index]
            letters += [_REST.sub(_OTHER, text[position:start]), self._letters[index]]
            segments.append(PlacedWord(start, end, word))
            position = end
        if not any(segment.word.kind in PROTECTED for segment in segments):
            return None
        return Parse("".join(letters) + _last(text[position:]), tuple(segments))


@cache
def lexicon() -> Lexicon:
    """The lexicon of `datasets/names`, read once."""
    return Lexicon()


_OTHER = LETTERS[WordKind.OTHER]
_REST = re.compile(r"[a-z]+|[0-9]+|.", re.DOTALL)
_PERSON = re.compile(
    r"(?:[小老阿大][^\W\d_]{1,2}|[^\W\d_]{1,2}(?:哥|姐|叔|队|总|君|sir|老师|师傅|警官)|[a-z]{2,10}|[0-9]{1,4})$"
)


def _last(rest: str) -> str:
    """Letters of the rest after the last word, where accounts name the person who speaks (新华社小王, 反诈中心03)."""
    person = _PERSON.search(rest)
    before = rest[: person.start()] if person else rest
    return _REST.sub(_OTHER, before) + LETTERS[WordKind.PERSON] * bool(person)


def _continues(text: str, index: int) -> bool:
    """True if the index is inside a Latin word or a number."""
    if not 0 < index < len(text):
        return False
    before, after = text[index - 1], text[index]
    return before.isascii() and after.isascii() and (before + after).isalnum() and before.isdigit() == after.isdigit()


def _words() -> Iterator[Word]:
    for name in _FILES:
        table = yaml.load((NAMES / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        yield from _places(table) if "codes" in table else _listed(table)


def _listed(table: dict[str, Any]) -> Iterator[Word]:
    label = Label(table["label"]) if "label" in table else None
    for group, words in table.get("groups", {}).items():
        for text in words:
            yield Word(text, WordKind[group.upper()], label)
    for owner_id, names in table.get("names", {}).items():
        for text in names:
            yield Word(str(text), WordKind[table["kind"].upper()], label, owner_id, name=str(names[0]))


_FULL_ENDS = re.compile(
    r"(?:特别行政区|(?:维吾尔|壮族|回族)?自治区|省|市|新区|林区|特区|地区|盟|(?:(?:\w{1,3}族)+|各族)?自治[州县旗]|[县区旗])$"
)


def _places(table: dict[str, Any]) -> Iterator[Word]:
    kind, label = WordKind[table["kind"].upper()], Label.PLACE_INSTITUTION
    for line in table["codes"].splitlines():
        code, name, *english = line.split(" ", 2)
        yield Word(name, kind, label, f"place.{code}", code, name)
        short = english[0] if english else _FULL_ENDS.sub("", name)
        if len(short) > 1:
            yield Word(short, WordKind.PLACE, label, f"place.{code}", code, name)
