"""Training sessions as sign-in sheets: the session above, its names below."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from db.exports.rows import Line
from db.kernel.dates import full_day

HERE = ("到", "迟到")
# What a session is when its sheet says nothing.
USUAL = "业务培训"
_MORE = {"hours": "学时", "pass_mark": "合格分", "note": "培训记录"}


def session_sheets(
    lines: Sequence[Line], about: tuple[tuple[Any, ...], ...]
) -> Iterator[tuple[str, str, tuple[tuple[Any, ...], ...], list[Line]]]:
    """Yield name, title, what stands above, and lines of each session's sheet."""
    used: dict[str, int] = {}
    for _, of_session in groupby(lines, key=lambda line: line["session"]):
        names = list(of_session)
        first = names[0]
        day = first["day"]
        assert isinstance(day, date)  # noqa: S101  a session has a day
        here = sum(line["status"] in HERE for line in names)
        above: tuple[tuple[Any, ...], ...] = (
            *about,
            ("培训主题", first["topic"]),
            ("培训时间", f"{full_day(day)}{_hours(first)}"),
            ("地点", first["place"], None, "主讲人", first["lecturers"]),
            *([("培训类别", first["kind"])] if first["kind"] != USUAL else []),
            *((label, first[name]) for name, label in _MORE.items() if first[name] is not None),
            ("应到", len(names), None, "实到", here),
        )
        name = f"{day.month}.{day.day}"
        used[name] = used.get(name, 0) + 1
        named = name if used[name] == 1 else f"{name}（{used[name]}）"
        yield named, "培训签到表", above, names


def _hours(line: Line) -> str:
    start, end = line["start"], line["end"]
    if start is None:
        return ""
    return f" {start}-{end}" if end is not None else f" {start}"
