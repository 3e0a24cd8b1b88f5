"""Communities, buildings and homes: what is made, found, listed and taken out."""

from collections.abc import Iterator
from typing import Any

import pytest

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.ledger import Ledger
from db.places import (
    AddressDraft,
    Building,
    Household,
    HouseholdDraft,
    change_household,
    communities,
    set_occupancy,
)
from db.places.address import Address, address_of_key, from_parts
from db.places.lists import (
    HouseholdQuery,
    buildings,
    household,
    household_count,
    households,
    like_household,
    rooms_of,
    units,
)
from db.places.making import (
    add_building,
    add_communities,
    add_household,
    community_names,
    make_building,
    order_communities,
    planned_rooms,
    remove_building,
    remove_households,
    rename_community,
)
from db.places.moving import rename_household
from tests.builders import add_community, add_visits, street, visit
from tests.reading import digest, listed, rows_of


def addresses(ledger: Ledger, **asked: Any) -> list[str]:
    return [row.address for row in listed(ledger, **asked)]


@pytest.fixture
def community(ledger: Ledger) -> Id:
    return ledger.write(add_community("第三社区")).value


def test_a_building_is_made_by_floors_and_rooms(ledger: Ledger, community: Id) -> None:
    made = ledger.write(make_building(community, "晨园小区", "3号楼", 2, 18, 3)).value
    assert len(made.doors) == 2 * 18 * 3
    found = addresses(ledger)
    assert found[0] == "晨园小区3号楼1单元101"
    assert found[-1] == "晨园小区3号楼2单元1803"
    assert found.index("晨园小区3号楼1单元901") < found.index("晨园小区3号楼1单元1001")
    with ledger.read() as connection:
        assert units(connection, made.building) == ["1", "2"]
        (line,) = buildings(connection)
    assert (line.label, line.homes) == ("晨园小区3号楼", 108)


def test_what_a_building_lacks_is_left_out() -> None:
    rooms = planned_rooms(2, 5, 2, 2, ["4层", "201", "2-302"])
    assert [r.room for r in rooms if r.unit == "1"] == ["202", "301", "302", "501", "502", "601", "602"]  # fmt: skip
    assert [r.room for r in rooms if r.unit == "2"] == ["202", "301", "501", "502", "601", "602"]
    assert {r.unit for r in planned_rooms(0, 1, 1)} == {""}
    assert {r.unit for r in planned_rooms(3, 1, 1, 1, ["1单元", "3单元"])} == {"2"}


@pytest.mark.parametrize(
    "measures",
    [(1, 0, 1), (1, 1, 0), (31, 1, 1), (1, 99, 1, 2), (30, 60, 3), (1, 5, 2, 1, ["9层"])],
)
def test_measures_no_building_has_are_refused(measures: tuple[Any, ...]) -> None:
    with pytest.raises(UserError):
        planned_rooms(*measures)


def test_doors_that_exist_are_refused_and_none_is_made(ledger: Ledger, community: Id) -> None:
    ledger.write(make_building(community, "晨园", "3", 1, 2, 2))
    before = digest(ledger)
    with pytest.raises(UserError, match="有4户已经在台账里"):
        ledger.write(make_building(community, "晨园小区", "三栋", 2, 2, 2))
    assert digest(ledger) == before
    ledger.write(make_building(community, "晨园", "3幢", 1, 2, 2, first_floor=3))
    with ledger.read() as connection:
        assert [line.homes for line in buildings(connection)] == [8]


def test_communities_are_named_once_and_ordered(ledger: Ledger, community: Id) -> None:
    other = ledger.write(add_community("第 五 社区")).value
    with pytest.raises(UserError, match="已经有"):
        ledger.write(add_community("第五社区居委会"))
    with pytest.raises(UserError, match="已经有"):
        ledger.write(rename_community(other, "第三社区"))
    ledger.write(rename_community(other, "第六社区"))
    ledger.write(order_communities([other, community]))
    with ledger.read() as connection:
        assert [line.name for line in communities(connection)] == ["第六社区", "第三社区"]
    with pytest.raises(UserError, match="增减"):
        ledger.write(order_communities([other]))


