"""未参训名单: who was at no training of a month, and what the lists of its sessions say of why.

Nothing is asked and nothing guessed: the reason is what the sign-in sheets show. Those in work whose
sessions all began in working hours are told apart, for that is a thing the post can change.
"""

from collections import defaultdict
from datetime import date
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.compliance import Line, Standing, trained_in_month
from db.compliance.hours import IN_WORK, WorkingHours
from db.kernel.dates import month_day
from db.kernel.ids import Id
from db.kernel.workdays import Period, month_of
from db.trainings import Attendance, Training

Reason = Literal["planned", "unlisted", "hours", "leave", "absent"]
REASON_NAMES: Final[dict[Reason, str]] = {
    "unlisted": "没有列入本月的名单", "hours": "要上班，安排的都在上班时间", "leave": "请假",
    "absent": "缺席", "planned": "已列入后面的培训",
}  # fmt: skip


class Untrained(NamedTuple):
    """Somebody without a training in the month, why that may be, and what the lists say."""

    line: Line
    reason: Reason
    told: str


class _Seat(NamedTuple):
    day: date
    start: int | None
    status: str
    said: str | None


def untrained(
    connection: Connection, day: date, hours: WorkingHours, community: Id | None = None
) -> list[Untrained]:
    """Return who is `untrained` in the figures of a day, with the reason, by community and name."""
    return with_reasons(
        connection, trained_in_month(connection, month_of(day), day, community), hours
    )


def with_reasons(
    connection: Connection, standing: Standing, hours: WorkingHours
) -> list[Untrained]:
    """Return those of a month's standing who lack a training, with the reason."""
    day = standing.period.end
    seats = _seats(connection, month_of(day))
    return [
        Untrained(line, *_why(line, seats.get(line.volunteer, []), day, hours))
        for line in standing.lines
        if not line.kept
    ]


def _seats(connection: Connection, month: Period) -> dict[Id, list[_Seat]]:
    found: dict[Id, list[_Seat]] = defaultdict(list)
    for volunteer, day, start, status, said in connection.execute(
        select(
            Attendance.volunteer, Training.day, Training.start, Attendance.status,
            Attendance.reason,
        )
        .join(Training, Training.id == Attendance.training)
        .where(Training.day.between(month.start, month.end))
        .order_by(Training.day, Training.start, Training.id)
    ):  # fmt: skip
        if volunteer is not None:
            found[volunteer].append(_Seat(day, start, status, said))
    return found


def _why(line: Line, seats: list[_Seat], day: date, hours: WorkingHours) -> tuple[Reason, str]:
    ahead = next((seat for seat in seats if seat.day > day), None)
    if ahead is not None:
        return "planned", f"已列入{month_day(ahead.day)}的培训"
    if not seats:
        return "unlisted", REASON_NAMES["unlisted"]
    leaves = [seat for seat in seats if seat.status == "leave"]
    missed = len(seats) - len(leaves)
    told = [f"请假{len(leaves)}场" + _reasons(leaves)] if leaves else []
    told += [f"缺席{missed}场"] if missed else []
    at_work = all(seat.start is not None and hours.within(seat.day, seat.start) for seat in seats)
    if line.occupation in IN_WORK and at_work:
        return "hours", "，".join((*told, "都在上班时间"))
    return ("leave" if leaves else "absent"), "，".join(told)


def _reasons(leaves: list[_Seat]) -> str:
    said = dict.fromkeys(seat.said for seat in leaves if seat.said)
    return f"（{'、'.join(said)}）" if said else ""
