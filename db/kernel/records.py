"""The base of every table: column types, and the tables of the journal itself.

Every subclass of `Record` is journalled, found by its search key, undone and rebuilt; the tables
under `Plain` are the journal and its helpers.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import orjson
from sqlalchemy import (
    BigInteger,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.kernel.ids import Id, id_from_text, id_text


class Bytes(LargeBinary):
    """Bytes handed to the library as they are: SQLAlchemy's own wrapping of each value costs more
    than storing it.
    """

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Bind bytes untouched."""
        del dialect

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Take bytes untouched."""
        del dialect, coltype


KEY = Bytes(16)
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def compact_json(value: object) -> str:
    """Return the value as JSON with Chinese characters as they are and no blanks."""
    return orjson.dumps(value).decode()


@lru_cache(maxsize=10_000)
def _words(value: str) -> tuple[str, ...]:
    return tuple(orjson.loads(value))


class Words(TypeDecorator[tuple[str, ...]]):
    """A few words in order, such as topics; an empty tuple where there are none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Store as a JSON list."""
        del dialect
        return None if value is None else compact_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Read back as a tuple."""
        del dialect
        return () if not value else _words(value)


class Lettered(Words):
    """A few words, each a letter and the id of a record in text: the claims of points."""

    cache_ok = True


class Ids(TypeDecorator[tuple[Id, ...]]):
    """Ids of records of one table, in order; stored side by side, 16 bytes each."""

    impl = Bytes
    cache_ok = True

    def __init__(self, of: str = "") -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: tuple[Id, ...] | None, dialect: Dialect) -> bytes | None:
        """Store as one run of bytes."""
        del dialect
        return None if value is None else b"".join(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[Id, ...]:
        """Read back as a tuple of ids."""
        del dialect
        return () if not value else tuple(value[at : at + 16] for at in range(0, len(value), 16))


class Values(TypeDecorator[dict[str, Any]]):
    """A small mapping of plain JSON values, such as the values last imported."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Store as a JSON object."""
        del dialect
        return compact_json(value) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Read back as a mapping."""
        del dialect
        return orjson.loads(value) if value else None


class Record(DeclarativeBase):
    """A journalled table. `undoable` is False where undo must never touch a row.

    Between sites: `travels` is False for what is one copy's own. Rows equal in the columns of
    `same_by` are the same thing made twice; without columns nothing is, unless code says so.
    `asked` is False where two sites' changes never ask a person; `quiet` names such fields.
    `frozen` rows are never changed once written, but for the ids they name. Every table says the
    first two for itself (tests/exchange/test_declared.py).
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text, date: Date, bytes: KEY}
    __table_args__: Any = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form

    undoable: ClassVar[bool] = True
    travels: ClassVar[bool] = True
    same_by: ClassVar[tuple[str, ...]] = ()
    asked: ClassVar[bool] = True
    quiet: ClassVar[tuple[str, ...]] = ()
    frozen: ClassVar[bool] = False

    id: Mapped[Id] = mapped_column(KEY, primary_key=True)

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Return the text this row is found by; empty where nobody searches for it."""
        del row
        return ""


class Plain(DeclarativeBase):
    """A table of the journal's own, outside undo and digest."""

    metadata = Record.metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text, bytes: Bytes}


class CommandRow(Plain):
    """One thing a person did: the entry of the history, the unit of undo, the audit event.

    `stamp` is the hybrid clock, `wall` the UTC time shown; `mac` covers the row, the digests of
    its changes and `previous`. `no` counts what this copy knows, `seq` what `site` did, without
    gaps: between copies a command is named by site and seq.
    """

    __tablename__ = "command"

    no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[Id] = mapped_column(KEY, unique=True)
    site: Mapped[Id] = mapped_column(KEY)
    seq: Mapped[int] = mapped_column(Integer)
    stamp: Mapped[int] = mapped_column(BigInteger)
    wall: Mapped[str]
    account: Mapped[Id | None] = mapped_column(KEY)
    action: Mapped[str]
    note: Mapped[str]
    undoes: Mapped[int | None] = mapped_column(Integer)
    changes: Mapped[int] = mapped_column(Integer)
    previous: Mapped[bytes]
    mac: Mapped[bytes]

    __table_args__ = (Index("ix_command_site", "site", "seq", unique=True),)


class ChangeRow(Plain):
    """One record touched by a command.

    `kind` is "+" with {field: value}, "~" with {field: [old, new]}, "-" with {field: value}; fields
    that are empty are left out of "+" and "-". "=" with {} is another site's change that altered
    nothing here. `origin` keeps what that site wrote where it differs from what it altered here, as
    [kind, record, fields]; it is empty where this copy's rows follow from a merge and nobody wrote.
    """

    __tablename__ = "change"

    command: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    entity: Mapped[str]
    record: Mapped[Id] = mapped_column(KEY)
    fields: Mapped[str]
    digest: Mapped[bytes]
    origin: Mapped[str | None]

    __table_args__ = (
        Index("ix_change_record", "entity", "record", "command", "n"),
        # What was taken out is looked for whole: its values are due for erasure too.
        Index("ix_change_removed", "entity", "record", sqlite_where=text("kind = '-'")),
        {"sqlite_with_rowid": False},
    )


class SearchKey(Plain):
    """The text a record is found by; follows from the record, so it is not journalled."""

    __tablename__ = "search_key"

    record: Mapped[Id] = mapped_column(KEY, primary_key=True)
    entity: Mapped[str]
    text: Mapped[str]

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own form


class Site(Plain):
    """This copy of the ledger: one row.

    `before` is the copy it was until a restore; `part` tells that it holds a few communities only.
    """

    __tablename__ = "site"

    id: Mapped[Id] = mapped_column(KEY, primary_key=True)
    ledger: Mapped[Id] = mapped_column(KEY)
    name: Mapped[str]
    number: Mapped[int] = mapped_column(SmallInteger)
    before: Mapped[Id | None] = mapped_column(KEY)
    part: Mapped[bool]


Encoder = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def encoders(table: Table) -> dict[str, tuple[Encoder, Encoder]]:
    """Return for each column how its value goes into the journal's JSON and comes back."""
    found: dict[str, tuple[Encoder, Encoder]] = {}
    for column in table.columns:
        kind = column.type
        if isinstance(kind, Ids):
            found[column.name] = (
                lambda v: [id_text(i) for i in v],
                lambda v: tuple(id_from_text(i) for i in v),
            )
        elif isinstance(kind, Words):
            found[column.name] = (list, tuple)
        elif isinstance(kind, LargeBinary):
            found[column.name] = (id_text, id_from_text)
        elif isinstance(kind, Date):
            found[column.name] = (date.isoformat, date.fromisoformat)
        else:
            found[column.name] = (_same, _same)
    return found


def empty_value(table: Table, column: str) -> Any:
    """Return what a column holds when nothing was given: an empty tuple for lists, else None."""
    return () if isinstance(table.c[column].type, Words | Ids) else None
