"""The tables, as SQLAlchemy sees them; the migrations make them.

Times are ISO 8601 in UTC with microseconds, as text: they sort, and read the same in every database and in every hash.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, LargeBinary, MetaData, String, Table

REVISION: Final = "0002"
"""The last migration that makes these tables."""

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
"""One row an event, for ever, without personal data; `serving.store.audit` says how rows hang together."""

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
"""One row a judged profile. `account` and `inputs` are keyed hashes; `answer` lacks the account and all words."""


def _of_decision() -> Column[Any]:
    return Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), nullable=False, index=True)


contents = Table(
    "contents",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""The judged fields, encrypted, and under `words` what the findings quote of them."""

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", String(64), primary_key=True),
    _of_decision(),
    Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
    Column("time", String(27), nullable=False),
    Column("actor", String(256), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Complaints against decisions, their text encrypted."""

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(64), primary_key=True),
    _of_decision(),
    Column("sequence", ForeignKey(audit.c.sequence), nullable=False, index=True),
    Column("time", String(27), nullable=False),
    Column("actor", String(256), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("labels", JSON),
    Column("text_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""What reviewers decided instead, and which labels they find right, their notes encrypted."""

comparisons = Table(
    "comparisons",
    metadata,
    Column("decision_id", ForeignKey(decisions.c.decision_id, ondelete="CASCADE"), primary_key=True),
    Column("time", String(27), nullable=False, index=True),
    Column("trial", String(16), nullable=False, index=True),
    Column("challenger", JSON, nullable=False),
    Column("champion_verdict", String(16), nullable=False),
    Column("challenger_verdict", String(16), nullable=False),
    Column("champion_labels", JSON, nullable=False),
    Column("challenger_labels", JSON, nullable=False),
    Column("scores", JSON, nullable=False),
)
"""What a challenger said in shadow of a profile that was decided; `serving.shadow.comparison` says what is what."""


def canonical(value: Any) -> str:
    """JSON that is the same text for the same value, for hashes and for the database."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def utc(moment: datetime) -> str:
    """A time as the tables have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> str:
    """The time as the tables have it."""
    return utc(datetime.now(UTC))
