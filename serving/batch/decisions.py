"""Decisions as Parquet: the answer's fields as columns, in files that are written whole or not at all.

A row that could not be judged has `error` ("code: message (field)") and a null verdict. So it neither passes nor
counts as refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.dataset import dataset

from models.profile import CLASSIFIER_LABELS, IMAGE_FIELDS, TEXT_FIELDS, Answer, Field, ProfileError
from models.runtime import atomic
from serving.batch.carry.digests import ENTITLEMENTS
from serving.batch.errors import InputError

NOTE_KEY = "huijian.note"
"""Key of a file's metadata for a remark of its writer, as JSON."""

BOX = pa.list_(pa.float64())

EVIDENCE = pa.struct(
    {
        "reference_id": pa.string(),
        "reference_name": pa.string(),
        "owner_id": pa.string(),
        "similarity": pa.float64(),
        "box": BOX,
        "frame": pa.int32(),
        "alternatives": pa.list_(pa.string()),
        "spans": pa.list_(pa.list_(pa.int32())),
        "text": pa.string(),
        "normalized": pa.string(),
        "kind": pa.string(),
    }
)

FINDING = pa.struct(
    {
        "label": pa.string(),
        "field": pa.string(),
        "score": pa.float64(),
        "severity": pa.string(),
        "articles": pa.list_(pa.string()),
        "authorized": pa.bool_(),
        "report_only": pa.bool_(),
        "detector": pa.string(),
        "evidence": EVIDENCE,
    }
)

MATCH = pa.struct(
    {
        "reference_id": pa.string(),
        "label": pa.string(),
        "similarity": pa.float64(),
        "score": pa.float64(),
        "box": BOX,
    }
)

SCORES = pa.struct({str(label): pa.float64() for label in CLASSIFIER_LABELS})

SCHEMA = pa.schema(
    {
        "account_id": pa.string(),
        "decision_id": pa.string(),
        "verdict": pa.string(),
        "findings": pa.list_(FINDING),
        "matches": pa.struct({str(field): pa.list_(MATCH) for field in IMAGE_FIELDS}),
        "text_scores": pa.struct({str(field): SCORES for field in TEXT_FIELDS}),
        "versions": pa.struct(
            {name: pa.string() for name in ("encoder", "gallery", "text", "policy", "ocr", "closed", "lists")}
        ),
        "error": pa.string(),
        "warnings": pa.list_(pa.string()),
        "digests": pa.struct({name: pa.string() for name in (*map(str, Field), ENTITLEMENTS)}),
    }
)
"""Columns of a decision: the fields of `Answer.to_dict()`, null where absent, `error`, and `digests` of the content."""


def decision(
    account: str | None,
    result: Answer | ProfileError,
    versions: Mapping[str, str],
    digests: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """One row of `SCHEMA`."""
    if isinstance(result, Answer):
        return {**result.to_dict(), "digests": digests}
    return {
        "account_id": account,
        "findings": [],
        "versions": dict(versions),
        "error": describe(result),
        "warnings": [],
    }


def describe(error: ProfileError) -> str:
    """An error in one line: code, message, and the field at fault if it is one; surrogates are escaped."""
    line = f"{error.code}: {error.message}" + (f" ({error.field})" if error.field else "")
    return line.encode("utf-8", "backslashreplace").decode()


def encoded(table: pa.Table, note: Mapping[str, Any]) -> bytes:
    """A file of decisions.

    Args:
        table: rows of `SCHEMA`.
        note: the writer's remark on the file, for `Footer`; JSON-ready.
    """
    stream = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({NOTE_KEY: json.dumps(note)}), stream, compression="zstd")
    return stream.getvalue().to_pybytes()


@dataclass(frozen=True)
class Footer:
    """The end of a file of decisions, which is read without the rest.

    Attributes:
        rows: number of decisions.
        note: the remark that the file was written with; empty if there is none.
    """

    rows: int
    note: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path | IO[bytes]) -> Footer:
        """Read a file's footer.

        Raises:
            pa.ArrowException, OSError: it is damaged or cannot be read.
        """
        metadata = pq.read_metadata(file)
        note = json.loads((metadata.metadata or {}).get(NOTE_KEY.encode(), b"{}"))
        return cls(metadata.num_rows, dict(note))


def read(decisions: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, or of a folder of parts; a batch is in memory at a time.

    Raises:
        InputError: it holds no decisions.
    """
    try:
        for batch in dataset(decisions, format="parquet").to_batches(columns=list(columns)):
            yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise InputError(f"{decisions} holds no decisions: {error}") from error


def join(parts: Sequence[Path], path: Path, metadata: Mapping[str, str]) -> None:
    """Join parts, one in memory at a time, into a file that is written whole or not at all."""
    schema = pq.read_schema(parts[0]).with_metadata(metadata)
    with atomic.replacing(path) as draft, pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for part in parts:
            writer.write_table(pq.read_table(part).replace_schema_metadata(schema.metadata))
