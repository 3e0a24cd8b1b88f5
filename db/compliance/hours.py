"""参训时间: who comes to trainings at what hour, those in work beside those not.

People in work (在职, 个体私营) cannot come in working hours; others (退休, 无业) can. A session counts
as in working hours, after them on a working day, or on a day off, by the post's own hours and its
table of days off. Students and other occupations stand in neither group.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.kernel.workdays import Period, is_working_day
from db.people import Volunteer
from db.people.service import services
from db.post import WORK_FROM, WORK_TO, the_post, working_days
from db.trainings import HERE, Attendance, Training

IN_WORK: Final = ("employed", "self_employed")
FREE: Final = ("retired", "none")
UNKNOWN: Final = "unknown"

Ids = tuple[Id, ...]
Band = Literal["working", "after", "weekend", "unknown"]
BANDS: Final[tuple[Band, ...]] = ("working", "after", "weekend", "unknown")


class WorkingHours(NamedTuple):
    """When people of the place work: minutes since midnight on working days, and days that differ."""

    start: int
    end: int
    days: Mapping[date, bool]

    def within(self, day: date, at: int) -> bool:
        """Tell whether a session that begins then begins in working hours."""
        return is_working_day(day, self.days) and self.start <= at < self.end

    def band(self, day: date, at: int | None) -> Band:
        """Return which part of people's time a session takes; before work is as good as after it."""
        if not is_working_day(day, self.days):
            return "weekend"
        if at is None:
            return "unknown"
        return "working" if self.within(day, at) else "after"


def working_hours(connection: Connection) -> WorkingHours:
    """Return the post's working hours with its table of days off."""
    post = the_post(connection)
    start = WORK_FROM if post.work_from is None else post.work_from
    end = WORK_TO if post.work_to is None else post.work_to
    return WorkingHours(start, end, working_days(connection))


class Slot(NamedTuple):
    """A time of the week at which sessions begin: Monday is 0; the hour None where it is unknown."""

    weekday: int
    hour: int | None


class Seat(NamedTuple):
    """Somebody of the roster on a session's list."""

    training: Id
    slot: Slot
    band: Band
    volunteer: Id
    occupation: str
    here: bool


class Turnout(NamedTuple):
    """Sessions, and the names on their lists: who was expected and who came, once for each session."""

    sessions: Ids
    expected: Ids
    present: Ids


class Pair(NamedTuple):
    """The same sessions for all on their lists, for those in work and for those not."""

    whole: Turnout
    in_work: Turnout
    free: Turnout


class Gap(NamedTuple):
    """Who came to the sessions of a period: by occupation, by band and by weekday and hour."""

    period: Period
    hours: WorkingHours
    whole: Pair
    by_occupation: dict[str, Turnout]
    by_band: dict[Band, Pair]
    by_slot: dict[Slot, Pair]


def attendance_gap(connection: Connection, period: Period, community: Id | None = None) -> Gap:
    """Return who came to the sessions of a period; of a community, only who served there
    on the day of the session.
    """
    hours = working_hours(connection)
    names = seats(connection, period, hours, community)
    occupations: dict[str, list[Seat]] = defaultdict(list)
    bands: dict[Band, list[Seat]] = defaultdict(list)
    slots: dict[Slot, list[Seat]] = defaultdict(list)
    for seat in names:
        occupations[seat.occupation].append(seat)
        bands[seat.band].append(seat)
        slots[seat.slot].append(seat)
    order = sorted(slots, key=lambda s: (s.weekday, -1 if s.hour is None else s.hour))
    return Gap(
        period,
        hours,
        pair(names),
        {of: turnout(inside) for of, inside in occupations.items()},
        {band: pair(bands[band]) for band in BANDS if band in bands},
        {slot: pair(slots[slot]) for slot in order},
    )


def seats(
    connection: Connection, period: Period, hours: WorkingHours, community: Id | None = None
) -> list[Seat]:
    """Return the people of the roster on the lists of a period's sessions, in their order; of a
    community, who served there on the day of the session.
    """
    asked = (
        select(
            Training.id, Training.day, Training.start, Attendance.status, Volunteer.id,
            Volunteer.occupation,
        )
        .join(Attendance, Attendance.training == Training.id)
        .join(Volunteer, Volunteer.id == Attendance.volunteer)
        .where(Training.day.between(period.start, period.end))
        .order_by(Training.day, Training.start, Training.id, Volunteer.name, Volunteer.id)
    )  # fmt: skip
    served = {} if community is None else services(connection)
    return [
        Seat(
            training,
            Slot(day.weekday(), None if start is None else start // 60),
            hours.band(day, start), volunteer, occupation or UNKNOWN, status in HERE,
        )
        for training, day, start, status, volunteer, occupation in connection.execute(asked)
        if community is None or served[volunteer].on(day).community == community
    ]  # fmt: skip


def pair(names: Iterable[Seat]) -> Pair:
    """Return the turnout of all, of those in work and of those not."""
    kept = list(names)
    of = [[seat for seat in kept if seat.occupation in group] for group in (IN_WORK, FREE)]
    return Pair(turnout(kept), *map(turnout, of))


def turnout(names: Iterable[Seat]) -> Turnout:
    """Return the sessions, the expected and the present of these names."""
    kept = list(names)
    return Turnout(
        tuple(dict.fromkeys(seat.training for seat in kept)),
        tuple(seat.volunteer for seat in kept),
        tuple(seat.volunteer for seat in kept if seat.here),
    )
