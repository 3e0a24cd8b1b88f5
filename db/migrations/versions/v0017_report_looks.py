"""How a post has its reports printed: the head of a bulletin, room for the seal, where page numbers stand."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what is there: then a report is printed as it was."""
    for name in ("bulletin", "seal_room", "page_numbers"):
        op.add_column("post", sa.Column(name, sa.Text()))
