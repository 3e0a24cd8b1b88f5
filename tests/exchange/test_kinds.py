"""Terms, trainings, points, rewards and reviews of two sites, as each site's people write them."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from db import exchanging
from db.exchange.deciding import Choice, decide
from db.exchange.people import join_people
from db.exchange.tables import RecordAlias
from db.kernel import proofs
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Tx, table_of
from db.kernel.records import Record
from db.ledger import Ledger
from db.people import Volunteer, VolunteerTerm
from db.people.terms import TermDraft, add_term
from db.places import Community
from db.points import (
    PointBand,
    PointDecision,
    PointEntry,
    PointItem,
    PointLine,
    PointMonth,
    PointScheme,
    PointShare,
    PointWeight,
)
from db.points.closing import close_month, propose_closing
from db.points.doubts import decide as decide_doubt
from db.points.entries import EntryDraft, change_entry
from db.points.frozen import closed_sheet
from db.points.month import month_sheet
from db.points.schemes import adopt_scheme, weigh
from db.reviews import Review, ReviewDraft, TwoMonths, review
from db.rewards import DepositDraft, Receiver, Reward, RewardDeposit, RewardDraft
from db.rewards.fund import add_deposit, fund_balance
from db.rewards.granting import grant, void_reward
from db.trainings import Attendance, SignInSheet, Training
from db.trainings.sessions import remove_training
from db.trainings.sheets import print_sheet
from db.visits import Visit
from tests.builders import rows_command, street, visit
from tests.exchange.histories import command
from tests.exchange.sites import Copying, Pair, bring, digest_of, exchange_fully, to_decide
from tests.points.people import APRIL, MARCH, PAPER, Post, at, scheme

DAY = date(2026, 3, 10)
MATTER = RewardDraft("发现燃气泄漏", DAY, "及时报告", amount=200_00, day=DAY)


def _count(ledger: Ledger, record: type[Record]) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table_of(record))).scalar_one()


def _rows(ledger: Ledger, record: type[Record]) -> list[dict[str, Any]]:
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(select(table_of(record))).mappings()]


def _row(ledger: Ledger, record: type[Record]) -> dict[str, Any]:
    """Return the only row of a table."""
    (row,) = _rows(ledger, record)
    return row


def _person(ledger: Ledger, **more: Any) -> tuple[Id, Id]:
    """Return a volunteer and the first community, written with four doors."""
    street(ledger, communities=2)
    with ledger.read() as connection:
        community: Id = connection.execute(select(Community.id).limit(1)).scalar_one()
    row = {"id": new_id(), "community": community, "name": "张三", "role": "grid_leader", **more}
    ledger.write(rows_command(Volunteer, [row]))
    return row["id"], community


@pytest.fixture
def two(copies: Copying) -> tuple[Ledger, Ledger]:
    """Two sites that know nothing of one another yet."""
    one, other = copies(2)
    return one, other


@pytest.fixture
def known(two: tuple[Ledger, Ledger]) -> tuple[Ledger, Ledger, Id, Id]:
    """Two sites that know one volunteer of a community."""
    one, other = two
    person, community = _person(one)
    exchange_fully([one, other], rounds=1)
    return one, other, person, community


Known = tuple[Ledger, Ledger, Id, Id]


def _same(one: Ledger, other: Ledger) -> None:
    exchange_fully([one, other])
    assert digest_of(one) == digest_of(other)
    assert to_decide(one) == to_decide(other)


def test_a_term_written_at_both_is_one_and_its_end_is_asked(known: Known) -> None:
    one, other, person, community = known
    since = date(2024, 1, 1)
    for ledger, until in ((one, date(2024, 6, 30)), (other, date(2024, 7, 31))):
        ledger.write(add_term(person, community, TermDraft("household_leader", since, until)))
    _same(one, other)
    assert _count(one, VolunteerTerm) == 1
    assert {field for _, _, field in to_decide(one)} == {"until"}


def test_sessions_of_a_series_and_scores_typed_at_both(known: Known) -> None:
    one, other, person, _ = known
    session = {"topic": "反诈", "kind": "course", "day": DAY, "start": 540, "place": "会议室"}
    for ledger, after in ((one, 90), (other, 80)):
        training = {"id": new_id(), "series": new_id(), **session}
        seat = {"id": new_id(), "training": training["id"], "volunteer": person, "name": "张三"}
        ledger.write(rows_command(Training, [training]))
        ledger.write(rows_command(Attendance, [{**seat, "status": "present", "after": after}]))
    _same(one, other)
    assert (_count(one, Training), _count(one, Attendance)) == (1, 1)
    # Which series a session is of is nobody's question; a score is.
    assert {(entity, field) for entity, _, field in to_decide(one)} == {("attendance", "after")}


def test_a_sign_in_sheet_stays_with_its_copy_and_goes_with_its_session(known: Known) -> None:
    one, other, person, _ = known
    training = {"id": new_id(), "topic": "反诈", "kind": "course", "day": DAY}
    seat = {"id": new_id(), "training": training["id"], "volunteer": person, "name": "张三"}
    one.write(rows_command(Training, [training]))
    one.write(rows_command(Attendance, [{**seat, "status": "present"}]))
    exchange_fully([one, other], rounds=1)
    for ledger in (one, other):
        ledger.write(print_sheet(training["id"], (seat["id"],), 3))
    _same(one, other)
    assert _row(one, SignInSheet)["number"] == _row(other, SignInSheet)["number"] == 1
    other.write(remove_training(training["id"]))
    _same(one, other)
    assert _count(one, Training) == _count(one, SignInSheet) == 0


def test_a_removed_session_that_is_decided_gone_takes_its_sheet_along(known: Known) -> None:
    one, other, _, _ = known
    training = {"id": new_id(), "topic": "反诈", "kind": "course", "day": DAY}
    one.write(rows_command(Training, [training]))
    exchange_fully([one, other], rounds=1)
    one.write(command(lambda tx: tx.change(Training, {training["id"]: {"note": "改期"}})))
    one.write(print_sheet(training["id"], (), 3))
    other.write(remove_training(training["id"]))
    _same(one, other)
    assert to_decide(one) == {("training", training["id"], "*")}
    one.write(decide([Choice("training", training["id"], "*", value=False)]))
    _same(one, other)
    assert _count(one, Training) == _count(one, SignInSheet) == 0


def test_what_names_a_session_joined_later_names_the_one_that_stays(copies: Copying) -> None:
    """The first copy has both of them until a third tells that they are one."""
    one, other, third = copies(3)
    person, _ = _person(one)
    exchange_fully([one, other, third], rounds=1)
    made = []
    for ledger, place in ((one, "甲"), (other, "乙")):
        training = {"id": new_id(), "topic": "反诈", "kind": "course", "day": DAY, "place": place}
        ledger.write(rows_command(Training, [training]))
        made.append(training["id"])
    bring(other, one)
    given = {
        "id": new_id(), "volunteer": person, "day": DAY, "matter": "讲课", "happened": DAY,
        "reason": "好", "entity": "training", "amount": 100_00,
    }  # fmt: skip
    one.write(rows_command(Reward, [{**given, "source": id_, "id": new_id()} for id_ in made]))
    for id_ in made:
        one.write(print_sheet(id_, (), 2))
    bring(other, third)
    alias = {"id": new_id(), "entity": "training", "one": made[0], "other": made[1]}
    third.write(rows_command(RecordAlias, [alias]))
    bring(third, one)
    assert _count(one, Training) == 1
    stays = _row(one, Training)["id"]
    with one.read() as connection:
        assert set(connection.execute(select(Reward.source)).scalars()) == {stays}
        assert set(connection.execute(select(SignInSheet.training)).scalars()) == {stays}


def test_one_default_scheme_adopted_at_both_for_one_day_is_one(two: tuple[Ledger, Ledger]) -> None:
    one, other = two
    posts = [Post(ledger) for ledger in two]
    for post in posts:
        with post.ledger.read() as connection:
            item = connection.execute(
                select(PointItem.id).where(PointItem.key == "visit")
            ).scalar_one()
        post.ledger.write(weigh(item, post.first, date(2026, 4, 1), 200))
    exchange_fully([one, other])
    for ledger in two:
        assert (_count(ledger, PointScheme), _count(ledger, PointItem)) == (1, 13)
        assert (_count(ledger, PointBand), _count(ledger, PointWeight)) == (3, 1)
    assert digest_of(one) == digest_of(other)
    assert to_decide(one) == set()


def test_schemes_that_pay_differently_are_one_and_asked(known: Known) -> None:
    one, other, _, _ = known
    for ledger, per_point in ((one, 100), (other, 200)):
        ledger.write(adopt_scheme(scheme(bands=(), per_point=per_point), date(2026, 3, 1)))
    _same(one, other)
    assert {(entity, field) for entity, _, field in to_decide(one)} == {
        ("point_scheme", "per_point")
    }


def test_entries_of_both_add_up_the_same_one_counts_once_and_decisions_follow(
    two: tuple[Ledger, Ledger],
) -> None:
    one, other = two
    post = Post(one)
    exchange_fully([one, other], rounds=1)
    there = Post.__new__(Post)
    there.ledger = other
    at(other, date(2026, 4, 2))
    for at_one in (post, there):
        at_one.by_hand(post.one, "help", DAY, reason="修锁")
    post.by_hand(post.one, "help", DAY, reason="送药")
    there.by_hand(post.one, "help", DAY, reason="陪诊")
    # The same visit, typed at both from one paper: each has it under an id of its own.
    double = {"volunteers": (post.one,), "at": 600}
    for ledger in (one, other):
        rows = [visit(post.doors[0], day=DAY, **double), visit(post.doors[35], day=DAY, **double)]
        ledger.write(rows_command(Visit, rows))
        with ledger.read() as connection:
            doubts = month_sheet(connection, MARCH).undecided
        assert doubts
        for doubt in doubts if ledger is other else ():
            ledger.write(decide_doubt(doubt, doubt.claims[:1], "走错门"))
    _same(one, other)
    assert _count(one, PointEntry) == 3
    with one.read() as here, other.read() as beyond:
        seen = [month_sheet(connection, MARCH) for connection in (here, beyond)]
        points = [sheet.sheet.points for sheet in seen]
    assert points[0] == points[1]
    assert not seen[0].undecided
    assert not seen[1].undecided
    assert _count(one, PointDecision) == len(doubts)


def test_an_entry_changed_at_both_is_asked(known: Known) -> None:
    one, other, person, _ = known
    one.write(adopt_scheme(scheme(), date(2026, 3, 1)))
    there = Post.__new__(Post)
    there.ledger = one
    entry = there.by_hand(person, "help", DAY)
    exchange_fully([one, other], rounds=1)
    for ledger, times in ((one, 2), (other, 3)):
        draft = EntryDraft(day=DAY, times=times, reason="登记")
        ledger.write(change_entry(entry, person, "help", draft))
    _same(one, other)
    assert {field for _, _, field in to_decide(one)} == {"times"}


@pytest.fixture
def closed(pair: Pair) -> tuple[Pair, Post]:
    """A post and a laptop that know a post's March, which the post has closed since."""
    post = Post(pair.post)
    post.visits(post.one, DAY, DAY)
    pair.both_ways()
    at(pair.laptop, date(2026, 4, 2))
    post.close()
    return pair, post


