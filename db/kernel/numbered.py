"""Numbered sheets: paper that goes out with a number and is typed back by it.

A number is given once, also where the printing was taken back: that paper is still about.
"""

from datetime import date
from typing import Protocol, TypeVar

from sqlalchemy import Connection, func, select

from db.kernel.dates import month_day
from db.kernel.errors import UserError
from db.kernel.journal import ADDED
from db.kernel.records import ChangeRow, Record


def next_number(connection: Connection, sheet: type[Record]) -> int:
    """Return the number of the next sheet of a table, counted from 1."""
    # The journal remembers the sheets whose printing was taken back.
    given = select(func.count(ChangeRow.record.distinct())).where(
        ChangeRow.entity == sheet.__tablename__, ChangeRow.kind == ADDED
    )
    return connection.execute(given).scalar_one() + 1


class Numbered(Protocol):
    """A sheet as it was found by its number; `returned` is the day it was typed back."""

    @property
    def returned(self) -> date | None:
        """The day it was typed back, None while it is out."""


S = TypeVar("S", bound=Numbered)


def still_out(noun: str, number: int, found: S | None) -> S:
    """Return the sheet; UserError if the number was never given, or it was typed back before."""
    if found is None:
        raise UserError(f"没有第{number}号{noun}，没有保存。请核对编号。")
    if found.returned is not None:
        day = month_day(found.returned)
        raise UserError(f"第{number}号{noun}{day}已经登记过了，没有重复保存。")
    return found
