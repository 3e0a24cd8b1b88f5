"""What was erased and what is proposed for it; what was taken out is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the index; nothing was erased yet."""
    op.create_table(
        "erasure",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(length=16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("proposed", sa.LargeBinary(length=16), nullable=True),
        sa.Column("confirmed", sa.LargeBinary(length=16), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erasure_entity_record", "erasure", ["entity", "record"], unique=False)
    op.create_table(
        "erasure_proposal",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("records", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("account", sa.LargeBinary(length=16), nullable=True),
        sa.Column("proposed", sa.Date(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_proposal")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_change_removed",
        "change",
        ["entity", "record"],
        unique=False,
        sqlite_where=sa.text("kind = '-'"),
    )
