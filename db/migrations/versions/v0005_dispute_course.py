"""What happens while a dispute is mediated: sessions, extensions, reports, the closing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing of the kind was kept before."""
    _table(
        "session",
        sa.Column("at", sa.SmallInteger(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("mediators", sa.LargeBinary(), nullable=False),
        sa.Column("recorder", sa.Text(), nullable=True),
        sa.Column("invited", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
    )
    _table(
        "extension",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )
    _table(
        "report",
        sa.Column("at", sa.SmallInteger(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
    )
    _table("closing", sa.Column("note", sa.Text(), nullable=True))


def _table(name: str, *columns: sa.Column[object]) -> None:
    table = f"dispute_{name}"
    op.create_table(
        table,
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *columns,
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f(f"fk_{table}_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{table}_dispute", table, ["dispute"], unique=False)
