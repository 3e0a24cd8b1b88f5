"""What the papers of a dispute need: its number, its parties in full, the agreement, the file."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there, and make the tables."""
    _columns("post", sa.Column("committee", sa.Text()), sa.Column("court", sa.Text()))
    _columns(
        "dispute",
        sa.Column("given_year", sa.SmallInteger()),
        sa.Column("given_number", sa.SmallInteger()),
        sa.Column("place", sa.Text()),
    )
    # Alembic would add the reference as a constraint afterwards, which SQLite cannot.
    op.execute("ALTER TABLE dispute ADD COLUMN household BLOB REFERENCES household (id)")
    _columns(
        "dispute_party",
        *(
            sa.Column(name, sa.Text())
            for name in (
                "kind",
                "sex",
                "occupation",
                "address",
                "head",
                "head_post",
                "guardian",
                "agent",
            )
        ),
        sa.Column("age", sa.SmallInteger()),
    )
    _columns(
        "dispute_conclusion",
        *(
            sa.Column(name, sa.Text())
            for name in ("matters", "terms", "way", "answer", "answer_note")
        ),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("copies", sa.SmallInteger()),
        sa.Column("told_ways", sa.Boolean()),
        sa.Column("answered_on", sa.Date()),
    )
    _columns("dispute_session", sa.Column("volunteers", sa.LargeBinary()))
    _paper()
    _numbers()


def _columns(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _paper() -> None:
    op.create_table(
        "dispute_paper",
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("printed", sa.Date(), nullable=True),
        sa.Column("filed", sa.Date(), nullable=True),
        sa.Column("pages", sa.SmallInteger(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_paper_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_paper")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dispute_paper_dispute", "dispute_paper", ["dispute"], unique=False)


def _numbers() -> None:
    op.create_table(
        "number_start",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("first", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_start")),
        sa.UniqueConstraint("year", name=op.f("uq_number_start_year")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "number_given",
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_given")),
        sqlite_with_rowid=False,
    )
