"""Decisions of a run on disk: their files, the conditions that they were made under, and slices of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.batch import manifest
from serving.batch.decisions import Footer
from serving.batch.errors import InputError
from serving.batch.storage.disk import DiskFolder

REQUIRED_COLUMNS = ("account_id", "verdict", "findings", "matches", "text_scores", "versions", "error")


@dataclass(frozen=True)
class StoredRun:
    """The decisions of one run.

    Attributes:
        path: as the operator names it: a folder of parts, or one file.
        files: those that hold decisions, in the order of the input.
        manifest: conditions of the run; empty for decisions of an unknown origin.
    """

    path: Path
    files: tuple[Path, ...]
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, path: Path) -> StoredRun:
        """The run in a folder or file.

        Raises:
            InputError: it holds no decisions, or the run has not ended.
        """
        files = (path,) if path.is_file() else tuple(sorted(path.glob("[!_.]*.parquet")))
        if not files:
            raise InputError(f"{path} holds no decisions; give what `huijian score` wrote")
        for file in files:
            _check(file)
        conditions = _manifest(path)
        if path.is_dir() and "policy" in conditions and "rows" not in conditions:
            raise InputError(f"the run that writes {path} has not ended; start it again to finish it")
        return cls(path, files, conditions)

    @property
    def rows(self) -> int:
        """Decisions in all files."""
        return sum(int(pq.read_metadata(file).num_rows) for file in self.files)

    def batches(self, columns: Sequence[str], rows: int = 4_096) -> Iterator[pa.RecordBatch]:
        """All decisions in order, at most `rows` at a time; columns that the run does not have are left out."""
        for file in self.files:
            with opened(file) as decisions:
                present = [name for name in columns if name.split(".")[0] in decisions.schema_arrow.names]
                yield from decisions.iter_batches(rows, columns=present, use_threads=False)

    def notes(self) -> Iterator[dict[str, Any]]:
        """The remark that each file's writer left in it."""
        yield from (dict(Footer.read(file).note) for file in self.files)


@contextmanager
def opened(file: Path) -> Iterator[pq.ParquetFile]:
    """A file of decisions.

    Raises:
        InputError: it is damaged.
    """
    try:
        with pq.ParquetFile(file) as decisions:
            yield decisions
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file} holds no readable decisions: {error}") from error


def rows_of(file: Path, start: int, count: int) -> pa.Table:
    """Consecutive rows of a file; only the row groups that hold them are read.

    Raises:
        InputError: the file is damaged.
    """
    with opened(file) as decisions:
        first, groups, before = 0, [], 0
        for group in range(decisions.num_row_groups):
            size = decisions.metadata.row_group(group).num_rows
            if first < start + count and first + size > start:
                groups.append(group)
            elif not groups:
                before = first + size
            first += size
        return decisions.read_row_groups(groups, use_threads=False).slice(start - before, count)


def _check(file: Path) -> None:
    with opened(file) as decisions:
        missing = [name for name in REQUIRED_COLUMNS if name not in decisions.schema_arrow.names]
    if missing:
        raise InputError(f"{file} holds no decisions: it has no column {', '.join(missing)}")


def _manifest(path: Path) -> dict[str, Any]:
    return manifest.of_file(path) if path.is_file() else manifest.read(DiskFolder(path)) or {}
