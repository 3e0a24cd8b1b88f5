"""The paper of an edition, kept as it was printed."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, empty: what was issued before is drawn anew from its figures, as it was."""
    op.create_table(
        "edition_pdf",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edition_pdf"),
    )
