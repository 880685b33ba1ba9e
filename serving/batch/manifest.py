"""The conditions of a run, beside its parts: a file of no decisions, with JSON in its metadata.

It is Parquet so that a folder of decisions holds nothing else: Polars refuses to read one with other files. Earlier
releases wrote `_run.json`, which is still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from serving.batch.decisions import SCHEMA
from serving.batch.storage.folder import Folder

NAME = "_run.parquet"
EARLIER_NAME = "_run.json"
METADATA_KEY = "huijian.run"
"""Key of a file's metadata for the manifest as JSON."""


def write(folder: Folder, manifest: Mapping[str, Any]) -> None:
    """Write or replace a run's manifest."""
    stream = pa.BufferOutputStream()
    pq.write_table(SCHEMA.with_metadata({METADATA_KEY: json.dumps(manifest)}).empty_table(), stream)
    folder.replace(NAME, stream.getvalue().to_pybytes())
    folder.remove(EARLIER_NAME)


def read(folder: Folder) -> dict[str, Any] | None:
    """A run's manifest; None if there is none."""
    there = folder.names()
    if NAME in there:
        with folder.opened(NAME) as stream:
            return of_file(stream)
    return dict(json.loads(folder.read(EARLIER_NAME))) if EARLIER_NAME in there else None


def of_file(file: Path | IO[bytes]) -> dict[str, Any]:
    """The manifest in the metadata of a Parquet file; empty if it has none.

    Raises:
        pa.ArrowException, OSError: it is damaged or cannot be read.
    """
    metadata = pq.read_schema(file).metadata or {}
    return dict(json.loads(metadata.get(METADATA_KEY.encode(), b"{}")))
