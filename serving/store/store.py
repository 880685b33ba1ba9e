"""The store as the service uses it: record judgements, show them, take appeals and reviews.

`record` returns when the decisions are on local disk (`serving.store.spool`), so no answered decision is lost. A
thread moves them to the database (`serving.store.writer`). Every other operation is one database transaction and one
event of the audit trail.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from models.policy import StoreRules
from models.profile import Answer, Field, Label, Profile, Severity
from serving.edge.deadlines import deadline
from serving.store.audit import trail as audit
from serving.store.cases import worklist
from serving.store.cases.handling import Cases, check_undecided
from serving.store.database import Database
from serving.store.errors import DecisionUnknown, StoreError, StoreUnavailable
from serving.store.idempotency import Requests
from serving.store.records import QUOTATIONS, opened, record, with_quotations
from serving.store.secrets import Secrets
from serving.store.spool import Record, Spool
from serving.store.tables import appeals, comments, contents, decisions, now, reviews
from serving.store.writer import Writer


@dataclass(frozen=True)
class Health:
    """State of the store, for metrics.

    Attributes:
        accepts: decisions can be recorded now.
        problem: why the database does not store them; None while it does.
        waiting: bytes in the local spool.
        damaged: segments of the spool that an operator must look at.
    """

    accepts: bool
    problem: str | None
    waiting: int
    damaged: int


class Store:
    """The store of one worker. All workers share the database; those of one machine share the spool.

    Args:
        database: the permanent store.
        spool: holds decisions until they are in the database.
        secrets: the keys, the same in all workers.
        rules: returns the rules of the active policy; called for every judgement.

    Attributes:
        trail: for events about things that the store does not hold.
        cases: the reviewers' work list.
        requests: answers to requests with an Idempotency-Key; work counts as given up after two deadlines.
    """

    def __init__(self, database: Database, spool: Spool, secrets: Secrets, rules: Callable[[], StoreRules]) -> None:
        self._database, self._spool, self._secrets, self._rules = database, spool, secrets, rules
        self.trail = audit.Trail(database)
        self.cases = Cases(database)
        self.requests = Requests(database, secrets, 2 * deadline())
        self._writer = Writer(database, spool)
        self._writer.attempt()
        self._writer.start()

    @classmethod
    def from_environment(cls, home: Path, rules: Callable[[], StoreRules]) -> Store:
        """The store that the environment describes, its spool in the home directory.

        Raises:
            StoreError: a key is missing or the database URL cannot be used.
        """
        database, secrets = Database.from_environment(home), Secrets.load(home)
        return cls(database, Spool(home / "store" / "spool"), secrets, rules)

    def check_accepts(self) -> None:
        """Refuse a request, before any work, whose decision could not be recorded.

        Raises:
            StoreUnavailable: the database is down and the policy refuses requests then.
        """
        if not self._accepts():
            raise StoreUnavailable("decisions cannot be recorded now, so none are made")

    def record(self, judged: Sequence[tuple[Profile, Answer]], timings: Mapping[str, float], by: str) -> None:
        """Record judgements durably; answer only after this returned.

        Args:
            timings: milliseconds by stage, for all judgements together.
            by: the name of the key that asked.

        Raises:
            StoreUnavailable: they are not recorded and must not be answered.
        """
        self.check_accepts()
        kept = self._rules().contents
        asked = {"asked_by": by, "timings": {stage: round(spent, 3) for stage, spent in timings.items()}}
        self._spool.append([{**record(profile, answer, kept, self._secrets), **asked} for profile, answer in judged])
        self._writer.wake()

    def decision(self, decision_id: str, by: str) -> dict[str, Any]:
        """A decision with its appeals, reviews and comments, and the quotations that are still kept.

        Raises:
            DecisionUnknown: there is none.
            StoreUnavailable: the database is down.
        """
        # The database again at the end: meanwhile the decision may have moved there from the spool.
        found = self._stored(decision_id) or self._spool.find(decision_id) or self._stored(decision_id)
        if found is None:
            raise _unknown(decision_id)
        with self._database.writing() as connection:
            audit.append(connection, "read", by, {"decision_id": decision_id})
            statements = {
                table.name: self._read_statements(connection, table, decision_id)
                for table in (appeals, reviews, comments)
            }
        shown = {name: found[name] for name in ("decision_id", "time", "asked_by", "verdict", "timings")}
        shown["inputs"] = {name: digest for name, digest in found["inputs"].items() if name != QUOTATIONS}
        quotations = self._opened(found, QUOTATIONS) if QUOTATIONS in found["contents"] else None
        return {**shown, "answer": with_quotations(found["answer"], quotations), **statements}

    def contents(self, decision_id: str, by: str) -> dict[Field, bytes]:
        """The judged fields that are still kept: texts in UTF-8, pictures as encoded bytes.

        Raises:
            DecisionUnknown: there is no such decision.
            StoreError: a field was altered, or none of the keys opens it.
            StoreUnavailable: the database is down.
        """
        found = self._stored(decision_id)
        if found is None:
            raise self._missing(decision_id)
        with self._database.writing() as connection:
            audit.append(connection, "contents_read", by, {"decision_id": decision_id})
        return {field: self._opened(found, field) for field in Field if field in found["contents"]}

    def appeal(self, decision_id: str, text: str, by: str) -> dict[str, Any]:
        """File a complaint by the account's owner (Art. 19); returns its id and time.

        Raises:
            DecisionUnknown: there is no such decision.
            StoreUnavailable: the database is down.
        """
        return self._file_statement(audit.APPEAL, decision_id, text, by)

    def comment(self, decision_id: str, text: str, by: str) -> dict[str, Any]:
        """Record a reviewer's remark; returns its id and time.

        Raises:
            DecisionUnknown: there is no such decision.
            StoreUnavailable: the database is down.
        """
        return self._file_statement(audit.COMMENT, decision_id, text, by)

    def review(  # noqa: PLR0913 - the parts of a review
        self,
        decision_id: str,
        outcome: Severity,
        note: str,
        by: str,
        labels: Collection[Label] | None = None,
        *,
        seen: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """Record a reviewer's outcome; returns its id, time, outcome and labels.

        Args:
            labels: those that the reviewer confirms; None if the reviewer does not say.
            seen: ids of the reviews that the reviewer knows; None records the review whatever others decided.

        Raises:
            DecisionUnknown: there is no such decision.
            CaseDecided, CaseHeld: another reviewer came first.
            StoreUnavailable: the database is down.
        """
        right = None if labels is None else sorted(map(str, labels))
        return self._file_statement(audit.REVIEW, decision_id, note, by, seen, outcome=str(outcome), labels=right)

    def signature(self, kind: str, content: bytes) -> str:
        """A keyed hash of a content, in hex, by which this installation knows its own again."""
        return self._secrets.digest(kind, content)

    def health(self) -> Health:
        """The current state; returns fast, without a query to the database."""
        problem = self._writer.problem if self._writer.is_well else self._writer.problem or "the database is slow"
        return Health(self._accepts(), problem, self._spool.waiting(), self._spool.damaged())

    def close(self) -> None:
        """Move spooled decisions to the database and close it."""
        self._writer.stop()
        self._database.close()

    def _accepts(self) -> bool:
        return self._writer.is_well or self._rules().database_down.then == "spool"

    def _file_statement(
        self, kind: str, decision_id: str, text: str, by: str, seen: Collection[str] | None = None, **more: Any
    ) -> dict[str, Any]:
        plain = text.encode("utf-8", "surrogatepass")
        shown = {f"{kind}_id": uuid.uuid4().hex, "time": now(), **more}
        row = {**shown, "decision_id": decision_id, "actor": by}
        kept = {"text_hash": self._secrets.digest(kind, plain), "sealed": self._secrets.seal(plain)}
        with self._database.writing() as connection:
            if _row(connection, decision_id):
                if seen is not None:
                    check_undecided(connection, decision_id, by, seen)
                audit.append(connection, kind, by, {"decision_id": decision_id, **more}, [{**row, **kept}])
                _update_case(connection, kind, shown, decision_id)
                return shown
        raise self._missing(decision_id)

    def _stored(self, decision_id: str) -> Record | None:
        """A decision in the database with its encrypted contents; None where there is none."""
        with self._database.reading() as connection:
            row = _row(connection, decision_id)
            if row is None:
                return None
            sealed = connection.execute(select(contents).where(contents.c.decision_id == decision_id))
            return {**row._mapping, "contents": {content.field: content.sealed for content in sealed}}

    def _missing(self, decision_id: str) -> StoreError:
        """The error for a decision that was not in the database."""
        if self._spool.find(decision_id) or self._stored(decision_id):
            return StoreUnavailable("the decision is on its way to the database; try again")
        return _unknown(decision_id)

    def _opened(self, found: Record, field: str) -> bytes:
        return opened(found, field, self._secrets)

    def _read_statements(self, connection: Connection, table: Table, decision_id: str) -> list[dict[str, Any]]:
        rows = connection.execute(select(table).where(table.c.decision_id == decision_id).order_by(table.c.sequence))
        return [self._statement(dict(row._mapping)) for row in rows]

    def _statement(self, row: dict[str, Any]) -> dict[str, Any]:
        text = self._secrets.unseal(row["sealed"]).decode("utf-8", "surrogatepass")
        hidden = ("sealed", "sequence", "text_hash", "decision_id")
        return {**{name: value for name, value in row.items() if name not in hidden}, "text": text}


def _update_case(connection: Connection, kind: str, statement: Mapping[str, Any], decision_id: str) -> None:
    if kind == audit.APPEAL:
        worklist.appealed(connection, decision_id, statement["time"])
    elif kind == audit.REVIEW:
        worklist.reviewed(connection, decision_id, statement["outcome"])


def _row(connection: Connection, decision_id: str) -> Row[Any] | None:
    return connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).first()


def _unknown(decision_id: str) -> DecisionUnknown:
    return DecisionUnknown(f"there is no decision {decision_id[:64]!r}, or it is no longer kept")
