"""The forms of a dispute: its registration, its parties, and one for each thing that comes of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from db.disputes.agreeing import (
    ANSWER_NAMES,
    AgreementDraft,
    AnswerDraft,
    agreement_problems,
    answer_problems,
    answer_referral,
    take_answer_back,
    write_agreement,
)
from db.disputes.card import ANSWERED, PERFORMED, DisputeCard, FactLine
from db.disputes.case import Case
from db.disputes.life import (
    DESTINATIONS,
    REASONS,
    TOLD_WAYS_NAMES,
    ConclusionDraft,
    FollowUpDraft,
    PerformanceDraft,
    ReopeningDraft,
    conclude,
    conclusion_problems,
    dated_problems,
    follow_up,
    perform,
    remove_fact,
    reopen,
    unperform,
)
from db.disputes.parties import (
    ASKED,
    PARTY_KIND_NAMES,
    SEX_NAMES,
    PartyDraft,
    change_party,
    party_problems,
)
from db.disputes.registering import REGISTRATION, RegistrationDraft, registration_problems
from db.disputes.steps import (
    SESSION_RESULT_NAMES,
    TOLD,
    ClosingDraft,
    ExtensionDraft,
    ReportDraft,
    SessionDraft,
    change_session,
    close,
    extend,
    extension_problems,
    hold_session,
    report,
    session_problems,
)
from db.disputes.words import (
    FORM_NAMES,
    GRAVE,
    KIND_NAMES,
    OPEN,
    RESULT_NAMES,
    RISK_NAMES,
    SOURCE_NAMES,
)
from db.kernel.fields import fields_of
from db.kernel.ids import Id
from db.kernel.journal import Command
from desktop.disputes.knowing import Known
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import TextBox
from desktop.widgets.forms import DraftForm

ENDING_NAMES = {code: name for code, name in RESULT_NAMES.items() if code != OPEN}


class Fact(NamedTuple):
    """One thing that happens to a dispute: its draft, its check, and the command that writes it.

    `begins` gives what the form shows first, empty for today unless it says otherwise. `by` names
    the choice on which hangs what else is asked: `asked` by its codes, else `usual`. The command
    takes the dispute's id, of a party that of the party.
    """

    title: str
    draft: Any
    problems: Callable[[Any, date], Any]
    command: Callable[[Id, Any], Command[Any]]
    names: Mapping[str, Mapping[str, str]] = {}
    begins: Callable[[Case, date], Any] | None = None
    by: str = ""
    asked: Mapping[str, Sequence[str]] = {}
    usual: Sequence[str] = ()


FACTS: dict[str, Fact] = {
    "conclude": Fact(
        "结论", ConclusionDraft, conclusion_problems, conclude,
        {"outcome": ENDING_NAMES, "form": FORM_NAMES, "told_ways": TOLD_WAYS_NAMES},
        by="outcome", usual=("outcome", "day"),
        asked={
            "settled": ("outcome", "day", "form", "due"),
            "failed": ("outcome", "day", "told_ways", "reason"),
            "referred": ("outcome", "day", "destination"),
            "withdrawn": ("outcome", "day", "reason"),
        },
    ),
    "perform": Fact("履行", PerformanceDraft, dated_problems, perform),
    "follow_up": Fact(
        "回访", FollowUpDraft, dated_problems, follow_up,
        begins=lambda case, today: FollowUpDraft(day=today, staff=case.mediators),
    ),
    "reopen": Fact("重新受理", ReopeningDraft, dated_problems, reopen),
    "session": Fact(
        "调解记录", SessionDraft, session_problems, hold_session, {"result": SESSION_RESULT_NAMES},
        lambda case, today: SessionDraft(day=today, mediators=case.mediators, place=_room(case)),
    ),
    "change_session": Fact(
        "调解记录", SessionDraft, session_problems, change_session, {"result": SESSION_RESULT_NAMES},
    ),
    "extend": Fact("延期", ExtensionDraft, extension_problems, extend),
    "report": Fact("报告", ReportDraft, dated_problems, report),
    "agreement": Fact(
        "协议内容", AgreementDraft, lambda draft, _: agreement_problems(draft), write_agreement,
        {"form": FORM_NAMES}, lambda case, _: case.agreement,
    ),
    "answer": Fact("移送答复", AnswerDraft, answer_problems, answer_referral, {"answer": ANSWER_NAMES}),
    "close": Fact("结案", ClosingDraft, dated_problems, close),
    "party": Fact(
        "当事人", PartyDraft, lambda draft, _: party_problems(draft), change_party,
        {"kind": PARTY_KIND_NAMES, "sex": SEX_NAMES}, by="kind", asked=ASKED,
    ),
}  # fmt: skip


class RegistrationForm(DraftForm):
    """The form of a registration; what is applied for is asked only where somebody applied.

    In `large` type each field has its own line.
    """

    def __init__(self, today: Callable[[], date], *, large: bool) -> None:
        names = {"kind": KIND_NAMES, "source": SOURCE_NAMES, "risk": RISK_NAMES, "community": {}}
        super().__init__(
            RegistrationDraft,
            lambda draft: registration_problems(draft, today()),
            names,
            today,
            REGISTRATION,
            () if large else ("kind", "risk", "place", "number"),
        )
        asked = self.field("requests")
        assert isinstance(asked, TextBox)  # noqa: S101  it is declared prose
        asked.setPlaceholderText("每项一行，最多三项；换行按 Shift+Enter")
        self.edited.connect(self._ask_for_requests)

    def show_draft(self, draft: Any) -> None:
        """Show a draft's values."""
        super().show_draft(draft)
        self._ask_for_requests()

    def _ask_for_requests(self) -> None:
        applied = self.typed("source") == SOURCE_NAMES["party"] or bool(self.typed("requests"))
        self.ask_only([name for name in REGISTRATION if name != "requests" or applied])


