"""One cell of a foreign ledger, read as what its column holds.

Every reader returns the value or raises CellError with the reason in Chinese; a blank is None.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from db.imports.reader import Cell
from db.kernel.dates import clock_text
from db.kernel.fields import Field
from db.kernel.text import (
    chinese_number,
    halfwidth,
    hours_text,
    minutes_of,
    squeeze,
    telephones,
    tidy,
    tidy_lines,
    tidy_name,
)

_BEHIND = r"(?:$|[ T(（,，星周上下晚早中].*|\d{1,2}[:时点].*)"
_DAY = re.compile(rf"(\d{{4}}|\d{{2}})[.\-/年](\d{{1,2}})[.\-/月](\d{{1,2}})[日号]?{_BEHIND}")
_WRITTEN_DAY = re.compile(
    r"(?:19|20)\d\d[.\-/年](?:0?[1-9]|1[0-2])[.\-/月](?:0?[1-9]|[12]\d|3[01])日?(?:0?0:00.*)?"
)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NO_YEAR = re.compile(rf"(\d{{1,2}})[.\-/月](\d{{1,2}})[日号]?{_BEHIND}")
_CHINESE_NO_YEAR = re.compile(
    rf"([一二三四五六七八九十]{{1,3}})月([一二三四五六七八九十]{{1,3}})[日号]?{_BEHIND}"
)
_MONTH = re.compile(r"(\d{4})(?:年|[.\-/](?=\d))(?:(\d{1,2})月?)?")
_BAND = "上午|下午|晚上|晚|早上|早|凌晨|中午|傍晚|夜间"
_TIME = re.compile(rf"({_BAND})?(\d{{1,2}})(?:[:点时.](?:(\d{{1,2}})分?|(半))?)?(?::\d{{1,2}})?")
_BANDS = re.compile(r"(上午|下午|晚上|晚|早上|中午|傍晚|夜间|白天|全天|不详|不明|未知)")
_LISTED = re.compile(r"[、，,;；/／\n|&＆]+")
_CHINESE_DAY = re.compile(
    r"([零〇一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?"
)
# A telephone as a workbook shows it in a narrow column, and as a .csv keeps it then.
_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")
_EPOCH = date(1899, 12, 30)
_NOTHING = {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "N/A", "NA", "#N/A"}
_DENIAL = re.compile(r"[未没不无非否待拒]")
# What people type or draw for √, the mark that some columns know.
CHECKS = frozenset("√ ✓ ✔ ☑ V v".split())
MINUTES = 24 * 60


class CellError(ValueError):
    """Why a cell cannot be read, for the person who will mend it."""


class NoYearError(CellError):
    """A day that says neither its year nor what it could be told by."""

    def __init__(self) -> None:
        super().__init__("日期没有年份")


def shown(cell: Cell) -> str:
    """Return the cell as a person saw it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def plain(cell: Cell) -> str:
    """Return the cell as tidy text."""
    return tidy(cell if isinstance(cell, str) else shown(cell))


def read(field: Field, cell: Cell) -> Any:
    """Return a cell's value by its column's declaration."""
    if cell is None or cell == "":
        return () if field.kind in ("names", "words") else None
    return _READERS[field.kind](field, cell)


def readable(field: Field, cell: Cell) -> bool:
    """Tell whether a cell can be read by its column's declaration."""
    try:
        read(field, cell)
    except CellError:
        return False
    return True


def _text(_field: Field, cell: Cell) -> str | None:
    return plain(cell) or None


def _prose(_field: Field, cell: Cell) -> str | None:
    return tidy_lines(shown(cell)) or None


def _name(_field: Field, cell: Cell) -> str | None:
    name = tidy_name(shown(cell))
    return None if name in _NOTHING else name


def _split(cell: Cell) -> list[str]:
    parts = [tidy(part) for part in _LISTED.split(shown(cell))]
    return list(dict.fromkeys(p for p in parts if p not in _NOTHING))


def _names(_field: Field, cell: Cell) -> tuple[str, ...]:
    names: list[str] = []
    for part in _split(cell):
        words = part.split(" ")
        # 张三 李四 are two people, 张 三 is one.
        apart = len(words) > 1 and all(len(w) >= 2 for w in words) and not part.isascii()
        names.extend(words if apart else [tidy_name(part)])
    return tuple(dict.fromkeys(names))


def _words(_field: Field, cell: Cell) -> tuple[str, ...]:
    return tuple(_split(cell))


def _phone(field: Field, cell: Cell) -> str | None:
    text = plain(cell)
    if text in _NOTHING:
        return None
    if found := telephones(text):
        return found
    if _ROUNDED.fullmatch(text):
        raise CellError(
            f"{field.label}被Excel缩成了1.38E+10的样子，后面的数字没有了，这样的没有收入；"
            "请把这一列设成“文本”格式，填好再导入"
        )
    return text


