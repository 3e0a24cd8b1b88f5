"""What this copy knows of records already: their rows, and every change any site made to them."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Text, bindparam, func, or_, select, type_coerce

from db.exchange.rows import coded, loose_ids, of_one_copy, travelling, worded_ids
from db.exchange.settling import Fields, Point
from db.kernel.erasure import ERASED, erased_in, written_in
from db.kernel.history import hanging_rows
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import LOCAL, chunks, stored_rows, table_of
from db.kernel.records import ChangeRow, CommandRow, Record

_undone = CommandRow.__table__.alias("undone")
_CHANGES: Final = (
    select(
        ChangeRow.record, ChangeRow.kind, ChangeRow.fields, ChangeRow.origin, ChangeRow.n,
        CommandRow.site, CommandRow.seq, CommandRow.stamp, CommandRow.id,
        _undone.c.id.label("undoes"),
    )
    .join(CommandRow, CommandRow.no == ChangeRow.command)
    .outerjoin(_undone, _undone.c.no == CommandRow.undoes)
    .where(
        ChangeRow.entity == bindparam("entity"),
        ChangeRow.record.in_(bindparam("ids", expanding=True)),
    )
    .order_by(ChangeRow.record, ChangeRow.command, ChangeRow.n)
)  # fmt: skip


class Written(NamedTuple):
    """A change as its site wrote it, with the ids that site has."""

    point: Point
    stamp: int
    kind: str
    record: Id
    fields: Fields
    command: Id = b""
    undoes: Id | None = None


def origin_text(kind: str, record: Id, fields: Fields) -> str:
    """Return a change as `ChangeRow.origin` keeps it."""
    return orjson.dumps([kind, id_text(record), fields]).decode()


def as_written(
    entity: str, kind: str, record: Id, fields: str, origin: str | None
) -> tuple[str, Id, Fields] | None:
    """Return kind, record and fields of a journalled change as its site wrote it.

    None where nobody wrote it: the row followed from a merge.
    """
    if origin is None:
        return kind, record, written_in(entity, kind, fields)
    if origin == LOCAL:
        return None
    said: list[Any] = orjson.loads(origin)
    erased = written_in(entity, said[0], fields) if said[2] and erased_in(fields) else {}
    return (
        said[0],
        id_from_text(said[1]),
        {**{n: v for n, v in erased.items() if v == ERASED}, **said[2]},
    )


def changes_of(
    connection: Connection, record: type[Record], ids: Collection[Id]
) -> dict[Id, list[Written]]:
    """Return every change to the records, by the id they have here, in this journal's order."""
    found: dict[Id, list[Written]] = {}
    for some in chunks(list(ids)):
        said_of = {"entity": record.__tablename__, "ids": some}
        for row in connection.execute(_CHANGES, said_of):
            said = as_written(record.__tablename__, row.kind, row.record, row.fields, row.origin)
            if said is not None:
                point = (row.site, row.seq, row.n)
                found.setdefault(row.record, []).append(
                    Written(point, row.stamp, *said, row.id, row.undoes)
                )
    return found


def rows_of(connection: Connection, record: type[Record], ids: Iterable[Id]) -> dict[Id, Fields]:
    """Return the rows that stand, as the journal writes them."""
    rows = stored_rows(connection, record, list(ids))
    return {row["id"]: coded(record, row) for row in rows}


def naming(
    connection: Connection, record: type[Record], ids: Collection[Id]
) -> Iterator[tuple[str, Id]]:
    """Yield table and id of every row that names one of the records, declared or not."""
    for table, _, hanging in hanging_rows(connection, record.__tablename__, ids):
        yield from ((table.name, id_) for id_ in hanging)
    for other in (*travelling(), *of_one_copy()):
        table = table_of(other)
        for name in loose_ids(other):
            for some in chunks(sorted(ids)):
                rows = connection.execute(select(table.c.id).where(table.c[name].in_(some)))
                yield from ((other.__tablename__, id_) for id_ in rows.scalars())
        for name in worded_ids(other):
            # Of a million visits the index over those that hold anything there is read, not all.
            column, written = table.c[name], type_coerce(table.c[name], Text)
            for id_ in ids:
                holds = or_(*(func.instr(written, text) > 0 for text in (id_text(id_), id_.hex())))
                rows = connection.execute(select(table.c.id).where(column.is_not(None), holds))
                yield from ((other.__tablename__, found) for found in rows.scalars())
