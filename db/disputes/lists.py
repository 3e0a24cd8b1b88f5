"""The list of disputes: each with its parties, its state on a day and the day it must be done by."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.disputes import Dispute
from db.disputes.facts import Clocks, Stage, dispute_facts
from db.disputes.parties import party_names
from db.disputes.words import OPEN
from db.kernel.ids import Id
from db.people import Staff
from db.places import Community


class DisputeRow(NamedTuple):
    """A dispute in a list; `state` is `open` or how it ended, by its code.

    `by` is the last day of what is to be done next, `days_left` negative once it is past.
    """

    id: Id
    number: str
    registered: date
    kind: str
    risk: str | None
    parties: tuple[str, ...]
    mediators: tuple[str, ...]
    community: str
    state: str
    stage: Stage
    concluded: date | None
    by: date | None
    days_left: int | None
    brief: str


def disputes(connection: Connection, day: date, clocks: Clocks) -> list[DisputeRow]:
    """Return all disputes registered by the day: the open ones by their last day, then the others."""
    names = party_names(connection)
    colleagues = dict(connection.execute(select(Staff.id, Staff.name)).all())
    told = {
        row.id: (row.brief or "", row.name or "")
        for row in connection.execute(
            select(Dispute.id, Dispute.brief, Community.name).join(
                Community, Community.id == Dispute.community, isouter=True
            )
        )
    }
    rows = []
    for facts in dispute_facts(connection):
        if facts.registered > day:
            continue
        ending = facts.ending_on(day)
        by = min((last for _, last in clocks.duties(facts, day)), default=None)
        brief, community = told[facts.id]
        rows.append(
            DisputeRow(
                facts.id, facts.number, facts.registered, facts.kind, facts.risk,
                names.get(facts.id, ()),
                tuple(colleagues.get(id_, "") for id_ in facts.mediators),
                community, ending.outcome if ending else OPEN, facts.stage_on(day), ending.day if ending else None,
                by, (by - day).days if by else None, brief,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda r: (r.by is None, r.by or date.max, -r.registered.toordinal()))
