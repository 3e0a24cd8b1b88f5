"""The card of a door: who to ask for, its history, and a hint only where there is something to say."""

from datetime import date, timedelta
from typing import Any

import pytest

from db.kernel.ids import Id, new_id
from db.ledger import Ledger
from db.people import Staff, Volunteer, masked_phone
from db.places import Household, HouseholdDraft, change_household, set_occupancy
from db.visits import CampaignLine
from db.visits.door import band_of, door_card, hint, outcome_words
from db.visits.lists import VisitRow
from tests.builders import DAY, add_visits, rows_command, street, visit

FRIDAY, SATURDAY = date(2026, 3, 13), date(2026, 3, 14)


def tried(outcome: str = "not_home", at: int | None = 600, day: date = FRIDAY) -> VisitRow:
    of = (new_id(), new_id(), "第1社区", new_id(), "晨园1号楼1单元101")
    return VisitRow(*of, day, at, outcome, None, None, (), (), (), None, None)


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        ([], ()),
        ([tried("met")], ()),
        ([tried("refused"), tried("phone")], ()),
        ([tried(at=None)], ("未遇1次",)),
        ([tried()], ("未遇1次，在上午", "建议19:00以后，或周末")),
        ([tried(), tried("left_card", 700)], ("未遇2次，都在上午", "建议19:00以后，或周末")),
        ([tried(at=1140)], ("未遇1次，在晚上", "建议下午，或周末")),
        ([tried(at=1140), tried(at=840)], ("未遇2次，下午1次、晚上1次", "建议上午，或周末")),
        ([tried(day=SATURDAY)], ("未遇1次，在上午", "建议19:00以后")),
        ([tried(), tried(at=None)], ("未遇2次，上午1次", "建议19:00以后，或周末")),
        (
            [tried(), tried(at=840), tried(at=1140, day=SATURDAY)],
            ("未遇3次，上午1次、下午1次、晚上1次", "各个时段都去过，建议先约时间"),
        ),
        # what was before somebody was met no longer counts
        ([tried(at=1140), tried("met"), tried()], ("未遇1次，在晚上", "建议下午，或周末")),
    ],
)
def test_a_hint_leaves_out_the_hours_that_failed(
    visits: list[VisitRow], said: tuple[str, ...]
) -> None:
    assert hint(visits) == said


@pytest.mark.parametrize(
    ("at", "band"),
    [(None, None), (0, "上午"), (719, "上午"), (720, "下午"), (1079, "下午"), (1080, "晚上")],
)
def test_bands_end_at_noon_and_six(at: int | None, band: str | None) -> None:
    assert band_of(at) == band


def card(ledger: Ledger, door: Id, day: date = DAY, **more: Any) -> Any:
    with ledger.read() as connection:
        return door_card(connection, door, day, **more)


def test_a_card_tells_the_door_and_its_history_newest_first(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    staff = new_id()
    ledger.write(rows_command(Staff, [{"id": staff, "name": "仇霞"}]))
    draft = HouseholdDraft("rented", "欧阳明", "13812344521", 3, "二楼有狗")
    ledger.write(change_household(door, draft))
    add_visits(
        ledger,
        [
            visit(door, "not_home", DAY - timedelta(days=3), at=600, staff=(staff,)),
            visit(door, "met", DAY, at=1140, people=2, topics=("反诈",), found="堆物", note="好"),
            visit(door, "refused", DAY, at=None),
        ],
    )
    found = card(ledger, door)
    assert (found.address, found.community) == ("晨园1号楼1单元101", "第1社区")
    assert (found.contact, found.phone, found.residents) == ("欧阳明", "13812344521", 3)
    assert (found.occupancy, found.note) == ("rented", "二楼有狗")
    assert [v.outcome_name for v in found.visits] == ["见到人", "拒访", "未遇"]
    assert outcome_words(found.visits[0]) == "见到2人 反诈"
    assert (found.visits[0].found, found.visits[0].note) == ("堆物", "好")
    assert found.visits[2].staff == ("仇霞",)
    assert found.hint == ()
    hidden = card(ledger, door, hide_names=True)
    assert (hidden.contact, hidden.phone) == ("欧阳某", "138****4521")
    assert card(ledger, new_id()) is None


def test_who_answers_for_the_door_is_named_and_who_left_or_has_other_doors_is_not(
    ledger: Ledger,
) -> None:
    doors = street(ledger, homes=4)
    home = card(ledger, doors[0])
    with ledger.read() as connection:
        community = connection.execute(
            Household.__table__.select().where(Household.id == doors[0])
        ).one()
    person = {
        "community": community.community, "building": home.building, "unit": "1",
        "role": "household_leader",
    }  # fmt: skip
    people = [
        {**person, "id": new_id(), "name": "张燕", "phone": "13900001111"},
        {**person, "id": new_id(), "name": "李静"},
        {**person, "id": new_id(), "name": "王军", "until": DAY - timedelta(days=1)},
    ]
    ledger.write(rows_command(Volunteer, people))
    first, last = card(ledger, doors[0]), card(ledger, doors[3])
    assert first.leaders == ("张燕",)
    assert first.answerers[0].phone == "13900001111"
    assert last.leaders == ("李静",)


def test_the_hint_looks_only_at_the_campaign_and_not_at_empty_homes(ledger: Ledger) -> None:
    door = street(ledger, homes=1)[0]
    add_visits(ledger, [visit(door, "not_home", DAY - timedelta(days=40), at=600)])
    campaign = CampaignLine(
        new_id(), "任务", DAY - timedelta(days=7), DAY, (), 3, refusal_closes=True,
        phone_closes=False,
    )  # fmt: skip
    assert card(ledger, door).hint[0] == "未遇1次，在上午"
    assert card(ledger, door, campaign=campaign).hint == ()
    ledger.write(set_occupancy([door], "empty"))
    assert card(ledger, door).hint == ()


def test_a_door_without_tries_is_told_when_its_building_is_at_home(ledger: Ledger) -> None:
    doors = street(ledger, homes=3)
    evening = [visit(doors[0], "met", DAY, at=1140 + n) for n in range(5)]
    morning = [visit(doors[1], "not_home", DAY, at=600 + n) for n in range(4)]
    add_visits(ledger, [*evening, *morning])
    # four tries in the morning are too few to compare with
    assert card(ledger, doors[2]).hint == ()
    add_visits(ledger, [visit(doors[1], "not_home", DAY, at=650)])
    assert card(ledger, doors[2]).hint == ("本楼晚上更容易见到人，去5次见到5次",)
    add_visits(ledger, [visit(doors[1], "met", DAY, at=660 + n) for n in range(25)])
    assert card(ledger, doors[2]).hint == ()


def test_short_telephones_are_hidden_whole() -> None:
    assert masked_phone("8812345") == "*******"
    assert masked_phone("0531-88123456") == "053****3456"
    assert masked_phone("13800138000、8812345") == "138****8000、*******"
