"""Lists of decisions: filters and pages from query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

from models.profile import ContactKind, Field, Label, ProfileError, Severity
from serving.messages.query import choice_of, page_of
from serving.store.cases.listing import STATES, Filters, Position, Row, State
from serving.store.store import Store
from serving.store.tables import utc

ORDERS: Final = ("newest", "oldest")
OUTCOMES: Final = (Severity.PASS, Severity.REJECT)

SHOWN: Final = ("decision_id", "time", "verdict", "outcome", "appealed")
SHOWN_OF_FINDINGS: Final = ("label", "field", "score", "severity", "kind", "reference_id", "counts")


def listed(store: Store, query: Mapping[str, str]) -> dict[str, Any]:
    """A page of decisions.

    Args:
        query: filters, `order`, `limit` and `after`, as text.

    Raises:
        ProfileError: a value is not allowed; names the parameter.
        StoreUnavailable: the database is down.
    """
    limit = page_of(query).stop
    if limit < 1:
        raise ProfileError("value_invalid", "limit: must be at least 1", "limit")
    order = choice_of(query, "order", ORDERS) or ORDERS[0]
    page = store.cases.page(filters_of(query), limit, position_of(query), oldest_first=order == "oldest")
    return {"decisions": [summary(row) for row in page.rows], "next": str(page.next) if page.next else None}


def filters_of(query: Mapping[str, str]) -> Filters:
    """The filters in query parameters.

    Raises:
        ProfileError: a value is not allowed; names the parameter.
    """
    return Filters(
        verdict=choice_of(query, "verdict", list(Severity)),
        state=cast(State | None, choice_of(query, "state", STATES)),
        outcome=choice_of(query, "outcome", OUTCOMES),
        label=choice_of(query, "label", list(Label)),
        field=choice_of(query, "field", list(Field)),
        kind=choice_of(query, "kind", list(ContactKind)),
        min_score=_score(query, "min_score"),
        max_score=_score(query, "max_score"),
        since=_time(query, "since"),
        until=_time(query, "until"),
    )


def position_of(query: Mapping[str, str]) -> Position | None:
    """The end of the page before.

    Raises:
        ProfileError: `after` is no position.
    """
    text = query.get("after")
    position = None if text is None else Position.parse(text)
    if text is not None and position is None:
        raise ProfileError("value_invalid", "after: must be the `next` of the page before", "after")
    return position


def summary(row: Row) -> dict[str, Any]:
    """A case as a list shows it."""
    findings = [{name: finding[name] for name in SHOWN_OF_FINDINGS} for finding in row["findings"]]
    return {**{name: row[name] for name in SHOWN}, "open": row["is_open"], "findings": findings}


def _score(query: Mapping[str, str], name: str) -> float | None:
    if name not in query:
        return None
    try:
        score = float(query[name])
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise ProfileError("value_invalid", f"{name}: must be a number from 0 to 1", name)
    return score


def _time(query: Mapping[str, str], name: str) -> str | None:
    if name not in query:
        return None
    try:
        moment = datetime.fromisoformat(query[name])
        return utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        message = f"{name}: must be a date or a time such as 2026-12-01T08:00:00Z; without a zone it is UTC"
        raise ProfileError("value_invalid", message, name) from None
