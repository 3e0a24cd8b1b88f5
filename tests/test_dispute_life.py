"""A dispute is registered and lives by dated facts; its state follows from them and nothing else."""

from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.disputes import DisputeDraft
from db.disputes.card import DisputeCard, dispute_card
from db.disputes.facts import (
    Ending,
    Facts,
    Reopened,
    clocks,
    count_disputes,
    dispute_facts,
)
from db.disputes.life import (
    ConclusionDraft,
    FollowUpDraft,
    PerformanceDraft,
    ReopeningDraft,
    conclude,
    follow_up,
    perform,
    remove_fact,
    reopen,
    unperform,
)
from db.disputes.registering import (
    RegistrationDraft,
    change_dispute,
    register_dispute,
    registration,
    remove_dispute,
)
from db.disputes.steps import SessionDraft, hold_session
from db.history import bring_back, removed
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.search import find
from tests.builders import add_community

TODAY = date(2026, 3, 23)
DRAFT = DisputeDraft(
    registered=date(2026, 3, 10), kind="neighbour", side_a=("王小明", "王大明"),
    phone_a="13800004521", side_b=("仇强",), brief="楼上漏水", mediators=("杨思豪",),
)  # fmt: skip
SETTLED = ConclusionDraft("settled", date(2026, 3, 12), "oral", date(2026, 3, 20))


def card(ledger: Ledger, dispute: Id, day: date = TODAY) -> DisputeCard:
    with ledger.read() as connection:
        found = dispute_card(connection, dispute, day, clocks(connection))
    assert found is not None
    return found


@pytest.fixture
def dispute(ledger: Ledger) -> Id:
    return ledger.write(register_dispute(DRAFT)).value


def test_a_registration_is_read_back_as_it_was_typed(ledger: Ledger) -> None:
    ledger.write(add_community("第三社区"))
    draft = replace(DRAFT, community="第三社区", number="2026-17", source="visit", risk="ordinary")
    made = ledger.write(register_dispute(draft)).value
    with ledger.read() as connection:
        assert registration(connection, made) == RegistrationDraft(**asdict(draft))
        assert [hit.record for hit in find(connection, "qiuqiang")] == [made]


def test_the_life_of_a_dispute_from_registration_to_its_follow_up(
    ledger: Ledger, dispute: Id
) -> None:
    assert [(d.duty, d.by) for d in card(ledger, dispute).duties] == [("期限", date(2026, 4, 10))]
    ledger.write(conclude(dispute, SETTLED))
    told = card(ledger, dispute)
    assert told.state == "settled"
    assert {(d.duty, d.days_left) for d in told.duties} == {("回访", -4), ("履行", -3)}
    ledger.write(perform(dispute, PerformanceDraft(date(2026, 3, 21))))
    ledger.write(follow_up(dispute, FollowUpDraft(TODAY, "都满意")))
    told = card(ledger, dispute)
    assert told.duties == ()
    assert [fact.title for fact in told.facts] == ["调解成功", "已履行", "回访"]
    ledger.write(unperform(dispute))
    assert [d.duty for d in card(ledger, dispute).duties] == ["履行"]


def test_an_agreement_kept_late_was_overdue_until_the_day_it_was_kept(
    ledger: Ledger, dispute: Id
) -> None:
    """What is told of a Sunday stays as it was told, whenever the performance is entered."""
    ledger.write(conclude(dispute, replace(SETTLED, due=date(2026, 3, 13))))
    sunday, day = date(2026, 3, 15), date(2026, 3, 18)

    def owed() -> list[int]:
        with ledger.read() as connection:
            facts, rules = dispute_facts(connection), clocks(connection)
        return [count_disputes(facts, Period(at, at), rules).overdue for at in (sunday, day)]

    assert owed() == [1, 1]
    ledger.write(perform(dispute, PerformanceDraft(day)))
    assert owed() == [1, 0]
    with ledger.read() as connection:
        (facts,) = dispute_facts(connection, dispute)
    assert (facts.stage_on(sunday), facts.stage_on(day)) == ("to_perform", "to_follow_up")


