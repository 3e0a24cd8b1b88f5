"""What stands round the facts of a dispute: requests, reasons, who made a 回访, why numbers are missing."""

from dataclasses import replace
from datetime import date

import pytest

from db.disputes.life import ConclusionDraft, FollowUpDraft, conclude, follow_up
from db.disputes.numbers import (
    ON_PAPER,
    Gap,
    explain_gap,
    give_number,
    numbered_years,
    set_first_number,
    year_numbers,
)
from db.disputes.registering import (
    RegistrationDraft,
    change_dispute,
    register_dispute,
    registration,
    remove_dispute,
)
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.ledger import Ledger
from db.participation import taken_part
from db.people import VolunteerDraft
from db.people.roster import VolunteerPlace, add_volunteer
from db.points.claims import claims_of
from db.points.rules import rules_of
from db.points.standing import people
from tests.builders import add_community
from tests.test_dispute_life import DRAFT, SETTLED, card

ASKED = RegistrationDraft(**{**vars(DRAFT), "source": "party"})


def gaps(ledger: Ledger, year: int = 2026) -> tuple[Gap, ...]:
    with ledger.read() as connection:
        return year_numbers(connection, year).gaps


def test_an_applications_requests_are_kept_one_a_line(ledger: Ledger) -> None:
    draft = replace(ASKED, requests="  修好漏水处 \n\n赔偿二千元，三日内付清\n")
    dispute = ledger.write(register_dispute(draft)).value
    assert card(ledger, dispute).case.requests == ("修好漏水处", "赔偿二千元，三日内付清")
    with ledger.read() as connection:
        kept = registration(connection, dispute)
    assert kept is not None
    assert kept.requests == "修好漏水处\n赔偿二千元，三日内付清"
    ledger.write(change_dispute(dispute, replace(kept, requests=None)))
    assert card(ledger, dispute).case.requests == ()
    with pytest.raises(UserError, match="最多3项"):
        ledger.write(register_dispute(replace(ASKED, requests="一\n二\n三\n四")))
    with pytest.raises(UserError, match="身份证"):
        ledger.write(register_dispute(replace(ASKED, requests="查11010519491231002X")))


@pytest.mark.parametrize(("outcome", "told"), [("failed", "told"), ("withdrawn", None)])
def test_what_ends_without_an_agreement_has_its_reason(
    ledger: Ledger, outcome: str, told: str | None
) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    ended = ConclusionDraft(outcome, date(2026, 3, 12), told_ways=told)
    with pytest.raises(UserError, match="原因"):
        ledger.write(conclude(dispute, ended))
    ledger.write(conclude(dispute, replace(ended, reason="当事人拒绝调解")))
    shown = card(ledger, dispute)
    assert shown.facts[0].detail.startswith("当事人拒绝调解")
    assert (shown.case.reason, shown.case.told_ways) == ("当事人拒绝调解", bool(told))
    assert "卷宗情况说明" in shown.missing


def test_a_reason_belongs_to_no_agreement(ledger: Ledger) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    ledger.write(conclude(dispute, replace(SETTLED, reason="谈不拢")))
    assert card(ledger, dispute).case.reason == ""


def test_a_follow_up_tells_who_made_it(ledger: Ledger) -> None:
    dispute = ledger.write(register_dispute(DRAFT)).value
    ledger.write(conclude(dispute, SETTLED))
    done = FollowUpDraft(SETTLED.day, "双方满意", ("杨思豪", "新来的"), ("张三",))
    with pytest.raises(UserError, match="张三"):
        ledger.write(follow_up(dispute, done))
    community = ledger.write(add_community("第三社区")).value
    volunteer = ledger.write(
        add_volunteer(VolunteerPlace(community), VolunteerDraft(name="张三"))
    ).value
    ledger.write(follow_up(dispute, done))
    shown = card(ledger, dispute)
    assert shown.case.follow_ups[0].by == "杨思豪、新来的、张三"
    assert shown.facts[-1].detail == "回访人杨思豪、新来的、张三，双方满意"
    assert SETTLED.day is not None
    march = Period(SETTLED.day, SETTLED.day)
    with ledger.read() as connection:
        deeds = taken_part(connection, march)
        claims = claims_of(connection, march, people(connection), rules_of(connection))
    assert [(deed.volunteer, deed.kind) for deed in deeds] == [(volunteer, "follow_up")]
    # Contact, but no points by itself: the mediation of the dispute has those.
    assert claims == []


