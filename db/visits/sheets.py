"""Field sheets: a list of doors printed for a walk, addresses only, with a number to type it back by.

A number is given once at printing and never again; a sheet that never came back stays listed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import Ids, Record
from db.visits import Visit
from db.visits.recording import VisitEntry, entry_problems, staff_by_name


class FieldSheet(Record):
    """A printed list of doors; `doors` keeps the printed order, `returned` the day it was typed in."""

    __tablename__ = "field_sheet"
    __table_args__ = (UniqueConstraint("number"), {"sqlite_with_rowid": False})
    undoable = False

    number: Mapped[int]
    title: Mapped[str]
    printed: Mapped[date]
    campaign: Mapped[Id | None]
    doors: Mapped[tuple[Id, ...]] = mapped_column(Ids("household"))
    returned: Mapped[date | None]


class SheetLine(NamedTuple):
    """A sheet as lists and the typing back need it."""

    id: Id
    number: int
    title: str
    printed: date
    doors: tuple[Id, ...]
    returned: date | None


_COLUMNS = tuple(getattr(FieldSheet, name) for name in SheetLine._fields)


def print_sheet(title: str, doors: Sequence[Id], campaign: Id | None) -> Command[SheetLine]:
    """Return the command that gives a list of doors the next number."""

    def run(tx: Tx) -> SheetLine:
        if not doors:
            raise UserError("没有要走访的户，不用打印走访单。")
        last = tx.connection.execute(select(func.max(FieldSheet.number))).scalar()
        line = SheetLine(new_id(), (last or 0) + 1, title, tx.today, tuple(doors), None)
        tx.add(FieldSheet, [{**line._asdict(), "campaign": campaign}])
        return line

    return Command("打印走访单", Right.WRITE, run, note=title)


def sheet(connection: Connection, number: int) -> SheetLine | None:
    """Return the sheet of a number, None if it was never given."""
    row = connection.execute(select(*_COLUMNS).where(FieldSheet.number == number)).first()
    return SheetLine(*row) if row else None


def open_sheets(connection: Connection) -> list[SheetLine]:
    """Return the sheets that never came back, the oldest first."""
    rows = connection.execute(
        select(*_COLUMNS).where(FieldSheet.returned.is_(None)).order_by(FieldSheet.number)
    )
    return [SheetLine(*row) for row in rows]


def return_sheet(number: int, entries: Mapping[Id, VisitEntry]) -> Command[int]:
    """Return the command that types a sheet back: a visit at each door that has an entry.

    It answers with how many were written. A door that is not on the sheet is refused.
    """

    def run(tx: Tx) -> int:
        found = sheet(tx.connection, number)
        if found is None:
            raise UserError(f"没有第{number}号走访单，请核对编号。")
        if set(entries) - set(found.doors):
            raise UserError(f"有的户不在第{number}号走访单上，没有保存。")
        rows = []
        for door in found.doors:
            if door not in entries:
                continue
            entry = entries[door]
            if problem := next(entry_problems(entry, tx.today), None):
                raise UserError(f"{problem.reason}，没有保存。")
            values = {**vars(entry), "staff": staff_by_name(tx, entry.staff)}
            rows.append({"id": new_id(), "household": door, **values})
        tx.add(Visit, rows)
        tx.change(FieldSheet, {found.id: {"returned": tx.today}})
        return len(rows)

    return Command("登记走访单", Right.WRITE, run, note=f"第{number}号")
