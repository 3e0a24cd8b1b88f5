"""Volunteers as lists show them, and what warns of a person entered twice."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from db.kernel.ids import Id
from db.kernel.text import telephone, tidy_name
from db.people import ROLE_NAMES, Volunteer, serving
from db.places import Building, Community
from db.places.lists import building_text, in_order, matching

VolunteerOrder = Literal["community", "name", "role", "occupation", "since"]


@dataclass(frozen=True)
class VolunteerQuery:
    """Which volunteers a list shows, and in what order; None and empty leave a question out.

    `on` asks for those in service that day, `gone` for those who had left by a day, `ids` for these
    people only.
    """

    community: Id | None = None
    role: str | None = None
    occupation: str | None = None
    text: str = ""
    on: date | None = None
    gone: date | None = None
    ids: tuple[Id, ...] | None = None
    order: VolunteerOrder = "community"
    descending: bool = False


class VolunteerRow(NamedTuple):
    """A volunteer in a list; `place` is the unit they are linked to, such as 晨园3号楼2单元."""

    id: Id
    name: str
    role: str
    occupation: str | None
    phone: str | None
    community: Id
    community_name: str
    building: Id | None
    unit: str | None
    place: str
    since: date | None
    until: date | None
    note: str | None

    @property
    def role_name(self) -> str:
        """The role in Chinese."""
        return ROLE_NAMES[self.role]


class LikeVolunteer(NamedTuple):
    """A person who may be the one being typed; `same` tells that saving would be refused."""

    id: Id
    name: str
    community_name: str
    why: str
    same: bool


def volunteers(
    connection: Connection, query: VolunteerQuery, offset: int = 0, limit: int = 100
) -> list[VolunteerRow]:
    """Return a window of the volunteers a query means."""
    last = (Community.rank, Community.id, Volunteer.name, Volunteer.id)
    first = None if query.order == "community" else getattr(Volunteer, query.order)
    order = in_order(first, last, descending=query.descending)
    statement = _people().where(*_asked(query)).order_by(*order).offset(offset).limit(limit)
    return [_row(*row) for row in connection.execute(statement)]


def volunteer_count(connection: Connection, query: VolunteerQuery) -> int:
    """Return how many volunteers a query means."""
    statement = select(func.count()).select_from(Volunteer).where(*_asked(query))
    return connection.execute(statement).scalar_one()


def volunteer(connection: Connection, id_: Id) -> VolunteerRow | None:
    """Return one volunteer, None if the entry is gone."""
    row = connection.execute(_people().where(Volunteer.id == id_)).first()
    return None if row is None else _row(*row)


def like_volunteer(
    connection: Connection,
    community: Id | None,
    name: str,
    phone: str | None = None,
    *,
    leave: Id | None = None,
) -> list[LikeVolunteer]:
    """Return who may be the one being typed: same name in the community, or same telephone.

    `leave` is the person under the pen.
    """
    named, number = tidy_name(name), telephone(phone or "")
    alike: list[ColumnElement[bool]] = []
    if named and community is not None:
        alike.append(and_(Volunteer.community == community, Volunteer.name == named))
    if number:
        alike.append(Volunteer.phone == number)
    if not alike:
        return []
    rows = connection.execute(
        _people().where(or_(*alike), Volunteer.id != (leave or b"")).order_by(Volunteer.id)
    )
    return [_like(_row(*row), community, named, number) for row in rows]


def _like(
    person: VolunteerRow, community: Id | None, named: str, number: str | None
) -> LikeVolunteer:
    by_name = person.name == named and person.community == community
    why = "同社区同名" if by_name else "同一电话"
    if by_name and number and person.phone == number:
        why = "同名，同一电话"
    same = by_name and person.phone == number
    return LikeVolunteer(person.id, person.name, person.community_name, why, same)


def _people() -> Any:
    return (
        select(
            Volunteer.id, Volunteer.name, Volunteer.role, Volunteer.occupation, Volunteer.phone,
            Volunteer.community, Community.name, Volunteer.building, Volunteer.unit,
            Building.estate, Building.number, Building.rural, Volunteer.since, Volunteer.until,
            Volunteer.note,
        )
        .join(Community, Community.id == Volunteer.community)
        .join(Building, Building.id == Volunteer.building, isouter=True)
    )  # fmt: skip


def _row(*row: Any) -> VolunteerRow:
    building, unit, estate, number, rural, since, until, note = row[7:]
    place = "" if building is None else unit_text(estate, number, unit, rural=rural)
    return VolunteerRow._make((*row[:7], building, unit, place, since, until, note))


def unit_text(estate: str, number: str, unit: str | None, *, rural: bool) -> str:
    """Return a unit as a person reads it: 晨园3号楼2单元; the building where there are no units."""
    return building_text(estate, number, rural=rural) + (f"{unit}单元" if unit else "")


def _asked(query: VolunteerQuery) -> list[ColumnElement[bool]]:
    asked = matching(Volunteer.id, query.text)
    if query.community is not None:
        asked.append(Volunteer.community == query.community)
    if query.role is not None:
        asked.append(Volunteer.role == query.role)
    if query.occupation is not None:
        asked.append(Volunteer.occupation == query.occupation)
    if query.on is not None:
        asked.extend(serving(query.on))
    if query.gone is not None:
        asked.append(Volunteer.until < query.gone)
    if query.ids is not None:
        asked.append(Volunteer.id.in_(query.ids))
    return asked
