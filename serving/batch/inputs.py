"""Readers of Parquet, CSV and JSON Lines, one row at a time.

A row that cannot be read becomes a decision with an error; it never stops the run or vanishes. Daft's own readers of
CSV and JSON stop at the first malformed line, and guess types: an account "001" becomes 1.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import IO, Any, AnyStr

import pyarrow as pa
import pyarrow.parquet as pq

from models.profile import IMAGE_FIELDS, Field, ProfileError
from models.text.normalize.characters import SURROGATE
from serving.batch.errors import InputError
from serving.messages.bodies import without_repetition

ID_COLUMN = "account_id"
COLUMNS = (ID_COLUMN, *(str(field) for field in Field), "entitlements")

MAX_LINE_LENGTH = 32 * 2**20
"""Characters (CSV) or bytes (JSON) of a line; a longer one is cut into pieces, each a bad row."""

PARQUET_BATCH_ROWS = 16
"""Rows decoded from Parquet at a time: pictures of a few MB each must fit in memory."""

PLANNING_BATCH_ROWS = 8_192
"""Account ids decoded at a time."""

Row = Mapping[str, Any] | ProfileError
"""Values by column name, or the reason why the row cannot be read."""


Outline = tuple[str | None, Set[str], float]
"""Account id of a row or None, its columns, and its number of pictures."""


def fingerprint(files: Sequence[Path]) -> str:
    """A SHA-256 that changes when a file is added, removed, renamed or written."""
    digest = hashlib.sha256()
    for file in filter(Path.exists, files):
        status = file.stat()
        digest.update(f"{file.resolve()}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def column_names(path: Path) -> list[str]:
    """Names of a file's columns; empty for JSON Lines, where every row names its own.

    Raises:
        InputError: the file cannot be read, or has no account column or no content column.
    """
    if suffix(path) == ".parquet":
        with _parquet(path) as file:
            return _checked(file.schema_arrow.names, path)
    if suffix(path) == ".csv":
        with _csv(path) as stream:
            return _checked(_header(csv.reader(_lines(stream), strict=True), path), path)
    return []


def _checked(names: list[str], path: Path) -> list[str]:
    if len(set(names)) != len(names):
        raise InputError(f"{path} names a column twice, and only one of the two could be judged")
    if ID_COLUMN not in names or not set(names) & set(Field):
        raise InputError(f"{path} must have the column {ID_COLUMN} and at least one of {', '.join(Field)}")
    return names


def rows(path: Path, start: int = 0) -> Iterator[Row]:
    """The rows of a file in their order, from number `start` on.

    Raises:
        InputError: the file is damaged so that no further row can be read.
    """
    return READERS[suffix(path)](path, start)


def outlines(path: Path) -> Iterator[Outline]:
    """Yield what planning needs of each row: its account id or None, its columns, and its number of pictures.

    Pictures in Parquet are not read: a row has the mean number of its row group.
    """
    if suffix(path) == ".parquet":
        yield from _parquet_outlines(path)
        return
    for row in rows(path):
        if isinstance(row, ProfileError):
            yield None, set(), 0
        else:
            yield account_id(row), row.keys(), sum(row.get(field) is not None for field in IMAGE_FIELDS)


def _parquet_outlines(path: Path) -> Iterator[Outline]:
    with _parquet(path) as file:
        for group in range(file.metadata.num_row_groups):
            pictures = _pictures_a_row(file.metadata.row_group(group))
            for row in _group_rows(file, path, [group], [ID_COLUMN], PLANNING_BATCH_ROWS):
                yield account_id(row), {ID_COLUMN}, pictures


def _pictures_a_row(group: pq.RowGroupMetaData) -> float:
    """Mean number of pictures of a row; without statistics every row counts as having all."""
    columns = (group.column(number) for number in range(group.num_columns))
    counts = [
        group.num_rows - (column.statistics.null_count or 0 if column.statistics else 0)
        for column in columns
        if column.path_in_schema in IMAGE_FIELDS
    ]
    return sum(counts) / max(group.num_rows, 1)


def suffix(path: Path) -> str:
    """A file's suffix in lower case, the key of `READERS`."""
    return path.suffix.lower()


