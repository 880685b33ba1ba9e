"""What the audit trail says of listed words: keyed hashes, for the trail is never purged and words may name people."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from models.accounts.names import store_key
from models.text.lists.words import ListedWord

HASH_DIGITS: Final = 16
"""Hexadecimal digits of a word's hash."""

MAX_NAMED_WORDS: Final = 100
"""Words that one row of the trail names; for more it holds their number only."""


def described(home: Path, words: Sequence[ListedWord]) -> dict[str, Any]:
    """Details of a row about words that were added or removed; of a single one also what it does.

    Args:
        home: as in the settings; before it has a key, the row holds the number of words only.
    """
    key = store_key(home)
    if key is None or len(words) > MAX_NAMED_WORDS:
        return {"count": len(words)}
    said: dict[str, Any] = {"words": [word_hash(key, word.key) for word in words]}
    for word in words if len(words) == 1 else ():
        values = word.to_dict()
        said |= {name: values[name] for name in ("list", "label", "severity", "fields")}
    return said


def word_hash(key: bytes, word: str) -> str:
    """The keyed hash of a normalised word.

    Args:
        key: the store's.
    """
    content = b"listed_word\0" + word.encode("utf-8", "surrogatepass")
    return hmac.digest(key, content, "sha256").hex()[:HASH_DIGITS]
