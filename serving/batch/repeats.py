"""Finds rows whose account an earlier row has, in constant memory: hashes are sorted on disk, a part at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import Int64

BUCKETS = 256
"""Files by the last byte of the hash: a billion rows make 62 MB each."""

MEMORY_BYTES = 2**16
"""Size from which a bucket lies on disk: all of a million rows fit in memory."""

BUFFER_ROWS = 2**17
"""Rows that are divided among the buckets at a time."""


class Repeats:
    """Accounts of a run, in the order of the input: 16 bytes a row in temporary files.

    Accounts are compared by 64-bit hashes. Among a billion accounts two share one with a probability of 3%; the later
    one is then called repeated, and not judged.
    """

    def __init__(self) -> None:
        self._files = ExitStack()
        self._buckets = [self._bucket() for _ in range(BUCKETS)]
        self._hashes: list[int] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._files.close()

    def add(self, account: str | None) -> None:
        """Add the next row; one without an account repeats no other."""
        self._hashes.append(hash((None, self._rows + len(self._hashes))) if account is None else hash(account))
        if len(self._hashes) == BUFFER_ROWS:
            self._divide()

    def positions(self) -> Int64:
        """Rows, counted from 0, whose account an earlier row has, in order."""
        self._divide()
        return np.sort(np.concatenate([np.zeros(0, np.int64), *self._repeated()]))

    def _bucket(self) -> IO[bytes]:
        return self._files.enter_context(SpooledTemporaryFile(MEMORY_BYTES))

    def _divide(self) -> None:
        hashes = np.array(self._hashes, np.int64)
        rows = np.stack([hashes, np.arange(self._rows, self._rows + len(hashes))], axis=1)
        buckets = hashes & (BUCKETS - 1)
        ends = np.cumsum(np.bincount(buckets, minlength=BUCKETS))
        divided = np.split(rows[np.argsort(buckets, kind="stable")], ends[:-1])
        for bucket, some in zip(self._buckets, divided, strict=True):
            bucket.write(some.tobytes())
        self._rows += len(hashes)
        self._hashes = []

    def _repeated(self) -> Iterator[NDArray[np.int64]]:
        for bucket in self._buckets:
            bucket.seek(0)
            hashes, positions = np.frombuffer(bucket.read(), np.int64).reshape(-1, 2).T
            is_repeated = np.ones(len(hashes), bool)
            is_repeated[np.unique(hashes, return_index=True)[1]] = False  # the first of each, as rows are in order
            yield positions[is_repeated]
