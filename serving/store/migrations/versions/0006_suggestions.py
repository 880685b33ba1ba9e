"""Suggested reviews in the work list."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("cases", sa.Column("suggested", sa.Integer))
    op.add_column("cases", sa.Column("suggestion", sa.JSON))
    op.create_index("ix_cases_suggested", "cases", ["suggested"])
