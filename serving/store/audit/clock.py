"""The clock against the record: a purge by a wrong clock would delete what must be kept."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select

from serving.store.audit.trail import PURGE
from serving.store.errors import StoreError
from serving.store.tables import audit

MAX_SILENT_DAYS: Final = 7
"""Days without any audit row from which a person must confirm the date; a daily purge alone makes one row a day."""

DATE_CHARACTERS: Final = 10
"""Length of the date in a time of the tables."""


def checked_now(connection: Connection, today: date | None = None) -> datetime:
    """The current time in UTC, if the record since the last purge agrees with it.

    Args:
        today: the date in UTC that a person confirmed; then only the clock must agree.

    Raises:
        StoreError: it contradicts the record or `today`.
    """
    now = datetime.now(UTC)
    if today is None:
        _check_record(_recorded_dates(connection), now.date())
    elif today != now.date():
        raise StoreError(f"the clock says {now:%Y-%m-%d} (UTC), not {today}: set it right first")
    return now


def _recorded_dates(connection: Connection) -> list[str]:
    """The dates of all audit rows since the last purge, this included, sorted."""
    last = select(func.max(audit.c.sequence)).where(audit.c.kind == PURGE).scalar_subquery()
    day = func.substr(audit.c.time, 1, DATE_CHARACTERS)
    chosen = select(day).where(audit.c.sequence >= func.coalesce(last, 0)).distinct().order_by(day)
    return list(connection.scalars(chosen))


def _check_record(recorded: list[str], today: date) -> None:
    remedy = f"if today is {today}, run `huijian purge --today {today}`; if not, set the clock right"
    try:
        days = [date.fromisoformat(day) for day in recorded]
    except ValueError:
        raise StoreError("the trail holds a row without a valid time; run `huijian audit verify`") from None
    if days and days[-1] > today + timedelta(days=1):
        raise StoreError(f"the clock says {today}, and the record reaches {days[-1]}; nothing was deleted; {remedy}")
    for before, after in itertools.pairwise([*days, today]):
        if (after - before).days > MAX_SILENT_DAYS:
            raise StoreError(
                f"the clock says {today}, and the record has nothing from {before} to {after}; nothing was deleted; "
                + remedy
            )
