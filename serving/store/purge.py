"""Delete what the policy keeps no longer, beyond recovery, and record the deletion in the audit trail.

Decisions are deleted in the groups in which the audit trail recorded them. So a decision missing from a remaining
group always means tampering.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Delete, Select, delete, literal, select, text, tuple_

from models.policy import StoreRules
from serving.store.audit import trail as audit
from serving.store.audit.clock import checked_now
from serving.store.database import Database
from serving.store.errors import StoreError
from serving.store.idempotency import KEPT
from serving.store.tables import (
    appeals,
    case_findings,
    cases,
    comments,
    comparisons,
    contents,
    decisions,
    requests,
    reviews,
    utc,
)
from serving.store.tables import audit as events

BATCH_ROWS: Final = 200
BATCH_GROUPS: Final = 10
"""Contents and groups of decisions per transaction; the service writes between transactions."""

PURGED_TABLES: Final = (
    decisions,
    contents,
    appeals,
    reviews,
    comments,
    comparisons,
    requests,
    cases,
    case_findings,
)
"""Tables that a purge deletes rows of."""

CHECKPOINT_SECONDS: Final = 10
"""Seconds to wait for readers of SQLite's log, which still holds the deleted rows."""


@dataclass(frozen=True)
class Purged:
    """Numbers of deleted rows."""

    contents: int
    decisions: int


def purge(database: Database, rules: StoreRules, actor: str, today: date | None = None) -> Purged:
    """Delete expired contents and decisions, with all that belongs to them, and kept answers.

    An appeal without a later review keeps the contents of its decision, but not the decision itself.

    Args:
        today: the date in UTC, as a person confirms it where the clock contradicts the record.

    Raises:
        StoreUnavailable: the database cannot be written.
        StoreError: the clock contradicts the record, so nothing was deleted; or other programs kept SQLite's log open,
            and it still holds the deleted rows.
    """
    with database.writing() as connection:
        moment = checked_now(connection, today)
        contents_before = utc(moment - timedelta(days=rules.contents.days))
        decisions_before = utc(moment - timedelta(days=rules.decisions.days))
        begun = {"contents_before": contents_before, "decisions_before": decisions_before}
        if today:
            begun["confirmed"] = today.isoformat()
        audit.append(connection, audit.PURGE, actor, begun)  # first, so that missing rows are explained at any moment
        connection.execute(delete(requests).where(requests.c.time <= utc(moment - KEPT)))
    gone = Purged(_purge_contents(database, contents_before), _purge_decisions(database, decisions_before))
    with database.writing() as connection:
        audit.append(connection, audit.PURGED, actor, asdict(gone))
    _overwrite(database)
    return gone


def _purge_contents(database: Database, before: str) -> int:
    open_appeal = select(appeals.c.appeal_id).where(
        appeals.c.decision_id == decisions.c.decision_id,
        ~select(reviews.c.review_id)
        .where(reviews.c.decision_id == appeals.c.decision_id, reviews.c.sequence > appeals.c.sequence)
        .exists(),
    )
    held = select(contents.c.decision_id).where(contents.c.decision_id == decisions.c.decision_id).exists()
    free = decisions.c.time < before, ~open_appeal.exists()
    over = select(decisions.c.sequence, decisions.c.decision_id).where(*free, held)

    def removal(ids: Sequence[Any]) -> Delete:
        still = select(decisions.c.decision_id).where(*free, decisions.c.decision_id.in_(ids))
        return delete(contents).where(contents.c.decision_id.in_(still))

    return _in_batches(database, over, BATCH_ROWS, removal)


def _purge_decisions(database: Database, before: str) -> int:
    group = events.c.sequence == decisions.c.sequence
    over = select(decisions.c.sequence).join(events, group).where(events.c.time < before).distinct()
    return _in_batches(
        database, over, BATCH_GROUPS, lambda groups: delete(decisions).where(decisions.c.sequence.in_(groups))
    )


def _in_batches(database: Database, over: Select[Any], size: int, removal: Callable[[Sequence[Any]], Delete]) -> int:
    """Delete rows in batches, each searched for after the last key of the one before, while others write.

    Args:
        over: selects columns that order the rows, the key last.
        size: rows of a batch.
        removal: the statement that deletes rows by key, if they may still go.
    """
    removed, columns, page = 0, list(over.selected_columns), over
    with database.maintaining() as searching:  # a search may take longer than the statements of a request
        while found := searching.execute(page.order_by(*columns).limit(size)).all():
            with database.writing() as connection:
                removed += connection.execute(removal([row[-1] for row in found])).rowcount
            page = over.where(tuple_(*columns) > tuple_(*map(literal, found[-1])))
    return removed


def _overwrite(database: Database) -> None:
    """Erase deleted rows from disk: SQLite overwrote them in the file, but its log holds the old pages."""
    with database.maintaining() as connection:
        if database.is_sqlite:
            _truncate_log(connection)
        else:
            for table in PURGED_TABLES:
                connection.execute(text(f"VACUUM {table.name}"))


def _truncate_log(connection: Connection) -> None:
    deadline = time.monotonic() + CHECKPOINT_SECONDS
    while connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one():
        if time.monotonic() > deadline:
            raise StoreError("all is deleted, but other programs keep SQLite's log from being emptied; purge again")
        time.sleep(0.1)
