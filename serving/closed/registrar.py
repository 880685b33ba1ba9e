"""Adds accounts closed by law to the register and removes them; each change is in the audit trail first.

The HTTP routes and the command line both use it. The trail holds keyed hashes of accounts, never a name or a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.accounts.closed import REGISTER_FOLDER, Account, hashed_accounts
from models.accounts.names import Hasher, store_key
from models.accounts.register import RegisterFiles
from models.accounts.segments import AccountsError
from models.accounts.signatures import LAYOUT_DIMENSION, AvatarSignature
from models.images.encoder.encoder import Encoder
from models.images.input.decode import decode
from models.profile import Field, Profile, ProfileError
from serving.store.audit.trail import Trail

KEY_DIGITS: Final = 16
"""Hexadecimal digits of the key by which answers and evidence name a closed account."""

MAX_LISTED_KEYS: Final = 100
"""Accounts that one row of the trail names; for more it holds their number only."""


class Registrar:
    """Changes the register of closed accounts of a home directory.

    Args:
        home: as in the settings.
        trail: records each change before it is made.

    Raises:
        AccountsError: there is no key to hash with.
    """

    def __init__(self, home: Path, trail: Trail) -> None:
        key = store_key(home)
        if key is None:
            raise AccountsError("closed accounts are hashed with the store's key, and there is none yet")
        self._hasher, self._trail = Hasher(key), trail
        self._files = RegisterFiles(home / REGISTER_FOLDER)

    def add(self, accounts: Sequence[Account], encoder: Encoder, by: str) -> list[str]:
        """Add accounts, or replace their entries; returns their keys.

        Args:
            encoder: the one that made the avatars' vectors.
            by: who asks, for the trail.

        Raises:
            AccountsError: the register cannot be read or was hashed with another key.
            StoreUnavailable: the trail cannot be written, so nothing is changed.
        """
        keys = [self.key(account.account_id) for account in accounts]
        before = self.version
        self._trail.note("closed_added", by, _named(keys))
        known = hashed_accounts(accounts, self._hasher, encoder.dimension + LAYOUT_DIMENSION)
        self._files.add(known, encoder.fingerprint, self._hasher.check)
        self._note_version(by, before)
        return keys

    def remove(self, accounts: Sequence[str], by: str) -> int:
        """Remove accounts; returns how many were registered.

        Args:
            accounts: their ids, or the keys that `add` gave.

        Raises:
            AccountsError: the register cannot be read.
            StoreUnavailable: the trail cannot be written, so nothing is changed.
        """
        keys = [key for account in accounts for key in (self.key(account), *_as_key(account))]
        before = self.version
        self._trail.note("closed_removed", by, _named(keys))
        removed = self._files.remove(np.array([int(key, 16) for key in keys], np.uint64))
        self._note_version(by, before)
        return removed

    def _note_version(self, by: str, before: str) -> None:
        if self.version != before:
            self._trail.note("closed_accounts", by, {"before": before, "after": self.version})

    @property
    def version(self) -> str:
        """The version of the active register."""
        return self._files.read().version

    def key(self, account_id: str) -> str:
        """The account's keyed hash, 16 hexadecimal digits."""
        return f"{self._hasher.account_hash(account_id):0{KEY_DIGITS}x}"


def accounts_of(profiles: Sequence[Profile], encoder: Encoder) -> list[Account | ProfileError]:
    """The entry to register for each profile, or the reason why there is none, in order."""
    found: list[Account | ProfileError] = [_named_only(profile) for profile in profiles]
    frames = {}
    for index, profile in enumerate(profiles):
        try:
            if profile.avatar is not None:
                frames[index] = decode(profile.avatar, Field.AVATAR)[0]
        except ProfileError as error:
            found[index] = error
    embeddings = encoder([frame.pixels for frame in frames.values()]) if frames else []
    for (index, frame), embedding in zip(frames.items(), embeddings, strict=True):
        likeness = AvatarSignature.of(frame, embedding.vectors[0])
        found[index] = Account(profiles[index].account_id, profiles[index].name, likeness)
    return found


def _named_only(profile: Profile) -> Account | ProfileError:
    if not (profile.name and profile.name.strip()) and profile.avatar is None:
        return ProfileError("missing_content", "give the account's name, its avatar, or both")
    return Account(profile.account_id, profile.name)


def _named(keys: Sequence[str]) -> dict[str, Any]:
    return {"accounts": list(keys)} if len(keys) <= MAX_LISTED_KEYS else {"count": len(keys)}


def _as_key(account: str) -> list[str]:
    is_key = len(account) == KEY_DIGITS and all(digit in "0123456789abcdef" for digit in account)
    return [account] if is_key else []
