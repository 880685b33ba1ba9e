"""Closed accounts in files: adds or removes many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from tqdm import tqdm

from models.accounts.closed import Account
from models.images.encoder.encoder import Encoder
from models.profile import Profile, ProfileError
from serving.batch.inputs import column_names, outlines, rows
from serving.batch.plan import find_files
from serving.batch.profiles import profile_of
from serving.closed.registrar import Registrar, accounts_of

PROFILES_PER_PASS: Final = 16
"""Profiles whose avatars are embedded in one pass."""

MAX_PENDING_ACCOUNTS: Final = 16_384
"""Accounts held in memory before they are written: 40 MB."""


def profiles(source: str) -> Iterator[Profile | ProfileError]:
    """Yield the accounts in a file, a folder or a glob, or the reason why a row is none.

    Raises:
        InputError: the source cannot be used.
    """
    for path in find_files(source):
        column_names(path)
        for row in rows(path):
            try:
                yield profile_of(row, path.parent)
            except ProfileError as error:
                yield error


def add_all(
    accounts: Iterable[Profile | ProfileError], registrar: Registrar, encoder: Encoder, by: str
) -> Counter[str]:
    """Register accounts; returns the number of those "added", and of those refused by error code."""
    counts = Counter[str]()
    waiting: list[Account] = []
    coming = iter(tqdm(accounts, "closed accounts", unit="", delay=1, disable=None))
    while some := list(islice(coming, PROFILES_PER_PASS)):
        found = accounts_of([one for one in some if isinstance(one, Profile)], encoder)
        waiting += [one for one in found if isinstance(one, Account)]
        counts.update(one.code for one in (*some, *found) if isinstance(one, ProfileError))
        if len(waiting) >= MAX_PENDING_ACCOUNTS:
            counts["added"] += len(registrar.add(waiting, encoder, by))
            waiting = []
    counts["added"] += len(registrar.add(waiting, encoder, by)) if waiting else 0
    return counts


def ids(source: str) -> list[str]:
    """The account ids in a file, a folder or a glob; rows without one are skipped.

    Raises:
        InputError: the source cannot be used.
    """
    return [account for path in find_files(source) for account, _, _ in outlines(path) if account]
