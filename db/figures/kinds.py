"""The kinds of report by the span they tell of, and how papers and screens speak of each span."""

from dataclasses import dataclass
from typing import Final

from db.kernel.errors import UserError
from db.kernel.workdays import Day, Month, Span, Week


@dataclass(frozen=True)
class Kind:
    """A kind of report: its name in commands and editions, its span, and every word that differs.

    `key` is the span's name in the JSON and the option of the command. `until` is the span's last
    day as a rule under a table says it, `since` the days that totals begin with, and `by_then`
    stands between a month and what happened in it up to the last day.
    """

    name: str
    key: str
    of: type[Day] | type[Week] | type[Month]
    report: str
    wanted: str
    this: str
    last: str
    next: str
    at_start: str
    until: str
    since: str
    by_then: str


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "daily", "day", Day, "日报", "日期",
            "本日", "前一日", "次日", "日初", "当日", "分别从当日所在月、年的第一天", "以来",
        ),
        Kind(
            "weekly", "week", Week, "周报", "周次",
            "本周", "上周", "下周", "周初", "周日", "分别从周日所在月、年的第一天", "以来",
        ),
        Kind(
            "monthly", "month", Month, "月报", "月份",
            "本月", "上月", "下月", "月初", "月末", "从当年的第一天", "",
        ),
    )
}  # fmt: skip


def kind_of(span: Span) -> Kind:
    """Return the kind of report that tells of such a span."""
    return next(kind for kind in KINDS.values() if isinstance(span, kind.of))


def parse_span(text: str) -> Span:
    """Return the span written `2026-03-18`, `2026-W12` or `2026-03`; UserError if it is none."""
    for kind in KINDS.values():
        try:
            return kind.of.parse(text)
        except UserError:
            continue
    raise UserError(f"“{text}”不是日期、周次或月份。")
