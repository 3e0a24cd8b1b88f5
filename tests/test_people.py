"""Volunteers and staff: who is listed, who is entered twice, who answers for which homes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db.disputes import Conclusion, Dispute, FollowUp
from db.disputes.handover import open_matters, staff_leaves
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.people import Staff, VolunteerDraft
from db.people.answering import (
    NOBODY,
    UnitLine,
    homes_of,
    share_evenly,
    share_out,
    shared,
    who_answers,
)
from db.people.colleagues import (
    StaffDraft,
    add_staff,
    change_staff,
    former_staff_names,
    staff_returns,
    staff_rows,
)
from db.people.lists import (
    VolunteerQuery,
    VolunteerRow,
    like_volunteer,
    volunteer,
    volunteer_count,
    volunteers,
)
from db.people.roster import (
    VolunteerPlace,
    add_volunteer,
    change_volunteer,
    leave_volunteers,
    remove_volunteer,
)
from db.places import AddressDraft, HouseholdDraft, communities, set_occupancy
from db.places.making import add_building, add_household, make_building
from db.trainings import Attendance, Training
from tests.builders import add_community, add_visits, rows_command, street, visit

TODAY = date(2026, 3, 23)


@pytest.fixture
def community(ledger: Ledger) -> Id:
    return ledger.write(add_community("第三社区")).value


@pytest.fixture
def building(ledger: Ledger, community: Id) -> Id:
    """Two units of eleven homes each, four floors."""
    made = make_building(community, "晨园", "3", 2, 4, 3, leave_out=["1-103", "2-401"])
    return ledger.write(made).value.building


def join(ledger: Ledger, community: Id, name: str, **more: Any) -> Id:
    place = VolunteerPlace(community, more.pop("building", None), more.pop("unit", None))
    return ledger.write(add_volunteer(place, VolunteerDraft(name=name, **more))).value


def lines(ledger: Ledger, day: date = TODAY) -> dict[str | None, UnitLine]:
    with ledger.read() as connection:
        return {line.unit: line for line in who_answers(connection, day)}


def listed(ledger: Ledger, **asked: Any) -> list[VolunteerRow]:
    with ledger.read() as connection:
        return volunteers(connection, VolunteerQuery(**asked))


def test_a_unit_is_shared_out_by_hand_and_evenly_again(
    ledger: Ledger, community: Id, building: Id
) -> None:
    first = join(ledger, community, "仇霞", building=building, unit="1单元")
    second = join(ledger, community, "王芳", building=building, unit="1单元")
    evenly = lines(ledger)["1"]
    assert [len(one.homes) for one in evenly.leaders] == [6, 5]
    assert (evenly.by_hand, evenly.left) == (False, 0)
    moved = evenly.leaders[0].homes[:2]
    ledger.write(share_out(evenly, moved, second))
    ledger.write(share_out(lines(ledger)["1"], evenly.leaders[1].homes[:1], None))
    found = lines(ledger)["1"]
    assert [(one.volunteer, len(one.homes)) for one in found.leaders] == [(first, 4), (second, 6)]
    assert (found.by_hand, found.left) == (True, 1)
    with ledger.read() as connection:
        assert {home.household for home in homes_of(connection, second, TODAY)} >= set(moved)
    with pytest.raises(UserError, match="已经变了"):
        ledger.write(share_out(found, moved, community))
    ledger.write(share_evenly(found))
    assert lines(ledger)["1"] == evenly


def test_a_unit_of_which_nobody_would_keep_a_home_is_not_shared_out(
    ledger: Ledger, community: Id, building: Id
) -> None:
    # It would go evenly again at once, and the screen had said that nobody has these homes.
    only = join(ledger, community, "仇霞", building=building, unit="1")
    whole = lines(ledger)["1"]
    (mine,) = whole.leaders
    with pytest.raises(UserError, match="一户也没有人负责"):
        ledger.write(share_out(whole, mine.homes, None))
    ledger.write(share_out(whole, mine.homes[1:], None))
    found = lines(ledger)["1"]
    assert [(one.volunteer, one.homes) for one in found.leaders] == [(only, mine.homes[:1])]
    assert (found.by_hand, found.left) == (True, 10)


def test_a_building_and_a_group_of_one_number_are_shared_out_apart(
    ledger: Ledger, community: Id
) -> None:
    made = ledger.write(make_building(community, "", "3", 0, 3, 2)).value
    group = ledger.write(add_building(community, "", "3", rural=True)).value
    for room in ("102", "201", "202", "301"):
        ledger.write(
            add_household(community, AddressDraft(room=room), HouseholdDraft(), building=group)
        )
    join(ledger, community, "仇霞", building=made.building)
    join(ledger, community, "王芳", building=made.building)
    with ledger.read() as connection:
        found = who_answers(connection, TODAY)
    assert [(unit.label, unit.homes, unit.left) for unit in found] == [
        ("3号楼", 6, 0),
        ("3组", 4, 4),
    ]
    assert [one.span for one in found[0].leaders] == ["101至201", "202至302"]


def test_what_a_leader_of_the_whole_building_has_elsewhere_stays(
    ledger: Ledger, community: Id, building: Id
) -> None:
    first = join(ledger, community, "仇霞", building=building)
    second = join(ledger, community, "王芳", building=building)
    before = lines(ledger)
    ledger.write(share_out(before["1"], before["1"].leaders[0].homes, second))
    ledger.write(share_out(lines(ledger)["2"], before["2"].leaders[-1].homes[:3], first))
    found = lines(ledger)
    assert found["1"].who == "王芳"
    assert {one.volunteer: len(one.homes) for one in found["2"].leaders}[first] == 3


def test_a_unit_nobody_answers_for_is_shown(ledger: Ledger, community: Id, building: Id) -> None:
    leader = join(ledger, community, "仇霞", building=building, unit="2单元")
    found = lines(ledger)
    assert (found["1"].who, found["1"].homes, found["1"].label) == (NOBODY, 11, "晨园3号楼1单元")
    assert found["2"].who == "仇霞"
    with ledger.read() as connection:
        mine = homes_of(connection, leader, TODAY)
    assert len(mine) == 11
    assert (mine[0].address, mine[-1].address) == ("晨园3号楼2单元101", "晨园3号楼2单元403")


def test_two_of_a_unit_share_its_homes_by_room(ledger: Ledger, community: Id, building: Id) -> None:
    first = join(ledger, community, "仇霞", building=building, unit="1")
    second = join(ledger, community, "单雄", building=building, unit="1")
    (one, two) = lines(ledger)["1"].leaders
    assert (one.volunteer, len(one.homes), one.span) == (first, 6, "101至301")
    assert (two.volunteer, len(two.homes), two.span) == (second, 5, "302至403")
    with ledger.read() as connection:
        assert {h.household for h in homes_of(connection, second, TODAY)} == set(two.homes)


def test_a_leader_of_the_building_has_the_units_nobody_else_has(
    ledger: Ledger, community: Id, building: Id
) -> None:
    whole = join(ledger, community, "仇霞", building=building)
    assert {line.who for line in lines(ledger).values()} == {"仇霞"}
    join(ledger, community, "单雄", building=building, unit="1")
    assert [lines(ledger)[unit].who for unit in ("1", "2")] == ["单雄", "仇霞"]
    with ledger.read() as connection:
        assert len(homes_of(connection, whole, TODAY)) == 11


def test_only_those_in_service_and_only_leaders_answer(
    ledger: Ledger, community: Id, building: Id
) -> None:
    leader = join(ledger, community, "仇霞", building=building, unit="1", since=date(2026, 1, 5))
    join(ledger, community, "保安甲", building=building, unit="1", role="guard")
    ledger.write(leave_volunteers((leader,), date(2026, 3, 20)))
    assert lines(ledger, date(2026, 3, 20))["1"].who == "仇霞"
    assert lines(ledger, date(2026, 3, 21))["1"].who == NOBODY
    assert lines(ledger, date(2026, 1, 4))["1"].who == NOBODY
    with ledger.read() as connection:
        assert homes_of(connection, leader, TODAY) == []
        assert homes_of(connection, new_id(), TODAY) == []


def test_invalid_doors_are_nobodys(ledger: Ledger, community: Id, building: Id) -> None:
    join(ledger, community, "仇霞", building=building, unit="1")
    (leader,) = lines(ledger)["1"].leaders
    ledger.write(set_occupancy(leader.homes[:2], "invalid"))
    ledger.write(set_occupancy(leader.homes[2:4], "empty"))
    assert lines(ledger)["1"].homes == 9


@given(st.integers(0, 200), st.integers(1, 12))
def test_homes_are_shared_evenly_and_each_once(homes: int, people: int) -> None:
    parts = shared(homes, people)
    assert [n for part in parts for n in part] == list(range(homes))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert [len(part) for part in parts] == sorted(map(len, parts), reverse=True)


def test_every_home_of_the_sample_is_somebodys_once(sample: Ledger) -> None:
    with sample.read() as connection:
        units = who_answers(connection, TODAY)
    for line in units:
        homes = [home for leader in line.leaders for home in leader.homes]
        assert len(homes) == len(set(homes)) == (line.homes if line.leaders else 0)
    assert sum(line.homes for line in units) == 17_286


def test_the_roster_is_asked_by_place_role_occupation_and_day(
    ledger: Ledger, community: Id, building: Id
) -> None:
    other = ledger.write(add_community("第五社区")).value
    join(ledger, community, "仇霞", building=building, unit="1", occupation="retired")
    join(ledger, community, "单雄", role="guard", phone="138-0013-8000")
    join(ledger, other, "欧阳修", since=date(2026, 3, 1), until=date(2026, 3, 10))
    assert [row.name for row in listed(ledger)] == ["仇霞", "单雄", "欧阳修"]
    assert [row.name for row in listed(ledger, community=other)] == ["欧阳修"]
    assert [row.name for row in listed(ledger, role="guard")] == ["单雄"]
    assert [row.name for row in listed(ledger, occupation="retired")] == ["仇霞"]
    assert [row.name for row in listed(ledger, on=TODAY)] == ["仇霞", "单雄"]
    assert [row.name for row in listed(ledger, text="shanxiong")] == ["单雄"]
    assert [row.name for row in listed(ledger, text="13800138")] == ["单雄"]
    assert listed(ledger, order="since")[0].name == "欧阳修"
    first = listed(ledger)[0]
    assert (first.place, first.role_name, first.occupation) == (
        "晨园3号楼1单元",
        "联户长",
        "retired",
    )
    with ledger.read() as connection:
        assert volunteer_count(connection, VolunteerQuery(on=TODAY)) == 2
        assert volunteers(connection, VolunteerQuery(), 1, 1)[0].name == "单雄"
        assert volunteer(connection, first.id) == first
        assert volunteer(connection, new_id()) is None


def test_a_person_entered_twice_is_told_and_refused_where_alike_in_all(
    ledger: Ledger, community: Id
) -> None:
    first = join(ledger, community, "仇霞", phone="13800138000")
    with ledger.read() as connection:
        (same,) = like_volunteer(connection, community, " 仇 霞", "138 0013 8000")
        (named,) = like_volunteer(connection, community, "仇霞", "13900139000")
        (phoned,) = like_volunteer(connection, None, "别人", "13800138000")
        assert like_volunteer(connection, community, "仇霞", leave=first) == []
        assert like_volunteer(connection, community, "") == []
    assert (same.same, named.same, phoned.same) == (True, False, False)
    assert (named.why, phoned.why) == ("同社区同名", "同一电话")
    with pytest.raises(UserError, match="同名、同电话"):
        join(ledger, community, "仇霞", phone="13800138000")
    join(ledger, community, "仇霞", phone="13900139000")


def test_a_volunteer_is_changed_and_leaves(ledger: Ledger, community: Id, building: Id) -> None:
    person = join(ledger, community, "仇霞", since=date(2026, 1, 5))
    place = VolunteerPlace(community, building, "2单元")
    draft = VolunteerDraft(name="仇霞", role="grid_leader", since=date(2026, 1, 5))
    ledger.write(change_volunteer(person, place, draft))
    (row,) = listed(ledger)
    assert (row.role_name, row.unit) == ("网格长", "2")
    with pytest.raises(UserError, match="早于聘任"):
        ledger.write(leave_volunteers((person,), date(2026, 1, 4)))
    with pytest.raises(UserError, match="不在名册"):
        ledger.write(leave_volunteers((new_id(),), TODAY))
    far = ledger.write(add_community("第五社区")).value
    for wrong_place, wrong in (
        (VolunteerPlace(far, building), draft),
        (VolunteerPlace(new_id()), draft),
        (place, VolunteerDraft(name="")),
        (place, VolunteerDraft(name="甲", since=TODAY + timedelta(days=1))),
    ):
        with pytest.raises(UserError):
            ledger.write(add_volunteer(wrong_place, wrong))


def test_who_served_is_not_removed(ledger: Ledger) -> None:
    doors = street(ledger, homes=1)
    with ledger.read() as connection:
        community = communities(connection)[0].id
    came, sat, mistaken = (join(ledger, community, name) for name in ("甲某", "乙某", "丙某"))
    add_visits(ledger, [visit(doors[0], volunteers=(came,))])
    session = {"id": new_id(), "topic": "反诈", "kind": "course", "day": TODAY}
    seat = {"id": new_id(), "training": session["id"], "name": "乙某", "status": "present"}
    ledger.write(rows_command(Training, [session]))
    ledger.write(rows_command(Attendance, [{**seat, "volunteer": sat}]))
    for person in (came, sat):
        with pytest.raises(UserError, match="有1条"):
            ledger.write(remove_volunteer(person))
    ledger.write(remove_volunteer(mistaken))
    assert {row.id for row in listed(ledger)} == {came, sat}


def test_a_colleagues_name_is_used_once_and_its_former_one_known(ledger: Ledger) -> None:
    one = ledger.write(add_staff(StaffDraft("王 英", "officer", date(2025, 1, 1)))).value
    with pytest.raises(UserError, match="同名"):
        ledger.write(add_staff(StaffDraft("王英")))
    two = ledger.write(add_staff(StaffDraft("李四"))).value
    with pytest.raises(UserError, match="同名"):
        ledger.write(change_staff(two, StaffDraft("王英")))
    ledger.write(change_staff(one, StaffDraft("王瑛", "officer")))
    renamed = ledger.write(change_staff(two, StaffDraft("李思")))
    ledger.undo(renamed.no)
    with ledger.read() as connection:
        assert former_staff_names(connection) == {"王英": one}
        assert [(row.name, row.kind_name) for row in staff_rows(connection)] == [("李四", ""), ("王瑛", "民警")]  # fmt: skip
    with ledger.read() as connection:
        for text, name in (("英", []), ("瑛", ["王瑛"]), ("wang", ["王瑛"]), ("ls", ["李四"])):
            assert [row.name for row in staff_rows(connection, text=text)] == name
    ledger.write(change_staff(two, StaffDraft("李四", "worker")))
    with pytest.raises(UserError, match="不认识"):
        ledger.write(change_staff(two, StaffDraft("李四", "king")))
    with pytest.raises(UserError, match="不在台账"):
        ledger.write(change_staff(new_id(), StaffDraft("某")))


def test_who_leaves_names_the_open_disputes_and_hands_them_over(ledger: Ledger) -> None:
    leaving, staying = new_id(), new_id()
    ledger.write(
        rows_command(Staff, [{"id": leaving, "name": "甲"}, {"id": staying, "name": "乙"}])
    )
    open_one, both, done, others, due = (
        {"id": new_id(), "registered": date(2026, 3, n), "kind": "neighbour", "mediators": who}
        for n, who in (
            (1, (leaving,)), (2, (staying, leaving)), (3, (leaving,)), (4, (staying,)), (5, (leaving,)),
        )
    )  # fmt: skip
    ledger.write(rows_command(Dispute, [open_one, both, done, others, due]))
    settled = {"day": date(2026, 3, 9), "outcome": "settled", "performed": True}
    endings = [{"id": new_id(), "dispute": of["id"], **settled} for of in (done, due)]
    ledger.write(rows_command(Conclusion, endings))
    visited = {"id": new_id(), "dispute": done["id"], "day": date(2026, 3, 16)}
    ledger.write(rows_command(FollowUp, [visited]))
    with pytest.raises(UserError, match="今天以后"):
        ledger.write(staff_leaves(leaving, TODAY + timedelta(days=1)))
    answer = ledger.write(staff_leaves(leaving, TODAY)).value
    assert [m.dispute for m in answer.matters] == [open_one["id"], both["id"], due["id"]]
    assert [m.open for m in answer.matters] == [True, True, False]
    assert answer.matters[0].label == "未编号 邻里纠纷"
    assert not answer.handed_over
    with ledger.read() as connection:
        assert [row.name for row in staff_rows(connection, TODAY + timedelta(days=1))] == ["乙"]
    with pytest.raises(UserError, match="晚于离岗"):
        ledger.write(change_staff(leaving, StaffDraft("甲", since=TODAY + timedelta(days=1))))
    ledger.write(staff_returns(leaving))
    with pytest.raises(UserError, match="接手"):
        ledger.write(staff_leaves(leaving, TODAY, leaving))
    handed = ledger.write(staff_leaves(leaving, TODAY, staying))
    assert handed.value.handed_over
    with ledger.read() as connection:
        assert [m.open for m in open_matters(connection, leaving, TODAY)] == [False]
        found = dict(connection.execute(select(Dispute.id, Dispute.mediators)).all())
    assert found[both["id"]] == found[open_one["id"]] == (staying,)
    assert found[done["id"]] == (leaving,)
    assert found[due["id"]] == (leaving, staying)
    ledger.undo(handed.no)
    with ledger.read() as connection:
        assert len(open_matters(connection, leaving, TODAY)) == 3
