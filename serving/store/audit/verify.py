"""Verification: every row of every table is recorded by exactly one audit row of its kind, and is as it was written.

Rows after the anchor are as trustworthy as whoever may write to the database. Whoever can may append to the trail, but
appended rows hide no change to what was recorded before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from models.policy import StoreRules
from serving.store.audit import contents as content_checks
from serving.store.audit.purges import Purges
from serving.store.audit.trail import (
    COMPARISONS,
    DECISIONS,
    GENESIS_HASH,
    RECORD_TABLES,
    AuditBroken,
    Head,
    digest_of,
    events,
    hash_of,
)
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.tables import audit, comparisons, contents, decisions


def verify(database: Database, rules: StoreRules, anchor: Head | None = None, secrets: Secrets | None = None) -> Head:
    """Check the chain and all rows of all tables; returns the last row.

    Args:
        rules: of the active policy: how long decisions and contents are kept.
        anchor: a row that was there at an earlier time.
        secrets: to open all contents too; None checks only that they are there.

    Raises:
        AuditBroken: with the first row that is not as it was written.
        StoreUnavailable: the database cannot be reached.
    """
    last = Head(0, GENESIS_HASH)
    try:
        last = _verify_chain(database, rules, anchor, secrets)
        with database.reading() as connection:
            _check_nothing_else(connection)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # values of other types
        raise AuditBroken(None, f"a row of the trail holds what no release writes ({type(error).__name__})") from None
    return last


def _verify_chain(database: Database, rules: StoreRules, anchor: Head | None, secrets: Secrets | None) -> Head:
    last = Head(0, GENESIS_HASH)
    purges = Purges.read(database, rules)
    for row, rows in events(database):
        reason = _fault(row, last) or _fault_of_rows(database, row, rows, purges, secrets)
        if reason:
            purges = Purges.read(database, rules)  # a purge that began meanwhile is no tampering
            reason = _fault(row, last) or _fault_of_rows(database, row, rows, purges, secrets)
        if reason:
            raise AuditBroken(last.sequence + 1, reason)
        last = Head(row["sequence"], row["hash"])
        if anchor and anchor.sequence == last.sequence and anchor != last:
            raise AuditBroken(last.sequence, "it is another row than the anchor: the trail was written anew")
    if anchor and anchor.sequence > last.sequence:
        raise AuditBroken(last.sequence + 1, f"it is missing, and so is all up to the anchor {anchor.sequence}")
    return last


def _fault(row: Mapping[str, Any], last: Head) -> str | None:
    if row["sequence"] != last.sequence + 1:
        return f"it is missing: row {row['sequence']} comes next"
    if row["previous"] != last.hash:
        return "it does not follow the row before it"
    return None if row["hash"] == hash_of(row) else "it was altered"


def _fault_of_rows(
    database: Database,
    row: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    purges: Purges,
    secrets: Secrets | None,
) -> str | None:
    kind, sequence = row["kind"], row["sequence"]
    if fault := purges.fault(sequence):
        return fault
    if kind not in RECORD_TABLES:
        return None if row["digest"] == digest_of(rows) else "it was altered"
    with database.reading() as connection:
        if row["digest"] != digest_of(rows):
            if not rows and _is_explained(connection, row, purges):
                return None
            return f"the {kind} recorded with it was altered or removed"
        if kind == DECISIONS and purges.exclude(sequence, row["time"]):
            return "a later purge says that its decisions are deleted, and they are there"
        return content_checks.fault(connection, row, rows, purges, secrets)


def _is_explained(connection: Connection, row: Mapping[str, Any], purges: Purges) -> bool:
    """True if all that the row records may be gone: by a purge, or with the decision that it is about."""
    if row["kind"] == DECISIONS:
        return purges.explain_decisions(row["sequence"], row["time"])
    if row["kind"] == COMPARISONS:
        return not _exists(connection, decisions.c.sequence == row["details"]["decisions"])
    return not _exists(connection, decisions.c.decision_id == row["details"]["decision_id"])


def _exists(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return bool(connection.scalar(select(func.count()).select_from(decisions).where(condition)))


def _check_nothing_else(connection: Connection) -> None:
    """Check that no row lies outside the chain.

    Raises:
        AuditBroken: an audit row has another number than 1, 2, 3 …, or no audit row records another table's row.
    """
    number = audit.c.sequence
    count, lowest, highest = connection.execute(select(func.count(), func.min(number), func.max(number))).one()
    if count and (lowest, highest) != (1, count):
        raise AuditBroken(None, f"the trail has {count} rows, numbered from {lowest} to {highest}")
    for kind, table in RECORD_TABLES.items():
        _check_recorded(connection, kind, table)
    for table in (contents, comparisons, *RECORD_TABLES.values()):
        _check_has_decision(connection, table)


def _check_recorded(connection: Connection, kind: str, table: Table) -> None:
    recording = and_(audit.c.sequence == table.c.sequence, audit.c.kind == kind)
    key = next(iter(table.primary_key.columns))
    stray = select(key).outerjoin(audit, recording).where(audit.c.sequence.is_(None)).limit(1)
    if row := connection.execute(stray).first():
        raise AuditBroken(None, f"{table.name} {row[0]}: no audit row of the kind {kind} records it")


def _check_has_decision(connection: Connection, table: Table) -> None:
    if table is decisions:
        return
    matching = decisions.c.decision_id == table.c.decision_id
    stray = select(table.c.decision_id).outerjoin(decisions, matching).where(decisions.c.decision_id.is_(None)).limit(1)
    if row := connection.execute(stray).first():
        raise AuditBroken(None, f"{table.name} of decision {row[0]}: there is no such decision")
