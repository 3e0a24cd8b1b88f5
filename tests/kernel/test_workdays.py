"""Weeks, months and the working day a deadline moves to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.figures.kinds import parse_span
from db.kernel.errors import UserError
from db.kernel.workdays import (
    Day,
    Month,
    Period,
    Span,
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


@pytest.mark.parametrize("kind", [Day, Week, Month])
@given(day=DAYS)
def test_spans_follow_one_another_without_a_gap(kind: type[Day | Week | Month], day: date) -> None:
    span = kind.of(day)
    assert day in span.period
    assert kind.parse(str(span)) == parse_span(str(span)) == span
    assert span.before.after == span.after.before == span
    assert (span.period.start - span.before.period.end).days == 1
    assert (span.after.period.start - span.period.end).days == 1
    assert span.before < span < span.after


@pytest.mark.parametrize(
    ("span", "words", "called", "days"),
    [
        (Day(date(2026, 3, 18)), "2026年3月18日", "3月18日", "星期三"),
        (Day(date(2026, 3, 22)), "2026年3月22日", "3月22日", "星期日"),
        (Week(2026, 2), "2026年第2周", "第2周", "1月5日—1月11日"),
        (Week(2026, 1), "2026年第1周", "第1周", "2025年12月29日—2026年1月4日"),
        (Month(2028, 2), "2028年2月", "2月", "2月1日—2月29日"),
    ],
)
def test_spans_in_words(span: Span, words: str, called: str, days: str) -> None:
    assert (span.words, span.called, span.days) == (words, called, days)
    assert Period(date(2026, 3, 16), date(2026, 3, 22)).words == "3月16日—3月22日"


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "2026-03-32", "0000-01-01", "3.18"])
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(UserError):
        Day.parse(text)
    with pytest.raises(UserError):
        parse_span(text)


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
