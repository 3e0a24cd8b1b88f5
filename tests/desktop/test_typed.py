"""Days, times and words as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.words import clock_words, day_words, typed_day, typed_time

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今", TODAY), ("昨天", date(2026, 3, 17)), ("+3", date(2026, 3, 21)),
        ("-1", date(2026, 3, 17)), ("15", date(2026, 3, 15)), ("25", date(2026, 2, 25)),
        ("3.5", date(2026, 3, 5)), ("3-5", date(2026, 3, 5)), ("3月5日", date(2026, 3, 5)),
        ("12.30", date(2025, 12, 30)), ("2026-3-5", date(2026, 3, 5)), ("26.3.5", date(2026, 3, 5)),
        ("３．５", date(2026, 3, 5)), ("12.3.", date(2025, 12, 3)), ("20260305", date(2026, 3, 5)), ("20260230", None), ("3月", None),
        ("5日", date(2026, 3, 5)), ("31", None), ("3.32", None), ("明年", None), ("", None), ("2026-2-30", None),
    ],
)  # fmt: skip
def test_days(text: str, day: date | None) -> None:
    assert typed_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "ahead", "near"),
    [
        ("31", date(2026, 3, 31), date(2026, 3, 31)), ("30", date(2026, 3, 30), date(2026, 3, 30)),
        ("15", date(2026, 4, 15), date(2026, 3, 15)), ("18", TODAY, TODAY),
        ("10.1", date(2026, 10, 1), date(2025, 10, 1)), ("4.1", date(2026, 4, 1), date(2026, 4, 1)),
        ("2.29", None, None), ("1969-12-31", date(1969, 12, 31), date(1969, 12, 31)),
    ],
)  # fmt: skip
def test_days_to_come(text: str, ahead: date | None, near: date | None) -> None:
    # The last days of a month are not in every month: what was no day last month may still come.
    assert typed_day(text, TODAY, ahead=True) == ahead
    assert typed_day(text, TODAY, near=True) == near


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 300))
def test_a_day_as_shown_is_read_back(today: date, back: int) -> None:
    day = today - timedelta(days=back)
    assert typed_day(day_words(day, today), today) == day


@given(st.text(max_size=8))
def test_whatever_is_typed_is_a_day_or_a_time_that_is_read_back_or_none(text: str) -> None:
    day, minutes = typed_day(text, TODAY), typed_time(text)
    assert day is None or typed_day(day.isoformat(), TODAY) == day
    assert minutes is None or typed_time(clock_words(minutes)) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("19:40", 1180),
        ("1940", 1180),
        ("19点", 1140),
        ("19", 1140),
        ("9", 540),
        ("930", 570),
        ("24", None),
        ("7.30", 450),
        ("25:00", None),
        ("晚", None),
    ],
)
def test_times(text: str, minutes: int | None) -> None:
    assert typed_time(text) == minutes
