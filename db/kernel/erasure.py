"""Erased values: what was erased stays on record by id and name of field, the values are gone.

An entry of the journal keeps its digest, so the chain of MACs stays whole, and under the key "" it
says which fields it lost, sealed anew; the proofs take it only where an `Erasure` names them
(docs/RELIABILITY.md). How values leave is db/kernel/erasing.py.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.ids import Id
from db.kernel.journal import ADDED, record_class, table_of
from db.kernel.records import KEY, Record, Words, compact_json
from db.kernel.seals import change_digest

# What stands where a column may not be empty.
ERASED: Final = "（已清除）"
# Among the fields of an Erasure: the row itself was taken out.
WHOLE: Final = "*"
_MARK: Final = ""
# Seals an entry: of kind, table, record, what it says, and what its own site wrote.
Digest = Callable[[str, str, Id, str, str | None], bytes]


class Erasure(Record):
    """A record whose `fields` were erased on a day, who asked for it and who agreed.

    A field "imported.contact" is the entry of that name within a column of values.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        Index("ix_erasure_entity_record", "entity", "record"),
        {"sqlite_with_rowid": False},
    )
    undoable = False
    asked = False
    same_by = ()

    entity: Mapped[str]
    record: Mapped[Id] = mapped_column(KEY)
    fields: Mapped[tuple[str, ...]] = mapped_column(Words)
    rule: Mapped[str]
    day: Mapped[date]
    proposed: Mapped[Id | None] = mapped_column(KEY)
    confirmed: Mapped[Id | None] = mapped_column(KEY)


def values_in(fields: str) -> dict[str, Any]:
    """Return what an entry of the journal says, without what it says of erased fields."""
    said: dict[str, Any] = orjson.loads(fields)
    said.pop(_MARK, None)
    return said


def erased_in(fields: str) -> tuple[str, ...]:
    """Return the names of the fields that an entry of the journal lost values of."""
    mark = orjson.loads(fields).get(_MARK)
    return tuple(mark["of"]) if mark else ()


def names_in(fields: str) -> set[str]:
    """Return the names of all fields an entry of the journal is about, the erased ones too."""
    return {*values_in(fields), *erased_in(fields)}


def written_in(entity: str, kind: str, fields: str) -> dict[str, Any]:
    """Return what an entry says so that a copy which never had the record can take it in.

    An added record has something in every column that may not be empty, erased or not.
    """
    said = values_in(fields)
    if kind == ADDED:
        columns = table_of(record_class(entity)).c
        gone = (columns[name] for name in erased_in(fields))
        said |= {column.name: ERASED for column in gone if not column.nullable}
    return said


def marked(
    digest: Digest, change: Any, left: Mapping[str, Any], lost: set[str], origin: str | None
) -> str:
    """Return an entry with what is left of it and the names of what it lost, sealed anew.

    `origin` is what is left of what its own site wrote, as `ChangeRow` keeps it.
    """
    of = sorted({*erased_in(change.fields), *lost})
    seal = _seal(digest, change, {**left, _MARK: {"of": of}}, origin)
    return compact_json({**left, _MARK: {"of": of, "seal": seal}})


def is_allowed(connection: Connection, key: bytes, change: Any) -> bool:
    """Tell whether an entry that is not as its digest says lost only what an Erasure names."""
    said = orjson.loads(change.fields)
    mark = said.pop(_MARK, None)
    if not mark:
        return False
    digest = partial(change_digest, key)
    if mark.get("seal") != _seal(
        digest, change, {**said, _MARK: {"of": mark["of"]}}, change.origin
    ):
        return False
    named = connection.execute(
        select(Erasure.fields).where(
            Erasure.entity == change.entity, Erasure.record == change.record
        )
    ).scalars()
    columns = {name.partition(".")[0] for fields in named for name in fields}
    return bool(mark["of"]) and columns.issuperset(mark["of"])


def _seal(digest: Digest, change: Any, body: Mapping[str, Any], origin: str | None) -> str:
    said = compact_json(body)
    return digest(change.kind, change.entity, change.record, said, origin).hex()
