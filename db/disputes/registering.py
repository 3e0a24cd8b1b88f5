"""A dispute is registered, its entries are put right, a mistaken one is taken out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from db.attachments import Attachment, ids_of
from db.disputes import (
    PARTY,
    Conclusion,
    Dispute,
    DisputeDraft,
    DisputeParty,
    FollowUp,
    Reopening,
    dispute_problems,
)
from db.disputes.course import Closing, DisputePaper, Extension, MediationSession, Report
from db.disputes.parties import ORGANISATION, named_as_organisation
from db.disputes.words import KIND_NAMES
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, entry, fit_or_refuse, tidied
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import squeeze, tidy_name
from db.people.colleagues import staff_by_name, staff_names
from db.places import AddressDraft, communities
from db.places.finding import home_at, written_door

# What is asked of a person who registers a dispute, in the order of the form.
REGISTRATION: Final = (
    "registered", "kind", "side_a", "phone_a", "side_b", "phone_b", "brief", "source", "risk",
    "requests", "community", "place", "mediators", "number", "note",
)  # fmt: skip
_OWN: Final = ("registered", "source", "kind", "brief", "risk", "note")
# The 申请书 has room for three.
MOST_REQUESTS: Final = 3


@dataclass(frozen=True)
class RegistrationDraft(DisputeDraft):
    """What a person registers: as a line of a ledger, where it is, and what an application asks for."""

    place: str | None = entry(Field("地点", most=60, **PARTY))
    requests: str | None = entry(Field("申请事项", kind="prose", most=500, **PARTY))


FACTS: Final = (Conclusion, Reopening, FollowUp, MediationSession, Extension, Report, Closing)


def paper_number(text: str | None, year: int) -> tuple[int, str] | None:
    """Return (year, number) of a ledger's own number such as 2026-0001 or (2026)三号人调字第0007号."""
    if not text:
        return None
    word = squeeze(text)
    match = re.match(r"[\[(〔]?((?:19|20)\d{2})[\])〕年\-/.]*(.+)", word)
    if match and re.search(r"\d", match[2]):
        return int(match[1]), match[2]
    return year, word


