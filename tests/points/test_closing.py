"""A closed month never changes; what comes late is booked by name in the next."""

from dataclasses import replace
from datetime import date

import pytest

from db.kernel.access import Role
from db.kernel.errors import AccessDenied, UserError
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, change_volunteer, leave_volunteers
from db.points.closing import (
    close_month,
    propose_closing,
    readiness,
    withdraw_proposal,
)
from db.points.doubts import decide
from db.points.entries import EntryDraft, change_entry, remove_entry
from db.points.frozen import closed_months
from db.points.rules import rules_of
from db.points.schemes import BandDraft, adopt_scheme, weigh
from db.visits import Visit
from tests.builders import rows_command
from tests.points.people import APRIL, MARCH, MAY, PAPER, Post, at, scheme, second, with_item

DAY = date(2026, 3, 10)


def test_a_closed_month_is_what_was_seen_and_closes_once(ledger: Ledger) -> None:
    post = Post(ledger)
    post.visits(post.one, DAY, DAY)
    post.session(DAY, post.one, post.other)
    before = post.seen().sheet
    done = ledger.write(close_month(MARCH, PAPER))
    sheet = post.closed()
    assert sheet.lines == before.lines
    assert sheet.amount == 6000
    assert sheet.closed is not None
    assert (sheet.closed.prepared, sheet.closed.approved, sheet.closed.paper) == (
        "民警",
        None,
        PAPER,
    )
    with pytest.raises(UserError, match="3月已经结账"):
        ledger.write(close_month(MARCH, PAPER))
    with pytest.raises(UserError, match="已经结账"):
        ledger.write(propose_closing(MARCH))
    with pytest.raises(UserError, match="不能撤销"):
        ledger.undo(done.no)


def test_months_close_when_they_are_over_and_in_their_order(ledger: Ledger) -> None:
    post = Post(ledger)
    at(ledger, date(2026, 3, 31))
    with pytest.raises(UserError, match="还没有过完"):
        ledger.write(close_month(MARCH, PAPER))
    post.close()
    at(ledger, date(2026, 6, 1))
    with pytest.raises(UserError, match="请先结2026年4月"):
        ledger.write(close_month(MAY, PAPER))
    with pytest.raises(UserError, match="2月不能再结"):
        ledger.write(close_month(type(MARCH)(2026, 2), PAPER))


def test_no_scheme_no_closing(ledger: Ledger) -> None:
    at(ledger, date(2026, 4, 2))
    with pytest.raises(UserError, match="没有有效的积分办法"):
        ledger.write(close_month(MARCH, PAPER))


def test_alone_needs_a_signed_paper(ledger: Ledger) -> None:
    Post(ledger)
    with pytest.raises(UserError, match="签字的纸质单"):
        ledger.write(close_month(MARCH))
    ledger.write(propose_closing(MARCH, "三月"))
    with pytest.raises(UserError, match="签字的纸质单"):
        ledger.write(close_month(MARCH))
    ledger.write(close_month(MARCH, PAPER))


