"""The register of closed accounts, read and changed by any number of processes.

`CURRENT` lists the segments and is replaced atomically, so a reader sees a change whole or not at all. An added account
goes into a small segment, which is rewritten with it; full segments stay. A removed account's segment is rewritten
without it, and the old files are deleted before the removal returns. Only memory maps of workers still hold it, for
seconds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from weakref import WeakValueDictionary

import numpy as np

from models.accounts.segments import MAX_SEGMENT_ROWS, Accounts, AccountsError, Hashes, Segment, write
from models.runtime.locks import locked
from models.runtime.versions import LOCK, POINTER, write_pointer

MAX_OPEN_ROWS = 4_096
"""Accounts up to which a segment is rewritten for each addition; 2 MB, a few milliseconds."""

MAX_SMALL_SEGMENTS = 32
"""Segments less than half full above which they are merged into full ones."""

READ_ATTEMPTS = 5
"""Attempts to read segments that `CURRENT` replaces meanwhile."""

_OPEN: Final[WeakValueDictionary[Path, Segment]] = WeakValueDictionary()
"""Open segments of this process by directory; weak, so that deleted segments do not stay mapped."""


@dataclass(frozen=True)
class Register:
    """Snapshot of the closed accounts; safe to share between threads.

    Attributes:
        segments: all segments.
    """

    segments: tuple[Segment, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    @property
    def version(self) -> str:
        """Number of accounts, and a digest of the segments."""
        names = ",".join(segment.name for segment in self.segments)
        return f"{len(self)}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"


class RegisterFiles:
    """A register's directory.

    Args:
        root: the directory; need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._last = Register()  # keeps its segments open for the next read

    def read(self) -> Register:
        """The current register; segments that this process has open are not read again.

        Raises:
            AccountsError: the register cannot be read.
        """
        for attempt in range(READ_ATTEMPTS):
            names = self.listed()
            try:
                self._last = Register(tuple(_opened(self.root / name) for name in names))
                return self._last
            except AccountsError:
                if names == self.listed() or attempt == READ_ATTEMPTS - 1:
                    raise
        raise AssertionError

    def listed(self) -> tuple[str, ...]:
        """Names of the current segments.

        Raises:
            AccountsError: the list cannot be read.
        """
        try:
            return tuple(json.loads((self.root / POINTER).read_text(encoding="utf-8"))["segments"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AccountsError(f"{self.root / POINTER} cannot be read: {type(error).__name__}") from error

    def add(self, accounts: Accounts, encoder: str, check: str) -> None:
        """Add accounts, replacing earlier entries of the same accounts.

        Args:
            accounts: each account once.
            encoder: fingerprint of the encoder that made the vectors.
            check: check value of the hash key (`names.Hasher.check`).

        Raises:
            AccountsError: the register cannot be read or was hashed with another key; nothing was changed.
        """
        with self._changing() as segments:
            if any(segment.check != check for segment in segments):
                raise AccountsError("the closed accounts were hashed with another key")
            joined = _to_join(segments, encoder, len(accounts))
            kept = [self._rewritten(segment, accounts.hashes) for segment in segments if segment not in joined]
            parts = [_without(segment.contents(), accounts.hashes) for segment in joined]
            everything = Accounts.joined([*parts, accounts])
            rows = np.arange(len(everything))
            chunks = [rows[start : start + MAX_SEGMENT_ROWS] for start in range(0, len(rows), MAX_SEGMENT_ROWS)]
            self._publish(kept + [self._written(everything.part(chunk), encoder, check) for chunk in chunks])

    def remove(self, hashes: Hashes) -> int:
        """Remove accounts; returns how many of them were registered.

        Args:
            hashes: hashes of their ids, uint64 (accounts,).

        Raises:
            AccountsError: the register cannot be read; nothing was changed.
        """
        with self._changing() as segments:
            known = sum(int(np.isin(segment.hashes, hashes).sum()) for segment in segments)
            if known:
                self._publish([self._rewritten(segment, hashes) for segment in segments])
        return known

    @contextmanager
    def _changing(self) -> Iterator[tuple[Segment, ...]]:
        with locked(self.root / LOCK):
            yield self.read().segments

    def _rewritten(self, segment: Segment, hashes: Hashes) -> str:
        """Name of a segment without some accounts: its own if it holds none of them, empty if it holds no others."""
        if not np.isin(segment.hashes, hashes).any():
            return segment.name
        rest = _without(segment.contents(), hashes)
        return self._written(rest, segment.encoder, segment.check) if len(rest) else ""

    def _written(self, accounts: Accounts, encoder: str, check: str) -> str:
        name = uuid.uuid4().hex
        write(self.root, name, accounts, encoder, check)
        return name

    def _publish(self, names: Sequence[str]) -> None:
        """Make segments current, and delete all others and leftovers of crashed writers."""
        listed = list(filter(None, names))
        write_pointer(self.root, json.dumps({"segments": listed}))
        for path in self.root.iterdir():
            if path.is_dir() and path.name not in listed:
                shutil.rmtree(path, ignore_errors=True)


def _opened(directory: Path) -> Segment:
    return _OPEN.get(directory) or _OPEN.setdefault(directory, Segment(directory))


def _to_join(segments: Sequence[Segment], encoder: str, count: int) -> list[Segment]:
    """Segments to merge with `count` new accounts."""
    small = [segment for segment in segments if segment.encoder == encoder and len(segment) < MAX_SEGMENT_ROWS // 2]
    if len(small) <= MAX_SMALL_SEGMENTS:
        return [segment for segment in small[-1:] if len(segment) + count <= MAX_OPEN_ROWS]
    by_size = sorted(small, key=len)
    total_rows = np.cumsum([len(segment) for segment in by_size])
    return [segment for segment, rows in zip(by_size, total_rows, strict=True) if rows <= MAX_SEGMENT_ROWS]


def _without(accounts: Accounts, hashes: Hashes) -> Accounts:
    return accounts.part(np.flatnonzero(~np.isin(accounts.hashes, hashes)))
