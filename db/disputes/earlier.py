"""Earlier disputes of the same parties or the same door: twelve months back, told and nothing more.

It says what the ledger holds, with the reason it is told, and suggests nothing about a person.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from db.disputes import Dispute, DisputeParty
from db.disputes.numbers import short_number
from db.kernel.erasure import ERASED
from db.kernel.ids import Id
from db.kernel.workdays import years_before

NOBODY = ("不详", ERASED)
DOOR = "地点"
MONTHS = 12


class EarlierDispute(NamedTuple):
    """A dispute registered before: `same` names what it shares, a party or 地点."""

    id: Id
    number: str
    day: date
    kind: str
    same: tuple[str, ...]


class Looked(NamedTuple):
    """Whom and what to look for: (name, telephone) of each party, and the door."""

    parties: tuple[tuple[str, str | None], ...]
    household: Id | None = None


def earlier_disputes(
    connection: Connection, looked: Looked, day: date, own: Id | None = None
) -> list[EarlierDispute]:
    """Return the disputes of the twelve months up to the day that share a party or the door.

    A name counts unless both sides' telephones are known and differ. The latest comes first.
    """
    phones = {name: phone for name, phone in looked.parties if name and name not in NOBODY}
    asked: list[ColumnElement[bool]] = [DisputeParty.name.in_(phones)]
    if looked.household is not None:
        asked.append(Dispute.household == looked.household)
    rows = connection.execute(
        select(
            Dispute.id, Dispute.given_year, Dispute.given_number, Dispute.paper_year,
            Dispute.paper_number, Dispute.registered, Dispute.kind, Dispute.household,
            DisputeParty.name, DisputeParty.phone,
        )
        .join(DisputeParty, DisputeParty.dispute == Dispute.id)
        .where(or_(*asked), Dispute.registered.between(years_before(day, 1), day))
        .order_by(Dispute.registered.desc(), Dispute.id, DisputeParty.side, DisputeParty.place)
    )  # fmt: skip
    found: dict[Id, EarlierDispute] = {}
    for id_, *number, registered, kind, household, name, phone in rows:
        if id_ == own:
            continue
        known = phones.get(name)
        same = [name] if name in phones and (not phone or not known or phone == known) else []
        if household is not None and household == looked.household:
            same.append(DOOR)
        if same:
            before = found.get(id_)
            both = dict.fromkeys((*(before.same if before else ()), *same))
            line = EarlierDispute(id_, short_number(*number), registered, kind, tuple(both))
            found[id_] = line
    return list(found.values())


def looked_for(connection: Connection, dispute: Id) -> Looked:
    """Return whom and what a dispute itself has."""
    parties: Sequence[tuple[str, str | None]] = [
        (row.name, row.phone)
        for row in connection.execute(
            select(DisputeParty.name, DisputeParty.phone).where(DisputeParty.dispute == dispute)
        )
    ]
    household = connection.execute(select(Dispute.household).where(Dispute.id == dispute)).scalar()
    return Looked(tuple(parties), household)
