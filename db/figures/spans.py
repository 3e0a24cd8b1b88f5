"""A span's figures put together: what the features count, asked once for each period."""

from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection

from db.coverage import coverage
from db.disputes.facts import DisputeCount, clocks, count_disputes, dispute_facts
from db.figures.model import (
    Blocks,
    CoverageCount,
    CoverageFigures,
    DisputeFigures,
    SpanFigures,
    TrainingFigures,
    VisitFigures,
    VolunteerFigures,
)
from db.figures.rates import percent
from db.kernel.errors import UserError
from db.kernel.workdays import Month, Period, Span, month_to, year_to
from db.people import in_service
from db.post import the_post
from db.trainings import count_trainings, trained_in_month
from db.visits import CampaignLine, campaign_on, campaigns, count_visits


def span_figures(connection: Connection, span: Span, campaign: str | None = None) -> SpanFigures:
    """Return the figures of a day, week or month, of the one before, and of the month and year up
    to its last day.

    `campaign` names the campaign whose coverage is told; by default the one the report takes.
    UserError if no campaign has that name.
    """
    post = the_post(connection)
    end = span.period.end
    chosen = _campaign(connection, span)
    if campaign is not None:
        chosen = next((c for c in campaigns(connection) if c.name == campaign), None)
        if chosen is None:
            raise UserError(f"没有叫“{campaign}”的走访任务，请核对名称。")
    disputes = partial(count_disputes, dispute_facts(connection), clocks=clocks(connection))
    blocks = partial(_blocks, connection, disputes)
    of_month = None if isinstance(span, Month) else blocks(month_to(end), None)
    return SpanFigures(
        post=post.name,
        span=span,
        now=blocks(span.period, chosen),
        previous=blocks(span.before.period, chosen),
        month=of_month,
        year=blocks(year_to(end), None),
    )


def _campaign(connection: Connection, span: Span) -> CampaignLine | None:
    """The campaign that covers the last day, the latest begun first.

    A month is told of one that ended in it too: few campaigns end on the last of a month.
    """
    found = campaign_on(connection, span.period.end)
    if found is not None or not isinstance(span, Month):
        return found
    ended = [one for one in campaigns(connection) if one.end in span.period]
    return max(ended, key=lambda one: (one.end, one.start), default=None)


def _blocks(
    connection: Connection,
    disputes: Callable[[Period], DisputeCount],
    period: Period,
    campaign: CampaignLine | None,
) -> Blocks:
    trainings = count_trainings(connection, period)
    active = in_service(connection, period.end)
    trained = trained_in_month(connection, period.end)
    return Blocks(
        start=period.start,
        end=period.end,
        visits=VisitFigures(**count_visits(connection, period)._asdict()),
        coverage=_coverage(connection, campaign, period) if campaign else None,
        disputes=DisputeFigures(**disputes(period)._asdict()),
        trainings=TrainingFigures(
            **trainings._asdict(), rate=percent(trainings.present, trainings.expected)
        ),
        volunteers=VolunteerFigures(active, trained, active - trained),
    )


def _coverage(connection: Connection, campaign: CampaignLine, period: Period) -> CoverageFigures:
    lines = coverage(connection, campaign, period.end)
    base, done = sum(line.base for line in lines), sum(line.done for line in lines)
    exhausted = sum(line.exhausted for line in lines)
    return CoverageFigures(
        campaign=campaign.name,
        base=base,
        done=done,
        exhausted=exhausted,
        remaining=base - done - exhausted,
        rate=percent(done, base),
        by_community={
            line.name: CoverageCount(
                line.base, line.done, line.exhausted, line.remaining, percent(line.done, line.base)
            )
            for line in lines
        },
    )
