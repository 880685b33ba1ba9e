"""Brings what a finished run has written into the partitions: pictures by hash, accounts by account.

A partition of pictures gets one more file. When it has many, or pictures twice, it is written anew. Accounts are always
written anew, and the newest picture of an account's field replaces the one before, or removes it where there is none.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from models.runtime import atomic
from models.runtime.locks import locked
from serving.batch.embeddings.known import fixed_bytes
from serving.batch.embeddings.layout import (
    ACCOUNT_SCHEMA,
    ACCOUNTS,
    LOCATIONS,
    LOCK,
    PARTITIONS,
    PICTURES,
    EmbeddingsFolder,
    account_partition,
    partition_of,
)
from serving.batch.embeddings.location_files import merge_locations

MAX_SEGMENTS = 8
"""Files of a partition from which it is written anew as one."""

GROUP_ROWS = 256
"""Pictures of a row group: a few hundred kB, what a look-up of one judgement reads."""

BATCH_ROWS = 20_000
"""Rows that are divided among the partitions at a time, at most some 40 MB."""


@dataclass(frozen=True)
class Kept:
    """What a folder of embeddings holds after a run.

    Attributes:
        pictures: different pictures.
        new: those that this run added, or judged anew.
        accounts: picture fields of accounts.
        bytes: of the files of pictures.
    """

    pictures: int
    new: int
    accounts: int
    bytes: int

    def __str__(self) -> str:
        """A line for a terminal."""
        each = self.bytes / max(self.pictures, 1)
        return (
            f"保存的特征 kept embeddings: {self.pictures} pictures, {self.new} of them new, {each:,.0f} bytes each; "
            f"shown in {self.accounts} fields of accounts"
        )


def merge(folder: EmbeddingsFolder, run: str) -> Kept:
    """Merge the incoming files of a run; does nothing where there are none. Safe to repeat after a crash."""
    incoming = folder.incoming(run)
    with locked(folder.path / LOCK):
        new = _merge_pictures(folder, sorted(incoming.glob("pictures-*.parquet")), incoming / PICTURES)
        _merge_accounts(folder, sorted(incoming.glob("accounts-*.parquet")), incoming / ACCOUNTS)
        merge_locations(folder, sorted(incoming.glob("locations-*.bin")), incoming / LOCATIONS)
        shutil.rmtree(incoming, ignore_errors=True)
        return _counted(folder, new)


def _merge_pictures(folder: EmbeddingsFolder, files: Sequence[Path], scratch: Path) -> int:
    """Add the pictures of some files; returns how many."""
    name, added = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.parquet", 0
    _divide(files, folder.picture_schema, "sha256", scratch)
    for partition in tqdm(PARTITIONS, desc="特征 embeddings", leave=False, delay=1, disable=None):
        file = scratch / f"{partition}.parquet"
        if not file.exists():
            continue
        pictures = _newest([pq.read_table(file)])
        target = folder.path / PICTURES / partition
        target.mkdir(parents=True, exist_ok=True)
        write_pictures(target / name, pictures)
        added += len(pictures)
        _compact(folder, partition)
    return added


def _compact(folder: EmbeddingsFolder, partition: str) -> None:
    """Write a partition anew as one file if it has many files, or a picture in two of them."""
    files = folder.segments(partition)
    if len(files) < 2:
        return
    hashes = np.concatenate([fixed_bytes(pq.read_table(file, columns=["sha256"])["sha256"]) for file in files])
    if len(files) <= MAX_SEGMENTS and len(np.unique(hashes.view("V32"))) == len(hashes):
        return
    write_pictures(files[0], _newest([pq.read_table(file) for file in files]))
    for file in files[1:]:
        file.unlink()


def _newest(tables: Sequence[pa.Table]) -> pa.Table:
    """Every picture once: its newest row, with the judgement of the other field by the same judges filled in.

    Args:
        tables: the newest first; within a table, later rows are newer.
    """
    rows: dict[bytes, dict[str, Any]] = {}
    for table in tables:
        for row in reversed(table.to_pylist()):
            newest = rows.setdefault(row["sha256"], row)
            if newest["judges"] == row["judges"]:
                newest.update({field: row[field] for field in ("avatar", "cover") if newest[field] is None})
    return pa.Table.from_pylist(list(rows.values()), tables[0].schema)


def write_pictures(file: Path, pictures: pa.Table) -> None:
    """Write a file of pictures, whole or not at all; vectors are stored as they are, for they do not compress."""
    stored = {"vectors", "sha256", "scales", "means", "boxes"}
    compression = {name: "none" if name in stored else "zstd" for name in pictures.schema.names}
    with atomic.replacing(file) as draft:
        pq.write_table(pictures, draft, row_group_size=GROUP_ROWS, compression=compression, use_dictionary=["judges"])


def _merge_accounts(folder: EmbeddingsFolder, files: Sequence[Path], scratch: Path) -> None:
    _divide(files, ACCOUNT_SCHEMA, "account_id", scratch)
    (folder.path / ACCOUNTS).mkdir(exist_ok=True)
    for partition in PARTITIONS:
        file, target = scratch / f"{partition}.parquet", folder.account_file(partition)
        if not file.exists():
            continue
        rows: dict[tuple[str, str], Mapping[str, Any]] = {}
        for table in [pq.read_table(one) for one in (target, file) if one.exists()]:
            for row in table.to_pylist():
                key = row["account_id"], row["field"]
                rows.pop(key, None)
                if row["sha256"] is not None:
                    rows[key] = row
        with atomic.replacing(target) as draft:
            pq.write_table(pa.Table.from_pylist(list(rows.values()), ACCOUNT_SCHEMA), draft, compression="zstd")


def _divide(files: Sequence[Path], schema: pa.Schema, column: str, scratch: Path) -> None:
    """Divide the rows of files among one file a partition, some rows in memory at a time."""
    shutil.rmtree(scratch, ignore_errors=True)  # of an earlier attempt
    scratch.mkdir(parents=True, exist_ok=True)
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as stack:
        for table in _batches(files, schema):
            names = np.array([_partition(value) for value in table[column].to_pylist()])
            for name in np.unique(names):
                if name not in writers:
                    writer = pq.ParquetWriter(scratch / f"{name}.parquet", schema, compression="lz4")
                    writers[name] = stack.enter_context(writer)
                writers[name].write_table(table.filter(pa.array(names == name)))


def _partition(value: str | bytes) -> str:
    return partition_of(value) if isinstance(value, bytes) else account_partition(value)


def _batches(files: Sequence[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for file in files:
        waiting.append(pq.read_table(file, schema=schema))
        if sum(map(len, waiting)) >= BATCH_ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if any(map(len, waiting)):
        yield pa.concat_tables(waiting)


def _counted(folder: EmbeddingsFolder, new: int) -> Kept:
    files = [file for partition in PARTITIONS for file in folder.segments(partition)]
    accounts = [file for partition in PARTITIONS if (file := folder.account_file(partition)).exists()]
    pictures, shown = (sum(int(pq.read_metadata(file).num_rows) for file in some) for some in (files, accounts))
    return Kept(pictures, new, shown, sum(file.stat().st_size for file in files))
