"""Sessions that are held or planned: entered, put right, taken out, and who is expected at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import tidied
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import squeeze, tidy_name
from db.people import Volunteer, serving
from db.people.colleagues import staff_by_name, staff_names
from db.trainings import STATUS_NAMES, Attendance, Training, TrainingDraft, training_problems

_OWN = ("topic", "kind", "day", "start", "end", "place")


@dataclass(frozen=True)
class Expected:
    """Who is expected: all in service of these communities and roles (none named are all of them).

    Each starts with `status`, 到 or 缺席; the exceptions are marked.
    """

    communities: tuple[Id, ...] = ()
    roles: tuple[str, ...] = ()
    status: str = "absent"


class Person(NamedTuple):
    """Somebody to be put on a list: of the roster, or by name alone."""

    name: str
    volunteer: Id | None = None


def add_training(draft: TrainingDraft, expected: Expected | None = None) -> Command[Id]:
    """Return the command that enters a session, with who is expected if that is given.

    It may be planned for a day ahead. UserError for a draft that may not be stored, or a session
    of the same day, start, topic and place: a sign-in sheet could not tell the two apart.
    """

    def run(tx: Tx) -> Id:
        made = new_id()
        tx.add(Training, [{"id": made, **_values(tx, draft, None)}])
        if expected is not None:
            _expect(tx, made, expected)
        return made

    return Command("登记培训", Right.WRITE, run, note=draft.topic)


def change_training(training: Id, draft: TrainingDraft) -> Command[None]:
    """Return the command that sets a session's head to the draft's; its list stays."""

    def run(tx: Tx) -> None:
        _day_of(tx, training)
        tx.change(Training, {training: _values(tx, draft, training)})

    return Command("修改培训", Right.WRITE, run, note=draft.topic)


def remove_training(training: Id) -> Command[None]:
    """Return the command that takes out a session entered by mistake, with its list."""

    def run(tx: Tx) -> None:
        _day_of(tx, training)
        listed = select(Attendance.id).where(Attendance.training == training)
        tx.remove(Attendance, tx.connection.execute(listed).scalars().all())
        tx.remove(Training, [training])

    return Command("删除培训", Right.WRITE, run)


def expect(training: Id, expected: Expected) -> Command[int]:
    """Return the command that puts on the list who is expected; it answers with how many came new."""

    def run(tx: Tx) -> int:
        return _expect(tx, training, expected)

    return Command("列应到名单", Right.WRITE, run)


def join(training: Id, person: Person, status: str = "present") -> Command[Id]:
    """Return the command that puts somebody on the list; by name alone they are a walk-in."""

    def run(tx: Tx) -> Id:
        _day_of(tx, training)
        name = tidy_name(person.name)
        if not name:
            raise UserError("请写姓名，没有保存。")
        listed = tx.connection.execute(
            select(Attendance.volunteer, Attendance.name).where(Attendance.training == training)
        ).all()
        same = [row for row in listed if row.name == name and row.volunteer == person.volunteer]
        if same:
            raise UserError(f"{name}已经在名单上，没有重复登记。")
        community = None
        if person.volunteer is not None:
            of = select(Volunteer.community).where(Volunteer.id == person.volunteer)
            community = tx.connection.execute(of).scalar()
        row = {"training": training, "volunteer": person.volunteer, "community": community}
        made = new_id()
        tx.add(Attendance, [{"id": made, **row, "name": name, "status": _status(status)}])
        return made

    return Command("列入名单", Right.WRITE, run)


def mark(attendances: Sequence[Id], status: str, reason: str | None = None) -> Command[None]:
    """Return the command that marks people 到, 迟到, 请假 or 缺席.

    A reason belongs to 请假 and 缺席; whoever came loses the one there was.
    """

    def run(tx: Tx) -> None:
        values: dict[str, Any] = {
            "status": _status(status),
            "reason": (reason or "").strip() or None,
        }
        if not tx.change(Attendance, dict.fromkeys(attendances, values)) and not _listed(
            tx, attendances
        ):
            raise UserError("名单已经变了，没有保存。请重新打开这场培训。")

    many = f"{len(attendances)}人" if len(attendances) > 1 else ""
    said = f"{many} {STATUS_NAMES.get(status, '')}".strip()
    return Command("登记出勤", Right.WRITE, run, note=said)


def take_off(attendances: Sequence[Id]) -> Command[None]:
    """Return the command that takes people off a list they were put on by mistake."""

    def run(tx: Tx) -> None:
        tx.remove(Attendance, attendances)

    many = f"{len(attendances)}人" if len(attendances) > 1 else ""
    return Command("删除名单上的人", Right.WRITE, run, note=many)


def training_draft(connection: Connection, training: Id) -> TrainingDraft | None:
    """Return a session's head as it would be typed; None if it is gone."""
    row = connection.execute(select(Training.__table__).where(Training.id == training)).first()
    if row is None:
        return None
    names = staff_names(connection, row.lecturers)
    lecturers = tuple(names[id_] for id_ in row.lecturers)
    return TrainingDraft(lecturers=lecturers, **{name: getattr(row, name) for name in _OWN})


def _values(tx: Tx, draft: TrainingDraft, own: Id | None) -> dict[str, Any]:
    fit = tidied(draft)
    if (problem := next(training_problems(fit, tx.today, planned=True), None)) is not None:
        raise UserError(f"{problem.reason}，没有保存。")
    rows = tx.connection.execute(
        select(Training.id, Training.start, Training.topic, Training.place).where(
            Training.day == fit.day, Training.id != (own or b"")
        )
    )
    wanted = (fit.start, squeeze(fit.topic), squeeze(fit.place or ""))
    if any((row.start, squeeze(row.topic), squeeze(row.place or "")) == wanted for row in rows):
        raise UserError("这一天已经有同一时间、主题和地点的培训，没有重复登记。")
    values = {name: getattr(fit, name) for name in _OWN}
    return {**values, "lecturers": staff_by_name(tx, fit.lecturers)}


def _expect(tx: Tx, training: Id, expected: Expected) -> int:
    day = _day_of(tx, training)
    wanted = select(Volunteer.id, Volunteer.name, Volunteer.community, Volunteer.role)
    wanted = wanted.where(*serving(day)).order_by(Volunteer.name, Volunteer.id)
    if expected.communities:
        wanted = wanted.where(Volunteer.community.in_(expected.communities))
    if expected.roles:
        wanted = wanted.where(Volunteer.role.in_(expected.roles))
    listed = select(Attendance.volunteer).where(Attendance.training == training)
    there = set(tx.connection.execute(listed).scalars())
    rows = [
        {
            "id": new_id(), "training": training, "volunteer": id_, "name": name,
            "community": community, "status": _status(expected.status),
        }
        for id_, name, community, _ in tx.connection.execute(wanted)
        if id_ not in there
    ]  # fmt: skip
    tx.add(Attendance, rows)
    return len(rows)


def _day_of(tx: Tx, training: Id) -> date:
    day = tx.connection.execute(select(Training.day).where(Training.id == training)).scalar()
    if day is None:
        raise UserError("这场培训已经不在台账里了，没有改动。")
    return day


def _status(status: str) -> str:
    if status not in STATUS_NAMES:
        raise UserError("出勤情况不认识，没有保存。")
    return status


def _listed(tx: Tx, attendances: Sequence[Id]) -> bool:
    found = tx.connection.execute(
        select(Attendance.id).where(Attendance.id.in_(attendances)).limit(1)
    )
    return found.first() is not None
