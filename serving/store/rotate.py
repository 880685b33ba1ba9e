"""Encrypt stored contents again with the newest key, so that older keys can be dropped."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Table, select, tuple_, update

from serving.store.audit import trail as audit
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.tables import appeals, comments, contents, reviews

BATCH_ROWS: Final = 50
"""Rows per transaction: each may hold a picture of megabytes, and the service writes in between."""


def rotate(database: Database, secrets: Secrets, actor: str) -> int:
    """Encrypt all contents, appeals, notes and comments again; returns their number.

    An interrupted rotation can be run again. Decisions in a spool keep their old key until they are stored.

    Raises:
        StoreError: none of the keys decrypts a row.
        StoreUnavailable: the database cannot be written.
    """
    changed = sum(_rotate_table(database, table, secrets) for table in (contents, appeals, reviews, comments))
    with database.writing() as connection:
        audit.append(connection, "keys_rotated", actor, {"changed": changed})
    return changed


def _rotate_table(database: Database, table: Table, secrets: Secrets) -> int:
    changed, last = 0, tuple("" for _ in table.primary_key)
    while True:
        with database.writing() as connection:
            done = _rotate_page(connection, table, secrets, last)
        if not done:
            return changed
        changed, last = changed + len(done), done[-1]


def _rotate_page(
    connection: Connection, table: Table, secrets: Secrets, last: tuple[str, ...]
) -> list[tuple[str, ...]]:
    key = list(table.primary_key)
    page = select(*key, table.c.sealed).where(tuple_(*key) > last).order_by(*key).limit(BATCH_ROWS)
    rows = connection.execute(page).all()
    for *found, sealed in rows:
        again = secrets.seal(secrets.unseal(sealed))
        connection.execute(update(table).where(tuple_(*key) == tuple(found)).values(sealed=again))
    return [tuple(row[:-1]) for row in rows]
