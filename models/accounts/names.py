"""How a name is remembered: its canonical forms as keyed hashes, so that nothing but the same name finds it again.

A hash can only be equal or not, so what may vary is taken out before hashing: disguises and decorations; also split
and look-alike characters; also characters that sound the same. Hashes of all three are remembered, and the surest
that agrees says how near a name came.

Sources: `models.text.normalize.readings`; HMAC-SHA256 (RFC 2104) with the key of the store.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.accounts.keys import HASH_VARIABLE, KEPT_KEYS, KEY_BYTES
from models.accounts.segments import AccountsError
from models.text.normalize.normalize import Normalized, normalize
from models.text.normalize.readings import WORD_BREAK, ReadingKind, forms, readings


class NameMatch(StrEnum):
    """How near a name came to one that is remembered, nearest first."""

    SAME = "same"
    """But for disguises and decorations."""
    SHAPE = "shape"
    """But for characters split or written as ones that look alike."""
    SOUND = "sound"
    """But for characters that sound the same."""


_READINGS = {NameMatch.SAME: ReadingKind.JOINED, NameMatch.SHAPE: ReadingKind.SHAPE, NameMatch.SOUND: ReadingKind.SOUND}


@dataclass(frozen=True)
class Hasher:
    """Keyed hashes of 64 bits: among ten million accounts two are equal with a chance of three in a million.

    Attributes:
        key: the store's.
    """

    key: bytes

    def account_hash(self, account_id: str) -> int:
        """Of an account's id."""
        return self._hash("closed_account", account_id)

    def stored_hashes(self, name: str) -> set[int]:
        """All by which a name can be found again; none of a name that shows nothing."""
        text = normalize(name).text.strip()
        found = {form for kind in _READINGS.values() for form in forms(name, kind)}
        return {self._hash("closed_name", form) for form in (found | {text} if text else found)}

    def query_hashes(self, name: Normalized) -> list[tuple[NameMatch, int]]:
        """Those by which a name is searched, nearest first."""
        read = readings(name, _READINGS.values())
        texts = [
            (NameMatch.SAME, name.text),
            *((near, found.text) for near, found in zip(_READINGS, read, strict=True)),
        ]
        texts += [(near, text.replace(WORD_BREAK, "")) for near, text in texts[1:] if WORD_BREAK in text]  # 海边,的小店
        return [(near, self._hash("closed_name", text.strip())) for near, text in texts if text.strip()]

    @property
    def check(self) -> str:
        """Tells this key from others, without giving it away."""
        return f"{self._hash('closed_key', ''):016x}"

    def _hash(self, kind: str, text: str) -> int:
        content = kind.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self.key, content, "sha256")[:8], "little")


def store_key(home: Path) -> bytes | None:
    """The key that the store hashes with: configured, or kept in the home directory; None where there is none yet.

    Raises:
        AccountsError: what is there is no such key, or cannot be read.
    """
    try:
        text = os.environ.get(HASH_VARIABLE) or _kept(home / KEPT_KEYS)
        if not text:
            return None
        key = bytes.fromhex(text)
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise AccountsError(
            f"{HASH_VARIABLE} must hold 64 hex digits, in the environment or in {home / KEPT_KEYS}; "
            "`huijian store keys` makes new ones, with which closed accounts must be registered anew"
        )
    return key


def _kept(file: Path) -> str | None:
    if not file.is_file():
        return None
    return dict(line.split("=", 1) for line in file.read_text(encoding="ascii").splitlines()).get(HASH_VARIABLE)