def test_a_month_is_closed_by_the_first_copy_only_and_travels(closed: tuple[Pair, Post]) -> None:
    pair, post = closed
    for step in (close_month(MARCH, PAPER), propose_closing(MARCH)):
        with pytest.raises(UserError, match="只在建立台账的那台电脑上结账"):
            pair.laptop.write(step)
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    with pair.laptop.read() as connection:
        there = closed_sheet(connection, MARCH)
    assert there == post.closed()
    with pytest.raises(UserError, match="3月已经结账"):
        pair.laptop.write(close_month(MARCH, PAPER))


def test_late_records_of_another_site_become_corrections(closed: tuple[Pair, Post]) -> None:
    pair, post = closed
    before = post.closed()
    there = Post.__new__(Post)
    there.ledger, there.doors = pair.laptop, post.doors
    there.visits(post.one, date(2026, 3, 20), date(2026, 3, 21))
    pair.both_ways()
    assert post.closed() == before
    corrections = post.line(post.one, APRIL).corrections
    assert sum(c.points for c in corrections) == 200
    assert all(c.of == MARCH for c in corrections)
    post.close(APRIL)
    pair.both_ways()
    assert digest_of(pair.post) == digest_of(pair.laptop)
    with pair.laptop.read() as connection:
        assert closed_sheet(connection, APRIL) == post.closed(APRIL)
        assert closed_sheet(connection, MARCH) == before


