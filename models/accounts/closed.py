"""The closed accounts of an installation, as they are now: what the Inspector asks, and what commands change.

They lie in the home directory, as the gallery does, and every process follows the changes of all.
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
    """The closed accounts at one moment.

    Attributes:
        hasher: with the key that they were hashed with; None while there are none.
    """

    register: Register
    hasher: Hasher | None


class ClosedAccounts:
    """Follows the closed accounts in a home directory.

    Args:
        home: as in the settings.

    Raises:
        AccountsError: they cannot be read, or the key that they were hashed with is not the store's.
    """

    def __init__(self, home: Path) -> None:
        self._home, self._files = home, RegisterFiles(home / REGISTER_FOLDER)
        self._source = Source("closed_accounts", self._files.listed, self._load)

    @property
    def current(self) -> ClosedState:
        """What to judge with."""
        return self._source.value

    @property
    def refusal(self) -> Refusal | None:
        """Why what is there now is not in force; None while it is."""
        return self._source.refusal

    def refresh(self) -> bool:
        """Take up changes; True if there were any. Never raises: what is broken is refused."""
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
    """What is known of an account that is closed.

    Attributes:
        avatar: the first frame; None where it has none.
    """

    account_id: str
    name: str | None = None
    avatar: AvatarSignature | None = None


def check_key(register: Register, hasher: Hasher) -> None:
    """Refuse a key that finds nothing.

    Raises:
        AccountsError: accounts were hashed with another one.
    """
    if any(segment.check != hasher.check for segment in register.segments):
        raise AccountsError("the closed accounts were hashed with another key than the store's")


def hashed_accounts(accounts: Iterable[Account], hasher: Hasher, dimension: int) -> Accounts:
    """What is remembered of accounts; of one that comes several times, the last.

    Args:
        dimension: of the avatars' vectors.
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
