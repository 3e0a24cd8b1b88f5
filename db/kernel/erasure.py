"""Erased values: what was erased stays on record by id and name of field, the values are gone.

A value leaves its row, the search keys and every earlier entry of the journal. An entry keeps its
digest, so the chain of MACs stays whole, and under the key "" it says which fields it lost, sealed
anew; the proofs take it only where an `Erasure` names them (docs/RELIABILITY.md).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    Connection,
    Index,
    Table,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel import engine
from db.kernel.ids import Id, new_id
from db.kernel.journal import (
    ADDED,
    CHANGED,
    Tx,
    chunks,
    head,
    record_class,
    table_of,
)
from db.kernel.records import (
    KEY,
    ChangeRow,
    CommandRow,
    Record,
    Values,
    Words,
    compact_json,
    empty_value,
    encoders,
)
from db.kernel.seals import change_digest
from db.kernel.unsaved import Unsaved

# What stands where a column may not be empty.
ERASED: Final = "（已清除）"
# Among the fields of an Erasure: the row itself was taken out.
WHOLE: Final = "*"
_MARK: Final = ""
_DIGITS_OF_A_NUMBER: Final = 5


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

    entity: Mapped[str]
    record: Mapped[Id] = mapped_column(KEY)
    fields: Mapped[tuple[str, ...]] = mapped_column(Words)
    rule: Mapped[str]
    day: Mapped[date]
    proposed: Mapped[Id | None] = mapped_column(KEY)
    confirmed: Mapped[Id | None] = mapped_column(KEY)


class Wanted(NamedTuple):
    """Records of a table that are to lose fields; `noted` are put on record whatever they held."""

    entity: str
    ids: Collection[Id]
    fields: tuple[str, ...]
    noted: bool = False


class By(NamedTuple):
    """Why something is erased, who asked for it, who agreed."""

    rule: str
    proposed: Id | None
    confirmed: Id | None


class Taken(NamedTuple):
    """What an erasure took: how many records, and the texts that are nowhere now."""

    records: int
    texts: frozenset[str]


def values_in(fields: str) -> dict[str, Any]:
    """Return what an entry of the journal says, without what it says of erased fields."""
    said: dict[str, Any] = orjson.loads(fields)
    said.pop(_MARK, None)
    return said


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


def erased_in(fields: str) -> tuple[str, ...]:
    """Return the names of the fields that an entry of the journal lost."""
    mark = orjson.loads(fields).get(_MARK)
    return tuple(mark["of"]) if mark else ()


def names_in(fields: str) -> set[str]:
    """Return the names of all fields an entry of the journal is about, the erased ones too."""
    return {*values_in(fields), *erased_in(fields)}


def erase(tx: Tx, wanted: Iterable[Wanted], by: By) -> Taken:
    """Erase fields of records, there or taken out before, as part of a command.

    Every entry of the journal before the command loses them, and what was typed and not saved goes
    where it holds one of the texts.
    """
    upto, _ = head(tx.connection)
    texts: set[str] = set()
    records = 0
    for one in wanted:
        texts |= texts_in_rows(tx, one)
        stripped, lost = _strip(tx, one.entity, dict.fromkeys(one.ids, upto), one.fields)
        texts |= lost
        touched = stripped | _blank(tx, one)
        noted = sorted(one.ids if one.noted else touched)
        records += len(noted)
        note_erasures(tx, [(one.entity, id_, one.fields) for id_ in noted], by)
        if WHOLE in one.fields:
            tx.remove(record_class(one.entity), sorted(one.ids))
    forget_typed(tx.connection, texts)
    return Taken(records, frozenset(texts))


def texts_in_rows(tx: Tx, wanted: Wanted) -> set[str]:
    """Return the texts of the fields of rows that are there, such as could name somebody."""
    columns = _columns(wanted.fields)
    texts: set[str] = set()
    for row in tx._rows(record_class(wanted.entity), sorted(wanted.ids)):
        for name, within in columns.items():
            texts.update(_texts(row[name], within))
    return texts


def note_erasures(tx: Tx, of: Sequence[tuple[str, Id, tuple[str, ...]]], by: By) -> None:
    """Put on record which fields of which records are erased by this command."""
    row = {"rule": by.rule, "day": tx.today, "proposed": by.proposed, "confirmed": by.confirmed}
    tx.add(
        Erasure,
        [
            {"id": new_id(), "entity": entity, "record": id_, "fields": fields, **row}
            for entity, id_, fields in of
        ],
    )


def erase_arrived(tx: Tx, erasures: Collection[Id]) -> Taken:
    """Erase here what these erasures name, which came from elsewhere: in a package, or with a list.

    Called at the end of the command that brings their rows in. An entry is stripped that stands
    before its erasure in this journal, or whose stamp is older; what somebody wrote knowing of the
    erasure stays, and a row keeps what such an entry gave it. Doing it twice changes nothing.
    """
    texts: set[str] = set()
    records = 0
    for (entity, fields), known in _known(tx.connection, erasures).items():
        stripped, lost = _strip(tx, entity, {r: no for r, (no, _) in known.items()}, fields,
                                {r: stamp for r, (_, stamp) in known.items()})  # fmt: skip
        texts |= lost
        there = _still_held(tx, entity, known, fields)
        touched = stripped | _blank(tx, Wanted(entity, there, fields))
        records += len(touched)
        if WHOLE in fields:
            tx.remove(record_class(entity), sorted(there))
    forget_typed(tx.connection, texts)
    return Taken(records, frozenset(texts))


def erase_what_came(tx: Tx) -> None:
    """Erase again at the end of a command that took in what other sites wrote.

    Both what erasures that came with it name here, and what came of records that were erased here.
    """
    new = set(tx.touched.get(Erasure.__tablename__, ()))
    touched = [id_ for ids in tx.touched.values() for id_ in ids]
    for some in chunks(touched):
        asked = select(Erasure.id).where(Erasure.record.in_(some))
        new.update(tx.connection.execute(asked).scalars())
    if new:
        erase_arrived(tx, new)


def is_allowed(connection: Connection, key: bytes, change: Any) -> bool:
    """Tell whether an entry that is not as its digest says lost only what an Erasure names."""
    said = orjson.loads(change.fields)
    mark = said.pop(_MARK, None)
    if not mark:
        return False
    of = mark["of"]
    if mark.get("seal") != _seal(key, change, {**said, _MARK: {"of": of}}, change.origin):
        return False
    named = connection.execute(
        select(Erasure.fields).where(
            Erasure.entity == change.entity, Erasure.record == change.record
        )
    ).scalars()
    columns = {_column(name) for fields in named for name in fields}
    return bool(of) and columns.issuperset(of)


def forget_typed(connection: Connection, texts: Collection[str]) -> None:
    """Drop what was typed and not saved where it holds one of the texts."""
    if not texts:
        return
    rows = connection.execute(select(Unsaved.account, Unsaved.form, Unsaved.entries)).all()
    for account, form, entries in rows:
        typed = "\n".join(_strings(orjson.loads(entries)))
        if any(text in typed for text in texts):
            connection.execute(
                delete(Unsaved).where(Unsaved.account == account, Unsaved.form == form)
            )


def _known(
    connection: Connection, erasures: Collection[Id]
) -> dict[tuple[str, tuple[str, ...]], dict[Id, tuple[int, int]]]:
    """Records by table and fields: up to which entry here, and to which stamp, they are erased."""
    done, _ = head(connection)
    found: dict[tuple[str, tuple[str, ...]], dict[Id, tuple[int, int]]] = {}
    for some in chunks(sorted(erasures)):
        rows = connection.execute(
            select(
                Erasure.entity, Erasure.fields, Erasure.record, ChangeRow.command, CommandRow.stamp
            )
            .join(
                ChangeRow,
                and_(ChangeRow.entity == Erasure.__tablename__, ChangeRow.record == Erasure.id),
            )
            .join(CommandRow, CommandRow.no == ChangeRow.command, isouter=True)
            .where(Erasure.id.in_(some))
        )  # fmt: skip
        for entity, fields, record, no, stamp in rows:
            known = found.setdefault((entity, fields), {})
            before = known.get(record, (0, 0))
            # The command that is running has no row of its own yet.
            known[record] = max(before[0], min(no, done)), max(before[1], stamp or 0)
    return found


def _strip(
    tx: Tx,
    entity: str,
    upto: Mapping[Id, int],
    fields: Sequence[str],
    older: Mapping[Id, int] | None = None,
) -> tuple[set[Id], set[str]]:
    """Take fields out of the entries of records up to a command, or older than a stamp.

    Return which records lost something, and which texts.
    """
    columns = _columns(fields)
    touched: set[Id] = set()
    texts: set[str] = set()
    new: list[dict[str, Any]] = []
    for some in chunks(sorted(upto)):
        rows = tx.connection.execute(
            select(ChangeRow, CommandRow.stamp)
            .join(CommandRow, CommandRow.no == ChangeRow.command)
            .where(ChangeRow.entity == entity, ChangeRow.record.in_(some))
        )
        for row in rows:
            if row.command > upto[row.record] and not row.stamp < (older or {}).get(row.record, 0):
                continue
            said = orjson.loads(row.fields)
            mark = said.pop(_MARK, {"of": []})
            # What its own site wrote stands beside what an entry did here.
            written: list[Any] = orjson.loads(row.origin) if row.origin else ["", "", {}]
            wrote = written[2]
            gone = {
                name
                for told in (said, wrote)
                for name in columns
                if name in told and _holds(row.kind, told[name], columns[name])
            }
            if not gone:
                continue
            for name in gone:
                for told in (said, wrote):
                    texts.update(_texts(told.pop(name, None), columns[name]))
            touched.add(row.record)
            origin = compact_json(written) if row.origin else row.origin
            body = {**said, _MARK: {"of": sorted({*mark["of"], *gone})}}
            body[_MARK]["seal"] = _seal(tx._key, row, body, origin)
            new.append(
                {"at": row.command, "nth": row.n, "left": compact_json(body), "wrote": origin}
            )
    if new:
        statement = (
            update(ChangeRow)
            .where(ChangeRow.command == bindparam("at"), ChangeRow.n == bindparam("nth"))
            .values(fields=bindparam("left"), origin=bindparam("wrote"))
        )
        with engine.maintenance(tx.connection):
            tx.connection.execute(statement, new)
    return touched, texts


def _blank(tx: Tx, wanted: Wanted) -> set[Id]:
    """Empty the fields of rows that are there, and journal what stands now, never what stood."""
    record = record_class(wanted.entity)
    table = table_of(record)
    coding = encoders(table)
    touched: set[Id] = set()
    journal: list[tuple[Id, str]] = []
    full: list[dict[str, Any]] = []
    updates: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in tx._rows(record, sorted(wanted.ids)):
        new = dict(_emptied(table, row, _columns(wanted.fields)))
        if any(row[name] != value for name, value in new.items()):
            touched.add(row["id"])
        if new:
            said = {n: [None, None if v is None else coding[n][0](v)] for n, v in new.items()}
            journal.append((row["id"], compact_json(said)))
            full.append({**row, **new})
            updates.setdefault(tuple(sorted(new)), []).append({"this_id": row["id"], **new})
    for names, parameters in updates.items():
        statement = update(table).where(table.c.id == bindparam("this_id"))
        tx.connection.execute(
            statement.values({name: bindparam(name) for name in names}), parameters
        )
    if journal:
        tx._unindex([row["id"] for row in full])
        tx._index(record, full)
        tx._journal(record, CHANGED, journal)
    return touched


def _emptied(
    table: Table, row: Mapping[str, Any], columns: Mapping[str, set[str]]
) -> Iterator[tuple[str, Any]]:
    """Yield what columns hold after an erasure, where that has to be written.

    A column that stays filled is always written: the entry that gave it its value is stripped.
    """
    for name, within in columns.items():
        value = row[name]
        if isinstance(table.c[name].type, Values):
            if value:
                yield name, {k: v for k, v in value.items() if k not in within} or None
        elif not table.c[name].nullable and empty_value(table, name) is None:
            yield name, ERASED
        elif value != empty_value(table, name):
            yield name, empty_value(table, name)


def _still_held(tx: Tx, entity: str, known: Mapping[Id, Any], fields: Sequence[str]) -> set[Id]:
    """Records whose erased fields no entry of the journal gives a value any more, but the row does."""
    columns = _columns(fields)
    given: set[Id] = set()
    for some in chunks(sorted(known)):
        rows = tx.connection.execute(
            select(ChangeRow.record, ChangeRow.kind, ChangeRow.fields).where(
                ChangeRow.entity == entity, ChangeRow.record.in_(some)
            )
        )
        for record, kind, said in rows:
            values = values_in(said)
            if any(n in values and _holds(kind, values[n], columns[n]) for n in columns):
                given.add(record)
    there = tx._rows(record_class(entity), sorted(set(known) - given))
    table = table_of(record_class(entity))
    return {
        row["id"]
        for row in there
        if any(row[name] != value for name, value in _emptied(table, row, columns))
        or WHOLE in fields
    }


def _columns(fields: Sequence[str]) -> dict[str, set[str]]:
    """Columns by name, each with the entries within that go; none for a plain column."""
    found: dict[str, set[str]] = {}
    for name in fields:
        if name != WHOLE:
            column, _, within = name.partition(".")
            found.setdefault(column, set()).update([within] if within else [])
    return found


def _column(name: str) -> str:
    return name.partition(".")[0]


def _holds(kind: str, said: Any, within: Collection[str]) -> bool:
    """Tell whether an entry gives a column, or the entries within it, a value."""
    return any(
        bool(set(value) & set(within)) if isinstance(value, dict) and within else True
        for value in (said if kind == CHANGED else [said])
        if value is not None and value not in (ERASED, [], {})
    )


def _texts(said: Any, within: Collection[str]) -> set[str]:
    """The texts in a value that tell of a person; of a mapping only those that go."""
    if isinstance(said, Mapping):
        chosen = [value for key, value in said.items() if not within or key in within]
        return {text for value in chosen for text in _texts(value, ())}
    if isinstance(said, list | tuple):
        return {text for value in said for text in _texts(value, within)}
    return {said} if isinstance(said, str) and _tells(said) else set()


def _tells(text: str) -> bool:
    """Tell whether a text could name somebody: no code of a choice, no single character."""
    if text == ERASED or len(text) < 2:
        return False
    return not text.isascii() or sum(map(str.isdigit, text)) >= _DIGITS_OF_A_NUMBER


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _seal(key: bytes, change: Any, body: Mapping[str, Any], origin: str | None) -> str:
    said = compact_json(body)
    return change_digest(key, change.kind, change.entity, change.record, said, origin).hex()
