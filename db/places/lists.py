"""Homes, buildings and communities as lists show them, and what warns of a home entered twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, cast, func, select

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.records import SearchKey
from db.kernel.text import squeeze, telephone, tidy_name
from db.places import AddressDraft, Building, Community, Household, HouseholdAlias
from db.places.address import Address, address_of_key
from db.places.finding import door_text, home_at, written_door

HouseholdOrder = Literal["address", "occupancy", "contact", "phone", "residents"]


@dataclass(frozen=True)
class HouseholdQuery:
    """Which homes a list shows, and in what order; None and empty leave a question out.

    `text` is searched like everywhere: every word in contact, pinyin, telephone or address.
    """

    community: Id | None = None
    building: Id | None = None
    occupancy: str | None = None
    text: str = ""
    order: HouseholdOrder = "address"
    descending: bool = False


class HouseholdRow(NamedTuple):
    """A home in a list. `address` is as people read it: 晨园3号楼2单元401."""

    id: Id
    community: Id
    community_name: str
    building: Id
    address: str
    unit: str | None
    room: str | None
    occupancy: str
    contact: str | None
    phone: str | None
    residents: int | None
    note: str | None


class BuildingRow(NamedTuple):
    """A building or 组; `homes` counts its doors but the invalid ones."""

    id: Id
    community: Id
    community_name: str
    label: str
    estate: str
    number: str
    rural: bool
    homes: int


class LikeHousehold(NamedTuple):
    """A home that may be the one being typed; `same` tells that saving would be refused."""

    id: Id
    address: str
    contact: str | None
    why: str
    same: bool


def by_number(column: Any) -> tuple[Any, ...]:
    """Return what sorts a column of numbers written as text: 2 before 10, 401 before 401A."""
    return (cast(column, Integer), column)


def walking_order() -> tuple[Any, ...]:
    """Return what homes joined to building and community are sorted by when nothing else is asked.

    A village may have both a 3号楼 and a 3组: each building stands by itself.
    """
    return (
        Community.rank, Community.id, Building.estate, *by_number(Building.number), Building.rural,
        *by_number(Household.unit), *by_number(Household.room), Household.key,
    )  # fmt: skip


def matching(record: Any, text: str) -> list[ColumnElement[bool]]:
    """Return the conditions that every word of a text is in a record's search key."""
    words = [word for part in text.split() if (word := squeeze(part).lower())]
    if not words:
        return []
    keys = select(SearchKey.record).where(
        *(SearchKey.text.contains(word, autoescape=True) for word in words)
    )
    return [record.in_(keys.where(SearchKey.entity == record.class_.__tablename__))]


def in_order(first: Any, last: Sequence[Any], *, descending: bool) -> list[Any]:
    """Return what sorts a list by a column, then by `last`; without a column by `last` alone."""
    if first is None:
        return [column.desc() for column in last] if descending else list(last)
    # Rows that have nothing there come last either way.
    return [first.is_(None), first.desc() if descending else first, *last]


def households(
    connection: Connection, query: HouseholdQuery, offset: int = 0, limit: int = 100
) -> list[HouseholdRow]:
    """Return a window of the homes a query means."""
    statement = _homes(query)
    first = None if query.order == "address" else getattr(Household, query.order)
    order = in_order(first, walking_order(), descending=query.descending)
    rows = connection.execute(statement.order_by(*order).offset(offset).limit(limit))
    return [_row(*row) for row in rows]


def household_count(connection: Connection, query: HouseholdQuery) -> int:
    """Return how many homes a query means."""
    statement = select(func.count()).select_from(Household).where(*_asked(query))
    return connection.execute(statement).scalar_one()


def household(connection: Connection, id_: Id) -> HouseholdRow | None:
    """Return one home, None if it is gone."""
    row = connection.execute(_homes(HouseholdQuery()).where(Household.id == id_)).first()
    return None if row is None else _row(*row)


def former_addresses(connection: Connection, id_: Id) -> list[str]:
    """Return the addresses a home had before, the latest first."""
    keys = connection.execute(
        select(HouseholdAlias.key)
        .where(HouseholdAlias.household == id_)
        .order_by(HouseholdAlias.id.desc())
    ).scalars()
    return [address_of_key(key).text for key in keys]


