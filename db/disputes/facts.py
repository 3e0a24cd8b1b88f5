"""What the dated facts of disputes come to: open or concluded on a day, due, overdue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, FollowUp, Reopening
from db.disputes.course import Closing, Extension, MediationSession, Report
from db.disputes.numbers import short_number
from db.disputes.parties import party_names
from db.disputes.words import GRAVE, KIND_NAMES
from db.kernel.ids import Id
from db.kernel.workdays import Period, a_month_after, next_working_day
from db.post import the_post, working_days

Duty = Literal["期限", "回访", "履行"]
Stage = Literal["registered", "mediating", "to_perform", "to_follow_up", "to_close", "closed"]
STAGE_NAMES: Final[Mapping[Stage, str]] = {
    "registered": "登记", "mediating": "调解中", "to_perform": "待履行", "to_follow_up": "待回访",
    "to_close": "待结案", "closed": "已结案",
}  # fmt: skip
# 人民调解法 art. 33.
CONFIRM_DAYS: Final = timedelta(days=30)


class Ending(NamedTuple):
    """A conclusion as the counts need it; of one day's facts the later id came later."""

    day: date
    outcome: str
    due: date | None
    performed: bool
    id: Id = b""
    performed_on: date | None = None
    answered_on: date | None = None

    def kept_on(self, day: date) -> bool:
        """Tell whether it was known to be kept at the end of the day; an unknown day is before any."""
        return self.performed and (self.performed_on is None or self.performed_on <= day)

    def performance(self, day: date) -> date | None:
        """Return the performance day as it is known at the end of a day: the agreed one, or the one
        before it on which it was kept; None where none was agreed or it was kept nobody knows when.
        """
        if self.due is None or not self.kept_on(day):
            return self.due
        return min(self.due, self.performed_on) if self.performed_on else None


class Reopened(NamedTuple):
    """A reopening: it follows the conclusions before it, on its own day those of a lower id."""

    day: date
    id: Id = b"\xff"


class Extended(NamedTuple):
    """Both sides agreed on a day that the month runs until another."""

    day: date
    until: date


@dataclass
class Facts:
    """The dated facts of one dispute."""

    id: Id
    registered: date
    kind: str
    number: str
    risk: str | None
    mediators: tuple[Id, ...]
    endings: list[Ending] = field(default_factory=list)
    reopenings: list[Reopened] = field(default_factory=list)
    follow_ups: list[date] = field(default_factory=list)
    extensions: list[Extended] = field(default_factory=list)
    reports: list[date] = field(default_factory=list)
    closings: list[tuple[date, Id]] = field(default_factory=list)
    sessions: list[date] = field(default_factory=list)
    imported: bool = False

    def ending_on(self, day: date) -> Ending | None:
        """Return the conclusion in force at the end of the day, None while the dispute is open."""
        until = [e for e in self.endings if e.day <= day]
        last = max(until, default=None, key=lambda e: (e.day, e.id))
        if last and any((last.day, last.id) < r and r.day <= day for r in self.reopenings):
            return None
        return last

    def open_on(self, day: date) -> bool:
        """Tell whether it was registered by the day and not concluded by then."""
        return self.registered <= day and self.ending_on(day) is None

    def closed_on(self, day: date) -> bool:
        """Tell whether it is concluded at the end of the day and its file was closed by then."""
        ending = self.ending_on(day)
        return ending is not None and any(
            closing > (ending.day, ending.id) for closing in self.closings if closing[0] <= day
        )

    @property
    def last_closing(self) -> date | None:
        """The last day its file was closed, whether it still is or not; None if it never was."""
        return max((day for day, _ in self.closings), default=None)

    def to_report_on(self, day: date) -> bool:
        """Tell whether it is grave, its file not closed, and nobody was told of it by the day.

        Of what came in from a workbook only while open: that has no word of reports or of 结案.
        """
        return (
            self.risk == GRAVE
            and self.registered <= day
            and not (self.ending_on(day) if self.imported else self.closed_on(day))
            and not any(told <= day for told in self.reports)
        )

    def unanswered_on(self, day: date) -> date | None:
        """Return the day it was referred, if nobody answered by the day and its file is not closed.

        A workbook has no word of answers: of what came in from one nothing is awaited.
        """
        ending = self.ending_on(day)
        if ending is None or ending.outcome != "referred" or self.imported or self.closed_on(day):
            return None
        answered = ending.answered_on is not None and ending.answered_on <= day
        return None if answered else ending.day

    def stage_on(self, day: date) -> Stage:
        """Return how far its life is at the end of the day: what is next, or how it ended."""
        ending = self.ending_on(day)
        if ending is None:
            held = any(self.running_since(day) <= session <= day for session in self.sessions)
            return "mediating" if held else "registered"
        if self.closed_on(day):
            return "closed"
        if ending.outcome != "settled":
            return "to_close"
        if ending.due is not None and not ending.kept_on(day):
            return "to_perform"
        if self.unvisited_since(ending, day) is not None:
            return "to_follow_up"
        return "to_close"

    def unvisited_since(self, ending: Ending, day: date) -> date | None:
        """Return the day from which an agreement's 回访 is lacking at the end of the day; None: nothing is.

        One sees that it was made, and one on the performance day or later that it is kept; a visit
        that late is both.
        """
        last = max((at for at in self.follow_ups if ending.day <= at <= day), default=None)
        if last is None:
            return ending.day
        seen = ending.performance(day)
        return seen if seen is not None and last < seen else None

    def running_since(self, day: date) -> date:
        """Return the day its month runs from: registration, or the last reopening by the day."""
        return max([r.day for r in self.reopenings if r.day <= day], default=self.registered)


