"""A month counted anew from its sources: claims, decisions, caps, then each volunteer's line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.workdays import Month, Period
from db.places import communities
from db.points.claims import Claim, claims_of
from db.points.counting import LEFT_OUT, NO_ITEM, Counted, count, why_text
from db.points.doubts import Decision, Doubt, decisions, find_doubts, left_out_of
from db.points.rules import Item, Rules, Scheme, rules_of
from db.points.sheet import Entry, Line, Share
from db.points.standing import Person, people
from db.points.subsidy import due, grade_of, standard_text


class Basis(NamedTuple):
    """What every count of a ledger starts from, read once."""

    rules: Rules
    people: Mapping[Id, Person]
    communities: Mapping[Id, str]


class Recount(NamedTuple):
    """A month counted anew; `lines` have no corrections and are not reduced yet.

    `unplaced` are the claims that no item takes.
    """

    month: Month
    basis: Basis
    claims: tuple[Claim, ...]
    lines: tuple[Line, ...]
    doubts: tuple[Doubt, ...]
    unplaced: tuple[Counted, ...]


def basis_of(connection: Connection) -> Basis:
    """Return what every count starts from."""
    named = {line.id: line.name for line in communities(connection)}
    return Basis(rules_of(connection), people(connection), named)


def recount(
    connection: Connection,
    month: Month,
    basis: Basis | None = None,
    up_to: date | None = None,
) -> Recount:
    """Return a month counted from what the ledger now has, by the schemes of its own days.

    `up_to` leaves out later days: a session that is planned may have people marked as present.
    """
    basis = basis or basis_of(connection)
    whole = month.period
    period = whole if up_to is None else Period(whole.start, min(whole.end, up_to))
    claims = claims_of(connection, period, basis.people, basis.rules)
    return counted_month(month, basis, claims, decisions(connection, month))


def counted_month(
    month: Month, basis: Basis, claims: Sequence[Claim], decided: Sequence[Decision]
) -> Recount:
    """Return a month counted from its claims and what was decided of them. Pure."""
    counted = count(claims, basis.rules, left_out_of(decided))
    of: dict[Id, list[Counted]] = defaultdict(list)
    for one in counted:
        of[one.claim.volunteer].append(one)
    lines = tuple(
        line_of(month, basis, person, of.get(person.id, ()))
        for person in basis.people.values()
        if person.id in of or person.service.served_in(month.period)
    )
    doubts = find_doubts(month, claims, basis.people, decided)
    unplaced = tuple(one for one in counted if one.why == NO_ITEM)
    return Recount(month, basis, tuple(claims), lines, tuple(doubts), unplaced)


def scheme_of(month: Month, basis: Basis, person: Person) -> Scheme | None:
    """Return what a volunteer is paid by: the scheme of their community on the month's last day."""
    end = month.period.end
    return basis.rules.at(person.service.on(end).community, end)


def line_of(month: Month, basis: Basis, person: Person, counted: Sequence[Counted]) -> Line:
    """Return a volunteer's line from their counted claims: community and role of the month's end."""
    home, role = person.service.on(month.period.end)
    scheme = scheme_of(month, basis, person)
    shares = _shares(basis, counted)
    points = sum(share.points for share in shares)
    band = grade_of(scheme, points)
    owed = due(scheme, points)
    return Line(
        person.id, person.name, home, basis.communities[home], role, person.occupation,
        scheme.id if scheme else None, shares, points, band.grade if band else None,
        standard_text(scheme, points), owed, owed, (), owed,
    )  # fmt: skip


def _shares(basis: Basis, counted: Sequence[Counted]) -> tuple[Share, ...]:
    groups: dict[tuple[str, Id], list[tuple[Item, Counted]]] = defaultdict(list)
    for one in counted:
        if one.claim.item is not None:
            groups[one.claim.item.key, one.claim.community].append((one.claim.item, one))
    shares = []
    for (key, community), mine in groups.items():
        item = mine[-1][0]
        counts = [one for _, one in mine]
        entries = tuple(
            Entry(
                one.claim.day, one.claim.key, one.claim.times, one.asked, one.points, why_text(one)
            )
            for one in counts
        )
        shares.append(
            Share(
                key, item.name, item.kind, community, basis.communities[community],
                sum(one.claim.times for one in counts if one.why != LEFT_OUT),
                sum(one.points for one in counts), sum(one.cut for one in counts), entries,
            )
        )  # fmt: skip
    # As the latest version orders its items.
    keys = dict.fromkeys(item.key for s in basis.rules.schemes for item in s.items)
    ranks = {key: rank for rank, key in enumerate(keys)}
    return tuple(sorted(shares, key=lambda s: (ranks[s.item], s.community_name, s.community)))
