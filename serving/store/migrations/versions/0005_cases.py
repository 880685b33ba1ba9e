"""The reviewers' work list, with the cases of all decisions so far, and comments on decisions."""

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PAGE_ROWS: Final = 500
"""Decisions read at once."""

GRANT: Final = """
DO $$ BEGIN
IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'huijian_service') THEN
GRANT UPDATE ON cases, case_findings TO huijian_service;
END IF; END $$
"""
"""The work list is no record: the service itself keeps it up to date."""


def upgrade() -> None:
    """Create the tables and fill the work list."""
    op.create_index("ix_reviews_time", "reviews", ["time"])
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.String(64), primary_key=True),
        sa.Column("decision_id", sa.String(64), _decision(), nullable=False, index=True),
        sa.Column("sequence", sa.BigInteger, sa.ForeignKey("audit.sequence"), nullable=False, index=True),
        sa.Column("time", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(256), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    cases, findings = _cases(), _findings()
    _fill(cases, findings)
    _indexes()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(GRANT)


def _decision() -> sa.ForeignKey:
    return sa.ForeignKey("decisions.decision_id", ondelete="CASCADE")


def _cases() -> sa.Table:
    return op.create_table(
        "cases",
        sa.Column("decision_id", sa.String(64), _decision(), primary_key=True),
        sa.Column("time", sa.String(27), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("appealed", sa.String(27), index=True),
        sa.Column("outcome", sa.String(16)),
        sa.Column("holder", sa.String(256)),
        sa.Column("held_until", sa.String(27)),
    )


def _findings() -> sa.Table:
    return op.create_table(
        "case_findings",
        sa.Column("decision_id", sa.String(64), _decision(), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("time", sa.String(27), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
        sa.Column("kind", sa.String(16)),
        sa.Column("reference_id", sa.String(256)),
        sa.Column("content", sa.String(64)),
    )


def _indexes() -> None:
    """Index what is filled."""
    for name, columns in {
        "time": ["time", "decision_id"],
        "open": ["is_open", "time", "decision_id"],
        "open_verdict": ["is_open", "verdict", "time", "decision_id"],
        "verdict": ["verdict", "time", "decision_id"],
        "account": ["account", "time"],
    }.items():
        op.create_index(f"ix_cases_{name}", "cases", columns)
    for name, columns in {
        "time": ["time", "decision_id", "label", "counts"],
        "label": ["label", "time", "decision_id"],
        "open": ["is_open", "time", "decision_id"],
        "open_label": ["is_open", "label", "time", "decision_id"],
        "open_field": ["is_open", "field", "time", "decision_id"],
        "reference": ["reference_id", "time"],
        "content": ["content", "time"],
    }.items():
        op.create_index(f"ix_case_findings_{name}", "case_findings", columns)


def _fill(cases: sa.Table, findings: sa.Table) -> None:
    connection = op.get_bind()
    last_review = {
        row.decision_id: (row.sequence, row.outcome)
        for row in connection.execute(sa.text("SELECT decision_id, sequence, outcome FROM reviews ORDER BY sequence"))
    }
    appealed: dict[str, str] = {}
    for row in connection.execute(sa.text("SELECT decision_id, sequence, time FROM appeals ORDER BY sequence DESC")):
        if row.sequence > last_review.get(row.decision_id, (0, ""))[0]:
            appealed[row.decision_id] = row.time
    for page in _pages(connection):
        rows = [_case(row, last_review, appealed) for row in page]
        connection.execute(sa.insert(cases), rows)
        found = [one for row, case in zip(page, rows, strict=True) for one in _of(row, case["is_open"])]
        if found:
            connection.execute(sa.insert(findings), found)


def _pages(connection: sa.Connection) -> Iterator[list[Any]]:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in ("decision_id", "time", "account", "verdict")]
    decisions = sa.table("decisions", *columns, sa.column("answer", sa.JSON), sa.column("inputs", sa.JSON))
    last = ""
    while True:
        chosen = sa.select(decisions).where(decisions.c.decision_id > last).order_by(decisions.c.decision_id)
        page = list(connection.execute(chosen.limit(PAGE_ROWS)))
        if not page:
            return
        yield page
        last = page[-1].decision_id


def _case(row: Any, last_review: dict[str, tuple[int, str]], appealed: dict[str, str]) -> dict[str, Any]:
    outcome = last_review.get(row.decision_id, (0, None))[1]
    since = appealed.get(row.decision_id)
    return {
        "decision_id": row.decision_id,
        "time": row.time,
        "account": row.account,
        "verdict": row.verdict,
        "is_open": since is not None or (row.verdict != "pass" and outcome is None),
        "appealed": since,
        "outcome": outcome,
    }


def _of(row: Any, is_open: bool) -> Iterator[dict[str, Any]]:
    for number, finding in enumerate(row.answer["findings"]):
        yield {
            "decision_id": row.decision_id,
            "number": number,
            "time": row.time,
            "is_open": is_open,
            **{name: finding[name] for name in ("label", "field", "score", "severity")},
            "counts": finding["severity"] != "pass" and not finding["authorized"],
            "kind": finding["evidence"].get("kind"),
            "reference_id": finding["evidence"].get("reference_id"),
            "content": row.inputs.get(finding["field"]),
        }
