"""The journal read: history of the ledger and of a record, undo, and the proofs.

Undo is itself a command. It is allowed while no later command touched the same fields or added
rows that hang on the rows it takes away; a command together with its undo counts as nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Table, and_, func, or_, select

from db.kernel.access import Right
from db.kernel.clock import utc_text
from db.kernel.dates import full_day
from db.kernel.erasure import erased_in, names_in, values_in
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import (
    ADDED,
    CHANGED,
    REMOVED,
    UNALTERED,
    Command,
    Tx,
    chunks,
    decoders,
    record_class,
    table_of,
)
from db.kernel.records import ChangeRow, CommandRow, Ids, Record

# Behind these many commands of others, merged since, none of this copy is looked for. A post works every week;
# a year typed wrong is further away than this.
LOOKED_AT: Final = 1000
FAR: Final = timedelta(days=100)


def last_time(
    connection: Connection, action: str, until: datetime | None = None
) -> datetime | None:
    """Return when an action was last done, in UTC; later than `until` counts as never."""
    asked = select(func.max(CommandRow.wall)).where(CommandRow.action == action)
    if until is not None:
        asked = asked.where(CommandRow.wall <= utc_text(until))
    found = connection.execute(asked).scalar()
    return datetime.fromisoformat(found) if found else None


def clock_doubt(connection: Connection, site: Id, now: datetime) -> str:
    """Say in a sentence that today lies before the last command given here, or far after it; mostly empty.

    A clock whose battery is dead starts years back, and what is then entered today is dated so.
    """
    # From the last one back and by no index: what is damaged there keeps nobody from the ledger.
    asked = select(CommandRow.site, CommandRow.wall).order_by(CommandRow.no.desc()).limit(LOOKED_AT)
    walls = (wall for one, wall in connection.execute(asked) if one == site)
    wall = next(walls, None)
    if wall is None:
        return ""
    day, last = now.date(), datetime.fromisoformat(wall).astimezone(now.tzinfo).date()
    told = f"电脑的日期是{full_day(day)}"
    if day < last:
        return f"{told}，比台账里最后一步（{full_day(last)}）还早，多半不对：请先把电脑的日期和时间校准再登记。"
    if day - last > FAR:
        return f"{told}，离台账里最后一步（{full_day(last)}）有{(day - last).days}天了：要是不对，请先校准再登记。"
    return ""


class Entry(NamedTuple):
    """A line of the history; `undone` tells that it counts for nothing now."""

    no: int
    wall: str
    account: Id | None
    action: str
    note: str
    changes: int
    undone: bool


class RecordEntry(NamedTuple):
    """What one command did to one record: {field: (old, new)} as the journal has it.

    `kind` is the journal's: added, changed or removed; `undone` as in `Entry`; `erased` are fields
    it was about whose values are gone.
    """

    no: int
    wall: str
    account: Id | None
    action: str
    note: str
    kind: str
    undone: bool
    fields: dict[str, tuple[Any, Any]]
    erased: tuple[str, ...] = ()


class StepChange(NamedTuple):
    """What a command did to one record: {field: (old, new)}; `kind` as in `RecordEntry`."""

    entity: str
    record: Id
    kind: str
    fields: dict[str, tuple[Any, Any]]
    erased: tuple[str, ...] = ()


def history(connection: Connection, limit: int = 50, offset: int = 0) -> list[Entry]:
    """Return the latest commands, the newest first."""
    void = void_commands(connection)
    statement = select(CommandRow).order_by(CommandRow.no.desc()).limit(limit).offset(offset)
    return [
        Entry(r.no, r.wall, r.account, r.action, r.note, r.changes, r.no in void)
        for r in connection.execute(statement)
    ]


def record_history(connection: Connection, record: type[Record], id_: Id) -> list[RecordEntry]:
    """Return everything that was done to one record, the oldest first."""
    statement = (
        select(ChangeRow.kind, ChangeRow.fields, CommandRow)
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(ChangeRow.entity == record.__tablename__, ChangeRow.record == id_)
        .where(ChangeRow.kind != UNALTERED)
        .order_by(ChangeRow.command, ChangeRow.n)
    )
    void = void_commands(connection)
    found = []
    for row in connection.execute(statement):
        fields, undone = _before_and_after(row.kind, row.fields), row.no in void
        found.append(
            RecordEntry(
                row.no,
                row.wall,
                row.account,
                row.action,
                row.note,
                row.kind,
                undone,
                fields,
                erased_in(row.fields),
            )
        )
    return found


def step_changes(connection: Connection, no: int, limit: int) -> list[StepChange]:
    """Return what a command did, record by record in the order it was done; the first `limit`.

    What another site did without effect here is left out.
    """
    statement = (
        select(ChangeRow.entity, ChangeRow.record, ChangeRow.kind, ChangeRow.fields)
        .where(ChangeRow.command == no, ChangeRow.kind != UNALTERED)
        .order_by(ChangeRow.n)
        .limit(limit)
    )
    return [
        StepChange(
            row.entity,
            row.record,
            row.kind,
            _before_and_after(row.kind, row.fields),
            erased_in(row.fields),
        )
        for row in connection.execute(statement)
    ]


def former_values(connection: Connection, record: type[Record], field: str) -> dict[Any, Id]:
    """Return the values that a field had before and that no record has now, each with its last owner.

    So an old workbook is understood after a renaming. What was undone never was.
    """
    return {key[0]: id_ for key, id_ in former_keys(connection, record, field).items()}


def former_keys(
    connection: Connection, record: type[Record], *fields: str
) -> dict[tuple[Any, ...], Id]:
    """Return what these fields were together before, as `former_values` does for one of them."""
    table, back = table_of(record), decoders(record)
    columns = [table.c[name] for name in fields]
    now = {row[0]: tuple(row[1:]) for row in connection.execute(select(table.c.id, *columns))}
    taken = set(now.values())
    void = void_commands(connection)
    statement = (
        select(ChangeRow.record, ChangeRow.fields, CommandRow.no)
        .join(CommandRow, CommandRow.no == ChangeRow.command)
        .where(ChangeRow.entity == table.name, ChangeRow.kind == CHANGED)
        .where(CommandRow.undoes.is_(None))
        .order_by(ChangeRow.command.desc(), ChangeRow.n.desc())
    )
    found: dict[tuple[Any, ...], Id] = {}
    for id_, said, no in connection.execute(statement):
        if no in void or id_ not in now:
            continue
        old = {name: pair[0] for name, pair in values_in(said).items() if name in fields}
        if not old:
            continue
        # From now backwards, as a change says nothing of the fields that stayed.
        now[id_] = tuple(
            value if name not in old or old[name] is None else back[name](old[name])
            for name, value in zip(fields, now[id_], strict=True)
        )
        if now[id_] not in taken and None not in old.values():
            found.setdefault(now[id_], id_)
    return found


def void_commands(connection: Connection) -> set[int]:
    """Return the commands that an undo in force has taken back."""
    statement = select(CommandRow.no, CommandRow.undoes).where(CommandRow.undoes.is_not(None))
    void: set[int] = set()
    for row in connection.execute(statement.order_by(CommandRow.no.desc())):
        if row.no not in void:
            void.add(row.undoes)
    return void


def undo(no: int) -> Command[int]:
    """Return the command that takes command `no` back; it answers how many records it restored.

    UserError, naming what stands in the way, where later work hangs on it.
    """

    def run(tx: Tx) -> int:
        return take_back(tx, to_take_back(tx.connection, no))

    return Command("撤销", Right.WRITE, run, note=f"第{no}号", undoes=no)


def to_take_back(connection: Connection, no: int) -> Sequence[Any]:
    """Return what a command changed, the last first; UserError where it cannot be taken back."""
    target = connection.execute(select(CommandRow).where(CommandRow.no == no)).first()
    if target is None:
        raise UserError(f"没有第{no}号操作。用 history 可以看到各步操作的号码。")
    void = void_commands(connection)
    if no in void:
        raise UserError(f"第{no}号操作“{target.action}”已经撤销过了。")
    if target.changes == 0:
        raise UserError(f"第{no}号操作“{target.action}”没有改动数据，用不着撤销。")
    changes = connection.execute(
        select(ChangeRow)
        .where(ChangeRow.command == no, ChangeRow.kind != UNALTERED)
        .order_by(ChangeRow.n.desc())
    ).all()
    for entity in {c.entity for c in changes}:
        if not record_class(entity).undoable:
            raise UserError(f"“{target.action}”不能撤销。")
    if any(erased_in(c.fields) for c in changes):
        raise UserError(f"“{target.action}”的内容已经按规定清除，不能撤销。")
    _refuse_if_touched_later(connection, no, void)
    return changes


def needs_right(connection: Connection, no: int, account: Id | None) -> Right:
    """Return the right that undoing a command needs: one's own, or another's."""
    owner = connection.execute(select(CommandRow.account).where(CommandRow.no == no)).first()
    return Right.WRITE if owner is None or owner.account == account else Right.UNDO_OTHERS


def _before_and_after(kind: str, said: str) -> dict[str, tuple[Any, Any]]:
    return {
        name: (value[0], value[1])
        if kind == CHANGED
        else ((None, value) if kind == ADDED else (value, None))
        for name, value in values_in(said).items()
    }


def _refuse_if_touched_later(connection: Connection, no: int, void: set[int]) -> None:
    mine, later = ChangeRow.__table__.alias("mine"), ChangeRow.__table__.alias("later")
    statement = (
        select(
            mine.c.kind.label("mine_kind"), mine.c.fields.label("mine_fields"),
            later.c.kind, later.c.fields, CommandRow.no, CommandRow.action,
        )
        .join(
            later,
            and_(
                later.c.entity == mine.c.entity,
                later.c.record == mine.c.record,
                later.c.command > mine.c.command,
            ),
        )
        .join(CommandRow, CommandRow.no == later.c.command)
        # A later step and its undo count as nothing; the undo of an earlier step is work of its own.
        .where(mine.c.command == no, or_(CommandRow.undoes.is_(None), CommandRow.undoes < no))
        .where(mine.c.kind != UNALTERED, later.c.kind != UNALTERED)
        .order_by(later.c.command)
    )  # fmt: skip
    for row in connection.execute(statement):
        if row.no in void:
            continue
        whole = ADDED in (row.mine_kind, row.kind) or REMOVED in (row.mine_kind, row.kind)
        if whole or names_in(row.mine_fields) & names_in(row.fields):
            raise UserError(f"后来的第{row.no}号操作“{row.action}”又改了同样的内容，请先撤销它。")


def take_back(tx: Tx, changes: Sequence[Any]) -> int:
    """Write the opposite of these changes, the last first; return how many they are."""
    removals: dict[type[Record], list[Id]] = {}
    restored: dict[type[Record], list[dict[str, Any]]] = {}
    resets: dict[type[Record], dict[Id, dict[str, Any]]] = {}
    for change in changes:
        record = record_class(change.entity)
        back = decoders(record)
        said = values_in(change.fields)
        if change.kind == ADDED:
            removals.setdefault(record, []).append(change.record)
        elif change.kind == REMOVED:
            row = {name: back[name](value) for name, value in said.items()}
            restored.setdefault(record, []).append({"id": change.record, **row})
        else:
            fields = resets.setdefault(record, {}).setdefault(change.record, {})
            for name, (old, _) in said.items():
                fields[name] = None if old is None else back[name](old)
    order = {table.name: n for n, table in enumerate(Record.metadata.sorted_tables)}
    for record in sorted(restored, key=lambda r: order[r.__tablename__]):
        tx.add(record, restored[record])
    for record, rows in resets.items():
        gone = set(removals.get(record, ()))
        tx.change(record, {id_: row for id_, row in rows.items() if id_ not in gone})
    # What this very step made to hang on its rows has been taken off by now.
    _refuse_if_rows_hang(tx.connection, removals)
    for record in sorted(removals, key=lambda r: -order[r.__tablename__]):
        tx.remove(record, removals[record])
    return len(changes)


def _refuse_if_rows_hang(
    connection: Connection, removals: Mapping[type[Record], Sequence[Id]]
) -> None:
    leaving = {record.__tablename__: set(ids) for record, ids in removals.items()}
    for entity, ids in leaving.items():
        for table, _, hanging in hanging_rows(connection, entity, ids):
            gone = leaving.get(table.name, set())
            if any(id_ not in gone for id_ in hanging):
                raise UserError(
                    "后来登记的内容要用到这一步加进来的记录，不能撤销。请先撤销后面的操作。"
                )


def hanging_rows(
    connection: Connection, entity: str, ids: Collection[Id]
) -> Iterator[tuple[Table, Column[Any], Iterator[Id]]]:
    """Yield each table and column that may name records of `entity`, and the rows that do.

    Found from the references the tables declare, so that a table made later is never forgotten.
    """
    for table in Record.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == entity for key in column.foreign_keys):
                yield table, column, _referring(connection, table, column, ids)
            elif isinstance(column.type, Ids) and column.type.of == entity:
                yield table, column, _naming(connection, table, column, ids)


def _referring(
    connection: Connection, table: Table, column: Column[Any], ids: Collection[Id]
) -> Iterator[Id]:
    for some in chunks(sorted(ids)):
        yield from connection.execute(select(table.c.id).where(column.in_(some))).scalars()


def _naming(
    connection: Connection, table: Table, column: Column[Any], ids: Collection[Id]
) -> Iterator[Id]:
    wanted = frozenset(ids)
    combinations = connection.execute(select(column).distinct()).scalars().all()
    for combination in combinations:
        if not wanted.isdisjoint(combination):
            yield from connection.execute(select(table.c.id).where(column == combination)).scalars()
