"""The month that is open: counted anew each time it is asked for, with what keeps it from closing."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from db.kernel.dates import month_day
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.points.corrections import Open, limited, open_corrections
from db.points.counting import Counted
from db.points.doubts import Doubt, undecided
from db.points.frozen import budget_rows, budgets_of, last_closed
from db.points.recount import Basis, Recount, basis_of, line_of, recount
from db.points.sheet import Budget, Correction, Line, Sheet
from db.points.subsidy import reduced


class OpenMonth(NamedTuple):
    """The month as it stands; `doubts` also those of closed months that came up since.

    `unplaced` are claims no item takes; `first` tells that every month before is closed, so that
    the corrections are booked here. `over` is what passes a budget, in 分, `owing` the closed months
    with money to take back that this month cannot.
    """

    sheet: Sheet
    doubts: tuple[Doubt, ...]
    unplaced: tuple[Counted, ...]
    first: bool
    over: int
    owing: tuple[Month, ...]
    recount: Recount

    @property
    def undecided(self) -> tuple[Doubt, ...]:
        """The doubts that keep the month from being closed."""
        return undecided(self.doubts)


def month_sheet(connection: Connection, month: Month, up_to: date | None = None) -> OpenMonth:
    """Return a month that is not closed as it stands now, with corrections of the closed ones.

    `up_to` is the last day counted, where the month is still running.
    """
    basis = basis_of(connection)
    now = recount(connection, month, basis, up_to)
    closed = last_closed(connection)
    first = closed is None or month == closed.after
    waiting = Open({}, ())
    if closed is not None and first:
        waiting = open_corrections(connection, basis)
    lines, budgets, over = _paid(connection, now, waiting)
    notes = tuple(_notes(basis, now, lines, waiting, first=first))
    sheet = Sheet(month, lines, budgets, notes)
    return OpenMonth(
        sheet,
        (*waiting.undecided, *now.doubts),
        now.unplaced,
        first,
        over,
        _owing(lines, waiting),
        now,
    )


def _paid(
    connection: Connection, now: Recount, waiting: Open
) -> tuple[tuple[Line, ...], tuple[Budget, ...], int]:
    """Return the lines as they are paid, within the budgets that reduce, and what passes others."""
    lines = list(now.lines)
    there = {line.volunteer for line in lines}
    lines += [
        line_of(now.month, now.basis, now.basis.people[volunteer], ())
        for volunteer in waiting.of
        if volunteer not in there
    ]
    order = {volunteer: at for at, volunteer in enumerate(now.basis.people)}
    lines.sort(key=lambda line: order[line.volunteer])
    extra = [
        (line.scheme, sum(c.amount for c in waiting.of.get(line.volunteer, ()) if c.amount > 0))
        for line in lines
    ]
    dues = [(line.scheme, line.due) for line in lines]
    for row, used, _ in budget_rows(connection, now.month, dues):
        if row.reduces:
            mine = [at for at, line in enumerate(lines) if line.scheme == row.id]
            left = row.budget - used - sum(more for scheme, more in extra if scheme == row.id)
            kept = reduced([lines[at].due for at in mine], left)
            for at, own in zip(mine, kept, strict=True):
                lines[at] = lines[at]._replace(own=own)
    lines = [_corrected(line, waiting.of.get(line.volunteer, ())) for line in lines]
    budgets = budgets_of(connection, now.month, lines)
    return tuple(lines), budgets, sum(max(0, -budget.left) for budget in budgets)


def _corrected(line: Line, corrections: Sequence[Correction]) -> Line:
    kept = limited(corrections, line.own)
    return line._replace(corrections=kept, amount=line.own + sum(c.amount for c in kept))


def _owing(lines: Sequence[Line], waiting: Open) -> tuple[Month, ...]:
    """The closed months whose money is not booked whole."""
    kept = {
        (line.volunteer, one.of): one.amount
        for line in lines
        for one in line.corrections
        if one.item is None
    }
    owed = {
        (volunteer, one.of): one.amount
        for volunteer, corrections in waiting.of.items()
        for one in corrections
        if one.item is None
    }
    return tuple(sorted({of for (who, of), sum_ in owed.items() if kept.get((who, of)) != sum_}))


def _notes(
    basis: Basis, now: Recount, lines: Sequence[Line], waiting: Open, *, first: bool
) -> list[str]:
    notes = []
    period = now.month.period
    versions = basis.rules.during(period)
    if not versions:
        notes.append("这个月没有有效的积分办法，都不计分。请先采用一个办法。")
    elif not any(s.pays for s in versions):
        notes.append("积分办法里没有写补贴标准，只记分，不算钱。")
    changed = [s for s in versions if period.start < s.start]
    for scheme in changed:
        where = f"{scheme.community_name}" if scheme.community_name else ""
        notes.append(
            f"{month_day(scheme.start)}起{where}按{scheme.title}计分，补贴按月末有效的办法算。"
        )
    moved = [line for line in lines if any(s.community != line.community for s in line.shares)]
    if moved:
        notes.append(
            f"{len(moved)}人本月换了社区：各天的积分计在当天所在的社区，补贴在月末所在社区领。"
        )
    if now.unplaced:
        notes.append(f"有{len(now.unplaced)}条记录在当天的办法里没有对应的项目，不计分。")
    if not first:
        notes.append("前面还有没结账的月份，更正要等那个月结账时一起算。")
    owing = sum(c.amount for some in waiting.of.values() for c in some)
    booked = sum(c.amount for line in lines for c in line.corrections)
    if booked != owing:
        notes.append(f"还有{short_yuan(booked - owing)}元要扣回，本月的补贴不够扣，留到以后。")
    return notes
