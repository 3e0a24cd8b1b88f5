"""What is new among the places: communities, buildings, whole buildings of homes, single homes.

And what is taken out again, while nothing hangs on it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.history import hanging_rows
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, chunks, record_class
from db.kernel.text import squeeze, tidy
from db.places import (
    AddressDraft,
    Building,
    Community,
    Household,
    HouseholdAlias,
    HouseholdDraft,
    communities,
    fit_entries,
)
from db.places.address import Address, community_key
from db.places.finding import (
    MOST_CHARACTERS,
    building_address,
    building_of,
    free_key,
    home_at,
    in_lists,
    written_door,
)

MOST_HOMES: Final = 3000
_FLOOR = re.compile(r"(\d{1,2})(?:层|楼)")
_UNIT = re.compile(r"(\d{1,2})单元")
_ROOM = re.compile(r"(?:(\d{1,2})(?:-|单元))?(\d{3,4})")


class Room(NamedTuple):
    """A door of a building that is being planned; `unit` is empty where there are no units."""

    unit: str
    floor: int
    room: str


class BuildingMade(NamedTuple):
    """The building and its new homes, in walking order."""

    building: Id
    doors: tuple[Id, ...]


def add_communities(names: Sequence[str]) -> Command[tuple[Id, ...]]:
    """Return the command that adds communities, in the order named, behind those there are."""

    def run(tx: Tx) -> tuple[Id, ...]:
        return tuple(_new_community(tx, name) for name in names)

    return Command("新增社区", Right.SETTINGS, run, note="、".join(map(tidy, names)))


def community_names(text: str) -> list[str]:
    """Return the communities named in one line, 第六社区、第七社区, each once.

    UserError for a name that may not be stored.
    """
    names = [tidy(name) for name in re.split(r"[、，,；;\n]", text) if name.strip()]
    return list({_fit_community(name): name for name in names}.values())


def rename_community(community: Id, name: str) -> Command[None]:
    """Return the command that gives a community another name."""

    def run(tx: Tx) -> None:
        key = _free_community(tx, name, community)
        if all(line.id != community for line in communities(tx.connection)):
            raise UserError("这个社区已经不在台账里了，没有保存。")
        tx.change(Community, {community: {"name": tidy(name), "key": key}})

    return Command("社区改名", Right.SETTINGS, run, note=tidy(name))


def order_communities(order: Sequence[Id]) -> Command[None]:
    """Return the command that puts the communities in an order; it must name each of them once."""

    def run(tx: Tx) -> None:
        if sorted(order) != sorted(line.id for line in communities(tx.connection)):
            raise UserError("社区有增减，顺序没有保存。请刷新后再排。")
        tx.change(Community, {id_: {"rank": n} for n, id_ in enumerate(order, 1)})

    return Command("调整社区顺序", Right.SETTINGS, run)


def add_building(community: Id, estate: str, number: str, *, rural: bool = False) -> Command[Id]:
    """Return the command that adds a building, or a 组 of a village, without homes yet."""

    def run(tx: Tx) -> Id:
        address = _building(tx.connection, community, estate, number, rural=rural)
        taken = select(Building.id).where(
            Building.community == community, Building.key == address.building_key
        )
        if tx.connection.execute(taken).first() is not None:
            raise UserError(f"{address.building_text}已经在台账里了，没有重复登记。")
        return building_of(tx, community, address)

    return Command("新增楼栋", Right.WRITE, run, note=_building_note(estate, number, rural=rural))


def planned_rooms(
    units: int,
    floors: int,
    rooms_per_floor: int,
    first_floor: int = 1,
    leave_out: Collection[str] = (),
) -> list[Room]:
    """Return the doors of a building of units x floors x rooms: 101, 102 ... 1803, by unit.

    No units are 0. `leave_out` names what is not there: a floor (4层), a unit (1单元), a room in
    every unit (1401) or in one (2-1401). UserError for measures no building has, and for a word
    that leaves out nothing.
    """
    limits = (0 <= units <= 30, 1 <= floors <= 99, 1 <= rooms_per_floor <= 99, first_floor >= 1)
    if not all(limits) or first_floor + floors - 1 > 99:
        raise UserError("单元数、层数或每层户数不对，没有建。")
    if max(units, 1) * floors * rooms_per_floor > MOST_HOMES:
        raise UserError(f"一栋楼超过{MOST_HOMES}户，没有建。请核对单元数、层数和每层户数。")
    rooms = [
        Room(str(unit) if units else "", floor, f"{floor}{room:02d}")
        for unit in range(1, max(units, 1) + 1)
        for floor in range(first_floor, first_floor + floors)
        for room in range(1, rooms_per_floor + 1)
    ]
    left_out: set[Room] = set()
    for word in leave_out:
        gone = set(_left_out(rooms, squeeze(word)))
        if not gone:
            raise UserError("要空出的户写得不对，没有建。请写成“4层”“1单元”“1401”或“2-1401”。")
        left_out |= gone
    return [room for room in rooms if room not in left_out]


def make_building(
    community: Id,
    estate: str,
    number: str,
    units: int,
    floors: int,
    rooms_per_floor: int,
    first_floor: int = 1,
    leave_out: Collection[str] = (),
    occupancy: str = "occupied",
) -> Command[BuildingMade]:
    """Return the command that adds a building with all its homes, as `planned_rooms` has them.

    A building that is there already gets them too, such as a unit that was missing. UserError,
    telling how many, if one of the homes is in the ledger already: none is added then.
    """

    def run(tx: Tx) -> BuildingMade:
        connection = tx.connection
        address = _building(connection, community, estate, number, rural=False)
        rooms = planned_rooms(units, floors, rooms_per_floor, first_floor, leave_out)
        if not rooms:
            raise UserError("没有一户要建，没有保存。")
        fit_entries(HouseholdDraft(occupancy=occupancy))
        doors = [Address(address.estate, address.building, r.unit, r.room) for r in rooms]
        there = [d for d in doors if home_at(connection, community, d.key) is not None]
        if there:
            named = "、".join(d.room for d in there[:3])
            raise UserError(f"有{len(there)}户已经在台账里（如{named}），一户也没有建。")
        building = building_of(tx, community, address)
        ids = tuple(new_id() for _ in doors)
        rows = [
            {
                "id": id_, "community": community, "building": building,
                "unit": d.unit or None, "room": d.room, "key": d.key, "occupancy": occupancy,
            }
            for id_, d in zip(ids, doors, strict=True)
        ]  # fmt: skip
        tx.add(Household, rows)
        return BuildingMade(building, ids)

    return Command("新建楼栋", Right.WRITE, run, note=_building_note(estate, number, rural=False))


def add_household(
    community: Id | None,
    address: AddressDraft,
    draft: HouseholdDraft,
    *,
    building: Id | None = None,
) -> Command[Id]:
    """Return the command that adds one home; its building is added where the ledger has none.

    With `building` the address needs only unit and room. A home without a room number needs a
    contact and gets a running 户号. UserError if a home has the address, or had it before.
    """

    def run(tx: Tx) -> Id:
        of, door = written_door(tx.connection, community, address, building)
        entries = fit_entries(draft)
        if not door.room and not entries["contact"]:
            raise UserError("没有房号的住户要填户主姓名，没有保存。")
        key = free_key(tx.connection, of, door)
        made = new_id()
        place = {"community": of, "building": building or building_of(tx, of, door), "key": key}
        where = {"unit": door.unit or None, "room": door.room or None}
        tx.add(Household, [{"id": made, **place, **where, **entries}])
        return made

    return Command("新增住户", Right.WRITE, run)


def remove_households(doors: Sequence[Id]) -> Command[int]:
    """Return the command that takes homes out, with their former addresses; it answers how many.

    A field sheet names them no more. UserError, telling how many, if visits or anything else hang
    on them.
    """

    def run(tx: Tx) -> int:
        there = [
            id_
            for some in chunks(list(doors))
            for id_ in tx.connection.execute(
                select(Household.id).where(Household.id.in_(some))
            ).scalars()
        ]
        if not there:
            raise UserError("这些住户已经不在台账里了，没有改动。")
        for table, column, rows in hanging_rows(tx.connection, "household", there):
            hanging = list(rows)
            if table.name == HouseholdAlias.__tablename__:
                tx.remove(HouseholdAlias, hanging)
            elif not column.foreign_keys:
                changes = in_lists(tx.connection, column, hanging, dict.fromkeys(there))
                tx.change(record_class(table.name), changes)
            elif hanging:
                words = "走访" if table.name == "visit" else "别的登记"
                raise UserError(
                    f"这些住户名下还有{len(hanging)}条{words}，不能删除，什么都没有改动。"
                    "可以把居住状态改为“无效”，或并入另一户。"
                )
        tx.remove(Household, there)
        return len(there)

    return Command("删除住户", Right.WRITE, run, note=f"{len(doors)}户")


def remove_building(building: Id) -> Command[None]:
    """Return the command that takes out a building without homes and without people linked to it."""

    def run(tx: Tx) -> None:
        for table, _, rows in hanging_rows(tx.connection, "building", [building]):
            if hanging := len(list(rows)):
                what = "户" if table.name == "household" else "名联户长等人员"
                raise UserError(f"这栋楼还有{hanging}{what}，不能删除，什么都没有改动。")
        tx.remove(Building, [building])

    return Command("删除楼栋", Right.WRITE, run)


def _new_community(tx: Tx, name: str) -> Id:
    key = _free_community(tx, name, None)
    rank = tx.connection.execute(select(func.max(Community.rank))).scalar() or 0
    made = new_id()
    tx.add(Community, [{"id": made, "name": tidy(name), "key": key, "rank": rank + 1}])
    return made


def _fit_community(name: str) -> str:
    key = community_key(name)
    if not key:
        raise UserError("请填写社区名称。")
    if len(tidy(name)) > MOST_CHARACTERS or not tidy(name).isprintable():
        raise UserError(f"社区名称太长（超过{MOST_CHARACTERS}字）或有不能用的符号，没有保存。")
    return key


def _free_community(tx: Tx, name: str, own: Id | None) -> str:
    key = _fit_community(name)
    taken = tx.connection.execute(select(Community.id).where(Community.key == key)).scalar()
    if taken not in (None, own):
        raise UserError(f"已经有“{tidy(name)}”这个社区，没有保存。")
    return key


def _building(
    connection: Connection, community: Id, estate: str, number: str, *, rural: bool
) -> Address:
    if all(line.id != community for line in communities(connection)):
        raise UserError("这个社区已经不在台账里了，没有保存。")
    return building_address(estate, number, rural=rural)


def _building_note(estate: str, number: str, *, rural: bool) -> str:
    try:
        return building_address(estate, number, rural=rural).building_text
    except UserError:
        return ""


def _left_out(rooms: Sequence[Room], word: str) -> Iterator[Room]:
    if floor := _FLOOR.fullmatch(word):
        yield from (room for room in rooms if room.floor == int(floor[1]))
    elif unit := _UNIT.fullmatch(word):
        yield from (room for room in rooms if room.unit == str(int(unit[1])))
    elif one := _ROOM.fullmatch(word):
        yield from (r for r in rooms if r.room == one[2] and one[1] in (None, r.unit))
