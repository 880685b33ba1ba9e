"""Keyed hashes of names, stored in place of the names themselves.

Hashes are either equal or not, so variation is removed before hashing, in three canonical forms. The first undoes
disguises and decorations, the second also split and look-alike characters, the third also characters of equal sound.
All three are stored, and the surest one that agrees is the kind of match.

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
    """Kind of match between two names, surest first."""

    SAME = "same"
    """Equal except for disguises and decorations."""
    SHAPE = "shape"
    """Equal except for split or look-alike characters."""
    SOUND = "sound"
    """Equal except for characters of equal sound."""


_READINGS = {NameMatch.SAME: ReadingKind.JOINED, NameMatch.SHAPE: ReadingKind.SHAPE, NameMatch.SOUND: ReadingKind.SOUND}


@dataclass(frozen=True)
class Hasher:
    """Keyed hashes of 64 bits; among ten million accounts, any two collide with probability 3e-6.

    Attributes:
        key: the store's key.
    """

    key: bytes

    def account_hash(self, account_id: str) -> int:
        """Hash of an account's id."""
        return self._hash("closed_account", account_id)

    def stored_hashes(self, name: str) -> set[int]:
        """Hashes stored for a name; none for a blank one."""
        text = normalize(name).text.strip()
        found = {form for kind in _READINGS.values() for form in forms(name, kind)}
        return {self._hash("closed_name", form) for form in (found | {text} if text else found)}

    def query_hashes(self, name: Normalized) -> list[tuple[NameMatch, int]]:
        """Hashes by which a name is searched, surest kind of match first."""
        read = readings(name, _READINGS.values())
        texts = [
            (NameMatch.SAME, name.text),
            *((near, found.text) for near, found in zip(_READINGS, read, strict=True)),
        ]
        texts += [(near, text.replace(WORD_BREAK, "")) for near, text in texts[1:] if WORD_BREAK in text]  # 海边,的小店
        return [(near, self._hash("closed_name", text.strip())) for near, text in texts if text.strip()]

    @property
    def check(self) -> str:
        """Check value of the key: distinguishes keys without revealing them."""
        return f"{self._hash('closed_key', ''):016x}"

    def _hash(self, kind: str, text: str) -> int:
        content = kind.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self.key, content, "sha256")[:8], "little")


def store_key(home: Path) -> bytes | None:
    """The store's key, from the environment or the home directory; None while there is none.

    Raises:
        AccountsError: the key is malformed or cannot be read.
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