def _count(field: Field, cell: Cell) -> int | None:
    if isinstance(cell, bool | date | time):
        raise CellError(f"{field.label}应是数字")
    if isinstance(cell, int | float):
        if cell != int(cell):
            raise CellError(f"{field.label}应是整数")
        return int(cell)
    text = squeeze(str(cell))
    if text in _NOTHING:
        return None
    match = re.fullmatch(r"(-?\d{1,9})(?:\.0+)?(人|份|户|张|个|本|次|名|口)?", text)
    if match:
        return int(match[1])
    number = chinese_number(re.sub(r"[人份户张个本次名口]$", "", text))
    if number is None:
        raise CellError(f"{field.label}不是数字")
    return number


def _choice(field: Field, cell: Cell) -> str | None:
    text = shown(cell)
    found = _chosen(field.choices or {}, text)
    if found is None:
        raise CellError(f"{field.label}不认识")
    return found or None


def _chosen(choices: Mapping[str, str], text: str) -> str | None:
    word = squeeze(text).rstrip("。.;；,，")
    for candidate in (
        word,
        word.upper(),
        "√" if word in CHECKS else word,
        word.removesuffix("纠纷"),
        word.removesuffix("类"),
        re.sub(r"[(（].*?[)）]", "", word).removesuffix("纠纷"),
        word.removesuffix("纠纷类"),
        word.removesuffix("户"),
    ):
        if candidate in choices:
            return choices[candidate]
    return "" if word in _NOTHING else _contained(choices, word)


def _contained(choices: Mapping[str, str], word: str) -> str | None:
    """The one meaning of the known words inside a longer one, such as 家中无人，未遇.

    None where they mean two things, or where a word of denial stands outside them.
    """
    if not 3 <= len(word) <= 20:
        return None
    inside = [known for known in choices if len(known) >= 2 and known in word]
    longest = [k for k in inside if not any(k != other and k in other for other in inside)]
    rest = word
    for known in longest:
        rest = rest.replace(known, "")
    meanings = {choices[known] for known in longest}
    return meanings.pop() if len(meanings) == 1 and not _DENIAL.search(rest) else None


def _day(field: Field, cell: Cell) -> date:
    found = day_in(cell) or (_first_day(cell) if field.roughly else None)
    if found is None:
        raise CellError(f"{field.label}看不懂")
    return found


def _first_day(cell: Cell) -> date | None:
    """The first day of a written month or year; as a number 2025.1 may be October as well."""
    word = squeeze(halfwidth(shown(cell)))
    if word.isdecimal() and len(word) == 4:
        word += "年"
    doubtful = isinstance(cell, float) and word.endswith(".1")
    match = None if doubtful else _MONTH.fullmatch(word)
    return _existing(match[1], match[2] or "1", "1") if match else None


def with_year(cell: Cell, year: int) -> Cell:
    """Return a day written without its year with this one, anything else as it is."""
    if not isinstance(cell, str):
        return cell
    word = _day_word(cell)
    if _NO_YEAR.fullmatch(word):
        return f"{year}年{word}"
    if match := _CHINESE_NO_YEAR.fullmatch(word):
        month, day = (chinese_number(part) for part in match.groups())
        return f"{year}年{month}月{day}日{word[match.end(2) :].lstrip('日号')}"
    return cell


def day_in(cell: Cell) -> date | None:
    """Return the day a cell tells, None if it tells none; CellError if it tells an impossible one."""
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    if cell is None or isinstance(cell, bool | time):
        return None
    return _day_text(cell) if isinstance(cell, str) else _day_number(cell)


def looks_dated(cell: Cell) -> bool:
    """Tell whether a cell is a day or a time, or text that a workbook wrote for one."""
    if isinstance(cell, str):
        return _WRITTEN_DAY.fullmatch(squeeze(halfwidth(cell))) is not None
    return isinstance(cell, date | time)


def _day_number(cell: float) -> date | None:
    if match := _COMPACT.fullmatch(str(int(cell))):
        return _existing(*match.groups())
    return _EPOCH + timedelta(days=int(cell)) if 20_000 <= cell < 80_000 else None


@lru_cache(maxsize=8192)
def _day_text(text: str) -> date | None:
    word = _day_word(text)
    if match := _DAY.fullmatch(word) or _COMPACT.fullmatch(word):
        return _existing(*match.groups())
    if match := _CHINESE_DAY.match(word):
        parts = [str(chinese_number(part)) for part in match.groups()]
        return _existing(*parts)
    if word.isdecimal() and word.isascii() and len(word) == 5:
        return day_in(int(word))
    if _NO_YEAR.fullmatch(word) or _CHINESE_NO_YEAR.fullmatch(word):
        raise NoYearError
    return None


