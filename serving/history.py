"""Which versions of a part were in force, since when and by whom, from the audit trail."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from serving.store.database import Database
from serving.store.tables import audit
from serving.store.variables import URL_VARIABLE

ROLLBACK: Final = "rollback"
"""Action of the trail's rows by which an earlier version came back."""


@dataclass(frozen=True)
class Change:
    """One version came into force.

    Attributes:
        version: its name.
        time: in UTC, as the trail has it.
        by: a user of this machine, a key, or "service" for what it found changed.
        action: what was done, such as "promote"; empty for what the service found.
    """

    version: str
    time: str
    by: str
    action: str


def changes(database: Database, part: str) -> list[Change]:
    """Every change of a part ("text", "gallery", "encoder" or "policy"), oldest first.

    Raises:
        StoreUnavailable: the database cannot be read.
    """
    columns = audit.c.time, audit.c.actor, audit.c.details
    with database.reading() as connection:
        rows = connection.execute(select(*columns).where(audit.c.kind == part).order_by(audit.c.sequence)).all()
    return [Change(row.details["after"], row.time, row.actor, str(row.details.get("action", ""))) for row in rows]


def standing(made: Sequence[Change]) -> list[Change]:
    """The changes that no rollback undid, oldest first: the last is in force, and one goes back to that before it."""
    stack: list[Change] = []
    for change in made:
        if change.action == ROLLBACK and any(change.version == earlier.version for earlier in stack):
            while stack[-1].version != change.version:
                stack.pop()
        elif not stack or stack[-1].version != change.version:
            stack.append(change)
    return stack


@contextmanager
def existing_database(home: Path) -> Iterator[Database | None]:
    """The database, ready to be read; None while there is none, which is not made for reading alone.

    Raises:
        StoreError: its tables are of another release.
    """
    if not os.environ.get(URL_VARIABLE) and not (home / "store" / "huijian.db").exists():
        yield None
        return
    database = Database.from_environment(home)
    try:
        database.prepare()
        yield database
    finally:
        database.close()
