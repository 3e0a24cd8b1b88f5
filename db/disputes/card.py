"""One dispute as its panel shows it: who, what, what has come of it, what is still to be done."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, DisputeParty, FollowUp, Reopening
from db.disputes.course import Closing, Extension, MediationSession, Report
from db.disputes.facts import Clocks, Duty, dispute_facts
from db.disputes.steps import SESSION_RESULT_NAMES, lacks
from db.disputes.words import FORM_NAMES, OPEN, RESULT_NAMES, SOURCE_NAMES
from db.kernel.ids import Id
from db.people.colleagues import staff_names
from db.places import Community


class Party(NamedTuple):
    """A party: `side` A applies or complains, B answers."""

    side: str
    name: str
    phone: str | None


class FactLine(NamedTuple):
    """A dated fact: its row, what happened, and what is known of it. A day may be unknown."""

    entity: str
    record: Id
    day: date | None
    title: str
    detail: str


class DutyLine(NamedTuple):
    """What is still to be done, the last day for it, days left (negative once past)."""

    duty: Duty
    by: date
    days_left: int


class DisputeCard(NamedTuple):
    """A dispute; `state` is `open` or how it ended, `facts` are in the order they happened.

    `to_report` tells that it is grave and nobody was told, `may_close` that nothing is lacking.
    """

    id: Id
    number: str
    kind: str
    state: str
    registered: date
    source: str
    risk: str | None
    community: str
    parties: tuple[Party, ...]
    mediators: tuple[str, ...]
    brief: str
    note: str
    facts: tuple[FactLine, ...]
    duties: tuple[DutyLine, ...]
    to_report: bool = False
    closed: bool = False
    may_close: bool = False


def dispute_card(
    connection: Connection, dispute: Id, day: date, clocks: Clocks
) -> DisputeCard | None:
    """Return a dispute as it stands at the end of the day; None if it is gone."""
    row = connection.execute(
        select(
            Dispute.source, Dispute.mediators, Dispute.brief, Dispute.note, Community.name
        )
        .join(Community, Community.id == Dispute.community, isouter=True)
        .where(Dispute.id == dispute)
    ).first()  # fmt: skip
    if row is None:
        return None
    facts = dispute_facts(connection, dispute)[0]
    ending = facts.ending_on(day)
    names = staff_names(connection, row.mediators)
    parties = connection.execute(
        select(DisputeParty.side, DisputeParty.name, DisputeParty.phone)
        .where(DisputeParty.dispute == dispute)
        .order_by(DisputeParty.side, DisputeParty.place)
    )
    return DisputeCard(
        facts.id, facts.number, facts.kind, ending.outcome if ending else OPEN, facts.registered,
        SOURCE_NAMES.get(row.source or "", ""), facts.risk, row.name or "",
        tuple(Party(*party) for party in parties),
        tuple(names[id_] for id_ in row.mediators), row.brief or "", row.note or "",
        tuple(_fact_lines(connection, dispute)),
        tuple(DutyLine(duty, by, (by - day).days) for duty, by in clocks.duties(facts, day)),
        to_report=facts.to_report_on(day), closed=facts.closed_on(day),
        may_close=ending is not None and not facts.closed_on(day) and not lacks(facts, ending),
    )  # fmt: skip


def _fact_lines(connection: Connection, dispute: Id) -> list[FactLine]:
    found: list[tuple[Any, FactLine]] = []
    conclusions = select(Conclusion.__table__).where(Conclusion.dispute == dispute)
    for row in connection.execute(conclusions):
        form = f"{FORM_NAMES[row.form]}协议" if row.form else ""
        due = f"{row.due:%Y-%m-%d}前履行" if row.due else ""
        to = f"移送{row.destination}" if row.destination else ""
        detail = "，".join(word for word in (form, due, to) if word)
        line = FactLine("dispute_conclusion", row.id, row.day, RESULT_NAMES[row.outcome], detail)
        found.append(((row.day, row.id), line))
        if row.performed:
            kept = row.performed_on
            line = FactLine("", row.id, kept, "已履行", "" if kept else "哪天履行没有记")
            found.append(((kept or row.day, row.id + b"\xff"), line))
    reopenings = select(Reopening.__table__).where(Reopening.dispute == dispute)
    for row in connection.execute(reopenings):
        line = FactLine("dispute_reopening", row.id, row.day, "重新受理", row.reason)
        found.append(((row.day, row.id), line))
    follow_ups = select(FollowUp.__table__).where(FollowUp.dispute == dispute)
    for row in connection.execute(follow_ups):
        line = FactLine("dispute_follow_up", row.id, row.day, "回访", row.result or "")
        found.append(((row.day, row.id), line))
    found += _course_lines(connection, dispute)
    return [line for _, line in sorted(found, key=lambda entry: entry[0])]


def _course_lines(connection: Connection, dispute: Id) -> Iterator[tuple[Any, FactLine]]:
    """What happened while it was mediated, and the closing, each under what it is sorted by."""
    said: dict[type[MediationSession | Extension | Report | Closing], Callable[[Any], tuple[str, str]]] = {
        MediationSession: lambda row: (
            f"调解{_at(row.at)}", _joined(row.place, SESSION_RESULT_NAMES[row.result], row.record),
        ),
        Extension: lambda row: (
            "延期", _joined("双方书面同意", f"延到{row.until:%Y-%m-%d}", row.reason),
        ),
        Report: lambda row: (f"报告{_at(row.at)}", f"报给{row.told}"),
        Closing: lambda row: ("结案", row.note or ""),
    }  # fmt: skip
    for record, words in said.items():
        rows = select(record.__table__).where(record.dispute == dispute)
        for row in connection.execute(rows):
            line = FactLine(record.__tablename__, row.id, row.day, *words(row))
            yield (row.day, row.id), line


def _at(minutes: int | None) -> str:
    return "" if minutes is None else f" {minutes // 60:02d}:{minutes % 60:02d}"


def _joined(*words: str | None) -> str:
    return "，".join(word for word in words if word)
