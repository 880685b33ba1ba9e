"""Finds protected words in disguises that the normaliser must not undo: 人民曰报, 省纪wei, 检查院.

Words are searched in the readings of a text (`models.text.normalize.readings`) and accepted only if likely. The text is
rewritten with their plain spelling and then parsed like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ahocorasick_rs

from models.profile import Span
from models.text.names.lexicon import NAMES
from models.text.normalize.normalize import Normalized
from models.text.normalize.readings import Reading, ReadingKind, readings

FORMS_FILE = NAMES / "forms.tsv"
"""Lines of reading kind, canonical form and word; written by `python -m training.text.data.names`."""

READINGS = (ReadingKind.SHAPE, ReadingKind.SOUND)
"""Readings used. Near sound is excluded: half of its matches were harmless."""

_LEAST_BY_SOUND = 3
"""Least characters of a word that one substitution by sound may disguise: 检查院 is 检察院, but 中原 is no 中院."""


@dataclass(frozen=True)
class Rewritten:
    """A text with disguised words in plain spelling, without symbols.

    Attributes:
        positions: offset in the normalised text of every character.
    """

    kind: ReadingKind
    text: str
    positions: Sequence[int]


class DisguisedNames:
    """Finds protected words by shape and by sound."""

    def __init__(self) -> None:
        rows = [line.split("\t") for line in FORMS_FILE.read_text(encoding="utf-8").splitlines()]
        self._vocabularies = {
            kind: _Vocabulary([(form, word) for of, form, word in rows if of == kind]) for kind in READINGS
        }

    def __call__(self, normalized: Normalized) -> list[Rewritten]:
        """One rewritten text for each kind of reading that finds a disguised word."""
        return [
            _rewrite(reading.kind, normalized.text, found)
            for reading in readings(normalized, READINGS)
            if (found := self._vocabularies[reading.kind].find(reading, normalized.text))
        ]


class _Vocabulary:
    """The words of one kind of reading, by their canonical forms."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        forms = dict(reversed(rows))  # the first of words with equal forms wins
        self._words = tuple(forms.values())
        self._automaton = ahocorasick_rs.AhoCorasick(
            list(forms), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )

    def find(self, reading: Reading, text: str) -> list[tuple[Span, str]]:
        """Disguised words with their spans in the normalised text."""
        found = self._automaton.find_matches_as_indexes(reading.text)
        placed = [(reading.span(start, end), self._words[index]) for index, start, end in found]
        return [
            (span, word)
            for span, word in placed
            if span and _is_disguised(reading.kind, "".join(filter(str.isalnum, text[slice(*span)])), word)
        ]


def _is_disguised(kind: ReadingKind, written: str, word: str) -> bool:
    """True if the written text differs from the word but likely means it."""
    if written == word:
        return False
    if kind is ReadingKind.SHAPE or any(char.isascii() for char in written):
        return True
    others = sum(one != other for one, other in zip(written, word, strict=False))
    return len(written) == len(word) >= _LEAST_BY_SOUND and others == 1


def _rewrite(kind: ReadingKind, text: str, found: Sequence[tuple[Span, str]]) -> Rewritten:
    kept, positions, position = "", list[int](), 0
    for (start, end), word in [*found, ((len(text), len(text)), "")]:
        between = [index for index in range(position, start) if text[index].isalnum()]
        kept += "".join([text[index] for index in between]) + word
        positions += [*between, *[start] * (len(word) - 1), *[end - 1] * bool(word)]
        position = end
    return Rewritten(kind, kept, positions)
