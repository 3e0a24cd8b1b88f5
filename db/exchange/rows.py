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
from db.kernel.records import Ids, Record, Values, empty_value, encoders

Mapper = Callable[[str], str]
_HEX_ID: Final = 32


@cache
def travelling() -> tuple[type[Record], ...]:
    """Return the records that go to other sites, what is referred to before what refers to it."""
    records = {r.__tablename__: r for r in record_classes() if r.travels}
    graph = {
        name: {other for _, other in references(record) if other in records and other != name}
        for name, record in records.items()
    }
    return tuple(records[name] for name in TopologicalSorter(graph).static_order())


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
    """The columns that hold one id, several, or remembered values with ids in hexadecimal.

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
            for text in said if isinstance(said, list) else (said,):
                if isinstance(text, str) and len(text) == _HEX_ID and _is_hex(text):
                    yield id_text(bytes.fromhex(text))


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
    return {name: _mapped_memory(said, mapper) for name, said in value.items()}


def _mapped_memory(said: Any, mapper: Mapper) -> Any:
    if isinstance(said, list):
        return [_mapped_memory(one, mapper) for one in said]
    if isinstance(said, str) and len(said) == _HEX_ID and _is_hex(said):
        return id_from_text(mapper(id_text(bytes.fromhex(said)))).hex()
    return said


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
