"""A paper is missing again when what it tells of happens again; what a closed file holds stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.disputes.agreeing import (
    AgreementDraft,
    AnswerDraft,
    answer_referral,
    take_answer_back,
    write_agreement,
)
from db.disputes.dossier import mark_printed, put_in_file
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
)
from db.disputes.registering import register_dispute
from db.disputes.steps import (
    ClosingDraft,
    ExtensionDraft,
    SessionDraft,
    close,
    extend,
    hold_session,
)
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.ledger import Ledger
from tests.test_dispute_life import DRAFT, SETTLED, card

DAY = date(2026, 3, 12)
FAILED = ConclusionDraft("failed", DAY, told_ways="told", reason="谈不拢")
Step = Callable[[Id], Command[Any]]


def held(dispute: Id) -> Command[Any]:
    return hold_session(dispute, SessionDraft(DAY))


def longer(dispute: Id) -> Command[Any]:
    return extend(dispute, ExtensionDraft(DAY, date(2026, 5, 6)))


def failed(dispute: Id) -> Command[Any]:
    return conclude(dispute, FAILED)


def again(dispute: Id) -> Command[Any]:
    return reopen(dispute, ReopeningDraft(DAY, "又来了"))


def settled(dispute: Id) -> Command[Any]:
    return conclude(dispute, replace(SETTLED, day=DAY))


def kept(dispute: Id) -> Command[Any]:
    return perform(dispute, PerformanceDraft(DAY))


def visited(dispute: Id) -> Command[Any]:
    return follow_up(dispute, FollowUpDraft(DAY))


@pytest.fixture
def dispute(ledger: Ledger) -> Id:
    return ledger.write(register_dispute(DRAFT)).value


def test_a_complete_file_lacks_what_has_happened_since(ledger: Ledger, dispute: Id) -> None:
    def lacks_after(*steps: Step) -> list[str]:
        """Put all that is needed in the file, do the steps; return what is missing then."""
        needed = [line.paper.code for line in card(ledger, dispute).papers if line.needed]
        ledger.write(put_in_file(dispute, needed, 2))
        assert card(ledger, dispute).missing == []
        for step in steps:
            ledger.write(step(dispute))
        return card(ledger, dispute).missing

    ledger.write(held(dispute))
    assert lacks_after(held) == ["调解记录"]
    assert lacks_after(longer) == ["延期同意书"]
    assert lacks_after(longer) == ["延期同意书"]
    assert lacks_after(failed) == ["卷宗情况说明"]
    assert lacks_after(again, failed) == ["卷宗情况说明"]
    assert lacks_after(again, settled, kept, visited) == ["口头协议登记表", "履行凭证", "回访记录"]
    assert lacks_after(visited) == ["回访记录"]
    assert lacks_after(again, held) == ["调解记录"]
    assert lacks_after(settled, kept, visited) == ["口头协议登记表", "履行凭证", "回访记录"]


def test_what_was_put_in_before_its_first_fact_was_entered_stays(
    ledger: Ledger, dispute: Id
) -> None:
    """In the evening the tick may come first: it is that session's own paper."""
    ledger.write(put_in_file(dispute, ["session"], 2))
    ledger.write(held(dispute))
    assert "调解记录" not in card(ledger, dispute).missing


def test_a_printed_paper_is_to_be_printed_again_and_an_undo_gives_it_back(
    ledger: Ledger, dispute: Id
) -> None:
    ledger.write(held(dispute))
    ledger.write(mark_printed(dispute, {"session": 2}))
    before = card(ledger, dispute).papers
    done = ledger.write(held(dispute))
    (line,) = (one for one in card(ledger, dispute).papers if one.paper.code == "session")
    assert (line.state, line.pages, line.on) == ("none", None, None)
    ledger.undo(done.no)
    assert card(ledger, dispute).papers == before


def test_what_lies_signed_in_a_closed_file_stays_as_it_is(ledger: Ledger, dispute: Id) -> None:
    session, extension = (ledger.write(step(dispute)).value for step in (held, longer))
    agreed = AgreementDraft("oral", terms="三日内修好")
    for step in (settled, lambda of: write_agreement(of, agreed), kept, visited):
        ledger.write(step(dispute))
    closed = ledger.write(close(dispute, ClosingDraft(DAY))).value
    before = card(ledger, dispute)
    for change in (
        write_agreement(dispute, replace(agreed, terms="赔两千元")),
        remove_fact("dispute_session", session),
        remove_fact("dispute_extension", extension),
    ):
        with pytest.raises(UserError, match="已经结案"):
            ledger.write(change)
    assert card(ledger, dispute) == before
    ledger.write(remove_fact("dispute_closing", closed))
    ledger.write(write_agreement(dispute, replace(agreed, terms="赔两千元")))
    ledger.write(remove_fact("dispute_session", session))


def test_a_follow_up_after_the_closing_leaves_the_file_as_it_was_signed(
    ledger: Ledger, dispute: Id
) -> None:
    ledger.write(settled(dispute))
    ledger.write(kept(dispute))
    signed = ledger.write(visited(dispute)).value
    needed = [line.paper.code for line in card(ledger, dispute).papers if line.needed]
    ledger.write(put_in_file(dispute, needed, 2))
    ledger.write(close(dispute, ClosingDraft(DAY)))
    before = card(ledger, dispute)
    later = ledger.write(visited(dispute)).value
    assert (card(ledger, dispute).papers, card(ledger, dispute).closed) == (before.papers, True)
    assert len(card(ledger, dispute).case.follow_ups) == 2
    with pytest.raises(UserError, match="已经结案"):
        ledger.write(remove_fact("dispute_follow_up", signed))
    ledger.write(remove_fact("dispute_follow_up", later))
    assert card(ledger, dispute) == before


def test_the_answer_to_a_referral_stays_in_a_closed_file(ledger: Ledger, dispute: Id) -> None:
    referred = ledger.write(
        conclude(dispute, ConclusionDraft("referred", DAY, destination="司法所"))
    )
    ledger.write(answer_referral(dispute, AnswerDraft("accepted", DAY)))
    closed = ledger.write(close(dispute, ClosingDraft(DAY))).value
    with pytest.raises(UserError, match="已经结案"):
        ledger.write(take_answer_back(referred.value))
    assert card(ledger, dispute).case.answered
    ledger.write(remove_fact("dispute_closing", closed))
    ledger.write(take_answer_back(referred.value))
    assert not card(ledger, dispute).case.answered
