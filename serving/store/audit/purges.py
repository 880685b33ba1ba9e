"""Purges in the trail: which of them are sound, and which missing rows they explain.

A purge row explains nothing by itself. Its limits must follow from its own time and the policy's retention, and its
time must agree with the clock and with the row after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from models.policy import StoreRules
from serving.store.audit.trail import PURGE, PURGED
from serving.store.database import Database
from serving.store.tables import audit, moment_of

POLICY: Final = "policy"
"""Kind of the rows that name the active policy, with its retention in days."""

CLOCK_TOLERANCE: Final = timedelta(hours=1)
"""Most by which the clocks of machines that share a database may differ."""

LIMIT_TOLERANCE: Final = timedelta(minutes=1)
"""Most between the moment from which a purge computes its limits and the time of its row: it may wait for the lock."""


@dataclass(frozen=True)
class Retention:
    """Days for which contents and decisions are kept."""

    contents: int
    decisions: int

    @classmethod
    def of(cls, rules: StoreRules) -> Retention:
        """The retention of a policy."""
        return cls(rules.contents.days, rules.decisions.days)


@dataclass(frozen=True)
class Purge:
    """A purge row.

    Attributes:
        sequence: of the row.
        contents_before, decisions_before: times before which contents and decisions were deleted; empty in a row that
            is not sound.
        is_complete: all of them are deleted.
        fault: why the row is not sound; None if it is.
    """

    sequence: int
    contents_before: str
    decisions_before: str
    is_complete: bool
    fault: str | None


class Purges:
    """The purges in a trail, oldest first.

    Args:
        purges: all of them.
    """

    def __init__(self, purges: Sequence[Purge]) -> None:
        self._purges = purges

    @classmethod
    def read(cls, database: Database, rules: StoreRules) -> Purges:
        """The purges in a database.

        Args:
            rules: of the active policy, for purges older than the first row that names a policy.

        Raises:
            StoreUnavailable: the database cannot be reached.
        """
        with database.reading() as connection:
            chosen = select(audit.c.sequence, audit.c.time, audit.c.kind, audit.c.details)
            kinds = chosen.where(audit.c.kind.in_((PURGE, PURGED, POLICY))).order_by(audit.c.sequence)
            rows = [dict(row._mapping) for row in connection.execute(kinds)]
            following = {
                row["sequence"]: _time_after(connection, row["sequence"]) for row in rows if row["kind"] == PURGE
            }
        return cls(list(_purges(rows, following, Retention.of(rules))))

    def fault(self, sequence: int) -> str | None:
        """Why the purge row of this number is not sound; None if it is, or is no purge."""
        return next((purge.fault for purge in self._purges if purge.sequence == sequence), None)

    def explain_decisions(self, sequence: int, time: str) -> bool:
        """True if a group of decisions, recorded at this time in this row, may be gone."""
        return any(purge.sequence > sequence and time < purge.decisions_before for purge in self._purges)

    def explain_contents(self, sequence: int, time: str) -> bool:
        """True if contents of a decision of this time, recorded in this row, may be gone."""
        return any(purge.sequence > sequence and time < purge.contents_before for purge in self._purges)

    def exclude(self, sequence: int, time: str) -> bool:
        """True if a completed purge must have deleted a group of decisions."""
        return any(
            purge.is_complete and purge.sequence > sequence and time < purge.decisions_before for purge in self._purges
        )


def _purges(
    rows: Sequence[Mapping[str, Any]], following: Mapping[int, str | None], retention: Retention
) -> Iterator[Purge]:
    for index, row in enumerate(rows):
        if row["kind"] == POLICY:
            retention = Retention(row["details"].get("contents_days"), row["details"].get("decisions_days"))
        if row["kind"] != PURGE:
            continue
        later = [other["kind"] for other in rows[index:]]
        fault = _fault(row, following[row["sequence"]], retention)
        limits = {} if fault else row["details"]
        yield Purge(
            row["sequence"],
            limits.get("contents_before", ""),
            limits.get("decisions_before", ""),
            # An interrupted purge has no end of its own, so the ends of later ones are not taken for it.
            is_complete=later.count(PURGED) >= later.count(PURGE),
            fault=fault,
        )


def _time_after(connection: Connection, sequence: int) -> str | None:
    """The time of the next row that is no end of a purge, which the same clock dated; None without such a row."""
    later = select(audit.c.time).where(audit.c.sequence > sequence, audit.c.kind != PURGED)
    time: str | None = connection.scalar(later.order_by(audit.c.sequence).limit(1))
    return time


def _fault(row: Mapping[str, Any], following: str | None, retention: Retention) -> str | None:
    time, after = moment_of(row["time"]), moment_of(following)
    contents, decisions = (moment_of(row["details"].get(name)) for name in ("contents_before", "decisions_before"))
    if time is None or contents is None or decisions is None:
        return "the purge has no valid times"
    if time > datetime.now(UTC) + CLOCK_TOLERANCE:
        return f"the purge is dated {row['time']}, which is yet to come"
    if after is not None and time > after + CLOCK_TOLERANCE:
        return f"the purge is dated {row['time']}, later than the row after it"
    if _agree(time - contents, retention.contents) and _agree(time - decisions, retention.decisions):
        return None
    return "the purge deletes what the policy keeps"


def _agree(kept: timedelta, days: object) -> bool:
    return isinstance(days, int) and timedelta(0) <= kept - timedelta(days=days) <= LIMIT_TOLERANCE
