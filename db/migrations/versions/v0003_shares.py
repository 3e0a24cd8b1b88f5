"""Which homes of a shared unit a person gave to which 联户长."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has shared a unit out yet."""
    op.add_column(
        "volunteer",
        sa.Column("homes", sa.LargeBinary(), nullable=False, server_default=sa.text("x''")),
    )
