"""Points and subsidy: schemes, entries by hand, closed months."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; a ledger has no scheme until a person adopts one."""
    _rules()
    _entries()
    _months()


def _rules() -> None:
    """The schemes, their items and bands, and what communities weigh otherwise."""
    op.create_table(
        "point_scheme",
        sa.Column("community", sa.LargeBinary(length=16)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date()),
        sa.Column("per_point", sa.Integer()),
        sa.Column("floor", sa.Integer()),
        sa.Column("cap", sa.Integer()),
        sa.Column("budget", sa.BigInteger()),
        sa.Column("span", sa.Text()),
        sa.Column("reduces", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_point_scheme_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_scheme")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "point_item",
        sa.Column("scheme", sa.LargeBinary(length=16), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("day_cap", sa.Integer()),
        sa.Column("month_cap", sa.Integer()),
        sa.Column("evidence", sa.Boolean(), nullable=False),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("least", sa.Integer()),
        sa.Column("most", sa.Integer()),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["point_scheme.id"], name=op.f("fk_point_item_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_item")),
        sa.UniqueConstraint("scheme", "key", name=op.f("uq_point_item_scheme_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "point_band",
        sa.Column("scheme", sa.LargeBinary(length=16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["point_scheme.id"], name=op.f("fk_point_band_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_band")),
        sa.UniqueConstraint("scheme", "points", name=op.f("uq_point_band_scheme_points")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "point_weight",
        sa.Column("item", sa.LargeBinary(length=16), nullable=False),
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_point_weight_community")
        ),
        sa.ForeignKeyConstraint(["item"], ["point_item.id"], name=op.f("fk_point_weight_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_weight")),
        sa.UniqueConstraint(
            "item", "community", "since", name=op.f("uq_point_weight_item_community_since")
        ),
        sqlite_with_rowid=False,
    )


def _entries() -> None:
    """What is entered by hand, what is decided, what waits to be closed."""
    op.create_table(
        "point_entry",
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start", sa.SmallInteger()),
        sa.Column("end", sa.SmallInteger()),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("points", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text()),
        sa.Column("entity", sa.Text()),
        sa.Column("record", sa.LargeBinary(length=16)),
        sa.Column("account", sa.LargeBinary(length=16)),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name=op.f("fk_point_entry_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_entry")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_point_entry_day", "point_entry", ["day"], unique=False)
    op.create_table(
        "point_decision",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=16)),
        sa.Column("decided", sa.Date(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name=op.f("fk_point_decision_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_decision")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_point_decision_month", "point_decision", ["month"], unique=False)
    op.create_table(
        "point_proposal",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("account", sa.LargeBinary(length=16)),
        sa.Column("proposed", sa.Date(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_proposal")),
        sa.UniqueConstraint("month", name=op.f("uq_point_proposal_month")),
        sqlite_with_rowid=False,
    )


def _months() -> None:
    """Closed months and what corrects them later."""
    op.create_table(
        "point_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=False),
        sa.Column("prepared", sa.LargeBinary(length=16)),
        sa.Column("prepared_name", sa.Text(), nullable=False),
        sa.Column("approved", sa.LargeBinary(length=16)),
        sa.Column("approved_name", sa.Text()),
        sa.Column("paper", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("schemes", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("owing", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_month")),
        sa.UniqueConstraint("month", name=op.f("uq_point_month_month")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "point_line",
        sa.Column("month", sa.LargeBinary(length=16), nullable=False),
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("community_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text()),
        sa.Column("scheme", sa.LargeBinary(length=16)),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("grade", sa.Text()),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_point_line_community")
        ),
        sa.ForeignKeyConstraint(["month"], ["point_month.id"], name=op.f("fk_point_line_month")),
        sa.ForeignKeyConstraint(["scheme"], ["point_scheme.id"], name=op.f("fk_point_line_scheme")),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name=op.f("fk_point_line_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_line")),
        sa.UniqueConstraint("month", "volunteer", name=op.f("uq_point_line_month_volunteer")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_point_line_volunteer", "point_line", ["volunteer"], unique=False)
    op.create_table(
        "point_share",
        sa.Column("line", sa.LargeBinary(length=16), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("community_name", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Text()),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_point_share_community")
        ),
        sa.ForeignKeyConstraint(["line"], ["point_line.id"], name=op.f("fk_point_share_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_share")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_point_share_line", "point_share", ["line"], unique=False)
    op.create_table(
        "point_correction",
        sa.Column("line", sa.LargeBinary(length=16), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("item", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("community", sa.LargeBinary(length=16)),
        sa.Column("community_name", sa.Text()),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text()),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_point_correction_community")
        ),
        sa.ForeignKeyConstraint(["line"], ["point_line.id"], name=op.f("fk_point_correction_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_correction")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_point_correction_line", "point_correction", ["line"], unique=False)
