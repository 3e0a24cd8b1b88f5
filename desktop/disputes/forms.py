"""The forms of a dispute: its registration, and one for each thing that comes of it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from db.disputes import DisputeDraft
from db.disputes.life import (
    DESTINATIONS,
    ConclusionDraft,
    FollowUpDraft,
    PerformanceDraft,
    ReopeningDraft,
    conclude,
    conclusion_problems,
    dated_problems,
    fact_problems,
    follow_up,
    perform,
    reopen,
)
from db.disputes.registering import REGISTRATION, registration_problems
from db.disputes.steps import (
    SESSION_RESULT_NAMES,
    TOLD,
    ClosingDraft,
    ExtensionDraft,
    ReportDraft,
    SessionDraft,
    close,
    extend,
    extension_problems,
    hold_session,
    report,
    session_problems,
)
from db.disputes.words import FORM_NAMES, KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES, SOURCE_NAMES
from db.kernel.ids import Id
from db.kernel.journal import Command
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.forms import DraftForm

ENDING_NAMES = {code: name for code, name in RESULT_NAMES.items() if code != OPEN}
ASKED = {
    "settled": ("outcome", "day", "form", "due"),
    "referred": ("outcome", "day", "destination"),
}


class Fact(NamedTuple):
    """One thing that happens to a dispute: its draft, its check, and the command that writes it."""

    title: str
    draft: Any
    problems: Callable[[Any, date], Any]
    command: Callable[[Id, Any], Command[Any]]
    names: Mapping[str, Mapping[str, str]] = {}


FACTS: dict[str, Fact] = {
    "conclude": Fact(
        "结论", ConclusionDraft, conclusion_problems, conclude,
        {"outcome": ENDING_NAMES, "form": FORM_NAMES},
    ),
    "perform": Fact("履行", PerformanceDraft, fact_problems, perform),
    "follow_up": Fact("回访", FollowUpDraft, fact_problems, follow_up),
    "reopen": Fact("重新受理", ReopeningDraft, fact_problems, reopen),
    "session": Fact(
        "调解记录", SessionDraft, session_problems, hold_session, {"result": SESSION_RESULT_NAMES},
    ),
    "extend": Fact("延期", ExtensionDraft, extension_problems, extend),
    "report": Fact("报告", ReportDraft, dated_problems, report),
    "close": Fact("结案", ClosingDraft, dated_problems, close),
}  # fmt: skip


def registration_form(today: Callable[[], date]) -> DraftForm:
    """Return the form of a registration."""
    names = {"kind": KIND_NAMES, "source": SOURCE_NAMES, "risk": RISK_NAMES, "community": {}}
    return DraftForm(
        DisputeDraft,
        lambda draft: registration_problems(draft, today()),
        names,
        today,
        REGISTRATION,
    )


class FactForm(DraftForm):
    """The form of one fact; that of a conclusion asks only for what its outcome needs."""

    def __init__(self, fact: Fact, today: Callable[[], date]) -> None:
        super().__init__(fact.draft, lambda draft: fact.problems(draft, today()), fact.names, today)
        self._fact, self._today = fact, today
        if fact.draft is ConclusionDraft:
            self.knows("destination", DESTINATIONS)
            self.edited.connect(self._ask_for_outcome)
        if fact.draft is ReportDraft:
            self.knows("told", TOLD)

    def begin(self) -> None:
        """Show it empty, for today."""
        self.show_draft(self._fact.draft(day=self._today()))
        if self._fact.draft is ConclusionDraft:
            self._ask_for_outcome()

    def _ask_for_outcome(self) -> None:
        outcome = self.field("outcome")
        assert isinstance(outcome, ChoiceBox)  # noqa: S101  it is declared a choice
        self.ask_only(ASKED.get(outcome.currentData(), ("outcome", "day")))
