"""The one write path: rows, search keys and journal together, in one transaction per command.

A command is the entry of the history, the unit of undo, the unit of an import and the audit event.
Every change carries a keyed digest of its values and every command one MAC over those digests and
the MAC before it, so a value can be erased later while the chain stays whole.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from typing import Any, Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Insert, Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase

from db.kernel.access import Right
from db.kernel.clock import Clock, HybridClock, today, utc_text
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.records import (
    ChangeRow,
    CommandRow,
    Record,
    SearchKey,
    compact_json,
    empty_value,
    encoders,
)
from db.kernel.seals import Entry, change_digest, command_mac, entry_rows

T = TypeVar("T")
Row = Mapping[str, Any]

ADDED, CHANGED, REMOVED, UNALTERED = "+", "~", "-", "="
LOCAL = ""
CHUNK = 400
DAY_OF_STAMP = 86_400_000 << 16


@dataclass(frozen=True)
class Command(Generic[T]):
    """One thing a person does: `run` writes it through the Tx it is given.

    `action` is the sentence of the history in Chinese; `id` makes a repeated try harmless.
    """

    action: str
    right: Right
    run: Callable[["Tx"], T]
    note: str = ""
    undoes: int | None = None
    id: Id = field(default_factory=new_id)


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a command answered: its number in the history, the records it touched, by table.

    `said` is the history's sentence, such as "登记走访 晨园3-2-401". `mac` seals the command and all
    before it; `site` is the copy of the ledger it left.
    """

    no: int
    value: T
    touched: Mapping[str, tuple[Id, ...]]
    said: str
    mac: bytes
    site: Id


@dataclass(frozen=True)
class Author:
    """Who writes, on which copy of the ledger, by which clock."""

    site: Id
    account: Id | None
    clock: Clock


class Change(NamedTuple):
    """A row as it stood, its new values, and what the journal tells of each: old and new."""

    row: Row
    new: Row
    said: Mapping[str, Sequence[Any]]


class _Head(NamedTuple):
    no: int
    mac: bytes
    stamp: int
    site: Id
    seq: int


# Every command asks these: made once, as making a statement takes longer than asking it.
_LAST: Final = (
    select(*(getattr(CommandRow, name) for name in _Head._fields))
    .order_by(CommandRow.no.desc())
    .limit(1)
)
_OF_ID: Final = select(CommandRow.no).where(CommandRow.id == bindparam("command"))
# One question at the start of every command: the last one, and whether this one was done before.
_LAST_AND_DONE: Final = _LAST.add_columns(_OF_ID.exists())
_UNINDEX: Final = delete(SearchKey).where(SearchKey.record.in_(bindparam("ids", expanding=True)))


@cache
def record_class(entity: str) -> type[Record]:
    """Return the journalled class of a table's name."""
    for mapper in Record.registry.mappers:
        if mapper.class_.__tablename__ == entity:
            return mapper.class_
    raise KeyError(entity)


@cache
def table_of(record: type[DeclarativeBase]) -> Table:
    """Return the table of a class."""
    table = record.__table__
    assert isinstance(table, Table)  # noqa: S101  declarative classes here are never mapped to joins
    return table


@cache
def _insert(record: type[DeclarativeBase]) -> Insert:
    return insert(table_of(record))


@cache
def _of_ids(record: type[Record]) -> Select[Any]:
    table = table_of(record)
    return select(table).where(table.c.id.in_(bindparam("ids", expanding=True)))


def stored_rows(
    connection: Connection, record: type[Record], ids: Sequence[Id]
) -> list[dict[str, Any]]:
    """Return whole rows as they stand now; one that is gone is left out."""
    found: list[dict[str, Any]] = []
    for some in chunks(ids):
        result = connection.execute(_of_ids(record), {"ids": some})
        found.extend(dict(row) for row in result.mappings())
    return found


@cache
def _coding(record: type[Record]) -> list[tuple[str, Callable[[Any], Any], Any]]:
    table = table_of(record)
    return [
        (name, to_json, empty_value(table, name))
        for name, (to_json, _) in encoders(table).items()
        if name != "id"
    ]


@cache
def decoders(record: type[Record]) -> dict[str, Callable[[Any], Any]]:
    """Return for each column how a journalled value becomes the row's value."""
    return {name: back for name, (_, back) in encoders(table_of(record)).items()}


