"""The lists of an installation: one file in the home directory, replaced atomically, followed by every worker."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from models.runtime import atomic
from models.runtime.locks import locked
from models.runtime.sources import Refusal, Source
from models.runtime.versions import LOCK
from models.text.lists.matcher import WordMatcher
from models.text.lists.tables import lines, parse_lines
from models.text.lists.words import ListedWord, ListsError, key_of

LISTS_FOLDER: Final = "lists"
WORDS_FILE: Final = "words.jsonl"

MAX_WORDS: Final = 20_000
"""Words of all lists: reading 10,000 new ones takes a worker 1.2 s, and changes are to be active within 5 s."""

VERSION_DIGITS: Final = 8
"""Hexadecimal digits of a version's digest."""


@dataclass(frozen=True)
class Lists:
    """One version of the lists.

    Attributes:
        words: in the order in which they were first added.
    """

    words: tuple[ListedWord, ...] = ()

    @cached_property
    def version(self) -> str:
        """Number of words, and a digest of all that is said of them."""
        return f"{len(self.words)}-{hashlib.sha256(lines(self.words).encode()).hexdigest()[:VERSION_DIGITS]}"


@dataclass(frozen=True)
class Change:
    """Result of a change.

    Attributes:
        version: of the now current lists.
        added: words that were not listed before.
        replaced: words whose entry says something else now.
        removed: words that are not listed any more.
    """

    version: str
    added: int = 0
    replaced: int = 0
    removed: int = 0


class ListFiles:
    """The lists in a home directory, read and changed by any number of processes.

    Args:
        home: as in the settings; need not exist yet.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / LISTS_FOLDER
        self._file = self._folder / WORDS_FILE

    def stamp(self) -> Hashable:
        """A value that changes with the file; None while there is none."""
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def read(self) -> Lists:
        """The current lists.

        Raises:
            ListsError: the file cannot be read or a line of it is no word.
        """
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Lists()
        except (OSError, UnicodeDecodeError) as error:
            raise ListsError(f"{self._file} cannot be read: {type(error).__name__}") from error
        return _parsed(text)

    def find(self, word: str) -> ListedWord:
        """The entry of a word, given in any spelling with its key.

        Raises:
            ListsError: the lists are broken, or none holds it.
        """
        return _found({listed.key: listed for listed in self.read().words}, word)

    def add(self, words: Sequence[ListedWord], *, instead: bool = False) -> Change:
        """Add words; one that is listed already gets the new entry in its old place.

        Args:
            words: each once.
            instead: remove all other words.

        Raises:
            ListsError: the lists are broken or would be too long; nothing was changed.
        """
        with locked(self._folder / LOCK):
            before = {word.key: word for word in self.read().words}
            new = {word.key: word for word in words}
            after = {key: word for key, word in before.items() if key in new or not instead} | new
            if len(after) > MAX_WORDS:
                raise ListsError(f"the lists hold at most {MAX_WORDS:,} words", "lists_full", "word")
            return self._published(before, after)

    def remove(self, word: str) -> tuple[ListedWord, Change]:
        """Remove a word, given in any spelling with its key; returns its entry.

        Raises:
            ListsError: the lists are broken, or none holds it; nothing was changed.
        """
        with locked(self._folder / LOCK):
            before = {listed.key: listed for listed in self.read().words}
            removed = _found(before, word)
            after = {key: listed for key, listed in before.items() if key != removed.key}
            return removed, self._published(before, after)

    def _published(self, before: dict[str, ListedWord], after: dict[str, ListedWord]) -> Change:
        lists = Lists(tuple(after.values()))
        if before != after:
            atomic.write_text(self._file, lines(lists.words))
        return Change(
            lists.version,
            added=len(after.keys() - before.keys()),
            replaced=sum(before[key] != after[key] for key in before.keys() & after.keys()),
            removed=len(before.keys() - after.keys()),
        )


def _found(words: Mapping[str, ListedWord], word: str) -> ListedWord:
    listed = words.get(key_of(word))
    if listed is None:
        raise ListsError("no list holds this word", "word_unknown", "word")
    return listed


@lru_cache(maxsize=2)
def _parsed(text: str) -> Lists:
    """The lists in a file's text; remembered, for a change reads the file several times."""
    words, faults = parse_lines(text, WORDS_FILE)
    if faults:
        raise faults[0]
    return Lists(tuple(words))


@dataclass(frozen=True)
class ListState:
    """Snapshot of the lists.

    Attributes:
        matcher: finds their words.
    """

    lists: Lists
    matcher: WordMatcher


class WordLists:
    """Loads the lists in a home directory, and follows changes.

    Args:
        home: home directory of the settings.

    Raises:
        ListsError: they cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self._files = ListFiles(home)
        self._source = Source("lists", self._files.stamp, self._load)

    @property
    def current(self) -> ListState:
        """The snapshot to judge with."""
        return self._source.value

    @property
    def refusal(self) -> Refusal | None:
        """Why the state on disk was refused; None if it is loaded."""
        return self._source.refusal

    def refresh(self) -> bool:
        """Load changes; True if there were any. Never raises: a broken state is refused."""
        return self._source.refresh()

    def _load(self) -> ListState:
        lists = self._files.read()
        return ListState(lists, WordMatcher(lists.words, lists.version))
