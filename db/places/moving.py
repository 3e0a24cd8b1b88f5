"""Homes that change what they are: renamed, two made one, one made several, a building renumbered.

The old workbook still finds the home: a former address stays as an alias; a split leaves the old
door in place, invalid, with its visits.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.history import hanging_rows
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, chunks, record_class, table_of
from db.places import AddressDraft, Building, Household, HouseholdAlias
from db.places.address import address_of_key, room_part
from db.places.finding import (
    Changes,
    building_address,
    building_of,
    free_key,
    home_at,
    in_lists,
    storable,
    written_door,
)

MOST_ROOMS = 20


class Hanging(NamedTuple):
    """What hangs on a home: its visits, and the other entries that name it; no former addresses."""

    visits: int
    others: int


def what_hangs(connection: Connection, household: Id) -> Hanging:
    """Return what a merge would move, or a split would leave at the old door."""
    counts = {"visit": 0, "": 0}
    for table, _, rows in hanging_rows(connection, "household", [household]):
        if table.name != HouseholdAlias.__tablename__:
            counts[table.name if table.name in counts else ""] += len(list(rows))
    return Hanging(counts["visit"], counts[""])


def rename_household(
    household: Id, address: AddressDraft, *, building: Id | None = None
) -> Command[None]:
    """Return the command that gives a home another address; the old one stays as an alias.

    `address` is read as in `add_household`; without a community the home stays in its own.
    UserError if another home has the address, or had it.
    """

    def run(tx: Tx) -> None:
        connection = tx.connection
        home = _home(connection, household)
        of, door = written_door(connection, home["community"], address, building)
        key = door.key
        if not door.room and home["room"] is None and home["key"].startswith(f"{key}户"):
            key = home["key"]
        if (of, key) == (home["community"], home["key"]):
            raise UserError("地址和原来一样，没有改动。")
        there = home_at(connection, of, key) if door.room else None
        if there is None or there.household != household:
            key = free_key(connection, of, door)
        else:
            _drop_alias(tx, of, key)
        values = {
            "community": of, "building": building or building_of(tx, of, door), "key": key,
            "unit": door.unit or None, "room": door.room or None,
        }  # fmt: skip
        tx.change(Household, {household: values})
        _add_aliases(tx, [(home["community"], home["key"], household)])

    return Command("住户改址", Right.WRITE, run)


def merge_households(keep: Id, gone: Id) -> Command[int]:
    """Return the command that makes two entries of one home one; it answers with how many rows moved.

    Visits and whatever else hangs on `gone` move to `keep`, field sheets name `keep` in its place,
    its address becomes an alias, and what is known of it fills the blanks of `keep`.
    """

    def run(tx: Tx) -> int:
        if keep == gone:
            raise UserError("选的是同一户，不用合并。")
        kept, leaving = _home(tx.connection, keep), _home(tx.connection, gone)
        moved = 0
        for table, column, rows in hanging_rows(tx.connection, "household", [gone]):
            record = record_class(table.name)
            if column.foreign_keys:
                changes: Changes = {id_: {column.name: keep} for id_ in rows}
            else:
                changes = in_lists(tx.connection, column, list(rows), {gone: keep})
            changed = tx.change(record, changes)
            moved += changed if record is not HouseholdAlias else 0
        tx.remove(Household, [gone])
        _add_aliases(tx, [(leaving["community"], leaving["key"], keep)])
        tx.change(Household, {keep: _blanks_filled(kept, leaving)})
        return moved

    return Command("合并住户", Right.WRITE, run)


def split_household(household: Id, rooms: Sequence[str]) -> Command[tuple[Id, ...]]:
    """Return the command that makes several homes of one, in its unit; it answers with the new ones.

    The old door stays, invalid, with its visits and its address; the new rooms need other numbers
    (401 into 401A and 401B). UserError if one of them is in the ledger already.
    """

    def run(tx: Tx) -> tuple[Id, ...]:
        home = _home(tx.connection, household)
        numbers = [room_part(room) for room in rooms]
        if not 2 <= len(set(numbers)) == len(numbers) <= MOST_ROOMS or not all(numbers):
            raise UserError(f"请填写2到{MOST_ROOMS}个不同的新房号，没有拆分。")
        old = address_of_key(home["key"])
        made: list[dict[str, Any]] = []
        for number in numbers:
            door = storable(type(old)(old.estate, old.building, old.unit, number, old.group))
            if home_at(tx.connection, home["community"], door.key) is not None:
                raise UserError(f"房号{number}已经在台账里或曾经用过，没有拆分。请换一个房号。")
            made.append(
                {
                    "id": new_id(), "community": home["community"], "building": home["building"],
                    "unit": home["unit"], "room": number, "key": door.key,
                    "occupancy": "occupied" if home["occupancy"] == "invalid" else home["occupancy"],
                }
            )  # fmt: skip
        tx.add(Household, made)
        tx.change(Household, {household: {"occupancy": "invalid"}})
        return tuple(row["id"] for row in made)

    return Command("拆分住户", Right.WRITE, run, note=f"分成{len(rooms)}户")


def rename_building(building: Id, estate: str, number: str) -> Command[int]:
    """Return the command that gives a building, or a 组, another estate or number.

    Each home gets its new address and keeps the old one as an alias; it answers how many did.
    UserError if the community has a building called so, or a new address was another home's once.
    """

    def run(tx: Tx) -> int:
        table = table_of(Building)
        row = tx.connection.execute(select(table).where(table.c.id == building)).first()
        if row is None:
            raise UserError("这栋楼已经不在台账里了，没有改动。")
        to = building_address(estate, number, rural=row.rural)
        if (to.estate, to.building) == (row.estate, row.number):
            raise UserError("名称和原来一样，没有改动。")
        taken = select(Building.id).where(
            Building.community == row.community, Building.key == to.building_key
        )
        if tx.connection.execute(taken).scalar() not in (None, building):
            raise UserError(f"{to.building_text}已经在台账里了，没有改动。")
        values = {"estate": to.estate, "number": to.building, "key": to.building_key}
        tx.change(Building, {building: values})
        homes = tx.connection.execute(
            select(Household.id, Household.key).where(Household.building == building)
        )
        keys = {h.id: (h.key, to.building_key + h.key.removeprefix(row.key)) for h in homes}
        return 0 if row.key == to.building_key else _move_keys(tx, row.community, keys)

    return Command("楼栋改名", Right.WRITE, run)


def _move_keys(tx: Tx, community: Id, keys: Mapping[Id, tuple[str, str]]) -> int:
    """Give homes new keys, (old, new) for each, and keep the old ones as aliases."""
    owners = {new: home for home, (_, new) in keys.items()}
    own, others = [], 0
    for some in chunks(list(owners)):
        of = (HouseholdAlias.community == community, HouseholdAlias.key.in_(some))
        found = select(HouseholdAlias.id, HouseholdAlias.key, HouseholdAlias.household).where(*of)
        for alias in tx.connection.execute(found):
            if alias.household == owners[alias.key]:
                own.append(alias.id)
            else:
                others += 1
    if others:
        raise UserError(f"有{others}户的新地址是另一户的曾用地址，没有改动。请先核对是不是同一户。")
    tx.remove(HouseholdAlias, own)
    tx.change(Household, {home: {"key": new} for home, (_, new) in keys.items()})
    _add_aliases(tx, [(community, old, home) for home, (old, _) in keys.items()])
    return len(keys)


def _home(connection: Connection, household: Id) -> dict[str, Any]:
    table = table_of(Household)
    row = connection.execute(select(table).where(table.c.id == household)).mappings().first()
    if row is None:
        raise UserError("这一户已经不在台账里了，没有改动。")
    return dict(row)


def _add_aliases(tx: Tx, former: Sequence[tuple[Id, str, Id]]) -> None:
    tx.add(
        HouseholdAlias,
        [
            {"id": new_id(), "community": community, "key": key, "household": household}
            for community, key, household in former
        ],
    )


def _drop_alias(tx: Tx, community: Id, key: str) -> None:
    rows = tx.connection.execute(
        select(HouseholdAlias.id).where(
            HouseholdAlias.community == community, HouseholdAlias.key == key
        )
    ).scalars()
    tx.remove(HouseholdAlias, list(rows))


def _blanks_filled(kept: dict[str, Any], gone: dict[str, Any]) -> dict[str, Any]:
    """A contact and a telephone belong together: they are taken over as one, or not at all."""
    filled = {n: gone[n] for n in ("residents", "note") if kept[n] is None}
    if not kept["contact"] or kept["contact"] == gone["contact"]:
        filled["contact"] = kept["contact"] or gone["contact"]
        filled["phone"] = kept["phone"] or gone["phone"]
    return filled
