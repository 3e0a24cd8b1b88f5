"""达标: who met the officers this week and trained this month, and at what hours people can come.

A contact is any visit, training or mediation a volunteer took part in. Once a week and one training
a month are what a post asks for; who works cannot come in working hours, so the two are compared.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from db.disputes.course import MediationSession
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week, is_working_day, month_to
from db.people import Volunteer, serving
from db.places import Community
from db.trainings import HERE, Attendance, Training
from db.visits import Visit

BACK: Final = timedelta(weeks=12)
IN_WORK: Final = ("employed", "self_employed")
FREE: Final = ("retired", "none")
# Of fewer names a rate says nothing about an hour.
LEAST_NAMES: Final = 20
UNKNOWN: Final = "unknown"

Ids = tuple[Id, ...]


class ComplianceLine(NamedTuple):
    """A volunteer in service: contacts of the week, trainings of the month, the last contact.

    `last` looks twelve weeks back.
    """

    volunteer: Id
    community: str
    name: str
    role: str
    occupation: str | None
    contacts: int
    trainings: int
    last: date | None


class Standing(NamedTuple):
    """Of a group, who is in service, who met an officer in the week, who trained in the month."""

    active: Ids
    contacted: Ids
    trained: Ids

    @property
    def not_contacted(self) -> Ids:
        """Who lacks the contact of the week."""
        return _without(self.active, self.contacted)

    @property
    def untrained(self) -> Ids:
        """Who lacks the training of the month."""
        return _without(self.active, self.trained)


class Compliance(NamedTuple):
    """How the volunteers in service on a day stand: its week and its month, both up to the day."""

    day: date
    week: Period
    lines: tuple[ComplianceLine, ...]

    @property
    def standing(self) -> Standing:
        """All together."""
        return _standing(self.lines)

    def by(self, key: Callable[[ComplianceLine], str]) -> dict[str, Standing]:
        """Return the standing of each group, in the order of the lines."""
        groups: dict[str, list[ComplianceLine]] = defaultdict(list)
        for line in self.lines:
            groups[key(line)].append(line)
        return {name: _standing(lines) for name, lines in groups.items()}


def compliance(connection: Connection, day: date, community: Id | None = None) -> Compliance:
    """Return how the volunteers in service on a day stand, by community and name."""
    week = Period(Week.of(day).period.start, day)
    month = month_to(day)
    trainings = _trainings(connection, Period(min(day - BACK, month.start), day))
    met: dict[Id, list[date]] = defaultdict(list)
    for source in (trainings, _others(connection, Period(day - BACK, day))):
        for volunteer, days in source.items():
            met[volunteer] += days
    asked = (
        select(Volunteer.id, Community.name, Volunteer.name, Volunteer.role, Volunteer.occupation)
        .join(Community, Community.id == Volunteer.community)
        .where(*serving(day))
        .order_by(Community.rank, Community.id, Volunteer.name, Volunteer.id)
    )
    if community is not None:
        asked = asked.where(Volunteer.community == community)
    lines = []
    for id_, place, name, role, occupation in connection.execute(asked):
        days = met.get(id_, [])
        contacts = sum(at in week for at in days)
        trained = sum(at in month for at in trainings.get(id_, ()))
        last = max(days, default=None)
        lines.append(ComplianceLine(id_, place, name, role, occupation, contacts, trained, last))
    return Compliance(day, week, tuple(lines))


class Turnout(NamedTuple):
    """Names on lists: the people expected and those who came, once for each session."""

    expected: Ids
    present: Ids

    @property
    def rate(self) -> float:
        """The share that came, to compare by; 0 of nobody."""
        return len(self.present) / len(self.expected) if self.expected else 0.0


class Slot(NamedTuple):
    """A time for sessions: on a working day or not, and the hour it begins; None is not known."""

    works: bool
    hour: int | None


class Pair(NamedTuple):
    """Those in work (在职, 个体私营) beside those not (退休, 无业); others are in no comparison."""

    in_work: Turnout
    free: Turnout


class Gap(NamedTuple):
    """Who of the roster came to the sessions of a period, by occupation, and when.

    `working` are the sessions that begin in working hours, `outside` the others of a known hour.
    """

    period: Period
    by_occupation: dict[str, Turnout]
    whole: Pair
    working: Pair
    outside: Pair
    by_slot: dict[Slot, Pair]

    def best_for_work(self) -> list[tuple[Slot, Turnout]]:
        """Return when those in work came best, the best first; only times with enough names."""
        said = [(slot, pair.in_work) for slot, pair in self.by_slot.items()]
        enough = [one for one in said if len(one[1].expected) >= LEAST_NAMES]
        return sorted(enough, key=lambda one: (-one[1].rate, -len(one[1].expected)))


class WorkingHours(NamedTuple):
    """When people of the place work: minutes since midnight on working days, and days that differ."""

    start: int
    end: int
    days: Mapping[date, bool]

    def within(self, day: date, at: int) -> bool:
        """Tell whether a session that begins then begins in working hours."""
        return is_working_day(day, self.days) and self.start <= at < self.end


def attendance_gap(
    connection: Connection, period: Period, hours: WorkingHours, community: Id | None = None
) -> Gap:
    """Return who came to the sessions of a period; of a community, its own people only."""
    asked = (
        select(
            Training.day, Training.start, Attendance.status, Volunteer.id, Volunteer.occupation
        )
        .join(Attendance, Attendance.training == Training.id)
        .join(Volunteer, Volunteer.id == Attendance.volunteer)
        .where(Training.day.between(period.start, period.end))
        .order_by(Training.day, Training.start, Volunteer.name, Volunteer.id)
    )  # fmt: skip
    if community is not None:
        asked = asked.where(Volunteer.community == community)
    names = [
        _Name(
            Slot(is_working_day(day, hours.days), None if start is None else start // 60),
            None if start is None else hours.within(day, start),
            occupation or UNKNOWN, volunteer, status in HERE,
        )
        for day, start, status, volunteer, occupation in connection.execute(asked)
    ]  # fmt: skip
    occupations = dict.fromkeys(name.occupation for name in names)
    slots = sorted({name.slot for name in names}, key=lambda s: (not s.works, s.hour is None, s))
    return Gap(
        period,
        {of: _turnout(n for n in names if n.occupation == of) for of in occupations},
        _pair(names),
        _pair(n for n in names if n.within is True),
        _pair(n for n in names if n.within is False),
        {slot: _pair(n for n in names if n.slot == slot) for slot in slots},
    )


class _Name(NamedTuple):
    """A person of the roster on a session's list."""

    slot: Slot
    within: bool | None
    occupation: str
    volunteer: Id
    here: bool


