"""A platform's listed words: what it blocks, and what it allows although a detector objects.

Words arrive over HTTP, from the command line and in files, written by people, so every error names its field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, Final

from models.profile import CLASSIFIER_LABELS, LABELS, MAX_LENGTH, TEXT_FIELDS, Field, Label, Severity
from models.text.normalize.characters import SURROGATE
from models.text.normalize.normalize import normalize

BLOCKED_LABELS: Final = (*CLASSIFIER_LABELS, Label.RESTRICTED_WORD)
"""Labels that a blocked word may give: those that are found in texts."""

MAX_WORD: Final = MAX_LENGTH[Field.NAME]
"""Code points of a listed word: as long as a name, so that a whole name can be listed."""

MAX_NOTE: Final = 500
"""Code points of a note."""

REMEMBERED_WORDS: Final = 1 << 16
"""Words that are not normalised and read again after every change of the lists; some 20 MB."""

_VISIBLE = "LNS"
"""First letters of the Unicode categories of letters, numbers and symbols."""


class ListsError(ValueError):
    """Words, or files of them, that cannot be used; the message names the line or file and the reason.

    Args:
        code: stable name of a client's error, such as "missing_field"; None for broken files.
        field: the field of the word at fault, if any.
    """

    def __init__(self, message: str, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.field = code, field


class WordList(StrEnum):
    """What a listed word does."""

    BLOCKED = "blocked"
    """It is a finding, whatever the detectors say."""
    ALLOWED = "allowed"
    """It silences findings of the text detectors within it."""


@dataclass(frozen=True)
class ListedWord:
    """One word of a platform's lists.

    Attributes:
        word: as it was written; one entry per `key`.
        list: blocked or allowed.
        label: of a blocked word's finding; None for an allowed word.
        severity: of a blocked word's finding, in place of the policy's; None for an allowed word.
        fields: text fields in which it counts, in the order of the contract.
        note: why it is listed, for people.
    """

    word: str
    list: WordList
    label: Label | None = None
    severity: Severity | None = None
    fields: tuple[Field, ...] = TEXT_FIELDS
    note: str = ""

    @cached_property
    def key(self) -> str:
        """The normalised word: spellings that the normaliser does not tell apart are one entry."""
        return key_of(self.word)

    def to_dict(self) -> dict[str, Any]:
        """The word as JSON-ready values, all fields included."""
        return {**asdict(self), "fields": [str(field) for field in self.fields]}


WORD_FIELDS: Final = tuple(field.name for field in fields(ListedWord))
"""Names of the fields of a listed word, as in files and over HTTP."""


@lru_cache(maxsize=REMEMBERED_WORDS)
def key_of(word: str) -> str:
    """The normalised word, without white space around it."""
    return normalize(word).text.strip()


def parse_word(values: Mapping[str, Any]) -> ListedWord:
    """A listed word from a mapping of its fields; null counts as absent.

    Raises:
        ListsError: a field is unknown, missing, blank, too long, of another type or not allowed. An allowed word has no
            label and no severity.
    """
    unknown = min(set(values) - set(WORD_FIELDS), default=None)
    if unknown is not None:
        message = f"there is no field {unknown[:MAX_WORD]!r}; the fields are {', '.join(WORD_FIELDS)}"
        raise ListsError(message, "unknown_field", unknown[:MAX_WORD])
    word = _word(values)
    chosen = WordList(_choice(values, "list", tuple(WordList)))
    note = _text(values, "note", MAX_NOTE) if values.get("note") is not None else ""
    if chosen is WordList.ALLOWED:
        for name in ("label", "severity"):
            if values.get(name) is not None:
                raise ListsError(f"{name}: an allowed word is never reported, so it has none", "value_invalid", name)
        return ListedWord(word, chosen, fields=_fields(values, TEXT_FIELDS), note=note)
    label = Label(_choice(values, "label", BLOCKED_LABELS))
    severity = Severity(_choice(values, "severity", (Severity.REVIEW, Severity.REJECT)))
    own = tuple(field for field in TEXT_FIELDS if field in LABELS[label].fields)
    return ListedWord(word, chosen, label, severity, _fields(values, own), note)


def _word(values: Mapping[str, Any]) -> str:
    word = _text(values, "word", MAX_WORD).strip()
    if not any(unicodedata.category(char)[0] in _VISIBLE for char in key_of(word)):
        raise ListsError("word: needs a letter, a digit or a symbol other than punctuation", "value_empty", "word")
    return word


def _fields(values: Mapping[str, Any], own: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields that a word names, or all of its label."""
    named = values.get("fields")
    if named is None:
        return own
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ListsError("fields: expected a list of names of fields", "wrong_type", "fields")
    if not named:
        raise ListsError("fields: empty; leave it out for all fields", "value_empty", "fields")
    if any(name not in own for name in named):
        raise ListsError(f"fields: each must be one of {', '.join(own)}", "value_invalid", "fields")
    return tuple(field for field in own if field in named)


def _choice(values: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    chosen = _text(values, name)
    if chosen not in choices:
        raise ListsError(f"{name}: must be one of {', '.join(choices)}", "value_invalid", name)
    return chosen


def _text(values: Mapping[str, Any], name: str, most: int = MAX_NOTE) -> str:
    value = values.get(name)
    if value is None:
        raise ListsError(f"{name}: missing", "missing_field", name)
    if not isinstance(value, str):
        raise ListsError(f"{name}: expected text", "wrong_type", name)
    if SURROGATE.search(value):
        raise ListsError(f"{name}: a lone surrogate is not valid Unicode text", "text_invalid", name)
    if len(value) > most:
        raise ListsError(f"{name}: more than {most} characters", "value_too_long", name)
    return value
