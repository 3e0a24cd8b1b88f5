"""The weekly report put together from an open ledger: its figures, then its papers. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from db.compliance import contact_in_week
from db.compliance.hours import working_hours
from db.compliance.untrained import untrained
from db.disputes.facts import open_disputes
from db.figures.model import WeekFigures
from db.figures.week import clocks, week_figures
from db.kernel.workdays import Week
from db.people import staff
from db.post import PostDraft, the_post

if TYPE_CHECKING:
    from desktop.paper.document import Document

OPEN_DISPUTES, UNTRAINED, UNCONTACTED = "未结纠纷", "未参训名单", "未见面名单"
LISTS: Final = (OPEN_DISPUTES, UNTRAINED, UNCONTACTED)


@dataclass(frozen=True)
class Counted:
    """What a report is made from: the figures, the post as it stands, the day it is made."""

    figures: WeekFigures
    post: PostDraft
    made_on: date
    end: date


def count(connection: Connection, week: Week, campaign: str | None, made_on: date) -> Counted:
    """Count a week; UserError if no campaign has that name."""
    figures = week_figures(connection, week, campaign)
    return Counted(figures, the_post(connection), made_on, week.period.end)


def report(
    counted: Counted,
    problems: Sequence[str] | None = None,
    plans: Sequence[str] | None = None,
) -> "Document":
    """Return the report itself; edited problems and plans take the place of those proposed."""
    from desktop.paper.weekly import weekly_report  # noqa: PLC0415  paper loads when it is wanted

    return weekly_report(
        counted.figures,
        station=counted.post.station,
        made_on=counted.made_on,
        problems=problems,
        plans=plans,
        addressee=counted.post.addressee or None,
    )


def internal_lists(
    connection: Connection, counted: Counted, names: Sequence[str]
) -> "list[Document]":
    """Return the internal lists chosen, as they stand at the end of the week."""
    from desktop.paper import internal  # noqa: PLC0415

    post, made_on, end = counted.post, counted.made_on, counted.end
    papers = []
    if OPEN_DISPUTES in names:
        mediators = {line.id: line.name for line in staff(connection)}
        lines = open_disputes(connection, end, clocks(connection))
        papers.append(
            internal.open_disputes_paper(
                lines, mediators, author=post.name, made_on=made_on, up_to=end
            )
        )
    if UNTRAINED in names:
        missing = untrained(connection, end, working_hours(connection))
        papers.append(
            internal.untrained_paper(missing, author=post.name, made_on=made_on, up_to=end)
        )
    if UNCONTACTED in names:
        standing = contact_in_week(connection, Week.of(end), end)
        papers.append(internal.uncontacted_paper(standing, author=post.name, made_on=made_on))
    return papers
