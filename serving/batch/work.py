"""Work of a row, estimated before it is read: parts of equal work end together, parts of equal rows do not.

Constants are measured by `python -m benchmarks.batch.work` on one hyperthread (2026-12-02). Their ratio matters, and is
much the same on other processors.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

ROW_SECONDS = 0.012
"""Time of a core for all texts of a row."""

PICTURE_SECONDS = 0.06
"""Time of a core for an avatar or a cover that was not judged before."""

PART_SECONDS = 15.0
"""Work of a part, which a lost worker loses: 1,250 rows of texts, or 208 with a picture each."""

ROUNDING = 1e-6
"""Seconds that sums may miss a part's work by."""

MAX_PARTS = 100_000
"""Parts of a run, about: each is a file to list, and its footer is read at the end."""


def seconds(pictures: float) -> float:
    """Estimated work of a row with so many pictures."""
    return ROW_SECONDS + PICTURE_SECONDS * pictures


@dataclass(frozen=True)
class PartSize:
    """Where a part ends: with the row that reaches one of these.

    Attributes:
        seconds: estimated work.
        rows: number of rows; None for any.
    """

    seconds: float = PART_SECONDS
    rows: int | None = None


class FileCuts:
    """Where the parts of a file begin, eight bytes a part.

    Args:
        size: of a part.

    Attributes:
        rows: of the file so far.
    """

    def __init__(self, size: PartSize) -> None:
        self._size, self._starts, self._work = size, array("q", [0]), 0.0
        self.rows = 0

    def __len__(self) -> int:
        return len(self._starts)

    def add(self, pictures: float) -> None:
        """Add the file's next row, with so many pictures."""
        rows = self.rows - self._starts[-1]
        if rows and (self._work > self._size.seconds - ROUNDING or rows == self._size.rows):
            self._starts.append(self.rows)
            self._work = 0.0
        self._work += seconds(pictures)
        self.rows += 1

    def ranges(self, joined: int = 1) -> list[tuple[int, int]]:
        """First row and number of rows of each part, where so many neighbours are joined into one."""
        starts = self._starts[::joined]
        ends = [*starts[1:], self.rows]
        return [(start, end - start) for start, end in zip(starts, ends, strict=True)]
