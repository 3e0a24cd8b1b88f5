"""Recording visits: at one door or at many at once, as one step that can be undone as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Problem, require_none, tidied
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, chunks
from db.people import Volunteer
from db.people.colleagues import staff_by_name, staff_names
from db.places import Building, Household
from db.places.address import Address
from db.visits import OUTCOME_NAMES, Visit, VisitDraft, change_visit, visit_problems

DAY_MINUTES = 24 * 60
GONE = "有的住户已经不在台账里了，没有保存。请重新打开这栋楼。"


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


def _draft(entry: VisitEntry) -> VisitDraft:
    return VisitDraft(
        day=entry.day, at=entry.at, staff=entry.staff, outcome=entry.outcome, people=entry.people,
        topics=entry.topics, leaflets=entry.leaflets, found=entry.found, note=entry.note,
    )  # fmt: skip


def entry_problems(entry: VisitEntry, today: date) -> Iterator[Problem]:
    """Yield what keeps an entry from being stored: the rules of an imported visit."""
    yield from visit_problems(_draft(entry), today)
    if entry.at is not None and not 0 <= entry.at < DAY_MINUTES:
        yield Problem("at", "时间不在0点到24点之间")
    if entry.outcome != "met" and entry.people:
        yield Problem("people", "没有见到人，却填了人数")


def record_visits(
    doors: Sequence[Id], entry: VisitEntry, address: str = ""
) -> Command[tuple[Id, ...]]:
    """Return the command that records a visit at each door; it answers with the visits' ids.

    `address` is the first door's, for the history: "晨园3号楼2单元401等12户 见到人". UserError for an
    entry that may not be stored, or a door that is gone: nothing is written.
    """
    wanted = list(dict.fromkeys(doors))

    def run(tx: Tx) -> tuple[Id, ...]:
        if not wanted:
            raise UserError("没有选中要登记的户，没有保存。")
        values = values_of(tx, entry)
        ids = tuple(new_id() for _ in wanted)
        rows = zip(ids, wanted, strict=True)
        try:
            tx.add(Visit, [{"id": id_, "household": door, **values} for id_, door in rows])
        except IntegrityError:
            # Its home is all that a visit refers to; the ledger looks at that by itself.
            raise UserError(GONE) from None
        return ids

    many = f"{'等' if address else ''}{len(wanted)}户" if len(wanted) > 1 else ""
    where = f"{address}{many}"
    note = " ".join(word for word in (where, OUTCOME_NAMES.get(entry.outcome, "")) if word)
    return Command("登记走访", Right.WRITE, run, note=note)


def edit_visit(visit: Id, entry: VisitEntry, address: str = "") -> Command[None]:
    """Return the command that sets a visit to what is typed now; its door stays.

    `address` is the door's, for the history. UserError for an entry that may not be stored, or a visit that is gone: nothing is written.
    """

    def run(tx: Tx) -> None:
        change_visit(visit, values_of(tx, entry)).run(tx)

    note = " ".join(word for word in (address, OUTCOME_NAMES.get(entry.outcome, "")) if word)
    return Command("修改走访", Right.WRITE, run, note=note)


def visit_entry(connection: Connection, visit: Id) -> VisitEntry | None:
    """Return a visit as it would be typed, for changing it; None if it is gone."""
    row = connection.execute(
        select(
            Visit.day, Visit.outcome, Visit.at, Visit.staff, Visit.volunteers, Visit.people,
            Visit.leaflets, Visit.topics, Visit.found, Visit.note,
        ).where(Visit.id == visit)
    ).first()  # fmt: skip
    if row is None:
        return None
    names = staff_names(connection, row.staff)
    return VisitEntry(**{**row._asdict(), "staff": tuple(names[id_] for id_ in row.staff)})


def remove_visits(visits: Sequence[Id]) -> Command[None]:
    """Return the command that takes visits out of the ledger; undo brings them back."""

    def run(tx: Tx) -> None:
        tx.remove(Visit, visits)
        if not tx.touched.get(Visit.__tablename__):
            raise UserError("这条走访记录已经不在了，没有改动。")

    many = f"{len(visits)}条" if len(visits) > 1 else ""
    return Command("删除走访", Right.WRITE, run, note=many)


def values_of(tx: Tx, entry: VisitEntry) -> dict[str, Any]:
    """Return an entry as a visit's row holds it; staff not known yet are added.

    UserError for an entry that may not be stored, by its first problem.
    """
    require_none(entry_problems(entry, tx.today))
    if entry.volunteers:
        found = tx.connection.execute(
            select(Volunteer.id).where(Volunteer.id.in_(entry.volunteers))
        ).all()
        if len(found) != len(set(entry.volunteers)):
            raise UserError("同行的人已经不在名册里了，没有保存。请重新选择。")
    # As a workbook gives them: a visit that went out in one and comes in again is the same visit.
    fit = tidied(_draft(entry))
    return {
        **vars(entry),
        "found": fit.found,
        "note": fit.note,
        "staff": staff_by_name(tx, entry.staff),
    }


def address_of(connection: Connection, household: Id) -> Address | None:
    """Return a door's address, None if it is gone."""
    return addresses_of(connection, [household]).get(household)


def addresses_of(connection: Connection, households: Sequence[Id]) -> dict[Id, Address]:
    """Return the addresses of doors by id, without those that are gone."""
    found: dict[Id, Address] = {}
    for some in chunks(list(households)):
        rows = connection.execute(
            select(
                Household.id, Building.estate, Building.number, Building.rural, Household.unit,
                Household.room,
            )
            .join(Building, Household.building == Building.id)
            .where(Household.id.in_(some))
        )  # fmt: skip
        for id_, estate, number, rural, unit, room in rows:
            found[id_] = Address(estate, number, unit or "", room or "", group=rural)
    return found
