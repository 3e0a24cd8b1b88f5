"""What the dated facts of disputes come to: open or concluded on a day, due, overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, DisputeParty, FollowUp, Reopening
from db.disputes.words import KIND_NAMES
from db.kernel.ids import Id
from db.kernel.workdays import Period, a_month_after, next_working_day


class Ending(NamedTuple):
    """A conclusion as the counts need it."""

    day: date
    outcome: str
    due: date | None
    performed: bool


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
    reopenings: list[date] = field(default_factory=list)
    follow_ups: list[date] = field(default_factory=list)

    def ending_on(self, day: date) -> Ending | None:
        """Return the conclusion in force at the end of the day, None while the dispute is open."""
        last = max((e for e in self.endings if e.day <= day), default=None, key=lambda e: e.day)
        if last and any(last.day <= reopened <= day for reopened in self.reopenings):
            return None
        return last

    def open_on(self, day: date) -> bool:
        """Tell whether it was registered by the day and not concluded by then."""
        return self.registered <= day and self.ending_on(day) is None

    def running_since(self, day: date) -> date:
        """Return the day its month runs from: registration, or the last reopening by the day."""
        return max([d for d in self.reopenings if d <= day], default=self.registered)


@dataclass(frozen=True)
class Clocks:
    """The rules of time: days till a follow-up, and the exceptions to plain weekdays."""

    follow_up_days: int
    working_days: Mapping[date, bool]

    def conclude_by(self, since: date) -> date:
        """Return the last day to conclude: one month, moved off days off."""
        return next_working_day(a_month_after(since), self.working_days)

    def follow_up_by(self, agreed: date) -> date:
        """Return the last day for the follow-up of an agreement."""
        return next_working_day(agreed + timedelta(days=self.follow_up_days), self.working_days)

    def overdue(self, facts: Facts, day: date) -> int:
        """Return how many duties of a dispute are unmet at the end of the day.

        Open past its month; no follow-up though its day has come; performance day come and not
        known to be kept.
        """
        if facts.registered > day:
            return 0
        ending = facts.ending_on(day)
        if ending is None:
            return int(self.conclude_by(facts.running_since(day)) <= day)
        if ending.outcome != "settled":
            return 0
        followed = any(ending.day <= done <= day for done in facts.follow_ups)
        unmet = int(not followed and self.follow_up_by(ending.day) <= day)
        if ending.due is not None and not ending.performed:
            unmet += int(next_working_day(ending.due, self.working_days) <= day)
        return unmet


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


def dispute_facts(connection: Connection) -> list[Facts]:
    """Return the facts of all disputes, in the order of registration."""
    columns = (
        Dispute.id, Dispute.registered, Dispute.kind, Dispute.paper_year, Dispute.paper_number,
        Dispute.risk, Dispute.mediators,
    )  # fmt: skip
    found: dict[Id, Facts] = {}
    rows = connection.execute(select(*columns).order_by(Dispute.registered, Dispute.id))
    for id_, registered, kind, year, number, risk, mediators in rows:
        shown = f"{year}-{number}" if year and number else number or ""
        found[id_] = Facts(id_, registered, kind, shown, risk, mediators)
    for row in connection.execute(
        select(
            Conclusion.dispute, Conclusion.day, Conclusion.outcome, Conclusion.due,
            Conclusion.performed,
        ).order_by(Conclusion.id)
    ):  # fmt: skip
        found[row.dispute].endings.append(Ending(row.day, row.outcome, row.due, row.performed))
    for dispute, day in connection.execute(select(Reopening.dispute, Reopening.day)):
        found[dispute].reopenings.append(day)
    for dispute, day in connection.execute(select(FollowUp.dispute, FollowUp.day)):
        found[dispute].follow_ups.append(day)
    return list(found.values())


def count_disputes(facts: Sequence[Facts], period: Period, clocks: Clocks) -> DisputeCount:
    """Count the disputes of a period by the rules of docs/FIGURES.md."""
    concluded = [e.outcome for f in facts for e in f.endings if e.day in period]
    new = [f.kind for f in facts if f.registered in period]
    before = period.start - timedelta(days=1)
    return DisputeCount(
        new=len(new),
        reopened=sum(day in period for f in facts for day in f.reopenings),
        resolved=concluded.count("settled"),
        failed=concluded.count("failed"),
        referred=concluded.count("referred"),
        withdrawn=concluded.count("withdrawn"),
        open_at_start=sum(f.open_on(before) for f in facts),
        open_at_end=sum(f.open_on(period.end) for f in facts),
        followed_up=sum(day in period for f in facts for day in f.follow_ups),
        overdue=sum(clocks.overdue(f, period.end) for f in facts),
        by_type={name: new.count(code) for code, name in KIND_NAMES.items() if code in new},
    )


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
    names: dict[Id, list[str]] = {}
    parties = select(DisputeParty.dispute, DisputeParty.name)
    for row in connection.execute(parties.order_by(DisputeParty.side, DisputeParty.place)):
        names.setdefault(row.dispute, []).append(row.name)
    lines = []
    for f in dispute_facts(connection):
        if f.open_on(day):
            by = clocks.conclude_by(f.running_since(day))
            lines.append(
                OpenDispute(
                    f.number, f.registered, f.kind, f.risk, tuple(names.get(f.id, ())),
                    f.mediators, by, (by - day).days,
                )
            )  # fmt: skip
    return sorted(lines, key=lambda line: (line.conclude_by, line.registered, line.number))
