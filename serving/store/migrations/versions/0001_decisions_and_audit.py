"""Decisions, the contents that reviews need, appeals, reviews, and an append-only audit trail."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SQLITE = """
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE sequence >= NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END
"""
"""The last trigger is for INSERT OR REPLACE, which deletes without firing the delete trigger."""

POSTGRESQL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit trail only grows'; END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""


def upgrade() -> None:
    """Create the tables and the triggers."""
    _audit()
    _decisions()
    _statements("appeals", "appeal_id")
    outcome, labels = sa.Column("outcome", sa.String(16), nullable=False), sa.Column("labels", sa.JSON)
    _statements("reviews", "review_id", outcome, labels)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL)
    else:
        for statement in SQLITE.strip().replace("END;\n", "END;\0").split("\0"):
            op.execute(statement)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time", sa.String(27), nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(256), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(64), primary_key=True),
        _sequence(),
        sa.Column("time", sa.String(27), nullable=False, index=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("asked_by", sa.String(256), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("inputs", sa.JSON, nullable=False),
        sa.Column("timings", sa.JSON, nullable=False),
    )
    op.create_table(
        "contents",
        sa.Column("decision_id", sa.String(64), _decision(), primary_key=True),
        sa.Column("field", sa.String(16), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _statements(name: str, key: str, *more: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column(key, sa.String(64), primary_key=True),
        sa.Column("decision_id", sa.String(64), _decision(), nullable=False, index=True),
        _sequence(),
        sa.Column("time", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(256), nullable=False),
        *more,
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _sequence() -> sa.Column[int]:
    return sa.Column("sequence", sa.BigInteger, sa.ForeignKey("audit.sequence"), nullable=False, index=True)


def _decision() -> sa.ForeignKey:
    return sa.ForeignKey("decisions.decision_id", ondelete="CASCADE")
