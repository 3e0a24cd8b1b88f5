"""Every path of a dispute's life, and that no sequence of commands loses a fact or invents a state."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select

from db.disputes import Dispute, DisputeParty
from db.disputes.agreeing import AnswerDraft, answer_referral
from db.disputes.facts import Clocks, Duty, Stage, clocks, dispute_facts
from db.disputes.life import (
    TOLD,
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
from db.disputes.registering import FACTS, register_dispute, remove_dispute
from db.disputes.steps import (
    ClosingDraft,
    ExtensionDraft,
    ReportDraft,
    SessionDraft,
    close,
    extend,
    hold_session,
    report,
)
from db.history import bring_back
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.workdays import known_exceptions
from db.ledger import Ledger
from tests.test_dispute_life import DRAFT, TODAY, card

Step = tuple[str, int] | tuple[str, int, Any]
Make = Callable[[Id, date, Any], Command[Any]]


def _settle(dispute: Id, day: date, due: int | None) -> Command[Id]:
    promised = None if due is None else date(2026, 3, due)
    return conclude(dispute, ConclusionDraft("settled", day, "written", promised))


# Every step of a life by its name: the dispute, its day, what else it needs.
STEPS: Final[dict[str, Make]] = {
    "调解": lambda d, day, _: hold_session(d, SessionDraft(day, result="continued")),
    "延期": lambda d, day, until: extend(d, ExtensionDraft(day, until or date(2026, 5, 12))),
    "报告": lambda d, day, _: report(d, ReportDraft(day, told="司法所")),
    "成功": _settle,
    "不成": lambda d, day, _: conclude(
        d, ConclusionDraft("failed", day, told_ways=TOLD, reason="谈不拢")
    ),
    "移送": lambda d, day, _: conclude(d, ConclusionDraft("referred", day, destination="司法所")),
    "撤回": lambda d, day, _: conclude(d, ConclusionDraft("withdrawn", day, reason="自行和解")),
    "接收": lambda d, day, _: answer_referral(d, AnswerDraft("accepted", day)),
    "退回": lambda d, day, _: answer_referral(d, AnswerDraft("returned", day, "不归我们管")),
    "履行": lambda d, day, _: perform(d, PerformanceDraft(day)),
    "未履行": lambda d, _day, _: unperform(d),
    "回访": lambda d, day, _: follow_up(d, FollowUpDraft(day)),
    "重新受理": lambda d, day, _: reopen(d, ReopeningDraft(day, "又来了")),
    "结案": lambda d, day, _: close(d, ClosingDraft(day)),
}
# Registered on 10 March 2026; the days are days of that March. 10 April is a working Friday,
# 11 May a Monday, 6 April a holiday (清明), so what falls on it moves to the 7th.
MONTH: Final = {"期限": date(2026, 4, 10)}
PATHS: Final[dict[str, tuple[list[Step], str, Stage, dict[Duty, date]]]] = {
    "registered": ([], "open", "registered", MONTH),
    "in mediation": ([("调解", 11)], "open", "mediating", MONTH),
    "extended": ([("调解", 11), ("延期", 12)], "open", "mediating", {"期限": date(2026, 5, 12)}),
    "reported": ([("报告", 10)], "open", "registered", MONTH),
    "agreed at once": ([("成功", 12)], "settled", "to_follow_up", {"回访": date(2026, 3, 19)}),
    "agreed, to be kept": (
        [("调解", 11), ("成功", 12, 20)], "settled", "to_perform",
        {"回访": date(2026, 3, 19), "履行": date(2026, 3, 20)},
    ),
    "due on a Sunday": (
        [("成功", 12, 15)], "settled", "to_perform",
        {"回访": date(2026, 3, 19), "履行": date(2026, 3, 16)},
    ),
    "kept": (
        [("成功", 12, 20), ("履行", 16)], "settled", "to_follow_up", {"回访": date(2026, 3, 19)},
    ),
    "visited, not kept": (
        [("成功", 12, 20), ("回访", 19)], "settled", "to_perform",
        {"回访": date(2026, 3, 20), "履行": date(2026, 3, 20)},
    ),
    "visited on the day, not kept": (
        [("成功", 12, 20), ("回访", 20)], "settled", "to_perform", {"履行": date(2026, 3, 20)},
    ),
    "visited, then kept": (
        [("成功", 12, 20), ("回访", 13), ("履行", 23)], "settled", "to_follow_up",
        {"回访": date(2026, 3, 20)},
    ),
    "visited, kept before its day and visited again": (
        [("成功", 12, 20), ("回访", 13), ("履行", 18), ("回访", 18)], "settled", "to_close", {},
    ),
    "visited, to be kept on a Sunday to come": (
        [("成功", 12, 29), ("回访", 13)], "settled", "to_perform",
        {"回访": date(2026, 3, 30), "履行": date(2026, 3, 30)},
    ),
    "kept and visited": ([("成功", 12, 20), ("履行", 16), ("回访", 19)], "settled", "to_close", {}),
    "not kept after all": (
        [("成功", 12, 20), ("履行", 16), ("回访", 19), ("未履行", 19)], "settled", "to_perform",
        {"回访": date(2026, 3, 20), "履行": date(2026, 3, 20)},
    ),
    "closed": (
        [("成功", 12, 20), ("履行", 16), ("回访", 19), ("结案", 20)], "settled", "closed", {},
    ),
    "failed": ([("调解", 11), ("不成", 16)], "failed", "to_close", {}),
    "failed and closed": ([("不成", 16), ("结案", 16)], "failed", "closed", {}),
    "withdrawn": ([("撤回", 11)], "withdrawn", "to_close", {}),
    "withdrawn and closed": ([("撤回", 11), ("结案", 12)], "withdrawn", "closed", {}),
    "referred": ([("移送", 12)], "referred", "to_close", {}),
    "taken on": ([("移送", 12), ("接收", 13)], "referred", "to_close", {}),
    "taken on and closed": ([("移送", 12), ("接收", 13), ("结案", 16)], "referred", "closed", {}),
    "sent back": (
        [("移送", 12), ("退回", 13)], "open", "registered", {"期限": date(2026, 4, 13)},
    ),
    "sent back and mediated": (
        [("调解", 11), ("移送", 12), ("退回", 13), ("调解", 14)], "open", "mediating",
        {"期限": date(2026, 4, 13)},
    ),
    "taken up again": (
        [("调解", 11), ("不成", 12), ("重新受理", 20)], "open", "registered",
        {"期限": date(2026, 4, 20)},
    ),
    "an extension ends with its month": (
        [("延期", 11), ("不成", 12), ("重新受理", 20)], "open", "registered",
        {"期限": date(2026, 4, 20)},
    ),
    "closed, then taken up again": (
        [("成功", 12), ("回访", 13), ("结案", 14), ("重新受理", 16)], "open", "registered",
        {"期限": date(2026, 4, 16)},
    ),
    "agreed a second time": (
        [("成功", 12), ("回访", 13), ("结案", 14), ("重新受理", 16), ("成功", 17)], "settled",
        "to_follow_up", {"回访": date(2026, 3, 24)},
    ),
    "all in one day": (
        [("调解", 10), ("成功", 10, 10), ("履行", 10), ("回访", 10), ("结案", 10)], "settled",
        "closed", {},
    ),
}  # fmt: skip


def take(ledger: Ledger, dispute: Id, step: Step) -> None:
    name, day, *more = step
    ledger.write(STEPS[name](dispute, date(2026, 3, day), more[0] if more else None))


@pytest.mark.parametrize("path", PATHS)
def test_the_facts_give_the_state_the_stage_and_what_is_due(ledger: Ledger, path: str) -> None:
    steps, state, stage, duties = PATHS[path]
    dispute = ledger.write(register_dispute(DRAFT)).value
    for step in steps:
        take(ledger, dispute, step)
    told = card(ledger, dispute)
    with ledger.read() as connection:
        (facts,) = dispute_facts(connection, dispute)
        rules = clocks(connection)
    assert (told.state, facts.stage_on(TODAY)) == (state, stage)
    assert {d.duty: d.by for d in told.duties} == duties
    assert rules.overdue(facts, TODAY) == sum(by <= TODAY for by in duties.values())


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([], ("履行", 12)), ([], ("回访", 12)), ([], ("结案", 12)), ([], ("重新受理", 12)),
        ([], ("接收", 12)), ([("成功", 12)], ("调解", 13)), ([("成功", 12)], ("成功", 13)),
        ([("成功", 12)], ("延期", 13)), ([("成功", 12)], ("结案", 13)),
        ([("成功", 12, 20), ("回访", 13)], ("结案", 13)),
        ([("成功", 12, 20), ("回访", 13), ("履行", 20)], ("结案", 20)), ([("移送", 12)], ("退回", 11)),
        ([("不成", 12)], ("回访", 13)), ([("不成", 12), ("结案", 12)], ("结案", 13)),
        ([("成功", 12), ("回访", 14)], ("结案", 13)), ([("不成", 12)], ("重新受理", 11)),
        # Nothing that a file is closed upon comes after 结案, and no reopening before it.
        ([("成功", 12, 13), ("回访", 13), ("履行", 16)], ("结案", 15)),
        ([("不成", 12), ("结案", 20)], ("重新受理", 15)),
        ([("移送", 12), ("结案", 20)], ("退回", 15)),
        ([("成功", 12), ("回访", 13), ("结案", 14)], ("履行", 15)),
    ],
)  # fmt: skip
def test_a_step_that_has_no_ground_is_refused_and_changes_nothing(
    ledger: Ledger, steps: list[Step], refused: Step
) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    for step in steps:
        take(ledger, dispute, step)
    before = rows(ledger, dispute)
    with pytest.raises(UserError, match=r"没有|不用|不能|早于"):
        take(ledger, dispute, refused)
    assert rows(ledger, dispute) == before


@pytest.mark.parametrize(
    ("registered", "by"),
    [
        # The month ends on 1 January, a holiday to the 3rd; the 4th is a Sunday that was worked.
        (date(2025, 12, 1), date(2026, 1, 4)),
        # Into the Spring Festival of 2026 (15 to 23 February).
        (date(2026, 1, 16), date(2026, 2, 24)),
        (date(2026, 1, 14), date(2026, 2, 14)),  # a Saturday that is worked for it
        (date(2026, 1, 31), date(2026, 2, 28)),  # no 31 February; a Saturday that is worked
        # Leap days; of years the table does not know only weekends are off.
        (date(2028, 1, 29), date(2028, 2, 29)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 3, 29)),
        (date(2027, 12, 31), date(2028, 1, 31)),
        (date(2029, 12, 5), date(2030, 1, 7)),  # 5 January 2030 is a Saturday
    ],
)
def test_the_month_ends_by_the_calendar(registered: date, by: date) -> None:
    days = {day: works for day, (works, _) in known_exceptions(2025).items()}
    rules = Clocks(7, days)
    assert rules.conclude_by(registered) == by
    assert rules.knows(2026)
    assert not rules.knows(2029)


def test_both_sides_may_ask_a_court_within_thirty_days_of_their_agreement(ledger: Ledger) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    assert card(ledger, dispute).confirm_by is None
    take(ledger, dispute, ("成功", 12))
    # Thirty days end on Saturday 11 April.
    assert card(ledger, dispute).confirm_by == date(2026, 4, 13)
    assert card(ledger, dispute, date(2026, 4, 14)).confirm_by is None


def rows(ledger: Ledger, dispute: Id) -> dict[tuple[str, Id], dict[str, Any]]:
    """All that is stored of a dispute."""
    found = {}
    with ledger.read() as connection:
        for table in (Dispute, DisputeParty, *FACTS):
            own = table.id if table is Dispute else table.dispute
            columns = inspect(table).columns
            for row in connection.execute(select(*columns).where(own == dispute)).mappings():
                found[(table.__tablename__, row["id"])] = dict(row)
    return found


KEPT: Final = ("performed", "performed_on", "answer", "answered_on", "answer_note")
TAKEN: Final = ("remove", "undo", "bin")
SEQUENCES: Final = st.lists(
    st.tuples(st.sampled_from((*STEPS, *TAKEN)), st.integers(10, 23), st.integers(0, 30)),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(SEQUENCES)
def test_no_sequence_of_commands_loses_a_fact_or_gives_a_state_the_facts_do_not(
    ledger: Ledger, sequence: list[tuple[str, int, int]]
) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    seen = rows(ledger, dispute)
    for name, day, which in sequence:
        before = rows(ledger, dispute)
        try:
            dropped = _act(ledger, dispute, name, day, which)
        except UserError:
            assert rows(ledger, dispute) == before
            continue
        now = rows(ledger, dispute)
        seen |= now
        assert set(before) - set(now) <= dropped
        for key, row in before.items():
            if key in now:
                kept = {n: v for n, v in row.items() if n not in KEPT}
                assert {n: v for n, v in now[key].items() if n not in KEPT} == kept
        _compare(ledger, dispute, now)
    ledger.write(remove_dispute(dispute))
    assert rows(ledger, dispute) == {}


def _act(ledger: Ledger, dispute: Id, name: str, day: int, which: int) -> set[tuple[str, Id]]:
    """Do one step; return the facts it may take out. Two of them must leave all as it was."""
    before = rows(ledger, dispute)
    facts = [key for key in before if key[0] in {table.__tablename__ for table in FACTS}]
    if name == "remove":
        if not facts:
            return set()
        taken = facts[which % len(facts)]
        done = ledger.write(remove_fact(*taken))
        assert taken not in rows(ledger, dispute)
        if which % 2:
            ledger.undo(done.no)
            assert rows(ledger, dispute) == before
        return {taken}
    if name == "bin":
        ledger.write(remove_dispute(dispute))
        ledger.write(bring_back("dispute", dispute))
        assert rows(ledger, dispute) == before
    elif name == "undo":
        done = ledger.write(STEPS["报告"](dispute, date(2026, 3, day), None))
        ledger.undo(done.no)
        assert rows(ledger, dispute) == before
    else:
        due = which if name == "成功" and day <= which else None
        ledger.write(STEPS[name](dispute, date(2026, 3, day), due))
        assert rows(ledger, dispute) != before
    return set()


def _compare(ledger: Ledger, dispute: Id, now: dict[tuple[str, Id], dict[str, Any]]) -> None:
    """Compare what the program says with the stored facts, walked in order by a rule of our own."""
    turns = sorted(
        (row["day"], row["id"], table, row)
        for (table, _), row in now.items()
        if table in ("dispute_conclusion", "dispute_reopening", "dispute_closing")
    )
    last = next((t for t in reversed(turns) if t[2] != "dispute_closing"), None)
    concluded = last is not None and last[2] == "dispute_conclusion"
    state = last[3]["outcome"] if last and concluded else "open"
    told = card(ledger, dispute)
    assert told.state == state
    assert told.closed == (concluded and turns[-1][2] == "dispute_closing")
    wanted = {"期限"} if state == "open" else set[str]()
    if last and state == "settled":
        visits = [row["day"] for (table, _), row in now.items() if table == "dispute_follow_up"]
        due, kept = last[3]["due"], last[3]["performed_on"]
        seen = last[0] if due is None else min(due, kept or due)
        wanted |= set() if any(day >= max(last[0], seen) for day in visits) else {"回访"}
        wanted |= {"履行"} if due and not last[3]["performed"] else set()
    assert {d.duty for d in told.duties} == wanted
