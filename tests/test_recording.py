"""Recording visits: at one door or many, all or nothing, counted as a person counts, undone whole."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.coverage import door_states, without_campaign
from db.kernel import proofs
from db.kernel.access import Role
from db.kernel.errors import AccessDenied, UserError
from db.kernel.history import history
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.people import Staff, Volunteer, staff
from db.visits import Visit, count_visits, met_homes
from db.visits.recording import (
    VisitEntry,
    address_of,
    edit_visit,
    entry_problems,
    record_visits,
    remove_visits,
    visit_entry,
)
from tests.builders import DAY, rows_command, street

ENTRY = VisitEntry(
    DAY, "met", at=1140, staff=("仇霞",), people=2, leaflets=1, topics=("反诈宣传",), note="好"
)
TODAY = date(2026, 3, 23)


def digest(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return proofs.digest(connection)


def visits(ledger: Ledger) -> list[Any]:
    with ledger.read() as connection:
        return list(connection.execute(select(Visit.__table__).order_by(Visit.id)))


def doors_of(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        found = door_states(connection, without_campaign(DAY), DAY)
    return [door.household for door in found] or street(ledger, homes=6)


def test_one_command_records_a_visit_at_each_marked_door(ledger: Ledger) -> None:
    doors = street(ledger, homes=3)
    done = ledger.write(record_visits([*doors, doors[0]], ENTRY, "晨园1号楼1单元101"))
    rows = visits(ledger)
    assert [row.id for row in rows] == sorted(done.value)
    assert {row.household for row in rows} == set(doors)
    assert all((row.at, row.people, row.topics) == (1140, 2, ("反诈宣传",)) for row in rows)
    assert done.touched["visit"] == done.value
    with ledger.read() as connection:
        assert [line.name for line in staff(connection)] == ["仇霞"]
        last = history(connection, 1)[0]
    assert (last.action, last.note) == ("登记走访", "晨园1号楼1单元101等3户 见到人")


def test_one_door_is_named_in_the_history(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    with ledger.read() as connection:
        address = address_of(connection, door)
    assert address is not None
    done = ledger.write(
        record_visits([door], replace(ENTRY, outcome="refused", people=None), address.text)
    )
    assert done.said == "登记走访 晨园1号楼1单元101 拒访"


def test_staff_are_found_by_name_and_those_who_left_are_not_meant(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    stays, left = new_id(), new_id()
    ledger.write(rows_command(Staff, [{"id": stays, "name": "王军"}]))
    ledger.write(rows_command(Staff, [{"id": left, "name": "王军", "until": date(2025, 1, 1)}]))
    ledger.write(record_visits([door], replace(ENTRY, staff=("王 军", " ", "李静", "王军"))))
    (row,) = visits(ledger)
    with ledger.read() as connection:
        names = {line.id: line.name for line in staff(connection)}
    assert row.staff[0] == stays
    assert [names[id_] for id_ in row.staff] == ["王军", "李静"]
    assert sorted(names.values()) == ["李静", "王军", "王军"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"day": TODAY + timedelta(days=1)}, "今天以后"),
        ({"day": date(1949, 10, 1)}, "不合情理"),
        ({"outcome": "nobody"}, "不认识"),
        ({"outcome": ""}, "缺少走访结果"),
        ({"outcome": "not_home"}, "没有见到人，却填了人数"),
        ({"people": -1}, "负数"),
        ({"leaflets": 10_000}, "不合情理"),
        ({"at": 1440}, "时间"),
        ({"found": "身份证 110101199003077578"}, "身份证号码"),
        ({"volunteers": (new_id(),)}, "名册"),
    ],
)
def test_what_may_not_be_stored_is_refused_whole(
    ledger: Ledger, changed: dict[str, Any], said: str
) -> None:
    door = street(ledger, homes=1)[0]
    before = digest(ledger)
    with pytest.raises(UserError, match=said):
        ledger.write(record_visits([door], replace(ENTRY, **changed)))
    assert digest(ledger) == before


def test_a_door_that_is_gone_or_none_at_all_is_refused(ledger: Ledger) -> None:
    doors = street(ledger, homes=2)
    before = digest(ledger)
    for wrong, said in (([*doors, new_id()], "已经不在"), ([], "没有选中")):
        with pytest.raises(UserError, match=said):
            ledger.write(record_visits(wrong, ENTRY))
    assert digest(ledger) == before


def test_an_entry_without_faults_has_no_problems() -> None:
    assert list(entry_problems(ENTRY, TODAY)) == []
    assert list(entry_problems(VisitEntry(TODAY, "phone"), TODAY)) == []


def test_who_only_looks_records_nothing(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    ledger.add_account("查阅", "查阅", Role.READER, "long enough 2026")
    folder = ledger.place.folder
    with (
        Ledger.unlock(folder, "long enough 2026", user="查阅", write=False) as reader,
        pytest.raises(UserError, match="只读打开"),
    ):
        reader.write(record_visits([door], ENTRY))
    assert visits(ledger) == []
    officer, ledger.session = ledger.session, replace(ledger.session, role=Role.READER)
    with pytest.raises(AccessDenied):
        ledger.write(record_visits([door], ENTRY))
    ledger.session = officer
    assert visits(ledger) == []


def test_a_visit_is_read_back_as_it_was_typed_and_can_be_typed_anew(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    ledger.write(rows_command(Staff, [{"id": new_id(), "name": "李静"}]))
    (id_,) = ledger.write(record_visits([door], ENTRY)).value
    before = digest(ledger)
    with ledger.read() as connection:
        assert visit_entry(connection, id_) == ENTRY
        assert visit_entry(connection, new_id()) is None
    other = VisitEntry(DAY - timedelta(days=1), "left_card", staff=("李静", "仇霞"))
    done = ledger.write(edit_visit(id_, other))
    with ledger.read() as connection:
        assert visit_entry(connection, id_) == other
    (row,) = visits(ledger)
    # The ledger this visit came from still finds it by what was replaced.
    assert row.original is not None
    assert row.original["outcome"] == "met"
    ledger.undo(done.no)
    assert digest(ledger) == before
    with pytest.raises(UserError, match="没有保存"):
        ledger.write(edit_visit(id_, replace(ENTRY, outcome="")))
    with pytest.raises(UserError, match="已经不在"):
        ledger.write(edit_visit(new_id(), ENTRY))


def test_removed_visits_come_back_by_undo_and_are_removed_once(ledger: Ledger) -> None:
    doors = street(ledger, homes=2)
    made = ledger.write(record_visits(doors, ENTRY)).value
    before = digest(ledger)
    removed = ledger.write(remove_visits(made))
    assert visits(ledger) == []
    with pytest.raises(UserError, match="已经不在"):
        ledger.write(remove_visits(made))
    ledger.undo(removed.no)
    assert digest(ledger) == before


ENTRIES = st.builds(
    VisitEntry,
    day=st.dates(date(2026, 3, 9), date(2026, 3, 15)),
    outcome=st.sampled_from(["met", "not_home", "refused", "phone", "left_card"]),
    at=st.none() | st.integers(0, 1439),
    staff=st.lists(st.sampled_from(["仇霞", "王军", "李静"]), max_size=2).map(tuple),
    leaflets=st.none() | st.integers(0, 5),
    topics=st.lists(st.sampled_from(["反诈", "消防"]), unique=True, max_size=2).map(tuple),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    evening=st.lists(st.tuples(st.sets(st.integers(0, 5), min_size=1), ENTRIES), max_size=6),
    people=st.integers(1, 4),
)
def test_recorded_visits_change_the_figures_as_a_person_counts_and_undo_restores(
    ledger: Ledger, evening: list[tuple[set[int], VisitEntry]], people: int
) -> None:
    doors = doors_of(ledger)
    before = digest(ledger)
    numbers, met, records, leaflets, seen = [], set(), 0, 0, 0
    for places, one in evening:
        entry = replace(one, people=people) if one.outcome == "met" else one
        numbers.append(ledger.write(record_visits([doors[n] for n in sorted(places)], entry)).no)
        records += len(places)
        leaflets += (entry.leaflets or 0) * len(places)
        if entry.outcome == "met":
            met |= places
            seen += people * len(places)
    week = Period(date(2026, 3, 9), date(2026, 3, 15))
    with ledger.read() as connection:
        found = count_visits(connection, week)
        assert met_homes(connection, week) == len(met)
    assert (found.records, found.households) == (records, len(met))
    assert (found.people, found.leaflets) == (seen, leaflets)
    for number in reversed(numbers):
        ledger.undo(number)
    assert digest(ledger) == before


def test_volunteers_who_came_along_are_kept_with_the_visit(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    with ledger.read() as connection:
        (place,) = connection.execute(
            select(Visit.__table__.metadata.tables["community"].c.id)
        ).scalars()
    person = {"id": new_id(), "community": place, "name": "张燕", "role": "household_leader"}
    ledger.write(rows_command(Volunteer, [person]))
    ledger.write(record_visits([door], replace(ENTRY, volunteers=(person["id"],))))
    (row,) = visits(ledger)
    assert row.volunteers == (person["id"],)


def test_an_edit_that_brings_a_new_colleague_is_undone_whole(ledger: Ledger) -> None:
    (door, *_) = street(ledger)
    (made,) = ledger.write(record_visits([door], VisitEntry(DAY, "met", staff=("王建国",)))).value
    done = ledger.write(edit_visit(made, VisitEntry(DAY, "met", staff=("李晓梅",))))
    ledger.undo(done.no)
    with ledger.read() as connection:
        names = connection.execute(select(Staff.name)).scalars().all()
    assert names == ["王建国"]
