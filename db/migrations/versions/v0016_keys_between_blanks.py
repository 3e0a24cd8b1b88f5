"""Each word of a search key between blanks, so that its beginning is found without building a text anew."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put a blank before and behind each key."""
    op.execute("UPDATE search_key SET text = ' ' || trim(text) || ' '")