@pytest.mark.parametrize("record", [PointMonth, PointLine, PointShare])
@pytest.mark.parametrize("removes", [True, False])
def test_a_package_that_changes_a_closed_month_is_refused(
    closed: tuple[Pair, Post], record: type[Record], *, removes: bool
) -> None:
    pair, _ = closed
    exchanging.merge_file(pair.laptop, pair.send(pair.post))
    before = digest_of(pair.laptop)
    id_ = _rows(pair.post, record)[0]["id"]

    def run(tx: Tx) -> None:
        if not removes:
            tx.change(record, {id_: {"points": 99}})
            return
        lines = [row["id"] for row in _rows(pair.post, PointLine)]
        shares = [row["id"] for row in _rows(pair.post, PointShare)]
        for of, ids in ((PointShare, shares), (PointLine, lines), (PointMonth, [id_])):
            tx.remove(of, ids)
            if of is record:
                break

    pair.post.write(command(run))
    with pytest.raises(UserError, match="不能保存的内容"):
        exchanging.merge_file(pair.laptop, pair.send(pair.post))
    assert digest_of(pair.laptop) == before


def test_a_month_closed_in_two_ledgers_before_they_met_is_refused_in_words(
    two: tuple[Ledger, Ledger],
) -> None:
    one, other = two
    for ledger in two:
        Post(ledger).close()
    with other.read() as connection:
        before = proofs.digest(connection)
    with pytest.raises(UserError, match=r"在两处各结过一次账.*恢复到结账以前的备份"):
        bring(one, other)
    with other.read() as connection:
        assert proofs.digest(connection) == before
    assert _count(other, PointMonth) == 1