def registration_problems(draft: DisputeDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a registration from being stored; a person names at least one on each side.

    A ledger that came in may lack one: what was never written down cannot be asked for.
    """
    yield from dispute_problems(draft, today)
    if draft.side_a and not draft.side_b:
        yield Problem("side_b", "没有写乙方；只知道一方时可以写“不详”")
    both = {tidy_name(name) for name in draft.side_a} & {tidy_name(name) for name in draft.side_b}
    if both - {"不详"}:
        yield Problem("side_b", f"{'、'.join(sorted(both))}同时写在甲方和乙方")
    if isinstance(draft, RegistrationDraft) and len(request_lines(draft.requests)) > MOST_REQUESTS:
        yield Problem("requests", f"申请事项最多{MOST_REQUESTS}项，每项一行")


def request_lines(requests: str | None) -> tuple[str, ...]:
    """Return what an application asks for, one by one."""
    return tuple(line.strip() for line in (requests or "").splitlines() if line.strip())


def register_dispute(draft: DisputeDraft) -> Command[Id]:
    """Return the command that registers a dispute; mediators not known yet become colleagues.

    UserError for a draft that may not be stored, a community the ledger does not know, or a paper
    number that another dispute has.
    """

    def run(tx: Tx) -> Id:
        made = new_id()
        values = _values(tx, draft, None)
        tx.add(Dispute, [{"id": made, **values}])
        _write_parties(tx, made, draft)
        return made

    return Command("登记纠纷", Right.WRITE, run, note=_note(draft))


def change_dispute(dispute: Id, draft: DisputeDraft) -> Command[None]:
    """Return the command that sets a dispute's registration to the draft's; what came of it stays."""

    def run(tx: Tx) -> None:
        first = require_dispute(tx.connection, dispute)
        values = _values(tx, draft, dispute)
        earliest = _first_fact(tx.connection, dispute)
        if (
            earliest is not None
            and values["registered"] > earliest
            and values["registered"] != first
        ):
            raise UserError("登记日期晚于已经办过的事，没有保存。请核对。")
        tx.change(Dispute, {dispute: values})
        _write_parties(tx, dispute, draft)

    return Command("修改纠纷登记", Right.WRITE, run, note=_note(draft))


def remove_dispute(dispute: Id) -> Command[None]:
    """Return the command that takes out a dispute registered by mistake, with all that hangs on it."""

    def run(tx: Tx) -> None:
        require_dispute(tx.connection, dispute)
        for table in (*FACTS, DisputePaper, DisputeParty):
            hanging = select(table.id).where(table.dispute == dispute)
            tx.remove(table, tx.connection.execute(hanging).scalars().all())
        tx.remove(Attachment, list(ids_of(tx.connection, dispute)))
        tx.remove(Dispute, [dispute])

    return Command("删除纠纷", Right.WRITE, run)


def registration(connection: Connection, dispute: Id) -> RegistrationDraft | None:
    """Return a dispute's registration as it would be typed; None if it is gone."""
    row = connection.execute(select(Dispute.__table__).where(Dispute.id == dispute)).first()
    if row is None:
        return None
    sides: dict[str, list[Any]] = {"A": [], "B": []}
    for party in connection.execute(
        select(DisputeParty.side, DisputeParty.name, DisputeParty.phone)
        .where(DisputeParty.dispute == dispute)
        .order_by(DisputeParty.side, DisputeParty.place)
    ):
        sides[party.side].append(party)
    named = {line.id: line.name for line in communities(connection)}
    colleagues = staff_names(connection, row.mediators)
    number = f"{row.paper_year}-{row.paper_number}" if row.paper_number else None
    return RegistrationDraft(
        place=row.place,
        requests=row.requests,
        number=number,
        side_a=tuple(party.name for party in sides["A"]),
        phone_a=next((party.phone for party in sides["A"]), None),
        side_b=tuple(party.name for party in sides["B"]),
        phone_b=next((party.phone for party in sides["B"]), None),
        community=named.get(row.community),
        mediators=tuple(colleagues[id_] for id_ in row.mediators),
        **{name: getattr(row, name) for name in _OWN},
    )


def require_dispute(connection: Connection, dispute: Id) -> date:
    """Return the day a dispute was registered; UserError if it is gone."""
    day = connection.execute(select(Dispute.registered).where(Dispute.id == dispute)).scalar()
    if day is None:
        raise UserError("这件纠纷已经不在台账里了，没有改动。")
    return day


def _values(tx: Tx, draft: DisputeDraft, own: Id | None) -> dict[str, Any]:
    fit = fit_or_refuse(draft, registration_problems, tx.today)
    assert fit.registered is not None  # noqa: S101  the problems have seen to it
    paper = paper_number(fit.number, fit.registered.year)
    if paper is not None:
        _refuse_taken(tx.connection, paper, own)
    community = _community(tx.connection, fit.community)
    where: dict[str, Any] = {}
    if isinstance(fit, RegistrationDraft):
        home = home_meant(tx.connection, community, fit.place)
        requests = "\n".join(request_lines(fit.requests)) or None
        where = {"place": fit.place, "household": home, "requests": requests}
    return {
        **{name: getattr(fit, name) for name in _OWN},
        **where,
        "paper_year": paper[0] if paper else None,
        "paper_number": paper[1] if paper else None,
        "community": community,
        "mediators": staff_by_name(tx, fit.mediators),
    }


def _refuse_taken(connection: Connection, paper: tuple[int, str], own: Id | None) -> None:
    taken = connection.execute(
        select(Dispute.id).where(Dispute.paper_year == paper[0], Dispute.paper_number == paper[1])
    ).scalars()
    if any(id_ != own for id_ in taken):
        raise UserError(f"编号{paper[0]}-{paper[1]}已经用在另一件纠纷上，没有保存。")


def home_meant(connection: Connection, community: Id | None, place: str | None) -> Id | None:
    """Return the home a place names, if it is the address of one; a market is a place too."""
    if not place:
        return None
    try:
        where, address = written_door(connection, community, AddressDraft(whole=place))
    except UserError:
        return None
    found = home_at(connection, where, address.key)
    return found.household if found else None


def _community(connection: Connection, name: str | None) -> Id | None:
    if not name:
        return None
    found = {line.name: line.id for line in communities(connection)}
    if name not in found:
        raise UserError(f"台账里没有“{name}”这个社区，没有保存。")
    return found[name]


def _write_parties(tx: Tx, dispute: Id, draft: DisputeDraft) -> None:
    """Set the parties; one is known again by side and name, then by side and place.

    So a row keeps its id and what else is known of the party, whatever is put before it. The form
    has one telephone a side, that of its first party.
    """
    rows = tx.connection.execute(
        select(DisputeParty.id, DisputeParty.side, DisputeParty.place, DisputeParty.name)
        .where(DisputeParty.dispute == dispute)
        .order_by(DisputeParty.side, DisputeParty.place)
    ).all()
    fit = tidied(draft)
    wanted = [
        (side, place, name, phone)
        for side, names, phone in (("A", fit.side_a, fit.phone_a), ("B", fit.side_b, fit.phone_b))
        for place, name in enumerate(map(tidy_name, names), 1)
    ]
    known: dict[tuple[str, int], Id] = {}
    by_name = {(row.side, row.name): row.id for row in reversed(rows)}
    for side, place, name, _ in wanted:
        if (own := by_name.pop((side, name), None)) is not None:
            known[side, place] = own
    by_place = {(r.side, r.place): r.id for r in rows if r.id not in known.values()}
    for side, place, _, _ in wanted:
        if (side, place) not in known and (own := by_place.pop((side, place), None)) is not None:
            known[side, place] = own
    new: list[dict[str, Any]] = []
    changed: dict[Id, dict[str, Any]] = {}
    for side, place, name, phone in wanted:
        values = {"place": place, "name": name, **({"phone": phone} if place == 1 else {})}
        if (side, place) in known:
            changed[known[side, place]] = values
        else:
            kind = ORGANISATION if named_as_organisation(name) else None
            new.append({"id": new_id(), "dispute": dispute, "side": side, "kind": kind, **values})
    tx.change(DisputeParty, changed)
    tx.add(DisputeParty, new)
    tx.remove(DisputeParty, [row.id for row in rows if row.id not in known.values()])


def _first_fact(connection: Connection, dispute: Id) -> date | None:
    days: list[date] = []
    for table in FACTS:
        days += connection.execute(select(table.day).where(table.dispute == dispute)).scalars()
    return min(days, default=None)


def _note(draft: DisputeDraft) -> str:
    # The history keeps its notes for ever: a name has no place in one.
    return f"{KIND_NAMES.get(draft.kind, '')}纠纷"
