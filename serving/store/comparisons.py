"""Comparisons of a challenger with the champion, kept as long as their decisions.

A comparison is no measure against an account, so some may be lost when a worker is killed. One audit row records those
of one group of decisions, with which they are deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from serving.store.audit.trail import COMPARISONS, append
from serving.store.database import Database
from serving.store.tables import comparisons, decisions

PAGE_ROWS: Final = 1000
"""Rows read from the database at once."""

Row = Mapping[str, Any]


class Comparisons:
    """The comparisons in a database whose tables are made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Sequence[Row]) -> list[Row]:
        """Store the rows whose decision is in the database already; returns the others, for a later call.

        Raises:
            StoreUnavailable: the database cannot be written; nothing is kept.
        """
        ids = [row["decision_id"] for row in rows]
        with self._database.writing() as connection:
            decided = _groups(connection, decisions, ids)
            known = _groups(connection, comparisons, ids)
            groups: dict[int, list[Row]] = {}
            for row in rows:
                if row["decision_id"] in decided.keys() - known.keys():
                    groups.setdefault(decided[row["decision_id"]], []).append(row)
            for group, new in groups.items():
                append(connection, COMPARISONS, "service", {"decisions": group, "comparisons": len(new)}, new)
        return [row for row in rows if row["decision_id"] not in decided]

    def newest_trial(self) -> str | None:
        """The id of the latest trial; None before the first."""
        with self._database.reading() as connection:
            last = select(comparisons.c.trial).order_by(comparisons.c.time.desc()).limit(1)
            trial: str | None = connection.scalar(last)
            return trial

    def of(self, trial: str) -> Iterator[Row]:
        """All comparisons of a trial, in no particular order.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        columns = [column for column in comparisons.c if column.name != "sequence"]
        chosen = select(*columns).where(comparisons.c.trial == trial)
        with self._database.reading() as connection:
            for row in connection.execute(chosen, execution_options={"yield_per": PAGE_ROWS}):
                yield dict(row._mapping)

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _groups(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, int]:
    """The audit row of each of the decisions that the table has a row of."""
    chosen = select(table.c.decision_id, table.c.sequence).where(table.c.decision_id.in_(ids))
    return {row.decision_id: row.sequence for row in connection.execute(chosen)}