def test_two_people_of_one_closed_month_stay_two(closed: tuple[Pair, Post]) -> None:
    pair, post = closed
    with pytest.raises(UserError, match="已结账"):
        pair.post.write(join_people(post.one, post.two))
    new = {"id": new_id(), "community": post.first, "name": "联户0", "role": "household_leader"}
    pair.post.write(rows_command(Volunteer, [new]))
    pair.post.write(join_people(new["id"], post.one))
    pair.both_ways()
    for ledger in (pair.post, pair.laptop):
        lines = {row["volunteer"]: row["amount"] for row in _rows(ledger, PointLine)}
        assert post.one not in lines
        assert lines[new["id"]] == 3000
    assert digest_of(pair.post) == digest_of(pair.laptop)


def test_one_matter_rewarded_at_both_is_one_reward(known: Known) -> None:
    one, other, person, _ = known
    money = DepositDraft(DAY, 1000_00, "街道拨款")
    for ledger in (one, other):
        ledger.write(add_deposit(money))
        ledger.write(grant(Receiver(person), MATTER))
    _same(one, other)
    assert (_count(one, Reward), _count(one, RewardDeposit)) == (1, 1)
    assert to_decide(one) == set()
    given = _row(one, Reward)["id"]
    one.write(void_reward(given, "弄错了"))
    _same(one, other)
    with one.read() as here, other.read() as there:
        assert fund_balance(here) == fund_balance(there) == 1000_00
    assert _row(other, Reward)["void_reason"] == "弄错了"


def test_one_matter_rewarded_differently_is_asked(known: Known) -> None:
    one, other, person, _ = known
    for ledger, amount in ((one, 200_00), (other, 300_00)):
        draft = RewardDraft("发现燃气泄漏", DAY, "及时报告", amount=amount, day=DAY)
        ledger.write(grant(Receiver(person), draft))
    _same(one, other)
    assert _count(one, Reward) == 1
    assert {(entity, field) for entity, _, field in to_decide(one)} == {("reward", "amount")}


def test_one_grade_for_two_months_and_two_words_are_asked(known: Known) -> None:
    one, other, person, _ = known
    term = TwoMonths(2026, 1)
    for ledger, grade in ((one, "good"), (other, "fair")):
        ledger.write(review(person, term, ReviewDraft(grade, "走访")))
    _same(one, other)
    assert _count(one, Review) == 1
    assert {(entity, field) for entity, _, field in to_decide(one)} == {("review", "grade")}
