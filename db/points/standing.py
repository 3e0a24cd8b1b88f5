"""Whom points are counted for: the volunteers, and the community each belonged to on a day."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people import Volunteer, VolunteerTerm
from db.places import Community


class Term(NamedTuple):
    """Where a volunteer served before, both days in."""

    community: Id
    since: date | None
    until: date


class Person(NamedTuple):
    """A volunteer as the roster has them, with their earlier terms, the earliest first."""

    id: Id
    name: str
    community: Id
    role: str
    occupation: str | None
    since: date | None
    until: date | None
    terms: tuple[Term, ...]

    def community_on(self, day: date) -> Id:
        """Return the community they belonged to that day; between two terms, that of the next."""
        return next((term.community for term in self.terms if day <= term.until), self.community)

    def serves(self, day: date) -> bool:
        """Tell whether they were in service that day."""
        return self.served_in(Period(day, day))

    def served_in(self, period: Period) -> bool:
        """Tell whether they were in service on any day of the period."""
        spans = [(self.since, self.until), *((term.since, term.until) for term in self.terms)]
        return any(
            (since is None or since <= period.end) and (until is None or period.start <= until)
            for since, until in spans
        )


def people(connection: Connection) -> dict[Id, Person]:
    """Return all volunteers, by community and name."""
    terms: dict[Id, list[Term]] = {}
    columns = (VolunteerTerm.volunteer, *(getattr(VolunteerTerm, name) for name in Term._fields))
    for volunteer, *term in connection.execute(select(*columns).order_by(VolunteerTerm.until)):
        terms.setdefault(volunteer, []).append(Term(*term))
    rows = connection.execute(
        select(
            Volunteer.id, Volunteer.name, Volunteer.community, Volunteer.role, Volunteer.occupation,
            Volunteer.since, Volunteer.until,
        )
        .join(Community, Community.id == Volunteer.community)
        .order_by(Community.rank, Community.id, Volunteer.name, Volunteer.id)
    )  # fmt: skip
    return {row.id: Person._make((*row, tuple(terms.get(row.id, ())))) for row in rows}
