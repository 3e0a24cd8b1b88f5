"""The steps of a mediation: sessions, an agreed extension, the report of a grave one, the closing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from db.disputes import Reopening
from db.disputes.card import dispute_card
from db.disputes.facts import Clocks, Extended, Facts, Reopened, clocks, dispute_facts
from db.disputes.life import (
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
from db.disputes.registering import change_dispute, register_dispute, remove_dispute
from db.disputes.steps import (
    ClosingDraft,
    ExtensionDraft,
    ReportDraft,
    SessionDraft,
    change_session,
    close,
    close_many,
    extend,
    hold_session,
    report,
    session_entered,
)
from db.figures.spans import span_figures
from db.history import bring_back, removed
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command
from db.kernel.workdays import Week
from db.ledger import Ledger
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from tests.builders import add_community
from tests.test_dispute_life import DRAFT, SETTLED, TODAY, card

HELD = SessionDraft(
    date(2026, 3, 11),
    9 * 60,
    "警务室",
    ("杨思豪",),
    "李梅",
    "楼长张三",
    "双方各说各的",
    "continued",
)
LONGER = ExtensionDraft(date(2026, 3, 20), date(2026, 5, 10), "等鉴定")


@pytest.fixture
def dispute(ledger: Ledger) -> Id:
    return ledger.write(register_dispute(DRAFT)).value


def test_a_session_is_told_and_counts_for_nothing(ledger: Ledger, dispute: Id) -> None:
    ledger.write(hold_session(dispute, HELD))
    told = card(ledger, dispute)
    assert (told.state, [d.duty for d in told.duties]) == ("open", ["期限"])
    assert [(f.title, f.detail) for f in told.facts] == [
        ("调解 09:00", "警务室，调解人杨思豪，参加人楼长张三，有待继续，双方各说各的")
    ]


def test_who_took_part_is_told_and_stands_on_the_record(ledger: Ledger, dispute: Id) -> None:
    community = ledger.write(add_community("第三社区")).value
    for name in ("张三", "李四"):
        ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft(name=name)))
    ledger.write(hold_session(dispute, replace(HELD, volunteers=("张三", "李四"))))
    told = card(ledger, dispute)
    assert "参加人楼长张三、李四" in told.facts[0].detail
    assert told.case.sessions[0].attended == "楼长张三、李四"
    assert told.case.sessions[0].volunteers == ("张三", "李四")


def test_a_record_is_put_right_and_keeps_who_took_part(ledger: Ledger, dispute: Id) -> None:
    community = ledger.write(add_community("第三社区")).value
    ledger.write(add_volunteer(VolunteerPlace(community), VolunteerDraft(name="李四")))
    held = ledger.write(hold_session(dispute, replace(HELD, volunteers=("李四",)))).value
    with ledger.read() as connection:
        before = session_entered(connection, held)
    assert before == replace(HELD, volunteers=("李四",))
    right = replace(
        before, record="双方愿意再谈", day=date(2026, 3, 12), mediators=("杨思豪", "李梅")
    )
    done = ledger.write(change_session(held, right))
    with ledger.read() as connection:
        assert session_entered(connection, held) == right
    ledger.undo(done.no)
    with ledger.read() as connection:
        assert session_entered(connection, held) == before
    with pytest.raises(UserError, match="早于受理"):
        ledger.write(change_session(held, replace(before, day=date(2026, 3, 1))))
    ledger.write(conclude(dispute, replace(SETTLED, due=None)))
    with pytest.raises(UserError, match="晚于结论"):
        ledger.write(change_session(held, replace(before, day=TODAY)))
    ledger.write(follow_up(dispute, FollowUpDraft(TODAY)))
    ledger.write(close(dispute, ClosingDraft(TODAY)))
    with pytest.raises(UserError, match="已经结案"):
        ledger.write(change_session(held, before))


def test_an_extension_moves_the_last_day(ledger: Ledger, dispute: Id) -> None:
    assert card(ledger, dispute).duties[0].by == date(2026, 4, 10)
    ledger.write(extend(dispute, LONGER))
    # 10 May is a Sunday: the last day moves to Monday.
    assert card(ledger, dispute).duties[0].by == date(2026, 5, 11)
    assert card(ledger, dispute, date(2026, 3, 19)).duties[0].by == date(2026, 4, 10)
    for until in (date(2026, 4, 10), date(2026, 3, 20)):
        with pytest.raises(UserError):
            ledger.write(extend(dispute, replace(LONGER, until=until)))


def test_a_consent_after_the_last_day_extends_nothing(ledger: Ledger) -> None:
    """Signed too late it would wipe out what was overdue; signed on the last day it still holds."""
    # The month ends on Sunday 15 March and so on Monday.
    late = ledger.write(register_dispute(replace(DRAFT, registered=date(2026, 2, 15)))).value
    with pytest.raises(UserError, match="2026-03-16已经过了"):
        ledger.write(extend(late, replace(LONGER, day=date(2026, 3, 17))))
    assert [(d.duty, d.days_left) for d in card(ledger, late).duties] == [("期限", -7)]
    first = replace(LONGER, day=date(2026, 3, 16), until=date(2026, 3, 20))
    ledger.write(extend(late, first))
    # A second consent is in time by the first.
    with pytest.raises(UserError, match="2026-03-20已经过了"):
        ledger.write(extend(late, replace(LONGER, day=date(2026, 3, 21))))
    ledger.write(extend(late, replace(LONGER, day=date(2026, 3, 20))))
    assert card(ledger, late).duties[0].by == date(2026, 5, 11)


def test_an_extension_ends_with_the_month_it_extended() -> None:
    """Taken up again, a dispute has one month like any other."""
    rules = Clocks(7, {})
    facts = Facts(new_id(), date(2026, 1, 5), "neighbour", "", None, ())
    facts.extensions.append(Extended(date(2026, 1, 20), date(2026, 3, 2)))
    assert rules.deadline(facts, date(2026, 1, 21)) == date(2026, 3, 2)
    facts.reopenings.append(Reopened(date(2026, 4, 1), b"2"))
    assert rules.deadline(facts, date(2026, 4, 2)) == date(2026, 5, 1)


def test_a_grave_dispute_asks_whom_it_was_reported_to(ledger: Ledger) -> None:
    of = ledger.write(register_dispute(replace(DRAFT, risk="grave"))).value
    assert card(ledger, of).to_report
    ledger.write(report(of, ReportDraft(date(2026, 3, 10), 600, "街道办事处")))
    told = card(ledger, of)
    assert not told.to_report
    assert [(f.title, f.detail) for f in told.facts] == [("报告 10:00", "报给街道办事处")]
    with pytest.raises(UserError, match="早于登记"):
        ledger.write(report(of, ReportDraft(date(2026, 3, 9), None, "街道办事处")))


def test_a_file_is_closed_when_nothing_is_lacking(ledger: Ledger, dispute: Id) -> None:
    closing = ClosingDraft(TODAY)
    with pytest.raises(UserError, match="还没有结论"):
        ledger.write(close(dispute, closing))
    ledger.write(conclude(dispute, SETTLED))
    with pytest.raises(UserError, match="还没有登记履行、回访"):
        ledger.write(close(dispute, closing))
    ledger.write(perform(dispute, PerformanceDraft(date(2026, 3, 20))))
    followed = ledger.write(follow_up(dispute, FollowUpDraft(date(2026, 3, 21)))).value
    assert card(ledger, dispute).may_close
    closed = ledger.write(close(dispute, closing)).value
    told = card(ledger, dispute)
    assert (told.closed, told.may_close, told.duties) == (True, False, ())
    assert not card(ledger, dispute, TODAY - timedelta(days=1)).closed
    with pytest.raises(UserError, match="已经结案"):
        ledger.write(close(dispute, closing))
    for command in (remove_fact("dispute_follow_up", followed), unperform(dispute)):
        with pytest.raises(UserError, match="已经结案"):
            ledger.write(command)
    ledger.write(remove_fact("dispute_closing", closed))
    ledger.write(remove_fact("dispute_follow_up", followed))
    assert not card(ledger, dispute).closed


def test_taking_up_again_opens_a_closed_file(ledger: Ledger, dispute: Id) -> None:
    ledger.write(
        conclude(
            dispute,
            replace(
                SETTLED, outcome="failed", form=None, due=None, told_ways="told", reason="谈不拢"
            ),
        )
    )
    ledger.write(close(dispute, ClosingDraft(date(2026, 3, 13))))
    with ledger.read() as connection:
        ending = dispute_facts(connection, dispute)[0].endings[0].id
    with pytest.raises(UserError, match="从后往前删"):
        ledger.write(remove_fact("dispute_conclusion", ending))
    ledger.write(reopen(dispute, ReopeningDraft(date(2026, 3, 14), "又吵")))
    told = card(ledger, dispute)
    assert (told.state, told.closed) == ("open", False)
    assert card(ledger, dispute, date(2026, 3, 13)).closed
    assert [f.title for f in told.facts] == ["调解不成", "结案", "重新受理"]


def test_a_file_reopened_on_another_copy_is_not_closed_by_its_old_closing(
    ledger: Ledger, dispute: Id
) -> None:
    ended = replace(SETTLED, outcome="withdrawn", form=None, due=None, reason="撤回申请")
    ledger.write(conclude(dispute, ended))
    ledger.write(close(dispute, ClosingDraft(date(2026, 3, 20))))
    came = {"id": new_id(), "dispute": dispute, "day": date(2026, 3, 15), "reason": "又吵"}
    ledger.write(Command("合并", Right.WRITE, lambda tx: tx.add(Reopening, [came])))
    with pytest.raises(UserError, match="早于结案"):
        ledger.write(conclude(dispute, replace(ended, day=date(2026, 3, 18))))
    ledger.write(conclude(dispute, replace(ended, day=date(2026, 3, 21))))
    assert not card(ledger, dispute).closed


def test_steps_go_and_come_back_with_their_dispute(ledger: Ledger, dispute: Id) -> None:
    ledger.write(hold_session(dispute, HELD))
    ledger.write(extend(dispute, LONGER))
    with pytest.raises(UserError):
        ledger.write(change_dispute(dispute, replace(DRAFT, registered=date(2026, 3, 15))))
    before = card(ledger, dispute)
    ledger.write(remove_dispute(dispute))
    with ledger.read() as connection:
        assert dispute_card(connection, dispute, TODAY, clocks(connection)) is None
        line = removed(connection)[0]
    ledger.write(bring_back(line.entity, line.record))
    assert card(ledger, dispute) == before


def test_steps_leave_the_figures_as_they_are_but_for_the_last_day(sample: Ledger) -> None:
    with sample.read() as connection:
        before = span_figures(connection, Week(2026, 12))
        of = next(
            f
            for f in dispute_facts(connection)
            if f.open_on(TODAY) and clocks(connection).overdue(f, TODAY)
        )
    sample.write(hold_session(of.id, replace(HELD, day=TODAY)))
    sample.write(report(of.id, ReportDraft(TODAY, None, "街道")))
    with sample.read() as connection:
        assert span_figures(connection, Week(2026, 12)) == before
    sample.write(extend(of.id, ExtensionDraft(date(2026, 3, 10), date(2026, 6, 1))))
    with sample.read() as connection:
        after = span_figures(connection, Week(2026, 12))
    said: Any = (before.now.disputes, after.now.disputes)
    assert said[1].overdue == said[0].overdue - 1


def test_many_are_closed_at_once_and_what_lacks_something_is_left(ledger: Ledger) -> None:
    ids = [ledger.write(register_dispute(DRAFT)).value for _ in range(3)]
    for one in ids[:2]:
        ledger.write(conclude(one, replace(SETTLED, due=None)))
    with pytest.raises(UserError, match="没有可以结案的"):
        ledger.write(close_many(ids, TODAY))
    ledger.write(follow_up(ids[0], FollowUpDraft(date(2026, 3, 20))))
    done = ledger.write(close_many(ids, TODAY))
    assert done.value == 1
    assert [card(ledger, one).closed for one in ids] == [True, False, False]
    ledger.undo(done.no)
    assert not card(ledger, ids[0]).closed


def test_the_last_day_of_a_year_without_holidays_is_said_to_be_a_guess(ledger: Ledger) -> None:
    late = replace(DRAFT, registered=date(2026, 3, 10))
    made = ledger.write(register_dispute(late)).value
    assert card(ledger, made).duties[0].known
    ledger.write(extend(made, ExtensionDraft(date(2026, 3, 12), date(2029, 1, 1), "等鉴定")))
    assert card(ledger, made).duties[0] == ("期限", date(2029, 1, 1), 1015, False)
