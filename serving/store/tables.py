"""The tables as SQLAlchemy knows them; migrations create them.

Times are ISO 8601 in UTC with microseconds, as text: they sort, and read the same in every database and in every hash.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

REVISION: Final = "0006"
"""The migration that this release needs."""

TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"

metadata = MetaData()

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("time", String(27), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("actor", String(256), nullable=False),
    Column("details", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row an event, kept for ever, without personal data. `serving.store.audit.trail` chains the rows."""

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String(64), primary_key=True),
    Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
    Column("time", String(27), nullable=False, index=True),
    Column("account", String(64), nullable=False),
    Column("asked_by", String(256), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("timings", JSON, nullable=False),
)
"""One row a judged profile. `account` and `inputs` are keyed hashes; `answer` lacks account and quotations. Where
contents are kept, `inputs` has a hash of the quotations too."""


def _of_decision() -> Column[Any]:
    return Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), nullable=False, index=True)


contents = Table(
    "contents",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""The judged fields, and under `words` the quotations of the findings, all encrypted."""


def _sealed_remark() -> tuple[Column[Any], ...]:
    """The columns of what somebody said of a decision: its audit row, when, who, and the encrypted text."""
    return (
        Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
        Column("time", String(27), nullable=False),
        Column("actor", String(256), nullable=False),
        Column("text_hash", String(64), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
    )


appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", String(64), primary_key=True),
    _of_decision(),
    *_sealed_remark(),
)
"""Complaints against decisions, with encrypted text."""

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(64), primary_key=True),
    _of_decision(),
    Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
    Column("time", String(27), nullable=False, index=True),
    Column("actor", String(256), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("labels", JSON),
    Column("text_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Reviews: outcome, labels that the reviewer confirmed, and encrypted note."""

comments = Table(
    "comments",
    metadata,
    Column("comment_id", String(64), primary_key=True),
    _of_decision(),
    *_sealed_remark(),
)
"""Remarks of reviewers on a decision, with encrypted text."""

comparisons = Table(
    "comparisons",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
    Column("time", String(27), nullable=False, index=True),
    Column("trial", String(16), nullable=False, index=True),
    Column("challenger", JSON, nullable=False),
    Column("champion_verdict", String(16), nullable=False),
    Column("challenger_verdict", String(16), nullable=False),
    Column("champion_labels", JSON, nullable=False),
    Column("challenger_labels", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
)
"""A challenger's judgement beside the champion's decision; `serving.shadow.comparison` explains the columns."""

requests = Table(
    "requests",
    metadata,
    Column("request_id", String(64), primary_key=True),
    Column("key", String(64), nullable=False, index=True),
    Column("content", String(64), nullable=False),
    Column("time", String(27), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Requests with an Idempotency-Key, for 24 hours; `serving.store.idempotency` explains the columns. They are no record,
and no audit row names them: an answer that was altered does not open."""


cases = Table(
    "cases",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("time", String(27), nullable=False),
    Column("account", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("appealed", String(27), index=True),
    Column("outcome", String(16)),
    Column("holder", String(256)),
    Column("held_until", String(27)),
    Column("suggested", Integer),
    Column("suggestion", JSON),
    Index("ix_cases_time", "time", "decision_id"),
    Index("ix_cases_open", "is_open", "time", "decision_id"),
    Index("ix_cases_open_verdict", "is_open", "verdict", "time", "decision_id"),
    Index("ix_cases_verdict", "verdict", "time", "decision_id"),
    Index("ix_cases_account", "account", "time"),
    Index("ix_cases_suggested", "suggested"),
)
"""The reviewers' work list: one row a decision, derived from the recorded rows. It is no record, and not in the trail.

`is_open` is true while a person should look: the verdict is not pass and nobody reviewed it, or an appeal came since.
`appealed` is the time of the oldest appeal since the last review, `outcome` that review's. `holder` works on the case
until `held_until`. `suggested` is the place, from 1, among decisions that are suggested for a review, and `suggestion`
the reason (`serving.store.cases.suggestions`)."""

case_findings = Table(
    "case_findings",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("time", String(27), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("label", String(32), nullable=False),
    Column("field", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("kind", String(16)),
    Column("reference_id", String(256)),
    Column("content", String(64)),
    Index("ix_case_findings_time", "time", "decision_id", "label", "counts"),
    Index("ix_case_findings_label", "label", "time", "decision_id"),
    Index("ix_case_findings_open", "is_open", "time", "decision_id"),
    Index("ix_case_findings_open_label", "is_open", "label", "time", "decision_id"),
    Index("ix_case_findings_open_field", "is_open", "field", "time", "decision_id"),
    Index("ix_case_findings_reference", "reference_id", "time"),
    Index("ix_case_findings_content", "content", "time"),
)
"""The findings of each case, for filters; `is_open` is the case's. `counts` is false for permitted findings and those
of severity pass. `content` is the keyed hash of the field in which it was found."""


def canonical(value: Any) -> str:
    """Canonical JSON: the same text for the same value, for hashes and for the database."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def utc(moment: datetime) -> str:
    """A time in the format of the tables."""
    return moment.astimezone(UTC).strftime(TIME_FORMAT)


def moment_of(text: object) -> datetime | None:
    """The time of a text in the format of the tables; None if it is in no such format."""
    try:
        moment = datetime.strptime(str(text), TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if utc(moment) == text else None


def now() -> str:
    """The current time in the format of the tables."""
    return utc(datetime.now(UTC))
