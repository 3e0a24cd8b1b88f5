"""The figures of a day and of a month: counted again from the rows, and against the weeks."""

import json
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, select

from db.disputes import Conclusion, Dispute, FollowUp
from db.figures.model import SpanFigures
from db.figures.spans import span_figures
from db.kernel.workdays import Day, Month, Period, Span, Week
from db.ledger import Ledger
from db.people import in_service
from db.trainings import Attendance, Training
from db.visits import OUTCOME_NAMES, Visit
from db.visits.campaigning import CampaignDraft, add_campaign
from tests.builders import add_visits, street, visit
from tests.conftest import SAMPLE
from tests.figures import differences

EXPECTED = json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))
ADDED = ("records", "people", "leaflets")


def counted(ledger: Ledger, span: Span) -> SpanFigures:
    with ledger.read() as connection:
        return span_figures(connection, span)


def by_hand(connection: Connection, days: Period) -> dict[str, Any]:
    """Count the rows of some days one by one, the way a person would with a finger on the list."""
    visits = [v for v in connection.execute(select(Visit.__table__)) if v.day in days]
    disputes = list(connection.execute(select(Dispute.__table__)))
    ends = {c.dispute: c for c in connection.execute(select(Conclusion.__table__))}
    sessions = [t.id for t in connection.execute(select(Training.__table__)) if t.day in days]
    names = [a for a in connection.execute(select(Attendance.__table__)) if a.training in sessions]

    def open_on(day: date) -> int:
        begun = [d.id for d in disputes if d.registered <= day]
        return len([one for one in begun if one not in ends or ends[one].day > day])

    def ended(outcome: str) -> int:
        return len([c for c in ends.values() if c.outcome == outcome and c.day in days])

    return {
        "visits": {
            "records": len(visits),
            "households": len({v.household for v in visits if v.outcome == "met"}),
            "people": sum(v.people or 0 for v in visits),
            "leaflets": sum(v.leaflets or 0 for v in visits),
            "by_outcome": Counter(OUTCOME_NAMES[v.outcome] for v in visits),
            "by_topic": Counter(topic for v in visits for topic in v.topics),
        },
        "disputes": {
            "new": len([d for d in disputes if d.registered in days]),
            "resolved": ended("settled"),
            "failed": ended("failed"),
            "referred": ended("referred"),
            "open_at_start": open_on(days.start - timedelta(days=1)),
            "open_at_end": open_on(days.end),
            "followed_up": len(
                [f for f in connection.execute(select(FollowUp.__table__)) if f.day in days]
            ),
        },
        "trainings": {
            "sessions": len(sessions),
            "expected": len(names),
            "present": len([a for a in names if a.status in ("present", "late")]),
        },
    }


@pytest.mark.parametrize(
    "span",
    [
        Day(date(2026, 3, 17)), Day(date(2026, 3, 1)), Day(date(2026, 3, 23)),
        Month(2026, 3), Month(2026, 2), Month(2026, 1),
    ],
    ids=str,
)  # fmt: skip
def test_a_day_and_a_month_of_the_sample_are_what_their_rows_say(
    sample: Ledger, span: Span
) -> None:
    found = counted(sample, span).to_json()
    with sample.read() as connection:
        now, before = by_hand(connection, span.period), by_hand(connection, span.before.period)
        year = by_hand(connection, Period(date(2026, 1, 1), span.period.end))
        month = by_hand(connection, Period(span.period.end.replace(day=1), span.period.end))
        active = in_service(connection, span.period.end)
    assert differences({**now, "previous": before, "year": year}, found) == []
    if isinstance(span, Day):
        assert differences(month, found["month"]) == []
    assert found["volunteers"]["active"] == active
    assert (found["start"], found["end"]) == (str(span.period.start), str(span.period.end))
    assert found["previous"]["end"] == str(span.period.start - timedelta(days=1))


@pytest.mark.parametrize("expected", EXPECTED["weeks"], ids=lambda week: str(week["week"]))
def test_the_days_of_a_week_come_to_the_samples_own_count_of_it(
    sample: Ledger, expected: dict[str, Any]
) -> None:
    monday = Week.parse(expected["week"]).period.start
    days = [counted(sample, Day(monday + timedelta(days=n))).now for n in range(7)]
    visits = expected["visits"]
    for name in ADDED:
        assert sum(getattr(day.visits, name) for day in days) == visits[name]
    outcomes = Counter[str]()
    for day in days:
        outcomes.update(day.visits.by_outcome)
    assert outcomes == visits["by_outcome"]
    for name in ("new", "resolved", "failed", "referred", "followed_up"):
        assert sum(getattr(day.disputes, name) for day in days) == expected["disputes"][name]
    for name in ("sessions", "expected", "present"):
        assert sum(getattr(day.trainings, name) for day in days) == expected["trainings"][name]
    # What stands on a day is the last day's, and each day begins where the one before ended.
    assert days[-1].disputes.open_at_end == expected["disputes"]["open_at_end"]
    for day, after in pairwise(days):
        assert after.disputes.open_at_start == day.disputes.open_at_end
    assert days[-1].coverage is not None
    assert days[-1].coverage.done == expected["coverage"]["done"]


