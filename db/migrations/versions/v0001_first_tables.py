"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("communities", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("refusal_closes", sa.Boolean(), nullable=False),
        sa.Column("phone_closes", sa.Boolean(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "change",
        sa.Column("command", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(length=16), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("command", "n", name=op.f("pk_change")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_change_record", "change", ["entity", "record", "command", "n"], unique=False
    )
    op.create_table(
        "command",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("site", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stamp", sa.BigInteger(), nullable=False),
        sa.Column("wall", sa.Text(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=16), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_command")),
        sa.UniqueConstraint("id", name=op.f("uq_command_id")),
    )
    op.create_table(
        "community",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("key", name=op.f("uq_community_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "day_off",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_off")),
        sa.UniqueConstraint("day", name=op.f("uq_day_off_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_mapping",
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("shape", name=op.f("uq_import_mapping_shape")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "post",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=True),
        sa.Column("follow_up_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_key",
        sa.Column("record", sa.LargeBinary(length=16), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ledger", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_table(
        "staff",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "training",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start", sa.SmallInteger(), nullable=True),
        sa.Column("end", sa.SmallInteger(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("lecturers", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_training_day", "training", ["day"], unique=False)
    op.create_table(
        "building",
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("estate", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("rural", sa.Boolean(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_building_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_building_community_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dispute",
        sa.Column("paper_year", sa.SmallInteger(), nullable=True),
        sa.Column("paper_number", sa.Text(), nullable=True),
        sa.Column("registered", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("brief", sa.Text(), nullable=True),
        sa.Column("risk", sa.Text(), nullable=True),
        sa.Column("community", sa.LargeBinary(length=16), nullable=True),
        sa.Column("mediators", sa.LargeBinary(), nullable=False),
        sa.Column("mediated", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["community.id"], name=op.f("fk_dispute_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dispute_registered", "dispute", ["registered"], unique=False)
    op.create_table(
        "dispute_conclusion",
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("performed", sa.Boolean(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=True),
        sa.Column("destination", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute"], ["dispute.id"], name=op.f("fk_dispute_conclusion_dispute")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_conclusion")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_dispute_conclusion_dispute", "dispute_conclusion", ["dispute"], unique=False
    )
    op.create_table(
        "dispute_follow_up",
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute"], ["dispute.id"], name=op.f("fk_dispute_follow_up_dispute")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_follow_up")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dispute_follow_up_dispute", "dispute_follow_up", ["dispute"], unique=False)
    op.create_table(
        "dispute_party",
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["dispute"], ["dispute.id"], name=op.f("fk_dispute_party_dispute")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_party")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dispute_party_dispute", "dispute_party", ["dispute"], unique=False)
    op.create_table(
        "dispute_reopening",
        sa.Column("dispute", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute"], ["dispute.id"], name=op.f("fk_dispute_reopening_dispute")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_reopening")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dispute_reopening_dispute", "dispute_reopening", ["dispute"], unique=False)
    op.create_table(
        "household",
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("building", sa.LargeBinary(length=16), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("occupancy", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("residents", sa.SmallInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["building"], ["building.id"], name=op.f("fk_household_building")),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_household_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_household_community_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_household_building", "household", ["building"], unique=False)
    op.create_table(
        "volunteer",
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("building", sa.LargeBinary(length=16), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["building"], ["building.id"], name=op.f("fk_volunteer_building")),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_volunteer_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_volunteer_community_name", "volunteer", ["community", "name"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("training", sa.LargeBinary(length=16), nullable=False),
        sa.Column("volunteer", sa.LargeBinary(length=16), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("community", sa.LargeBinary(length=16), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("signed", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("imported", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_attendance_community")
        ),
        sa.ForeignKeyConstraint(["training"], ["training.id"], name=op.f("fk_attendance_training")),
        sa.ForeignKeyConstraint(
            ["volunteer"], ["volunteer.id"], name=op.f("fk_attendance_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attendance_training", "attendance", ["training"], unique=False)
    op.create_index("ix_attendance_volunteer", "attendance", ["volunteer"], unique=False)
    op.create_table(
        "household_alias",
        sa.Column("community", sa.LargeBinary(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("household", sa.LargeBinary(length=16), nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["community.id"], name=op.f("fk_household_alias_community")
        ),
        sa.ForeignKeyConstraint(
            ["household"], ["household.id"], name=op.f("fk_household_alias_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_alias")),
        sa.UniqueConstraint("community", "key", name=op.f("uq_household_alias_community_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_household_alias_household", "household_alias", ["household"], unique=False)
    op.create_table(
        "visit",
        sa.Column("household", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.SmallInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("people", sa.SmallInteger(), nullable=True),
        sa.Column("leaflets", sa.SmallInteger(), nullable=True),
        sa.Column("staff", sa.LargeBinary(), nullable=False),
        sa.Column("volunteers", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("original", sa.Text(), nullable=True),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["household"], ["household.id"], name=op.f("fk_visit_household")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_visit_day", "visit", ["day", "outcome", "household"], unique=False)
    op.create_index(
        "ix_visit_edited",
        "visit",
        ["day"],
        unique=False,
        sqlite_where=sa.text("original IS NOT NULL"),
        postgresql_where=sa.text("original IS NOT NULL"),
    )
    op.create_index("ix_visit_household", "visit", ["household", "day"], unique=False)
