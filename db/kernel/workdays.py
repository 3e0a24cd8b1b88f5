"""Days, weeks and months as the posts count them, and the working days that deadlines move to."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from db.kernel.dates import month_day
from db.kernel.errors import UserError

WEEKDAYS: Final = "一二三四五六日"
ONE_DAY: Final = timedelta(days=1)


def left_words(days: int) -> str:
    """Return the days left to a last day as they are told everywhere: 还剩3天, 今天到期, 逾期2天."""
    if days < 0:
        return f"逾期{-days}天"
    return f"还剩{days}天" if days else "今天到期"


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` to `end`, both in."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def words(self) -> str:
        """The days on paper: 3月16日—3月22日, with the years where they differ."""
        first, last = (month_day(day) for day in (self.start, self.end))
        if self.start.year != self.end.year:
            return f"{self.start.year}年{first}—{self.end.year}年{last}"
        return f"{first}—{last}"


@dataclass(frozen=True, order=True)
class Day:
    """A calendar day as a span of its own."""

    day: date

    @classmethod
    def parse(cls, text: str) -> "Day":
        """Return the day written `2026-03-18`; UserError if there is no such day."""
        match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
        if match is None:
            raise UserError(f"“{text}”不是日期。请写成 2026-03-18 的样子。")
        year, month, day = (int(part) for part in match.groups())
        try:
            return cls(date(year, month, day))
        except ValueError:
            raise UserError(f"没有{year}年{month}月{day}日这一天。") from None

    @classmethod
    def of(cls, day: date) -> "Day":
        """Return the day itself."""
        return cls(day)

    def __str__(self) -> str:
        return self.day.isoformat()

    @property
    def period(self) -> Period:
        """The one day."""
        return Period(self.day, self.day)

    @property
    def before(self) -> "Day":
        """The day before."""
        return Day(self.day - ONE_DAY)

    @property
    def after(self) -> "Day":
        """The next day."""
        return Day(self.day + ONE_DAY)

    @property
    def words(self) -> str:
        """The day as papers are dated: 2026年3月18日."""
        return f"{self.day.year}年{self.called}"

    @property
    def called(self) -> str:
        """The day without its year: 3月18日."""
        return month_day(self.day)

    @property
    def days(self) -> str:
        """What stands behind its words: 星期三."""
        return f"星期{WEEKDAYS[self.day.weekday()]}"


@dataclass(frozen=True, order=True)
class Week:
    """A Monday-to-Sunday week by its ISO 8601 year and number."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Return the week written `2026-W12`; UserError if there is no such week."""
        match = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text.strip())
        if match is None:
            raise UserError(f"“{text}”不是周次。请写成 2026-W12 的样子。")
        year, number = int(match[1]), int(match[2])
        try:
            date.fromisocalendar(year, number, 7)
        except ValueError:
            raise UserError(f"{year}年没有第{number}周。") from None
        return cls(year, number)

    @classmethod
    def of(cls, day: date) -> "Week":
        """Return the week the day lies in."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def period(self) -> Period:
        """Monday to Sunday."""
        monday = date.fromisocalendar(self.year, self.number, 1)
        return Period(monday, monday + timedelta(days=6))

    @property
    def before(self) -> "Week":
        """The week that ends the day before Monday."""
        return Week.of(self.period.start - ONE_DAY)

    @property
    def after(self) -> "Week":
        """The next week."""
        return Week.of(self.period.end + ONE_DAY)

    @property
    def words(self) -> str:
        """The week as people say it: 2026年第12周."""
        return f"{self.year}年{self.called}"

    @property
    def called(self) -> str:
        """The week without its year: 第12周."""
        return f"第{self.number}周"

    @property
    def days(self) -> str:
        """What stands behind its words: 3月16日—3月22日."""
        return self.period.words


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Return the month written `2026-03`; UserError if there is no such month."""
        match = re.fullmatch(r"(\d{4})-?(\d{1,2})", text.strip())
        if match is None or not 1 <= int(match[2]) <= 12 or not int(match[1]):
            raise UserError(f"“{text}”不是月份。请写成 2026-03 的样子。")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month the day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def period(self) -> Period:
        """The first to the last day."""
        first = date(self.year, self.number, 1)
        return Period(first, first.replace(day=monthrange(self.year, self.number)[1]))

    @property
    def before(self) -> "Month":
        """The month that ends the day before the first."""
        return Month.of(self.period.start - ONE_DAY)

    @property
    def after(self) -> "Month":
        """The next month."""
        return Month.of(self.period.end + ONE_DAY)

    @property
    def words(self) -> str:
        """The month as people say it: 2026年3月."""
        return f"{self.year}年{self.called}"

    @property
    def called(self) -> str:
        """The month without its year: 3月."""
        return f"{self.number}月"

    @property
    def days(self) -> str:
        """What stands behind its words: 3月1日—3月31日."""
        return self.period.words


# What a report tells of.
Span: TypeAlias = Day | Week | Month


def month_to(day: date) -> Period:
    """Return the days from the first of the day's month to the day."""
    return Period(day.replace(day=1), day)


def month_of(day: date) -> Period:
    """Return the whole month the day lies in."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def year_to(day: date) -> Period:
    """Return the days from 1 January to the day."""
    return Period(date(day.year, 1, 1), day)


def a_month_after(day: date) -> date:
    """Return the same day of the next month, or that month's last day where it has none.

    Source: Civil Code of the PRC art. 202 (a period by months ends on the corresponding day; where
    there is none, on the month's last day).
    """
    year, month = divmod(day.year * 12 + day.month, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def years_before(day: date, years: int) -> date:
    """Return the same day so many years before; of a leap day the last of February."""
    year = day.year - years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def is_working_day(day: date, days: Mapping[date, bool]) -> bool:
    """Tell whether people work that day; `days` maps the exceptions (True = works).

    Where the table has no entry, Monday to Friday are working days.
    """
    return days.get(day, day.weekday() < 5)


def next_working_day(day: date, days: Mapping[date, bool]) -> date:
    """Return the day itself or the first working day after it (Civil Code art. 203)."""
    while not is_working_day(day, days):
        day += ONE_DAY
    return day


def known_exceptions(first_year: int) -> dict[date, tuple[bool, str]]:
    """Return the days of the State Council's notices that differ from plain weekdays.

    Maps day to (works, name), from `first_year` to the last year the table's source knows. It only
    seeds the ledger's own table, which a person edits.
    """
    import chinese_calendar  # noqa: PLC0415  a large table, needed once in a ledger's life

    names = {
        "New Year's Day": "元旦",
        "Spring Festival": "春节",
        "Tomb-sweeping Day": "清明节",
        "Labour Day": "劳动节",
        "Dragon Boat Festival": "端午节",
        "National Day": "国庆节",
        "Mid-autumn Festival": "中秋节",
        "Anti-Fascist 70th Day": "抗战胜利纪念日",
    }
    found: dict[date, tuple[bool, str]] = {}
    for day, holiday in chinese_calendar.holidays.items():
        if day.year >= first_year and day.weekday() < 5:
            found[day] = (False, names.get(str(holiday), str(holiday)))
    for day, holiday in chinese_calendar.workdays.items():
        if day.year >= first_year and day.weekday() >= 5:
            name = names.get(str(holiday), str(holiday))
            found[day] = (True, f"{name}调休上班")
    return found
