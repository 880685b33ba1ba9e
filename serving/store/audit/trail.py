"""The audit trail: a hash chain of events, so that no change goes unnoticed.

Each row holds the hash of the row before it and a digest of the rows recorded with it in other tables. Altering,
inserting or removing any of them breaks the chain. Rows cut off at the end leave a valid chain. So keep the last hash
that an export or a verification printed, and pass it to the next as anchor. Rows hold no personal data and stay when
their decisions are purged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, insert, select

from serving.store.database import Database
from serving.store.errors import StoreError
from serving.store.tables import appeals, audit, canonical, comments, comparisons, decisions, now, reviews

GENESIS_HASH: Final = "0" * 64
"""Previous hash of the first row."""

DECISIONS: Final = "decisions"
APPEAL, REVIEW, COMMENT, COMPARISONS = "appeal", "review", "comment", "comparisons"
PURGE, PURGED = "purge", "purged"
"""Kinds of events: what is recorded, and a purge that begins and ends."""

RECORD_TABLES: Final[Mapping[str, Table]] = {
    DECISIONS: decisions,
    APPEAL: appeals,
    REVIEW: reviews,
    COMMENT: comments,
    COMPARISONS: comparisons,
}
"""Tables of the rows that an event records, by the kind of event."""

PAGE_ROWS: Final = 100
"""Audit rows read at once, each with the rows that it records."""


@dataclass(frozen=True)
class Head:
    """A row of the trail and its hash, which vouches for all rows before it.

    Attributes:
        sequence: its number, from 1; 0 where there is none yet.
    """

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """From `SEQUENCE:HASH`.

        Raises:
            StoreError: it is something else.
        """
        sequence, _, digest = text.partition(":")
        if not sequence.isdecimal() or not digest:
            raise StoreError("an anchor is SEQUENCE:HASH, as `audit verify` and `audit export` print it")
        return cls(int(sequence), digest)


class AuditBroken(StoreError):  # noqa: N818 - a state of the trail
    """The trail, or a row that it records, was altered.

    Args:
        sequence: the first audit row that is not as it was written; None for a row that no audit row records.
    """

    def __init__(self, sequence: int | None, reason: str) -> None:
        super().__init__(reason if sequence is None else f"audit row {sequence}: {reason}")
        self.sequence = sequence


def append(
    connection: Connection, kind: str, actor: str, details: Mapping[str, Any], rows: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Add an event, and the rows that it records, in the caller's transaction.

    Args:
        connection: from `Database.writing`.
        kind: what happened.
        actor: the name of a key, or a user of this machine.
        details: more about the event, without personal data.
        rows: values for the kind's table in `RECORD_TABLES`, without their sequence.
    """
    last = head(connection)
    row: dict[str, Any] = {
        "sequence": last.sequence + 1,
        "time": now(),
        "kind": kind,
        "actor": actor,
        "details": dict(details),
        "digest": digest_of(_in_order(kind, rows)),
        "previous": last.hash,
    }
    connection.execute(insert(audit), row | {"hash": hash_of(row)})
    if rows:
        connection.execute(insert(RECORD_TABLES[kind]), [{**values, "sequence": row["sequence"]} for values in rows])


class Trail:
    """Adds events that record no rows in other tables.

    Args:
        database: prepared.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, kind: str, actor: str, details: Mapping[str, Any]) -> None:
        """Add an event; the arguments are those of `append`.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        with self._database.writing() as connection:
            append(connection, kind, actor, details)

    def last(self, kind: str) -> dict[str, Any] | None:
        """The last event of a kind; None where there is none.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        chosen = select(audit).where(audit.c.kind == kind).order_by(audit.c.sequence.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        return dict(row._mapping) if row else None

    def observe(self, part: str, actor: str, found: Mapping[str, Any]) -> None:
        """Add an event about a version, unless the part's last event has it.

        Args:
            part: the kind of the event, such as "gallery".
            found: the version under `after`, and more about it.

        Raises:
            StoreUnavailable: the database cannot be written.
        """
        with self._database.writing() as connection:
            of_part = select(audit.c.details).where(audit.c.kind == part)
            last = connection.scalar(of_part.order_by(audit.c.sequence.desc()).limit(1))
            before = last["after"] if last else None
            if before != found["after"]:
                append(connection, part, actor, {"before": before, **found})


def head(connection: Connection) -> Head:
    """The last row."""
    row = connection.execute(select(audit.c.sequence, audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)).first()
    return Head(*row) if row else Head(0, GENESIS_HASH)


def events(database: Database) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """All rows in order, each with its recorded rows that are still kept, without encrypted texts."""
    last = 0
    while True:
        with database.reading() as connection:
            page = connection.execute(
                select(audit).where(audit.c.sequence > last).order_by(audit.c.sequence).limit(PAGE_ROWS)
            )
            rows = [dict(row._mapping) for row in page]
            if not rows:
                return
            covered = {kind: _covered(connection, kind, last, rows[-1]["sequence"]) for kind in RECORD_TABLES}
        for row in rows:
            yield row, covered.get(row["kind"], {}).get(row["sequence"], [])
        last = rows[-1]["sequence"]


def _covered(connection: Connection, kind: str, after: int, until: int) -> dict[int, list[dict[str, Any]]]:
    table = RECORD_TABLES[kind]
    columns = [column for column in table.c if column.name != "sealed"]
    chosen = select(*columns).where(table.c.sequence > after, table.c.sequence <= until)
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(chosen):
        groups.setdefault(row.sequence, []).append(_values(row))
    return {sequence: _in_order(kind, rows) for sequence, rows in groups.items()}


def _values(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "sequence"}


def _in_order(kind: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows by their ids, without encrypted texts, whose hashes they hold."""
    keys = RECORD_TABLES[kind].primary_key.columns.keys() if rows else []
    plain = ({name: value for name, value in row.items() if name != "sealed"} for row in rows)
    return sorted(plain, key=lambda row: [row[key] for key in keys])


def hash_of(row: Mapping[str, Any]) -> str:
    """SHA-256 of an audit row's values but its own hash, in hex."""
    return digest_of({name: value for name, value in row.items() if name != "hash"})


def digest_of(value: Any) -> str:
    """SHA-256 of a value in canonical JSON, in hex; an audit row's `digest` is that of its recorded rows."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
