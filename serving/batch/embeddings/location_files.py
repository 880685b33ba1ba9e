"""Files of the hashes of pictures by location: sorted records of 48 bytes, which all workers of a machine map.

A file is a NumPy array, uint64 (6, n): two rows of keys, sorted, and four of SHA-256.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.runtime import atomic
from serving.batch.embeddings.layout import PARTITIONS, EmbeddingsFolder

RECORD_BYTES: Final = 48
BATCH_BYTES: Final = 100 * 2**20
"""Records that are divided among the partitions at a time."""

Records: TypeAlias = NDArray[np.uint64]


class LocationFile:
    """The records of a partition.

    Args:
        path: the file; it may be missing.
    """

    def __init__(self, path: Path) -> None:
        self._records: Records = np.load(path, mmap_mode="r") if path.exists() else np.zeros((6, 0), np.uint64)

    def find(self, key: bytes) -> bytes | None:
        """The SHA-256 that a key of 16 bytes has, if any."""
        first, second = (np.uint64(int.from_bytes(half)) for half in (key[:8], key[8:]))
        low, high = (int(np.searchsorted(self._records[0], first, side)) for side in ("left", "right"))
        for column in range(low, high):
            if self._records[1, column] == second:
                return self._records[2:, column].tobytes()
        return None


def merge_locations(folder: EmbeddingsFolder, files: Sequence[Path], scratch: Path) -> None:
    """Add the records that a run has written, key and SHA-256 one after the other, to those of the folder."""
    _divide(files, scratch)
    for partition in PARTITIONS:
        added = scratch / partition
        if added.exists():
            target = folder.location_file(partition)
            target.parent.mkdir(exist_ok=True)
            earlier = np.load(target) if target.exists() else np.zeros((6, 0), np.uint64)
            records = _sorted(np.concatenate([earlier, _parsed(added.read_bytes())], axis=1))
            with atomic.replacing(target) as draft, draft.open("wb") as stream:
                np.save(stream, records)


def _divide(files: Sequence[Path], scratch: Path) -> None:
    """Divide records among one file a partition, by the first byte of their key."""
    shutil.rmtree(scratch, ignore_errors=True)  # of an earlier attempt
    scratch.mkdir(parents=True)
    for batch in _batches(files):
        records = np.frombuffer(batch, np.uint8).reshape(-1, RECORD_BYTES)
        for first in np.unique(records[:, 0]).tolist():
            with (scratch / f"{first:02x}").open("ab") as stream:
                stream.write(records[records[:, 0] == first].tobytes())


def _batches(files: Sequence[Path]) -> Iterator[bytes]:
    waiting = bytearray()
    for file in files:
        waiting += file.read_bytes()
        if len(waiting) >= BATCH_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _parsed(records: bytes) -> Records:
    values = np.frombuffer(records, np.uint64).reshape(-1, RECORD_BYTES // 8).T.copy()
    values[:2] = values[:2].byteswap()  # keys are compared as the numbers that `LocationFile.find` makes of them
    return values


def _sorted(records: Records) -> Records:
    """By key, each key once: the last of its records."""
    ordered = records[:, np.lexsort((records[1], records[0]))]
    is_last = np.append((ordered[:2, 1:] != ordered[:2, :-1]).any(axis=0), True)
    return np.ascontiguousarray(ordered[:, is_last[: ordered.shape[1]]])