def test_march_is_its_first_day_and_the_samples_three_weeks(sample: Ledger) -> None:
    first, march = counted(sample, Day(date(2026, 3, 1))).now, counted(sample, Month(2026, 3)).now
    for name in ADDED:
        weeks = sum(week["visits"][name] for week in EXPECTED["weeks"])
        assert getattr(march.visits, name) == getattr(first.visits, name) + weeks
    # A home met in two weeks of the month is one home of the month.
    homes = sum(week["visits"]["households"] for week in EXPECTED["weeks"])
    assert march.visits.households < homes


def test_the_day_before_and_the_month_before_are_the_same_figures(sample: Ledger) -> None:
    for span in (Day(date(2026, 3, 18)), Month(2026, 3)):
        later, earlier = counted(sample, span), counted(sample, span.before)
        assert later.previous.visits == earlier.now.visits
        assert later.previous.disputes == earlier.now.disputes
        assert later.previous.coverage == earlier.now.coverage
        assert later.previous.volunteers == earlier.now.volunteers


def test_a_day_has_the_name_day_and_a_month_the_name_month_in_the_json(sample: Ledger) -> None:
    day, month = counted(sample, Day(date(2026, 3, 18))), counted(sample, Month(2026, 3))
    week = counted(sample, Week(2026, 12))
    said = {key: one.to_json() for key, one in (("day", day), ("week", week), ("month", month))}
    assert [said[key][key] for key in said] == ["2026-03-18", "2026-W12", "2026-03"]
    assert said["day"]["month"]["end"] == "2026-03-18"
    assert list(said["week"]) == [
        "post", "week", "start", "end", "visits", "disputes", "trainings", "volunteers", "coverage",
        "previous", "month", "year",
    ]  # fmt: skip
    assert list(said["day"]) == ["day" if key == "week" else key for key in said["week"]]
    # The blocks of the month are the report's own and are not told twice.
    assert set(said["month"]) == set(said["week"]) - {"week"}
    assert month.month is None


def test_january_is_compared_with_december_of_the_year_before(ledger: Ledger) -> None:
    doors = street(ledger)
    add_visits(
        ledger,
        [
            visit(doors[0], day=date(2025, 12, 31)),
            visit(doors[1], day=date(2025, 12, 1)),
            visit(doors[2], day=date(2026, 1, 31)),
        ],
    )
    january, december = counted(ledger, Month(2026, 1)), counted(ledger, Month(2025, 12))
    assert (january.now.visits.records, january.previous.visits.records) == (1, 2)
    assert january.year.visits.records == 1
    assert (december.now.visits.records, december.previous.visits.records) == (2, 0)
    assert december.year.visits.records == 2
    new_year = counted(ledger, Day(date(2026, 1, 1)))
    assert (new_year.now.visits.records, new_year.previous.visits.records) == (0, 1)
    assert new_year.year.visits.records == 0


def test_a_month_is_told_of_the_campaign_that_ended_in_it_last(ledger: Ledger) -> None:
    street(ledger)
    for name, start, end in (
        ("早的", date(2026, 2, 1), date(2026, 3, 10)),
        ("晚的", date(2026, 2, 23), date(2026, 3, 29)),
    ):
        ledger.write(add_campaign(CampaignDraft(name, start, end)))

    def told(span: Span) -> str | None:
        coverage = counted(ledger, span).now.coverage
        return coverage.campaign if coverage else None

    assert told(Month(2026, 3)) == "晚的"
    assert told(Day(date(2026, 3, 29))) == "晚的"
    # A day and a week take the campaign that covers their last day, and no other.
    assert told(Day(date(2026, 3, 30))) is None
    assert told(Week(2026, 14)) is None
    assert told(Month(2026, 1)) is None
    assert told(Month(2026, 4)) is None
    ledger.write(add_campaign(CampaignDraft("全年", date(2026, 1, 1), date(2026, 12, 31))))
    assert told(Month(2026, 3)) == "全年"
