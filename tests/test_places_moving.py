"""Homes that change what they are: an old workbook still finds them, and undo brings them back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.ledger import Ledger
from db.places import (
    AddressDraft,
    HouseholdAlias,
    HouseholdDraft,
    change_household,
)
from db.places.lists import (
    former_addresses,
)
from db.places.making import (
    add_household,
    make_building,
    remove_households,
)
from db.places.moving import (
    Hanging,
    merge_households,
    rename_building,
    rename_household,
    split_household,
    what_hangs,
)
from db.visits import Visit
from db.visits.sheets import FieldSheet, print_sheet
from tests.builders import add_community, add_visits, visit
from tests.imports.books import HOMES, book, bring_in, counts, home
from tests.reading import digest, listed, rows_of


@pytest.fixture
def community(ledger: Ledger) -> Id:
    return ledger.write(add_community("第三社区")).value


def test_a_renamed_home_is_still_found_by_its_old_address(ledger: Ledger, community: Id) -> None:
    made = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value
    first, second = made.doors
    before = digest(ledger)
    done = ledger.write(rename_household(first, AddressDraft(whole="晨园3-1-108")))
    with ledger.read() as connection:
        assert former_addresses(connection, first) == ["晨园3号楼1单元101"]
    with pytest.raises(UserError, match="曾用地址"):
        ledger.write(add_household(community, AddressDraft(whole="晨园3-1-101"), HouseholdDraft()))
    with pytest.raises(UserError, match="已经在台账里"):
        ledger.write(rename_household(second, AddressDraft(whole="晨园3-1-108")))
    with pytest.raises(UserError, match="曾用地址"):
        ledger.write(rename_household(second, AddressDraft(whole="晨园3-1-101")))
    with pytest.raises(UserError, match="一样"):
        ledger.write(rename_household(first, AddressDraft(whole="晨园3号楼1单元108室")))
    back = ledger.write(rename_household(first, AddressDraft(whole="晨园3-1-101")))
    with ledger.read() as connection:
        assert former_addresses(connection, first) == ["晨园3号楼1单元108"]
    ledger.undo(back.no)
    ledger.undo(done.no)
    assert digest(ledger) == before


def test_a_home_can_move_to_another_community(ledger: Ledger, community: Id) -> None:
    other = ledger.write(add_community("第五社区")).value
    door = ledger.write(make_building(community, "晨园", "3", 1, 1, 1)).value.doors[0]
    ledger.write(rename_household(door, AddressDraft(community="第五社区", whole="东苑9-1-101")))
    (row,) = listed(ledger)
    assert (row.community, row.address) == (other, "东苑9号楼1单元101")


def test_merging_moves_everything_that_hangs_on_the_home(ledger: Ledger, community: Id) -> None:
    keep, gone = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value.doors
    ledger.write(rename_household(gone, AddressDraft(whole="晨园3-1-109")))
    ledger.write(
        change_household(gone, HouseholdDraft(contact="乙", phone="13800138000", residents=3))
    )
    add_visits(ledger, [visit(gone), visit(gone, "refused"), visit(keep)])
    before = digest(ledger)
    done = ledger.write(merge_households(keep, gone))
    assert done.value == 2
    assert {row.household for row in rows_of(ledger, Visit, Visit.household)} == {keep}
    (left,) = listed(ledger)
    assert (left.contact, left.phone, left.residents) == ("乙", "13800138000", 3)
    keys = {row.key for row in rows_of(ledger, HouseholdAlias, HouseholdAlias.key)}
    assert keys == {"晨园/3/1/102", "晨园/3/1/109"}
    ledger.undo(done.no)
    assert digest(ledger) == before
    with pytest.raises(UserError, match="同一户"):
        ledger.write(merge_households(keep, keep))


def test_merging_never_gives_one_persons_telephone_to_another(
    ledger: Ledger, community: Id
) -> None:
    keep, gone = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value.doors
    ledger.write(change_household(keep, HouseholdDraft(contact="甲")))
    ledger.write(change_household(gone, HouseholdDraft(contact="乙", phone="13800138000")))
    ledger.write(merge_households(keep, gone))
    (left,) = listed(ledger)
    assert (left.contact, left.phone) == ("甲", None)


def test_a_field_sheet_names_the_kept_home_after_a_merge(ledger: Ledger, community: Id) -> None:
    doors = ledger.write(make_building(community, "晨园", "3", 1, 1, 3)).value.doors
    ledger.write(print_sheet("晨园3号楼", doors, None))
    before = digest(ledger)
    done = ledger.write(merge_households(doors[0], doors[2]))
    with ledger.read() as connection:
        named = connection.execute(select(FieldSheet.doors)).scalar_one()
    assert named == doors[:2]
    ledger.undo(done.no)
    assert digest(ledger) == before
    ledger.write(remove_households([doors[1]]))
    with ledger.read() as connection:
        assert connection.execute(select(FieldSheet.doors)).scalar_one() == (doors[0], doors[2])


def test_a_split_leaves_the_old_door_invalid_with_its_visits(ledger: Ledger, community: Id) -> None:
    (door,) = ledger.write(make_building(community, "晨园", "3", 1, 1, 1)).value.doors
    add_visits(ledger, [visit(door)])
    new = ledger.write(split_household(door, ["101A", "101B室"])).value
    by_id = {row.id: row for row in listed(ledger)}
    assert [by_id[n].address for n in new] == ["晨园3号楼1单元101A", "晨园3号楼1单元101B"]
    assert by_id[door].occupancy == "invalid"
    assert [row.household for row in rows_of(ledger, Visit, Visit.household)] == [door]
    for rooms in (["101A", "101C"], ["102"], ["103", "103室"], ["101", "104"], ["", "105"]):
        with pytest.raises(UserError):
            ledger.write(split_household(door, rooms))


def test_an_old_workbook_finds_homes_renamed_and_merged(ledger: Ledger, tmp_path: Path) -> None:
    old = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101), home(102), home(103)])
    bring_in(ledger, old)
    first, second, third = (row.id for row in listed(ledger))
    ledger.write(
        rename_household(first, AddressDraft(room="108"), building=listed(ledger)[0].building)
    )
    ledger.write(merge_households(second, third))
    made = bring_in(ledger, old)
    added, _, _, duplicate, rejected = counts(made)["households"]
    assert (added, duplicate, rejected) == (0, 1, 0)
    assert len(listed(ledger)) == 2


def test_a_room_a_workbook_wrote_with_a_stroke_is_listed(ledger: Ledger, tmp_path: Path) -> None:
    bring_in(ledger, book(tmp_path / "1.xlsx", 台账=[HOMES, home("401/402")]))
    (door,) = listed(ledger)
    to = AddressDraft(unit="1", room="401")
    ledger.write(rename_household(door.id, to, building=door.building))
    with ledger.read() as connection:
        assert former_addresses(connection, door.id) == [door.address]


def test_a_renumbered_building_takes_its_homes_along(
    ledger: Ledger, community: Id, tmp_path: Path
) -> None:
    old = book(tmp_path / "1.xlsx", 台账=[HOMES, home(101), home(102), home("103")])
    bring_in(ledger, old)
    rows = listed(ledger)
    before = digest(ledger)
    done = ledger.write(rename_building(rows[0].building, "晨光", "三栋"))
    assert done.value == 3
    assert [row.address for row in listed(ledger)] == [
        f"晨光3号楼1单元{room}" for room in (101, 102, 103)
    ]
    with ledger.read() as connection:
        assert former_addresses(connection, rows[0].id) == [rows[0].address]
    more = book(tmp_path / "2.xlsx", 台账=[HOMES, home(101), home(109)])
    assert counts(bring_in(ledger, more))["households"][:3] == (1, 0, 1)
    assert {row.building for row in listed(ledger)} == {rows[0].building}
    ledger.undo(done.no + 1)
    ledger.undo(done.no)
    assert digest(ledger) == before


def test_a_building_gets_its_old_number_back(ledger: Ledger, community: Id) -> None:
    made = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value
    for number in ("5", "3"):
        ledger.write(rename_building(made.building, "晨园", number))
    with ledger.read() as connection:
        assert former_addresses(connection, made.doors[0]) == ["晨园5号楼1单元101"]
    assert ledger.write(rename_building(made.building, "晨园小区", "3")).value == 0
    with pytest.raises(UserError, match="一样"):
        ledger.write(rename_building(made.building, "晨园小区", "3"))


def test_a_building_never_takes_what_another_has_or_had(ledger: Ledger, community: Id) -> None:
    third = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value
    fifth = ledger.write(make_building(community, "晨园", "5", 1, 1, 2)).value
    with pytest.raises(UserError, match="晨园5号楼已经在台账里"):
        ledger.write(rename_building(third.building, "晨园", "5"))
    ledger.write(rename_building(fifth.building, "晨园", "7"))
    before = digest(ledger)
    with pytest.raises(UserError, match="有2户的新地址是另一户的曾用地址"):
        ledger.write(rename_building(third.building, "晨园", "5"))
    assert digest(ledger) == before
    with pytest.raises(UserError, match="看不懂"):
        ledger.write(rename_building(third.building, "晨园", "3单元"))


def test_what_hangs_on_a_home_is_counted_as_a_merge_moves_it(ledger: Ledger, community: Id) -> None:
    keep, gone = ledger.write(make_building(community, "晨园", "3", 1, 1, 2)).value.doors
    add_visits(ledger, [visit(gone), visit(gone, "refused"), visit(keep)])
    ledger.write(print_sheet("晨园3号楼", [gone], None))
    ledger.write(rename_household(gone, AddressDraft(whole="晨园3-1-109")))
    with ledger.read() as connection:
        hanging = what_hangs(connection, gone)
    assert hanging == Hanging(visits=2, others=1)
    assert ledger.write(merge_households(keep, gone)).value == sum(hanging)