def test_numbers_left_out_by_a_start_are_explained(ledger: Ledger) -> None:
    ledger.write(set_first_number(2026, 5, "去年底的纸质登记簿"))
    ledger.write(give_number(_registered(ledger)))
    raised = ledger.write(set_first_number(2026, 10))
    first, second = Gap(1, 4, "去年底的纸质登记簿", given=False), Gap(6, 9, ON_PAPER, given=False)
    assert gaps(ledger) == (first, second)
    ledger.write(explain_gap(2026, 7, 8, "街道调解时用了"))
    assert gaps(ledger) == (
        first,
        Gap(6, 6, ON_PAPER, given=False),
        Gap(7, 8, "街道调解时用了", given=False),
        Gap(9, 9, ON_PAPER, given=False),
    )
    for run in ((4, 6), (9, 10), (8, 7)):
        with pytest.raises(UserError, match="不是缺号"):
            ledger.write(explain_gap(2026, *run, "有原因"))
    for reason in ("", "长" * 61):
        with pytest.raises(UserError, match="原因"):
            ledger.write(explain_gap(2026, 7, 8, reason))
        with pytest.raises(UserError, match="原因"):
            ledger.write(set_first_number(2026, 20, reason))
    ledger.write(explain_gap(2026, 6, 9, "都给街道了"))
    assert gaps(ledger) == (first, Gap(6, 9, "都给街道了", given=False))
    ledger.write(set_first_number(2026, 8))
    assert gaps(ledger)[-1].last == 7
    with pytest.raises(UserError, match="后来"):
        ledger.undo(raised.no)


def test_a_start_that_is_undone_leaves_no_gap(ledger: Ledger) -> None:
    ledger.write(give_number(_registered(ledger)))
    done = ledger.write(set_first_number(2026, 10))
    assert gaps(ledger) == (Gap(2, 9, ON_PAPER, given=False),)
    ledger.undo(done.no)
    assert gaps(ledger) == ()


def test_gaps_of_earlier_years_are_there_to_be_explained(ledger: Ledger) -> None:
    old = _registered(ledger, date(2025, 12, 30))
    ledger.write(give_number(old))
    ledger.write(give_number(_registered(ledger)))
    ledger.write(remove_dispute(old))
    with ledger.read() as connection:
        assert numbered_years(connection) == [2026, 2025]
    ledger.write(explain_gap(2025, 1, 1, "重复登记"))
    assert gaps(ledger, 2025) == (Gap(1, 1, "重复登记", given=True),)


def test_what_an_imported_ledger_used_is_no_gap(ledger: Ledger) -> None:
    ledger.write(register_dispute(replace(DRAFT, number="2026-0064")))
    ledger.write(give_number(_registered(ledger)))
    assert gaps(ledger) == ()


def test_what_a_ledger_used_that_was_imported_after_our_first_number_is_no_gap(
    ledger: Ledger,
) -> None:
    first = _registered(ledger)
    ledger.write(give_number(first))
    ledger.write(register_dispute(replace(DRAFT, number="2026-0050")))
    assert gaps(ledger) == ()
    assert ledger.write(give_number(_registered(ledger))).value.endswith("第0051号")
    # Ours that is gone is still told, and so is what a start leaves out above theirs.
    ledger.write(remove_dispute(first))
    ledger.write(set_first_number(2026, 54))
    gone, skipped = gaps(ledger)
    assert (gone.first, gone.last, gone.given) == (1, 1, True)
    assert (skipped.first, skipped.last) == (52, 53)


def _registered(ledger: Ledger, day: date = date(2026, 3, 10)) -> Id:
    return ledger.write(register_dispute(replace(DRAFT, registered=day))).value
