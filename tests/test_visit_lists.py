"""The list of visits: every filter as a person would pick, every window a slice of the whole."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from db.coverage import door_states, without_campaign
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period, Week
from db.ledger import Ledger
from db.people import Staff
from db.places import HouseholdDraft, change_household
from db.visits import count_visits
from db.visits.lists import (
    VisitQuery,
    VisitRow,
    topics_used,
    visit_days,
    visit_rows,
    visit_totals,
    visits_of,
)
from tests.builders import DAY, add_visits, rows_command, street, visit

MONDAY = date(2026, 3, 9)


def doors_of(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        found = door_states(connection, without_campaign(DAY), DAY)
    return [door.household for door in found] or street(ledger, communities=2, homes=3)


def staff_of(ledger: Ledger) -> list[Id]:
    with ledger.read() as connection:
        known = list(connection.execute(select(Staff.id).order_by(Staff.id)).scalars())
    if known:
        return known
    rows = [{"id": new_id(), "name": name} for name in ("仇霞", "王军")]
    ledger.write(rows_command(Staff, rows))
    return [row["id"] for row in rows]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    made=st.lists(
        st.fixed_dictionaries(
            {
                "door": st.integers(0, 5),
                "day": st.integers(0, 6),
                "outcome": st.sampled_from(["met", "not_home", "refused"]),
                "at": st.none() | st.integers(0, 1439),
                "people": st.none() | st.integers(0, 5),
                "leaflets": st.none() | st.integers(0, 5),
                "staff": st.sets(st.integers(0, 1)),
                "topics": st.sets(st.sampled_from(["反诈", "消防"])),
                "found": st.none() | st.just("楼道堆物"),
            }
        ),
        max_size=25,
    ),
    asked=st.fixed_dictionaries(
        {},
        optional={
            "period": st.tuples(st.integers(0, 6), st.integers(0, 3)),
            "place": st.integers(0, 1),
            "by": st.sampled_from(["community", "building"]),
            "household": st.integers(0, 5),
            "outcome": st.sampled_from(["met", "refused"]),
            "staff": st.integers(0, 1),
            "topic": st.sampled_from(["反诈", "消防"]),
            "found_only": st.booleans(),
        },
    ),
    order=st.sampled_from(["day", "door", "outcome", "people", "leaflets"]),
    descending=st.booleans(),
    step=st.integers(1, 7),
)
def test_any_query_is_what_a_person_would_pick_and_windows_are_its_slices(
    ledger: Ledger,
    made: list[dict[str, Any]],
    asked: dict[str, Any],
    order: Any,
    descending: bool,  # noqa: FBT001
    step: int,
) -> None:
    doors, people = doors_of(ledger), staff_of(ledger)
    rows = [
        visit(
            doors[one["door"]], one["outcome"], MONDAY + timedelta(days=one["day"]), at=one["at"],
            people=one["people"], leaflets=one["leaflets"], found=one["found"],
            staff=tuple(people[n] for n in sorted(one["staff"])),
            topics=tuple(sorted(one["topics"])),
        )
        for one in made
    ]  # fmt: skip
    added = add_visits(ledger, rows) if rows else None
    with ledger.read() as connection:
        states = door_states(connection, without_campaign(DAY), DAY)
        building = {door.household: door.building for door in states}
        names = list(dict.fromkeys(building[door] for door in doors))
        query, wanted = _query(asked, doors, people, names, order, descending)
        days = visit_days(connection, query)
        totals = visit_totals(connection, query)
        whole = visit_rows(connection, query, 0, 1000)
        windows = [
            row
            for at in range(0, len(rows) + 1, step)
            for row in visit_rows(connection, query, at, step, days)
        ]
        beyond = visit_rows(connection, query, len(rows), 10)
    picked = [row for row in rows if all(test(row, building) for test in wanted)]
    assert {row.id for row in whole} == {row["id"] for row in picked}
    assert windows == whole
    assert beyond == []
    assert totals.records == sum(day.records for day in days) == len(picked) == len(whole)
    assert totals.by_day == days
    met = {row["household"] for row in picked if row["outcome"] == "met"}
    assert totals.households == len(met)
    assert totals.people == sum(row["people"] or 0 for row in picked)
    assert totals.leaflets == sum(row["leaflets"] or 0 for row in picked)
    _check_order(whole, order, descending=descending)
    if added:
        ledger.undo(added)


def _query(
    asked: dict[str, Any],
    doors: list[Id],
    people: list[Id],
    buildings: list[Id],
    order: Any,
    descending: bool,  # noqa: FBT001
) -> tuple[VisitQuery, list[Any]]:
    given: dict[str, Any] = {}
    wanted: list[Any] = []
    if "period" in asked:
        start = MONDAY + timedelta(days=asked["period"][0])
        period = given["period"] = Period(start, start + timedelta(days=asked["period"][1]))
        wanted.append(lambda row, _: row["day"] in period)
    if "place" in asked:
        place = buildings[asked["place"]]
        given["building"] = place
        wanted.append(lambda row, building: building[row["household"]] == place)
    if "household" in asked:
        door = given["household"] = doors[asked["household"]]
        wanted.append(lambda row, _: row["household"] == door)
    if "outcome" in asked:
        given["outcome"] = asked["outcome"]
        wanted.append(lambda row, _: row["outcome"] == asked["outcome"])
    if "staff" in asked:
        who = given["staff"] = people[asked["staff"]]
        wanted.append(lambda row, _: who in row["staff"])
    if "topic" in asked:
        given["topic"] = asked["topic"]
        wanted.append(lambda row, _: asked["topic"] in row["topics"])
    if asked.get("found_only"):
        given["found_only"] = True
        wanted.append(lambda row, _: row["found"])
    return VisitQuery(**given, order=order, descending=descending), wanted


def _check_order(rows: list[VisitRow], order: str, *, descending: bool) -> None:
    if order == "day":
        keys: list[Any] = [(row.day, -1 if row.at is None else row.at, row.id) for row in rows]
    elif order == "door":
        keys = [(row.community, row.address) for row in rows]
    else:
        known = [getattr(row, order) for row in rows]
        keys = [value for value in known if value is not None]
        assert known[: len(keys)] == keys  # what is empty stands last
    assert keys == sorted(keys, reverse=descending)


def test_a_row_says_all_of_a_visit_in_words(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    who = staff_of(ledger)
    made = visit(
        door, at=1140, people=2, leaflets=1, topics=("反诈",), staff=(who[1], who[0]), found="堆物"
    )
    add_visits(ledger, [made])
    with ledger.read() as connection:
        (row,) = visits_of(connection, door)
        assert topics_used(connection) == ["反诈"]
    assert (row.community, row.address) == ("第1社区", "晨园1号楼1单元101")
    assert (row.outcome_name, row.staff, row.topics) == ("见到人", ("王军", "仇霞"), ("反诈",))
    assert (row.at, row.people, row.leaflets, row.found) == (1140, 2, 1, "堆物")


def test_text_finds_the_visits_of_homes_by_name_pinyin_telephone_and_address(
    ledger: Ledger,
) -> None:
    doors = street(ledger, homes=2)
    draft = HouseholdDraft(contact="仇霞", phone="13812345678")
    ledger.write(change_household(doors[0], draft))
    add_visits(ledger, [visit(doors[0]), visit(doors[1])])
    for text, count in (
        ("仇霞", 1), ("qiuxia", 1), ("qx 1381", 1), ("晨园 101", 1), ("晨园", 2), ("没有", 0), (" ", 2),
    ):  # fmt: skip
        with ledger.read() as connection:
            assert visit_totals(connection, VisitQuery(text=text)).records == count, text


@pytest.mark.parametrize("number", [10, 11, 12])
def test_the_samples_totals_are_the_weeks_figures(sample: Ledger, number: int) -> None:
    period = Week(2026, number).period
    with sample.read() as connection:
        found = visit_totals(connection, VisitQuery(period=period))
        figures = count_visits(connection, period)
    assert found[:4] == (figures.records, figures.households, figures.people, figures.leaflets)


def test_a_far_window_reads_none_of_the_rows_before_it(ledger: Ledger) -> None:
    """An OFFSET over ten years of visits would crawl: the window's own days are asked for."""
    door = street(ledger, homes=1)[0]
    days = [MONDAY - timedelta(days=n) for n in range(300)]
    add_visits(ledger, [visit(door, "met", day) for day in days])
    given: list[tuple[Any, ...]] = []
    with ledger.read() as connection:
        counts = visit_days(connection, VisitQuery())
        event.listen(connection, "before_cursor_execute", lambda *said: given.append(said[3]))
        rows = visit_rows(connection, VisitQuery(), 290, 5, counts)
    assert [row.day for row in rows] == days[290:295]
    start, end = (day.isoformat() for day in (days[294], days[290]))
    assert given[0] == (start, end, -1, 5, 0)
