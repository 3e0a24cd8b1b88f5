"""Who gets what: points and subsidy by occupation and community, the share of each item, and what
another weight would do. Nothing is written.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.workdays import Month
from db.points.recount import Basis, basis_of, recount
from db.points.rules import Rules, Weight
from db.points.sheet import Line, Sheet
from db.points.subsidy import split

UNKNOWN = "unknown"


class Group(NamedTuple):
    """People together: how many in the month's list, how many with points, their points and money.

    `points` are of the month's own entries, `amount` with corrections, in 分.
    """

    people: int
    earning: int
    points: int
    amount: int

    @property
    def each(self) -> int | None:
        """The money for each of the people, in 分 rounded half up; None where there is nobody."""
        if not self.people:
            return None
        return (self.amount * 2 + self.people) // (2 * self.people)


class ItemShare(NamedTuple):
    """What an item brought everybody; `amount` is its part of the money, in proportion to points."""

    item: str
    name: str
    kind: str
    times: int
    points: int
    amount: int


class Fairness(NamedTuple):
    """A month by occupation, by community and by item. Amounts add up to the month's in each.

    By community, points count where they were earned, people and money where they are paid.
    """

    whole: Group
    by_occupation: dict[str, Group]
    by_community: dict[str, Group]
    items: tuple[ItemShare, ...]
    # Money that stands for no points of the month: corrections, and a floor paid besides.
    besides: int


class Change(NamedTuple):
    """What one person would gain or lose by other weights: points in hundredths, money in 分."""

    volunteer: Id
    name: str
    community_name: str
    points: int
    due: int


class WhatIf(NamedTuple):
    """A month counted anew as the rules are, and as they would be; dues, before any budget."""

    month: Month
    before: Fairness
    after: Fairness
    changes: tuple[Change, ...]


class WeightDraft(NamedTuple):
    """A weight to be tried: an item's id, where, and what it would be worth the whole month."""

    item: Id
    community: Id
    points: int


def fairness(sheet: Sheet) -> Fairness:
    """Return a month's sheet by occupation, community and item."""
    return _fairness(sheet.lines)


def what_if(connection: Connection, month: Month, weights: Sequence[WeightDraft]) -> WhatIf:
    """Return what a month would come to with other weights from its first day on.

    Both sides are counted from what the ledger now has, a closed month too: so that only the
    weights differ.
    """
    basis = basis_of(connection)
    tried = _tried(basis.rules, month, weights)
    now = recount(connection, month, basis).lines
    then = recount(connection, month, Basis(tried, basis.people, basis.communities)).lines
    after = {line.volunteer: line for line in then}
    changes = []
    for line in now:
        other = after[line.volunteer]
        points, due = other.points - line.points, other.due - line.due
        if points or due:
            changes.append(Change(line.volunteer, line.name, line.community_name, points, due))
    return WhatIf(month, _fairness(now), _fairness(then), tuple(changes))


def _tried(rules: Rules, month: Month, weights: Sequence[WeightDraft]) -> Rules:
    start = month.period.start
    tried = {(w.item, w.community): w for w in weights}
    kept = [
        w for w in rules.weights if (w.item, w.community) not in tried or w.since > month.period.end
    ]
    new = [Weight(b"", w.item, w.community, start, w.points) for w in tried.values()]
    return Rules(rules.schemes, [*kept, *new])


def _fairness(lines: Sequence[Line]) -> Fairness:
    items, besides = _items(lines)
    places = _groups(lines, lambda line: line.community_name)
    earned: dict[str, int] = defaultdict(int)
    for line in lines:
        for share in line.shares:
            earned[share.community_name] += share.points
    names = dict.fromkeys([*places, *earned])
    nobody = Group(0, 0, 0, 0)
    return Fairness(
        _group(lines),
        _groups(lines, lambda line: line.occupation or UNKNOWN),
        {name: places.get(name, nobody)._replace(points=earned[name]) for name in names},
        items,
        besides,
    )


def _groups(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, Group]:
    of: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        of[key(line)].append(line)
    return {name: _group(mine) for name, mine in of.items()}


def _group(lines: Sequence[Line]) -> Group:
    return Group(
        len(lines),
        sum(1 for line in lines if line.points),
        sum(line.points for line in lines),
        sum(line.amount for line in lines),
    )


def _items(lines: Sequence[Line]) -> tuple[tuple[ItemShare, ...], int]:
    found: dict[str, ItemShare] = {}
    besides = 0
    for line in lines:
        gains = [max(share.points, 0) for share in line.shares]
        parts = split(line.own, gains)
        besides += line.amount - sum(parts)
        for share, part in zip(line.shares, parts, strict=True):
            was = found.get(share.item, ItemShare(share.item, share.name, share.kind, 0, 0, 0))
            found[share.item] = was._replace(
                times=was.times + share.times,
                points=was.points + share.points,
                amount=was.amount + part,
            )
    return tuple(sorted(found.values(), key=lambda item: (-item.points, item.name))), besides
