"""Stores and searches segments of the register of closed accounts.

A segment is an immutable directory of at most `MAX_SEGMENT_ROWS` accounts. It is small enough to be rewritten without
one of them in seconds, so a removed account is gone from disk, not merely marked. Workers share its files by memory
mapping.

- `accounts.npy`: uint64 (accounts,), hashes of their ids;
- `name_hashes.npy`: uint64 (names,), sorted, and `name_rows.npy`: uint32 (names,), their account rows;
- `avatars.faiss`: inner-product search over integer vectors, and `avatar_rows.npy`: uint32 (avatars,), their account
  rows, ascending;
- `config.json`: encoder fingerprint, check value of the hash key, SHA-256 of the other files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import faiss
import numpy as np
from numpy.typing import NDArray

from models.arrays import Float32, Int64
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import search, write_index

MAX_SEGMENT_ROWS = 262_144
"""Accounts of a segment; 160 MB, a few seconds to rewrite."""

MAX_EXACT_AVATARS = 8_192
"""Avatars of a segment up to which search is exact."""

AVATARS_PER_LIST, PROBED_SHARE, MIN_PROBED_LISTS = 512, 1 / 16, 8
"""Avatars per inverted list, and lists probed. Finds 98.7% of re-uploads (cosine .9) in a fifth of exact search's time
(`benchmarks/closed/lookup.py`)."""

REFINEMENT_FACTOR = 16
"""Avatars re-ranked with 8-bit vectors per avatar asked for, after search by codes of one bit per dimension."""

QUANTISATION_SCALE = 270
"""Factor before rounding to 8 bits; components up to .47 keep a precision of .002."""

SEGMENT_FILES = (
    ArtifactFile.ACCOUNTS,
    ArtifactFile.NAME_HASHES,
    ArtifactFile.NAME_ROWS,
    ArtifactFile.AVATAR_ROWS,
    ArtifactFile.AVATARS,
)

Hashes: TypeAlias = NDArray[np.uint64]
Rows: TypeAlias = NDArray[np.integer[Any]]
"""Row numbers of accounts; uint32 in files."""


class AccountsError(RuntimeError):
    """The closed accounts cannot be used or changed; the message gives the reason."""


@dataclass(frozen=True)
class Accounts:
    """Stored data of some accounts.

    Attributes:
        hashes: hashes of their ids, uint64 (accounts,).
        names, name_rows: hashes of name forms and their account rows, uint64 and uint32 (names,).
        avatars, avatar_rows: avatar vectors, float32 (avatars, dimension), and their account rows, uint32 (avatars,).
    """

    hashes: Hashes
    names: Hashes
    name_rows: Rows
    avatars: Float32
    avatar_rows: Rows

    def __len__(self) -> int:
        return len(self.hashes)

    def part(self, rows: Rows) -> Accounts:
        """The accounts at the ascending int64 `rows`."""
        new_row = np.full(len(self), -1, np.int64)
        new_row[rows] = np.arange(len(rows))
        named, pictured = new_row[self.name_rows] >= 0, new_row[self.avatar_rows] >= 0
        name_rows, avatar_rows = new_row[self.name_rows[named]], new_row[self.avatar_rows[pictured]]
        return Accounts(self.hashes[rows], self.names[named], name_rows, self.avatars[pictured], avatar_rows)

    @staticmethod
    def joined(parts: Sequence[Accounts]) -> Accounts:
        """The parts concatenated."""
        starts = np.cumsum([0, *map(len, parts)])[:-1]
        return Accounts(
            np.concatenate([part.hashes for part in parts]),
            np.concatenate([part.names for part in parts]),
            np.concatenate([part.name_rows + start for part, start in zip(parts, starts, strict=True)]),
            np.concatenate([part.avatars for part in parts]),
            np.concatenate([part.avatar_rows + start for part, start in zip(parts, starts, strict=True)]),
        )


class Segment:
    """A segment, memory-mapped and checked; safe to share between threads.

    Attributes:
        name: name of its directory.
        encoder: fingerprint of the encoder that made the vectors.
        check: check value of the hash key (`names.Hasher.check`).
        hashes: hashes of the accounts' ids, uint64 (accounts,).
        named_accounts, avatars: number of accounts with a name, and with an avatar.

    Raises:
        AccountsError: a file is missing, truncated, edited or unreadable.
    """

    def __init__(self, directory: Path) -> None:
        try:
            config = versions.checked(directory, *SEGMENT_FILES)
            self.name, self.encoder, self.check = directory.name, str(config["encoder"]), str(config["key"])
            arrays = [np.load(directory / name, mmap_mode="r") for name in SEGMENT_FILES[:-1]]
            self._index = faiss.read_index(str(directory / SEGMENT_FILES[-1]), faiss.IO_FLAG_MMAP_IFC)
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:  # FAISS raises the last
            raise AccountsError(f"{directory} is not a whole segment: {type(error).__name__}") from error
        self.hashes, self._names, self._name_rows, self._avatar_rows = arrays
        self._codes = _codes(self._index)
        self.named_accounts, self.avatars = _different(self._name_rows, len(self)), len(self._avatar_rows)

    def __len__(self) -> int:
        return len(self.hashes)

    def rows_named(self, name: int) -> Rows:
        """Rows of the accounts with this name hash, uint32 (n,)."""
        name_hash = np.uint64(name)
        first, last = np.searchsorted(self._names, name_hash), np.searchsorted(self._names, name_hash, side="right")
        return self._name_rows[first:last]

    def nearest(self, queries: Float32, count: int, extra_rows: Rows) -> tuple[Int64, Float32]:
        """The avatars nearest to some vectors, and those of some further accounts.

        Args:
            queries: float32 (n, dimension), unit length.
            count: nearest avatars per query, at most.
            extra_rows: rows of further accounts, with or without avatar.

        Returns:
            Account rows, int64 (k,), each once and in no order, and their vectors, float32 (k, dimension).
        """
        if not self.avatars:
            return np.zeros(0, np.int64), np.zeros((0, queries.shape[1]), np.float32)
        _, found = search(self._index, queries * np.float32(QUANTISATION_SCALE), min(count, self.avatars))
        extra = np.minimum(np.searchsorted(self._avatar_rows, extra_rows), self.avatars - 1)
        indices = np.union1d(found[found >= 0], extra[self._avatar_rows[extra] == extra_rows])
        vectors = self._codes.reconstruct_batch(indices) / np.float32(QUANTISATION_SCALE)
        return self._avatar_rows[indices].astype(np.int64), vectors

    def contents(self) -> Accounts:
        """All data, loaded into memory."""
        avatars = self._codes.reconstruct_n(0, self._codes.ntotal) / np.float32(QUANTISATION_SCALE)
        names = np.array(self._names), np.array(self._name_rows)
        return Accounts(np.array(self.hashes), *names, avatars, np.array(self._avatar_rows))


def write(root: Path, name: str, accounts: Accounts, encoder: str, check: str) -> None:
    """Write a segment atomically.

    Raises:
        FileExistsError: a segment of that name exists.
        OSError: it cannot be written.
    """

    def write_files(draft: Path) -> None:
        order = np.argsort(accounts.names, kind="stable")
        arrays = accounts.hashes, accounts.names[order], accounts.name_rows[order], accounts.avatar_rows
        dtypes = np.uint64, np.uint64, np.uint32, np.uint32
        for file, array, dtype in zip(SEGMENT_FILES, arrays, dtypes, strict=False):
            np.save(draft / file, array.astype(dtype))
        write_index(build_index(accounts.avatars), draft / SEGMENT_FILES[-1])
        config = {
            "encoder": encoder,
            "key": check,
            "files": {file: versions.digest(draft / file) for file in SEGMENT_FILES},
        }
        (draft / ArtifactFile.CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    versions.write_version(root, name, write_files)


def build_index(vectors: Float32) -> faiss.Index:
    """An index of float32 (avatars, dimension), 8 bits per dimension: exact, or approximate above `MAX_EXACT_AVATARS`.

    Source: inverted lists and product quantisation (Jégou et al. 2011), with in-register lookups (André et al. 2017).
    """
    codes = np.clip(np.rint(vectors * QUANTISATION_SCALE), -128, 127).astype(np.float32)
    dimension, lists = vectors.shape[1], max(len(vectors) // AVATARS_PER_LIST, 1)
    fine = "SQ8_direct_signed"
    if len(vectors) <= MAX_EXACT_AVATARS:
        index: Any = faiss.index_factory(dimension, fine, faiss.METRIC_INNER_PRODUCT)
    else:
        coarse = f"IVF{lists},PQ{dimension // 4}x4fs,Refine({fine})"
        index = faiss.index_factory(dimension, coarse, faiss.METRIC_INNER_PRODUCT)
        index.k_factor = REFINEMENT_FACTOR
        inverted: Any = faiss.downcast_index(index.base_index)
        inverted.nprobe = max(int(lists * PROBED_SHARE), MIN_PROBED_LISTS)
        inverted.cp.max_points_per_centroid = 64  # trains in a quarter of the time, with nearly equal lists
    index.train(codes)
    index.add(codes)
    return index


def _different(rows: Rows, count: int) -> int:
    """Number of different rows, all below `count`; ten million take 0.06 s, sorting would take 12 s."""
    occurs = np.zeros(count, bool)
    occurs[rows] = True
    return int(occurs.sum())


def _codes(index: Any) -> Any:
    """The part of an index that stores every vector, in order."""
    return faiss.downcast_index(index.refine_index) if isinstance(index, faiss.IndexRefine) else index
