"""The days a list is asked for: chosen by name or typed, as 3.1至3.15, 12周, 2月, 3.18."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox

from db.kernel.dates import full_day, month_day
from db.kernel.workdays import Period, Week, month_to, year_to
from desktop.widgets.parts import mark_wrong
from desktop.words import day_words, typed_day

ALL: Final = "全部"
NAMED: Final = ("今天", "本周", "上周", "本月", "上月", "今年", "去年", "近一年", ALL)
SHORTEST: Final = 12
YEAR: Final = timedelta(days=365)
# Before any ledger there is.
FIRST_YEAR: Final = 1990


def whole_time(today: date) -> Period:
    """Return all days until today, for what has to name its first."""
    return Period(date(FIRST_YEAR, 1, 1), today)


def typed_period(text: str, today: date) -> Period | None:
    """Return the days a person typed, None for all of them.

    A name (本周), a week (12周), a month (3月, 2026年3月), a year (2025年), a day, or two days with 至
    between them. ValueError, with the reason, for anything else.
    """
    text = text.strip()
    if text in ("", ALL):
        return None
    if text in (named := _named(today)):
        return named[text]
    found = _whole(text, today)
    if found is None:
        ends = re.split(r"\s*(?:至|到|—+|–|~|～|\s-\s)\s*", text)
        days = [typed_day(end, today) for end in (ends[0], ends[-1])]
        if len(ends) > 2 or days[0] is None or days[1] is None:
            raise ValueError("看不懂这段时间。可以写：3.1至3.15、3.18、12周、2月、2025年")
        found = Period(days[0], days[1])
    if found.end < found.start:
        raise ValueError("结束的日子早于开始的")
    return found


def period_words(period: Period | None, today: date) -> str:
    """Return days as `typed_period` takes them back: 上周, 第9周, 3月2日至3月5日."""
    if period is None:
        return ALL
    for name, days in _named(today).items():
        if days == period:
            return name
    week = Week.of(period.start)
    if period == week.period and period.end < today:
        # Without its year a week is one of this year.
        of_year = "" if week.year == Week.of(today).year else f"{week.year}年"
        return f"{of_year}第{week.number}周"
    if period.start.year != period.end.year:
        return "至".join(full_day(day) for day in (period.start, period.end))
    first, last = _day(period.start, today), _day(period.end, today)
    return first if first == last else f"{first}至{last}"


class PeriodBox(QComboBox):
    """A choice of days that can also be typed into, at first of a `name`.

    A wrong entry is framed and `refused` says why. What is chosen by its name, as 本月, is another
    one when the day turns.
    """

    chosen = Signal(object)
    refused = Signal(str)

    def __init__(self, today: Callable[[], date], name: str = ALL) -> None:
        super().__init__()
        self._today, self._name = today, name
        self._period: Period | None = None
        self._shown = name
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("时间")
        self.setToolTip("可以直接写：3.1至3.15、3.18、12周、2月")
        self.addItems(NAMED)
        self.setMinimumContentsLength(SHORTEST)
        self.show_period(self.period)
        field = self.lineEdit()
        assert field is not None  # noqa: S101  an editable box has one
        # What is chosen from the list must not be completed to another name.
        self.setCompleter(None)  # type: ignore[arg-type]
        field.editingFinished.connect(self._read)
        self.activated.connect(lambda _: self._read())

    @property
    def period(self) -> Period | None:
        """The days in sight, as they are meant today; None for all of them."""
        return typed_period(self._name, self._today()) if self._name else self._period

    def show_period(self, period: Period | None) -> None:
        """Show days that were chosen elsewhere."""
        if period != self.period:
            self._name = ""
        self._period = period
        self._shown = self._name or period_words(period, self._today())
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findText(self._shown))
            self.setEditText(self._shown)
        if (field := self.lineEdit()) is not None:
            # Where the words are longer than the box, their beginning is in sight.
            field.setCursorPosition(0)
        mark_wrong(self, wrong=False)

    def _read(self) -> None:
        text = self.currentText().strip()
        if text == self._shown:
            return
        try:
            period = typed_period(text, self._today())
        except ValueError as reason:
            mark_wrong(self, wrong=True)
            self.refused.emit(str(reason))
            return
        words = text if text in NAMED else period_words(period, self._today())
        self._name = words if words in NAMED else ""
        self.show_period(period)
        self.chosen.emit(period)


def _named(today: date) -> dict[str, Period]:
    week, month = Week.of(today), month_to(today)
    before = month_to(month.start - timedelta(days=1))
    return {
        "今天": Period(today, today),
        "本周": week.period,
        "上周": week.before.period,
        "本月": month,
        "上月": before,
        "今年": year_to(today),
        "去年": year_to(date(today.year - 1, 12, 31)),
        "近一年": Period(today - YEAR, today),
    }


def _whole(text: str, today: date) -> Period | None:
    """A whole week, month or year."""
    match = re.fullmatch(r"(?:(\d{4})年?)?\s*(?:第?(\d{1,2})周|(\d{1,2})月)|(\d{4})年?", text)
    if match is None:
        return None
    year, week, month, alone = (int(part) if part else None for part in match.groups())
    if alone is not None:
        return _checked(alone, 1, 12)
    if month is not None:
        later = year is None and month > today.month
        return _checked(year or today.year - later, month, month)
    week_year = year or Week.of(today).year
    if year is None and week is not None and week > Week.of(today).number:
        week_year -= 1
    try:
        return Week(week_year, week or 0).period
    except ValueError:
        raise ValueError("没有这一周") from None


def _checked(year: int, first: int, last: int) -> Period:
    try:
        return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    except ValueError:
        raise ValueError("没有这个月") from None


def _day(day: date, today: date) -> str:
    if day > today:
        return day.isoformat()
    return month_day(day) if day.year == today.year else day_words(day, today)
