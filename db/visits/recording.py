"""Recording visits: at one door or at many at once, as one step that can be undone as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Problem
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, chunks
from db.kernel.text import tidy_name
from db.people import Staff
from db.places import Building, Household
from db.places.address import Address
from db.visits import OUTCOME_NAMES, Visit, VisitDraft, visit_problems


@dataclass(frozen=True)
class VisitEntry:
    """What is typed of a visit; the same is written at every door it is recorded for.

    `at` is minutes since midnight, None where the time is unknown; `staff` are names.
    """

    day: date
    outcome: str
    at: int | None = None
    staff: tuple[str, ...] = ()
    volunteers: tuple[Id, ...] = ()
    people: int | None = None
    leaflets: int | None = None
    topics: tuple[str, ...] = ()
    found: str | None = None
    note: str | None = None


def entry_problems(entry: VisitEntry, today: date) -> Iterator[Problem]:
    """Yield what keeps an entry from being stored: the rules of an imported visit."""
    yield from visit_problems(
        VisitDraft(
            day=entry.day, at=entry.at, staff=entry.staff, outcome=entry.outcome,
            people=entry.people, topics=entry.topics, leaflets=entry.leaflets, found=entry.found,
            note=entry.note,
        ),
        today,
    )  # fmt: skip
    if entry.outcome != "met" and entry.people:
        yield Problem("people", "没有见到人，却填了人数")


def record_visits(doors: Sequence[Id], entry: VisitEntry) -> Command[tuple[Id, ...]]:
    """Return the command that records a visit at each door; it answers with the visits' ids.

    UserError for an entry that may not be stored, or a door that is gone: nothing is written.
    """

    def run(tx: Tx) -> tuple[Id, ...]:
        problem = next(entry_problems(entry, tx.today), None)
        if problem is not None:
            raise UserError(f"{problem.reason}，没有保存。")
        known = {
            row.id
            for some in chunks(list(doors))
            for row in tx.connection.execute(select(Household.id).where(Household.id.in_(some)))
        }
        if not known or known != set(doors):
            raise UserError("有的住户已经不在台账里了，没有保存。请重新打开这栋楼。")
        values = {
            "day": entry.day, "at": entry.at, "outcome": entry.outcome, "people": entry.people,
            "leaflets": entry.leaflets, "staff": staff_by_name(tx, entry.staff),
            "volunteers": entry.volunteers, "topics": entry.topics, "found": entry.found,
            "note": entry.note,
        }  # fmt: skip
        ids = tuple(new_id() for _ in doors)
        rows = zip(ids, doors, strict=True)
        tx.add(Visit, [{"id": id_, "household": door, **values} for id_, door in rows])
        return ids

    many = f"{len(doors)}户" if len(doors) > 1 else ""
    note = " ".join(word for word in (many, OUTCOME_NAMES.get(entry.outcome, "")) if word)
    return Command("登记走访", Right.WRITE, run, note=note)


def staff_by_name(tx: Tx, names: Sequence[str]) -> tuple[Id, ...]:
    """Return the ids of colleagues by name, in order; who is not known yet is added."""
    wanted = [tidy_name(name) for name in names]
    rows = tx.connection.execute(select(Staff.id, Staff.name).where(Staff.name.in_(wanted)))
    known = {row.name: row.id for row in rows}
    new = [{"id": new_id(), "name": name} for name in dict.fromkeys(wanted) if name not in known]
    tx.add(Staff, new)
    known |= {row["name"]: row["id"] for row in new}
    return tuple(dict.fromkeys(known[name] for name in wanted))


def remove_visits(visits: Sequence[Id]) -> Command[None]:
    """Return the command that takes visits out of the ledger; undo brings them back."""
    many = f"{len(visits)}条" if len(visits) > 1 else ""
    return Command("删除走访", Right.WRITE, lambda tx: tx.remove(Visit, visits), note=many)


def address_of(connection: Connection, household: Id) -> Address | None:
    """Return a door's address, None if it is gone."""
    row = connection.execute(
        select(Building.estate, Building.number, Building.rural, Household.unit, Household.room)
        .join(Household, Household.building == Building.id)
        .where(Household.id == household)
    ).first()
    if row is None:
        return None
    return Address(row.estate, row.number, row.unit or "", row.room or "", group=row.rural)
