"""Comparisons are recorded by the audit trail; those made before, which it does not record, are dropped."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table anew, each row with its audit row."""
    op.drop_table("comparisons")
    decision = sa.ForeignKey("decisions.decision_id", ondelete="CASCADE")
    op.create_table(
        "comparisons",
        sa.Column("decision_id", sa.String(64), decision, primary_key=True),
        sa.Column("sequence", sa.BigInteger, sa.ForeignKey("audit.sequence"), nullable=False, index=True),
        sa.Column("time", sa.String(27), nullable=False, index=True),
        sa.Column("trial", sa.String(16), nullable=False, index=True),
        sa.Column("challenger", sa.JSON, nullable=False),
        sa.Column("champion_verdict", sa.String(16), nullable=False),
        sa.Column("challenger_verdict", sa.String(16), nullable=False),
        sa.Column("champion_labels", sa.JSON, nullable=False),
        sa.Column("challenger_labels", sa.JSON, nullable=False),
        sa.Column("scores", sa.JSON, nullable=False),
    )
