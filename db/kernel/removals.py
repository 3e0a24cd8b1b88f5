"""What deletions took out: the list of the recycle bin, and putting a row back.

A deletion is a command whose action begins with 删除. What an undo took away again, or a merge
joined to another record, is no deletion.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, UniqueConstraint, func, select
from sqlalchemy.orm import aliased

from db.kernel.erasure import erased_in, values_in
from db.kernel.errors import UserError
from db.kernel.history import void_commands
from db.kernel.ids import Id
from db.kernel.journal import REMOVED, Tx, chunks, decoders, record_class, table_of
from db.kernel.records import ChangeRow, CommandRow, Ids, Record

DELETION: Final = "删除"
_IS_DELETION: Final = CommandRow.action.startswith(DELETION)


class Removal(NamedTuple):
    """A row that a deletion took out and that is not there now; `row` is what it held."""

    entity: str
    record: Id
    no: int
    wall: str
    account: Id | None
    row: dict[str, Any]


def removals(
    connection: Connection, entities: Collection[str], offset: int = 0, limit: int = 50
) -> list[Removal]:
    """Return a window of the rows of those tables that deletions took out, the latest first."""
    standing, void = _deletions(connection)
    statement = _in_force(void).where(ChangeRow.entity.in_(entities))
    found: list[Removal] = []
    # By the few deletions: the planner would walk every change of the tables, all visits ever made.
    for some in chunks(standing):
        rows = connection.execute(statement.where(ChangeRow.command.in_(some)))
        found += [_removal(*row) for row in rows if not erased_in(row.fields)]
        if len(found) >= offset + limit:
            break
    return found[offset : offset + limit]


def removal_counts(connection: Connection, entities: Collection[str]) -> dict[str, int]:
    """Return how many rows of each of those tables `removals` lists; of none where it lists none."""
    standing, void = _deletions(connection)
    statement = _in_force(void).where(ChangeRow.entity.in_(entities))
    counts: Counter[str] = Counter()
    for some in chunks(standing):
        rows = connection.execute(statement.where(ChangeRow.command.in_(some)))
        counts.update(row.entity for row in rows if not erased_in(row.fields))
    return dict(counts)


def taken_out(connection: Connection, records: Collection[Id]) -> set[Id]:
    """Return which of these records, of whatever tables, were taken out and are not there now."""
    gone: set[Id] = set()
    for some in chunks(sorted(records)):
        removed = (
            select(ChangeRow.entity, ChangeRow.record)
            .where(ChangeRow.kind == REMOVED, ChangeRow.record.in_(some))
            .distinct()
        )
        for entity, record in connection.execute(removed).all():
            table = table_of(record_class(entity))
            there = select(table.c.id).where(table.c.id == record)
            if connection.execute(there).first() is None:
                gone.add(record)
    return gone


def put_back(tx: Tx, entity: str, record: Id) -> int:
    """Add a row that a deletion took out, with what went in the same step and hangs on it.

    Return how many rows that are. UserError if it is there, was never deleted, what it refers to
    is gone, or something else has taken its place.
    """
    statement = _in_force(_deletions(tx.connection)[1]).where(
        ChangeRow.entity == entity, ChangeRow.record == record
    )
    found = tx.connection.execute(statement).first()
    if found is None:
        raise UserError("回收站里没有这一条，它可能已经恢复了。")
    if erased_in(found.fields):
        raise UserError("它的内容已经按规定清除，不能恢复。")
    rows = _with_what_hangs(tx.connection, _removal(*found))
    for kind, some in rows.items():
        for row in some:
            _refuse_if_unfit(tx.connection, table_of(kind), row, rows)
    for kind, some in rows.items():
        tx.add(kind, some)
    return sum(len(some) for some in rows.values())


def _deletions(connection: Connection) -> tuple[list[int], set[int]]:
    """The deletions that stand, the latest first, and those an undo took back."""
    numbers = (
        connection.execute(select(CommandRow.no).where(_IS_DELETION).order_by(CommandRow.no.desc()))
        .scalars()
        .all()
    )
    void = void_commands(connection)
    return [no for no in numbers if no not in void], void.intersection(numbers)


def _in_force(void: Collection[int]) -> Any:
    """Rows of deletions that stand, each by the latest that took it out, if it is not there now."""
    last, latest, step = aliased(ChangeRow), aliased(ChangeRow), aliased(CommandRow)
    last_kind = (
        select(last.kind)
        .where(last.entity == ChangeRow.entity, last.record == ChangeRow.record)
        .order_by(last.command.desc(), last.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    latest_deletion = (
        select(func.max(latest.command))
        .join(step, step.no == latest.command)
        .where(latest.entity == ChangeRow.entity, latest.record == ChangeRow.record)
        .where(latest.kind == REMOVED, step.action.startswith(DELETION), step.no.not_in(void))
        .scalar_subquery()
    )
    return (
        select(
            ChangeRow.entity, ChangeRow.record, CommandRow.no, CommandRow.wall, CommandRow.account,
            ChangeRow.fields,
        )
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(_IS_DELETION, ChangeRow.kind == REMOVED, last_kind == REMOVED)
        .where(ChangeRow.command == latest_deletion)
        .order_by(CommandRow.no.desc(), ChangeRow.n.desc())
    )  # fmt: skip


def _removal(
    entity: str, record: Id, no: int, wall: str, account: Id | None, fields: str
) -> Removal:
    back = decoders(record_class(entity))
    said = {name: back[name](value) for name, value in values_in(fields).items()}
    return Removal(entity, record, no, wall, account, {"id": record, **said})


def _with_what_hangs(
    connection: Connection, removal: Removal
) -> Mapping[type[Record], list[dict[str, Any]]]:
    """The row and those of its step that refer to it, by table, parents first."""
    statement = _in_force(_deletions(connection)[1]).where(ChangeRow.command == removal.no)
    gone: dict[str, list[dict[str, Any]]] = {}
    for found in connection.execute(statement):
        if erased_in(found.fields):
            continue
        other = _removal(*found)
        gone.setdefault(other.entity, []).append(other.row)
    back: dict[type[Record], list[dict[str, Any]]] = {record_class(removal.entity): [removal.row]}
    returning = {removal.entity: {removal.record}}
    for table in Record.metadata.sorted_tables:
        if table.name == removal.entity:
            continue
        for row in gone.get(table.name, ()):
            if any(
                row.get(key.parent.name) in returning.get(key.column.table.name, ())
                for key in table.foreign_keys
            ):
                back.setdefault(record_class(table.name), []).append(row)
                returning.setdefault(table.name, set()).add(row["id"])
    return back


def _refuse_if_unfit(
    connection: Connection,
    table: Table,
    row: Mapping[str, Any],
    coming: Mapping[type[Record], Sequence[Mapping[str, Any]]],
) -> None:
    for column in table.columns:
        value = row.get(column.name)
        if not value:
            continue
        named = [(key.column.table, {value}) for key in column.foreign_keys]
        if isinstance(column.type, Ids):
            named.append((table_of(record_class(column.type.of)), set(value)))
        for other, wanted in named:
            there = set(
                connection.execute(select(other.c.id).where(other.c.id.in_(wanted))).scalars()
            )
            there |= {r["id"] for r in coming.get(record_class(other.name), ())}
            if wanted - there:
                raise UserError("它要用到的内容也已经删除了，没有恢复。请先恢复那一条。")
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            same = [column == row.get(column.name) for column in constraint.columns]
            if connection.execute(select(table.c.id).where(*same)).first() is not None:
                raise UserError("它的位置（地址、名称或日期）已经有了新的登记，没有恢复。")
