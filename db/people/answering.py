"""Who answers for which homes: the 联户长 of a unit, and how two or more of a unit share its doors.

Homes are shared evenly in the order of their rooms: of thirty homes and two leaders the first has
the first fifteen. A leader linked to a building without a unit answers for the units nobody else
has. Invalid doors are nobody's.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.people import Volunteer, serving
from db.people.lists import unit_text
from db.places import Building, Community, Household
from db.places.finding import door_text
from db.places.lists import walking_order

ANSWERING: Final = "household_leader"
NOBODY: Final = "未分户"


class HomeOf(NamedTuple):
    """A home somebody answers for."""

    household: Id
    address: str
    occupancy: str
    contact: str | None
    phone: str | None


class Leader(NamedTuple):
    """A 联户长 and the homes of one unit that fall to them, from the first to the last."""

    volunteer: Id
    name: str
    phone: str | None
    homes: tuple[Id, ...]
    span: str


class UnitLine(NamedTuple):
    """A unit, or a building without units: its homes and who answers for them."""

    community: Id
    community_name: str
    building: Id
    unit: str | None
    label: str
    homes: int
    leaders: tuple[Leader, ...]

    @property
    def who(self) -> str:
        """The names, or 未分户."""
        return "、".join(leader.name for leader in self.leaders) or NOBODY


class _Home(NamedTuple):
    id: Id
    community: Id
    community_name: str
    building: Id
    estate: str
    number: str
    rural: bool
    unit: str | None
    room: str | None
    key: str
    occupancy: str
    contact: str | None
    phone: str | None

    @property
    def address(self) -> str:
        return door_text(self.estate, self.number, self.unit, self.key, rural=self.rural)


class _Person(NamedTuple):
    id: Id
    name: str
    phone: str | None
    building: Id
    unit: str | None


def who_answers(
    connection: Connection,
    day: date,
    *,
    community: Id | None = None,
    building: Id | None = None,
) -> list[UnitLine]:
    """Return every unit with homes and who answers for them on a day, in walking order."""
    homes = _homes(connection, community=community, building=building)
    people: dict[Id, list[_Person]] = {}
    for person in _leaders(connection, day):
        people.setdefault(person.building, []).append(person)
    lines: list[UnitLine] = []
    for at, inside in groupby(homes, key=lambda home: home.building):
        lines += _of_building(list(inside), people.get(at, []))
    return lines


def homes_of(connection: Connection, volunteer: Id, day: date) -> list[HomeOf]:
    """Return the homes a volunteer answers for on a day, in walking order; empty if none."""
    linked = connection.execute(
        select(Volunteer.building).where(Volunteer.id == volunteer)
    ).scalar_one_or_none()
    if linked is None:
        return []
    homes = _homes(connection, community=None, building=linked)
    people = [person for person in _leaders(connection, day) if person.building == linked]
    mine = {
        id_
        for line in _of_building(homes, people)
        for leader in line.leaders
        if leader.volunteer == volunteer
        for id_ in leader.homes
    }
    return [
        HomeOf(home.id, home.address, home.occupancy, home.contact, home.phone)
        for home in homes
        if home.id in mine
    ]


def shared(homes: int, people: int) -> list[range]:
    """Return which of `homes` fall to each of `people` in turn: even, the first have one more."""
    each, more = divmod(homes, people)
    starts = [n * each + min(n, more) for n in range(people + 1)]
    return [range(start, end) for start, end in pairwise(starts)]


def _of_building(homes: Sequence[_Home], people: Sequence[_Person]) -> list[UnitLine]:
    by_unit = [(unit, list(inside)) for unit, inside in groupby(homes, key=lambda home: home.unit)]
    left = [home for unit, inside in by_unit if not _own(people, unit) for home in inside]
    whole_building = [person for person in people if person.unit is None]
    shares: dict[Id, _Person] = {}
    if whole_building:
        for person, part in zip(
            whole_building, shared(len(left), len(whole_building)), strict=True
        ):
            shares |= {left[n].id: person for n in part}
    for unit, inside in by_unit:
        if own := _own(people, unit):
            for person, part in zip(own, shared(len(inside), len(own)), strict=True):
                shares |= {inside[n].id: person for n in part}
    return [_line(unit, inside, shares) for unit, inside in by_unit]


def _own(people: Sequence[_Person], unit: str | None) -> list[_Person]:
    return [person for person in people if person.unit == unit and unit is not None]


def _line(unit: str | None, homes: Sequence[_Home], shares: dict[Id, _Person]) -> UnitLine:
    first = homes[0]
    leaders = []
    for person in dict.fromkeys(shares[home.id] for home in homes if home.id in shares):
        mine = [home for home in homes if shares.get(home.id) == person]
        ids = tuple(home.id for home in mine)
        leaders.append(Leader(person.id, person.name, person.phone, ids, _span(mine)))
    label = unit_text(first.estate, first.number, unit, rural=first.rural)
    return UnitLine(
        first.community, first.community_name, first.building, unit, label, len(homes),
        tuple(leaders),
    )  # fmt: skip


def _span(homes: Sequence[_Home]) -> str:
    ends = dict.fromkeys(home.room or home.contact or "" for home in (homes[0], homes[-1]))
    return "至".join(ends)


def _homes(connection: Connection, *, community: Id | None, building: Id | None) -> list[_Home]:
    statement: Any = (
        select(
            Household.id, Household.community, Community.name, Household.building, Building.estate,
            Building.number, Building.rural, Household.unit, Household.room, Household.key,
            Household.occupancy, Household.contact, Household.phone,
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .where(Household.occupancy != "invalid")
        .order_by(*walking_order())
    )  # fmt: skip
    if community is not None:
        statement = statement.where(Household.community == community)
    if building is not None:
        statement = statement.where(Household.building == building)
    return [_Home(*row) for row in connection.execute(statement)]


def _leaders(connection: Connection, day: date) -> list[_Person]:
    rows: Iterable[Any] = connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.phone, Volunteer.building, Volunteer.unit)
        .where(Volunteer.role == ANSWERING, Volunteer.building.is_not(None), *serving(day))
        .order_by(Volunteer.id)
    )
    return [_Person(*row) for row in rows]
