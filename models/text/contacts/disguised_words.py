"""Finds contact words disguised by sound, shape or separation: 伽魏鑫, 亻言, 公·众·号, wei xin tong hao.

Words of a vocabulary are searched in the readings of a text. They are then replaced by their plain spelling, so that
the patterns can match the rewritten text.

Source: `models/text/normalize/readings.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from models.profile import Span
from models.text.normalize.normalize import Normalized
from models.text.normalize.readings import ReadingKind, forms, readings

_WORDS = (
    *(
        "微信",
        "微信号",
        "微信同号",
        "加微信",
        "加我微信",
        "加微信号",
        "微博",
        "抖音",
        "抖音号",
        "抖音同号",
        "快手",
        "快手号",
    ),
    *("公众号", "同名公众号", "淘宝店", "扣扣群", "扣扣同号", "企鹅号", "喜马拉雅", "网易云", "蝙蝠", "飞机", "电报"),
    *("点我头像", "看我头像", "看我主页", "联系方式", "联系我", "qq群", "vx同号", "wx同号", "telegram", "discord"),
)
_BRACKET = re.compile(r"[】」』)\]]")
_FILLER = "·"  # the patterns let it stand between characters
_LONG = 3
_HEARD = ("微信", "微博", "抖音")  # other words of two syllables sound like many more: 电报, 店报
_LITERAL = (ReadingKind.JOINED, ReadingKind.SHAPE)


@dataclass(frozen=True)
class Disguised:
    """A contact word in disguise.

    Attributes:
        word: plain spelling.
        span: span in the normalised text.
        sure: whether it is a contact by itself; otherwise only with what follows.
    """

    word: str
    span: Span
    sure: bool


class _Vocabulary:
    """The vocabulary in the forms of one kind of reading."""

    def __init__(self, kind: ReadingKind) -> None:
        short = {ReadingKind.SOUND: _HEARD, ReadingKind.NEAR_SOUND: ()}.get(kind, _WORDS)
        words = [word for word in _WORDS if len(word) >= _LONG or word in short]
        self._word = {form: word for word in words for form in forms(word, kind)}
        self._words = list(self._word.values())
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(self._word), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )

    def find(self, text: str) -> list[tuple[str, int, int]]:
        """Words and their ranges in a canonical string."""
        return [(self._words[index], start, end) for index, start, end in self._automaton.find_matches_as_indexes(text)]


@cache
def _vocabulary(kind: ReadingKind) -> _Vocabulary:
    return _Vocabulary(kind)


def disguised_words(normalized: Normalized) -> list[Disguised]:
    """The disguised contact words of a text, without overlaps, surest kind of reading first."""
    found: list[Disguised] = []
    for reading in readings(normalized):
        for word, start, end in _vocabulary(reading.kind).find(reading.text):
            span = reading.span(start, end)
            if span and _is_disguised(word, normalized.text[slice(*span)]) and not _overlaps(span, found):
                found.append(Disguised(word, span, reading.kind in _LITERAL or len(word) >= _LONG))
    return found


def _is_disguised(word: str, written: str) -> bool:
    """False for the word itself, for a repeated last character (快手手) and for parts of two phrases (【外快】手机)."""
    return word not in written and len(written) >= len(word) and not _BRACKET.search(written)


def _overlaps(span: Span, found: Sequence[Disguised]) -> bool:
    return any(span[0] < other.span[1] and other.span[0] < span[1] for other in found)


def written_plainly(text: str, words: Sequence[Disguised]) -> str:
    """The normalised text with these words in plain spelling; its length and ranges stay the same."""
    characters = list(text)
    for word in words:
        start, end = word.span
        characters[start:end] = word.word.rjust(end - start, _FILLER)
    return "".join(characters)
