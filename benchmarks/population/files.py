"""Writes accounts and their known answers as Parquet files, a block of rows in memory at a time.

A folder holds `accounts/*.parquet`, the input of `huijian score`; `answers/*.parquet`, the planted rows; `pictures/`,
unless the rows hold them; and `recipe.json`, which is written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from benchmarks.population.pictures import suffix
from benchmarks.population.rows import BLOCK_ROWS, Mix, Planted, block
from models.profile import IMAGE_FIELDS, TEXT_FIELDS
from models.runtime import atomic

FILE_BLOCKS = 50
"""Blocks of rows in a file: 100,000 rows."""

RECIPE, ACCOUNTS, ANSWERS, PICTURES = "recipe.json", "accounts", "answers", "pictures"

ANSWERS_SCHEMA = pa.schema({"row": pa.int64(), "account": pa.int64(), "plant": pa.string()})


def write_accounts(folder: Path, rows: int, mix: Mix) -> None:
    """Make accounts.

    Args:
        folder: new or empty.
        rows: how many.
        mix: their content.

    Raises:
        FileExistsError: the folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds something; name a new folder")
    for name in (ACCOUNTS, ANSWERS, PICTURES):
        (folder / name).mkdir(parents=True)
    starts = range(0, rows, BLOCK_ROWS)
    with tqdm(total=rows, unit=" rows", disable=None) as progress:
        for number, first in enumerate(range(0, len(starts), FILE_BLOCKS)):
            _write_file(folder, number, starts[first : first + FILE_BLOCKS], rows, mix, progress)
    atomic.write_text(folder / RECIPE, json.dumps({"rows": rows, **mix.to_dict()}, indent=1))


def _write_file(  # noqa: PLR0913, PLR0917 - one step of the loop
    folder: Path, number: int, starts: Iterable[int], rows: int, mix: Mix, progress: Any
) -> None:
    """Write one file of accounts and one of answers."""
    planted: list[dict[str, Any]] = []
    schema = _schema(mix)
    with pq.ParquetWriter(folder / ACCOUNTS / f"accounts-{number:05d}.parquet", schema, compression="zstd") as writer:
        for start in starts:
            made = block(mix, start, min(BLOCK_ROWS, rows - start))
            written = list(_stored(folder, made, planted, mix))
            writer.write_table(pa.Table.from_pylist(written, schema))
            progress.update(len(written))
    pq.write_table(pa.Table.from_pylist(planted, ANSWERS_SCHEMA), folder / ANSWERS / f"answers-{number:05d}.parquet")


def _stored(
    folder: Path, made: Iterable[tuple[dict[str, Any], Planted | None]], planted: list[dict[str, Any]], mix: Mix
) -> Iterator[dict[str, Any]]:
    """The rows as they are written; notes the planted ones."""
    for row, known in made:
        if known:
            planted.append(asdict(known))
        if not mix.own_bytes:
            for field in IMAGE_FIELDS:
                row[field] = row[field] and _path(folder, row[field])
        yield {str(name): value for name, value in row.items()}


def _path(folder: Path, picture: bytes) -> str:
    """Path of a picture's file relative to the file of accounts; the file is written if it is new."""
    digest = hashlib.sha256(picture).hexdigest()
    file = folder / PICTURES / digest[:2] / f"{digest[:32]}{suffix(picture)}"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(picture)
    return str(Path("..", file.relative_to(folder)))


def _schema(mix: Mix) -> pa.Schema:
    picture = pa.binary() if mix.own_bytes else pa.string()
    texts = {name: pa.string() for name in ("account_id", *map(str, TEXT_FIELDS))}
    return pa.schema({**texts, **{str(field): picture for field in IMAGE_FIELDS}})
