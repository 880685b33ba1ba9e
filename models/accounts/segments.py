"""How some of the closed accounts lie on disk, and how they are searched.

A segment is an immutable directory of at most `MAX_SEGMENT_ROWS` accounts. It is small enough to be rewritten without
one of them in seconds, so a removed account is gone from disk, not merely marked. Workers share its files by memory
mapping.

- `accounts.npy`: uint64 (accounts,), hashes of their ids;
- `name_hashes.npy`: uint64 (names,), sorted, and `name_rows.npy`: uint32 (names,), whose they are;
- `avatars.faiss`: inner products of vectors of whole numbers, and `avatar_rows.npy`: uint32 (avatars,), whose they are,
  ascending;
- `config.json`: the encoder's fingerprint, what tells the hash key, SHA-256 of the other files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.indexes import search, write_index

MAX_SEGMENT_ROWS = 262_144
"""Accounts of a segment: 160 MB, and some seconds to write without one of them."""

MAX_EXACT_AVATARS = 8_192
"""Avatars up to which every one is compared."""

AVATARS_PER_LIST, PROBED_SHARE, MIN_PROBED_LISTS = 512, 1 / 16, 8
"""Avatars in an inverted list of a larger segment, and how many of the lists a search visits: of avatars uploaded again
(cosine .9) 98.7% are found, in a fifth of the time of comparing all (`benchmarks/accounts.py`)."""

REFINEMENT_FACTOR = 16
"""Avatars that are compared in full, for each one asked for, of those that codes of half a bit a number put first."""

QUANTISATION_SCALE = 270
"""What vectors are multiplied by before they are rounded to 8 bits: components up to .47, all but those of
pictures with next to no detail, are kept to .002."""

SEGMENT_FILES = (
    ArtifactFile.ACCOUNTS,
    ArtifactFile.NAME_HASHES,
    ArtifactFile.NAME_ROWS,
    ArtifactFile.AVATAR_ROWS,
    ArtifactFile.AVATARS,
)

Array = np.ndarray


class AccountsError(RuntimeError):
    """The closed accounts cannot be used or changed; the message says why."""


@dataclass(frozen=True)
class Accounts:
    """What is remembered of some accounts.

    Attributes:
        hashes: uint64 (accounts,), of their ids.
        names, name_rows: uint64 and uint32 (names,), hashes of forms of their names, and whose.
        avatars, avatar_rows: float32 (avatars, dimension) and uint32 (avatars,), vectors of avatars, and whose.
    """

    hashes: Array
    names: Array
    name_rows: Array
    avatars: Array
    avatar_rows: Array

    def __len__(self) -> int:
        return len(self.hashes)

    def part(self, rows: Array) -> Accounts:
        """Some of them, in the order of the ascending int64 `rows`."""
        place = np.full(len(self), -1, np.int64)
        place[rows] = np.arange(len(rows))
        named, pictured = place[self.name_rows] >= 0, place[self.avatar_rows] >= 0
        name_rows, avatar_rows = place[self.name_rows[named]], place[self.avatar_rows[pictured]]
        return Accounts(self.hashes[rows], self.names[named], name_rows, self.avatars[pictured], avatar_rows)

    @staticmethod
    def joined(parts: Sequence[Accounts]) -> Accounts:
        """All of them, one part after the other."""
        starts = np.cumsum([0, *map(len, parts)])[:-1]
        return Accounts(
            np.concatenate([part.hashes for part in parts]),
            np.concatenate([part.names for part in parts]),
            np.concatenate([part.name_rows + start for part, start in zip(parts, starts, strict=True)]),
            np.concatenate([part.avatars for part in parts]),
            np.concatenate([part.avatar_rows + start for part, start in zip(parts, starts, strict=True)]),
        )


class Segment:
    """A segment, mapped and checked; safe to share between threads.

    Attributes:
        name: of its directory.
        encoder: fingerprint of the encoder that made the vectors.
        check: tells the hash key (`names.Hasher.check`).
        hashes: of the accounts.
        named_accounts, avatars: how many of them have a name, and an avatar.

    Raises:
        AccountsError: a file is missing, was cut or edited, or cannot be read.
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

    def rows_named(self, name: int) -> Array:
        """Rows of the accounts that have a hash among those of their names, uint32 (n,)."""
        wanted = np.uint64(name)
        first, last = np.searchsorted(self._names, wanted), np.searchsorted(self._names, wanted, side="right")
        return self._name_rows[first:last]

    def nearest(self, asked: Array, count: int, also: Array) -> tuple[Array, Array]:
        """The nearest avatars to some vectors, and those of some accounts besides.

        Args:
            asked: float32 (n, dimension), unit length.
            count: nearest avatars of each vector, at most.
            also: rows of accounts, which may have no avatar.

        Returns:
            Rows of accounts, int64 (k,), each once and in no order, and their vectors, float32 (k, dimension).
        """
        if not self.avatars:
            return np.zeros(0, np.int64), np.zeros((0, asked.shape[1]), np.float32)
        _, found = search(self._index, asked * np.float32(QUANTISATION_SCALE), min(count, self.avatars))
        wanted = np.minimum(np.searchsorted(self._avatar_rows, also), self.avatars - 1)
        places = np.union1d(found[found >= 0], wanted[self._avatar_rows[wanted] == also])
        vectors = self._codes.reconstruct_batch(places) / np.float32(QUANTISATION_SCALE)
        return self._avatar_rows[places].astype(np.int64), vectors

    def contents(self) -> Accounts:
        """Everything, in memory."""
        avatars = self._codes.reconstruct_n(0, self._codes.ntotal) / np.float32(QUANTISATION_SCALE)
        names = np.array(self._names), np.array(self._name_rows)
        return Accounts(np.array(self.hashes), *names, avatars, np.array(self._avatar_rows))


def write(root: Path, name: str, accounts: Accounts, encoder: str, check: str) -> None:
    """Write a segment, there whole or not at all.

    Raises:
        FileExistsError: there is one of that name.
        OSError: it cannot be written.
    """

    def write_files(draft: Path) -> None:
        order = np.argsort(accounts.names, kind="stable")
        arrays = accounts.hashes, accounts.names[order], accounts.name_rows[order], accounts.avatar_rows
        kinds = np.uint64, np.uint64, np.uint32, np.uint32
        for file, array, kind in zip(SEGMENT_FILES, arrays, kinds, strict=False):
            np.save(draft / file, array.astype(kind))
        write_index(build_index(accounts.avatars), draft / SEGMENT_FILES[-1])
        config = {
            "encoder": encoder,
            "key": check,
            "files": {file: versions.digest(draft / file) for file in SEGMENT_FILES},
        }
        (draft / ArtifactFile.CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    versions.write_version(root, name, write_files)


def build_index(vectors: Array) -> faiss.Index:
    """An index of float32 (avatars, dimension), 8 bits a number: exact, or searched by codes above `MAX_EXACT_AVATARS`.

    Source: inverted lists and product quantisation (Jégou et al. 2011), with lookups in registers (André et al. 2017).
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
        inverted.cp.max_points_per_centroid = 64  # lists of nearly equal length in a quarter of the time
    index.train(codes)
    index.add(codes)
    return index


def _different(rows: Array, count: int) -> int:
    """How many of `count` rows are among these; of ten million in 0.06 s, where sorting them takes 12."""
    among = np.zeros(count, bool)
    among[rows] = True
    return int(among.sum())


def _codes(index: Any) -> Any:
    """The part of an index that has every vector, in order."""
    return faiss.downcast_index(index.refine_index) if isinstance(index, faiss.IndexRefine) else index