def test_a_second_person_approves_and_both_names_are_kept(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(DAY, post.one)
    with second(ledger):
        pass
    with pytest.raises(UserError, match="另一个账号提交"):
        ledger.write(close_month(MARCH, PAPER))
    ledger.write(propose_closing(MARCH, "三月"))
    with pytest.raises(UserError, match="换一个账号"):
        ledger.write(close_month(MARCH))
    with second(ledger) as other:
        with other.ledger.read() as connection:
            ready = readiness(
                connection, other.seen(), other.ledger.session.account, date(2026, 4, 2)
            )
        assert (ready.obstacles, ready.stale, ready.alone) == ((), False, False)
        other.ledger.write(close_month(MARCH))
    closed = post.closed().closed
    assert closed is not None
    assert (closed.prepared, closed.approved, closed.paper, closed.note) == (
        "民警", "二号民警", None, "三月",
    )  # fmt: skip


def test_what_changed_since_it_was_handed_over_is_not_closed(ledger: Ledger) -> None:
    post = Post(ledger)
    ledger.write(propose_closing(MARCH))
    post.session(DAY, post.one)
    with second(ledger) as other:
        with pytest.raises(UserError, match="数据又变了"):
            other.ledger.write(close_month(MARCH))
        with other.ledger.read() as connection:
            assert closed_months(connection) == []
    ledger.write(withdraw_proposal(MARCH))
    with pytest.raises(UserError, match="没有提交"):
        ledger.write(withdraw_proposal(MARCH))


def test_who_may_do_what(ledger: Ledger) -> None:
    post = Post(ledger)
    with second(ledger, Role.WORKER) as other:
        other.by_hand(post.one, "advice", DAY)
        other.ledger.write(propose_closing(MARCH))
        for command in (close_month(MARCH), adopt_scheme(scheme(), DAY, reason="改")):
            with pytest.raises(AccessDenied):
                other.ledger.write(command)
    ledger.write(close_month(MARCH))


def test_a_late_record_is_booked_by_name_in_the_next_month_once(ledger: Ledger) -> None:
    post = Post(ledger)
    post.visits(post.one, DAY)
    post.session(DAY, post.two)
    march = post.close()
    post.visits(post.one, DAY, date(2026, 3, 12))
    line = post.line(post.one, APRIL)
    item, money = line.corrections
    assert (item.of, item.name, item.times, item.points) == (MARCH, "入户宣传", 2, 200)
    assert item.reason == "补记3月10日1次，补记3月12日1次"
    assert (money.item, money.amount) == (None, 3000)
    assert money.reason == "2026年3月应得30元，已计0元"
    assert (line.points, line.corrected, line.own, line.amount) == (0, 200, 0, 3000)
    assert line.remark == "2026年3月补2分、补发30元"
    assert post.line(post.two, APRIL).corrections == ()
    april = post.close(APRIL)
    assert april.line(post.one) == line
    assert post.closed() == march
    assert all(not one.corrections for one in post.seen(MAY).sheet.lines)


def test_what_is_taken_out_is_taken_back_as_far_as_there_is_something(ledger: Ledger) -> None:
    post = Post(ledger)
    made = post.by_hand(post.one, "emergency", DAY, times=2)
    post.close()
    ledger.write(remove_entry(made))
    (item,) = post.line(post.one, APRIL).corrections
    assert (item.points, item.reason) == (-1000, "3月10日少了2次")
    assert any("还有80元要扣回" in note for note in post.seen(APRIL).sheet.notes)
    post.close(APRIL)
    # 50.50 earned in May go against it, the rest stays due.
    at(ledger, date(2026, 6, 2))
    post.by_hand(post.one, "emergency", date(2026, 5, 4), points=600)
    line = post.line(post.one, MAY)
    (money,) = line.corrections
    assert (line.own, money.amount, line.amount) == (5050, -5050, 0)
    assert money.reason.endswith("还有29.50元以后扣回")
    post.close(MAY)
    at(ledger, date(2026, 6, 30))
    post.by_hand(post.one, "emergency", date(2026, 6, 4), times=2)
    line = post.line(post.one, MAY.after)
    assert (line.own, line.amount) == (8000, 8000 - 2950)


def test_an_edit_that_changes_nothing_in_points_is_no_correction(ledger: Ledger) -> None:
    post = Post(ledger)
    made = post.by_hand(post.one, "advice", DAY)
    post.close()
    ledger.write(change_entry(made, post.one, "advice", EntryDraft(day=DAY, reason="另写")))
    assert post.line(post.one, APRIL).corrections == ()
    ledger.write(change_entry(made, post.two, "advice", EntryDraft(day=DAY, reason="另写")))
    assert [c.points for c in post.line(post.one, APRIL).corrections if c.item] == [-200]
    assert [c.points for c in post.line(post.two, APRIL).corrections if c.item] == [200]


def test_a_record_brought_into_a_closed_month_by_its_day_is_found(ledger: Ledger) -> None:
    post = Post(ledger)
    (came,) = post.visits(post.one, date(2026, 4, 1))
    made = post.by_hand(post.two, "advice", date(2026, 4, 1))
    post.close()
    ledger.write(change_entry(made, post.two, "advice", EntryDraft(day=DAY, reason="改日期")))

    def earlier(tx: object) -> None:
        tx.change(Visit, {came: {"day": DAY}})  # type: ignore[attr-defined]

    command = rows_command(Visit, [])
    ledger.write(type(command)("修改走访", command.right, earlier))
    assert [c.points for c in post.line(post.one, APRIL).corrections if c.item] == [100]
    assert [c.points for c in post.line(post.two, APRIL).corrections if c.item] == [200]


def test_a_late_record_that_looks_wrong_blocks_the_month_that_books_it(ledger: Ledger) -> None:
    post = Post(ledger)
    post.close()
    at(ledger, date(2026, 4, 20))
    ledger.write(leave_volunteers((post.one,), date(2026, 3, 5)))
    post.visits(post.one, DAY)
    seen = post.seen(APRIL)
    (doubt,) = seen.undecided
    assert (doubt.month, doubt.kind) == (MARCH, "out_of_service")
    at(ledger, date(2026, 5, 2))
    with pytest.raises(UserError, match="1条疑点"):
        ledger.write(close_month(APRIL, PAPER))
    ledger.write(decide(doubt, doubt.claims, "已经离任"))
    assert post.seen(APRIL).sheet.line(post.one) is None
    post.close(APRIL)


def test_the_list_of_a_month_has_the_role_of_its_last_day(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(DAY, post.one)
    led = VolunteerDraft(name="联户0", role="grid_leader", occupation="employed")
    ledger.write(change_volunteer(post.one, VolunteerPlace(post.first), led, date(2026, 4, 1)))
    assert post.line(post.one).role == "household_leader"
    (closed,) = [line for line in post.close().lines if line.volunteer == post.one]
    assert closed.role == "household_leader"
    assert post.line(post.one, APRIL).role == "grid_leader"


def test_a_move_typed_late_is_corrected_from_its_day_on(ledger: Ledger) -> None:
    post = Post(ledger)
    own = with_item(scheme(), "training", points=400)
    ledger.write(adopt_scheme(own, date(2026, 3, 1), community=post.second))
    for day in (5, 20):
        post.session(date(2026, 3, day), post.one)
    march = post.close()
    moved = VolunteerDraft(name="联户0", role="household_leader", occupation="employed")
    place = VolunteerPlace(post.second)
    ledger.write(change_volunteer(post.one, place, moved, date(2026, 4, 1)))
    assert post.line(post.one, APRIL).corrections == ()
    ledger.undo(ledger.write(change_volunteer(post.two, place, replace(moved, name="联户1"))).no)
    at(ledger, date(2026, 4, 20))
    ledger.write(
        change_volunteer(post.three, place, replace(moved, name="联户2"), date(2026, 3, 15))
    )
    post.session(date(2026, 3, 20), post.three)
    (item, _) = post.line(post.three, APRIL).corrections
    assert (item.community_name, item.points) == ("第2社区", 400)
    assert post.closed() == march


def test_rules_do_not_reach_into_a_closed_month(ledger: Ledger) -> None:
    post = Post(ledger)
    with ledger.read() as connection:
        item = rules_of(connection).schemes[0].item("training")
    assert item is not None
    weight = ledger.write(weigh(item.id, post.first, DAY, 300))
    adopted = ledger.write(adopt_scheme(scheme(), date(2026, 3, 20), reason="改"))
    post.session(DAY, post.one)
    march = post.close()
    for command in (
        adopt_scheme(scheme(), date(2026, 3, 25), reason="改"),
        weigh(item.id, post.first, date(2026, 3, 12), 300),
    ):
        with pytest.raises(UserError, match="已经结账"):
            ledger.write(command)
    for step in (weight, adopted):
        with pytest.raises(UserError):
            ledger.undo(step.no)
    ledger.write(
        adopt_scheme(scheme(bands=(BandDraft(100, "一等", 9999),)), APRIL.period.start, reason="改")
    )
    assert post.line(post.one, APRIL).corrections == ()
    assert post.closed() == march


def test_a_budget_that_reduces_is_met_to_the_cent(ledger: Ledger) -> None:
    post = Post(ledger, scheme(budget=10_000, span="month", reduces=True))
    for who in (post.one, post.two, post.three, post.other):
        post.session(DAY, who)
    assert post.seen().sheet.amount == 10_000
    post.session(date(2026, 3, 11), post.one, start=900, end=960)
    post.by_hand(post.one, "advice", DAY, points=200)
    lines = post.seen().sheet.lines
    assert [line.due for line in lines] == [5050, 3000, 3000, 3000]
    assert sum(line.amount for line in lines) == 10_000
    assert [line.own for line in lines] == [3595, 2135, 2135, 2135]
    assert lines[0].remark == "超预算核减14.55元"
    sheet = post.close()
    assert [budget.left for budget in sheet.budgets] == [0]
    # Nobody else's money moves for a late record: the share the budget left is the month's own.
    post.session(date(2026, 3, 12), post.two, start=900, end=960)
    post.by_hand(post.two, "advice", DAY, points=200)
    corrections = [line.corrections for line in post.seen(APRIL).sheet.lines]
    assert [[c.amount for c in some if c.item is None] for some in corrections] == [
        [],
        [1459],
        [],
        [],
    ]


def test_a_budget_that_is_passed_needs_a_reason(ledger: Ledger) -> None:
    post = Post(ledger, scheme(budget=5000, span="year"))
    post.session(DAY, post.one, post.two)
    assert post.seen().over == 1000
    with pytest.raises(UserError, match="超出预算10元，请写明原因"):
        ledger.write(propose_closing(MARCH))
    ledger.write(propose_closing(MARCH, "街道同意追加"))


def test_a_years_budget_counts_what_earlier_months_paid(ledger: Ledger) -> None:
    post = Post(ledger, scheme(budget=10_000, span="year"))
    post.session(DAY, post.one)
    post.close()
    post.session(date(2026, 4, 10), post.one, post.two)
    (budget,) = post.seen(APRIL).sheet.budgets
    assert (budget.used, budget.amount, budget.left) == (3000, 6000, 1000)
