"""达标: who met the officers this week and who trained this month, of those in service.

A contact is anything a volunteer took part in (`db.participation`). Once a week and one training a
month are what a post asks for. Of a week or month that still runs only the days up to today count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.kernel.workdays import Period, Week, month_to
from db.participation import Deed, taken_part
from db.people import Volunteer, serving
from db.people.service import services
from db.places import Community
from db.trainings import volunteers_behind

# How far back the last contact or training is looked for.
BACK: Final = timedelta(weeks=12)

Ids = tuple[Id, ...]
Duty = Literal["contact", "training"]


class Line(NamedTuple):
    """A volunteer in service: whether the duty was kept, and the last day it was, at most twelve
    weeks before. Community and role are those of the day that is told of.
    """

    volunteer: Id
    community: str
    name: str
    role: str
    occupation: str | None
    phone: str | None
    kept: bool
    last: date | None


class Standing(NamedTuple):
    """How those in service at the end of a period stand with one duty, by community and name."""

    duty: Duty
    period: Period
    lines: tuple[Line, ...]

    @property
    def active(self) -> Ids:
        """Who is in service."""
        return tuple(line.volunteer for line in self.lines)

    @property
    def kept(self) -> Ids:
        """Who met an officer, or trained."""
        return tuple(line.volunteer for line in self.lines if line.kept)

    @property
    def lacking(self) -> Ids:
        """Who did not."""
        return tuple(line.volunteer for line in self.lines if not line.kept)

    def by(self, key: Callable[[Line], str]) -> dict[str, "Standing"]:
        """Return how each group stands, in the order of the lines."""
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            groups[key(line)].append(line)
        return {name: self._replace(lines=tuple(lines)) for name, lines in groups.items()}


def contact_in_week(
    connection: Connection, week: Week, today: date, community: Id | None = None
) -> Standing:
    """Return who of those in service met an officer in a week: took part in anything at all."""
    period = up_to(week.period, today)
    deeds = _looked_back(connection, period)
    met = {deed.volunteer for deed in deeds if deed.day in period}
    return Standing("contact", period, _lines(connection, period.end, met, deeds, community))


def trained_in_month(
    connection: Connection, month: Period, today: date, community: Id | None = None
) -> Standing:
    """Return who of those in service trained in a month; at a day the same as the figures of it."""
    period = up_to(month, today)
    trained = set(volunteers_behind(connection, period.end).trained_this_month)
    deeds = [deed for deed in _looked_back(connection, period) if deed.kind == "training"]
    return Standing("training", period, _lines(connection, period.end, trained, deeds, community))


class Kept(NamedTuple):
    """How many kept a duty in a week or month, of how many in service at its end."""

    period: Period
    kept: int
    active: int


def contact_by_week(connection: Connection, last: Week, today: date, weeks: int = 9) -> list[Kept]:
    """Return how many met an officer in each of the weeks up to one, the oldest first."""
    periods = [up_to(last.period, today)]
    week = last
    for _ in range(weeks - 1):
        week = week.before
        periods.append(week.period)
    periods.reverse()
    met: dict[Week, set[Id]] = defaultdict(set)
    for deed in taken_part(connection, Period(periods[0].start, periods[-1].end)):
        met[Week.of(deed.day)].add(deed.volunteer)
    found = []
    for period in periods:
        active = _in_service(connection, period.end)
        found.append(Kept(period, len(active & met[Week.of(period.start)]), len(active)))
    return found


def training_by_month(
    connection: Connection, last: Period, today: date, months: int = 6
) -> list[Kept]:
    """Return how many trained in each of the months up to one, the oldest first."""
    found = []
    day = up_to(last, today).end
    for _ in range(months):
        behind = volunteers_behind(connection, day)
        kept = len(behind.trained_this_month)
        found.append(Kept(month_to(day), kept, len(behind.active)))
        day = day.replace(day=1) - timedelta(days=1)
    return found[::-1]


def up_to(period: Period, today: date) -> Period:
    """Return the days of a period that have come."""
    return Period(period.start, max(period.start, min(period.end, today)))


def _in_service(connection: Connection, day: date) -> set[Id]:
    return set(connection.execute(select(Volunteer.id).where(*serving(day))).scalars())


def _looked_back(connection: Connection, period: Period) -> list[Deed]:
    return taken_part(connection, Period(min(period.start, period.end - BACK), period.end))


def _lines(
    connection: Connection,
    day: date,
    kept: set[Id],
    deeds: Sequence[Deed],
    community: Id | None,
) -> tuple[Line, ...]:
    last = _last_days(deeds)
    served = services(connection)
    names: dict[Id, tuple[int, str]] = {
        id_: (rank, name)
        for id_, rank, name in connection.execute(
            select(Community.id, Community.rank, Community.name)
        )
    }
    people = []
    for id_, name, occupation, phone in connection.execute(
        select(Volunteer.id, Volunteer.name, Volunteer.occupation, Volunteer.phone).where(
            *serving(day)
        )
    ):
        there, as_what = served[id_].on(day)
        if community is None or there == community:
            rank, called = names[there]
            line = Line(id_, called, name, as_what, occupation, phone, id_ in kept, last.get(id_))
            people.append(((rank, there, name, id_), line))
    return tuple(line for _, line in sorted(people, key=lambda one: one[0]))


def _last_days(deeds: Iterable[Deed]) -> dict[Id, date]:
    last: dict[Id, date] = {}
    for deed in deeds:
        last[deed.volunteer] = max(deed.day, last.get(deed.volunteer, deed.day))
    return last
