"""Field sheets: a list of doors printed for a walk, addresses only, with a number to type it back by.

A sheet that never came back stays listed.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, chunks
from db.kernel.numbered import next_number, still_out
from db.kernel.records import Ids, Record
from db.places import Building, Community, Household
from db.places.finding import door_text
from db.visits import Visit
from db.visits.recording import VisitEntry, values_of


class FieldSheet(Record):
    """A printed list of doors; `doors` keeps the printed order, `returned` the day it was typed in."""

    __tablename__ = "field_sheet"
    __table_args__ = (UniqueConstraint("number"), {"sqlite_with_rowid": False})
    travels = False

    number: Mapped[int]
    title: Mapped[str]
    printed: Mapped[date]
    campaign: Mapped[Id | None]
    doors: Mapped[tuple[Id, ...]] = mapped_column(Ids("household"))
    returned: Mapped[date | None]


class SheetLine(NamedTuple):
    """A sheet as lists show it; `doors` in the printed order."""

    id: Id
    number: int
    title: str
    printed: date
    campaign: Id | None
    doors: tuple[Id, ...]
    returned: date | None


class SheetDoor(NamedTuple):
    """A door of a sheet; `label` is its address.

    `visited` is the day of its last visit since the sheet was printed, None where nobody has typed
    one yet.
    """

    household: Id
    label: str
    community: str
    occupancy: str
    visited: date | None


class Sheet(NamedTuple):
    """A sheet with its doors in the printed order, without those that are gone from the ledger."""

    id: Id
    number: int
    title: str
    printed: date
    campaign: Id | None
    returned: date | None
    doors: tuple[SheetDoor, ...]


class OpenSheet(NamedTuple):
    """A sheet that never came back, and the days since it was printed."""

    id: Id
    number: int
    title: str
    printed: date
    doors: int
    age: int


_COLUMNS = tuple(getattr(FieldSheet, name) for name in SheetLine._fields)


def print_sheet(title: str, doors: Sequence[Id], campaign: Id | None) -> Command[SheetLine]:
    """Return the command that gives a list of doors the next number.

    UserError without doors, or where one is not in the ledger.
    """
    wanted = tuple(dict.fromkeys(doors))

    def run(tx: Tx) -> SheetLine:
        if not wanted:
            raise UserError("没有要走访的户，不用打印走访单。")
        if len(_doors(tx.connection, wanted, tx.today)) < len(wanted):
            raise UserError("有的住户已经不在台账里了，没有打印走访单。请重新选择。")
        number = next_number(tx.connection, FieldSheet)
        line = SheetLine(new_id(), number, title, tx.today, campaign, wanted, None)
        tx.add(FieldSheet, [line._asdict()])
        return line

    return Command("打印走访单", Right.WRITE, run, note=f"{title} {len(wanted)}户".strip())


def sheet(connection: Connection, number: int) -> Sheet | None:
    """Return the sheet of a number with its doors, None if there is none."""
    row = connection.execute(select(*_COLUMNS).where(FieldSheet.number == number)).first()
    if row is None:
        return None
    line = SheetLine._make(row)
    known = _doors(connection, line.doors, line.printed)
    doors = tuple(known[door] for door in line.doors if door in known)
    return Sheet(
        line.id, line.number, line.title, line.printed, line.campaign, line.returned, doors
    )


def open_sheets(connection: Connection, day: date) -> list[OpenSheet]:
    """Return the sheets that never came back up to a day, the oldest first."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(FieldSheet.returned.is_(None), FieldSheet.printed <= day)
        .order_by(FieldSheet.printed, FieldSheet.number)
    )
    return [
        OpenSheet(
            line.id, line.number, line.title, line.printed, len(line.doors),
            (day - line.printed).days,
        )
        for line in map(SheetLine._make, rows)
    ]  # fmt: skip


def return_sheet(number: int, rows: Sequence[tuple[Id, VisitEntry]]) -> Command[tuple[Id, ...]]:
    """Return the command that types a sheet back: a visit for each row, and the sheet is closed.

    It answers with the visits' ids. No rows close a sheet on which nobody wrote. UserError for an
    unknown number, a sheet typed back before, a door that is not on it, or an entry that may not be
    stored: nothing is written.
    """

    def run(tx: Tx) -> tuple[Id, ...]:
        found = still_out("走访单", number, sheet(tx.connection, number))
        labels = {door.household: door.label for door in found.doors}
        visits = []
        for door, entry in rows:
            if door not in labels:
                raise UserError(f"有的户不在第{number}号走访单上，没有保存。")
            try:
                values = values_of(tx, entry)
            except UserError as error:
                raise UserError(f"{labels[door]}：{error}") from None
            visits.append({"id": new_id(), "household": door, **values})
        tx.add(Visit, visits)
        tx.change(FieldSheet, {found.id: {"returned": tx.today}})
        return tuple(visit["id"] for visit in visits)

    return Command("登记走访单", Right.WRITE, run, note=f"第{number}号 {len(rows)}条走访")


def _doors(connection: Connection, doors: Sequence[Id], since: date) -> dict[Id, SheetDoor]:
    visited = (
        select(func.max(Visit.day))
        .where(Visit.household == Household.id, Visit.day >= since)
        .scalar_subquery()
    )
    found: dict[Id, SheetDoor] = {}
    for some in chunks(doors):
        rows = connection.execute(
            select(
                Household.id, Building.estate, Building.number, Building.rural, Household.unit,
                Household.key, Community.name, Household.occupancy, visited,
            )
            .join(Building, Building.id == Household.building)
            .join(Community, Community.id == Household.community)
            .where(Household.id.in_(some))
        )  # fmt: skip
        for id_, estate, number, rural, unit, key, community, occupancy, last in rows:
            label = door_text(estate, number, unit, key, rural=rural)
            found[id_] = SheetDoor(id_, label, community, occupancy, last)
    return found
