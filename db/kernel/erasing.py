"""How values leave: from rows, search keys and every earlier entry of the journal, in one command."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update

from db.kernel import engine
from db.kernel.erasure import ERASED, WHOLE, Erasure, marked, values_in
from db.kernel.ids import Id, new_id
from db.kernel.journal import CHANGED, Change, Tx, chunks, head, record_class, stored_rows, table_of
from db.kernel.records import (
    ChangeRow,
    CommandRow,
    Values,
    compact_json,
    empty_value,
    encoders,
)
from db.kernel.unsaved import Unsaved

_DIGITS_OF_A_NUMBER: Final = 5

# Columns by name, each with the entries within that go; none for a plain column.
Columns = Mapping[str, Collection[str]]


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


class _Upto(NamedTuple):
    """Up to which entry of this journal a record is erased, and entries of which stamp before."""

    no: int
    stamp: int = 0


def erase(tx: Tx, wanted: Iterable[Wanted], by: By) -> Taken:
    """Erase fields of records, there or taken out before, as part of a command.

    Every entry of the journal before the command loses them, and what was typed and not saved goes
    where it holds one of the texts.
    """
    upto = _Upto(head(tx.connection)[0])
    texts: set[str] = set()
    records = 0
    for one in wanted:
        columns = _columns(one.fields)
        texts |= texts_in_rows(tx, one)
        stripped, lost = _strip(tx, one.entity, columns, dict.fromkeys(one.ids, upto))
        texts |= lost
        touched = stripped | _blank(tx, one.entity, dict.fromkeys(one.ids, columns))
        noted = sorted(one.ids if one.noted else touched)
        records += len(noted)
        row = {"rule": by.rule, "day": tx.today, "proposed": by.proposed, "confirmed": by.confirmed}
        what = {"entity": one.entity, "fields": one.fields, **row}
        tx.add(Erasure, [{"id": new_id(), "record": id_, **what} for id_ in noted])
        if WHOLE in one.fields:
            tx.remove(record_class(one.entity), sorted(one.ids))
    forget_typed(tx.connection, texts)
    return Taken(records, frozenset(texts))


def erase_arrived(tx: Tx, erasures: Collection[Id]) -> Taken:
    """Erase here what these erasures name, which came from elsewhere: in a package, or with a list.

    Called at the end of the command that brings their rows in. An entry is stripped that stands
    before its erasure in this journal, or whose stamp is older. What somebody wrote later stays,
    and a row keeps it - but no later entry tells what was erased either. Twice changes no value.
    """
    texts: set[str] = set()
    records = 0
    for (entity, fields), upto in _upto(tx.connection, erasures).items():
        columns = _columns(fields)
        texts |= texts_in_rows(tx, Wanted(entity, upto, fields)) if WHOLE in fields else set()
        stripped, lost = _strip(tx, entity, columns, upto)
        texts |= lost
        telling = frozenset(lost | _left_behind(tx, entity, columns, upto))
        told, _ = _strip(tx, entity, columns, dict.fromkeys(upto, _Upto(0)), telling)
        given = _given(tx, entity, upto)
        left = {
            id_: {name: within for name, within in columns.items() if name not in given[id_]}
            for id_ in upto
        }
        touched = stripped | told | _blank(tx, entity, left)
        records += len(touched)
        if WHOLE in fields:
            tx.remove(record_class(entity), sorted(upto))
    forget_typed(tx.connection, texts)
    return Taken(records, frozenset(texts))


def texts_in_rows(tx: Tx, wanted: Wanted) -> set[str]:
    """Return the texts of the fields of rows that are there, such as could name somebody."""
    columns = _columns(wanted.fields)
    texts: set[str] = set()
    for row in stored_rows(tx.connection, record_class(wanted.entity), sorted(wanted.ids)):
        for name, within in columns.items():
            texts.update(_texts(row[name], within))
    return texts


def forget_typed(connection: Connection, texts: Collection[str]) -> None:
    """Drop what was typed and not saved where it holds one of the texts."""
    rows = connection.execute(select(Unsaved.account, Unsaved.form, Unsaved.entries)).all()
    for account, form, entries in rows if texts else ():
        typed = "\n".join(_strings(orjson.loads(entries)))
        if any(text in typed for text in texts):
            mine = (Unsaved.account == account) & (Unsaved.form == form)
            connection.execute(delete(Unsaved).where(mine))


def _upto(
    connection: Connection, erasures: Collection[Id]
) -> dict[tuple[str, tuple[str, ...]], dict[Id, _Upto]]:
    """By table and fields: up to where each record is erased here."""
    done, _ = head(connection)
    found: dict[tuple[str, tuple[str, ...]], dict[Id, _Upto]] = {}
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
            before = known.get(record, _Upto(0))
            # The command that is running has no row of its own yet.
            known[record] = _Upto(max(before.no, min(no, done)), max(before.stamp, stamp or 0))
    return found


def _strip(
    tx: Tx,
    entity: str,
    columns: Columns,
    upto: Mapping[Id, _Upto],
    telling: frozenset[str] = frozenset(),
) -> tuple[set[Id], set[str]]:
    """Take columns out of the entries of records, and of later ones what holds the texts `telling`.

    Return which records lost something, and which texts. Of a later change whose new value tells
    nothing that one stays.
    """
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
            limit = upto[row.record]
            reached = row.command <= limit.no or row.stamp < limit.stamp
            left = values_in(row.fields)
            # What its own site wrote stands beside what an entry did here.
            written: list[Any] = orjson.loads(row.origin) if row.origin else [row.kind, "", {}]
            lost: set[str] = set()
            for kind, told in ((row.kind, left), (written[0], written[2])):
                gone, more = _stripped(kind, told, columns, None if reached else telling)
                lost |= gone
                texts |= more
            if lost:
                touched.add(row.record)
                origin = compact_json(written) if row.origin else row.origin
                entry = marked(tx.digest, row, left, lost, origin)
                new.append({"at": row.command, "nth": row.n, "left": entry, "wrote": origin})
    if new:
        statement = (
            update(ChangeRow)
            .where(ChangeRow.command == bindparam("at"), ChangeRow.n == bindparam("nth"))
            .values(fields=bindparam("left"), origin=bindparam("wrote"))
        )
        with engine.maintenance(tx.connection):
            tx.connection.execute(statement, new)
    return touched, texts


def _stripped(
    kind: str, told: dict[str, Any], columns: Columns, telling: frozenset[str] | None
) -> tuple[set[str], set[str]]:
    """Take columns out of what an entry told; return their names and the texts that went."""
    texts: set[str] = set()
    gone = {n for n in columns.keys() & told.keys() if _goes(kind, told[n], columns[n], telling)}
    for name in gone:
        said = told.pop(name)
        texts |= _texts(said, columns[name])
        if kind == CHANGED and telling is not None and not _told(said[1], telling):
            told[name] = [None, said[1]]
    return gone, texts


def _goes(kind: str, said: Any, within: Collection[str], telling: frozenset[str] | None) -> bool:
    """Tell whether an entry loses a column: it gives it a value, or with `telling` one of those."""
    sides = [v for v in (said if kind == CHANGED else [said]) if not _empty(v)]
    if telling is not None:
        return any(_told(value, telling) for value in sides)
    return any(not isinstance(v, dict) or not within or set(v) & set(within) for v in sides)


def _left_behind(tx: Tx, entity: str, columns: Columns, ids: Collection[Id]) -> set[str]:
    """The texts later entries replaced and no entry gave: of a site that had not heard yet."""
    replaced: dict[Id, set[str]] = {}
    given: dict[Id, set[str]] = {}
    for some in chunks(sorted(ids)):
        rows = tx.connection.execute(
            select(ChangeRow.record, ChangeRow.kind, ChangeRow.fields, ChangeRow.origin).where(
                ChangeRow.entity == entity, ChangeRow.record.in_(some)
            )
        )
        for record, kind, fields, origin in rows:
            written: list[Any] = orjson.loads(origin) if origin else [kind, "", {}]
            for told_as, told in ((kind, values_in(fields)), (written[0], written[2])):
                for name in columns.keys() & told.keys():
                    before, after = told[name] if told_as == CHANGED else (None, told[name])
                    replaced.setdefault(record, set()).update(_texts(before, columns[name]))
                    given.setdefault(record, set()).update(_texts(after, columns[name]))
    return {text for id_, texts in replaced.items() for text in texts - given[id_]}


def _given(tx: Tx, entity: str, ids: Collection[Id]) -> dict[Id, set[str]]:
    """The columns of records that entries still there give a value."""
    given: dict[Id, set[str]] = {id_: set() for id_ in ids}
    for some in chunks(sorted(ids)):
        rows = tx.connection.execute(
            select(ChangeRow.record, ChangeRow.kind, ChangeRow.fields).where(
                ChangeRow.entity == entity, ChangeRow.record.in_(some)
            )
        )
        for record, kind, fields in rows:
            for name, said in values_in(fields).items():
                if not _empty(said[1] if kind == CHANGED else said):
                    given[record].add(name)
    return given


def _blank(tx: Tx, entity: str, of: Mapping[Id, Columns]) -> set[Id]:
    """Empty columns of rows that are there, and journal what stands now, never what stood."""
    record = record_class(entity)
    table = table_of(record)
    coding = encoders(table)
    touched: set[Id] = set()
    changes: list[Change] = []
    for row in stored_rows(tx.connection, record, sorted(of)):
        new = dict(_emptied(table, row, of[row["id"]]))
        if any(row[name] != value for name, value in new.items()):
            touched.add(row["id"])
        if new:
            said = {n: [None, None if v is None else coding[n][0](v)] for n, v in new.items()}
            changes.append(Change(row, new, said))
    tx.rewrite(record, changes)
    return touched


def _emptied(table: Table, row: Mapping[str, Any], columns: Columns) -> Iterator[tuple[str, Any]]:
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


def _columns(fields: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in fields:
        if name != WHOLE:
            column, _, within = name.partition(".")
            found.setdefault(column, set()).update([within] if within else [])
    return found


def _empty(said: Any) -> bool:
    return said in (None, ERASED, [], {})


def _told(said: Any, telling: frozenset[str]) -> bool:
    return not telling.isdisjoint(_texts(said, ()))


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
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


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
