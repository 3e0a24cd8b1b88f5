"""Ledgers out: each kind in the columns it came in with, so that it can come in again.

What leaves the post leaves masked unless a person who may copy the ledger says otherwise. Nothing
is lost on the way: what a ledger holds and the columns have no place for gets columns behind them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select

from db.exports.masking import masked_line
from db.exports.rows import Line, lines_of
from db.exports.sessions import session_sheets
from db.imports.headings import KINDS, is_number
from db.imports.kept import LedgerLayout
from db.imports.tables import MASKED
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, fields_of
from db.kernel.ids import Id
from db.kernel.workdays import Period
from db.places import communities
from db.post import the_post
from db.trainings import AttendanceDraft

Value = str | int | Decimal | date | None
MOST_ROWS: Final = 1_000_000
NUMBER: Final = "序号"
TITLES: Final = {
    "households": "住户台账", "volunteers": "联户长名册", "visits": "走访记录",
    "disputes": "矛盾纠纷排查调解台账", "trainings": "培训签到表",
}  # fmt: skip
DATED: Final = frozenset(("visits", "disputes", "trainings"))
_FIRST: Final = {
    "households": ("", "community", "estate", "building", "unit", "room", "occupancy", "contact", "phone",
                   "residents"),
    "volunteers": ("", "name", "role", "community", "estate", "building", "unit", "occupation", "phone",
                   "since"),
    "visits": ("day", "at", "community", "estate", "building", "unit", "room", "staff", "outcome", "people",
               "topics", "leaflets"),
    "disputes": ("number", "registered", "source", "kind", "side_a", "phone_a", "side_b", "phone_b", "brief",
                 "risk", "mediators", "mediated", "result", "form", "due", "performance", "destination",
                 "followed_up", "follow_up_result"),
    "trainings": ("", "name", "role", "community", "signed", "status", "reason"),
}  # fmt: skip


@dataclass(frozen=True)
class ExportQuery:
    """What goes out: a kind of ledger, its days (None for all), one community or all, masked or not."""

    kind: str
    period: Period | None = None
    community: Id | None = None
    masked: bool = True

    @property
    def right(self) -> Right:
        """What one must be allowed: the whole names are as good as a copy of the ledger."""
        return Right.LOOK if self.masked else Right.BACKUP


@dataclass(frozen=True)
class Columns:
    """Headings in their order with their fields, and whether each community has a sheet."""

    headings: tuple[tuple[str, str], ...]
    sheets: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The fields that have a column."""
        return frozenset(name for _, name in self.headings if name)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, what stands above the table, the headings and the rows below them."""

    name: str
    title: str
    above: tuple[tuple[Value, ...], ...]
    headings: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True)
class Book:
    """What goes out: its sheets, and how many rows they have."""

    title: str
    sheets: list[Sheet]

    @property
    def rows(self) -> int:
        """The rows of all sheets."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def leaving_right(*, named: bool, workbook: bool) -> Right:
    """Return what one must be allowed to take a list out: one with whole names is signed on paper by
    who may enter things, and as a workbook it is as good as a ledger with whole names.
    """
    if not named:
        return Right.LOOK
    return Right.BACKUP if workbook else Right.WRITE


def columns_of(connection: Connection, kind: str) -> Columns:
    """Return the columns a kind of ledger came in with, or the usual ones."""
    columns = (LedgerLayout.columns, LedgerLayout.sheets)
    stored = connection.execute(select(*columns).where(LedgerLayout.kind == kind)).first()
    if stored is not None and stored.columns:
        headings = tuple((text, field) for text, field in stored.columns["headings"])
        return Columns(headings, stored.sheets)
    fields = KINDS[kind].fields
    return Columns(tuple((fields[n].label if n else NUMBER, n) for n in _FIRST[kind]))


def export(connection: Connection, query: ExportQuery, day: date) -> Book:
    """Return a ledger as sheets; a training ledger has one for each session.

    UserError if there are more rows than a sheet holds, or none.
    """
    columns = columns_of(connection, query.kind)
    post = the_post(connection).name
    lines = lines_of(connection, query.kind, query.period, query.community)
    if len(lines) > MOST_ROWS:
        raise UserError(f"有{len(lines):,}行，一个文件放不下。请选短一些的时间。")
    if not lines:
        raise UserError("这段时间里没有可以导出的。请换个时间或社区。")
    if query.masked:
        lines = [masked_line(query.kind, line) for line in lines]
    columns = _with_what_is_left(query.kind, columns, lines)
    title = TITLES[query.kind]
    if query.kind == "trainings" and not {"topic", "day"} <= columns.fields:
        return Book(
            title,
            [_sheet(columns, *parts) for parts in session_sheets(lines, _about(query.masked))],
        )
    sheets = []
    for name, inside in _parted(connection, query, columns, lines):
        above = ((f"填报单位：{name or post}　填报日期：{day.year}.{day.month}.{day.day}",),)
        sheets.append(
            _sheet(
                columns, name or title, f"{name}{title}", (*above, *_about(query.masked)), inside
            )
        )
    return Book(title, sheets)


def _about(masked: bool) -> tuple[tuple[Value, ...], ...]:  # noqa: FBT001
    return ((MASKED,),) if masked else ()


def _parted(
    connection: Connection, query: ExportQuery, columns: Columns, lines: Sequence[Line]
) -> list[tuple[str, Sequence[Line]]]:
    """The lines by sheet: by community where a column does not say it, else all on one."""
    by_community: dict[str, list[Line]] = {}
    for line in lines:
        by_community.setdefault(str(line["community"] or ""), []).append(line)
    named = query.kind in ("households", "volunteers", "visits")
    if "community" in columns.fields or not (named and (columns.sheets or len(by_community) > 1)):
        only = next(iter(by_community)) if named and query.community is not None else ""
        return [(only, lines)]
    order = [place.name for place in communities(connection)]
    return sorted(by_community.items(), key=lambda item: order.index(item[0]))


def _with_what_is_left(kind: str, columns: Columns, lines: Sequence[Line]) -> Columns:
    """Put columns behind for what some line says and no column has a place for."""
    fields: dict[str, Field] = dict(KINDS[kind].fields)
    taken = set(columns.fields)
    if "whole" in taken:
        taken |= {"estate", "building", "unit", "room", "group"}
    if "parties" in taken and not any("、" in str(line.get("side_a") or "") for line in lines):
        # Of those of both sides in one column the first alone is one side.
        taken |= {"side_a", "side_b"}
    if kind in ("households", "volunteers", "visits"):
        taken.add("community")
    said = {name for line in lines for name, value in line.items() if value not in (None, "", ())}
    left = [
        name for name in fields
        if name in said - taken and name not in ("whole", "parties", "group")
    ]  # fmt: skip
    if kind == "trainings" and not {"topic", "day"} <= columns.fields:
        left = [name for name in left if name in fields_of(AttendanceDraft)]
    more = tuple((fields[name].label, name) for name in left)
    return Columns((*columns.headings, *more), columns.sheets)


def _sheet(
    columns: Columns,
    name: str,
    title: str,
    above: tuple[tuple[Value, ...], ...],
    lines: Sequence[Line],
) -> Sheet:
    headings = tuple(text for text, _ in columns.headings)
    rows = [
        tuple(
            line.get(field) if field else number if is_number(text) else None
            for text, field in columns.headings
        )
        for number, line in enumerate(lines, 1)
    ]
    return Sheet(name, title, above, headings, rows)