def buildings(connection: Connection, community: Id | None = None) -> list[BuildingRow]:
    """Return the buildings of a community, or of all: communities in their order, then by number."""
    homes = (
        select(func.count())
        .where(Household.building == Building.id, Household.occupancy != "invalid")
        .scalar_subquery()
    )
    statement = (
        select(
            Building.id, Building.community, Community.name, Building.estate, Building.number,
            Building.rural, homes,
        )
        .join(Community, Community.id == Building.community)
        .order_by(
            Community.rank, Community.id, Building.estate, *by_number(Building.number), Building.id
        )
    )  # fmt: skip
    if community is not None:
        statement = statement.where(Building.community == community)
    return [
        BuildingRow(
            id_, of, name, building_text(estate, number, rural=rural), estate, number, rural, n
        )
        for id_, of, name, estate, number, rural, n in connection.execute(statement)
    ]


def rooms_of(connection: Connection, community: Id, building_key: str) -> set[tuple[str, str]]:
    """Return (unit, room) of every address that a building's homes have now, or had before."""
    found = set()
    for record in (Household, HouseholdAlias):
        inside = record.key.startswith(f"{building_key}/", autoescape=True)
        keys = connection.execute(select(record.key).where(record.community == community, inside))
        for address in map(address_of_key, keys.scalars()):
            found.add((address.unit, address.room))
    return found


def building_text(estate: str, number: str, *, rural: bool) -> str:
    """Return a stored building as a person reads it: 晨园3号楼, 东沟3组."""
    return Address(estate, number, group=rural).building_text


def any_home(connection: Connection) -> bool:
    """Tell whether the ledger has a home at all."""
    return connection.execute(select(Household.id).limit(1)).first() is not None


def units(connection: Connection, building: Id) -> list[str]:
    """Return the units of a building that have homes, by number."""
    rows = connection.execute(
        select(Household.unit)
        .where(Household.building == building, Household.unit.is_not(None))
        .distinct()
        .order_by(*by_number(Household.unit))
    ).scalars()
    return [unit for unit in rows if unit]


def like_household(
    connection: Connection,
    community: Id | None,
    address: AddressDraft,
    *,
    building: Id | None = None,
    contact: str | None = None,
    phone: str | None = None,
    leave: Id | None = None,
) -> list[LikeHousehold]:
    """Return the homes that may be the one being typed, the surest first; never raises.

    Same address now or formerly; same building and contact; same telephone. `leave` is the home
    under the pen, which is never like itself.
    """
    found: dict[Id, tuple[str, bool]] = {}
    named = tidy_name(contact or "")
    number = telephone(phone or "")
    try:
        of, door = written_door(connection, community, address, building)
    except UserError:
        pass  # not typed to its end yet
    else:
        if door.room and (there := home_at(connection, of, door.key)) is not None:
            found[there.household] = ("曾用这个地址" if there.former else "同一地址", True)
        here = (Building.community == of, Building.key == door.building_key)
        if named:
            for id_ in _ids(connection, [*here, Household.contact == named]):
                found.setdefault(id_, ("同楼同名", False))
    if number:
        for id_ in _ids(connection, [Household.phone == number]):
            found.setdefault(id_, ("同一电话", False))
    found.pop(leave or b"", None)
    rows = {row[0]: _row(*row) for row in _by_ids(connection, list(found))}
    return [
        LikeHousehold(id_, rows[id_].address, rows[id_].contact, why, same)
        for id_, (why, same) in found.items()
    ]


def _homes(query: HouseholdQuery) -> Any:
    return (
        select(
            Household.id, Household.community, Community.name, Household.building, Building.estate,
            Building.number, Building.rural, Household.unit, Household.room, Household.key,
            Household.occupancy, Household.contact, Household.phone, Household.residents,
            Household.note,
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(*_asked(query))
    )  # fmt: skip


def _asked(query: HouseholdQuery) -> list[ColumnElement[bool]]:
    asked = matching(Household.id, query.text)
    if query.community is not None:
        asked.append(Household.community == query.community)
    if query.building is not None:
        asked.append(Household.building == query.building)
    if query.occupancy is not None:
        asked.append(Household.occupancy == query.occupancy)
    return asked


def _row(*row: Any) -> HouseholdRow:
    id_, community, name, building, estate, number, rural, unit, room, key, *rest = row
    address = door_text(estate, number, unit, key, rural=rural)
    return HouseholdRow(id_, community, name, building, address, unit, room, *rest)


def _ids(connection: Connection, asked: Sequence[ColumnElement[bool]]) -> list[Id]:
    statement = select(Household.id).join(Building, Building.id == Household.building)
    found = connection.execute(statement.where(*asked).limit(5)).scalars()
    return list(found)


def _by_ids(connection: Connection, ids: Sequence[Id]) -> Sequence[Any]:
    rows: Sequence[Any] = connection.execute(
        _homes(HouseholdQuery()).where(Household.id.in_(ids))
    ).all()
    return rows
