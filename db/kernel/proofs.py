"""Proofs of the journal: the chain of MACs holds, and the tables are what the journal says.

Both read in order and hold one record at a time, so a ledger of any size is proved in little
memory.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, select

from db.kernel.erasure import is_allowed, values_in
from db.kernel.ids import Id
from db.kernel.journal import (
    ADDED,
    CHANGED,
    UNALTERED,
    decoders,
    record_class,
    table_of,
)
from db.kernel.records import (
    ChangeRow,
    CommandRow,
    Record,
    SearchKey,
    compact_json,
    empty_value,
    encoders,
)
from db.kernel.seals import change_digest, command_mac

_MOST_NAMED = 20


def record_classes() -> list[type[Record]]:
    """Return every journalled class, parents before the tables that refer to them."""
    names = {m.class_.__tablename__ for m in Record.registry.mappers}
    return [record_class(t.name) for t in Record.metadata.sorted_tables if t.name in names]


def _keep_going() -> None:
    """Nobody asks to stop."""


def chain_problems(
    connection: Connection, key: bytes, after: int = 0, go_on: Callable[[], None] = _keep_going
) -> list[str]:
    """Return what is wrong with the journal's chain, in plain sentences; empty if it holds.

    It is followed from the command after `after`, which was proved before. `go_on` is called at
    each command and may raise to end it.
    """
    problems: list[str] = []
    changes = iter(
        connection.execution_options(yield_per=5000).execute(
            select(ChangeRow)
            .where(ChangeRow.command > after)
            .order_by(ChangeRow.command, ChangeRow.n)
        )
    )
    change = next(changes, None)
    proved = select(CommandRow.mac).where(CommandRow.no == after)
    previous, expected_no = connection.execute(proved).scalar() or b"", after + 1
    commands = select(CommandRow).where(CommandRow.no > after).order_by(CommandRow.no)
    for row in connection.execute(commands).mappings():
        go_on()
        no = row["no"]
        if no != expected_no:
            problems.append(f"日志里第{expected_no}号到第{no - 1}号操作不见了")
        if row["previous"] != previous:
            problems.append(f"第{no}号操作与前一步接不上，中间被改动或删去过")
        digests = blake2b(key=key, digest_size=32)
        count = 0
        while change is not None and change.command <= no:
            if change.command < no:
                problems.append(f"第{change.command}号操作的改动没有主人")
            else:
                count += 1
                digests.update(change.digest)
                said = change_digest(
                    key, change.kind, change.entity, change.record, change.fields, change.origin
                )
                if said != change.digest and not is_allowed(connection, key, change):
                    problems.append(f"第{no}号操作的第{change.n + 1}条改动内容被改过")
            change = next(changes, None)
        if command_mac(key, dict(row), digests.digest()) != row["mac"] or count != row["changes"]:
            problems.append(f"第{no}号操作的记录被改过")
        previous, expected_no = row["mac"], no + 1
        if len(problems) >= _MOST_NAMED:
            return problems
    if change is not None:
        problems.append("日志末尾有改动没有对应的操作，最后的操作被删去过")
    return problems


def rebuilt_rows(connection: Connection, record: type[Record]) -> Iterator[dict[str, Any]]:
    """Yield a table's rows as the journal alone gives them, by id."""
    table, back = table_of(record), decoders(record)
    empty = {name: empty_value(table, name) for name in back if name != "id"}
    statement = (
        select(ChangeRow.kind, ChangeRow.record, ChangeRow.fields)
        .where(ChangeRow.entity == table.name, ChangeRow.kind != UNALTERED)
        .order_by(ChangeRow.record, ChangeRow.command, ChangeRow.n)
        .execution_options(yield_per=5000)
    )
    current: Id | None = None
    row: dict[str, Any] | None = None
    for kind, record_id, fields in connection.execute(statement):
        if record_id != current:
            if row is not None:
                yield row
            current, row = record_id, None
        said = values_in(fields)
        if kind == ADDED:
            row = {"id": record_id, **empty, **{n: back[n](v) for n, v in said.items()}}
        elif kind == CHANGED and row is not None:
            row |= {n: empty[n] if v[1] is None else back[n](v[1]) for n, v in said.items()}
        else:
            row = None
    if row is not None:
        yield row


def table_problems(
    connection: Connection, record: type[Record], go_on: Callable[[], None] = _keep_going
) -> list[str]:
    """Return where a table differs from what the journal gives; empty if it does not.

    `go_on` is called at each row and may raise to end it.
    """
    table = table_of(record)
    rows = connection.execute(
        select(table).order_by(table.c.id).execution_options(yield_per=5000)
    ).mappings()
    keys = {
        row.record: row.text
        for row in connection.execute(
            select(SearchKey.record, SearchKey.text).where(SearchKey.entity == table.name)
        )
    }
    stored = iter(rows)
    wrong = 0
    for expected in rebuilt_rows(connection, record):
        go_on()
        row = next(stored, None)
        if row is None or dict(row) != expected:
            wrong += 1
            break
        if keys.pop(expected["id"], "") != record.search_text(expected):
            wrong += 1
    if wrong or next(stored, None) is not None or keys:
        return [f"数据表“{table.name}”与日志对不上，有内容没有经过程序就被改动"]
    return []


def digest(connection: Connection) -> str:
    """Return one hexadecimal digest over all rows of all journalled tables."""
    total = blake2b(digest_size=16)
    for record in record_classes():
        table = table_of(record)
        coding = {n: there for n, (there, _) in encoders(table).items()}
        total.update(table.name.encode())
        for row in connection.execute(select(table).order_by(table.c.id)).mappings():
            said = {n: coding[n](v) for n, v in row.items() if v is not None}
            total.update(compact_json(said).encode())
    return total.hexdigest()
