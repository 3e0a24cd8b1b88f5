"""Weeks, months and the working day a deadline moves to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.kernel.errors import UserError
from db.kernel.workdays import (
    Week,
    a_month_after,
    is_working_day,
    known_exceptions,
    next_working_day,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(DAYS)
def test_a_day_lies_in_its_week_and_the_week_before_ends_the_day_before(day: date) -> None:
    week = Week.of(day)
    assert day in week.period
    assert Week.parse(str(week)) == week
    assert (week.period.start - week.before.period.end).days == 1


@pytest.mark.parametrize("text", ["2026-W54", "2026-W00", "2026", "W12", "2025-W53", ""])
def test_weeks_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        Week.parse(text)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_a_month_ends_on_the_corresponding_day(day: date, later: date) -> None:
    assert a_month_after(day) == later


@given(DAYS)
def test_the_next_working_day_is_one_and_none_is_passed_over(day: date) -> None:
    found = next_working_day(day, {})
    assert found >= day
    assert is_working_day(found, {})
    assert (found - day).days <= 2


def test_spring_festival_2026_and_the_weekend_worked_for_it() -> None:
    days = {day: works for day, (works, _) in known_exceptions(2026).items()}
    assert not is_working_day(date(2026, 2, 17), days)
    assert is_working_day(date(2026, 2, 28), days)  # a Saturday worked
    assert next_working_day(date(2026, 10, 1), days) == date(2026, 10, 8)
