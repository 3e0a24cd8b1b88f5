"""Closed months as they were frozen."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from db.kernel.ids import Id
from db.kernel.journal import chunks
from db.kernel.workdays import Month
from db.points import PointCorrection, PointLine, PointMonth, PointScheme, PointShare, scheme_title
from db.points.sheet import Budget, Closed, Correction, Entry, Line, Share, Sheet


class ClosedMonth(NamedTuple):
    """A closed month in a list."""

    id: Id
    month: Month
    people: int
    points: int
    amount: int
    by: Closed
    owing: tuple[Month, ...]


def closed_months(connection: Connection) -> list[ClosedMonth]:
    """Return the closed months, the latest first."""
    rows = connection.execute(
        select(
            PointMonth.id, PointMonth.month, PointMonth.people, PointMonth.points,
            PointMonth.amount, PointMonth.closed, PointMonth.prepared_name,
            PointMonth.approved_name, PointMonth.paper, PointMonth.note, PointMonth.owing,
        ).order_by(PointMonth.month.desc())
    )  # fmt: skip
    return [
        ClosedMonth(
            row.id, Month.parse(row.month), row.people, row.points, row.amount,
            Closed(row.closed, row.prepared_name, row.approved_name, row.paper, row.note),
            tuple(Month.parse(text) for text in row.owing),
        )
        for row in rows
    ]  # fmt: skip


def last_closed(connection: Connection) -> Month | None:
    """Return the latest month that is closed."""
    months = connection.execute(select(PointMonth.month)).scalars()
    return max((Month.parse(text) for text in months), default=None)


def closed_sheet(connection: Connection, month: Month) -> Sheet | None:
    """Return a closed month as it was frozen; None where it is not closed."""
    found = next((m for m in closed_months(connection) if m.month == month), None)
    if found is None:
        return None
    lines = frozen_lines(connection, found.id)
    return Sheet(month, lines, budgets_of(connection, month, lines), (), found.by)


def frozen_lines(
    connection: Connection, closed: Id, volunteer: Id | None = None
) -> tuple[Line, ...]:
    """Return the lines of a closed month as they were frozen, in their order."""
    asked = select(PointLine.__table__).where(PointLine.month == closed).order_by(PointLine.id)
    if volunteer is not None:
        asked = asked.where(PointLine.volunteer == volunteer)
    rows = connection.execute(asked).all()
    ids = [row.id for row in rows]
    shares = _shares(connection, ids)
    corrections = _corrections(connection, ids)
    return tuple(
        Line(
            row.volunteer, row.name, row.community, row.community_name, row.role, row.occupation,
            row.scheme, tuple(shares[row.id]), row.points, row.grade, row.standard, row.due,
            row.own, tuple(corrections[row.id]), row.amount,
        )
        for row in rows
    )  # fmt: skip


def booked(connection: Connection, month: Month) -> dict[Id, list[Correction]]:
    """Return what was booked in later months as corrections of a closed one, by volunteer, in order."""
    rows = connection.execute(
        select(PointLine.volunteer, PointCorrection.__table__)
        .join(PointLine, PointLine.id == PointCorrection.line)
        .where(PointCorrection.of == str(month))
        .order_by(PointCorrection.id)
    )
    found: dict[Id, list[Correction]] = defaultdict(list)
    for row in rows:
        found[row.volunteer].append(_correction(row))
    return found


def used_before(connection: Connection, month: Month, community: Id | None) -> int:
    """Return what earlier closed months of the year paid by the schemes of a scope, in 分."""
    return connection.execute(
        select(func.coalesce(func.sum(PointLine.amount), 0))
        .join(PointMonth, PointMonth.id == PointLine.month)
        .join(PointScheme, PointScheme.id == PointLine.scheme)
        .where(PointMonth.month.between(f"{month.year}-01", str(month)))
        .where(PointMonth.month != str(month))
        .where(
            PointScheme.community.is_(None)
            if community is None
            else PointScheme.community == community
        )
    ).scalar_one()


def budget_rows(
    connection: Connection, month: Month, amounts: Sequence[tuple[Id | None, int]]
) -> list[tuple[Any, int, int]]:
    """Return each scheme with a budget that pays somebody: its row, what was used, what is to pay.

    `amounts` are sums with the scheme they are paid by.
    """
    paid: dict[Id, int] = defaultdict(int)
    for scheme, amount in amounts:
        if scheme is not None:
            paid[scheme] += amount
    asked = select(PointScheme.__table__).where(PointScheme.budget.is_not(None))
    found = []
    for row in connection.execute(asked.order_by(PointScheme.id)).all():
        if row.id in paid:
            yearly = row.span == "year"
            used = used_before(connection, month, row.community) if yearly else 0
            found.append((row, used, paid[row.id]))
    return found


def budgets_of(connection: Connection, month: Month, lines: Sequence[Line]) -> tuple[Budget, ...]:
    """Return the budgets that lines of a month take from."""
    rows = budget_rows(connection, month, [(line.scheme, line.amount) for line in lines])
    return tuple(
        Budget(row.id, scheme_title(row.name, row.version), row.span, row.budget, used, amount)
        for row, used, amount in rows
    )


def _shares(connection: Connection, lines: Sequence[Id]) -> dict[Id, list[Share]]:
    found: dict[Id, list[Share]] = defaultdict(list)
    for some in chunks(lines):
        asked = select(PointShare.__table__).where(PointShare.line.in_(some))
        for row in connection.execute(asked.order_by(PointShare.id)):
            found[row.line].append(
                Share(
                    row.item, row.name, row.kind, row.community, row.community_name, row.times,
                    row.points, row.cut, unpacked(row.entries),
                )
            )  # fmt: skip
    return found


def _corrections(connection: Connection, lines: Sequence[Id]) -> dict[Id, list[Correction]]:
    found: dict[Id, list[Correction]] = defaultdict(list)
    for some in chunks(lines):
        asked = select(PointCorrection.__table__).where(PointCorrection.line.in_(some))
        for row in connection.execute(asked.order_by(PointCorrection.id)):
            found[row.line].append(_correction(row))
    return found


def _correction(row: Any) -> Correction:
    return Correction(
        Month.parse(row.of), row.item, row.name or "", row.kind, row.community,
        row.community_name or "", row.times, row.points, row.amount, row.reason,
        unpacked(row.entries),
    )  # fmt: skip


def packed(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return entries as they are kept: days as their number, what is usual left out."""
    if not entries:
        return {}
    return {"entries": [_short(entry) for entry in entries]}


def unpacked(said: dict[str, Any] | None) -> tuple[Entry, ...]:
    """Return entries as they were before they were kept."""
    found = []
    for day, key, points, *more in (said or {}).get("entries", ()):
        times, asked, why = more or (1, points, "")
        found.append(Entry(date(1970, 1, 1) + timedelta(days=day), key, times, asked, points, why))
    return tuple(found)


def _short(entry: Entry) -> list[Any]:
    said: list[Any] = [(entry.day - date(1970, 1, 1)).days, entry.key, entry.points]
    if (entry.times, entry.asked, entry.why) != (1, entry.points, ""):
        said += [entry.times, entry.asked, entry.why]
    return said
