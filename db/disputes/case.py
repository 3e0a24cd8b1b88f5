"""A dispute with everything its papers say: the parties in full, the sessions, the agreement."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, FollowUp
from db.disputes.agreeing import AgreementDraft, agreement
from db.disputes.course import Extension, MediationSession
from db.disputes.facts import dispute_facts
from db.disputes.numbers import number_text
from db.disputes.parties import Party, parties_of
from db.disputes.registering import request_lines
from db.disputes.words import OPEN
from db.kernel.ids import Id
from db.people.colleagues import staff_names
from db.people.roster import volunteer_names
from db.places import Community
from db.post import PostDraft, the_post


class SessionHeld(NamedTuple):
    """A 调解 as its record tells it; `at` is minutes since midnight, `result` by its code.

    `volunteers` of the roster took part; with the `invited` they are the record's 参加人.
    """

    day: date
    at: int | None
    place: str | None
    mediators: tuple[str, ...]
    recorder: str | None
    invited: str | None
    record: str | None
    result: str
    volunteers: tuple[str, ...] = ()
    id: Id = b""

    @property
    def attended(self) -> str:
        """Who took part besides parties and mediators, each once."""
        invited = self.invited or ""
        others = [name for name in self.volunteers if name not in invited]
        return "、".join([invited, *others] if invited else others)


class ExtensionAgreed(NamedTuple):
    """A 延期 both sides agreed to."""

    day: date
    until: date
    reason: str | None


class Visited(NamedTuple):
    """A 回访 that was done, by colleagues and people of the roster."""

    day: date
    result: str | None
    staff: tuple[str, ...] = ()
    volunteers: tuple[str, ...] = ()
    id: Id = b""

    @property
    def by(self) -> str:
        """Who made it, each once."""
        return "、".join(dict.fromkeys((*self.staff, *self.volunteers)))


@dataclass(frozen=True)
class Case:
    """A dispute as its papers need it; `outcome` is open or that of the conclusion in force."""

    id: Id
    post: PostDraft
    number: str
    paper_number: str
    registered: date | None
    source: str | None
    kind: str
    brief: str
    place: str
    community: str
    mediators: tuple[str, ...]
    parties: tuple[Party, ...]
    outcome: str
    since: date | None
    concluded: date | None = None
    form: str | None = None
    destination: str | None = None
    agreement: AgreementDraft = field(default_factory=AgreementDraft)
    answered: bool = False
    performed: bool = False
    performed_on: date | None = None
    sessions: tuple[SessionHeld, ...] = ()
    extensions: tuple[ExtensionAgreed, ...] = ()
    follow_ups: tuple[Visited, ...] = ()
    closed_on: date | None = None
    requests: tuple[str, ...] = ()
    reason: str = ""
    told_ways: bool = False

    def side(self, side: str) -> tuple[Party, ...]:
        """Return the parties of one side in their order."""
        return tuple(party for party in self.parties if party.side == side)


def blank_case(connection: Connection) -> Case:
    """Return a case of nobody, for forms to be filled by hand."""
    return Case(
        b"", the_post(connection), "", "", None, None, "", "", "", "", (), (), "settled", None
    )


def dispute_case(connection: Connection, dispute: Id, day: date) -> Case | None:
    """Return a dispute with what its papers say at the end of the day; None if it is gone."""
    row = connection.execute(
        select(Dispute.__table__, Community.name.label("community_name"))
        .join(Community, Community.id == Dispute.community, isouter=True)
        .where(Dispute.id == dispute)
    ).first()
    if row is None:
        return None
    post = the_post(connection)
    facts = dispute_facts(connection, dispute)[0]
    ending = facts.ending_on(day)
    names = staff_names(connection, row.mediators)
    of_ending: dict[str, Any] = {}
    if ending is not None:
        conclusion = connection.execute(
            select(Conclusion.__table__).where(Conclusion.id == ending.id)
        ).one()
        of_ending = {
            "concluded": ending.day, "form": conclusion.form,
            "destination": conclusion.destination, "answered": conclusion.answer is not None, "performed": conclusion.performed,
            "performed_on": conclusion.performed_on, "agreement": agreement(connection, ending.id),
            "reason": conclusion.reason or "", "told_ways": bool(conclusion.told_ways),
        }  # fmt: skip
    closed = [on for on, _ in facts.closings if facts.closed_on(day)]
    paper = f"{row.paper_year}-{row.paper_number}" if row.paper_number else ""
    return Case(
        dispute, post, number_text(post.code, row.given_year, row.given_number), paper,
        row.registered, row.source, row.kind, row.brief or "", row.place or "",
        row.community_name or "", tuple(names[id_] for id_ in row.mediators),
        parties_of(connection, dispute), ending.outcome if ending else OPEN,
        facts.running_since(day),
        sessions=_sessions(connection, dispute), extensions=_extensions(connection, dispute),
        follow_ups=_follow_ups(connection, dispute), closed_on=max(closed, default=None),
        requests=request_lines(row.requests), **of_ending,
    )  # fmt: skip


def _sessions(connection: Connection, dispute: Id) -> tuple[SessionHeld, ...]:
    rows = connection.execute(
        select(MediationSession.__table__)
        .where(MediationSession.dispute == dispute)
        .order_by(MediationSession.day, MediationSession.at, MediationSession.id)
    ).all()
    names = staff_names(connection, [id_ for row in rows for id_ in row.mediators])
    roster = volunteer_names(connection, [id_ for row in rows for id_ in row.volunteers or ()])
    return tuple(
        SessionHeld(
            row.day, row.at, row.place, tuple(names[id_] for id_ in row.mediators), row.recorder,
            row.invited, row.record, row.result,
            tuple(roster[id_] for id_ in row.volunteers or ()), row.id,
        )
        for row in rows
    )  # fmt: skip


def _extensions(connection: Connection, dispute: Id) -> tuple[ExtensionAgreed, ...]:
    rows = select(Extension.day, Extension.until, Extension.reason)
    of = rows.where(Extension.dispute == dispute).order_by(Extension.day, Extension.id)
    return tuple(ExtensionAgreed(*row) for row in connection.execute(of))


def _follow_ups(connection: Connection, dispute: Id) -> tuple[Visited, ...]:
    asked = select(FollowUp.__table__).where(FollowUp.dispute == dispute)
    rows = connection.execute(asked.order_by(FollowUp.day, FollowUp.id)).all()
    names = staff_names(connection, [id_ for row in rows for id_ in row.staff or ()])
    roster = volunteer_names(connection, [id_ for row in rows for id_ in row.volunteers or ()])
    return tuple(
        Visited(
            row.day, row.result, tuple(names[id_] for id_ in row.staff or ()),
            tuple(roster[id_] for id_ in row.volunteers or ()), row.id,
        )
        for row in rows
    )  # fmt: skip