def test_several_communities_are_added_at_once_or_none(ledger: Ledger, community: Id) -> None:
    assert community_names("第六社区、第 七 社区，第六社区居委会；") == [
        "第六社区居委会",
        "第 七 社区",
    ]
    ledger.write(add_communities(["第六社区", "第七社区"]))
    with pytest.raises(UserError, match="已经有“第六社区”"):
        ledger.write(add_communities(["第八社区", "第六社区"]))
    with ledger.read() as connection:
        assert [line.name for line in communities(connection)] == [
            "第三社区",
            "第六社区",
            "第七社区",
        ]
    with pytest.raises(UserError, match="太长"):
        community_names("第六社区、" + "长" * 41)


def test_the_rooms_a_building_has_or_had_are_known(ledger: Ledger, community: Id) -> None:
    first, _ = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value.doors
    ledger.write(make_building(community, "晨园", "33", 1, 1, 1, first_floor=9))
    ledger.write(rename_household(first, AddressDraft(whole="晨园3-1-108")))
    with ledger.read() as connection:
        found = rooms_of(connection, community, "晨园/3")
    assert found == {("1", "101"), ("1", "102"), ("1", "108")}


def test_a_home_is_added_by_its_address_in_any_writing(ledger: Ledger, community: Id) -> None:
    whole = AddressDraft(whole="晨园小区3栋二单元401室")
    home = ledger.write(add_household(community, whole, HouseholdDraft(contact=" 仇 霞 "))).value
    with ledger.read() as connection:
        row = household(connection, home)
    assert row is not None
    assert (row.address, row.contact) == ("晨园小区3号楼2单元401", "仇霞")
    for again in (
        AddressDraft(estate="晨园", building="3号楼", unit="2", room="401"),
        AddressDraft(whole="晨园3-2-401"),
    ):
        with pytest.raises(UserError, match="已经在台账里"):
            ledger.write(add_household(community, again, HouseholdDraft()))
    inside = add_household(
        None,
        AddressDraft(room="2-402"),
        HouseholdDraft(phone="138 0013 8000"),
        building=row.building,
    )
    ledger.write(inside)
    assert addresses(ledger) == ["晨园小区3号楼2单元401", "晨园小区3号楼2单元402"]
    assert listed(ledger)[1].phone == "13800138000"


def test_rural_homes_without_a_room_get_a_running_number(ledger: Ledger, community: Id) -> None:
    group = AddressDraft(estate="东沟", group="三组")
    for name in ("甲某", "乙某"):
        ledger.write(add_household(community, group, HouseholdDraft(contact=name)))
    assert addresses(ledger) == ["东沟3组户1", "东沟3组户2"]
    with pytest.raises(UserError, match="要填户主"):
        ledger.write(add_household(community, group, HouseholdDraft()))
    with pytest.raises(UserError, match="要填户主"):
        ledger.write(change_household(listed(ledger)[0].id, HouseholdDraft()))


@pytest.mark.parametrize(
    "draft",
    [
        AddressDraft(whole="不知道哪里"),
        AddressDraft(room="401"),
        AddressDraft(community="没有的社区", whole="晨园3-2-401"),
        AddressDraft(estate="晨/园", building="3", room="401"),
        AddressDraft(estate="长" * 50, building="3", room="401"),
        AddressDraft(),
    ],
)
def test_an_address_that_is_none_is_refused(
    ledger: Ledger, community: Id, draft: AddressDraft
) -> None:
    if draft.room == "401" and not draft.building:
        draft = AddressDraft(room="室")
    with pytest.raises(UserError):
        ledger.write(add_household(community, draft, HouseholdDraft()))


def test_a_likely_double_is_told_while_typing(ledger: Ledger, community: Id) -> None:
    home = ledger.write(
        add_household(
            community,
            AddressDraft(whole="晨园3-2-401"),
            HouseholdDraft(contact="仇霞", phone="13800138000"),
        )
    ).value
    address = AddressDraft(estate="晨园小区", building="3号楼", unit="二单元", room="401室")
    elsewhere = AddressDraft(whole="晨园3-1-101")
    half = AddressDraft(estate="晨园")
    with ledger.read() as connection:
        (same,) = like_household(connection, community, address)
        (named,) = like_household(connection, community, elsewhere, contact="仇霞")
        (phoned,) = like_household(connection, None, half, phone="138-0013-8000")
        assert like_household(connection, community, address, leave=home) == []
        assert like_household(connection, community, half) == []
    assert (same.id, same.same, same.why) == (home, True, "同一地址")
    assert (named.same, named.why) == (False, "同楼同名")
    assert (phoned.same, phoned.why) == (False, "同一电话")


