"""Field sheets: a number once, doors in the printed order, typed back in one step that can be undone."""

from datetime import date, datetime, timedelta

import pytest

from db.kernel import proofs
from db.kernel.clock import SetClock
from db.kernel.errors import UserError
from db.kernel.ids import new_id
from db.ledger import Ledger
from db.visits.lists import VisitQuery, visit_rows
from db.visits.recording import VisitEntry, record_visits
from db.visits.sheets import open_sheets, print_sheet, return_sheet, sheet
from tests.builders import add_visits, street, visit

TODAY = date(2026, 3, 23)
MET = VisitEntry(TODAY, "met", people=1, staff=("仇霞",))
MISSED = VisitEntry(TODAY, "not_home", at=1170)


def digest(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


def later(ledger: Ledger, days: int) -> None:
    """Set the ledger's clock some days on."""
    moved = datetime(2026, 3, 23, 8, 30) + timedelta(days=days)  # noqa: DTZ001
    ledger.clock = SetClock(moved)


def test_sheets_are_numbered_one_after_the_other_and_keep_their_order(ledger: Ledger) -> None:
    doors = street(ledger, homes=4)
    printed = [doors[3], doors[1], doors[3]]
    first = ledger.write(print_sheet("晨园1号楼", printed, None)).value
    second = ledger.write(print_sheet("", doors, None)).value
    assert (first.number, second.number) == (1, 2)
    with ledger.read() as connection:
        found = sheet(connection, 1)
        assert sheet(connection, 3) is None
    assert found is not None
    assert [door.label for door in found.doors] == ["晨园1号楼1单元104", "晨园1号楼1单元102"]
    assert [door.community for door in found.doors] == ["第1社区", "第1社区"]
    assert (found.title, found.printed, found.returned) == ("晨园1号楼", TODAY, None)


def test_a_number_is_never_given_twice_though_its_printing_is_undone(ledger: Ledger) -> None:
    doors = street(ledger)
    done = ledger.write(print_sheet("一", doors, None))
    undone = ledger.undo(done.no)
    assert ledger.write(print_sheet("二", doors, None)).value.number == 2
    ledger.undo(undone.no)
    assert ledger.write(print_sheet("三", doors, None)).value.number == 3
    with ledger.read() as connection:
        assert [line.number for line in open_sheets(connection, TODAY)] == [1, 2, 3]


def test_a_sheet_needs_doors_that_are_there(ledger: Ledger) -> None:
    doors = street(ledger)
    for wrong in ([], [*doors, new_id()]):
        with pytest.raises(UserError):
            ledger.write(print_sheet("", wrong, None))


def test_typing_back_writes_the_visits_closes_the_sheet_and_is_undone_whole(
    ledger: Ledger,
) -> None:
    doors = street(ledger)
    made = ledger.write(print_sheet("晚上", doors, None)).value
    before = digest(ledger)
    done = ledger.write(return_sheet(made.number, [(doors[2], MET), (doors[0], MISSED)]))
    with ledger.read() as connection:
        rows = visit_rows(connection, VisitQuery())
        found = sheet(connection, made.number)
        assert open_sheets(connection, TODAY) == []
    assert {row.id: (row.household, row.outcome) for row in rows} == {
        done.value[0]: (doors[2], "met"),
        done.value[1]: (doors[0], "not_home"),
    }
    assert found is not None
    assert found.returned == TODAY
    assert [door.visited for door in found.doors] == [TODAY, None, TODAY, None]
    with pytest.raises(UserError, match="已经登记过"):
        ledger.write(return_sheet(made.number, [(doors[1], MET)]))
    ledger.undo(done.no)
    assert digest(ledger) == before


def test_a_sheet_on_which_nobody_wrote_is_closed_without_visits(ledger: Ledger) -> None:
    made = ledger.write(print_sheet("", street(ledger), None)).value
    assert ledger.write(return_sheet(made.number, [])).value == ()
    with ledger.read() as connection:
        assert open_sheets(connection, TODAY) == []


def test_what_does_not_fit_the_sheet_is_refused_and_nothing_written(ledger: Ledger) -> None:
    doors = street(ledger, homes=4)
    made = ledger.write(print_sheet("", doors[:2], None)).value
    before = digest(ledger)
    tomorrow = VisitEntry(TODAY + timedelta(days=1), "met")
    for number, rows, said in (
        (9, [(doors[0], MET)], "没有第9号"),
        (made.number, [(doors[0], MET), (doors[3], MET)], "不在第1号"),
        (made.number, [(doors[0], MET), (doors[1], tomorrow)], "102：日期在今天以后"),
    ):
        with pytest.raises(UserError, match=said):
            ledger.write(return_sheet(number, rows))
        assert digest(ledger) == before


def test_a_door_already_typed_shows_so_and_visits_before_the_printing_do_not(
    ledger: Ledger,
) -> None:
    doors = street(ledger, homes=2)
    add_visits(ledger, [visit(doors[0])])
    made = ledger.write(print_sheet("", doors, None)).value
    ledger.write(record_visits([doors[1]], MET))
    with ledger.read() as connection:
        found = sheet(connection, made.number)
    assert found is not None
    assert [door.visited for door in found.doors] == [None, TODAY]


def test_sheets_that_never_came_back_are_listed_the_oldest_first_with_their_age(
    ledger: Ledger,
) -> None:
    doors = street(ledger)
    ledger.write(print_sheet("一", doors, None))
    later(ledger, 2)
    ledger.write(print_sheet("二", doors[:1], None))
    with ledger.read() as connection:
        lines = open_sheets(connection, TODAY + timedelta(days=5))
        assert [line.number for line in open_sheets(connection, TODAY)] == [1]
    assert [(line.number, line.doors, line.age) for line in lines] == [(1, 4, 5), (2, 1, 3)]
