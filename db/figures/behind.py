"""The rows behind a figure: what a list shows so that it has as many lines as the figure says."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import Connection, select

from db.coverage import OF_PART, BaseQuery, Part
from db.disputes.facts import clocks, dispute_facts, disputes_behind
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.places import Community
from db.trainings import sessions_behind, volunteers_behind
from db.visits import CampaignLine
from db.visits.lists import VisitQuery, visits_behind

Block = Literal["visits", "coverage", "disputes", "trainings", "volunteers"]
Entity = Literal["dispute", "training", "volunteer"]


@dataclass(frozen=True)
class Figure:
    """A figure of docs/FIGURES.md: its block and name there, counted over a period.

    `part` is the word of a figure told apart, such as 未遇 or a community's name; for the counts of
    one community in `coverage` it is that community. `campaign` is the one coverage is told of.
    """

    block: Block
    name: str
    period: Period
    part: str = ""
    campaign: CampaignLine | None = None


class Records(NamedTuple):
    """Records of one table, one id for each thing counted: a dispute may stand there twice."""

    entity: Entity
    ids: tuple[Id, ...]


def rows_behind(connection: Connection, figure: Figure) -> VisitQuery | BaseQuery | Records:
    """Return what lists the rows of a figure.

    A rate has those of what it is a part of: all homes of the base, all sessions.
    """
    period, name, part = figure.period, figure.name, figure.part
    match figure.block:
        case "visits":
            return visits_behind(connection, period, name, part)
        case "coverage":
            return _base(connection, figure)
        case "disputes":
            behind = disputes_behind(dispute_facts(connection), period, clocks(connection))
            ids = behind.by_type[part] if name == "by_type" else getattr(behind, name)
            return Records("dispute", ids)
        case "trainings":
            return Records("training", sessions_behind(connection, period))
        case "volunteers":
            people = volunteers_behind(connection, period.end)
            return Records("volunteer", getattr(people, name))


def _base(connection: Connection, figure: Figure) -> BaseQuery:
    if figure.campaign is None:
        raise ValueError("coverage is told of a campaign")
    community = None
    if figure.part:
        found = connection.execute(select(Community.id).where(Community.name == figure.part))
        community = found.scalar_one()
    part: Part = next((part for part in OF_PART if part == figure.name), "base")
    return BaseQuery(figure.campaign, figure.period.end, part, community)
