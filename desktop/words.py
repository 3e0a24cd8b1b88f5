"""Days and numbers in the words of the window, and days as people type them."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from db.backup import BackupAges
from db.kernel.dates import clock_text, full_day, month_day
from db.kernel.workdays import WEEKDAYS

_WORDS = {"今": 0, "今天": 0, "昨": -1, "昨天": -1, "前天": -2, "明": 1, "明天": 1, "后天": 2}


def day_words(day: date, today: date) -> str:
    """Return a day as it is spoken of: 今天, 昨天, 3月18日, 2025年11月8日."""
    away = (day - today).days
    if away in (0, -1, 1):
        return {0: "今天", -1: "昨天", 1: "明天"}[away]
    return month_day(day) if day.year == today.year else full_day(day)


def backup_words(ages: BackupAges, today: date) -> tuple[str, str, str]:
    """Return when the last backup was made, how long ago one went to the second place, and what the
    last one could not take along: 上次备份 今天, 外部备份 9天前, 备份缺2个附件; the last is mostly empty.
    """
    last = f"上次备份 {day_words(ages.last, today)}" if ages.last else "还没有备份"
    never = "日期不对，请再备份一次" if ages.unsure else "还没有"
    second = {None: never, 0: "今天"}.get(ages.second, f"{ages.second}天前")
    return last, f"外部备份 {second}", f"备份缺{ages.lost}个附件" if ages.lost else ""


def long_day(day: date) -> str:
    """Return a day with its weekday: 3月18日 星期三."""
    return f"{month_day(day)} 星期{WEEKDAYS[day.weekday()]}"


def clock_words(minutes: int | None) -> str:
    """Return minutes since midnight as 19:40; empty for an unknown time."""
    return "" if minutes is None else clock_text(minutes)


def typed_day(text: str, today: date, *, ahead: bool = False, near: bool = False) -> date | None:
    """Return the day a person typed: 今, 昨, +3, -1, 15, 3.5, 3-5, 2026-3-5, 3月5日,
    20260305; else None.

    A day of the month alone is the nearest one not after today, or with `ahead` not before it, or
    with `near` the nearest of both; so is month and day.
    """
    text = text.strip().replace("。", ".").replace("．", ".")
    if text in _WORDS:
        return today + timedelta(days=_WORDS[text])
    if re.fullmatch(r"[+-]\d{1,3}", text):
        return today + timedelta(days=int(text))
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    # 3月 is a month, no day.
    if not re.fullmatch(r"\d{1,4}(\D\d{1,2}){0,2}[^\d年月]?", text):
        return None
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    days = [day for of in _meant(numbers, today) if (day := _day(*of)) is not None]
    past = max((day for day in days if day <= today), default=None)
    later = min((day for day in days if day >= today), default=None)
    if len(numbers) == 3 or near:
        both = [day for day in (past, later) if day is not None]
        return min(both, key=lambda day: abs(day - today), default=None)
    return later if ahead else past


def _meant(numbers: Sequence[int], today: date) -> list[tuple[int, int, int]]:
    """The days that numbers may mean, as year, month and day; not all of them exist."""
    if len(numbers) == 3:
        year, month, of_month = numbers
        return [(year + 2000 if year < 100 else year, month, of_month)]
    if len(numbers) == 2:
        month, of_month = numbers
        return [(today.year + years, month, of_month) for years in (-1, 0, 1)]
    this = today.year * 12 + today.month - 1
    return [(at // 12, at % 12 + 1, numbers[0]) for at in (this - 1, this, this + 1)]


def _day(year: int, month: int, of_month: int) -> date | None:
    try:
        return date(year, month, of_month)
    except ValueError:
        return None


def typed_time(text: str) -> int | None:
    """Return minutes since midnight from 19:40, 1940, 930, 19, 19点, 7.30; None if it is no time."""
    match = re.fullmatch(
        r"\s*(\d{1,2})\s*(?:[:：.点时]\s*(\d{1,2})?\s*分?\s*)?|\s*(\d{1,2})(\d{2})\s*", text
    )
    if match is None:
        return None
    hour, minute = int(match[1] or match[3]), int(match[2] or match[4] or 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None
