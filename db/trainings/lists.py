"""The lists of sessions and of who was at one."""

from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.people import ROLE_NAMES, Volunteer
from db.places import Community
from db.trainings import HERE, Attendance, Training, credited

REASONS: Final = ("上班", "外出", "生病", "家里有事", "值班")
MOST_REASONS: Final = 9


class TrainingRow(NamedTuple):
    """A session with its counts; `start` and `end` are minutes since midnight.

    `minutes` are those it counts for, `series` is shared by sessions planned together.
    """

    id: Id
    day: date
    start: int | None
    end: int | None
    topic: str
    place: str | None
    expected: int
    present: int
    kind: str
    minutes: int | None
    series: Id | None
    note: str | None


class AttendanceRow(NamedTuple):
    """One name on a session's list; a walk-in stands by name alone.

    `role` is what the person is in words; `before` and `after` are the scores of the quiz.
    """

    id: Id
    name: str
    community: str
    status: str
    signed: int | None
    reason: str | None
    on_roster: bool
    volunteer: Id | None
    role: str
    before: int | None
    after: int | None


def trainings(connection: Connection) -> list[TrainingRow]:
    """Return all sessions, the latest first."""
    rows = connection.execute(
        _sessions().order_by(Training.day.desc(), Training.start.desc(), Training.id.desc())
    )
    return [_session(row) for row in rows]


def training(connection: Connection, id_: Id) -> TrainingRow | None:
    """Return one session, None if it is gone."""
    row = connection.execute(_sessions().where(Training.id == id_)).first()
    return None if row is None else _session(row)


def trainings_on(connection: Connection, days: Period) -> list[TrainingRow]:
    """Return the sessions of some days in the order they are held."""
    rows = connection.execute(
        _sessions()
        .where(Training.day.between(days.start, days.end))
        .order_by(Training.day, Training.start, Training.id)
    )
    return [_session(row) for row in rows]


def _sessions() -> Select[Any]:
    return (
        select(
            Training.id, Training.day, Training.start, Training.end, Training.topic, Training.place,
            func.count(Attendance.id),
            func.coalesce(func.sum(case((Attendance.status.in_(HERE), 1), else_=0)), 0),
            Training.kind, Training.hours, Training.series, Training.note,
        )
        .join(Attendance, Attendance.training == Training.id, isouter=True)
        .group_by(Training.id)
    )  # fmt: skip


def _session(row: Any) -> TrainingRow:
    return TrainingRow(*row)._replace(minutes=credited(row.start, row.end, row.hours))


def attendance(connection: Connection, training: Id) -> list[AttendanceRow]:
    """Return who is on a session's list, by community and name, those of no community last."""
    rows = connection.execute(
        select(
            Attendance.id, Attendance.name, func.coalesce(Community.name, ""), Attendance.status,
            Attendance.signed, Attendance.reason, Attendance.volunteer.is_not(None),
            Attendance.volunteer, func.coalesce(Attendance.role, Volunteer.role, ""),
            Attendance.before, Attendance.after,
        )
        .join(Volunteer, Volunteer.id == Attendance.volunteer, isouter=True)
        .join(
            Community,
            Community.id == func.coalesce(Attendance.community, Volunteer.community),
            isouter=True,
        )
        .where(Attendance.training == training)
        .order_by(Community.id.is_(None), Community.rank, Attendance.name, Attendance.id)
    )  # fmt: skip
    found = [AttendanceRow(*row) for row in rows]
    return [row._replace(role=ROLE_NAMES.get(row.role, row.role)) for row in found]


def leave_reasons(connection: Connection) -> list[str]:
    """Return why people are on leave: what was written most often first, then the usual reasons."""
    used = connection.execute(
        select(Attendance.reason)
        .where(Attendance.status == "leave", Attendance.reason.is_not(None))
        .group_by(Attendance.reason)
        .order_by(func.count().desc(), Attendance.reason)
        .limit(MOST_REASONS)
    ).scalars()
    return list(dict.fromkeys((*(reason for reason in used if reason), *REASONS)))[:MOST_REASONS]
