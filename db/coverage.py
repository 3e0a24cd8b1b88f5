"""Coverage of a campaign: which homes of its base are done, exhausted, or still to be visited.

One statement counts the tries at each door; the sums by community and by building and the state of
each door all stand on it, so no two of them can differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from db.kernel.ids import Id
from db.kernel.journal import chunks
from db.kernel.workdays import Period
from db.places import OUTSIDE_EVERY_BASE, Building, Community, Household
from db.places.address import floor_of
from db.places.finding import door_text
from db.places.lists import building_text, by_number, matching, walking_order
from db.visits import IN_VAIN, CampaignLine, Visit

T = TypeVar("T")
NO_CAMPAIGN_DAYS: Final = 365
LEFT: Final = ("untouched", "tried")
Doors = Literal["door", "doors", "building", "community", "all"]
Part = Literal["base", "done", "exhausted", "remaining"]
OF_PART: Final[dict[Part, tuple[str, ...]]] = {
    "done": ("done",),
    "exhausted": ("exhausted_refused", "exhausted_tries", "exhausted_phone"),
    "remaining": LEFT,
}
# The last visit of a door as one text: 2026-03-18, then its minutes from 10000, then its outcome.
DAY_LETTERS, MINUTE_LETTERS, MINUTES_FROM = 10, 5, 10_000


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
    """One building of a community."""

    community: Id
    community_name: str
    building: Id
    estate: str
    number: str
    rural: bool
    base: int
    done: int
    exhausted: int

    @property
    def label(self) -> str:
        """The building as people say it: 晨园3号楼, 东沟3组."""
        return building_text(self.estate, self.number, rural=self.rural)

    @property
    def remaining(self) -> int:
        """Homes of the base that are neither done nor exhausted."""
        return self.base - self.done - self.exhausted


class DoorState(NamedTuple):
    """One door in a campaign, up to a day.

    `state` is done, exhausted_refused, exhausted_tries, exhausted_phone, tried, untouched, or
    outside (empty or invalid now, or of a community the campaign leaves out). `tries` counts those
    in vain. `label` is the room, in the country the name. `last` is the last visit within it as the
    statement gives it; `last_day` and `last_outcome` read it, only for the doors somebody sees.
    """

    household: Id
    building: Id
    unit: str
    room: str
    label: str
    occupancy: str
    state: str
    tries: int
    last: str | None = None

    @property
    def last_day(self) -> date | None:
        """The day of the last visit within the campaign."""
        return date.fromisoformat(self.last[:DAY_LETTERS]) if self.last else None

    @property
    def last_outcome(self) -> str | None:
        """The outcome of the last visit within the campaign, by its code."""
        return self.last[DAY_LETTERS + MINUTE_LETTERS :] if self.last else None

    @property
    def floor(self) -> int | None:
        """The floor the room's number tells, None where it tells none."""
        return floor_of(self.room)

    @property
    def left(self) -> bool:
        """Whether the door is still to be visited."""
        return self.state in LEFT


@dataclass(frozen=True)
class BaseQuery:
    """Which homes of a campaign's base a list shows, as they stand at the end of a day.

    `part` is the count they make up; no community named means all.
    """

    campaign: CampaignLine
    day: date
    part: Part = "base"
    community: Id | None = None
    text: str = ""


class BaseHome(NamedTuple):
    """A home of a campaign's base with its address as people read it."""

    community: str
    address: str
    door: DoorState


def without_campaign(day: date) -> CampaignLine:
    """Return what stands for a campaign where none covers the day: the year up to it."""
    return as_campaign(Period(day - timedelta(days=NO_CAMPAIGN_DAYS), day))


def as_campaign(period: Period) -> CampaignLine:
    """Return a period as a campaign of the whole post, by the usual rules."""
    return CampaignLine(
        b"", "", period.start, period.end, (), 3, refusal_closes=True, phone_closes=False
    )


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
    if campaign.communities:
        statement = statement.where(Community.id.in_(campaign.communities))
    return [CoverageLine._make(row) for row in connection.execute(statement)]


def building_progress(
    connection: Connection, campaign: CampaignLine, day: date
) -> list[BuildingLine]:
    """Return the same by building: communities in their order, in each estates and numbers.

    Every building has its line; those of communities the campaign leaves out have a base of 0.
    """
    return [BuildingLine._make(row) for row in connection.execute(_by_building(campaign, day))]


def door_states(
    connection: Connection,
    campaign: CampaignLine,
    day: date,
    *,
    building: Id | None = None,
    community: Id | None = None,
    doors: Sequence[Id] | None = None,
) -> list[DoorState]:
    """Return the state of the doors of a building or a community, of those named, or of them all.

    Building by building, in each in walking order: by unit, from the ground up, rooms by number.
    """
    by: Doors = "building" if building else "community" if community else "all"
    asked: list[dict[str, Any]] = [{"one": building or community} if by != "all" else {}]
    if doors is not None and len(doors) == 1:
        by, asked = "door", [{"one": doors[0]}]
    elif doors is not None:
        by, asked = "doors", [{"some": some} for some in chunks(list(doors))]
    statement = _doors_statement(campaign, day, by)
    return [DoorState._make(row) for some in asked for row in connection.execute(statement, some)]