def test_a_dispute_taken_up_again_and_concluded_on_that_very_day_is_concluded(
    ledger: Ledger, dispute: Id
) -> None:
    ledger.write(conclude(dispute, SETTLED))
    ledger.write(reopen(dispute, ReopeningDraft(TODAY, "又漏了")))
    assert card(ledger, dispute).state == "open"
    ledger.write(conclude(dispute, ConclusionDraft("referred", TODAY, destination="司法所")))
    told = card(ledger, dispute)
    assert told.state == "referred"
    assert [fact.title for fact in told.facts] == ["调解成功", "重新受理", "移送"]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (replace(DRAFT, side_b=()), "没有写乙方"),
        (replace(DRAFT, side_b=("王小明",)), "同时写在甲方和乙方"),
        (replace(DRAFT, kind=""), "缺少纠纷类型"),
        (replace(DRAFT, registered=TODAY + timedelta(days=1)), "今天以后"),
        (replace(DRAFT, community="没有的社区"), "没有“没有的社区”"),
        (replace(DRAFT, brief="身份证110101199003078515"), "身份证号码"),
    ],
)
def test_a_registration_that_may_not_be_stored_says_why(
    ledger: Ledger, draft: DisputeDraft, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        ledger.write(register_dispute(draft))


def test_a_paper_number_is_used_once(ledger: Ledger) -> None:
    first = ledger.write(register_dispute(replace(DRAFT, number="2026-17"))).value
    with pytest.raises(UserError, match="已经用在另一件"):
        ledger.write(register_dispute(replace(DRAFT, number="（2026）17")))
    ledger.write(change_dispute(first, replace(DRAFT, number="2026-17", brief="改了")))


def test_parties_change_without_losing_who_stayed(ledger: Ledger, dispute: Id) -> None:
    ledger.write(
        change_dispute(dispute, replace(DRAFT, side_a=("王小明",), side_b=("仇强", "仇勇")))
    )
    told = card(ledger, dispute)
    assert [(p.side, p.of.name) for p in told.case.parties] == [
        ("A", "王小明"),
        ("B", "仇强"),
        ("B", "仇勇"),
    ]
    assert told.case.parties[0].of.phone == "13800004521"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (replace(SETTLED, day=date(2026, 3, 9)), "早于受理"),
        (replace(SETTLED, day=TODAY + timedelta(days=1)), "今天以后"),
        (replace(SETTLED, form=None), "书面还是口头"),
        (replace(SETTLED, due=date(2026, 3, 11)), "履行期限早于"),
        (ConclusionDraft("referred", TODAY), "移送到哪里"),
        (ConclusionDraft("open", TODAY), "请选结论"),
    ],
)
def test_a_conclusion_that_cannot_be_is_refused(
    ledger: Ledger, dispute: Id, wrong: ConclusionDraft, reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        ledger.write(conclude(dispute, wrong))
    assert card(ledger, dispute).state == "open"


def test_no_conclusion_comes_before_a_session_already_held(ledger: Ledger, dispute: Id) -> None:
    for day in (14, 11):
        ledger.write(hold_session(dispute, SessionDraft(date(2026, 3, day))))
    with pytest.raises(UserError, match=r"早于最后一次调解的日期（2026-03-14）"):
        ledger.write(conclude(dispute, replace(SETTLED, day=date(2026, 3, 13))))
    ledger.write(conclude(dispute, replace(SETTLED, day=date(2026, 3, 14))))


def test_facts_are_entered_and_taken_out_in_their_order(ledger: Ledger, dispute: Id) -> None:
    with pytest.raises(UserError, match="还没有结论"):
        ledger.write(reopen(dispute, ReopeningDraft(TODAY, "x")))
    with pytest.raises(UserError, match="没有协议"):
        ledger.write(follow_up(dispute, FollowUpDraft(TODAY)))
    conclusion = ledger.write(conclude(dispute, SETTLED)).value
    with pytest.raises(UserError, match="已经有结论"):
        ledger.write(conclude(dispute, SETTLED))
    visited = ledger.write(follow_up(dispute, FollowUpDraft(TODAY))).value
    with pytest.raises(UserError, match="从后往前删"):
        ledger.write(remove_fact("dispute_conclusion", conclusion))
    with pytest.raises(UserError, match="晚于已经办过的事"):
        ledger.write(change_dispute(dispute, replace(DRAFT, registered=date(2026, 3, 13))))
    ledger.write(remove_fact("dispute_follow_up", visited))
    ledger.write(remove_fact("dispute_conclusion", conclusion))
    assert card(ledger, dispute).facts == ()


def test_a_dispute_removed_comes_back_from_the_bin_whole(ledger: Ledger, dispute: Id) -> None:
    ledger.write(conclude(dispute, SETTLED))
    before = card(ledger, dispute)
    ledger.write(remove_dispute(dispute))
    with ledger.read() as connection:
        assert dispute_card(connection, dispute, TODAY, clocks(connection)) is None
        gone = next(line for line in removed(connection) if line.entity == "dispute")
    ledger.write(bring_back(gone.entity, gone.record))
    assert card(ledger, dispute) == before


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 6))


@settings(max_examples=200)
@given(st.lists(st.tuples(DAYS, st.booleans()), max_size=8), DAYS)
def test_the_state_is_that_of_the_last_fact_in_the_order_entered(
    turns: list[tuple[date, bool]], day: date
) -> None:
    facts = Facts(new_id(), date(2025, 12, 1), "neighbour", "", None, ())
    order: list[tuple[date, Id, bool]] = []
    for at, concluded in turns:
        id_ = new_id()
        order.append((at, id_, concluded))
        if concluded:
            facts.endings.append(Ending(at, "failed", None, False, id_))  # noqa: FBT003
        else:
            facts.reopenings.append(Reopened(at, id_))
    by_then = [turn for turn in sorted(order) if turn[0] <= day]
    assert (facts.ending_on(day) is not None) == (bool(by_then) and by_then[-1][2])
