"""The lists of sessions and of who was at one."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from db.kernel.ids import Id
from db.people import Volunteer
from db.places import Community
from db.trainings import HERE, Attendance, Training


class TrainingRow(NamedTuple):
    """A session with its counts; `start` and `end` are minutes since midnight."""

    id: Id
    day: date
    start: int | None
    end: int | None
    topic: str
    place: str | None
    expected: int
    present: int


class AttendanceRow(NamedTuple):
    """One name on a session's list; a walk-in stands by name alone."""

    id: Id
    name: str
    community: str
    status: str
    signed: int | None
    reason: str | None
    on_roster: bool
    volunteer: Id | None


def trainings(connection: Connection) -> list[TrainingRow]:
    """Return all sessions, the latest first."""
    rows = connection.execute(
        select(
            Training.id, Training.day, Training.start, Training.end, Training.topic, Training.place,
            func.count(Attendance.id),
            func.coalesce(func.sum(case((Attendance.status.in_(HERE), 1), else_=0)), 0),
        )
        .join(Attendance, Attendance.training == Training.id, isouter=True)
        .group_by(
            Training.id, Training.day, Training.start, Training.end, Training.topic, Training.place
        )
        .order_by(Training.day.desc(), Training.start.desc(), Training.id.desc())
    )  # fmt: skip
    return [TrainingRow(*row) for row in rows]


def attendance(connection: Connection, training: Id) -> list[AttendanceRow]:
    """Return who is on a session's list, by community and name."""
    rows = connection.execute(
        select(
            Attendance.id, Attendance.name, func.coalesce(Community.name, ""), Attendance.status,
            Attendance.signed, Attendance.reason, Attendance.volunteer.is_not(None),
            Attendance.volunteer,
        )
        .join(Volunteer, Volunteer.id == Attendance.volunteer, isouter=True)
        .join(
            Community,
            Community.id == func.coalesce(Attendance.community, Volunteer.community),
            isouter=True,
        )
        .where(Attendance.training == training)
        .order_by(Community.rank, Attendance.name, Attendance.id)
    )  # fmt: skip
    return [AttendanceRow(*row) for row in rows]
