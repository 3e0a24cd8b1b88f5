"""What a month's points are: each source once, caps, deductions, versions, communities."""

from datetime import date

import pytest

from db.kernel.errors import UserError
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, change_volunteer
from db.points.entries import EntryDraft, Source, add_entry, change_entry, entries, remove_entry
from db.points.month import month_sheet
from db.points.rules import rules_of
from db.points.schemes import ItemDraft, adopt_scheme, end_scheme, weigh
from tests.points.people import MARCH, Post, points_by_item, scheme, with_item

DAY = date(2026, 3, 10)


def days(*numbers: int) -> list[date]:
    return [date(2026, 3, n) for n in numbers]


def test_what_they_took_part_in_counts_by_itself(ledger: Ledger) -> None:
    post = Post(ledger)
    post.visits(post.one, *days(3, 4, 4))
    post.session(DAY, post.one, post.two)
    line = post.line(post.one)
    assert points_by_item(line) == {"training": 200, "visit": 300}
    assert (line.points, line.grade, line.due, line.amount) == (500, "合格", 3000, 3000)
    assert post.line(post.two).points == 200
    assert post.line(post.other).points == 0


def test_an_entry_that_names_a_source_stands_for_it(ledger: Ledger) -> None:
    post = Post(ledger)
    (seen,) = post.visits(post.one, DAY)
    (came,) = post.session(DAY, post.one)
    post.by_hand(post.one, "visit", DAY, Source("visit", seen), points=150)
    post.by_hand(post.one, "training", DAY, Source("attendance", came), times=2)
    assert points_by_item(post.line(post.one)) == {"training": 400, "visit": 150}
    with pytest.raises(UserError, match="已经给这个人登记过"):
        post.by_hand(post.one, "visit", DAY, Source("visit", seen))
    # Another who was there is counted all the same.
    post.by_hand(post.two, "visit", DAY, Source("visit", seen))
    assert post.line(post.two).points == 100


def test_caps_cut_the_day_first_then_the_month_the_earlier_first(ledger: Ledger) -> None:
    draft = with_item(scheme(), "visit", day_cap=300, month_cap=700)
    post = Post(ledger, draft)
    post.visits(post.one, *days(3, 3, 3, 3), *days(5, 5, 5), *days(9, 9))
    line = post.line(post.one)
    (share,) = line.shares
    assert (share.times, share.points, share.cut) == (9, 700, 200)
    counted = [(entry.day.day, entry.points) for entry in share.entries]
    assert counted == [(3, 100), (3, 100), (3, 100), (3, 0)] + [(5, 100)] * 3 + [(9, 100), (9, 0)]
    assert [e.why for e in share.entries if e.why] == [
        "超过每天上限3分，少计1分",
        "超过每月上限7分，少计1分",
    ]


def test_a_deduction_counts_whole_and_never_pays(ledger: Ledger) -> None:
    extra = ItemDraft(kind="base", key="absent", name="无故缺席", points=-300, negative=True)
    draft = scheme(floor=1000)
    post = Post(ledger, type(draft)(**{**vars(draft), "items": (*draft.items, extra)}))
    post.session(DAY, post.one)
    post.by_hand(post.one, "absent", DAY, times=2)
    line = post.line(post.one)
    assert points_by_item(line) == {"training": 200, "absent": -600}
    assert (line.points, line.grade, line.amount) == (-400, None, 0)
    with pytest.raises(UserError, match="不能扣分"):
        post.by_hand(post.one, "advice", DAY, points=-100)


def test_a_deduction_makes_no_room_under_a_cap(ledger: Ledger) -> None:
    post = Post(ledger, with_item(scheme(), "report", negative=True, day_cap=None, month_cap=200))
    post.by_hand(post.one, "report", date(2026, 3, 2), times=2)
    post.by_hand(post.one, "report", date(2026, 3, 3), points=-100)
    post.by_hand(post.one, "report", date(2026, 3, 4), times=2)
    assert post.line(post.one).points == 100


