"""Rewards with their fund, and the two-monthly reviews of grid leaders."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody was rewarded or graded yet."""
    op.create_table(
        "reward",
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("happened", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=True),
        sa.Column("source", sa.LargeBinary(length=16), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("thing", sa.Text(), nullable=True),
        sa.Column("again", sa.Text(), nullable=True),
        sa.Column("paid", sa.Date(), nullable=True),
        sa.Column("voided", sa.Date(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["volunteer"], ["volunteer.id"], name=op.f("fk_reward_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reward_volunteer", "reward", ["volunteer"], unique=False)
    op.create_table(
        "reward_deposit",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("voided", sa.Date(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_deposit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "review",
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["volunteer"], ["volunteer.id"], name=op.f("fk_review_volunteer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_review_volunteer", "review", ["volunteer"], unique=False)
