"""A report put together from an open ledger: its figures, then its papers. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from db.compliance import contact_in_week
from db.compliance.hours import working_hours
from db.compliance.untrained import untrained
from db.disputes.facts import clocks, open_disputes
from db.editions import IssuedEdition, latest_edition
from db.figures.model import SpanFigures
from db.figures.spans import span_figures
from db.kernel.workdays import Span, Week
from db.people import staff
from db.post import CENTRED, ROOM, PostDraft, the_post

if TYPE_CHECKING:
    from desktop.paper.document import Document

OPEN_DISPUTES, UNTRAINED, UNCONTACTED = "未结纠纷", "未参训名单", "未见面名单"
LISTS: Final = (OPEN_DISPUTES, UNTRAINED, UNCONTACTED)
# On these stand whole names.
NAMED: Final = frozenset((UNTRAINED, UNCONTACTED))


@dataclass(frozen=True)
class Counted:
    """What a report is made from: the figures, the post as it stands, the day it is made.

    `before` is what was issued last of the span before.
    """

    figures: SpanFigures
    post: PostDraft
    made_on: date
    before: IssuedEdition | None

    @property
    def feet(self) -> tuple[str, ...]:
        """The notes under the summary table that only a ledger knows."""
        from desktop.paper.report_tables import changed_foot  # noqa: PLC0415

        if self.before is None:
            return ()
        called = f"签发的{self.figures.kind.report}第{self.before.line.no}版"
        foot = changed_foot(self.figures, self.before.figures.now, called)
        return () if foot is None else (foot,)


def count(connection: Connection, span: Span, campaign: str | None, made_on: date) -> Counted:
    """Count a day, week or month; UserError if no campaign has that name."""
    figures = span_figures(connection, span, campaign)
    before = latest_edition(connection, span.before)
    return Counted(figures, the_post(connection), made_on, before)


def report(
    counted: Counted,
    problems: Sequence[str] | None = None,
    plans: Sequence[str] | None = None,
) -> "Document":
    """Return the report itself; edited problems and plans take the place of those proposed."""
    from desktop.paper.report import report_paper  # noqa: PLC0415  paper loads when it is wanted

    return report_paper(
        counted.figures,
        station=counted.post.station,
        made_on=counted.made_on,
        problems=problems,
        plans=plans,
        addressee=counted.post.addressee or None,
        bulletin=counted.post.bulletin or None,
        seal=counted.post.seal_room == ROOM,
        centred_numbers=counted.post.page_numbers == CENTRED,
        feet=counted.feet,
    )


def internal_lists(
    connection: Connection, counted: Counted, names: Sequence[str]
) -> "list[Document]":
    """Return the internal lists chosen, as they stand at the end of the last day.

    Who met no officer is told of that day's week, who was not trained of its month, up to the day.
    """
    from desktop.paper import internal  # noqa: PLC0415

    post, made_on, end = counted.post, counted.made_on, counted.figures.span.period.end
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
