"""All closed accounts: looked up, added to and taken from, by any number of processes at once.

`CURRENT` lists the segments in force and is replaced in one step, so that a reader sees a change whole or not at all.
An account that is added goes into a small segment, which is written anew with it; full ones stay. One that is removed
leaves its segment written anew without it, and the files that held it are deleted in the same step: nothing of it is
left on disk when the removal returns, except in the memory maps of workers, which let go within seconds.
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

from models.accounts.segments import MAX_SEGMENT_ROWS, Accounts, AccountsError, Segment, write
from models.runtime.locks import locked
from models.runtime.versions import LOCK, POINTER, write_pointer

MAX_OPEN_ROWS = 4_096
"""Accounts up to which a segment is written anew for every one that is added: 2 MB, some milliseconds."""

MAX_SMALL_SEGMENTS = 32
"""Segments not half full from which they are joined: about as many as make one full one."""

READ_ATTEMPTS = 5
"""Times to read anew because what `CURRENT` listed was replaced meanwhile."""

Array = np.ndarray

_OPEN: Final[WeakValueDictionary[Path, Segment]] = WeakValueDictionary()
"""Segments of this process by their directory while somebody holds them: a deleted one must not stay mapped."""


@dataclass(frozen=True)
class Register:
    """The closed accounts at one moment; safe to share between threads.

    Attributes:
        segments: all of them.
    """

    segments: tuple[Segment, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    @property
    def version(self) -> str:
        """How many accounts there are, and a digest that another set of them has not."""
        names = ",".join(segment.name for segment in self.segments)
        return f"{len(self)}-{hashlib.sha256(names.encode()).hexdigest()[:8]}"


class RegisterFiles:
    """A register's directory.

    Args:
        root: need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._last = Register()  # held, so that the next reading finds its segments open

    def read(self) -> Register:
        """What is in force now; a segment that this process has open already is not read again.

        Raises:
            AccountsError: it cannot be read.
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
        """Names of the segments in force.

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
        """Remember accounts; what was remembered of any of them before is replaced.

        Args:
            accounts: each once.
            encoder: fingerprint of the encoder that made the vectors.
            check: tells the hash key.

        Raises:
            AccountsError: what is there cannot be read or was hashed with another key; nothing was changed.
        """
        with self._changing() as segments:
            if any(segment.check != check for segment in segments):
                raise AccountsError("the closed accounts were hashed with another key")
            joined = _to_join(segments, encoder, len(accounts))
            kept = [self._anew(segment, accounts.hashes) for segment in segments if segment not in joined]
            parts = [_without(segment.contents(), accounts.hashes) for segment in joined]
            everything = Accounts.joined([*parts, accounts])
            rows = np.arange(len(everything))
            chunks = [rows[start : start + MAX_SEGMENT_ROWS] for start in range(0, len(rows), MAX_SEGMENT_ROWS)]
            self._publish(kept + [self._written(everything.part(chunk), encoder, check) for chunk in chunks])

    def remove(self, hashes: Array) -> int:
        """Forget accounts; returns how many of them there were.

        Args:
            hashes: uint64 (accounts,).

        Raises:
            AccountsError: what is there cannot be read; nothing was changed.
        """
        with self._changing() as segments:
            known = sum(int(np.isin(segment.hashes, hashes).sum()) for segment in segments)
            if known:
                self._publish([self._anew(segment, hashes) for segment in segments])
        return known

    @contextmanager
    def _changing(self) -> Iterator[tuple[Segment, ...]]:
        with locked(self.root / LOCK):
            yield self.read().segments

    def _anew(self, segment: Segment, hashes: Array) -> str:
        """The name of a segment without some accounts: its own if it has none of them, empty if it has no others."""
        if not np.isin(segment.hashes, hashes).any():
            return segment.name
        rest = _without(segment.contents(), hashes)
        return self._written(rest, segment.encoder, segment.check) if len(rest) else ""

    def _written(self, accounts: Accounts, encoder: str, check: str) -> str:
        name = uuid.uuid4().hex
        write(self.root, name, accounts, encoder, check)
        return name

    def _publish(self, names: Sequence[str]) -> None:
        """Put segments in force and delete all others, and what crashed writers left."""
        listed = list(filter(None, names))
        write_pointer(self.root, json.dumps({"segments": listed}))
        for path in self.root.iterdir():
            if path.is_dir() and path.name not in listed:
                shutil.rmtree(path, ignore_errors=True)


def _opened(directory: Path) -> Segment:
    return _OPEN.get(directory) or _OPEN.setdefault(directory, Segment(directory))


def _to_join(segments: Sequence[Segment], encoder: str, count: int) -> list[Segment]:
    """Segments to write anew together with so many accounts more."""
    small = [segment for segment in segments if segment.encoder == encoder and len(segment) < MAX_SEGMENT_ROWS // 2]
    if len(small) <= MAX_SMALL_SEGMENTS:
        return [segment for segment in small[-1:] if len(segment) + count <= MAX_OPEN_ROWS]
    by_size = sorted(small, key=len)
    together = np.cumsum([len(segment) for segment in by_size])
    return [segment for segment, rows in zip(by_size, together, strict=True) if rows <= MAX_SEGMENT_ROWS]


def _without(accounts: Accounts, hashes: Array) -> Accounts:
    return accounts.part(np.flatnonzero(~np.isin(accounts.hashes, hashes)))
