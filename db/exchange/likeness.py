"""The same thing made twice: by which of their values two records are one.

Source: docs/DOMAIN.md, who is the same. Records are the same when they agree in what their
table declares as `same_by`; the rules that need more than columns stand here.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from db.disputes import Dispute, DisputeParty
from db.exchange.rows import coded
from db.exchange.settling import Fields
from db.kernel.ids import Id
from db.kernel.journal import CHUNK, chunks, decoders, table_of
from db.kernel.records import Record
from db.people import Volunteer
from db.places import Building, Community, Household, HouseholdAlias
from db.post import Post

Key = tuple[Any, ...]
# A place keeps being what it was first called; a person renamed is not whom he was taken for.
ALSO_BY_FIRST_KEY: Final[tuple[type[Record], ...]] = (Community, Building, Household)


def key_of(
    record: type[Record], fields: Fields, sides: tuple[Any, Any] | None = None
) -> Key | None:
    """Return what makes a row the same as another, None where nothing does.

    `sides` are the names of a dispute's parties on either side.
    """
    if record is Post:
        return ("post",)
    if record is Dispute:
        return _dispute_key(fields, sides)
    columns = record.same_by
    if not columns or (record is Volunteer and not fields.get("imported")):
        return None
    return tuple(_hashable(fields.get(name)) for name in columns)


def _dispute_key(fields: Fields, sides: tuple[Any, Any] | None) -> Key | None:
    if fields.get("paper_number"):
        return ("paper", fields.get("paper_year"), fields["paper_number"])
    if sides is None or not (sides[0] and sides[1]):
        return None
    return ("facts", fields.get("registered"), fields.get("kind"), *sides)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def sides_of(parties: Iterable[Fields]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the names on either side of each dispute, from the rows of its parties."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for party in parties:
        sides = found.setdefault(party["dispute"], ([], []))
        sides[0 if party.get("side") == "A" else 1].append(party.get("name", ""))
    return {d: (tuple(sorted(a)), tuple(sorted(b))) for d, (a, b) in found.items()}


def standing(
    connection: Connection, record: type[Record], wanted: Collection[Key]
) -> dict[Key, list[tuple[Id, Fields]]]:
    """Return this copy's rows by the wanted keys, in the order of their ids."""
    found: dict[Key, list[tuple[Id, Fields]]] = {}
    seen: set[Id] = set()
    for row in _rows(connection, record, wanted):
        if row["id"] in seen:
            continue
        seen.add(row["id"])
        fields = coded(record, row)
        sides = _sides_here(connection, row["id"]) if record is Dispute else None
        key = key_of(record, fields, sides)
        if key in wanted and key is not None:
            found.setdefault(key, []).append((row["id"], fields))
    for rows in found.values():
        rows.sort(key=lambda row: row[0])
    if record is Household:
        _add_former_keys(connection, wanted, found)
    return found


def _rows(
    connection: Connection, record: type[Record], wanted: Collection[Key]
) -> Iterable[dict[str, Any]]:
    if record is Post:
        statements = [select(table_of(record))]
    elif record is Dispute:
        statements = _disputes(wanted)
    else:
        yield from rows_by(connection, record, record.same_by, wanted)
        return
    for statement in statements:
        for row in connection.execute(statement).mappings():
            yield dict(row)


def rows_by(
    connection: Connection, record: type[Record], columns: Sequence[str], wanted: Collection[Key]
) -> Iterable[dict[str, Any]]:
    """Yield rows that may have one of the wanted values in the columns, by the index over them."""
    table, back = table_of(record), decoders(record)
    groups: dict[Any, list[Any]] = {}
    nested = len(columns) > 1 and columns[0] == "community"
    for key in wanted:
        if key[nested] is not None:
            groups.setdefault(key[0] if nested else None, []).append(key[nested])
    name = columns[nested]
    days: list[Any] = []
    if "day" in columns[1:]:
        # A door has visits of many years; those of the wanted days are few.
        days = [back["day"](d) for d in {key[columns.index("day")] for key in wanted} if d]
    for first, values in groups.items():
        at = [table.c[columns[0]] == back[columns[0]](first)] if nested else []
        at += [table.c.day.in_(days)] if 0 < len(days) <= CHUNK else []
        for some in chunks(list(dict.fromkeys(values))):
            statement = select(table).where(*at, table.c[name].in_([back[name](v) for v in some]))
            for row in connection.execute(statement).mappings():
                yield dict(row)


def _disputes(wanted: Collection[Key]) -> list[Any]:
    table, back = table_of(Dispute), decoders(Dispute)
    papers = [key[2] for key in wanted if key[0] == "paper"]
    days = [back["registered"](key[1]) for key in wanted if key[0] == "facts" and key[1]]
    statements = [
        select(table).where(table.c.paper_number.in_(some))
        for some in chunks(list(dict.fromkeys(papers)))
    ]
    statements += [
        select(table).where(table.c.registered.in_(some), or_(table.c.paper_number.is_(None), table.c.paper_number == ""))
        for some in chunks(list(dict.fromkeys(days)))
    ]  # fmt: skip
    return statements


def _sides_here(connection: Connection, dispute: Id) -> tuple[Any, Any]:
    rows = connection.execute(
        select(DisputeParty.side, DisputeParty.name).where(DisputeParty.dispute == dispute)
    )
    parties = [{"dispute": "", "side": row.side, "name": row.name} for row in rows]
    return sides_of(parties).get("", ((), ()))


def _add_former_keys(
    connection: Connection,
    wanted: Collection[Key],
    found: dict[Key, list[tuple[Id, Fields]]],
) -> None:
    """Homes by the keys they had before."""
    missing = [key for key in wanted if key not in found]
    aliases = {}
    for row in _rows(connection, HouseholdAlias, missing):
        fields = coded(HouseholdAlias, row)
        aliases[row["household"]] = (fields["community"], fields["key"])
    for some in chunks(list(aliases)):
        table = table_of(Household)
        for home in connection.execute(select(table).where(table.c.id.in_(some))).mappings():
            key = aliases[home["id"]]
            if key in wanted and key not in found:
                found[key] = [(home["id"], coded(Household, dict(home)))]


def fitting(
    record: type[Record], fields: Fields, rows: Sequence[tuple[Id, Fields]], twins: int
) -> Id | None:
    """Return which of the rows of one key is this one, None if it cannot be said.

    `twins` counts how many come with that key; people who share a name are told apart by telephone.
    """
    if record is Volunteer and (twins > 1 or len(rows) > 1):
        rows = [row for row in rows if row[1].get("phone") == fields.get("phone")]
    return rows[0][0] if rows else None
