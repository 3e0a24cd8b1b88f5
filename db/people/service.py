"""Where somebody served on a day and as what: the roster's row with the earlier terms, one answer."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select, true

from db.kernel.ids import Id
from db.kernel.workdays import ONE_DAY, Period
from db.people import Volunteer, VolunteerTerm


class Place(NamedTuple):
    """Where somebody served and as what."""

    community: Id
    role: str


class Stretch(NamedTuple):
    """A place that somebody had from `since` to `until`, both days in; None is open."""

    place: Place
    since: date | None
    until: date | None

    def meets(self, period: Period) -> bool:
        """Tell whether any day of the period lies in it."""
        return (self.since is None or self.since <= period.end) and (
            self.until is None or period.start <= self.until
        )


class Service(NamedTuple):
    """All that somebody served: the row of now, `since` and `until` as it has them, and before it
    the earlier terms, the earliest first.
    """

    now: Place
    since: date | None
    until: date | None
    before: tuple[Stretch, ...]

    def on(self, day: date) -> Place:
        """Return where they served that day and as what; between two terms, those of the next."""
        return next(
            (term.place for term in self.before if term.until and day <= term.until), self.now
        )

    def serves(self, day: date) -> bool:
        """Tell whether they were in service that day; see `db.people.serving`."""
        return self.served_in(Period(day, day))

    def served_in(self, period: Period) -> bool:
        """Tell whether they were in service on any day of the period."""
        whole = Stretch(self.now, self.since, self.until)
        return any(stretch.meets(period) for stretch in (whole, *self.before))

    def places_in(self, period: Period) -> tuple[Place, ...]:
        """Return where they served in the period and as what, the latest first."""
        last_end = self.before[-1].until if self.before else None
        own = Stretch(self.now, began(self.since, last_end), self.until)
        return tuple(one.place for one in (own, *reversed(self.before)) if one.meets(period))


def began(since: date | None, last_end: date | None) -> date | None:
    """Return when the role of now began: with the service, or the day after the last one ended."""
    if last_end is None or (since is not None and since > last_end):
        return since
    return last_end + ONE_DAY


def services(connection: Connection, of: ColumnElement[bool] | None = None) -> dict[Id, Service]:
    """Return what each volunteer served, now and before; `of` says of which."""
    before: dict[Id, tuple[Stretch, ...]] = {}
    for who, community, role, since, until in connection.execute(
        select(
            VolunteerTerm.volunteer, VolunteerTerm.community, VolunteerTerm.role,
            VolunteerTerm.since, VolunteerTerm.until,
        ).order_by(VolunteerTerm.until)
    ):  # fmt: skip
        before[who] = (*before.get(who, ()), Stretch(Place(community, role), since, until))
    rows = connection.execute(
        select(
            Volunteer.id, Volunteer.community, Volunteer.role, Volunteer.since, Volunteer.until
        ).where(true() if of is None else of)
    )  # fmt: skip
    return {
        who: Service(Place(community, role), since, until, before.get(who, ()))
        for who, community, role, since, until in rows
    }
