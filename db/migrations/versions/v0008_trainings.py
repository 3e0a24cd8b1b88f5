"""What a session of training needs: its hours and quiz, its series, and the sheets printed for it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there, and make the table."""
    op.add_column("training", sa.Column("hours", sa.SmallInteger()))
    op.add_column("training", sa.Column("pass_mark", sa.SmallInteger()))
    op.add_column("training", sa.Column("series", sa.LargeBinary(length=16)))
    op.add_column("attendance", sa.Column("before", sa.SmallInteger()))
    op.add_column("attendance", sa.Column("after", sa.SmallInteger()))
    op.add_column("attendance", sa.Column("walk_ins", sa.Text()))
    op.create_table(
        "sign_in_sheet",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("training", sa.LargeBinary(length=16), nullable=False),
        sa.Column("printed", sa.Date(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.Column("blanks", sa.SmallInteger(), nullable=False),
        sa.Column("returned", sa.Date(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["training"], ["training.id"], name=op.f("fk_sign_in_sheet_training")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sheet")),
        sa.UniqueConstraint("number", name=op.f("uq_sign_in_sheet_number")),
        sqlite_with_rowid=False,
    )
