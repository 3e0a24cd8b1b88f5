"""Who answers for which homes: the 联户长 of a unit, and how two or more of a unit share its doors.

Until a person shares a unit out, its homes go evenly by their rooms: of thirty homes and two leaders
the first has the first fifteen. Once somebody did, each has what was given by hand, and what was
given to nobody is 未分户. A leader linked to a building without a unit answers for the units nobody
else has. Invalid doors are nobody's.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.people import Volunteer, serving
from db.people.lists import unit_text
from db.places import Building, Community, Household
from db.places.finding import door_text
from db.places.lists import walking_order

ANSWERING: Final = "household_leader"
NOBODY: Final = "未分户"
# How many homes a 联户长 usually answers for.
FEWEST: Final = 10
MOST: Final = 12
Amount = Literal["few", "right", "many"]


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
    """A unit, or a building without units: its homes and who answers for them.

    `leaders` may have homes here, some have none. `by_hand` tells that a person shared it out;
    `left` is how many homes nobody answers for.
    """

    community: Id
    community_name: str
    building: Id
    unit: str | None
    label: str
    homes: int
    leaders: tuple[Leader, ...]
    by_hand: bool
    left: int

    @property
    def who(self) -> str:
        """The names of those with homes here, or 未分户."""
        return "、".join(leader.name for leader in self.leaders if leader.homes) or NOBODY


class Answering(NamedTuple):
    """How many homes each 联户长 in service answers for, and which units have nobody.

    `left` counts the homes nobody answers for, also in units that have somebody.
    """

    homes: dict[Id, int]
    units: int
    nobody: tuple[UnitLine, ...]
    left: int

    def of(self, amount: Amount) -> tuple[Id, ...]:
        """Return who has too few homes, as many as usual, or too many."""
        return tuple(id_ for id_, homes in self.homes.items() if amount_of(homes) == amount)


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
    homes: tuple[Id, ...]


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


def answering(connection: Connection, day: date) -> Answering:
    """Return how the homes of a post are shared on a day; who has none counts with none."""
    asked = select(Volunteer.id).where(Volunteer.role == ANSWERING, *serving(day))
    homes = dict.fromkeys(connection.execute(asked).scalars(), 0)
    units = who_answers(connection, day)
    for unit in units:
        for leader in unit.leaders:
            homes[leader.volunteer] += len(leader.homes)
    nobody = tuple(unit for unit in units if not unit.leaders)
    return Answering(homes, len(units), nobody, sum(unit.left for unit in units))


def amount_of(homes: int) -> Amount:
    """Return whether somebody answers for too few homes, for as many as usual, or for too many."""
    return "few" if homes < FEWEST else "many" if homes > MOST else "right"


def homes_of(connection: Connection, volunteer: Id, day: date) -> list[HomeOf]:
    """Return the homes a volunteer answers for on a day, in walking order; empty if none."""
    linked = connection.execute(
        select(Volunteer.building).where(Volunteer.id == volunteer)
    ).scalar_one_or_none()
    if linked is None:
        return []
    homes = list(_homes(connection, community=None, building=linked))
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
    given = _given(left, whole_building)
    rest = given or _evenly(left, whole_building)
    lines = []
    for unit, inside in by_unit:
        own = _own(people, unit)
        by_hand = _given(inside, own) if own else given
        shares = by_hand or _evenly(inside, own) if own else rest
        lines.append(_line(unit, inside, own or whole_building, shares, by_hand=bool(by_hand)))
    return lines


def _given(homes: Sequence[_Home], people: Sequence[_Person]) -> dict[Id, _Person]:
    """The homes that a person gave to one of these by hand."""
    inside = {home.id for home in homes}
    return {id_: person for person in people for id_ in person.homes if id_ in inside}


def _evenly(homes: Sequence[_Home], people: Sequence[_Person]) -> dict[Id, _Person]:
    if not people:
        return {}
    parts = zip(people, shared(len(homes), len(people)), strict=True)
    return {homes[n].id: person for person, part in parts for n in part}


def _own(people: Sequence[_Person], unit: str | None) -> list[_Person]:
    return [person for person in people if person.unit == unit and unit is not None]


def _line(
    unit: str | None,
    homes: Sequence[_Home],
    people: Sequence[_Person],
    shares: dict[Id, _Person],
    *,
    by_hand: bool,
) -> UnitLine:
    first = homes[0]
    leaders = []
    for person in people:
        mine = [home for home in homes if shares.get(home.id) == person]
        ids = tuple(home.id for home in mine)
        leaders.append(Leader(person.id, person.name, person.phone, ids, _span(mine)))
    label = unit_text(first.estate, first.number, unit, rural=first.rural)
    left = sum(home.id not in shares for home in homes)
    return UnitLine(
        first.community, first.community_name, first.building, unit, label, len(homes),
        tuple(leaders), by_hand, left,
    )  # fmt: skip


def _span(homes: Sequence[_Home]) -> str:
    ends = dict.fromkeys(h.room or h.contact or "" for h in (*homes[:1], *homes[-1:]))
    return "至".join(ends)


def _homes(connection: Connection, *, community: Id | None, building: Id | None) -> Iterator[_Home]:
    """Yield them as they are read: those of a whole post take 20 MiB at once."""
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
    for row in connection.execute(statement, execution_options={"yield_per": 1000}):
        yield _Home(*row)


def _leaders(connection: Connection, day: date) -> list[_Person]:
    rows: Iterable[Any] = connection.execute(
        select(
            Volunteer.id,
            Volunteer.name,
            Volunteer.phone,
            Volunteer.building,
            Volunteer.unit,
            Volunteer.homes,
        )
        .where(Volunteer.role == ANSWERING, Volunteer.building.is_not(None), *serving(day))
        .order_by(Volunteer.id)
    )
    return [_Person(*row) for row in rows]


def homes_of_unit(connection: Connection, building: Id, unit: str | None) -> list[HomeOf]:
    """Return the homes of a unit that somebody can answer for, in walking order."""
    return [
        HomeOf(home.id, home.address, home.occupancy, home.contact, home.phone)
        for home in _homes(connection, community=None, building=building)
        if home.unit == unit
    ]


def share_out(unit: UnitLine, homes: Sequence[Id], to: Id | None) -> Command[None]:
    """Return the command that gives homes of a unit to one of its leaders, or with None to nobody.

    The other homes stay with whoever had them; from then on the unit is shared by hand. UserError
    if the leader is none of the unit any more, or if no leader would have a home left.
    """

    def run(tx: Tx) -> None:
        now = {
            line.unit: line for line in who_answers(tx.connection, tx.today, building=unit.building)
        }
        line = now.get(unit.unit)
        if line is None or (to is not None and to not in {one.volunteer for one in line.leaders}):
            raise UserError("这个单元的人或户已经变了，没有改动。请重新打开。")
        # What they have in other units of the building is theirs by hand from now on, too.
        moved = set(homes)
        kept: dict[Id, list[Id]] = {one.volunteer: [] for one in line.leaders}
        for other in now.values():
            for one in other.leaders:
                if one.volunteer in kept:
                    kept[one.volunteer] += [id_ for id_ in one.homes if id_ not in moved]
        if to is not None:
            kept[to] += homes
        if not any(kept.values()):
            # Nothing given by hand is what sharing evenly is known by.
            raise UserError(
                "这样就一户也没有人负责了，没有改动。请至少给一位联户长留一户，或登记联户长离任。"
            )
        tx.change(Volunteer, {id_: {"homes": tuple(mine)} for id_, mine in kept.items()})

    return Command("分户", Right.WRITE, run, note=unit.label)


def share_evenly(unit: UnitLine) -> Command[None]:
    """Return the command that forgets what was given by hand, so that homes go evenly again."""

    def run(tx: Tx) -> None:
        leaders = [one.volunteer for one in unit.leaders]
        tx.change(Volunteer, {id_: {"homes": ()} for id_ in leaders})

    return Command("按房号平分", Right.WRITE, run, note=unit.label)
