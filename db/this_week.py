"""How the week goes so far, beside the same days of the week before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from db.disputes.facts import Clocks, Facts, clocks, count_disputes, dispute_facts
from db.figures.rates import percent
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week
from db.trainings import count_trainings
from db.visits import count_visits, met_homes


@dataclass(frozen=True)
class WeekSoFar:
    """This week up to a day, and `_before` the week before up to the same weekday.

    `overdue` counts the duties whose last day lies before the day; those whose last day it is are
    overdue at its end, in the figures. `overdue_behind` are the disputes of `overdue`, one for each duty.
    """

    week: Week
    records: int
    households: int
    households_before: int
    disputes_new: int
    disputes_new_before: int
    disputes_resolved: int
    disputes_open: int
    overdue: int
    overdue_behind: tuple[Id, ...]
    training_rate: str | None
    training_expected: int
    training_rate_before: str | None


def week_so_far(connection: Connection, day: date) -> WeekSoFar:
    """Count this week up to the day and the week before up to the same weekday."""
    week = Week.of(day)
    now = Period(week.period.start, day)
    before = Period(now.start - timedelta(days=7), day - timedelta(days=7))
    visits, visits_before = count_visits(connection, now), count_visits(connection, before)
    facts, rules = dispute_facts(connection), clocks(connection)
    disputes, disputes_before = (count_disputes(facts, period, rules) for period in (now, before))
    duties = _duties(facts, rules, day)
    overdue = tuple(id_ for id_, by in duties if by < day)
    trained, trained_before = (count_trainings(connection, period) for period in (now, before))
    return WeekSoFar(
        week=week,
        records=visits.records,
        households=visits.households,
        households_before=visits_before.households,
        disputes_new=disputes.new,
        disputes_new_before=disputes_before.new,
        disputes_resolved=disputes.resolved,
        disputes_open=disputes.open_at_end,
        overdue=len(overdue),
        overdue_behind=overdue,
        training_rate=percent(trained.present, trained.expected),
        training_expected=trained.expected,
        training_rate_before=percent(trained_before.present, trained_before.expected),
    )


def _duties(facts: Sequence[Facts], rules: Clocks, day: date) -> list[tuple[Id, date]]:
    return [(one.id, by) for one in facts for _, by in rules.duties(one, day)]


def weekly_households(connection: Connection, day: date, weeks: int = 9) -> list[tuple[Week, int]]:
    """Return the homes met in each of the last weeks, this one up to the day, the oldest first."""
    found: list[tuple[Week, int]] = []
    week = Week.of(day)
    for _ in range(weeks):
        period = Period(week.period.start, min(week.period.end, day))
        found.append((week, met_homes(connection, period)))
        week = week.before
    return found[::-1]
