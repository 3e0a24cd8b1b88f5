"""Every figure opens as many rows as it says: a chief who clicks on 15 counts fifteen lines."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from db.coverage import BaseQuery, base_count, base_homes
from db.figures.behind import Figure, Records, rows_behind
from db.figures.model import Blocks, CoverageCount
from db.figures.spans import span_figures
from db.kernel.workdays import Day, Month, Period, Span, Week
from db.ledger import Ledger
from db.people.lists import VolunteerQuery, volunteer_count
from db.trainings.lists import trainings
from db.visits import CampaignLine, campaigns, count_visits
from db.visits.lists import VisitQuery, visit_rows, visit_totals
from tests.builders import DAY, add_visits, street, visit

SUMS = ("people", "leaflets", "expected", "present")
WEEK = Period(DAY, DAY + timedelta(days=6))


def every_figure(blocks: Blocks, campaign: CampaignLine) -> Iterator[tuple[Figure, int]]:
    """Yield each count of a block with what it says."""
    period = Period(blocks.start, blocks.end)
    for block in ("visits", "disputes", "trainings", "volunteers"):
        for name, said in vars(getattr(blocks, block)).items():
            parts = said.items() if isinstance(said, dict) else [("", said)]
            for part, n in parts:
                if name != "rate":
                    yield Figure(block, name, period, part), n
    counts: dict[str, CoverageCount] = {}
    if blocks.coverage is not None:
        counts = {"": blocks.coverage, **blocks.coverage.by_community}
    for community, count in counts.items():
        for name in ("base", "done", "exhausted", "remaining"):
            yield (
                Figure("coverage", name, period, community, campaign),
                getattr(count, name),
            )


def counted(connection: Connection, figure: Figure) -> int:
    """Count the rows behind a figure by reading them as their list does."""
    rows = rows_behind(connection, figure)
    if isinstance(rows, VisitQuery):
        shown = visit_rows(connection, rows, 0, 100_000)
        assert len(shown) == visit_totals(connection, rows).records
        if figure.name in SUMS:
            return sum(getattr(line, figure.name) or 0 for line in shown)
        return len(shown)
    if isinstance(rows, BaseQuery):
        assert len(base_homes(connection, rows, 0, 100_000)) == base_count(connection, rows)
        return base_count(connection, rows)
    assert isinstance(rows, Records)
    if figure.name in SUMS:
        return sum(
            getattr(line, figure.name) for line in trainings(connection) if line.id in rows.ids
        )
    if rows.entity == "volunteer":
        return volunteer_count(connection, VolunteerQuery(ids=rows.ids))
    return len(rows.ids)


@pytest.mark.parametrize(
    "span",
    [
        Week(2026, 10), Week(2026, 11), Week(2026, 12), Day(date(2026, 3, 17)), Month(2026, 2),
        Month(2026, 3),
    ],
    ids=str,
)  # fmt: skip
def test_every_figure_of_the_sample_has_as_many_rows(sample: Ledger, span: Span) -> None:
    with sample.read() as connection:
        campaign = campaigns(connection)[0]
        figures = span_figures(connection, span)
        offered = list(every_figure(figures.now, campaign))
        wrong = [
            (figure, n, found)
            for figure, n in offered
            if (found := counted(connection, figure)) != n
        ]
    assert wrong == []
    assert {figure.name for figure, _ in offered} >= {"households", "by_topic", "overdue", "done"}
    assert len(offered) > 60


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    tries=st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["met", "not_home", "left_card", "refused"]),
            st.integers(-2, 8),
            st.none() | st.integers(0, 1439),
            st.sets(st.sampled_from(["反诈", "消防"])),
        ),
        max_size=20,
    ),
    step=st.integers(1, 5),
)
@example(
    tries=[(0, "met", 0, 600, set()), (0, "met", 1, 700, set()), (1, "met", 1, 600, set())], step=1
)
def test_homes_and_bands_of_any_visits_have_as_many_rows(
    ledger: Ledger,
    tries: list[tuple[int, str, int, int | None, set[str]]],
    step: int,
) -> None:
    with ledger.read() as connection:
        doors = [line.door.household for line in base_homes(connection, _all_homes())]
    doors = doors or street(ledger, communities=2, homes=3)
    rows = [
        visit(doors[d], outcome, DAY + timedelta(days=n), at=at, topics=tuple(sorted(topics)))
        for d, outcome, n, at, topics in tries
    ]
    added = add_visits(ledger, rows) if rows else None
    with ledger.read() as connection:
        said = count_visits(connection, WEEK)._asdict()
        for name, value in said.items():
            for part, n in value.items() if isinstance(value, dict) else [("", value)]:
                assert counted(connection, Figure("visits", name, WEEK, part)) == (n or 0)
        # A home stands once in the whole list, not once in each window of it.
        query = rows_behind(connection, Figure("visits", "households", WEEK))
        assert isinstance(query, VisitQuery)
        windows = [visit_rows(connection, query, at, step) for at in range(0, 10, step)]
        homes = [line.household for window in windows for line in window]
    assert len(homes) == len(set(homes)) == said["households"]
    if added:
        ledger.undo(added)


def _all_homes() -> BaseQuery:
    whole = CampaignLine(b"", "", DAY, DAY, (), 3, refusal_closes=True, phone_closes=False)
    return BaseQuery(whole, DAY)
