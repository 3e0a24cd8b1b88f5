"""What an application asks for, who made a 回访, why a mediation ended, why a number was skipped."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there, and make the table."""
    op.add_column("dispute", sa.Column("requests", sa.Text()))
    op.add_column("dispute_conclusion", sa.Column("reason", sa.Text()))
    op.add_column("dispute_follow_up", sa.Column("staff", sa.LargeBinary()))
    op.add_column("dispute_follow_up", sa.Column("volunteers", sa.LargeBinary()))
    op.create_table(
        "number_skipped",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("first", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_skipped")),
        sqlite_with_rowid=False,
    )
