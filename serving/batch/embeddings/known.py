"""Looks up pictures that are kept, by SHA-256; twelve bytes of memory for each picture of the partitions in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.profile import Field
from serving.batch.embeddings.layout import EmbeddingsFolder, partition_of

GROUPS_IN_MEMORY = 32
"""Row groups whose judgements are kept in memory, some 80 kB each."""


class KnownPictures:
    """The pictures of earlier runs, as they were when a partition was first asked for.

    Args:
        folder: of kept embeddings.
    """

    def __init__(self, folder: EmbeddingsFolder) -> None:
        self._folder = folder
        self._partitions: dict[str, _Partition] = {}
        self._groups: OrderedDict[tuple[Path, int], list[dict[str, Any]]] = OrderedDict()

    def holds(self, sha256: bytes) -> bool:
        """True if a picture is kept, found by the first eight bytes of its hash."""
        return bool(len(self._partition(sha256).find(sha256)))

    def judgement(self, sha256: bytes, field: Field, judges: str) -> str | None:
        """The newest judgement of a picture in a field by these judges, packed; None if there is none."""
        for row in self._rows(sha256):
            if row["sha256"] == sha256 and row["judges"] == judges and row[field] is not None:
                return str(row[field])
        return None

    def _rows(self, sha256: bytes) -> Iterator[dict[str, Any]]:
        partition = self._partition(sha256)
        for position in partition.find(sha256):
            file, group, row = partition.place(int(position))
            yield self._group(file, group)[row]

    def _partition(self, sha256: bytes) -> _Partition:
        name = partition_of(sha256)
        if name not in self._partitions:
            self._partitions[name] = _Partition(self._folder.segments(name))
        return self._partitions[name]

    def _group(self, file: Path, group: int) -> list[dict[str, Any]]:
        if (file, group) not in self._groups:
            columns = ["sha256", "judges", *map(str, (Field.AVATAR, Field.COVER))]
            with pq.ParquetFile(file) as pictures:
                self._groups[file, group] = pictures.read_row_group(group, columns, use_threads=False).to_pylist()
            if len(self._groups) > GROUPS_IN_MEMORY:
                self._groups.popitem(last=False)
        self._groups.move_to_end((file, group))
        return self._groups[file, group]


class _Partition:
    """Positions of a partition's pictures, counted over its files from the newest on."""

    def __init__(self, files: list[Path]) -> None:
        self._places: list[tuple[int, Path, int]] = []
        keys, first = [np.zeros(0, np.uint64)], 0
        for file in files:
            with pq.ParquetFile(file) as pictures:
                for group in range(pictures.num_row_groups):
                    self._places.append((first, file, group))
                    first += pictures.metadata.row_group(group).num_rows
                keys.append(hash_keys(pictures.read(["sha256"], use_threads=False)["sha256"]))
        joined = np.concatenate(keys)
        self._order = np.argsort(joined, kind="stable").astype(np.uint32)
        self._keys = joined[self._order]

    def find(self, sha256: bytes) -> NDArray[np.uint32]:
        """Positions of a picture, the newest first."""
        key = np.uint64(int.from_bytes(sha256[:8], "little"))
        low, high = (np.searchsorted(self._keys, key, side) for side in ("left", "right"))
        return self._order[low:high]

    def place(self, position: int) -> tuple[Path, int, int]:
        """File, row group and row in it of a position."""
        starts = [start for start, _, _ in self._places]
        number = int(np.searchsorted(starts, position, side="right")) - 1
        start, file, group = self._places[number]
        return file, group, position - start


def hash_keys(hashes: pa.ChunkedArray) -> NDArray[np.uint64]:
    """The first eight bytes of each SHA-256 of a column, uint64 (n,)."""
    if not len(hashes):
        return np.zeros(0, np.uint64)
    whole = fixed_bytes(hashes)
    return np.ascontiguousarray(whole[:, :8]).view("<u8").ravel()


def fixed_bytes(column: pa.ChunkedArray) -> NDArray[np.uint8]:
    """A column of bytes of one length without nulls, uint8 (n, length)."""
    array = column.combine_chunks()
    chunk = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    width = chunk.type.byte_width
    start = chunk.offset * width
    data = np.frombuffer(chunk.buffers()[1], np.uint8, len(chunk) * width, start)
    return data.reshape(len(chunk), width)
