"""Comparisons with challengers; a comparison is deleted with its decision."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    decision = sa.ForeignKey("decisions.decision_id", ondelete="CASCADE")
    op.create_table(
        "comparisons",
        sa.Column("decision_id", sa.String(64), decision, primary_key=True),
        sa.Column("time", sa.String(27), nullable=False, index=True),
        sa.Column("trial", sa.String(16), nullable=False, index=True),
        sa.Column("challenger", sa.JSON, nullable=False),
        sa.Column("champion_verdict", sa.String(16), nullable=False),
        sa.Column("challenger_verdict", sa.String(16), nullable=False),
        sa.Column("champion_labels", sa.JSON, nullable=False),
        sa.Column("challenger_labels", sa.JSON, nullable=False),
        sa.Column("scores", sa.JSON, nullable=False),
    )
