"""Sessions that are held or planned: entered, put right, taken out, and who is expected at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import fields_of, fit_or_refuse, require_none
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import squeeze, tidy_name
from db.people import Volunteer, serving
from db.people.colleagues import staff_by_name, staff_names
from db.trainings import (
    HERE,
    PASS_MARK,
    STATUS_NAMES,
    Attendance,
    AttendanceDraft,
    SignInSheet,
    Training,
    TrainingDraft,
    attendance_problems,
    training_problems,
)

_OWN = ("topic", "kind", "day", "start", "end", "place", "hours", "pass_mark", "note")
GONE: Final = "这场培训已经不在台账里了，没有改动。"


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
        tx.add(Training, [{"id": made, **session_values(tx, draft, None)}])
        if expected is not None:
            put_expected(tx, made, expected)
        return made

    return Command("登记培训", Right.WRITE, run, note=draft.topic)


def change_training(training: Id, draft: TrainingDraft) -> Command[None]:
    """Return the command that sets a session's head to the draft's; its list stays."""

    def run(tx: Tx) -> None:
        day_of(tx, training)
        tx.change(Training, {training: session_values(tx, draft, training)})

    return Command("修改培训", Right.WRITE, run, note=draft.topic)


def remove_training(training: Id) -> Command[None]:
    """Return the command that takes out a session entered by mistake, with its list."""

    def run(tx: Tx) -> None:
        day_of(tx, training)
        take_out(tx, [training])

    return Command("删除培训", Right.WRITE, run)


def take_out(tx: Tx, trainings: Sequence[Id]) -> None:
    """Remove sessions with their lists and the sheets printed for them."""
    for of in (Attendance, SignInSheet):
        listed = select(of.id).where(of.training.in_(trainings))
        tx.remove(of, tx.connection.execute(listed).scalars().all())
    tx.remove(Training, trainings)


def expect(training: Id, expected: Expected) -> Command[int]:
    """Return the command that puts on the list who is expected; it answers with how many came new."""

    def run(tx: Tx) -> int:
        return put_expected(tx, training, expected)

    return Command("列应到名单", Right.WRITE, run)


def join(training: Id, person: Person, status: str = "present") -> Command[Id]:
    """Return the command that puts somebody on the list; by name alone they are a walk-in."""

    def run(tx: Tx) -> Id:
        day_of(tx, training)
        return put_on(tx, training, [(person, {"status": status})])[0]

    return Command("列入名单", Right.WRITE, run)


def join_many(training: Id, names: Sequence[str], status: str = "present") -> Command[int]:
    """Return the command that marks several by name: on the list, else put there by name alone.

    It answers how many. UserError for a name that the list has twice.
    """

    def run(tx: Tx) -> int:
        day_of(tx, training)
        there: dict[str, list[Id]] = {}
        listed = select(Attendance.name, Attendance.id).where(Attendance.training == training)
        for name, id_ in tx.connection.execute(listed):
            there.setdefault(name, []).append(id_)
        wanted = list(dict.fromkeys(name for name in map(tidy_name, names) if name))
        twice = next((name for name in wanted if len(there.get(name, ())) > 1), None)
        if twice is not None:
            raise UserError(f"名单上有两个{twice}，请单独点名，没有保存。")
        known = [there[name][0] for name in wanted if name in there]
        values = {"status": _status(status)}
        tx.change(Attendance, dict.fromkeys(known, values))
        new = [name for name in wanted if name not in there]
        put_on(tx, training, [(Person(name), {"status": status}) for name in new])
        return len(wanted)

    return Command("登记出勤", Right.WRITE, run, note=f"{len(names)}人")


def put_on(
    tx: Tx, training: Id, people: Sequence[tuple[Person, Mapping[str, Any]]]
) -> tuple[Id, ...]:
    """Put people on a list, each with the fields of their attendance; UserError for one who is there."""
    listed = tx.connection.execute(
        select(Attendance.volunteer, Attendance.name).where(Attendance.training == training)
    ).all()
    there = {(row.volunteer, row.name) for row in listed}
    rows = []
    for person, fields in people:
        name = tidy_name(person.name)
        require_none(attendance_problems(AttendanceDraft(name, **fields)))
        if (person.volunteer, name) in there:
            raise UserError(f"{name}已经在名单上，没有重复登记。")
        there.add((person.volunteer, name))
        community = None
        if person.volunteer is not None:
            of = select(Volunteer.community).where(Volunteer.id == person.volunteer)
            community = tx.connection.execute(of).scalar()
        row = {"training": training, "volunteer": person.volunteer, "community": community}
        rows.append({"id": new_id(), **row, "name": name, **fields})
    tx.add(Attendance, rows)
    return tuple(row["id"] for row in rows)


def mark(attendances: Sequence[Id], status: str, reason: str | None = None) -> Command[None]:
    """Return the command that marks people 到, 迟到, 请假 or 缺席.

    A reason belongs to 请假 and 缺席; whoever came loses the one there was.
    """

    def run(tx: Tx) -> None:
        values: dict[str, Any] = {
            "status": _status(status),
            "reason": (reason or "").strip() or None,
        }
        if status not in HERE:
            values["signed"] = None
        if not tx.change(Attendance, dict.fromkeys(attendances, values)) and not _listed(
            tx, attendances
        ):
            raise UserError("名单已经变了，没有保存。请重新打开这场培训。")

    many = f"{len(attendances)}人" if len(attendances) > 1 else ""
    said = f"{many} {STATUS_NAMES.get(status, '')}".strip()
    return Command("登记出勤", Right.WRITE, run, note=said)


def mark_rest(training: Id, status: str) -> Command[int]:
    """Return the command that marks the rest of a list: who is 缺席 becomes 到, who is 到 缺席.

    Whoever was marked otherwise, or has a reason, stays as marked, and whoever signed in is not made
    absent. It answers with how many.
    """
    before = "absent" if status == "present" else "present"

    def run(tx: Tx) -> int:
        day_of(tx, training)
        rest = select(Attendance.id).where(
            Attendance.training == training, Attendance.status == before,
            Attendance.reason.is_(None),
        )  # fmt: skip
        if status not in HERE:
            rest = rest.where(Attendance.signed.is_(None))
        found = tx.connection.execute(rest).scalars().all()
        values = {"status": _status(status)}
        return tx.change(Attendance, dict.fromkeys(found, values))

    said = f"其余都记{STATUS_NAMES.get(status, '')}"
    return Command("登记出勤", Right.WRITE, run, note=said)


def enter(attendance: Id, column: str, value: Any) -> Command[None]:
    """Return the command that sets one entry of somebody's line: signed, before, after or reason.

    Who signed in has come: 请假 or 缺席 becomes 到, as where a sheet is typed back. UserError for a
    value that may not be stored, a line that is gone, or a time at a session still to come.
    """

    def run(tx: Tx) -> None:
        row = tx.connection.execute(
            select(Attendance.name, Attendance.status, Training.day)
            .join(Training, Training.id == Attendance.training)
            .where(Attendance.id == attendance)
        ).first()
        if row is None:
            raise UserError("名单已经变了，没有保存。请重新打开这场培训。")
        draft = AttendanceDraft(row.name, status=row.status, **{column: value})
        fit = fit_or_refuse(draft, attendance_problems)
        values: dict[str, Any] = {column: getattr(fit, column)}
        if fit.signed is not None:
            if row.day > tx.today:
                raise UserError("这场培训还没有开，没有保存。请到那天以后再登记。")
            if row.status not in HERE:
                values |= {"status": "present", "reason": None}
        tx.change(Attendance, {attendance: values})

    return Command("登记" + fields_of(AttendanceDraft)[column].label, Right.WRITE, run)


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
    said = {name: getattr(row, name) for name in _OWN}
    said["pass_mark"] = said["pass_mark"] or PASS_MARK
    return TrainingDraft(lecturers=lecturers, **said)


def session_values(tx: Tx, draft: TrainingDraft, own: Id | None) -> dict[str, Any]:
    """Return a session's stored values; UserError where they may not be, or it is there already."""
    fit = fit_or_refuse(draft, training_problems, tx.today, planned=True)
    rows = tx.connection.execute(
        select(Training.id, Training.start, Training.topic, Training.place).where(
            Training.day == fit.day, Training.id != (own or b"")
        )
    )
    wanted = (fit.start, squeeze(fit.topic), squeeze(fit.place or ""))
    if any((row.start, squeeze(row.topic), squeeze(row.place or "")) == wanted for row in rows):
        raise UserError("这一天已经有同一时间、主题和地点的培训，没有重复登记。")
    values = {name: getattr(fit, name) for name in _OWN}
    values["pass_mark"] = None if fit.pass_mark == PASS_MARK else fit.pass_mark
    return {**values, "lecturers": staff_by_name(tx, fit.lecturers)}


def put_expected(tx: Tx, training: Id, expected: Expected) -> int:
    """Put on a list who is expected and not there yet; return how many."""
    day = day_of(tx, training)
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


def day_of(tx: Tx, training: Id) -> date:
    """Return a session's day; UserError if the session is gone."""
    day = tx.connection.execute(select(Training.day).where(Training.id == training)).scalar()
    if day is None:
        raise UserError(GONE)
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