@dataclass(frozen=True)
class Clocks:
    """The rules of time: days till a follow-up, and the exceptions to plain weekdays."""

    follow_up_days: int
    working_days: Mapping[date, bool]

    def knows(self, year: int) -> bool:
        """Tell whether the table has a year; of another every weekday counts as worked."""
        return any(day.year == year for day in self.working_days)

    def working_day(self, day: date) -> date:
        """Return the day, or the next one that is worked."""
        return next_working_day(day, self.working_days)

    def conclude_by(self, since: date) -> date:
        """Return the last day to conclude: one month, moved off days off."""
        return self.working_day(a_month_after(since))

    def deadline(self, facts: Facts, day: date) -> date:
        """Return the last day to conclude an open dispute, as it is known at the end of the day."""
        since = facts.running_since(day)
        agreed = [e.until for e in facts.extensions if since <= e.day <= day]
        return max([self.conclude_by(since), *map(self.working_day, agreed)])

    def follow_up_by(self, agreed: date) -> date:
        """Return the last day for the follow-up of an agreement."""
        return self.working_day(agreed + timedelta(days=self.follow_up_days))

    def confirm_by(self, agreed: date) -> date:
        """Return the last day both sides may ask a court to confirm an agreement (art. 33)."""
        return self.working_day(agreed + CONFIRM_DAYS)

    def duties(self, facts: Facts, day: date) -> Iterator[tuple[Duty, date]]:
        """Yield what is still to be done at the end of the day, and the last day for it.

        Open: to be concluded in its month. Settled: to be followed up in some days and on the agreed
        day, and on that to be performed, if it is not known.
        """
        if facts.registered > day:
            return
        ending = facts.ending_on(day)
        if ending is None:
            yield "期限", self.deadline(facts, day)
        elif ending.outcome == "settled":
            if (since := facts.unvisited_since(ending, day)) is not None:
                first = since == ending.day
                by = self.follow_up_by(since) if first else self.working_day(since)
                yield "回访", by
            if ending.due is not None and not ending.kept_on(day):
                yield "履行", self.working_day(ending.due)

    def overdue(self, facts: Facts, day: date) -> int:
        """Return how many duties of a dispute are unmet at the end of the day, their last one."""
        return sum(by <= day for _, by in self.duties(facts, day))


def clocks(connection: Connection) -> Clocks:
    """Return the post's rules of time."""
    return Clocks(the_post(connection).follow_up_days, working_days(connection))


class DisputeCount(NamedTuple):
    """What the disputes of a period come to; see docs/FIGURES.md."""

    new: int
    reopened: int
    resolved: int
    failed: int
    referred: int
    withdrawn: int
    open_at_start: int
    open_at_end: int
    followed_up: int
    overdue: int
    by_type: dict[str, int]


