"""Listed words in files: JSON Lines or CSV, read whole or not at all, with a line number in every fault."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.runtime import atomic
from models.text.lists.words import WORD_FIELDS, ListedWord, ListsError, parse_word

CSV: Final = ".csv"
"""Suffix of a table; other files are JSON Lines."""

FIELD_SEPARATOR: Final = ";"
"""Separates the names of fields in a cell."""

_NEEDED_COLUMNS = ("word", "list")


def read_words(path: Path) -> tuple[list[ListedWord], list[ListsError]]:
    """The words of a file, in order and once each, and the faults of all other lines.

    A line of JSON Lines has the fields of a `ListedWord`; a table has them as columns, the first line names them.

    Raises:
        ListsError: the file cannot be read, has no words, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ListsError(f"{path.name} cannot be read: {reason}") from error
    words, faults = parse_table(text, path.name) if path.suffix.lower() == CSV else parse_lines(text, path.name)
    if not (words or faults):
        raise ListsError(f"{path.name} lists no words")
    return words, faults


def write_words(path: Path, words: Sequence[ListedWord]) -> None:
    """Write words to a file that `read_words` reads, replacing it whole.

    Raises:
        OSError: it cannot be written.
    """
    atomic.write_text(path, _table(words) if path.suffix.lower() == CSV else lines(words))


def lines(words: Iterable[ListedWord]) -> str:
    """Words as JSON Lines."""
    return "".join(json.dumps(word.to_dict(), ensure_ascii=False) + "\n" for word in words)


def parse_lines(text: str, name: str) -> tuple[list[ListedWord], list[ListsError]]:
    """The words of JSON Lines, in order and once each, and the faults of all other lines.

    Args:
        name: of the file, for the faults.
    """
    # JSON strings may hold characters that splitlines splits at.
    rows = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    return _parsed(rows, name)


def parse_table(text: str, name: str) -> tuple[list[ListedWord], list[ListsError]]:
    """The words of a CSV table, as `parse_lines`.

    Raises:
        ListsError: the first line names no column `word` or `list`.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    missing = [column for column in _NEEDED_COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise ListsError(f"{name}, line 1: there is no column {missing[0]}")
    return _parsed(_rows(reader), name)


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, Mapping[str, Any] | csv.Error]]:
    """Line number and cells of every row, or why the table ends there."""
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        yield reader.reader.line_num, error


def _parsed(
    rows: Iterable[tuple[int, str | Mapping[str, Any] | csv.Error]], name: str
) -> tuple[list[ListedWord], list[ListsError]]:
    words: dict[str, tuple[int, ListedWord]] = {}
    faults: list[ListsError] = []
    for number, row in rows:
        try:
            word = parse_word(_values(row))
            first, other = words.setdefault(word.key, (number, word))
            if word != other:
                raise ListsError(f"word: line {first} lists it too, with other values")
        except (ValueError, RecursionError) as error:
            kind = "" if isinstance(error, ListsError) else "not JSON: "
            faults.append(ListsError(f"{name}, line {number}: {kind}{error}"))
    return [word for _, word in words.values()], faults


def _values(row: str | Mapping[str, Any] | csv.Error) -> Mapping[str, Any]:
    """The fields of a row; empty cells of a table are left out."""
    if isinstance(row, csv.Error):
        raise ListsError(f"not CSV: {row}")
    if isinstance(row, str):
        values = json.loads(row)
        if not isinstance(values, dict):
            raise ListsError("expected a JSON object")
        return values
    if row.get(""):
        raise ListsError("more cells than columns")
    cells = {name: cell for name, cell in row.items() if cell and cell.strip()}
    if "fields" in cells:
        return {**cells, "fields": [field.strip() for field in cells["fields"].split(FIELD_SEPARATOR)]}
    return cells


def _table(words: Iterable[ListedWord]) -> str:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, WORD_FIELDS)  # CR LF, so that either within a cell is quoted
    writer.writeheader()
    for word in words:
        writer.writerow({**word.to_dict(), "fields": FIELD_SEPARATOR.join(word.fields)})
    return table.getvalue()