def account_id(row: Row) -> str | None:
    """The account id of a row, or None; a whole number, as data frames often hold, becomes its digits."""
    value = None if isinstance(row, ProfileError) else row.get(ID_COLUMN)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value and _is_unicode(value) else None


def _is_unicode(text: str) -> bool:
    return not SURROGATE.search(text)


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        # A small buffer: otherwise a whole column of a row group, with all its pictures, is in memory at once.
        return pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a readable Parquet file: {error}") from error


def _parquet_rows(path: Path, start: int) -> Iterator[Row]:
    with _parquet(path) as file:
        groups, skip = _groups(file.metadata, start)
        present = [name for name in file.schema_arrow.names if name in COLUMNS]
        yield from _group_rows(file, path, groups, present, PARQUET_BATCH_ROWS, skip)


def _group_rows(  # noqa: PLR0913, PLR0917 - a range of rows
    file: pq.ParquetFile, path: Path, groups: list[int], columns: list[str], batch_rows: int, skip: int = 0
) -> Iterator[Row]:
    """Rows of some row groups, without the first `skip`, a batch in memory at a time."""
    try:
        for batch in file.iter_batches(batch_rows, row_groups=groups, columns=columns, use_threads=False):
            yield from _python_rows(batch.slice(skip))
            skip = max(0, skip - len(batch))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is damaged: {error}") from error


def _groups(metadata: pq.FileMetaData, start: int) -> tuple[list[int], int]:
    """Indices of the row groups with rows from `start` on, and the number of earlier rows in the first one."""
    first = 0
    while first < metadata.num_row_groups and start >= metadata.row_group(first).num_rows:
        start -= metadata.row_group(first).num_rows
        first += 1
    return list(range(first, metadata.num_row_groups)), start


def _python_rows(batch: pa.RecordBatch) -> Iterator[Row]:
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for index in range(len(batch)):
            yield _python_row(batch.slice(index, 1))


def _python_row(batch: pa.RecordBatch) -> Row:
    try:
        return dict(batch.to_pylist()[0])
    except UnicodeDecodeError:
        return ProfileError("row_invalid", "the row holds text that is not UTF-8")


def _csv(path: Path) -> IO[str]:
    # Bytes that are not UTF-8 become surrogates, which are an error of their own row only.
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _csv_rows(path: Path, start: int) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE_LENGTH)
    with _csv(path) as stream:
        reader = csv.reader(_lines(stream), strict=True)
        names = _header(reader, path)
        yield from islice(_csv_records(reader, names), start, None)


def _header(reader: Iterator[list[str]], path: Path) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error as error:
        raise InputError(f"the first line of {path} names no columns: it is not valid CSV ({error})") from error


def _csv_records(reader: Iterator[list[str]], names: Sequence[str]) -> Iterator[Row]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield ProfileError(
                "row_invalid", f"the row is not valid CSV: {error}; an open quote takes in the rows after it"
            )
            continue
        if len(cells) == len(names):
            yield {name: cell or None for name, cell in zip(names, cells, strict=True)}
        elif cells:
            yield ProfileError("row_invalid", f"the row has {len(cells)} cells, the header has {len(names)}")


def _json_rows(path: Path, start: int) -> Iterator[Row]:
    with path.open("rb") as stream:
        written = (line for line in _lines(stream) if line.strip())
        yield from map(_json_row, islice(written, start, None))


def _json_row(line: bytes) -> Row:
    try:
        row = json.loads(line, object_pairs_hook=without_repetition)
    except ProfileError as error:
        return error
    except (ValueError, RecursionError):
        return ProfileError("row_invalid", "the line is not valid JSON in UTF-8")
    return row if isinstance(row, dict) else ProfileError("row_invalid", "the line is not a JSON object")


def _lines(stream: IO[AnyStr]) -> Iterator[AnyStr]:
    while line := stream.readline(MAX_LINE_LENGTH):
        yield line


READERS = {".parquet": _parquet_rows, ".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
"""Readers by file suffix: `reader(path, start)` yields the rows from number `start` on."""
