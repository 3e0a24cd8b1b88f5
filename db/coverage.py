"""Coverage of a campaign: which homes of its base are done, exhausted, or still to be visited.

One statement counts the tries at each door; the sums by community and by building and the state of
each door all stand on it, so no two of them can differ.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from db.kernel.ids import Id
from db.places import OUTSIDE_EVERY_BASE, Building, Community, Household
from db.places.address import Address
from db.visits import CampaignLine, Visit

NO_CAMPAIGN_DAYS = 365


class CoverageLine(NamedTuple):
    """One community: base = done + exhausted + remaining."""

    community: Id
    name: str
    base: int
    done: int
    exhausted: int

    @property
    def remaining(self) -> int:
        """Homes of the base that are neither done nor exhausted."""
        return self.base - self.done - self.exhausted


class BuildingLine(NamedTuple):
    """One building of a community, named as people say it: 晨园3号楼, 东沟3组."""

    community: Id
    community_name: str
    building: Id
    label: str
    base: int
    done: int
    exhausted: int

    @property
    def remaining(self) -> int:
        """Homes of the base that are neither done nor exhausted."""
        return self.base - self.done - self.exhausted


class DoorState(NamedTuple):
    """One door in a campaign, up to a day.

    `state` is done, exhausted_tries, exhausted_refused, exhausted_phone, tried, untouched, or
    outside (empty or invalid now). `tries` counts those in vain; `last_day` and `last_outcome` are
    of the last visit within the campaign. `floor` follows from the room's number where it has one.
    """

    household: Id
    building: Id
    unit: str
    room: str
    label: str
    floor: int | None
    occupancy: str
    state: str
    tries: int
    last_day: date | None
    last_outcome: str | None


def without_campaign(day: date) -> CampaignLine:
    """Return what stands for a campaign where none covers the day: the year up to it."""
    start = day - timedelta(days=NO_CAMPAIGN_DAYS)
    return CampaignLine(b"", "", start, day, (), 3, refusal_closes=True, phone_closes=False)


def coverage(connection: Connection, campaign: CampaignLine, day: date) -> list[CoverageLine]:
    """Return the campaign's coverage up to the day, by community in their order.

    base = homes in scope not empty or invalid now; done = with a met visit inside the campaign and
    up to the day; exhausted = not done, and not_home or left_card as often as the campaign says, or
    refused (or reached by phone) where that closes a door.
    """
    tries = _tries(campaign, day)
    statement = (
        select(Community.id, Community.name, *_sums(campaign, tries))
        .join(Household, _in_base(Household.community == Community.id), isouter=True)
        .join(tries, tries.c.household == Household.id, isouter=True)
        .group_by(Community.id, Community.name, Community.rank)
        .order_by(Community.rank, Community.id)
    )
    rows = connection.execute(_scoped(statement, campaign))
    return [CoverageLine(*row) for row in rows]


def building_progress(
    connection: Connection, campaign: CampaignLine, day: date
) -> list[BuildingLine]:
    """Return the same by building: communities in their order, in each estates and numbers."""
    tries = _tries(campaign, day)
    statement = (
        select(
            Community.id, Community.name, Building.id, Building.estate, Building.number,
            Building.rural, *_sums(campaign, tries),
        )
        .join(Building, Building.community == Community.id)
        .join(Household, _in_base(Household.building == Building.id), isouter=True)
        .join(tries, tries.c.household == Household.id, isouter=True)
        .group_by(
            Community.id, Community.name, Community.rank, Building.id, Building.estate,
            Building.number, Building.rural,
        )
        .order_by(Community.rank, Community.id)
    )  # fmt: skip
    rows: Sequence[Any] = connection.execute(_scoped(statement, campaign)).all()
    order = {community: at for at, community in enumerate(dict.fromkeys(row[0] for row in rows))}
    rows = sorted(rows, key=lambda row: (order[row[0]], row[3], natural(row[4])))
    return [
        BuildingLine(community, name, building, building_text(estate, number, rural=rural), *counts)
        for community, name, building, estate, number, rural, *counts in rows
    ]


def door_states(
    connection: Connection,
    campaign: CampaignLine,
    day: date,
    *,
    building: Id | None = None,
    doors: Sequence[Id] | None = None,
) -> list[DoorState]:
    """Return the state of every door of a building, or of the doors named, or of the whole post.

    In walking order: unit by unit, floor by floor from the ground, rooms by number.
    """
    tries = _tries(campaign, day, building=building, doors=doors)
    statement = select(
        Household.id, Household.building, Household.unit, Household.room, Household.contact,
        Household.occupancy, _state(campaign, tries), tries.c.missed, tries.c.last,
    ).join(tries, tries.c.household == Household.id, isouter=True)  # fmt: skip
    if building is not None:
        statement = statement.where(Household.building == building)
    if doors is not None:
        statement = statement.where(Household.id.in_(doors))
    found = [_door(*row) for row in connection.execute(statement)]
    return sorted(found, key=walking_order)


def walking_order(door: DoorState) -> tuple[Any, ...]:
    """Return what doors of a building are sorted by."""
    return (natural(door.unit), door.floor or 0, natural(door.room), door.label)


def building_text(estate: str, number: str, *, rural: bool) -> str:
    """Return a building as people say it."""
    return Address(estate, number, group=rural).building_text


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return what texts with numbers are sorted by, so that 2 stands before 10."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)


def floor_of(room: str) -> int | None:
    """Return the floor a room's number tells: 401 is on 4, 1203 on 12, 0302 on 3; else None."""
    match = re.match(r"(\d{1,2})(\d{2})(?:\D|$)", room)
    return int(match[1]) if match and int(match[1]) else None


