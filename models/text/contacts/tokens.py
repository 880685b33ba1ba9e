"""Regular expressions from words and named tokens, as people write contact patterns in `datasets/contacts`.

An expression is a text, a list of alternatives, or a mapping: `parts` in order, and what must or must not stand around
them (`after`, `not after`, `before`, `not before`). A text is a regular expression with tokens in angle brackets, such
as `<up to 3 signs>`. A text of one character is this character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

import yaml

from models.runtime.paths import DATASETS

CONTACTS = DATASETS / "contacts"
TOKENS_FILE = CONTACTS / "tokens.yaml"

_KEYS = ("after", "not after", "parts", "before", "not before")
_TOKEN = re.compile(r"<(?!!|=)(?:(?P<least>\d+|up) (?:to (?P<most>\d+) )?)?(?P<name>[^<>=!]+)>")
_LITERAL = re.compile(r"[^\\.^$*+?{}\[\]|()]+")
_ONE_CHARACTER = re.compile(r"\[(?P<inner>(?!\^)(?:\\.|[^\]\\])+)\]|\\[^bBAZ]|[^\\.^$*+?{}\[\]|()]", re.DOTALL)


class PatternError(ValueError):
    """A file of patterns cannot be used; the message names the place at fault."""


class Tokens:
    """Named pieces of regular expressions.

    Args:
        definitions: expressions by name; each may use the tokens before it.

    Raises:
        PatternError: an expression has an unknown token or key, or is no regular expression.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._patterns: dict[str, str] = {}
        for name, expression in definitions.items():
            try:
                self._patterns[str(name)] = self.pattern(expression)
            except PatternError as error:
                raise PatternError(f"token {name!r}: {error}") from error

    def pattern(self, expression: Any) -> str:
        """The regular expression that an expression stands for.

        Raises:
            PatternError: unknown token or key, or no regular expression.
        """
        pattern = self._pattern(expression)
        try:
            re.compile(pattern)
        except re.error as error:
            raise PatternError(f"{expression!r:.120} is no regular expression: {error}") from error
        return pattern

    def _pattern(self, expression: Any) -> str:
        if isinstance(expression, dict):
            return self._surrounded(expression)
        if isinstance(expression, list):
            return "|".join(_joined_characters([self._pattern(one) for one in expression]))
        text = str(expression)
        return re.escape(text) if len(text) == 1 else _TOKEN.sub(self._token, text)

    def _surrounded(self, expression: Mapping[str, Any]) -> str:
        unknown = [key for key in expression if key not in _KEYS]
        if unknown:
            raise PatternError(f"unknown key {unknown[0]!r}: write one of {', '.join(_KEYS)}")
        conditions: dict[str, Callable[[Sequence[str]], str]] = {
            "after": _after,
            "not after": _not_after,
            "before": lambda words: f"(?={'|'.join(words)})",
            "not before": lambda words: f"(?!{'|'.join(words)})",
        }
        parts = "".join(_grouped(self._pattern(part)) for part in _listed(expression.get("parts", [])))
        said = {key: made(self._words(expression[key])) for key, made in conditions.items() if key in expression}
        return "".join(parts if key == "parts" else said.get(key, "") for key in _KEYS)

    def _words(self, expression: Any) -> list[str]:
        """The alternatives of a condition, all single characters in one class."""
        patterns = [self._pattern(one) for one in _listed(expression)]
        return _joined_characters(sorted(patterns, key=lambda pattern: not _ONE_CHARACTER.fullmatch(pattern)))

    def _token(self, match: re.Match[str]) -> str:
        name, least, most = match["name"], match["least"], match["most"]
        pattern = self._patterns.get(name) or self._patterns.get(name.removesuffix("s"))
        if pattern is None or (least == "up" and most is None):
            raise PatternError(f"there is no token {match[0]} in {TOKENS_FILE.name}, or it is not above its use")
        if least is None:
            return _grouped(pattern)
        count = "0" if least == "up" else least
        return f"{_grouped(pattern)}{{{count},{most}}}" if most else f"{_grouped(pattern)}{{{count}}}"


@cache
def tokens() -> Tokens:
    """The tokens of `datasets/contacts/tokens.yaml`, read once."""
    return Tokens(yaml.load(TOKENS_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))


def _listed(expression: Any) -> list[Any]:
    return expression if isinstance(expression, list) else [expression]


def _grouped(pattern: str) -> str:
    return pattern if _ONE_CHARACTER.fullmatch(pattern) else f"(?:{pattern})"


def _joined_characters(patterns: Sequence[str]) -> list[str]:
    """The alternatives, neighbours of one character each joined to a class, which is matched faster."""
    joined: list[str] = []
    for is_one, run in groupby(patterns, key=lambda pattern: bool(_ONE_CHARACTER.fullmatch(pattern))):
        several = list(run)
        joined += [f"[{''.join(map(_inner, several))}]"] if is_one and len(several) > 1 else several
    return joined


def _inner(character: str) -> str:
    """What stands for one character, or for a class, within a class."""
    found = _ONE_CHARACTER.fullmatch(character)
    return found["inner"] if found and found["inner"] else character


def _not_after(words: Sequence[str]) -> str:
    """Lookbehinds, one for each width, which must be fixed."""
    return "".join(f"(?<!{'|'.join(same)})" for same in _by_width(words))


def _after(words: Sequence[str]) -> str:
    lookbehinds = [f"(?<={'|'.join(same)})" for same in _by_width(words)]
    return f"(?:{'|'.join(lookbehinds)})"


def _by_width(words: Sequence[str]) -> list[list[str]]:
    widths: dict[object, list[str]] = {}
    for word in words:
        widths.setdefault(len(word) if _LITERAL.fullmatch(word) else word, []).append(word)
    return list(widths.values())
