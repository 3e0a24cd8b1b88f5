"""When people of the place work: a post's own hours, for the west of the country begins later."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there: then the usual hours count."""
    for name in ("work_from", "work_to"):
        op.add_column("post", sa.Column(name, sa.SmallInteger()))
