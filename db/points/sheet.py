"""The sheet of a month: per volunteer what each item brought, the grade, the money. Plain rows.

An open month and a closed one have the same rows, so that papers and screens show both alike.
"""

from datetime import date
from typing import NamedTuple

from db.kernel.ids import Id
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.points import points_text


class Entry(NamedTuple):
    """One source behind a share: what it was worth, what counts of it, and why not the rest."""

    day: date
    key: str
    times: int
    asked: int
    points: int
    why: str


class Share(NamedTuple):
    """What one item brought a volunteer in a month, in the community they then belonged to.

    `cut` is what caps and decisions took off.
    """

    item: str
    name: str
    kind: str
    community: Id
    community_name: str
    times: int
    points: int
    cut: int
    entries: tuple[Entry, ...]


class Correction(NamedTuple):
    """What an earlier closed month lacked or had too much, for one volunteer.

    Points of an item, with what its sources now are; or, without an item, money in 分.
    """

    of: Month
    item: str | None
    name: str
    kind: str | None
    community: Id | None
    community_name: str
    times: int
    points: int
    amount: int
    reason: str
    entries: tuple[Entry, ...] = ()


class Line(NamedTuple):
    """A volunteer's month; `scheme` is what they are paid by. See `PointLine` for the sums."""

    volunteer: Id
    name: str
    community: Id
    community_name: str
    role: str
    occupation: str | None
    scheme: Id | None
    shares: tuple[Share, ...]
    points: int
    grade: str | None
    standard: str
    due: int
    own: int
    corrections: tuple[Correction, ...]
    amount: int

    @property
    def corrected(self) -> int:
        """Points that corrections of earlier months add or take."""
        return sum(c.points for c in self.corrections)

    @property
    def remark(self) -> str:
        """What a list says beside the sum: 含晨园社区12分；超预算核减3元；2026年2月补5分、补发50元."""
        return _remark(self)


class Budget(NamedTuple):
    """A budget of a scheme, in 分: what earlier months of the year used, what this one takes."""

    scheme: Id
    title: str
    span: str
    budget: int
    used: int
    amount: int

    @property
    def left(self) -> int:
        """What is left after this month; below zero where it is passed."""
        return self.budget - self.used - self.amount


class Closed(NamedTuple):
    """Who closed a month: prepared by one and approved by another, or alone with a signed paper."""

    day: date
    prepared: str
    approved: str | None
    paper: str | None
    note: str | None


class Sheet(NamedTuple):
    """A month, its volunteers by community and name; `closed` tells that it is frozen.

    `notes` are what a reader must know, as sentences.
    """

    month: Month
    lines: tuple[Line, ...]
    budgets: tuple[Budget, ...]
    notes: tuple[str, ...]
    closed: Closed | None = None

    @property
    def points(self) -> int:
        """The month's own points of all."""
        return sum(line.points for line in self.lines)

    @property
    def amount(self) -> int:
        """What is paid to all, in 分."""
        return sum(line.amount for line in self.lines)

    def line(self, volunteer: Id) -> Line | None:
        """Return a volunteer's line."""
        return next((line for line in self.lines if line.volunteer == volunteer), None)


def _remark(line: Line) -> str:
    said = []
    elsewhere: dict[str, int] = {}
    for share in line.shares:
        if share.community != line.community:
            elsewhere[share.community_name] = elsewhere.get(share.community_name, 0) + share.points
    said += [f"含{name}{points_text(points)}分" for name, points in elsewhere.items() if points]
    if line.own < line.due:
        said.append(f"超预算核减{short_yuan(line.due - line.own)}元")
    months = dict.fromkeys(c.of for c in line.corrections)
    for month in months:
        mine = [c for c in line.corrections if c.of == month]
        points, amount = sum(c.points for c in mine), sum(c.amount for c in mine)
        parts = []
        if points:
            parts.append(f"{'补' if points > 0 else '减'}{points_text(abs(points))}分")
        if amount:
            parts.append(f"{'补发' if amount > 0 else '扣回'}{short_yuan(abs(amount))}元")
        if parts:
            said.append(f"{month.words}{'、'.join(parts)}")
    return "；".join(said)
