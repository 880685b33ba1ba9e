"""Decisions of an earlier run that hold for this one: neither the row's content nor its judges changed.

Rows are found by account id, wherever they are in the earlier run. An index of 16 bytes a row lies on disk beside the
parts; workers map it into memory.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.profile import IMAGE_FIELDS, TEXT_FIELDS, Field, Profile
from serving.batch.carry.digests import ENTITLEMENTS, account_hash, present
from serving.batch.carry.judges import PICTURE_JUDGES

UInt64: TypeAlias = NDArray[np.uint64]

INDEX_NAME = "_since.npy"

GROUPS_IN_MEMORY = 4
"""Row groups of the earlier run that a worker keeps; usually one or two hold a part's rows."""

MMAP_FROM_BYTES = 4_096
"""Smaller indexes are read whole: an empty one cannot be mapped."""


@dataclass(frozen=True)
class Since:
    """An earlier run to carry decisions from.

    Attributes:
        path: as the operator names it.
        files: its files of decisions, in order.
        changed: names of the judges that changed since.
        index: file of hashes of account ids, sorted, and of the numbers of their rows, uint64 (2, rows).
    """

    path: Path
    files: tuple[Path, ...]
    changed: frozenset[str]
    index: Path

    @property
    def reason(self) -> str | None:
        """Why nothing can be carried; None if something can."""
        blocking = sorted(self.changed - PICTURE_JUDGES)
        return f"changed since: {', '.join(blocking)}" if blocking else None


def write_index(files: tuple[Path, ...], index: Path) -> None:
    """Index the judged rows of a run by account."""
    rows = sum(int(pq.read_metadata(file).num_rows) for file in files)
    hashes, numbers = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    filled = number = 0
    for file in files:
        with pq.ParquetFile(file) as decisions:
            for batch in decisions.iter_batches(columns=["account_id", "error"], use_threads=False):
                for account, error in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    if account is not None and error is None:
                        hashes[filled], numbers[filled] = account_hash(account), number
                        filled += 1
                    number += 1
    order = np.argsort(hashes[:filled])
    np.save(index, np.stack([hashes[order], numbers[order]]))


class Carrier:
    """Finds decisions that hold still.

    Args:
        since: the earlier run.
        closed: version of the closed accounts to compare with; None while there are none.
        lists: version of the word lists that judge; None while there are none.
    """

    def __init__(self, since: Since, closed: str | None, lists: str | None) -> None:
        self._since, self._closed, self._lists = since, closed, lists
        self._hashes, self._numbers = _loaded(since)
        self._groups = _row_groups(since.files)
        self._starts = list(accumulate((rows for _, _, rows in self._groups), initial=0))
        self._tables: OrderedDict[int, pa.Table] = OrderedDict()

    def find(self, profile: Profile, digests: Mapping[str, str]) -> dict[str, Any] | None:
        """The earlier decision on this profile, or None if it must be judged."""
        if not self._depends_on_unchanged(digests):
            return None
        wanted = np.uint64(account_hash(profile.account_id))
        low, high = (np.searchsorted(self._hashes, wanted, side) for side in ("left", "right"))
        for number in self._numbers[low:high]:
            row = self._row(int(number))
            if row["account_id"] == profile.account_id and self._holds(row, digests):
                return row
        return None

    def _depends_on_unchanged(self, digests: Mapping[str, str]) -> bool:
        changed = self._since.changed
        if changed and any(field in digests for field in IMAGE_FIELDS):
            return False
        return not ("gallery" in changed and ENTITLEMENTS in digests)  # a warning names entitlements it lacks

    def _holds(self, row: Mapping[str, Any], digests: Mapping[str, str]) -> bool:
        if row["error"] is not None or present(row.get("digests")) != digests:
            return False
        is_compared = Field.NAME in digests or Field.AVATAR in digests
        is_listed = any(field in digests for field in TEXT_FIELDS)
        versions = row["versions"]
        return not (
            (is_compared and versions.get("closed") != self._closed)
            or (is_listed and versions.get("lists") != self._lists)
        )

    def _row(self, number: int) -> dict[str, Any]:
        group = int(np.searchsorted(self._starts, number, side="right")) - 1
        if group not in self._tables:
            file, index, _ = self._groups[group]
            with pq.ParquetFile(file) as decisions:
                self._tables[group] = decisions.read_row_group(index, use_threads=False)
            if len(self._tables) > GROUPS_IN_MEMORY:
                self._tables.popitem(last=False)
        self._tables.move_to_end(group)
        return dict(self._tables[group].slice(number - self._starts[group], 1).to_pylist()[0])


def _loaded(since: Since) -> tuple[UInt64, UInt64]:
    """Hashes and row numbers of the index; empty where nothing can be carried."""
    if since.reason is not None:
        return np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    is_large = since.index.stat().st_size >= MMAP_FROM_BYTES
    hashes, numbers = np.load(since.index, mmap_mode="r" if is_large else None)
    return hashes, numbers


def _row_groups(files: tuple[Path, ...]) -> list[tuple[Path, int, int]]:
    """File, number and size of every row group, in order."""
    found = []
    for file in files:
        metadata = pq.read_metadata(file)
        found += [(file, group, metadata.row_group(group).num_rows) for group in range(metadata.num_row_groups)]
    return found
