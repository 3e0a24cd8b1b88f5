"""What was found on visits, asked for by its keeping time without reading a million rows."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index over the few visits that say more than an outcome."""
    op.create_index(
        "ix_visit_told",
        "visit",
        ["day"],
        sqlite_where=sa.text("found IS NOT NULL OR note IS NOT NULL"),
    )