def _pair(names: Iterable[_Name]) -> Pair:
    kept = list(names)
    of = (IN_WORK, FREE)
    return Pair(*(_turnout(n for n in kept if n.occupation in group) for group in of))


def _turnout(names: Iterable[_Name]) -> Turnout:
    kept = list(names)
    return Turnout(tuple(n.volunteer for n in kept), tuple(n.volunteer for n in kept if n.here))


def _standing(lines: Iterable[ComplianceLine]) -> Standing:
    kept = list(lines)
    return Standing(
        tuple(line.volunteer for line in kept),
        tuple(line.volunteer for line in kept if line.contacts),
        tuple(line.volunteer for line in kept if line.trainings),
    )


def _without(all_of: Ids, some: Ids) -> Ids:
    gone = set(some)
    return tuple(id_ for id_ in all_of if id_ not in gone)


def _trainings(connection: Connection, period: Period) -> dict[Id, list[date]]:
    rows = connection.execute(
        select(Attendance.volunteer, Training.day)
        .join(Training, Training.id == Attendance.training)
        .where(
            Attendance.status.in_(HERE),
            Training.day.between(period.start, period.end),
        )
    )
    return _days((volunteer, day) for volunteer, day in rows if volunteer is not None)


def _others(connection: Connection, period: Period) -> dict[Id, list[date]]:
    """The visits and mediations that volunteers took part in."""

    def named() -> Iterator[tuple[Id, date]]:
        for record in (Visit, MediationSession):
            rows = connection.execute(
                select(record.volunteers, record.day).where(
                    record.day.between(period.start, period.end),
                    record.volunteers.is_not(None),
                    record.volunteers != (),
                )
            )
            for volunteers, day in rows:
                yield from ((volunteer, day) for volunteer in volunteers or ())

    return _days(named())


def _days(rows: Iterable[tuple[Id, date]]) -> dict[Id, list[date]]:
    found: dict[Id, list[date]] = defaultdict(list)
    for volunteer, day in rows:
        found[volunteer].append(day)
    return found