def _day_word(text: str) -> str:
    plainly = tidy(halfwidth(text)).replace("。", ".").replace("、", ".")
    return re.sub(r"[—–~]", "-", re.sub(r"\s*([.\-/年月日])\s*", r"\1", plainly))


def _existing(year: str, month: str, day: str) -> date:
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(full, int(month), int(day))
    except ValueError:
        raise CellError("没有这一天") from None


def _time(field: Field, cell: Cell) -> int | None:
    if isinstance(cell, datetime | time):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, bool | date):
        raise CellError(f"{field.label}看不懂")
    if isinstance(cell, int | float):
        if 0 <= cell < 1:
            return round(cell * MINUTES) % MINUTES
        if cell == int(cell) and 100 <= cell < 2400 and cell % 100 < 60:
            return int(cell) // 100 * 60 + int(cell) % 100
        if 20_000 <= cell < 80_000:
            return round((cell % 1) * MINUTES) % MINUTES
        raise CellError(f"{field.label}看不懂")
    return time_in(str(cell), field.label)


def _hours(field: Field, cell: Cell) -> int | None:
    text = plain(cell)
    if text in _NOTHING:
        return None
    minutes = minutes_of(text)
    if minutes is None:
        raise CellError(f"{field.label}看不懂")
    return minutes


@lru_cache(maxsize=8192)
def time_in(text: str, label: str) -> int | None:
    """Return minutes since midnight of a written time, None for 上午 and the like."""
    word = squeeze(text).replace("：", ":")
    if word in _NOTHING or _BANDS.fullmatch(word):
        return None
    if match := re.fullmatch(r"\d{4}[-./年].*?(\d{1,2}:\d{2}).*", word):
        word = match[1]
    word = re.split(r"[-—–~至到]", word)[0]
    match = _TIME.fullmatch(_in_digits(word))
    if match is None:
        raise CellError(f"{label}看不懂")
    hour, minute = _hour(match[1], match[2]), int(match[3] or 0) if not match[4] else 30
    if hour > 23 or minute > 59:
        raise CellError(f"没有这个{label}")
    return hour * 60 + minute


def _in_digits(word: str) -> str:
    """Return a time of day as 晚七点半, 三点一刻 or 0930 say it, in digits with its parts apart."""
    word = word.replace("一刻", "15").replace("三刻", "45")
    word = re.sub("[零〇一二三四五六七八九两十]+", lambda said: str(chinese_number(said[0])), word)
    return re.sub(r"(\d{1,2})(\d{2})", r"\1:\2", word) if re.fullmatch(r"\d{3,4}", word) else word


def _hour(band: str | None, said: str) -> int:
    """Return which hour of the day is meant: 中午1点 is 13, 凌晨12点 0, and 晚上12点 no more of that day."""
    hour = int(said)
    night = band in ("晚上", "晚", "夜间")
    if hour == 12 and (night or band == "凌晨"):
        return 24 if night else 0
    later = night or band in ("下午", "傍晚") or (band == "中午" and hour < 6)
    return hour + 12 if later and hour < 12 else hour


def span_in(cell: Cell) -> tuple[int | None, int | None]:
    """Return start and end of a written span such as 19:30-21:00, None where it says none."""
    if isinstance(cell, datetime):
        return (cell.hour * 60 + cell.minute or None), None
    if not isinstance(cell, str):
        return None, None
    text = _in_digits(squeeze(cell).replace("：", ":"))
    times = re.findall(rf"({_BAND})?(\d{{1,2}})[:点时](\d{{2}}|半)?", text)
    found: list[int | None] = []
    half = ""
    for band, hour, minute in times[:2]:
        half = band or half
        value = _hour(half, hour) * 60 + (30 if minute == "半" else int(minute or 0))
        found.append(value if value < MINUTES else None)
    start, end = (*found, None, None)[:2]
    return start, end


_READERS = {
    "text": _text,
    "prose": _prose,
    "name": _name,
    "names": _names,
    "words": _words,
    "phone": _phone,
    "count": _count,
    "choice": _choice,
    "day": _day,
    "time": _time,
    "hours": _hours,
}


def written(field: Field, value: Any) -> str | int | date | None:
    """Return a stored value as a workbook writes it, in the first word people have for it."""
    if value is None or value in ("", ()):
        return None
    if field.kind == "choice":
        return next((word for word, code in (field.choices or {}).items() if code == value), None)
    if field.kind == "time":
        return clock_text(value)
    if field.kind == "hours":
        return hours_text(value)
    if isinstance(value, tuple):
        return "、".join(value)
    return value  # type: ignore[no-any-return]