def chunks(ids: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """Yield the sequence in pieces that fit one SQL statement's parameters."""
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


class Tx:
    """The hand a command writes with: many rows at a time, each with its journal and search key."""

    def __init__(self, connection: Connection, author: Author, last: _Head, key: bytes) -> None:
        self.connection = connection
        self.author = author
        self.today = today(author.clock)
        self.account = author.account
        self.no = last.no + 1
        self.seq = last.seq + 1 if last.site == author.site else 1
        self._previous = last.mac
        self._stamp = last.stamp
        self._key = key
        self._n = 0
        self._mac = blake2b(key=key, digest_size=32)
        self.touched: dict[str, list[Id]] = {}

    def add(self, record: type[Record], rows: Sequence[Row]) -> None:
        """Add rows; each names its own `id`, fields left out are empty."""
        if not rows:
            return
        full, journal = self._coded(record, rows)
        self.connection.execute(_insert(record), full)
        self._index(record, full)
        self.enter(record, ADDED, journal)

    def _coded(
        self, record: type[Record], rows: Sequence[Row]
    ) -> tuple[list[dict[str, Any]], list[tuple[Id, str]]]:
        coding = _coding(record)
        full: list[dict[str, Any]] = []
        journal: list[tuple[Id, str]] = []
        for row in rows:
            values = {"id": row["id"]}
            said: dict[str, Any] = {}
            for name, to_json, empty in coding:
                value = row.get(name)
                if value is None or value == {}:
                    value = empty
                elif value != empty:
                    said[name] = to_json(value)
                values[name] = value
            full.append(values)
            journal.append((row["id"], compact_json(said)))
        return full, journal

    def change(self, record: type[Record], rows: Mapping[Id, Row], *, decided: bool = False) -> int:
        """Set the given fields of existing rows; return how many rows really changed.

        A value that a person `decided` on is journalled even where it stood already.
        """
        coding = {name: (to_json, empty) for name, to_json, empty in _coding(record)}
        changes: list[Change] = []
        for row in stored_rows(self.connection, record, list(rows)):
            said: dict[str, list[Any]] = {}
            new: dict[str, Any] = {}
            for name, value in rows[row["id"]].items():
                to_json, empty = coding[name]
                value = empty if value is None or value == {} else value  # noqa: PLW2901
                old = row[name]
                if old != value or decided:
                    said[name] = [to_json(v) if v is not None else None for v in (old, value)]
                    new[name] = value
            if new:
                changes.append(Change(row, new, said))
        self.rewrite(record, changes)
        return len(changes)

    def rewrite(self, record: type[Record], changes: Sequence[Change]) -> None:
        """Set fields of rows where the caller says what the journal is to tell of each."""
        if not changes:
            return
        table = table_of(record)
        updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row, new, _ in changes:
            updates.setdefault(tuple(sorted(new)), []).append({"this_id": row["id"], **new})
        for names, parameters in updates.items():
            statement = update(table).where(table.c.id == bindparam("this_id"))
            self.connection.execute(
                statement.values({name: bindparam(name) for name in names}), parameters
            )
        self._unindex([row["id"] for row, _, _ in changes])
        self._index(record, [{**row, **new} for row, new, _ in changes])
        self.enter(record, CHANGED, [(c.row["id"], compact_json(c.said)) for c in changes])

    def remove(self, record: type[Record], ids: Sequence[Id]) -> None:
        """Remove rows; what they held stays in the journal."""
        coding = _coding(record)
        table = table_of(record)
        journal = []
        for row in stored_rows(self.connection, record, ids):
            said = {
                name: to_json(row[name])
                for name, to_json, empty in coding
                if row[name] is not None and row[name] != empty
            }
            journal.append((row["id"], compact_json(said)))
        for some in chunks(ids):
            self.connection.execute(delete(table).where(table.c.id.in_(some)))
        self._unindex(ids)
        self.enter(record, REMOVED, journal)

    def take_in(self, entries: Sequence[Entry]) -> None:
        """Append commands of other sites before this one; their rows are `put` by the caller.

        A stamp more than a day ahead of this machine's clock is kept, but never followed: one
        wrong clock must not push the others.
        """
        rows, changes = entry_rows(entries, self.no, self._previous, self._key)
        if rows:
            self.connection.execute(_insert(CommandRow), rows)
            self.no, self._previous = rows[-1]["no"] + 1, rows[-1]["mac"]
        if changes:
            self.connection.execute(_insert(ChangeRow), changes)
        horizon = HybridClock(self.author.clock).tick() + DAY_OF_STAMP
        near = (entry.stamp for entry in entries if entry.stamp <= horizon)
        self._stamp = max(self._stamp, *near, 0)

    def put(
        self, record: type[Record], gone: Sequence[Id], new: Sequence[Row], changed: Sequence[Row]
    ) -> None:
        """Write rows whose entries were taken in, without entries of their own.

        `new` and `changed` are whole rows. References are looked at when the command ends.
        """
        table = table_of(record)
        for some in chunks(gone):
            self.connection.execute(delete(table).where(table.c.id.in_(some)))
        self._unindex([*gone, *(row["id"] for row in changed)])
        if changed:
            names = [column.name for column in table.columns if column.name != "id"]
            statement = update(table).where(table.c.id == bindparam("this_id"))
            self.connection.execute(
                statement.values({name: bindparam(name) for name in names}),
                [{"this_id": row["id"], **{n: row[n] for n in names}} for row in changed],
            )
        if new:
            self.connection.execute(_insert(record), list(new))
        self._index(record, [*new, *changed])
        touched = self.touched.setdefault(table.name, [])
        touched.extend([*gone, *(row["id"] for row in (*new, *changed))])

    def become(self, site: Id) -> None:
        """From this command on the copy is another site, whose commands count from one."""
        self.author = replace(self.author, site=site)
        self.seq = 1

    def seal(self, command: Command[Any]) -> bytes:
        """Write the command's own row with its MAC over everything above; return that."""
        author = self.author
        stamp = HybridClock(author.clock, self._stamp).tick()
        row = {
            "no": self.no, "id": command.id, "site": author.site, "seq": self.seq, "stamp": stamp,
            "wall": utc_text(author.clock.now()), "account": author.account,
            "action": command.action, "note": command.note, "undoes": command.undoes,
            "changes": self._n, "previous": self._previous,
        }  # fmt: skip
        mac = command_mac(self._key, row, self._mac.digest())
        self.connection.execute(_insert(CommandRow), [{**row, "mac": mac}])
        return mac

    def digest(self, kind: str, entity: str, record: Id, said: str, origin: str | None) -> bytes:
        """Return what seals an entry of the journal; see `seals.change_digest`."""
        return change_digest(self._key, kind, entity, record, said, origin)

    def _index(self, record: type[Record], rows: Sequence[Row]) -> None:
        entity = record.__tablename__
        keys = [
            {"record": row["id"], "entity": entity, "text": text}
            for row in rows
            if (text := record.search_text(row))
        ]
        if keys:
            self.connection.execute(_insert(SearchKey), keys)

    def _unindex(self, ids: Sequence[Id]) -> None:
        for some in chunks(ids):
            self.connection.execute(_UNINDEX, {"ids": some})

    def enter(
        self, record: type[Record], kind: str, said: list[tuple[Id, str]], origin: str | None = None
    ) -> None:
        """Journal changes of rows that are written apart, by `put`: `origin` is as in `ChangeRow`."""
        if not said:
            return
        entity = record.__tablename__
        rows = []
        for n, (record_id, fields) in enumerate(said, self._n):
            digest = self.digest(kind, entity, record_id, fields, origin)
            self._mac.update(digest)
            rows.append(
                {
                    "command": self.no, "n": n, "kind": kind, "entity": entity, "record": record_id,
                    "fields": fields, "digest": digest, "origin": origin,
                }
            )  # fmt: skip
        self._n += len(rows)
        self.connection.execute(_insert(ChangeRow), rows)
        self.touched.setdefault(entity, []).extend(r for r, _ in said)


def head(connection: Connection) -> tuple[int, bytes]:
    """Return number and MAC of the last command, (0, empty) where there is none."""
    row = connection.execute(_LAST).first()
    return (row.no, row.mac) if row else (0, b"")


def done_before(connection: Connection, command: Id) -> bool:
    """Return whether a command of this id is in the journal."""
    return connection.execute(_OF_ID, {"command": command}).first() is not None


def run(connection: Connection, command: Command[T], author: Author, key: bytes) -> Done[T]:
    """Carry a command out inside the open transaction; the caller commits.

    UserError if a command of this id is in the journal already: it was done, nothing is repeated.
    """
    # The last is always this copy's own, as a merge is one after those it takes in.
    row = connection.execute(_LAST_AND_DONE, {"command": command.id}).first()
    before, done = (_Head(*row[:-1]), row[-1]) if row else (_Head(0, b"", 0, b"", 0), False)
    if done:
        raise UserError("这一步已经做过了，没有重复保存。")
    if before.no and before.site != author.site:
        # Another program gave this copy a new life meanwhile: no number is given twice.
        author = replace(author, site=before.site)
    tx = Tx(connection, author, before, key)
    value = command.run(tx)
    mac = tx.seal(command)
    touched = {entity: tuple(ids) for entity, ids in tx.touched.items()}
    said = f"{command.action} {command.note}".strip()
    return Done(tx.no, value, touched, said, mac, tx.author.site)
