"""Coverage by building and by door: the same sums as by community, the states a person would give."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from db.coverage import (
    DoorState,
    building_progress,
    coverage,
    door_states,
    without_campaign,
)
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.places import Building, Community, Household, set_occupancy
from db.places.address import floor_of
from db.progress import by_community
from db.visits import CampaignLine, campaign_on, campaigns
from db.visits.campaigning import CampaignDraft, add_campaign
from tests.builders import DAY, add_visits, rows_command, street, visit

OUTCOMES = ("met", "not_home", "refused", "phone", "left_card")
MONDAY = date(2026, 3, 9)
SUNDAY = date(2026, 3, 22)
SUMMED = ("done", "exhausted_refused", "exhausted_tries", "exhausted_phone", "tried", "untouched")


def counted(doors: list[DoorState]) -> tuple[int, int, int]:
    """Count base, done and exhausted from the states of doors."""
    states = Counter(door.state for door in doors)
    exhausted = sum(n for state, n in states.items() if state.startswith("exhausted"))
    return sum(states[state] for state in SUMMED), states["done"], exhausted


def sums_agree(connection: Connection, campaign: CampaignLine, day: date) -> None:
    """Check that communities, buildings and doors come to the same."""
    by_building = building_progress(connection, campaign, day)
    lines = coverage(connection, campaign, day)
    counted_here = {line.community for line in lines}
    assert not any(b.base for b in by_building if b.community not in counted_here)
    assert by_community(connection, by_building, campaign) == lines
    for line in lines:
        doors = door_states(connection, campaign, day, community=line.community)
        assert counted(doors) == (line.base, line.done, line.exhausted)
        inside = [b for b in by_building if b.community == line.community]
        for part in ("base", "done", "exhausted", "remaining"):
            assert sum(getattr(b, part) for b in inside) == getattr(line, part)
        assert sum(door.left for door in doors) == line.remaining


@pytest.mark.parametrize("day", [date(2026, 3, 1), SUNDAY, date(2026, 5, 1)])
def test_the_samples_doors_come_to_its_coverage(sample: Ledger, day: date) -> None:
    with sample.read() as connection:
        campaign = campaign_on(connection, SUNDAY)
        assert campaign is not None
        sums_agree(connection, campaign, day)
        sums_agree(connection, without_campaign(day), day)
        everything = door_states(connection, campaign, day)
        by_building = [
            door
            for line in building_progress(connection, campaign, day)
            for door in door_states(connection, campaign, day, building=line.building)
        ]
    assert len(everything) == 17_286
    assert sorted(everything) == sorted(by_building)


def test_all_doors_of_the_post_are_one_statement(sample: Ledger) -> None:
    said: list[str] = []
    with sample.read() as connection:
        campaign = without_campaign(SUNDAY)
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
        door_states(connection, campaign, SUNDAY)
    assert sum(text.startswith("SELECT") for text in said) == 1


def test_the_samples_buildings_stand_in_natural_order(sample: Ledger) -> None:
    with sample.read() as connection:
        lines = building_progress(connection, without_campaign(SUNDAY), SUNDAY)
    first = [line.label for line in lines if line.community == lines[0].community]
    estate = [label for label in first if label.startswith("晨园")]
    assert estate[:3] == ["晨园1号楼", "晨园2号楼", "晨园3号楼"]
    assert estate.index("晨园9号楼") < estate.index("晨园10号楼")
    names = [line.community_name for line in lines]
    assert list(dict.fromkeys(names))[:2] == ["第六社区", "第七社区"]


def naive(rows: list[dict[str, Any]], campaign: CampaignLine, day: date) -> tuple[Any, ...]:
    """Tell state, tries, last day and last outcome of a lived-in door as a person would."""
    inside = [r for r in rows if campaign.start <= r["day"] <= min(day, campaign.end)]
    outcomes = [r["outcome"] for r in inside]
    tries = outcomes.count("not_home") + outcomes.count("left_card")
    if not inside:
        return "untouched", 0, None
    last = max(r["day"] for r in inside)
    if "met" in outcomes:
        return "done", tries, last
    if campaign.refusal_closes and "refused" in outcomes:
        return "exhausted_refused", tries, last
    if tries >= campaign.tries:
        return "exhausted_tries", tries, last
    if campaign.phone_closes and "phone" in outcomes:
        return "exhausted_phone", tries, last
    return "tried", tries, last


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tries=st.lists(
        st.tuples(st.integers(0, 7), st.sampled_from(OUTCOMES), st.integers(-3, 10)), max_size=30
    ),
    outside=st.dictionaries(st.integers(0, 7), st.sampled_from(["empty", "invalid", "shop"])),
    scope=st.sets(st.integers(0, 1), max_size=1),
    limit=st.integers(1, 4),
    rules=st.tuples(st.booleans(), st.booleans()),
    until=st.integers(0, 10),
)
def test_states_of_random_doors_are_what_a_person_would_say(
    ledger: Ledger,
    tries: list[tuple[int, str, int]],
    outside: dict[int, str],
    scope: set[int],
    limit: int,
    rules: tuple[bool, bool],
    until: int,
) -> None:
    doors, places = homes(ledger)
    rows = [visit(doors[d], outcome, MONDAY + timedelta(days=n)) for d, outcome, n in tries]
    undo = [add_visits(ledger, rows)] if rows else []
    undo += [ledger.write(set_occupancy([doors[d]], how)).no for d, how in outside.items()]
    name = f"任务{new_id().hex()}"
    draft = CampaignDraft(
        name, MONDAY, MONDAY + timedelta(days=7), communities=tuple(places[n] for n in scope),
        tries=limit, refusal_closes=rules[0], phone_closes=rules[1],
    )  # fmt: skip
    undo.append(ledger.write(add_campaign(draft)).no)
    day = MONDAY + timedelta(days=until)
    with ledger.read() as connection:
        campaign = next(c for c in campaigns(connection) if c.name == name)
        sums_agree(connection, campaign, day)
        found = {door.household: door for door in door_states(connection, campaign, day)}
        some = door_states(connection, campaign, day, doors=doors[:3])
    assert {door.household: door for door in some} == {d: found[d] for d in doors[:3]}
    for n, door in enumerate(doors):
        mine = [row for row in rows if row["household"] == door]
        state, count, last = naive(mine, campaign, day)
        if outside.get(n) in ("empty", "invalid") or (scope and n // 4 not in scope):
            state = "outside"
        assert (found[door].state, found[door].tries, found[door].last_day) == (state, count, last)
        same_day = {row["outcome"] for row in mine if row["day"] == last}
        assert found[door].last_outcome in (same_day or {None})
    for number in reversed(undo):
        ledger.undo(number)


def homes(ledger: Ledger) -> tuple[list[Id], list[Id]]:
    """Return eight doors in two communities, four in each, and the communities; made once."""
    with ledger.read() as connection:
        lines = coverage(connection, without_campaign(DAY), DAY)
        if not lines:
            street(ledger, communities=2)
            return homes(ledger)
        places = [line.community for line in lines]
        doors = [
            door.household
            for place in places
            for door in door_states(connection, without_campaign(DAY), DAY, community=place)
        ]
    return doors, places


def test_the_last_visit_of_a_day_is_the_one_of_the_latest_hour(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    add_visits(ledger, [visit(door, "not_home", at=1140), visit(door, "refused", at=540)])
    with ledger.read() as connection:
        (state,) = door_states(connection, without_campaign(DAY), DAY)
    assert (state.last_day, state.last_outcome) == (DAY, "not_home")


def test_doors_of_a_building_are_walked_unit_by_unit_from_the_ground_up(ledger: Ledger) -> None:
    community, building = new_id(), new_id()
    ledger.write(rows_command(Community, [{"id": community, "name": "一", "key": "一", "rank": 1}]))
    place = {"id": building, "community": community, "estate": "晨园", "number": "1"}
    ledger.write(rows_command(Building, [{**place, "rural": False, "key": "晨园/1"}]))
    written = ["10-101", "2-1203", "2-401A", "2-401", "2-402", "2-302"]
    rows = [
        {
            "id": new_id(), "community": community, "building": building, "unit": unit,
            "room": room, "key": f"晨园/1/{unit}/{room}", "occupancy": "occupied",
        }
        for unit, room in (address.split("-") for address in written)
    ]  # fmt: skip
    ledger.write(rows_command(Household, rows))
    with ledger.read() as connection:
        found = door_states(connection, without_campaign(DAY), DAY, building=building)
    walked = [f"{door.unit}-{door.label}" for door in found]
    assert walked == ["2-302", "2-401", "2-401A", "2-402", "2-1203", "10-101"]
    assert [door.floor for door in found] == [3, 4, 4, 4, 12, 1]


def test_a_group_of_a_village_is_named_so_and_its_homes_by_name(ledger: Ledger) -> None:
    community, building = new_id(), new_id()
    ledger.write(
        rows_command(Community, [{"id": community, "name": "青山村", "key": "青山", "rank": 1}])
    )
    place = {"id": building, "community": community, "estate": "青山村", "number": "2"}
    ledger.write(rows_command(Building, [{**place, "rural": True, "key": "青山村/2组"}]))
    home = {"id": new_id(), "community": community, "building": building, "contact": "钟大明"}
    ledger.write(
        rows_command(Household, [{**home, "key": "青山村/2组//户1", "occupancy": "occupied"}])
    )
    with ledger.read() as connection:
        (line,) = building_progress(connection, without_campaign(DAY), DAY)
        (door,) = door_states(connection, without_campaign(DAY), DAY)
    assert line.label == "青山村2组"
    assert (door.label, door.unit, door.room, door.floor) == ("钟大明", "", "", None)


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("401", 4), ("1203", 12), ("0302", 3), ("401A", 4), ("12", None), ("", None),
        ("A401", None), ("0001", None), ("12345", None),
    ],
)  # fmt: skip
def test_a_room_tells_its_floor(room: str, floor: int | None) -> None:
    assert floor_of(room) == floor
