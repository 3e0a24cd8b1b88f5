"""How days and times of day are written. It loads at once: the log-in page needs it."""

from datetime import date


def clock_text(minutes: int) -> str:
    """Return minutes since midnight as 19:40."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def month_day(day: date) -> str:
    """Return a day without its year: 3月18日."""
    return f"{day.month}月{day.day}日"


def full_day(day: date) -> str:
    """Return a day as papers are dated: 2026年3月18日."""
    return f"{day.year}年{month_day(day)}"
