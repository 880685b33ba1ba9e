"""Words of a list, found in normalised texts."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the words of a list; the longest wins, and one of Latin letters is no part of a longer one."""
    return re.compile("|".join(_whole(word) for word in sorted(words, key=len, reverse=True)))


def _whole(word: str) -> str:
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", word) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", word) else ""
    return before + re.escape(word) + after
