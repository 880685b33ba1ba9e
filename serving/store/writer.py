"""A thread in every worker that moves decisions from the spool to the database, many in a transaction.

A process may be killed after it stored a segment and before it removed it. So a decision that is in the database
already is skipped.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from serving.store.audit import trail as audit
from serving.store.cases import worklist
from serving.store.database import Database
from serving.store.errors import StoreError
from serving.store.spool import Record, Spool, read
from serving.store.tables import contents, decisions

WRITE_PAUSE_SECONDS: Final = 0.5
"""Seconds between transactions: at most two audit rows a second and worker, each 2 ms under the write lock. An appeal
waits so long for its decision."""

IDLE_SECONDS: Final = 1
"""Seconds between looks at the database and at dead processes' segments when no decision comes."""

STALE_SECONDS: Final = 8
"""Seconds without an answer after which the database counts as down, even if a statement still waits."""

logger = logging.getLogger("huijian.store")


class Writer(threading.Thread):
    """Stores what is spooled.

    Attributes:
        problem: why the last attempt failed; None after one that did not.
    """

    def __init__(self, database: Database, spool: Spool) -> None:
        super().__init__(name="store", daemon=True)
        self._database, self._spool = database, spool
        self._prepared = False
        self._wake, self._ending = threading.Event(), threading.Event()
        self.problem: str | None = None
        self._succeeded = time.monotonic()

    @property
    def is_well(self) -> bool:
        """True while the database stores decisions."""
        return self.problem is None and time.monotonic() - self._succeeded < STALE_SECONDS

    def wake(self) -> None:
        """Tell the thread that decisions were spooled."""
        self._wake.set()

    def run(self) -> None:
        """Store until `stop`."""
        while not self._ending.wait(WRITE_PAUSE_SECONDS):
            self._wake.wait(IDLE_SECONDS)
            self._wake.clear()
            self.attempt()

    def stop(self) -> None:
        """Store the rest, if the database accepts it, and end the thread."""
        self._ending.set()
        self._wake.set()
        self.join()
        self.attempt()

    def attempt(self) -> None:
        """Store all closed segments. Never raises: a failure becomes `problem`."""
        try:
            self._store_all()
        except (StoreError, OSError) as error:
            self._note(str(error))
        except Exception as error:  # its message may quote values
            self._note(f"unexpected {type(error).__name__} while storing")
        else:
            self._note(None)
            self._succeeded = time.monotonic()

    def _note(self, problem: str | None) -> None:
        if problem != self.problem:
            logger.log(logging.ERROR if problem else logging.INFO, "the store: %s", problem or "all is well again")
        self.problem = problem

    def _store_all(self) -> None:
        if not self._prepared:
            self._database.prepare()
            self._prepared = True
        segments = self._spool.closed()
        for segment in segments:
            self._store(segment)
        if not segments:
            self._database.revision()

    def _store(self, segment: Path) -> None:
        records, damaged = read(segment)
        if not self._store_records(records) or damaged:
            self._spool.set_aside(segment)
        else:
            self._spool.remove(segment)

    def _store_records(self, records: Sequence[Record]) -> bool:
        """Store all records but those that the database refuses even alone; returns False if there were such."""
        try:
            with self._database.writing() as connection:
                _insert(connection, records)
        except (DataError, IntegrityError):
            # Bisection stores thousands of good records around a bad one in some ten transactions.
            half = len(records) // 2
            return half > 0 and all([self._store_records(records[:half]), self._store_records(records[half:])])
        return True


def _insert(connection: Connection, records: Sequence[Record]) -> None:
    new = _new(connection, records)
    if not new:
        return
    rows = [{name: value for name, value in record.items() if name != "contents"} for record in new]
    sealed = [_content(record, field) for record in new for field in record["contents"]]
    counts = {"decisions": len(rows)}
    if all(
        record["contents"].keys() <= record["inputs"].keys() for record in new
    ):  # an earlier release may have spooled
        counts["contents"] = len(sealed)
    audit.append(connection, audit.DECISIONS, "service", counts, rows)
    worklist.add(connection, rows)
    if sealed:
        connection.execute(insert(contents), sealed)


def _new(connection: Connection, records: Sequence[Record]) -> list[Record]:
    """The records that are not stored yet, each once."""
    by_id = {record["decision_id"]: record for record in records}
    known = connection.scalars(select(decisions.c.decision_id).where(decisions.c.decision_id.in_(by_id)))
    for decision_id in known.all():
        del by_id[decision_id]
    return list(by_id.values())


def _content(record: Record, field: str) -> dict[str, Any]:
    sealed = record["contents"][field].encode()
    return {"decision_id": record["decision_id"], "field": field, "sealed": sealed}