def test_each_entry_counts_by_the_version_of_its_day(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(date(2026, 3, 15), post.one)
    post.session(date(2026, 3, 16), post.one)
    changed = with_item(scheme(), "training", points=350)
    ledger.write(adopt_scheme(changed, date(2026, 3, 16), reason="街道文件"))
    line = post.line(post.one)
    assert points_by_item(line) == {"training": 550}
    assert [entry.points for entry in line.shares[0].entries] == [200, 350]
    assert any("3月16日起" in note for note in post.seen().sheet.notes)


def test_a_months_subsidy_goes_by_the_version_of_its_last_day(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(date(2026, 3, 2), post.one)
    assert post.line(post.one).due == 3000
    ledger.write(adopt_scheme(scheme(bands=(), per_point=105), date(2026, 3, 31), reason="改"))
    line = post.line(post.one)
    assert (line.due, line.standard) == (210, "每分1.05元")


def test_a_change_needs_a_reason_and_a_later_day(ledger: Ledger) -> None:
    post = Post(ledger)
    with pytest.raises(UserError, match="写明原因"):
        ledger.write(adopt_scheme(scheme(), date(2026, 3, 10)))
    with pytest.raises(UserError, match="以后开始"):
        ledger.write(adopt_scheme(scheme(), date(2026, 3, 1), reason="改"))
    ledger.write(end_scheme(post.scheme, date(2026, 3, 20)))
    post.session(date(2026, 3, 21), post.one)
    seen = post.seen()
    assert seen.sheet.points == 0
    assert len(seen.unplaced) == 1
    assert any("没有对应的项目" in note for note in seen.sheet.notes)
    # The next version does not bring the ended one back for the days between.
    ledger.write(adopt_scheme(scheme(), date(2026, 3, 30), reason="再用"))
    assert post.seen().sheet.points == 0


def test_a_community_weighs_an_item_within_its_range(ledger: Ledger) -> None:
    post = Post(ledger)
    with ledger.read() as connection:
        item = rules_of(connection).schemes[0].item("training")
    assert item is not None
    with pytest.raises(UserError, match="1到4之间"):
        ledger.write(weigh(item.id, post.first, date(2026, 3, 5), 500))
    ledger.write(weigh(item.id, post.first, date(2026, 3, 11), 300))
    post.session(date(2026, 3, 10), post.one, post.other)
    post.session(date(2026, 3, 11), post.one, post.other)
    assert post.line(post.one).points == 500
    assert post.line(post.other).points == 400
    # The weight goes on under the next version while it fits its range.
    ledger.write(adopt_scheme(scheme(), date(2026, 3, 20), reason="改"))
    post.session(date(2026, 3, 21), post.one)
    assert post.line(post.one).points == 800
    narrow = with_item(scheme(), "training", least=100, most=250)
    ledger.write(adopt_scheme(narrow, date(2026, 3, 25), reason="改"))
    post.session(date(2026, 3, 26), post.one)
    assert post.line(post.one).points == 1000


def test_a_communitys_own_scheme_goes_before_that_for_all(ledger: Ledger) -> None:
    post = Post(ledger)
    own = with_item(scheme(), "training", points=400)
    ledger.write(adopt_scheme(own, date(2026, 3, 1), community=post.second))
    post.session(DAY, post.one, post.other)
    assert (post.line(post.one).points, post.line(post.other).points) == (200, 400)


def test_who_moves_is_counted_where_they_were_and_paid_where_they_are(ledger: Ledger) -> None:
    post = Post(ledger)
    own = with_item(scheme(), "training", points=400)
    ledger.write(adopt_scheme(own, date(2026, 3, 1), community=post.second))
    post.session(date(2026, 3, 10), post.one)
    post.session(date(2026, 3, 20), post.one)
    moved = VolunteerDraft(name="联户0", role="household_leader", occupation="employed")
    step = ledger.write(
        change_volunteer(post.one, VolunteerPlace(post.second), moved, date(2026, 3, 15))
    )
    line = post.line(post.one)
    by_place = {share.community: share.points for share in line.shares}
    assert by_place == {post.first: 200, post.second: 400}
    assert line.community == post.second
    assert line.remark == "含第1社区2分"
    assert any("1人本月换了社区" in note for note in post.seen().sheet.notes)
    assert post.seen().doubts == ()
    # A move that is taken back never was; one without a day puts a mistake right.
    ledger.undo(step.no)
    assert {s.community for s in post.line(post.one).shares} == {post.first}
    ledger.write(change_volunteer(post.one, VolunteerPlace(post.second), moved))
    assert {s.community for s in post.line(post.one).shares} == {post.second}


def test_an_entry_is_checked_listed_changed_and_taken_out(ledger: Ledger) -> None:
    post = Post(ledger)
    for item, draft, why in (
        ("fraud", EntryDraft(day=DAY, reason="劝阻转账"), "要有凭证"),
        ("nothing", EntryDraft(day=DAY, reason="x"), "没有这个项目"),
        ("advice", EntryDraft(day=DAY), "缺少事由"),
        ("advice", EntryDraft(day=date(2026, 4, 3), reason="x"), "今天以后"),
        ("advice", EntryDraft(day=DAY, reason="x", times=0), "1以上"),
        ("advice", EntryDraft(day=DAY, reason="x", start=600, end=500), "结束时间早于"),
        ("advice", EntryDraft(day=DAY, reason="证号110101199003071234"), "身份证"),
    ):
        with pytest.raises(UserError, match=why):
            ledger.write(add_entry(post.one, item, draft))
    made = post.by_hand(post.one, "fraud", DAY, evidence="接警单318", reason="劝阻转账")
    with ledger.read() as connection:
        (row,) = entries(connection, MARCH.period)
    assert (row.name, row.item_name, row.evidence, row.who) == (
        "联户0", "反诈劝阻", "接警单318", "民警",
    )  # fmt: skip
    ledger.write(change_entry(made, post.two, "advice", EntryDraft(day=DAY, reason="建议")))
    assert (post.line(post.one).points, post.line(post.two).points) == (0, 200)
    ledger.write(remove_entry(made))
    assert post.seen().sheet.points == 0


def test_a_planned_session_brings_nothing_before_its_day(ledger: Ledger) -> None:
    post = Post(ledger)
    post.session(date(2026, 3, 20), post.one)
    post.session(date(2026, 3, 28), post.one)
    with ledger.read() as connection:
        running = month_sheet(connection, MARCH, date(2026, 3, 23)).sheet
    assert running.points == 200
    assert post.seen().sheet.points == 400