def _tries(
    campaign: CampaignLine,
    day: date,
    *,
    building: Id | None = None,
    doors: Sequence[Id] | None = None,
) -> Subquery:
    def times(*outcomes: str) -> ColumnElement[int]:
        return func.sum(case((Visit.outcome.in_(outcomes), 1), else_=0))

    # Day, minutes and outcome in one text, so that the greatest is the last visit's.
    stamp = cast(Visit.day, Text) + cast(func.coalesce(Visit.at, 0) + 10_000, Text) + Visit.outcome
    statement = (
        select(
            Visit.household.label("household"),
            times("met").label("met"),
            times("not_home", "left_card").label("missed"),
            times("refused").label("refused"),
            times("phone").label("phoned"),
            func.max(stamp).label("last"),
        )
        .where(Visit.day.between(campaign.start, min(day, campaign.end)))
        .group_by(Visit.household)
    )
    if building is not None:
        inside = select(Household.id).where(Household.building == building)
        statement = statement.where(Visit.household.in_(inside))
    if doors is not None:
        statement = statement.where(Visit.household.in_(doors))
    return statement.subquery()


def _exhausted(campaign: CampaignLine, tries: Subquery) -> ColumnElement[bool]:
    closed = [tries.c.missed >= campaign.tries]
    if campaign.refusal_closes:
        closed.append(tries.c.refused >= 1)
    if campaign.phone_closes:
        closed.append(tries.c.phoned >= 1)
    return and_(tries.c.met == 0, or_(*closed))


def _sums(campaign: CampaignLine, tries: Subquery) -> tuple[ColumnElement[int], ...]:
    return (
        func.count(Household.id),
        func.coalesce(func.sum(case((tries.c.met >= 1, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_exhausted(campaign, tries), 1), else_=0)), 0),
    )


def _state(campaign: CampaignLine, tries: Subquery) -> ColumnElement[str]:
    closes: list[tuple[ColumnElement[bool], str]] = []
    if campaign.refusal_closes:
        closes.append((tries.c.refused >= 1, "exhausted_refused"))
    closes.append((tries.c.missed >= campaign.tries, "exhausted_tries"))
    if campaign.phone_closes:
        closes.append((tries.c.phoned >= 1, "exhausted_phone"))
    return case(
        (Household.occupancy.in_(OUTSIDE_EVERY_BASE), literal("outside")),
        (tries.c.household.is_(None), literal("untouched")),
        (tries.c.met >= 1, literal("done")),
        *closes,
        else_=literal("tried"),
    )


def _in_base(joined: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(joined, Household.occupancy.not_in(OUTSIDE_EVERY_BASE))


def _scoped(statement: Any, campaign: CampaignLine) -> Any:
    if campaign.communities:
        return statement.where(Community.id.in_(campaign.communities))
    return statement


def _door(
    household: Id,
    building: Id,
    unit: str | None,
    room: str | None,
    contact: str | None,
    occupancy: str,
    state: str,
    missed: int | None,
    last: str | None,
) -> DoorState:
    return DoorState(
        household,
        building,
        unit or "",
        room or "",
        room or contact or "户",
        floor_of(room) if room else None,
        occupancy,
        state,
        missed or 0,
        date.fromisoformat(last[:10]) if last else None,
        last[15:] if last else None,
    )