def test_the_list_filters_sorts_and_comes_in_windows(ledger: Ledger) -> None:
    doors = street(ledger, communities=2, homes=12)
    ledger.write(set_occupancy(doors[:3], "empty"))
    ledger.write(change_household(doors[5], HouseholdDraft(contact="欧阳曾", phone="13900139000")))
    assert len(listed(ledger, occupancy="empty")) == 3
    for text in ("欧阳", "ouyang zeng", "oyz", "139001", "晨园 106 欧阳"):
        assert [row.id for row in listed(ledger, text=text)] == [doors[5]], text
    assert listed(ledger, order="contact")[0].id == doors[5]
    assert listed(ledger, order="contact", descending=True)[0].id == doors[5]
    assert addresses(ledger, descending=True) == addresses(ledger)[::-1]
    with ledger.read() as connection:
        query = HouseholdQuery()
        assert household_count(connection, query) == 24
        window = households(connection, query, 20, 10)
    assert [row.id for row in window] == [row.id for row in listed(ledger)][20:]


def test_homes_with_visits_are_not_removed_and_it_says_how_many(
    ledger: Ledger, community: Id
) -> None:
    made = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value
    visited, other = made.doors
    ledger.write(rename_household(other, AddressDraft(whole="晨园3-1-105")))
    add_visits(ledger, [visit(visited), visit(visited, "refused")])
    with pytest.raises(UserError, match="还有2条走访"):
        ledger.write(remove_households([visited, other]))
    with pytest.raises(UserError, match="还有2户"):
        ledger.write(remove_building(made.building))
    before = digest(ledger)
    done = ledger.write(remove_households([other]))
    assert done.value == 1
    assert len(listed(ledger)) == 1
    ledger.undo(done.no)
    assert digest(ledger) == before
    with pytest.raises(UserError, match="不在台账"):
        ledger.write(remove_households([b"0" * 16]))


def test_a_building_is_added_once_and_removed_while_empty(ledger: Ledger, community: Id) -> None:
    made = ledger.write(add_building(community, "东沟", "三组", rural=True)).value
    with pytest.raises(UserError, match="东沟3组已经在台账里"):
        ledger.write(add_building(community, "东沟", "3", rural=True))
    for number in ("", "3单元", "3-2-401"):
        with pytest.raises(UserError):
            ledger.write(add_building(community, "晨园", number))
    with ledger.read() as connection:
        assert [(line.label, line.homes) for line in buildings(connection, community)] == [("东沟3组", 0)]  # fmt: skip
    ledger.write(remove_building(made))
    assert rows_of(ledger, Building, Building.id) == []


def test_an_unfit_entry_is_refused(ledger: Ledger) -> None:
    (door,) = street(ledger, homes=1)
    for draft in (
        HouseholdDraft(occupancy="谁知道"),
        HouseholdDraft(residents=-1),
        HouseholdDraft(note="身份证 110101199003070011"),
    ):
        with pytest.raises(UserError):
            ledger.write(change_household(door, draft))
    with pytest.raises(UserError):
        ledger.write(set_occupancy([door], "谁知道"))


def _keys(ledger: Ledger) -> Iterator[tuple[str, Address]]:
    rows = rows_of(
        ledger, Household, Household.key, Household.unit, Household.room, Household.building,
        Household.id,
    )  # fmt: skip
    for row in rows:
        yield row.key, address_of_key(row.key)


def test_every_key_of_the_sample_reads_back_as_its_address(sample: Ledger) -> None:
    for key, address in _keys(sample):
        assert address.key == key
        again = from_parts(address.estate, address.building, address.unit, address.room, "")
        assert again is not None
        assert again.key == key
