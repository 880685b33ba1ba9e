"""The closed accounts of an installation, reloaded when another process changes them.

They are stored in the home directory, like the gallery.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.accounts.names import Hasher, store_key
from models.accounts.register import Register, RegisterFiles
from models.accounts.segments import Accounts, AccountsError
from models.accounts.signatures import AvatarSignature
from models.runtime.sources import Refusal, Source

REGISTER_FOLDER = "closed"


@dataclass(frozen=True)
class ClosedState:
    """Snapshot of the closed accounts.

    Attributes:
        hasher: uses the key of the accounts' hashes; None while there are no accounts.
    """

    register: Register
    hasher: Hasher | None


class ClosedAccounts:
    """Loads the closed accounts in a home directory, and follows changes.

    Args:
        home: home directory of the settings.

    Raises:
        AccountsError: they cannot be read, or were hashed with a key other than the store's.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._files = home, RegisterFiles(home / REGISTER_FOLDER)
        self._source = Source("closed_accounts", self._files.listed, self._load)

    @property
    def current(self) -> ClosedState:
        """The snapshot to judge with."""
        return self._source.value

    @property
    def refusal(self) -> Refusal | None:
        """Why the state on disk was refused; None if it is loaded."""
        return self._source.refusal

    def refresh(self) -> bool:
        """Load changes; True if there were any. Never raises: a broken state is refused."""
        return self._source.refresh()

    def _load(self) -> ClosedState:
        register = self._files.read()
        if not register.segments:
            return ClosedState(register, None)
        key = store_key(self._home)
        if key is None:
            raise AccountsError("there are closed accounts, but not the key that they were hashed with")
        check_key(register, Hasher(key))
        return ClosedState(register, Hasher(key))


@dataclass(frozen=True)
class Account:
    """A closed account to register.

    Attributes:
        avatar: signature of the avatar's first frame; None without an avatar.
    """

    account_id: str
    name: str | None = None
    avatar: AvatarSignature | None = None


def check_key(register: Register, hasher: Hasher) -> None:
    """Refuse a key other than that of the registered hashes: it would find nothing.

    Raises:
        AccountsError: the accounts were hashed with another key.
    """
    if any(segment.check != hasher.check for segment in register.segments):
        raise AccountsError("the closed accounts were hashed with another key than the store's")


def hashed_accounts(accounts: Iterable[Account], hasher: Hasher, dimension: int) -> Accounts:
    """Hashes and avatar vectors of accounts; of accounts with equal ids, the last.

    Args:
        dimension: length of an avatar's vector.
    """
    last = {hasher.account_hash(account.account_id): account for account in accounts}
    names = [
        (name, row) for row, one in enumerate(last.values()) if one.name for name in hasher.stored_hashes(one.name)
    ]
    avatars = [(one.avatar.vector, row) for row, one in enumerate(last.values()) if one.avatar is not None]
    return Accounts(
        np.array(list(last), np.uint64),
        np.array([name for name, _ in names], np.uint64),
        np.array([row for _, row in names], np.uint32),
        np.array([vector for vector, _ in avatars], np.float32).reshape(-1, dimension),
        np.array([row for _, row in avatars], np.uint32),
    )
