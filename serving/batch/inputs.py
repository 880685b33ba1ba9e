"""Rows of Parquet, CSV and JSON Lines files, one at a time, with the bad ones kept.

A row that cannot be read must become a decision with an error, never stop the run or vanish. Daft's own CSV and JSON
readers stop at the first malformed line and guess types from the first rows (an account "001" becomes 1), so the rows
are read here.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from glob import glob
from itertools import islice
from pathlib import Path
from typing import IO, Any, AnyStr

import pyarrow as pa
import pyarrow.parquet as pq

from models.profile import Field, ProfileError
from models.text.normalize.characters import SURROGATE
from serving.messages.bodies import without_repetition

ID = "account_id"
COLUMNS = (ID, *(str(field) for field in Field), "entitlements")

MAX_LINE = 32 * 2**20
"""Longest line: a row with two pictures in base64. What is longer is cut, and each piece is a bad row."""

READ_ROWS = 16
"""Rows decoded from Parquet at a time: pictures of a few MB each must fit in memory."""

Row = Mapping[str, Any] | ProfileError
"""Values by column name, or why the row cannot be read."""


class InputError(ValueError):
    """The input cannot be used; the message says which file and what to do."""


def find(source: str) -> list[Path]:
    """The files that a path, folder or glob names, sorted; a folder's other files (pictures) are passed over.

    Raises:
        InputError: there is none, or one of another format.
    """
    path = Path(source)
    if path.is_dir():
        files = [file for file in path.rglob("*") if _suffix(file) in READERS and not file.name.startswith((".", "_"))]
    else:
        files = [path] if path.is_file() else [Path(name) for name in glob(source, recursive=True)]  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not files:
        raise InputError(f"{source} holds no {', '.join(READERS)} file")
    if others := [file for file in files if _suffix(file) not in READERS]:
        raise InputError(f"{others[0]} is not one of {', '.join(READERS)}")
    return sorted(files)


def header(path: Path) -> list[str]:
    """Names of a file's columns; none for JSON Lines, where every row names its own.

    Raises:
        InputError: the file cannot be read, or has no account column or no content column.
    """
    if _suffix(path) == ".parquet":
        with _parquet(path) as file:
            return _checked(file.schema_arrow.names, path)
    if _suffix(path) == ".csv":
        with _csv(path) as stream:
            return _checked(_header(csv.reader(_lines(stream), strict=True), path), path)
    return []


def _checked(names: list[str], path: Path) -> list[str]:
    if len(set(names)) != len(names):
        raise InputError(f"{path} names a column twice, and only one of the two could be judged")
    if ID not in names or not set(names) & set(Field):
        raise InputError(f"{path} must have the column {ID} and at least one of {', '.join(Field)}")
    return names


def rows(path: Path, start: int = 0) -> Iterator[Row]:
    """The rows of a file in their order, from number `start` on.

    Raises:
        InputError: the file is damaged as a whole, so that no further row can be told.
    """
    return READERS[_suffix(path)](path, start)


def keys(path: Path) -> Iterator[Row]:
    """The rows of a file with at least their account id: what can be read without touching pictures."""
    return _parquet_rows(path, 0, (ID,)) if _suffix(path) == ".parquet" else rows(path)


def _suffix(path: Path) -> str:
    return path.suffix.lower()


def account_id(row: Row) -> str | None:
    """The account a row names; whole numbers, which data frames often hold, are taken as their digits."""
    value = None if isinstance(row, ProfileError) else row.get(ID)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value and _is_unicode(value) else None


def _is_unicode(text: str) -> bool:
    return not SURROGATE.search(text)


def _parquet(path: Path) -> pq.ParquetFile:
    try:
        # Read through a small buffer: otherwise a whole column of a row group, all its pictures, is held at once.
        return pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is not a readable Parquet file: {error}") from error


def _parquet_rows(path: Path, start: int, columns: Sequence[str] = COLUMNS) -> Iterator[Row]:
    with _parquet(path) as file:
        groups, skip = _groups(file.metadata, start)
        present = [name for name in file.schema_arrow.names if name in columns]
        try:
            for batch in file.iter_batches(READ_ROWS, row_groups=groups, columns=present, use_threads=False):
                yield from _python_rows(batch.slice(skip))
                skip = max(0, skip - len(batch))
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{path} is damaged: {error}") from error


def _groups(metadata: pq.FileMetaData, start: int) -> tuple[list[int], int]:
    """Row groups that hold rows from `start` on, and how many rows of the first one lie before it."""
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
    # Bytes that are not UTF-8 become surrogates, which make their row, and only theirs, an error.
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _csv_rows(path: Path, start: int) -> Iterator[Row]:
    csv.field_size_limit(MAX_LINE)
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
    while line := stream.readline(MAX_LINE):
        yield line


READERS = {".parquet": _parquet_rows, ".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
"""Readers by file suffix: `reader(path, start)` gives the rows from number `start` on."""
