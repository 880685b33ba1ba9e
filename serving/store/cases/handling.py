"""One reviewer at a time: leases on open cases, and refusal of a decision that others overtook."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Column, Connection, or_, select, update

from serving.store.cases import suggestions
from serving.store.cases.answers import StoredAnswer, newest, sample
from serving.store.cases.listing import Filters, Page, Position, Row, count, page, rows_of
from serving.store.cases.statistics import Statistics, statistics
from serving.store.cases.suggestions import Suggestion
from serving.store.database import Database
from serving.store.errors import CaseDecided, CaseHeld
from serving.store.tables import case_findings, cases, reviews, utc

LEASE: Final = timedelta(minutes=15)
"""How long a case is kept for the reviewer who opened it, from the last time that its page was loaded."""

SKIP_ROWS: Final = 200
"""Open cases looked at together for one that is free: more than reviewers at work."""

PAGE_ROWS: Final = 500
"""Answers read at once."""

SIMILAR: Final = 5
"""Earlier decisions of each kind shown beside a case."""


class Cases:
    """The work list in a database whose tables are made.

    All methods raise `StoreUnavailable` while the database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, filters: Filters, limit: int, after: Position | None = None, *, oldest_first: bool = False) -> Page:
        """At most `limit` decisions, newest first unless told otherwise."""
        with self._database.reading() as connection:
            return page(connection, filters, limit, after, oldest_first=oldest_first)

    def count(self, filters: Filters, at_most: int) -> int:
        """How many decisions meet the filters, counted up to a limit."""
        with self._database.reading() as connection:
            return count(connection, filters, at_most)

    def one(self, decision_id: str) -> Row | None:
        """One case with its findings; None where there is none."""
        with self._database.reading() as connection:
            return next(iter(rows_of(connection, [decision_id])), None)

    def hold(self, decision_id: str, by: str) -> bool:
        """Keep a case that waits for a person for a reviewer; False if it does not wait, or is another one's."""
        with self._database.writing() as connection:
            return _hold(connection, decision_id, by)

    def next(self, filters: Filters, by: str, after: Position | None = None) -> str | None:
        """Keep the oldest open case that is free for a reviewer, and return its id; None where there is none.

        Args:
            after: skip the cases up to here.
        """
        with self._database.writing() as connection:
            while True:
                found = page(connection, filters, SKIP_ROWS, after, oldest_first=True)
                held = _hold_first(connection, [row["decision_id"] for row in found.rows], by)
                if held or found.next is None:
                    return held
                after = found.next

    def suggest(self, found: Sequence[Suggestion]) -> None:
        """Queue decisions for a review, the one most worth it first, in place of those that were suggested before."""
        with self._database.writing() as connection:
            suggestions.replace(connection, found)

    def suggested(self, limit: int) -> list[Row]:
        """Cases that were suggested for a review and not reviewed since, the one most worth it first."""
        with self._database.reading() as connection:
            return rows_of(connection, suggestions.ids(connection)[:limit])

    def count_suggested(self) -> int:
        """How many cases are suggested."""
        with self._database.reading() as connection:
            return len(suggestions.ids(connection))

    def next_suggested(self, by: str, after: int = 0) -> str | None:
        """Keep the free suggested case most worth a review for a reviewer; None where there is none.

        Args:
            after: skip the cases up to this place.
        """
        with self._database.writing() as connection:
            return _hold_first(connection, suggestions.ids(connection, after), by)

    def release(self, decision_id: str, by: str) -> None:
        """End a reviewer's work on a case that stays open."""
        with self._database.writing() as connection:
            connection.execute(
                update(cases)
                .where(cases.c.decision_id == decision_id, cases.c.holder == by)
                .values(holder=None, held_until=None)
            )

    def reviews_of(self, ids: Sequence[str]) -> dict[str, list[Row]]:
        """Reviews of decisions without their notes, oldest first, by decision."""
        columns = (reviews.c.decision_id, reviews.c.actor, reviews.c.time, reviews.c.outcome, reviews.c.labels)
        chosen = select(*columns).where(reviews.c.decision_id.in_(ids)).order_by(reviews.c.sequence)
        found: dict[str, list[Row]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(chosen):
                found.setdefault(row.decision_id, []).append(dict(row._mapping))
        return found

    def answers(
        self, limit: int, *, after: StoredAnswer | None = None, before: StoredAnswer | None = None
    ) -> list[StoredAnswer]:
        """The answers stored last, newest first, of those stored after or before others."""
        with self._database.reading() as connection:
            return newest(connection, limit, after=after, before=before)

    def newest(self, limit: int) -> Iterator[StoredAnswer]:
        """The answers stored last, newest first, some hundred in memory at a time."""
        last: StoredAnswer | None = None
        while limit and (found := self.answers(min(limit, PAGE_ROWS), before=last)):
            yield from found
            limit, last = limit - len(found), found[-1]

    def sample(self, since: str, until: str, limit: int) -> list[Mapping[str, Any]]:
        """The answers of a random sample of the decisions between two times, the second excluded."""
        with self._database.reading() as connection:
            return sample(connection, since, until, limit)

    def statistics(self, since: str) -> Statistics:
        """Numbers of decisions and reviews since a time."""
        return statistics(self._database, since)

    def similar(self, case: Row) -> dict[str, list[Row]]:
        """Other decisions, newest first: of the same account, the same content, and the same reference."""
        found = case["findings"]
        contents = [finding["content"] for finding in found if finding["content"]]
        references = [finding["reference_id"] for finding in found if finding["reference_id"]]
        with self._database.reading() as connection:
            return {
                "account": _others(connection, case, cases.c.account, [case["account"]]),
                "content": _others(connection, case, case_findings.c.content, contents),
                "reference": _others(connection, case, case_findings.c.reference_id, references),
            }


def is_held(case: Row) -> bool:
    """True while a reviewer works on a case."""
    return case["holder"] is not None and case["held_until"] > _now()


def waits(case: Row) -> bool:
    """True while a person should look at a case: it is open, or suggested for a review."""
    return bool(case["is_open"]) or case["suggested"] is not None


def check_undecided(connection: Connection, decision_id: str, by: str, seen: Collection[str]) -> None:
    """Check that nothing happened to a case since a reviewer saw it.

    Args:
        seen: ids of the reviews that were there.

    Raises:
        CaseDecided: there is another review now.
        CaseHeld: another reviewer has it at the moment.
    """
    newest = connection.execute(
        select(reviews.c.review_id, reviews.c.actor, reviews.c.time, reviews.c.outcome)
        .where(reviews.c.decision_id == decision_id)
        .order_by(reviews.c.sequence.desc())
        .limit(1)
    ).first()
    if newest and newest.review_id not in seen:
        raise CaseDecided(newest.actor, newest.time, newest.outcome)
    row = connection.execute(select(cases).where(cases.c.decision_id == decision_id)).first()
    if row and row.holder not in (None, by) and row.held_until > _now():
        raise CaseHeld(row.holder, row.held_until)


def _hold_first(connection: Connection, ids: Sequence[str], by: str) -> str | None:
    """Keep the first of these cases that is free for a reviewer."""
    return next((one for one in ids if _hold(connection, one, by)), None)


def _hold(connection: Connection, decision_id: str, by: str) -> bool:
    until = utc(datetime.now(UTC) + LEASE)
    free = or_(cases.c.holder.is_(None), cases.c.holder == by, cases.c.held_until <= _now())
    waits = or_(cases.c.is_open.is_(True), cases.c.suggested.is_not(None))
    taken = update(cases).where(cases.c.decision_id == decision_id, waits, free)
    return bool(connection.execute(taken.values(holder=by, held_until=until)).rowcount)


def _others(connection: Connection, case: Row, column: Column[Any], values: Sequence[str]) -> list[Row]:
    table = column.table
    newest = select(table.c.time, table.c.decision_id).distinct().order_by(table.c.time.desc()).limit(SIMILAR)
    chosen = newest.where(column.in_(values), table.c.decision_id != case["decision_id"])
    return rows_of(connection, [row.decision_id for row in connection.execute(chosen)])


def _now() -> str:
    return utc(datetime.now(UTC))
