"""How an input is cut into parts.

A part is a range of rows of one file, judged and committed as one. The ranges depend on nothing but the input, so that
a run that was killed finds its finished parts again.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from models.profile import ProfileError
from serving.batch.inputs import COLUMNS, Row, account_id, header, keys


@dataclass(frozen=True)
class Part:
    """A range of rows of one file.

    Attributes:
        number: position in the whole run, from 0.
        path: the file.
        start: number in the file of the part's first row, from 0.
        rows: how many.
        repeated: which of them, counted within the part, carry the account id of an earlier row.
    """

    number: int
    path: str
    start: int
    rows: int
    repeated: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """Everything there is to judge.

    Attributes:
        parts: in the order of their numbers.
        ignored: names of columns that mean nothing here, for the operator to check their spelling.
    """

    parts: tuple[Part, ...]
    ignored: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)


def plan(files: Sequence[Path], part_rows: int) -> Plan:
    """Cut files into parts of at most `part_rows` rows.

    Account ids are compared by 64-bit hashes: it takes some forty bytes a row, and only while planning.

    Raises:
        InputError: a file cannot be read, or has no account column or no content column.
    """
    names = {name for path in files for name in header(path)}
    hashes, sizes = array("q"), []
    for path in files:
        before = len(hashes)
        for row in tqdm(keys(path), desc="planning", unit=" rows", delay=1, leave=False, disable=None):
            hashes.append(_hash(row, len(hashes)))
            names |= set() if isinstance(row, ProfileError) else row.keys()
        sizes.append(len(hashes) - before)
    parts = _parts(files, sizes, _repeated(np.frombuffer(hashes, np.int64)), part_rows)
    return Plan(parts, tuple(sorted(names - set(COLUMNS))))


def _hash(row: Row, position: int) -> int:
    account = account_id(row)
    return hash((None, position) if account is None else account)


def _repeated(hashes: np.ndarray) -> np.ndarray:
    """Positions, in order, of values that occur earlier too."""
    first = np.unique(hashes, return_index=True)[1]
    repeated = np.ones(len(hashes), dtype=bool)
    repeated[first] = False
    return np.flatnonzero(repeated)


def _parts(files: Sequence[Path], sizes: Sequence[int], repeated: np.ndarray, part_rows: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    offset = 0
    for path, size in zip(files, sizes, strict=True):
        for start in range(0, size or 1, part_rows):
            rows, first = min(part_rows, size - start), offset + start
            low, high = np.searchsorted(repeated, [first, first + rows])
            parts.append(Part(len(parts), str(path), start, rows, tuple((repeated[low:high] - first).tolist())))
        offset += size
    return tuple(parts)
