"""Rows as the journal writes them: values without empty ones, ids as text; and the ids in them."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from typing import Any, Final

from sqlalchemy import LargeBinary, UniqueConstraint

from db.exchange.settling import Fields, is_empty
from db.exchange.tables import RecordAlias
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.journal import decoders, record_class, table_of
from db.kernel.proofs import record_classes
from db.kernel.records import Ids, Lettered, Record, Values, empty_value, encoders

Mapper = Callable[[str], str]
_HEX_ID: Final = 32
_LETTERED_ID: Final = 23


@cache
def travelling() -> tuple[type[Record], ...]:
    """Return the records that go to other sites, what is referred to before what refers to it."""
    records = {r.__tablename__: r for r in record_classes() if r.travels}
    graph = {
        name: {other for _, other in references(record) if other in records and other != name}
        for name, record in records.items()
    }
    # What names a record of any table comes after all that it may name.
    last = {name for name, record in records.items() if _names_any(record)}
    for name in last:
        graph[name] |= records.keys() - last
    return tuple(records[name] for name in TopologicalSorter(graph).static_order())


def _names_any(record: type[Record]) -> bool:
    columns = table_of(record).columns
    lettered = any(isinstance(column.type, Lettered) for column in columns)
    return record.frozen or lettered or bool("entity" in columns and loose_ids(record))


@cache
def of_one_copy() -> tuple[type[Record], ...]:
    """Return the records that never leave the copy that made them."""
    return tuple(record for record in record_classes() if not record.travels)


@cache
def loose_ids(record: type[Record]) -> tuple[str, ...]:
    """Return the columns that name a record of a table they do not declare."""
    declared = {name for name, _ in references(record)}
    return tuple(n for n, k in _id_columns(record).items() if k == "one" and n not in declared)


@cache
def worded_ids(record: type[Record]) -> tuple[str, ...]:
    """Return the columns of text in which ids may stand among other words."""
    return tuple(n for n, k in _id_columns(record).items() if k in ("lettered", "remembered"))


@cache
def references(record: type[Record]) -> tuple[tuple[str, str], ...]:
    """Return the columns that name records of a table, each with that table's name."""
    found = []
    for column in table_of(record).columns:
        found += [(column.name, key.column.table.name) for key in column.foreign_keys]
        if isinstance(column.type, Ids):
            found.append((column.name, column.type.of))
    return tuple(found)


@cache
def unique_columns(record: type[Record]) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each unique constraint besides the id."""
    return tuple(
        tuple(column.name for column in constraint.columns)
        for constraint in sorted(table_of(record).constraints, key=lambda c: str(c.name))
        if isinstance(constraint, UniqueConstraint)
    )


@cache
def _id_columns(record: type[Record]) -> dict[str, str]:
    """The columns that hold one id, several, lettered ones, or remembered values with ids within.

    Remembered ids are in hexadecimal, or a letter and an id's text, as claims of points have them.
    What an alias says is about the very ids.
    """
    kinds: dict[str, str] = {}
    for column in table_of(record).columns:
        if column.name == "id" or record is RecordAlias:
            continue
        if isinstance(column.type, Ids):
            kinds[column.name] = "several"
        elif isinstance(column.type, LargeBinary):
            kinds[column.name] = "one"
        elif isinstance(column.type, Values):
            kinds[column.name] = "remembered"
        elif isinstance(column.type, Lettered):
            kinds[column.name] = "lettered"
    return kinds


def ids_in(record: type[Record], kind: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that a change's fields name, as text."""
    kinds = _id_columns(record)
    for name in kinds.keys() & fields.keys():
        for value in fields[name] if kind == "~" else (fields[name],):
            yield from _ids_of(kinds[name], value)


def _ids_of(kind: str, value: Any) -> Iterator[str]:
    if is_empty(value):
        return
    if kind == "one":
        yield value
    elif kind == "several":
        yield from value
    elif isinstance(value, dict):
        for said in value.values():
            yield from _remembered(said)
    elif kind == "lettered":
        yield from _remembered(value)


def _remembered(said: Any) -> Iterator[str]:
    if isinstance(said, list):
        for one in said:
            yield from _remembered(one)
    elif isinstance(said, str) and len(said) == _HEX_ID and _is_hex(said):
        yield id_text(bytes.fromhex(said))
    elif _is_lettered(said):
        yield said[1:]


def mapped(record: type[Record], kind: str, fields: Fields, mapper: Mapper) -> Fields:
    """Return a change's fields with every id as `mapper` has it."""
    kinds = _id_columns(record)
    names = kinds.keys() & fields.keys()
    if not names:
        return fields
    new = dict(fields)
    for name in names:
        value = fields[name]
        if kind == "~":
            new[name] = [_mapped(kinds[name], v, mapper) for v in value]
        else:
            new[name] = _mapped(kinds[name], value, mapper)
    return new


def _mapped(kind: str, value: Any, mapper: Mapper) -> Any:
    if is_empty(value):
        return value
    if kind == "one":
        return mapper(value)
    if kind == "several":
        return list(dict.fromkeys(mapper(v) for v in value))
    if kind == "lettered":
        return _mapped_memory(value, mapper)
    return {name: _mapped_memory(said, mapper) for name, said in value.items()}


def _mapped_memory(said: Any, mapper: Mapper) -> Any:
    if isinstance(said, list):
        return [_mapped_memory(one, mapper) for one in said]
    if isinstance(said, str) and len(said) == _HEX_ID and _is_hex(said):
        return id_from_text(mapper(id_text(bytes.fromhex(said)))).hex()
    return said[0] + mapper(said[1:]) if _is_lettered(said) else said


def _is_lettered(said: Any) -> bool:
    if not (isinstance(said, str) and len(said) == _LETTERED_ID and said.isascii()):
        return False
    try:
        return id_text(id_from_text(said[1:])) == said[1:]
    except ValueError:
        return False


def _is_hex(text: str) -> bool:
    return all(c in "0123456789abcdef" for c in text)


@cache
def _coders(record: type[Record]) -> dict[str, Callable[[Any], Any]]:
    return {n: there for n, (there, _) in encoders(table_of(record)).items() if n != "id"}


def coded(record: type[Record], row: Mapping[str, Any]) -> Fields:
    """Return a table's row as the journal writes it."""
    found = {
        name: there(row[name]) for name, there in _coders(record).items() if row[name] is not None
    }
    return {name: value for name, value in found.items() if not is_empty(value)}


def whole_row(record: type[Record], id_: Id, fields: Fields) -> dict[str, Any]:
    """Return the table's row of an id that the journal's fields give."""
    table, back = table_of(record), decoders(record)
    row: dict[str, Any] = {"id": id_}
    for name in back:
        if name != "id":
            row[name] = back[name](fields[name]) if name in fields else empty_value(table, name)
    return row


def difference(before: Fields | None, after: Fields | None) -> tuple[str, Fields]:
    """Return the kind and the fields of the change that leads from one row to another."""
    if before is None:
        return ("=", {}) if after is None else ("+", after)
    if after is None:
        return "-", before
    said = {
        name: [before.get(name), after.get(name)]
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }
    return ("~", said) if said else ("=", {})


def record_of(entity: str) -> type[Record]:
    """Return the class of a travelling table's name; KeyError for any other."""
    record = record_class(entity)
    if not record.travels:
        raise KeyError(entity)
    return record
