"""A post's own working hours, for the west of the country begins later; earlier roles of volunteers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there: then the usual hours count. Nobody has a term yet."""
    for name in ("work_from", "work_to"):
        op.add_column("post", sa.Column(name, sa.SmallInteger()))
    op.create_table(
        "volunteer_term",
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name=op.f("fk_volunteer_term_volunteer")
        ),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_volunteer_term_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_term")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_volunteer_term_volunteer", "volunteer_term", ["volunteer"], unique=False)
