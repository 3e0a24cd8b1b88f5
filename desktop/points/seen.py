"""A month as the screens show it: open or closed, who may do what with it. Plain values, no Qt."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from db.kernel.dates import month_day
from db.kernel.ids import Id
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.places import CommunityLine, communities
from db.points import points_text
from db.points.closing import Readiness, readiness
from db.points.doubts import Doubt
from db.points.frozen import closed_sheet, last_closed
from db.points.month import month_sheet
from db.points.rules import scheme_list
from db.points.sheet import Sheet


class SeenMonth(NamedTuple):
    """A month's sheet; of an open one also its doubts and what keeps it from being closed."""

    sheet: Sheet
    doubts: tuple[Doubt, ...]
    ready: Readiness | None
    schemes: bool
    places: tuple[CommunityLine, ...]

    @property
    def undecided(self) -> int:
        """How many doubts nobody has decided."""
        return sum(doubt.decision is None for doubt in self.doubts)


def see_month(connection: Connection, month: Month, account: Id | None, today: date) -> SeenMonth:
    """Return a month for the screens: as it was frozen, or counted anew up to today."""
    places = tuple(communities(connection))
    schemes = bool(scheme_list(connection))
    frozen = closed_sheet(connection, month)
    if frozen is not None:
        return SeenMonth(frozen, (), None, schemes, places)
    seen = month_sheet(connection, month, today)
    ready = readiness(connection, seen, account, today)
    return SeenMonth(seen.sheet, seen.doubts, ready, schemes, places)


def month_to_begin_with(connection: Connection, today: date) -> Month:
    """Return the month to work at: the one after the last that was closed, not after this one."""
    this = Month.of(today)
    closed = last_closed(connection)
    before = Month.of(this.period.start - timedelta(days=1))
    return min(this, closed.after if closed is not None else before)


def summary_words(seen: SeenMonth) -> str:
    """Return the month in one line: how many, points, money, what is left of a budget."""
    sheet = seen.sheet
    earning = sum(line.points > 0 for line in sheet.lines)
    said = [f"{len(sheet.lines)}人，{earning}人有积分", f"共{points_text(sheet.points)}分"]
    if sheet.amount:
        said.append(f"补贴{short_yuan(sheet.amount)}元")
    said += [f"{budget.title}预算还剩{short_yuan(budget.left)}元" for budget in sheet.budgets]
    return "，".join(said)


def state_words(seen: SeenMonth) -> str:
    """Return how far the month is on its way to being closed."""
    closed = seen.sheet.closed
    if closed is not None:
        by = f"{closed.prepared}提交，{closed.approved}核准" if closed.approved else closed.prepared
        return f"{month_day(closed.day)}结账（{by}）"
    if not seen.schemes:
        return "还没有采用积分办法"
    if seen.undecided:
        return f"还有{seen.undecided}条疑点要核对"
    if seen.ready is not None and seen.ready.proposal is not None:
        return f"{seen.ready.proposal.who}已提交，等另一个人核准"
    return "没有结账"
