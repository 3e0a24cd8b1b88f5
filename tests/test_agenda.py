"""What is due: the lists, and the week so far, agree with the figures to the number."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.agenda import AgendaItem, agenda
from db.coverage import building_progress, door_states
from db.disputes import Conclusion, Dispute, DisputeParty, FollowUp
from db.disputes.agreeing import AnswerDraft, answer_referral
from db.disputes.course import Closing, Report
from db.disputes.facts import clocks, count_disputes, dispute_facts
from db.disputes.registering import RegistrationDraft, change_dispute, register_dispute
from db.figures.spans import span_figures
from db.kernel.clock import SetClock
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period, Week
from db.ledger import Ledger
from db.progress import campaign_of
from db.this_week import week_so_far, weekly_households
from db.trainings import Training
from db.visits import count_visits
from db.visits.campaigning import CampaignDraft, add_campaign
from db.visits.sheets import print_sheet
from tests.builders import DAY, add_visits, rows_command, street, visit

TODAY = date(2026, 3, 23)


def items(ledger: Ledger, day: date = DAY) -> list[AgendaItem]:
    with ledger.read() as connection:
        return agenda(connection, day)


def said(ledger: Ledger, day: date = DAY) -> list[tuple[str, str, str, str]]:
    return [item[:4] for item in items(ledger, day)]


def dispute(ledger: Ledger, registered: date, **more: Any) -> Id:
    row = {"id": new_id(), "registered": registered, "kind": "neighbour", **more}
    ledger.write(rows_command(Dispute, [row]))
    names = [
        {"id": new_id(), "dispute": row["id"], "side": side, "place": 0, "name": name}
        for side, name in (("A", "王小明"), ("B", "李强"))
    ]
    ledger.write(rows_command(DisputeParty, names))
    made: Id = row["id"]
    return made


def settle(ledger: Ledger, of: Id, day: date, due: date | None = None) -> None:
    row = {"id": new_id(), "dispute": of, "day": day, "outcome": "settled", "due": due}
    ledger.write(rows_command(Conclusion, [{**row, "performed": False}]))


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        (date(2026, 2, 10), ("逾期6天", "late")),
        (date(2026, 2, 16), ("今天到期", "today")),
        (date(2026, 2, 20), ("还剩4天", "soon")),
        # its month ends on a Saturday and moves to Monday: seven days are left
        (date(2026, 2, 21), None),
    ],
)
def test_an_open_dispute_is_due_by_its_month(
    ledger: Ledger, registered: date, expected: tuple[str, str] | None
) -> None:
    id_ = dispute(ledger, registered, paper_year=2026, paper_number="0007")
    found = items(ledger)
    if expected is None:
        assert found == []
    else:
        name = "2026-0007 王小明、李强 邻里纠纷"
        assert found == [AgendaItem("期限", name, *expected, "dispute", id_)]


def test_an_agreement_is_followed_up_and_performed(ledger: Ledger) -> None:
    id_ = dispute(ledger, date(2026, 3, 1))
    settle(ledger, id_, date(2026, 3, 9), date(2026, 3, 12))
    name = "王小明、李强 邻里纠纷"
    assert said(ledger) == [
        ("履行", name, "逾期4天", "late"),
        ("回访", name, "今天到期", "today"),
    ]
    done = {"id": new_id(), "dispute": id_, "day": date(2026, 3, 16)}
    ledger.write(rows_command(FollowUp, [done]))
    assert said(ledger) == [("履行", name, "逾期4天", "late")]
    assert said(ledger, date(2026, 2, 20)) == []


def test_a_grave_dispute_is_asked_about_until_it_was_reported(ledger: Ledger) -> None:
    of = dispute(ledger, DAY, risk="grave")
    name = "王小明、李强 邻里纠纷"
    assert said(ledger) == [("报告", name, "重大，今天报街道", "today")]
    asked = ("报告", name, "重大，还没有记报给了谁", "late")
    for days in (1, 25):
        assert said(ledger, DAY + timedelta(days=days))[0] == asked
    row = {"id": new_id(), "dispute": of, "day": DAY, "told": "街道办事处"}
    ledger.write(rows_command(Report, [row]))
    assert said(ledger) == said(ledger, DAY + timedelta(days=1)) == []


def test_a_dispute_that_became_grave_later_is_asked_about(ledger: Ledger) -> None:
    draft = RegistrationDraft(
        registered=date(2026, 3, 2), kind="neighbour", side_a=("王小明",), side_b=("李强",)
    )
    of = ledger.write(register_dispute(draft)).value
    assert said(ledger, TODAY) == []
    ledger.write(change_dispute(of, replace(draft, risk="grave")))
    assert [item[0] for item in said(ledger, TODAY)] == ["报告"]


def test_a_grave_dispute_that_is_concluded_is_asked_about_until_its_file_is_closed(
    ledger: Ledger,
) -> None:
    """Referred on its own day it must be reported all the same; a workbook's past is left alone."""
    of = dispute(ledger, DAY, risk="grave")
    past = dispute(ledger, DAY, risk="grave", imported={"risk": "grave"})
    for one in (of, past):
        row = {"id": new_id(), "dispute": one, "day": DAY, "outcome": "referred"}
        ledger.write(rows_command(Conclusion, [{**row, "performed": False}]))
    next_day = DAY + timedelta(days=1)
    assert [(item.kind, item.record) for item in items(ledger, next_day)] == [("报告", of)]
    closing = {"id": new_id(), "dispute": of, "day": next_day}
    ledger.write(rows_command(Closing, [closing]))
    assert said(ledger, next_day) == []


