"""One dispute as its panel shows it: who, what, what has come of it, what is still to be done."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.attachments import attachments_of
from db.disputes import Conclusion, Dispute, FollowUp, Reopening
from db.disputes.agreeing import ANSWER_NAMES
from db.disputes.case import Case, SessionHeld, dispute_case
from db.disputes.course import Closing, Extension, MediationSession, Report
from db.disputes.dossier import PaperLine, dossier, missing
from db.disputes.earlier import EarlierDispute, earlier_disputes, looked_for
from db.disputes.facts import Clocks, Duty, dispute_facts
from db.disputes.steps import SESSION_RESULT_NAMES, lacks
from db.disputes.words import FORM_NAMES, OPEN, RESULT_NAMES, SOURCE_NAMES
from db.kernel.dates import clock_text
from db.kernel.ids import Id
from db.people.colleagues import staff_names
from db.places import Community

SHORT: Final = 60
PERFORMED: Final = "performed"
ANSWERED: Final = "answered"


class FactLine(NamedTuple):
    """A dated fact: its row, what happened, and what is known of it. A day may be unknown.

    What stands in a conclusion's row beside it is PERFORMED or ANSWERED, and not a table.
    """

    entity: str
    record: Id
    day: date | None
    title: str
    detail: str


class DutyLine(NamedTuple):
    """What is still to be done, the last day for it, days left (negative once past).

    `known` tells that the table of holidays has the year of that day.
    """

    duty: Duty
    by: date
    days_left: int
    known: bool = True


class DisputeCard(NamedTuple):
    """A dispute; `state` is `open` or how it ended, `facts` are in the order they happened.

    `to_report` tells that it is grave and nobody was told, `may_close` that no fact is lacking.
    `case` is what its papers say, `papers` what has become of them, `earlier` the disputes of twelve
    months before it that share a party or the door, `attachments` how many it has. `confirm_by` is the
    last day both sides may ask a court to confirm their agreement, None without one or once past.
    """

    id: Id
    number: str
    kind: str
    state: str
    registered: date
    source: str
    risk: str | None
    community: str
    mediators: tuple[str, ...]
    brief: str
    note: str
    facts: tuple[FactLine, ...]
    duties: tuple[DutyLine, ...]
    case: Case
    papers: tuple[PaperLine, ...]
    earlier: tuple[EarlierDispute, ...]
    attachments: int = 0
    confirm_by: date | None = None
    to_report: bool = False
    closed: bool = False
    may_close: bool = False

    @property
    def missing(self) -> list[str]:
        """The papers the file needs and has not, by name."""
        return missing(self.papers)


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
    case = dispute_case(connection, dispute, day)
    assert case is not None  # noqa: S101  its row was read just now
    looked = looked_for(connection, dispute)
    confirm = clocks.confirm_by(ending.day) if ending and ending.outcome == "settled" else None
    return DisputeCard(
        facts.id, facts.number, facts.kind, ending.outcome if ending else OPEN, facts.registered,
        SOURCE_NAMES.get(row.source or "", ""), facts.risk, row.name or "",
        tuple(names[id_] for id_ in row.mediators), row.brief or "", row.note or "",
        tuple(_fact_lines(connection, dispute, case)),
        tuple(
            DutyLine(duty, by, (by - day).days, clocks.knows(by.year))
            for duty, by in clocks.duties(facts, day)
        ),
        case=case, papers=dossier(connection, case),
        earlier=tuple(earlier_disputes(connection, looked, facts.registered, dispute)),
        attachments=len(attachments_of(connection, dispute)),
        confirm_by=confirm if confirm and confirm >= day else None, to_report=facts.to_report_on(day), closed=facts.closed_on(day),
        may_close=ending is not None and not facts.closed_on(day) and not lacks(facts, ending),
    )  # fmt: skip


def _fact_lines(connection: Connection, dispute: Id, case: Case) -> list[FactLine]:
    found: list[tuple[Any, FactLine]] = []
    conclusions = select(Conclusion.__table__).where(Conclusion.dispute == dispute)
    for row in connection.execute(conclusions):
        form = f"{FORM_NAMES[row.form]}协议" if row.form else ""
        due = f"{row.due:%Y-%m-%d}前履行" if row.due else ""
        to = f"移送{row.destination}" if row.destination else ""
        told = "已告知法律途径" if row.told_ways else ""
        detail = _joined(form, due, to, row.reason, told)
        line = FactLine("dispute_conclusion", row.id, row.day, RESULT_NAMES[row.outcome], detail)
        found.append(((row.day, row.id), line))
        if row.performed:
            kept = row.performed_on
            line = FactLine(PERFORMED, row.id, kept, "已履行", "" if kept else "哪天履行没有记")
            found.append(((kept or row.day, row.id + b"\xff"), line))
        if row.answer:
            said = _joined(ANSWER_NAMES[row.answer], row.answer_note)
            line = FactLine(ANSWERED, row.id, row.answered_on, "移送答复", said)
            found.append(((row.answered_on, row.id + b"\xff"), line))
    reopenings = select(Reopening.__table__).where(Reopening.dispute == dispute)
    for row in connection.execute(reopenings):
        line = FactLine("dispute_reopening", row.id, row.day, "重新受理", row.reason)
        found.append(((row.day, row.id), line))
    for done in case.follow_ups:
        by = f"回访人{done.by}" if done.by else ""
        line = FactLine(FollowUp.__tablename__, done.id, done.day, "回访", _joined(by, done.result))
        found.append(((done.day, done.id), line))
    for held in case.sessions:
        line = FactLine(
            MediationSession.__tablename__, held.id, held.day, f"调解{_at(held.at)}", _session(held)
        )
        found.append(((held.day, held.id), line))
    found += _course_lines(connection, dispute)
    return [line for _, line in sorted(found, key=lambda entry: entry[0])]


def _course_lines(connection: Connection, dispute: Id) -> Iterator[tuple[Any, FactLine]]:
    """What happened while it was mediated, and the closing, each under what it is sorted by."""
    said: dict[type[Extension | Report | Closing], Callable[[Any], tuple[str, str]]] = {
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


def _session(held: SessionHeld) -> str:
    """A 调解 in words: where, who was there, what came of it."""
    return _joined(
        held.place,
        f"调解人{'、'.join(held.mediators)}" if held.mediators else "",
        f"参加人{held.attended}" if held.attended else "",
        SESSION_RESULT_NAMES[held.result],
        _short(held.record),
    )


def _at(minutes: int | None) -> str:
    return "" if minutes is None else f" {clock_text(minutes)}"


def _short(text: str | None) -> str:
    """The beginning of a record: the whole stands on its paper."""
    said = " ".join((text or "").split())
    return said if len(said) <= SHORT else f"{said[:SHORT]}……"


def _joined(*words: str | None) -> str:
    return "，".join(word for word in words if word)