class FactForm(DraftForm):
    """The form of one fact; it asks only for what its choice needs."""

    def __init__(self, fact: Fact, today: Callable[[], date]) -> None:
        super().__init__(fact.draft, lambda draft: fact.problems(draft, today()), fact.names, today)
        self._fact, self._today = fact, today
        self._asked_for: str | None = None
        if fact.by:
            self.edited.connect(self._ask_for_choice)
        if fact.draft is ConclusionDraft:
            self.knows("destination", DESTINATIONS)
        if fact.draft is ReportDraft:
            self.knows("told", TOLD)

    @property
    def names_people(self) -> bool:
        """Whether it has fields that complete the names of colleagues and of the roster."""
        return "volunteers" in fields_of(self._fact.draft)

    def knows_people(self, known: Known) -> None:
        """Complete who mediates, who made a 回访 and who took part from those known."""
        declared = fields_of(self._fact.draft)
        for name in ("mediators", "staff"):
            if name in declared:
                self.knows(name, known.staff)
        self.knows("volunteers", known.volunteers)

    def begin(self, case: Case) -> None:
        """Show it as it begins for a dispute."""
        begins = self._fact.begins
        self.begin_with(
            begins(case, self._today()) if begins else self._fact.draft(day=self._today())
        )

    def begin_with(self, draft: Any) -> None:
        """Show a draft, and ask for what its choice needs."""
        self.show_draft(draft)
        if self._fact.by:
            self._ask_for_choice()

    def _ask_for_choice(self) -> None:
        choice = self.field(self._fact.by)
        assert isinstance(choice, ChoiceBox)  # noqa: S101  it is declared a choice
        chosen = choice.currentData()
        self.ask_only(self._fact.asked.get(chosen, self._fact.usual))
        if self._fact.draft is ConclusionDraft and chosen != self._asked_for:
            self._asked_for = chosen
            self.knows("reason", REASONS.get(chosen, ()))


def fitting(card: DisputeCard) -> dict[str, bool]:
    """Return which steps a dispute can take as it stands."""
    is_open, settled = card.state == OPEN, card.state == "settled"
    return {
        "session": is_open, "extend": is_open, "conclude": is_open, "reopen": not is_open,
        "report": card.risk == GRAVE, "agreement": settled and not card.closed,
        "perform": settled and not card.closed and not card.case.performed, "follow_up": settled,
        "answer": card.state == "referred" and not card.case.answered, "close": card.may_close,
    }  # fmt: skip


def next_fact(card: DisputeCard) -> str | None:
    """Return what is to be done next, by the name of its form."""
    if card.to_report:
        return "report"
    wanted = {"期限": "conclude", "履行": "perform", "回访": "follow_up"}
    first = min(card.duties, key=lambda duty: duty.by, default=None)
    return wanted[first.duty] if first else "close" if card.may_close else None


def removal(card: DisputeCard, fact: FactLine) -> Command[Any]:
    """Return the command that takes a fact of a dispute out."""
    if fact.entity == PERFORMED:
        return unperform(card.id)
    if fact.entity == ANSWERED:
        return take_answer_back(fact.record)
    return remove_fact(fact.entity, fact.record)


def _room(case: Case) -> str | None:
    """Where the last session was: the next one is mostly there again."""
    return case.sessions[-1].place if case.sessions else None
