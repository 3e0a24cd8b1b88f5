"""Ledgers exchange packages: what a command is called between copies, who is paired, who is who."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.LargeBinary(length=16)


def upgrade() -> None:
    """Number what was done so far by the number it has; nothing was exchanged yet."""
    op.add_column("account", sa.Column("home", KEY, nullable=True))
    op.add_column("site", sa.Column("before", KEY, nullable=True))
    op.add_column(
        "site", sa.Column("part", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("command", sa.Column("seq", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE command SET seq = no")
    op.create_index("ix_command_site", "command", ["site", "seq"], unique=True)
    op.add_column("change", sa.Column("origin", sa.Text(), nullable=True))
    _records()
    _table("site_key", sa.Column("id", sa.Integer(), nullable=False), sa.Column("sign", sa.LargeBinary(), nullable=False),
           sa.Column("age", sa.Text(), nullable=False), keys=("id",))  # fmt: skip
    _table("known_as", sa.Column("theirs", KEY, nullable=False), sa.Column("ours", KEY, nullable=False), keys=("theirs",))  # fmt: skip
    op.create_index("ix_known_as_ours", "known_as", ["ours"], unique=False)
    _table("conflict", sa.Column("entity", sa.Text(), nullable=False), sa.Column("record", KEY, nullable=False),
           sa.Column("since", sa.Text(), nullable=False), keys=("entity", "record"))  # fmt: skip
    _table("peer_state", sa.Column("peer", KEY, nullable=False), sa.Column("packed", sa.Integer(), nullable=False),
           sa.Column("packages", sa.Integer(), nullable=False), sa.Column("packed_at", sa.Text(), nullable=True),
           sa.Column("heard", sa.Integer(), nullable=False), sa.Column("heard_at", sa.Text(), nullable=True),
           keys=("peer",))  # fmt: skip
    _table("receipt", sa.Column("peer", KEY, nullable=False), sa.Column("site", KEY, nullable=False),
           sa.Column("seq", sa.Integer(), nullable=False), keys=("peer", "site"))  # fmt: skip
    _table("blob_name", sa.Column("theirs", sa.Text(), nullable=False), sa.Column("ours", sa.Text(), nullable=False),
           keys=("theirs",))  # fmt: skip


def _records() -> None:
    _table(
        "peer",
        sa.Column("site", KEY, nullable=False),
        sa.Column("ledger", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("paired", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("communities", sa.LargeBinary(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        keys=("id",),
    )
    _table(
        "record_alias",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("one", KEY, nullable=False),
        sa.Column("other", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        keys=("id",),
    )
    op.create_index("ix_record_alias_one", "record_alias", ["one"], unique=False)
    op.create_index("ix_record_alias_other", "record_alias", ["other"], unique=False)
    _table(
        "site_seen",
        sa.Column("by", KEY, nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("site", KEY, nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        keys=("id",),
    )


def _table(name: str, *columns: sa.Column[object], keys: tuple[str, ...]) -> None:
    primary = sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}"))
    op.create_table(name, *columns, primary, sqlite_with_rowid=False)
