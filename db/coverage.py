"""Coverage of a campaign: which homes of its base are done, exhausted, or still to be visited."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from db.kernel.ids import Id
from db.places import OUTSIDE_EVERY_BASE, Community, Household
from db.visits import CampaignLine, Visit


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


def coverage(connection: Connection, campaign: CampaignLine, day: date) -> list[CoverageLine]:
    """Return the campaign's coverage up to the day, by community in their order.

    base = homes in scope not empty or invalid now; done = with a met visit inside the campaign and
    up to the day; exhausted = not done, and not_home or left_card as often as the campaign says, or
    refused (or reached by phone) where that closes a door.
    """
    last = min(day, campaign.end)

    def times(*outcomes: str) -> ColumnElement[int]:
        return func.sum(case((Visit.outcome.in_(outcomes), 1), else_=0))

    tries = (
        select(
            Visit.household.label("household"),
            times("met").label("met"),
            times("not_home", "left_card").label("missed"),
            times("refused").label("refused"),
            times("phone").label("phoned"),
        )
        .where(Visit.day.between(campaign.start, last))
        .group_by(Visit.household)
        .subquery()
    )
    closed = [tries.c.missed >= campaign.tries]
    if campaign.refusal_closes:
        closed.append(tries.c.refused >= 1)
    if campaign.phone_closes:
        closed.append(tries.c.phoned >= 1)
    exhausted = and_(tries.c.met == 0, or_(*closed))
    statement = (
        select(
            Community.id,
            Community.name,
            func.count(Household.id),
            func.coalesce(func.sum(case((tries.c.met >= 1, 1), else_=0)), 0),
            func.coalesce(func.sum(case((exhausted, 1), else_=0)), 0),
        )
        .join(
            Household,
            and_(
                Household.community == Community.id,
                Household.occupancy.not_in(OUTSIDE_EVERY_BASE),
            ),
            isouter=True,
        )
        .join(tries, tries.c.household == Household.id, isouter=True)
        .group_by(Community.id, Community.name, Community.rank)
        .order_by(Community.rank, Community.id)
    )
    if campaign.communities:
        statement = statement.where(Community.id.in_(campaign.communities))
    return [CoverageLine(*row) for row in connection.execute(statement)]