def test_a_referral_nobody_answers_is_asked_about_after_a_week(ledger: Ledger) -> None:
    """It is no duty of the post: it is not late, and no figure counts it."""
    of, past = (dispute(ledger, DAY, imported=came) for came in (None, {"kind": "neighbour"}))
    for one in (of, past):
        sent = {"id": new_id(), "dispute": one, "day": DAY, "outcome": "referred"}
        ledger.write(rows_command(Conclusion, [{**sent, "performed": False}]))
    week_on = DAY + timedelta(days=7)
    assert said(ledger, week_on - timedelta(days=1)) == []
    asked = ("移送", "王小明、李强 邻里纠纷", "移送7天，还没有记答复", "soon")
    assert [(item[:4], item.record) for item in items(ledger, week_on)] == [(asked, of)]
    with ledger.read() as connection:
        assert week_so_far(connection, week_on).overdue == 0
    ledger.write(answer_referral(of, AnswerDraft("accepted", week_on)))
    assert said(ledger, week_on) == []


def test_trainings_of_the_day_stand_with_their_hour(ledger: Ledger) -> None:
    rows = [
        {"id": new_id(), "topic": "消防演练", "kind": "drill", "day": DAY, "start": 870, "place": "广场"},
        {"id": new_id(), "topic": "例会", "kind": "meeting", "day": DAY},
        {"id": new_id(), "topic": "明天的", "kind": "meeting", "day": DAY + timedelta(days=1)},
    ]  # fmt: skip
    ledger.write(rows_command(Training, rows))
    assert said(ledger) == [
        ("培训", "例会", "今天", "today"),
        ("培训", "消防演练 广场", "14:30", "today"),
    ]


def test_doors_left_stand_by_unit_with_those_for_the_evening(ledger: Ledger) -> None:
    doors = street(ledger, homes=5)
    ledger.write(add_campaign(CampaignDraft("任务", DAY, DAY + timedelta(days=9))))
    add_visits(
        ledger,
        [
            visit(doors[0], "met"),
            visit(doors[1], "not_home", at=600),
            visit(doors[2], "not_home", at=600),
            visit(doors[2], "not_home", at=1140),
            visit(doors[3], "left_card", at=None),
        ],
    )
    (item,) = items(ledger)
    assert item[:5] == ("走访", "晨园1号楼1单元 剩4户", "其中1户宜晚上去", "plain", "building")
    assert item.doors == tuple(doors[1:])


def test_a_sheet_out_for_more_than_three_days_is_asked_for(ledger: Ledger) -> None:
    doors = street(ledger, homes=1)
    made = ledger.write(print_sheet("晨园", doors, None)).value
    add_visits(ledger, [visit(doors[0], day=TODAY)])
    assert said(ledger, TODAY + timedelta(days=3)) == []
    (item,) = items(ledger, TODAY + timedelta(days=4))
    assert item == AgendaItem(
        "走访单", "第1号走访单 晨园", "打印4天，还没有登记", "soon", "field_sheet", made.id
    )


def test_nothing_is_due_in_an_empty_ledger(ledger: Ledger) -> None:
    with ledger.read() as connection:
        assert agenda(connection, TODAY) == []
        week = week_so_far(connection, TODAY)
        assert [homes for _, homes in weekly_households(connection, TODAY)] == [0] * 9
    assert (week.records, week.overdue, week.training_rate) == (0, 0, None)


def test_one_dispute_can_owe_two_things(ledger: Ledger) -> None:
    """An agreement neither followed up nor performed is overdue twice, on the list and in the sum."""
    of = dispute(ledger, date(2026, 2, 2))
    settle(ledger, of, date(2026, 2, 9), due=date(2026, 2, 20))
    late = [item for item in items(ledger) if item.urgency == "late"]
    assert [(item.kind, item.record) for item in late] == [("回访", of), ("履行", of)]
    with ledger.read() as connection:
        week = week_so_far(connection, DAY)
        figures = count_disputes(dispute_facts(connection), Period(DAY, DAY), clocks(connection))
    assert (week.overdue, figures.overdue) == (2, 2)
    row = {"id": new_id(), "dispute": of, "day": date(2026, 2, 20), "result": "没有履行"}
    ledger.write(rows_command(FollowUp, [row]))
    with ledger.read() as connection:
        assert week_so_far(connection, DAY).overdue == 1


