"""Visits that say something, found in their index alone: 今日 asks of them at each log-in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put what they say into the index, so that none is looked up in its own page."""
    op.drop_index("ix_visit_told", "visit")
    op.create_index(
        "ix_visit_told",
        "visit",
        ["day", "found", "note"],
        sqlite_where=sa.text("found IS NOT NULL OR note IS NOT NULL"),
    )