def dispute_facts(connection: Connection, dispute: Id | None = None) -> list[Facts]:
    """Return the facts of all disputes in the order of registration, or of one of them."""
    columns = (
        Dispute.id, Dispute.registered, Dispute.kind, Dispute.given_year, Dispute.given_number,
        Dispute.paper_year, Dispute.paper_number, Dispute.risk, Dispute.mediators,
        Dispute.imported.is_not(None),
    )  # fmt: skip
    found: dict[Id, Facts] = {}

    def ask(of: Any, *asked: Any) -> Iterator[Any]:
        """The rows of one dispute, or of all."""
        statement = select(*asked)
        return iter(
            connection.execute(statement if dispute is None else statement.where(of == dispute))
        )

    for id_, registered, kind, *number, risk, mediators, imported in ask(Dispute.id, *columns):
        called = short_number(*number)
        found[id_] = Facts(id_, registered, kind, called, risk, mediators, imported=imported)
    for of, *ending in ask(
        Conclusion.dispute, Conclusion.dispute, Conclusion.day, Conclusion.outcome, Conclusion.due,
        Conclusion.performed, Conclusion.id, Conclusion.performed_on,
        Conclusion.answered_on,
    ):  # fmt: skip
        found[of].endings.append(Ending(*ending))
    for of, *reopened in ask(Reopening.dispute, Reopening.dispute, Reopening.day, Reopening.id):
        found[of].reopenings.append(Reopened(*reopened))
    for of, day in ask(FollowUp.dispute, FollowUp.dispute, FollowUp.day):
        found[of].follow_ups.append(day)
    for of, *extended in ask(Extension.dispute, Extension.dispute, Extension.day, Extension.until):
        found[of].extensions.append(Extended(*extended))
    for of, day in ask(Report.dispute, Report.dispute, Report.day):
        found[of].reports.append(day)
    for of, *closing in ask(Closing.dispute, Closing.dispute, Closing.day, Closing.id):
        found[of].closings.append((closing[0], closing[1]))
    for of, day in ask(MediationSession.dispute, MediationSession.dispute, MediationSession.day):
        found[of].sessions.append(day)
    return sorted(found.values(), key=lambda facts: (facts.registered, facts.id))


class DisputesBehind(NamedTuple):
    """The disputes behind each count of `DisputeCount`, one id for each thing counted.

    A dispute with two duties overdue, or followed up twice, stands there twice.
    """

    new: tuple[Id, ...]
    reopened: tuple[Id, ...]
    resolved: tuple[Id, ...]
    failed: tuple[Id, ...]
    referred: tuple[Id, ...]
    withdrawn: tuple[Id, ...]
    open_at_start: tuple[Id, ...]
    open_at_end: tuple[Id, ...]
    followed_up: tuple[Id, ...]
    overdue: tuple[Id, ...]
    by_type: dict[str, tuple[Id, ...]]


def disputes_behind(facts: Sequence[Facts], period: Period, clocks: Clocks) -> DisputesBehind:
    """Return the disputes of a period by the rules of docs/FIGURES.md."""
    before = period.start - timedelta(days=1)
    new = [f for f in facts if f.registered in period]

    def concluded(outcome: str) -> tuple[Id, ...]:
        return tuple(
            f.id for f in facts for e in f.endings if e.day in period and e.outcome == outcome
        )

    return DisputesBehind(
        new=tuple(f.id for f in new),
        reopened=tuple(f.id for f in facts for r in f.reopenings if r.day in period),
        resolved=concluded("settled"),
        failed=concluded("failed"),
        referred=concluded("referred"),
        withdrawn=concluded("withdrawn"),
        open_at_start=tuple(f.id for f in facts if f.open_on(before)),
        open_at_end=tuple(f.id for f in facts if f.open_on(period.end)),
        followed_up=tuple(f.id for f in facts for day in f.follow_ups if day in period),
        overdue=tuple(f.id for f in facts for _ in range(clocks.overdue(f, period.end))),
        by_type={
            name: ids
            for code, name in KIND_NAMES.items()
            if (ids := tuple(f.id for f in new if f.kind == code))
        },
    )


def count_disputes(facts: Sequence[Facts], period: Period, clocks: Clocks) -> DisputeCount:
    """Count the disputes of a period by the rules of docs/FIGURES.md."""
    behind = disputes_behind(facts, period, clocks)._asdict()
    by_type = {name: len(ids) for name, ids in behind.pop("by_type").items()}
    return DisputeCount(**{name: len(ids) for name, ids in behind.items()}, by_type=by_type)


class OpenDispute(NamedTuple):
    """A line of the list of open disputes; `days_left` is negative once past its month."""

    number: str
    registered: date
    kind: str
    risk: str | None
    parties: tuple[str, ...]
    mediators: tuple[Id, ...]
    conclude_by: date
    days_left: int


def open_disputes(connection: Connection, day: date, clocks: Clocks) -> list[OpenDispute]:
    """Return the disputes open at the end of the day, the most pressing first."""
    names = party_names(connection)
    lines = []
    for f in dispute_facts(connection):
        if f.open_on(day):
            by = clocks.deadline(f, day)
            lines.append(
                OpenDispute(
                    f.number, f.registered, f.kind, f.risk, names.get(f.id, ()),
                    f.mediators, by, (by - day).days,
                )
            )  # fmt: skip
    return sorted(lines, key=lambda line: (line.conclude_by, line.registered, line.number))
