"""Staff: who is added, renamed, and leaves. What they hand over is told in db/disputes/handover.py."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from db.kernel.access import ROLE_NAMES, Right, Role
from db.kernel.errors import UserError
from db.kernel.fields import KEEP_OFFICE, Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.history import former_values
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import tidy_name
from db.people import Staff
from db.places.lists import matching

KIND_NAMES: Final = {
    role.value: ROLE_NAMES[role] for role in (Role.OFFICER, Role.AUXILIARY, Role.WORKER)
}
KINDS: Final = {name: code for code, name in KIND_NAMES.items()}


@dataclass(frozen=True)
class StaffDraft:
    """What is kept of a colleague; `kind` is unknown where a workbook brought the name."""

    name: str = entry(
        Field("姓名", kind="name", required=True, most=40, purpose="走访、调解和培训的经办人",
              keep=KEEP_OFFICE), "")  # fmt: skip
    kind: str | None = entry(Field("身份", kind="choice", choices=KINDS))
    since: date | None = entry(Field("到岗日期", kind="day"))


class StaffRow(NamedTuple):
    """A colleague as the settings list them; `until` is the last day of service."""

    id: Id
    name: str
    kind: str | None
    since: date | None
    until: date | None

    @property
    def kind_name(self) -> str:
        """What the colleague is in Chinese, empty where it is unknown."""
        return KIND_NAMES.get(self.kind or "", "")


def staff_problems(draft: StaffDraft) -> Iterator[Problem]:
    """Yield what keeps a colleague from being stored."""
    yield from common_problems(draft)
    if draft.kind is not None and draft.kind not in KIND_NAMES:
        yield Problem("kind", "身份不认识")


def add_staff(draft: StaffDraft) -> Command[Id]:
    """Return the command that adds a colleague; a name is used once, as ledgers know no more."""

    def run(tx: Tx) -> Id:
        made = new_id()
        tx.add(Staff, [{"id": made, **_values(tx, draft, None)}])
        return made

    return Command("新增工作人员", Right.WRITE, run)


def change_staff(colleague: Id, draft: StaffDraft) -> Command[None]:
    """Return the command that sets a colleague's entries to the draft's.

    UserError, as when adding, or if the service would begin after it ended.
    """

    def run(tx: Tx) -> None:
        until = the_colleague(tx.connection, colleague).until
        if draft.since and until and draft.since > until:
            raise UserError("到岗日期晚于离岗日期，没有保存。已经回来的请先登记返岗。")
        tx.change(Staff, {colleague: _values(tx, draft, colleague)})

    return Command("修改工作人员", Right.SETTINGS, run)


def staff_returns(colleague: Id) -> Command[None]:
    """Return the command that takes a colleague who left back into service."""

    def run(tx: Tx) -> None:
        the_colleague(tx.connection, colleague)
        tx.change(Staff, {colleague: {"until": None}})

    return Command("工作人员返岗", Right.SETTINGS, run)


def staff_rows(connection: Connection, on: date | None = None, *, text: str = "") -> list[StaffRow]:
    """Return all staff by name; with a day only who is in service then, with a text whom it finds."""
    columns = [getattr(Staff, name) for name in StaffRow._fields]
    found = select(*columns).where(*matching(Staff.id, text))
    rows = connection.execute(found.order_by(Staff.name, Staff.id))
    return [
        row
        for row in (StaffRow(*found) for found in rows)
        if on is None or (row.since or on) <= on <= (row.until or on)
    ]


def the_colleague(connection: Connection, colleague: Id) -> StaffRow:
    """Return a colleague; UserError if the entry is gone."""
    columns = [getattr(Staff, name) for name in StaffRow._fields]
    row = connection.execute(select(*columns).where(Staff.id == colleague)).first()
    if row is None:
        raise UserError("这位工作人员已经不在台账里了，没有改动。")
    return StaffRow(*row)


def former_staff_names(connection: Connection) -> dict[str, Id]:
    """Return the names colleagues had before, for a workbook older than the renaming."""
    return {str(name): id_ for name, id_ in former_values(connection, Staff, "name").items()}


# Put together once: a visit is recorded with every key.
_BY_NAME: Final = (
    select(Staff.id, Staff.name)
    .where(Staff.name == bindparam("name"))
    .order_by(Staff.until.is_(None), Staff.id)
)


def staff_by_name(tx: Tx, names: Sequence[str]) -> tuple[Id, ...]:
    """Return the ids of colleagues by name, in order; who is not known yet is added.

    Of two of one name it is the one who has not left.
    """
    wanted = list(dict.fromkeys(name for name in map(tidy_name, names) if name))
    known = {
        row.name: row.id
        for name in wanted
        for row in tx.connection.execute(_BY_NAME, {"name": name})
    }
    new = [{"id": new_id(), "name": name} for name in wanted if name not in known]
    tx.add(Staff, new)
    known |= {row["name"]: row["id"] for row in new}
    return tuple(known[name] for name in wanted)


def staff_names(connection: Connection, ids: Sequence[Id]) -> Mapping[Id, str]:
    """Return the names of colleagues by id."""
    rows = connection.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def _values(tx: Tx, draft: StaffDraft, own: Id | None) -> dict[str, object]:
    fit = fit_or_refuse(draft, staff_problems)
    taken = tx.connection.execute(select(Staff.id).where(Staff.name == fit.name)).scalars()
    if any(id_ != own for id_ in taken):
        raise UserError("已经有同名的工作人员，没有保存。两人同名时，请在姓名后加字区别。")
    return {"name": fit.name, "kind": fit.kind, "since": fit.since}
