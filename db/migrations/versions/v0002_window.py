"""What the window needs: field sheets, editions of reports, what is being typed, the idle lock."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "edition",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("plans", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("kind", "period", "no", name=op.f("uq_edition_kind_period_no")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "field_sheet",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("printed", sa.Date(), nullable=False),
        sa.Column("campaign", sa.LargeBinary(length=16), nullable=True),
        sa.Column("doors", sa.LargeBinary(), nullable=False),
        sa.Column("returned", sa.Date(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_sheet")),
        sa.UniqueConstraint("number", name=op.f("uq_field_sheet_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unsaved",
        sa.Column("account", sa.LargeBinary(length=16), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "form", name=op.f("pk_unsaved")),
        sqlite_with_rowid=False,
    )
    op.add_column("post", sa.Column("lock_minutes", sa.Integer(), nullable=True))
