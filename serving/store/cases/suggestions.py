"""Decisions that are suggested for a review, in the work list: a place, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, null, select, update

from serving.store.tables import cases


@dataclass(frozen=True)
class Suggestion:
    """Why a decision is worth a review.

    Attributes:
        doubt: of the label nearest to its threshold, in [0, 1].
        label: that label; None where no label has a score.
        disputed: labels that only one of champion and challenger gave.
    """

    decision_id: str
    doubt: float
    label: str | None
    disputed: Sequence[str]


def replace(connection: Connection, found: Sequence[Suggestion]) -> None:
    """Suggest these decisions, the one most worth a review first, and no other ones."""
    nothing = {"suggested": None, "suggestion": null()}
    connection.execute(update(cases).where(cases.c.suggested.is_not(None)).values(nothing))
    for place, one in enumerate(found, 1):
        reason = {"doubt": one.doubt, "label": one.label, "disputed": list(one.disputed)}
        chosen = update(cases).where(cases.c.decision_id == one.decision_id)
        connection.execute(chosen.values(suggested=place, suggestion=reason))


def ids(connection: Connection, after: int = 0) -> list[str]:
    """Suggested decisions that nobody reviewed since, by place.

    Args:
        after: only those behind this place.
    """
    chosen = select(cases.c.decision_id).where(cases.c.suggested > after).order_by(cases.c.suggested)
    return list(connection.scalars(chosen))
