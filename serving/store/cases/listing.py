"""Pages of decisions by filters, in order of time, each page after the last row of the one before (keyset paging)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, select, tuple_

from serving.store.tables import case_findings, cases, moment_of

SEPARATOR: Final = "_"
_DECISION_ID = re.compile("[0-9a-f]{32}")

State = Literal["open", "appealed", "reviewed"]
"""A person should look; an appeal waits; a person has decided."""

STATES: Final[tuple[State, ...]] = ("open", "appealed", "reviewed")

Row = dict[str, Any]


@dataclass(frozen=True)
class Filters:
    """Conditions that a decision meets, all of them; None is no condition.

    Attributes:
        verdict: the automatic one.
        state: of a person's work on it.
        outcome: of the last review.
        label, field, kind, min_score, max_score: of one finding, which meets them all.
        since, until: times between which it was made, the second excluded.
    """

    verdict: str | None = None
    state: State | None = None
    outcome: str | None = None
    label: str | None = None
    field: str | None = None
    kind: str | None = None
    min_score: float | None = None
    max_score: float | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Position:
    """A place between two decisions in the order of time.

    Attributes:
        time, decision_id: of the decision just before it.
    """

    time: str
    decision_id: str

    def __str__(self) -> str:
        return f"{self.time}{SEPARATOR}{self.decision_id}"

    @classmethod
    def parse(cls, text: str) -> Position | None:
        """The position of a text; None if it is none."""
        time, _, decision_id = text.partition(SEPARATOR)
        return cls(time, decision_id) if moment_of(time) and _DECISION_ID.fullmatch(decision_id) else None


@dataclass(frozen=True)
class Page:
    """Some decisions in order.

    Attributes:
        rows: of the table `cases`, each with its `findings`, worst first.
        next: where the next page begins; None after the last.
    """

    rows: list[Row]
    next: Position | None


def page(
    connection: Connection, filters: Filters, limit: int, after: Position | None = None, *, oldest_first: bool = False
) -> Page:
    """At most `limit` decisions, newest first unless told otherwise."""
    table, conditions = _conditions(filters)
    place = tuple_(table.c.time, table.c.decision_id)
    if after:
        here = tuple_(literal(after.time), literal(after.decision_id))
        conditions.append(place > here if oldest_first else place < here)
    order = [column.asc() if oldest_first else column.desc() for column in (table.c.time, table.c.decision_id)]
    found = connection.execute(
        _from(table, filters, table.c.time, table.c.decision_id).where(*conditions).order_by(*order).limit(limit + 1)
    ).all()
    last = Position(*found[limit - 1]) if len(found) > limit else None
    return Page(rows_of(connection, [row.decision_id for row in found[:limit]]), last)


def count(connection: Connection, filters: Filters, at_most: int) -> int:
    """How many decisions meet the filters, counted up to a limit."""
    table, conditions = _conditions(filters)
    some = _from(table, filters, table.c.decision_id).where(*conditions).limit(at_most).subquery()
    return int(connection.scalar(select(func.count()).select_from(some)) or 0)


def rows_of(connection: Connection, ids: Sequence[str]) -> list[Row]:
    """Cases by id, in the order of the ids, each with its findings; unknown ids are left out."""
    rows = {
        row.decision_id: {**row._mapping, "findings": []}
        for row in connection.execute(select(cases).where(cases.c.decision_id.in_(ids)))
    }
    number = case_findings.c.number
    for finding in connection.execute(
        select(case_findings).where(case_findings.c.decision_id.in_(ids)).order_by(case_findings.c.decision_id, number)
    ):
        rows[finding.decision_id]["findings"].append(dict(finding._mapping))
    return [rows[one] for one in ids if one in rows]


def _from(table: Table, filters: Filters, *columns: ColumnElement[Any]) -> Select[Any]:
    chosen = select(*columns)
    if table is cases:
        return chosen
    if filters.verdict or filters.outcome or filters.state in {"appealed", "reviewed"}:
        chosen = chosen.join(cases, cases.c.decision_id == table.c.decision_id)
    return chosen.distinct()


def _conditions(filters: Filters) -> tuple[Table, list[ColumnElement[bool]]]:
    """The table whose index gives the order, and the conditions."""
    found = case_findings.c
    of_findings = [
        *(found[name] == value for name in ("label", "field", "kind") if (value := getattr(filters, name)) is not None),
        *([] if filters.min_score is None else [found.score >= filters.min_score]),
        *([] if filters.max_score is None else [found.score <= filters.max_score]),
    ]
    table = case_findings if of_findings else cases
    of_case: list[ColumnElement[bool]] = [
        *([] if filters.verdict is None else [cases.c.verdict == filters.verdict]),
        *([] if filters.outcome is None else [cases.c.outcome == filters.outcome]),
        *([] if filters.since is None else [table.c.time >= filters.since]),
        *([] if filters.until is None else [table.c.time < filters.until]),
    ]
    if filters.state == "open":
        of_case.append(table.c.is_open.is_(True))
    elif filters.state == "appealed":
        of_case.append(cases.c.appealed.is_not(None))
    elif filters.state == "reviewed":
        of_case.append(cases.c.outcome.is_not(None))
    return table, [*of_case, *of_findings]
