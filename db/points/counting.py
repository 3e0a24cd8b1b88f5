"""From claims to points: what each is worth, and what the caps leave of it. Pure.

A cap limits what an item may bring: first a day's, then a month's, by the version of the claim's
day, the earlier claim first. It limits what is given, never what is taken: a deduction counts whole.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from db.kernel.ids import Id
from db.points import points_text
from db.points.claims import Claim
from db.points.rules import Rules

DAY_CAP: Final = "day"
MONTH_CAP: Final = "month"
LEFT_OUT: Final = "left_out"
NO_ITEM: Final = "no_item"


class Counted(NamedTuple):
    """A claim with what it is worth and what counts of it; `why` names what took the rest."""

    claim: Claim
    asked: int
    points: int
    why: str | None

    @property
    def cut(self) -> int:
        """What does not count."""
        return self.asked - self.points


def count(
    claims: Iterable[Claim], rules: Rules, left_out: Collection[tuple[Id, str]] = ()
) -> list[Counted]:
    """Return each claim of a month with its points, in the order of `Claim.order`.

    `left_out` are claims a person decided not to count, by volunteer and key.
    """
    by_day: dict[tuple[Id, str, object], int] = defaultdict(int)
    by_month: dict[tuple[Id, str], int] = defaultdict(int)
    counted = []
    for claim in sorted(claims, key=lambda c: c.order):
        if claim.item is None:
            counted.append(Counted(claim, 0, 0, NO_ITEM))
            continue
        worth = rules.worth(claim.item, claim.community, claim.day)
        asked = claim.points if claim.points is not None else worth * claim.times
        if (claim.volunteer, claim.key) in left_out:
            counted.append(Counted(claim, asked, 0, LEFT_OUT))
            continue
        if asked <= 0:
            counted.append(Counted(claim, asked, asked, None))
            continue
        day = (claim.volunteer, claim.item.key, claim.day)
        month = (claim.volunteer, claim.item.key)
        kept, why = asked, None
        for cap, so_far, name in (
            (claim.item.day_cap, by_day[day], DAY_CAP),
            (claim.item.month_cap, by_month[month], MONTH_CAP),
        ):
            if cap is not None and kept > max(cap - so_far, 0):
                kept, why = max(cap - so_far, 0), name
        by_day[day] += kept
        by_month[month] += kept
        counted.append(Counted(claim, asked, kept, why))
    return counted


def why_text(one: Counted) -> str:
    """Return in words why a claim does not count whole; empty where it does."""
    item = one.claim.item
    if one.why == NO_ITEM:
        return "当天有效的积分办法里没有这一项，不计分"
    if one.why == LEFT_OUT:
        return "核对后不计"
    if one.why is None or item is None:
        return ""
    cap = item.day_cap if one.why == DAY_CAP else item.month_cap
    span = "每天" if one.why == DAY_CAP else "每月"
    return f"超过{span}上限{points_text(cap or 0)}分，少计{points_text(one.cut)}分"