def base_homes(
    connection: Connection, query: BaseQuery, offset: int = 0, limit: int = 100
) -> list[BaseHome]:
    """Return a window of the homes a query means, in walking order."""
    tries = _tries(query.campaign, query.day, last=True)
    statement = (
        select(
            Community.name, Building.estate, Building.number, Building.rural, Household.key,
            *_door_columns(query.campaign, tries),
        )
        .join(Building, Building.id == Household.building)
        .join(Community, Community.id == Household.community)
        .join(tries, tries.c.household == Household.id, isouter=True)
        .where(*_asked(query, tries))
        .order_by(*walking_order())
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    found = []
    for name, estate, number, rural, key, *rest in connection.execute(statement):
        door = DoorState._make(rest)
        found.append(BaseHome(name, door_text(estate, number, door.unit, key, rural=rural), door))
    return found


def base_count(connection: Connection, query: BaseQuery) -> int:
    """Return how many homes a query means: the count of `coverage` that its part names."""
    tries = _tries(query.campaign, query.day)
    homes = select(func.count()).select_from(Household)
    homes = homes.join(tries, tries.c.household == Household.id, isouter=True)
    return connection.execute(homes.where(*_asked(query, tries))).scalar_one()


# Putting one together takes milliseconds, longer than asking it of one door, as each visit does.
@lru_cache(maxsize=8)
def _by_building(campaign: CampaignLine, day: date) -> Executable:
    tries = _tries(campaign, day)
    inside = and_(_in_base(Household.building == Building.id), _in_scope(campaign))
    return (
        select(
            Community.id, Community.name, Building.id, Building.estate, Building.number,
            Building.rural, *_sums(campaign, tries),
        )
        .join(Building, Building.community == Community.id)
        .join(Household, inside, isouter=True)
        .join(tries, tries.c.household == Household.id, isouter=True)
        .group_by(
            Community.id, Community.name, Community.rank, Building.id, Building.estate,
            Building.number, Building.rural,
        )
        .order_by(Community.rank, Community.id, Building.estate, *by_number(Building.number))
    )  # fmt: skip


@lru_cache(maxsize=64)
def _doors_statement(campaign: CampaignLine, day: date, by: Doors) -> Select[Any]:
    only = {
        "door": Household.id == bindparam("one"),
        "doors": Household.id.in_(bindparam("some", expanding=True)),
        "building": Household.building == bindparam("one"),
        "community": Household.community == bindparam("one"),
        "all": None,
    }[by]
    tries = _tries(campaign, day, only=only, last=True)
    statement = (
        select(*_door_columns(campaign, tries))
        .join(tries, tries.c.household == Household.id, isouter=True)
        .order_by(
            Household.building, *by_number(Household.unit), *by_number(Household.room),
            Household.key,
        )
    )  # fmt: skip
    return statement if only is None else statement.where(only)


def _door_columns(campaign: CampaignLine, tries: Subquery) -> tuple[ColumnElement[Any], ...]:
    return (
        Household.id.expression, Household.building.expression, func.coalesce(Household.unit, ""),
        func.coalesce(Household.room, ""), func.coalesce(Household.room, Household.contact, "户"),
        Household.occupancy.expression, _state(campaign, tries),
        func.coalesce(tries.c.missed, 0), tries.c.last,
    )  # fmt: skip


def _asked(query: BaseQuery, tries: Subquery) -> list[ColumnElement[bool]]:
    state = _state(query.campaign, tries)
    asked = [*matching(Household.id, query.text), state != "outside"]
    if query.part in OF_PART:
        asked.append(state.in_(OF_PART[query.part]))
    if query.community is not None:
        asked.append(Household.community == query.community)
    return asked


def _tries(
    campaign: CampaignLine,
    day: date,
    *,
    only: ColumnElement[bool] | None = None,
    last: bool = False,
) -> Subquery:
    """Count the visits within the campaign and up to the day at each door that has any.

    `only` is a condition on homes; `last` adds day, minutes and outcome of the last visit as one
    text, so that the greatest is the last; without it the index alone answers.
    """

    def times(*outcomes: str) -> ColumnElement[int]:
        return func.sum(case((_is_of(Visit.outcome.expression, outcomes), 1), else_=0))

    columns: list[ColumnElement[Any]] = [
        Visit.household.label("household"),
        times("met").label("met"),
        times(*IN_VAIN).label("missed"),
        times("refused").label("refused"),
        times("phone").label("phoned"),
    ]
    if last:
        minutes = cast(func.coalesce(Visit.at, 0) + MINUTES_FROM, Text)
        columns.append(func.max(cast(Visit.day, Text) + minutes + Visit.outcome).label("last"))
    statement = select(*columns).where(Visit.day.between(campaign.start, min(day, campaign.end)))
    if only is not None:
        statement = statement.where(Visit.household.in_(select(Household.id).where(only)))
    return statement.group_by(Visit.household).subquery()


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
    closes: list[tuple[ColumnElement[bool], ColumnElement[str]]] = []
    if campaign.refusal_closes:
        closes.append((tries.c.refused >= 1, literal("exhausted_refused")))
    closes.append((tries.c.missed >= campaign.tries, literal("exhausted_tries")))
    if campaign.phone_closes:
        closes.append((tries.c.phoned >= 1, literal("exhausted_phone")))
    outside = _is_of(Household.occupancy.expression, OUTSIDE_EVERY_BASE)
    if campaign.communities:
        outside = or_(outside, not_(_in_scope(campaign)))
    return case(
        (outside, literal("outside")),
        (tries.c.household.is_(None), literal("untouched")),
        (tries.c.met >= 1, literal("done")),
        *closes,
        else_=literal("tried"),
    )


def _in_base(joined: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(joined, not_(_is_of(Household.occupancy.expression, OUTSIDE_EVERY_BASE)))


def _in_scope(campaign: CampaignLine) -> ColumnElement[bool]:
    scope = campaign.communities
    return _is_of(Household.community.expression, scope) if scope else true()


def _is_of(column: ColumnElement[T], values: Iterable[T]) -> ColumnElement[bool]:
    """Say `in_` with its values written out, which is not put together anew at each asking."""
    return or_(*(column == value for value in values))
