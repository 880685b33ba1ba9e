"""Answers of stored decisions, without accounts and quotations, in the order in which they were stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal, select, tuple_

from serving.store.tables import cases, decisions


@dataclass(frozen=True)
class StoredAnswer:
    """One decision.

    Attributes:
        sequence: number of the audit row that records it; later ones are higher.
        answer: as it was given, without account and quotations.
    """

    decision_id: str
    sequence: int
    answer: Mapping[str, Any]


def newest(
    connection: Connection, limit: int, *, after: StoredAnswer | None = None, before: StoredAnswer | None = None
) -> list[StoredAnswer]:
    """The answers stored last, newest first.

    Args:
        limit: most answers.
        after, before: only those stored after, or before, these.
    """
    place = tuple_(decisions.c.sequence, decisions.c.decision_id)
    conditions: list[ColumnElement[bool]] = [
        *([place > _place(after)] if after else []),
        *([place < _place(before)] if before else []),
    ]
    chosen = select(decisions.c.decision_id, decisions.c.sequence, decisions.c.answer).where(*conditions)
    order = decisions.c.sequence.desc(), decisions.c.decision_id.desc()
    return [StoredAnswer(*row) for row in connection.execute(chosen.order_by(*order).limit(limit))]


def sample(connection: Connection, since: str, until: str, limit: int) -> list[Mapping[str, Any]]:
    """The answers of a random sample of the decisions between two times, the second excluded.

    Args:
        limit: most answers; ids are random, so the first ones by id are a sample.
    """
    within = select(cases.c.decision_id).where(cases.c.time >= since, cases.c.time < until)
    chosen = within.order_by(cases.c.decision_id).limit(limit)
    return list(connection.scalars(select(decisions.c.answer).where(decisions.c.decision_id.in_(chosen))))


def _place(stored: StoredAnswer) -> ColumnElement[Any]:
    return tuple_(literal(stored.sequence), literal(stored.decision_id))
