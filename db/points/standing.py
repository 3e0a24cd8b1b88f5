"""Whom points are counted for: the volunteers, with where and as what each served on a day."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.people import Volunteer
from db.people.service import Service, services
from db.places import Community


class Person(NamedTuple):
    """A volunteer as the roster has them, with their service."""

    id: Id
    name: str
    occupation: str | None
    service: Service


def people(connection: Connection) -> dict[Id, Person]:
    """Return all volunteers, by community and name."""
    served = services(connection)
    rows = connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.occupation)
        .join(Community, Community.id == Volunteer.community)
        .order_by(Community.rank, Community.id, Volunteer.name, Volunteer.id)
    )
    return {id_: Person(id_, name, work, served[id_]) for id_, name, work in rows}
