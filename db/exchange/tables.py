"""What exchange keeps: the sites paired, which ids are one thing, and who had seen what."""

from datetime import date

from sqlalchemy import Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.records import KEY, Ids, Plain, Record


class Peer(Record):
    """Another site that a person paired by its fingerprint, until it is taken off.

    `key` checks its signatures, in hexadecimal; packages for it are sealed to `recipient`. With
    `communities` it holds those only, and gets no others.
    """

    __tablename__ = "peer"
    undoable = False
    travels = False

    site: Mapped[Id] = mapped_column(KEY)
    ledger: Mapped[Id] = mapped_column(KEY)
    name: Mapped[str]
    key: Mapped[str]
    recipient: Mapped[str]
    fingerprint: Mapped[str]
    paired: Mapped[date]
    until: Mapped[date | None]
    communities: Mapped[tuple[Id, ...]] = mapped_column(Ids("community"))


class RecordAlias(Record):
    """Two ids that are one thing, made at two sites."""

    __tablename__ = "record_alias"
    __table_args__ = (
        Index("ix_record_alias_one", "one"),
        Index("ix_record_alias_other", "other"),
        {"sqlite_with_rowid": False},
    )
    same_by = ()
    undoable = False
    asked = False

    entity: Mapped[str]
    one: Mapped[Id] = mapped_column(KEY)
    other: Mapped[Id] = mapped_column(KEY)


class SiteSeen(Record):
    """By its command `at`, site `by` had seen all that `site` did up to its command `upto`.

    With `whole` it had also seen whatever that site had seen by then.
    """

    __tablename__ = "site_seen"
    same_by = ()
    undoable = False
    asked = False

    by: Mapped[Id] = mapped_column(KEY)
    at: Mapped[int]
    site: Mapped[Id] = mapped_column(KEY)
    upto: Mapped[int]
    whole: Mapped[bool]
    name: Mapped[str]


class SiteKey(Plain):
    """This copy's own keys: the seed it signs by, the age identity packages are opened with."""

    __tablename__ = "site_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sign: Mapped[bytes]
    age: Mapped[str]


class KnownAs(Plain):
    """The id this copy knows a thing by that another site calls otherwise; follows from the aliases."""

    __tablename__ = "known_as"
    __table_args__ = (Index("ix_known_as_ours", "ours"), {"sqlite_with_rowid": False})

    theirs: Mapped[Id] = mapped_column(KEY, primary_key=True)
    ours: Mapped[Id] = mapped_column(KEY)


class OpenConflict(Plain):
    """A record on which two sites differ; what they differ in follows from the journal."""

    __tablename__ = "conflict"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    record: Mapped[Id] = mapped_column(KEY, primary_key=True)
    since: Mapped[str]


class PeerState(Plain):
    """How far exchange with a site has come: how many commands of ours were packed, in how many packages, when.

    `heard` counts the packages that came from it, the last at `heard_at`.
    """

    __tablename__ = "peer_state"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    peer: Mapped[Id] = mapped_column(KEY, primary_key=True)
    packed: Mapped[int]
    packages: Mapped[int]
    packed_at: Mapped[str | None]
    heard: Mapped[int]
    heard_at: Mapped[str | None]


class Receipt(Plain):
    """What a site said it has: every command of `site` up to `seq`."""

    __tablename__ = "receipt"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    peer: Mapped[Id] = mapped_column(KEY, primary_key=True)
    site: Mapped[Id] = mapped_column(KEY, primary_key=True)
    seq: Mapped[int]


class BlobName(Plain):
    """The name a content has here that another site calls otherwise."""

    __tablename__ = "blob_name"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    theirs: Mapped[str] = mapped_column(Text, primary_key=True)
    ours: Mapped[str]
