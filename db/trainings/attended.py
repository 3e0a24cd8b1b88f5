"""What one person attended in a period: the ground of a certificate, and of the paper on the absent."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.trainings import Attendance, Training, credited


class Attended(NamedTuple):
    """A session somebody was expected at; `minutes` are those it counts for, None unknown."""

    training: Id
    day: date
    topic: str
    kind: str
    minutes: int | None
    status: str
    reason: str | None


def attended(connection: Connection, volunteer: Id, period: Period) -> list[Attended]:
    """Return the sessions of a period on whose lists a person of the roster stands, in order."""
    rows = connection.execute(
        select(
            Training.id, Training.day, Training.topic, Training.kind, Training.start, Training.end,
            Training.hours, Attendance.status, Attendance.reason,
        )
        .join(Training, Training.id == Attendance.training)
        .where(
            Attendance.volunteer == volunteer, Training.day.between(period.start, period.end)
        )
        .order_by(Training.day, Training.start, Training.id)
    )  # fmt: skip
    return [
        Attended(
            row.id, row.day, row.topic, row.kind, credited(row.start, row.end, row.hours),
            row.status, row.reason,
        )
        for row in rows
    ]  # fmt: skip
