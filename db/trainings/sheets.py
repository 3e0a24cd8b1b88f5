"""Sign-in sheets: a session's list printed with a number, and typed back by it in the printed order.

A sheet that never came back stays listed.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.numbered import next_number, still_out
from db.trainings import (
    HERE,
    Attendance,
    AttendanceDraft,
    SignInSheet,
    Training,
    attendance_problems,
)
from db.trainings.lists import AttendanceRow, TrainingRow, attendance, training
from db.trainings.sessions import Person, day_of, put_on

NOUN: Final = "签到表"
MOST_BLANKS: Final = 200
GONE: Final = "有人已经不在这场培训的名单上，没有打印签到表。请重新打开。"


class SheetPerson(NamedTuple):
    """A line of a sheet: its number on paper, and what the list says of the person now."""

    place: int
    row: AttendanceRow


class Sheet(NamedTuple):
    """A sheet with its people in the printed order, without those that are off the list since.

    `listed` is how many names were printed, `blanks` how many empty lines below them.
    """

    id: Id
    number: int
    training: TrainingRow
    printed: date
    people: tuple[SheetPerson, ...]
    listed: int
    blanks: int
    returned: date | None


class OpenSheet(NamedTuple):
    """A sheet that never came back, and the days since it was printed."""

    id: Id
    number: int
    training: Id
    topic: str
    day: date
    printed: date
    people: int
    age: int


class Marked(NamedTuple):
    """What the paper says of somebody: status, minutes since midnight when signed, the reason."""

    attendance: Id
    status: str
    signed: int | None = None
    reason: str | None = None


class WroteIn(NamedTuple):
    """Somebody who wrote themselves in below the list."""

    name: str
    status: str = "present"
    signed: int | None = None


def print_sheet(training: Id, people: Sequence[Id], blanks: int) -> Command[int]:
    """Return the command that gives a session's sheet the next number, which it answers.

    `people` are names of the list in the order of the paper, `blanks` empty lines below them.
    UserError without any line, or where somebody is not on the list.
    """
    wanted = tuple(dict.fromkeys(people))

    def run(tx: Tx) -> int:
        day_of(tx, training)
        if not 0 <= blanks <= MOST_BLANKS:
            raise UserError(f"空行最多{MOST_BLANKS}行，没有打印。")
        if not wanted and not blanks:
            raise UserError("名单上还没有人，也没有空行，不用打印签到表。")
        listed = select(Attendance.id).where(Attendance.training == training)
        if set(wanted) - set(tx.connection.execute(listed).scalars()):
            raise UserError(GONE)
        number = next_number(tx.connection, SignInSheet)
        row = {"id": new_id(), "number": number, "training": training, "printed": tx.today}
        tx.add(SignInSheet, [{**row, "people": wanted, "blanks": blanks}])
        return number

    return Command("打印签到表", Right.WRITE, run, note=f"{len(wanted)}人" if wanted else "空白")


def sheet(connection: Connection, number: int) -> Sheet | None:
    """Return the sheet of a number with its people, None if there is none."""
    row = connection.execute(
        select(SignInSheet.__table__).where(SignInSheet.number == number)
    ).first()
    session = None if row is None else training(connection, row.training)
    if row is None or session is None:
        return None
    listed = {line.id: line for line in attendance(connection, row.training)}
    people = tuple(
        SheetPerson(place, listed[id_]) for place, id_ in enumerate(row.people, 1) if id_ in listed
    )
    return Sheet(
        row.id, row.number, session, row.printed, people, len(row.people), row.blanks, row.returned
    )


def open_sheets(connection: Connection, day: date) -> list[OpenSheet]:
    """Return the sheets that never came back up to a day, the oldest first."""
    rows = connection.execute(
        select(
            SignInSheet.id, SignInSheet.number, SignInSheet.training, Training.topic, Training.day,
            SignInSheet.printed, SignInSheet.people,
        )
        .join(Training, Training.id == SignInSheet.training)
        .where(SignInSheet.returned.is_(None), SignInSheet.printed <= day)
        .order_by(SignInSheet.printed, SignInSheet.number)
    )  # fmt: skip
    return [
        OpenSheet(
            row.id, row.number, row.training, row.topic, row.day, row.printed, len(row.people),
            (day - max(row.printed, row.day)).days,
        )
        for row in rows
    ]  # fmt: skip


def return_sheet(
    number: int, marked: Sequence[Marked], wrote_in: Sequence[WroteIn] = ()
) -> Command[int]:
    """Return the command that types a sheet back and closes it; it answers with how many lines.

    A line nobody typed stays as the list has it. Nothing typed closes a sheet that was not used.
    UserError for an unknown number, a sheet typed back before, a session still to come, somebody who
    is not on it, or an entry that may not be stored: nothing is written.
    """

    def run(tx: Tx) -> int:
        found = still_out(NOUN, number, sheet(tx.connection, number))
        if found.training.day > tx.today:
            raise UserError("这场培训还没有开，没有保存。请到那天以后再登记。")
        names = {person.row.id: person.row.name for person in found.people}
        rows: dict[Id, dict[str, Any]] = {}
        for line in marked:
            if line.attendance not in names:
                raise UserError(f"有人不在第{number}号签到表上，没有保存。")
            rows[line.attendance] = _values(names[line.attendance], line)
        tx.change(Attendance, rows)
        people = [
            (Person(one.name), {"status": one.status, "signed": one.signed}) for one in wrote_in
        ]
        put_on(tx, found.training.id, people)
        tx.change(SignInSheet, {found.id: {"returned": tx.today}})
        return len(rows) + len(people)

    lines = len(marked) + len(wrote_in)
    return Command("登记签到表", Right.WRITE, run, note=f"第{number}号 {lines}人")


def _values(name: str, line: Marked) -> dict[str, Any]:
    here = line.status in HERE
    values: dict[str, Any] = {
        "status": line.status,
        "signed": line.signed if here else None,
        "reason": None if here else (line.reason or "").strip() or None,
    }
    problem = next(attendance_problems(AttendanceDraft(name, **values)), None)
    if problem is not None:
        raise UserError(f"{name}：{problem.reason}，没有保存。")
    return values
