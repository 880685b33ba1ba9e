"""Tampering with a store by somebody who may do anything to its database, but has none of its keys."""

from contextlib import contextmanager

from sqlalchemy import create_engine, delete, insert, select, text

from serving.store.audit.trail import digest_of, hash_of
from serving.store.tables import appeals, audit, comments, comparisons, contents, decisions, reviews

TABLES = (audit, decisions, contents, appeals, reviews, comments, comparisons)


class Forger:
    """Reads and replaces all rows of a store, past its triggers and foreign keys."""

    def __init__(self, database):
        self.is_sqlite = database.is_sqlite
        self._engine = create_engine(database._url)
        with self._connected() as connection:
            names = ("audit_no_update", "audit_no_delete", "audit_no_replace") if self.is_sqlite else ()
            for name in names:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))

    @contextmanager
    def _connected(self):
        with self._engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection

    def rows(self):
        """All rows by table, each a dict, in the order of their keys."""
        with self._connected() as connection:
            return {
                table.name: [
                    dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for table in TABLES
            }

    def replace(self, rows):
        """Put rows in the place of all that there are."""
        with self._connected() as connection:
            for table in TABLES:
                connection.execute(delete(table))
                if rows[table.name]:
                    connection.execute(insert(table), rows[table.name])

    def close(self):
        self._engine.dispose()


def appended(trail, kind, time, details):
    """An audit row after the last of the trail that is right in itself."""
    last = trail[-1]
    row = {
        "sequence": last["sequence"] + 1,
        "time": time,
        "kind": kind,
        "actor": "root",
        "details": details,
        "digest": digest_of([]),
        "previous": last["hash"],
    }
    return {**row, "hash": hash_of(row)}


def chained_anew(trail):
    """The trail, each row with the hash that it should have after the one before it."""
    previous, chained = trail[0]["previous"], []
    for row in trail:
        new = {**row, "previous": previous}
        previous = hash_of(new)
        chained.append({**new, "hash": previous})
    return chained