def test_late_and_due_today_are_the_overdue_of_the_figures(sample: Ledger) -> None:
    with sample.read() as connection:
        facts, rules = dispute_facts(connection), clocks(connection)
        for day in (date(2026, 2, 20) + timedelta(days=n) for n in range(0, 45, 4)):
            expected = count_disputes(facts, Period(day, day), rules).overdue
            due = [by for one in facts for _, by in rules.duties(one, day) if by <= day]
            week = week_so_far(connection, day)
            # A report that was not made is late and no duty of the figures.
            told = [item for item in agenda(connection, day) if item.kind != "报告"]
            late = [item for item in told if item.urgency == "late"]
            assert len(due) == expected
            assert week.overdue == len(late)
            assert len(due) - week.overdue == sum(by == day for by in due)


def test_the_week_up_to_sunday_is_the_weeks_figures(sample: Ledger) -> None:
    sunday = date(2026, 3, 22)
    with sample.read() as connection:
        week = week_so_far(connection, sunday)
        figures = span_figures(connection, Week(2026, 12))
        weeks = dict(weekly_households(connection, sunday, 3))
    now, before = figures.now, figures.previous
    assert (week.records, week.households) == (now.visits.records, now.visits.households)
    assert week.households_before == before.visits.households
    assert (week.disputes_new, week.disputes_resolved) == (now.disputes.new, now.disputes.resolved)
    assert week.disputes_new_before == before.disputes.new
    assert week.disputes_open == now.disputes.open_at_end
    assert (week.training_rate, week.training_expected) == (
        now.trainings.rate,
        now.trainings.expected,
    )
    assert week.training_rate_before == before.trainings.rate
    assert weeks[Week(2026, 12)] == now.visits.households
    assert weeks[Week(2026, 11)] == before.visits.households


def test_a_week_under_way_is_compared_with_the_same_days(sample: Ledger) -> None:
    thursday = date(2026, 3, 19)
    with sample.read() as connection:
        week = week_so_far(connection, thursday)
        now = count_visits(connection, Period(date(2026, 3, 16), thursday))
        before = count_visits(connection, Period(date(2026, 3, 9), date(2026, 3, 12)))
        weeks = weekly_households(connection, thursday)
    assert (week.households, week.households_before) == (now.households, before.households)
    assert weeks[-1] == (Week(2026, 12), now.households)
    assert [week for week, _ in weeks[:2]] == [Week(2026, 4), Week(2026, 5)]


def test_the_samples_doors_left_are_those_of_their_buildings(sample: Ledger) -> None:
    sample.clock = SetClock(datetime(2026, 3, 23, 8, 30))  # noqa: DTZ001
    walks = [item for item in items(sample, TODAY) if item.kind == "走访"]
    with sample.read() as connection:
        campaign = campaign_of(connection, TODAY)
        order = [line.building for line in building_progress(connection, campaign, TODAY)]
        places = list(dict.fromkeys(item.record for item in walks))
        for building in places:
            states = door_states(connection, campaign, TODAY, building=building)
            listed = [d for item in walks if item.record == building for d in item.doors]
            assert listed == [door.household for door in states if door.left]
    assert len(places) == 4
    assert places == sorted(places, key=order.index)
    order_of = {"late": 0, "today": 1, "plain": 2, "soon": 3}
    urgencies = [order_of[item.urgency] for item in items(sample, TODAY)]
    assert urgencies == sorted(urgencies)


def test_one_walk_passes_doors_left_and_agreements_to_see_to(ledger: Ledger) -> None:
    doors = street(ledger, communities=2)
    ledger.write(add_campaign(CampaignDraft("任务", DAY, DAY + timedelta(days=9))))
    late = dispute(ledger, date(2026, 3, 1), household=doors[4])
    settle(ledger, late, date(2026, 3, 6))
    near = dispute(ledger, date(2026, 3, 1), household=doors[2])
    settle(ledger, near, date(2026, 3, 12))
    nowhere = dispute(ledger, date(2026, 3, 1))
    settle(ledger, nowhere, date(2026, 3, 9))
    # What is done at the desk stands by how pressing it is, wherever the parties live.
    dispute(ledger, date(2026, 2, 10), household=doors[0])
    name = "王小明、李强 邻里纠纷"
    assert said(ledger) == [
        ("期限", name, "逾期6天", "late"),
        ("回访", name, "今天到期", "today"),
        ("走访", "晨园1号楼1单元 剩4户", "", "plain"),
        ("回访", f"晨园1号楼1单元103 {name}", "还剩3天", "soon"),
        ("回访", f"晨园1号楼1单元101 {name}", "逾期3天", "late"),
        ("走访", "晨园1号楼1单元 剩4户", "", "plain"),
    ]
