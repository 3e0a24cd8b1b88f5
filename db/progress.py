"""How far the day's campaign has come, counted once for all that 今日 shows of it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from db.coverage import BuildingLine, CoverageLine, building_progress, without_campaign
from db.places import communities
from db.visits import CampaignLine, campaign_on


class Progress(NamedTuple):
    """The campaign of a day, and how far the post's buildings and communities have come in it."""

    campaign: CampaignLine
    buildings: list[BuildingLine]
    communities: list[CoverageLine]


def campaign_of(connection: Connection, day: date) -> CampaignLine:
    """Return the campaign the screens of a day speak of: the one that covers it, or the year."""
    return campaign_on(connection, day) or without_campaign(day)


def progress(connection: Connection, day: date) -> Progress:
    """Count how far the campaign of the day has come."""
    campaign = campaign_of(connection, day)
    buildings = building_progress(connection, campaign, day)
    return Progress(campaign, buildings, by_community(connection, buildings, campaign))


def by_community(
    connection: Connection, lines: Sequence[BuildingLine], campaign: CampaignLine
) -> list[CoverageLine]:
    """Return `coverage` as what the lines of its buildings add up to, without counting again."""
    sums = {
        place.id: CoverageLine(place.id, place.name, 0, 0, 0)
        for place in communities(connection)
        if not campaign.communities or place.id in campaign.communities
    }
    for line in lines:
        if (so_far := sums.get(line.community)) is not None:
            sums[line.community] = so_far._replace(
                base=so_far.base + line.base,
                done=so_far.done + line.done,
                exhausted=so_far.exhausted + line.exhausted,
            )
    return list(sums.values())
