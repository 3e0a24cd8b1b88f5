"""知晓率: the rate of those who know, before a session and after it.

Counted among the names of a list that came and have a score, before and after each by itself; who
is at or above the session's pass mark knows.
"""

from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, select

from db.kernel.ids import Id
from db.trainings import HERE, PASS_MARK, Attendance, Training


class Knowing(NamedTuple):
    """Who has a score before and after, and of them who knows, at the session's pass mark."""

    pass_mark: int
    scored_before: int
    known_before: int
    scored_after: int
    known_after: int


def knowing(connection: Connection, training: Id) -> Knowing | None:
    """Return what the quiz of a session says; None where nobody who came has a score."""
    mark = func.coalesce(Training.pass_mark, PASS_MARK)
    counts = [
        count
        for score in (Attendance.before, Attendance.after)
        for count in (func.count(score), func.sum(case((and_(score >= mark), 1), else_=0)))
    ]
    row = connection.execute(
        select(mark, *counts)
        .join(Attendance, Attendance.training == Training.id)
        .where(Training.id == training, Attendance.status.in_(HERE))
        .group_by(Training.id)
    ).first()
    found = Knowing(*row) if row is not None else None
    return found if found and (found.scored_before or found.scored_after) else None
