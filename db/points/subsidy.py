"""From points to money, exact to the 分. Pure.

Parts always add to their whole: what rounding leaves over goes to the largest remainders.
"""

from collections.abc import Sequence

from db.kernel.money import short_yuan
from db.points import POINT
from db.points.rules import Band, Scheme


def grade_of(scheme: Scheme | None, points: int) -> Band | None:
    """Return the highest band whose points are reached."""
    bands = scheme.bands if scheme else ()
    return next((band for band in bands if points >= band.points), None)


def due(scheme: Scheme | None, points: int) -> int:
    """Return what a month's points bring in 分: by band or by point, then floor and cap.

    Who has no points, or fewer than none, is due nothing. Half a 分 is rounded up.
    """
    if scheme is None or points <= 0:
        return 0
    if scheme.per_point:
        amount = (points * scheme.per_point * 2 + POINT) // (2 * POINT)
    else:
        band = grade_of(scheme, points)
        amount = band.amount if band else 0
    amount = max(amount, scheme.floor or 0)
    return amount if scheme.cap is None else min(amount, scheme.cap)


def standard_text(scheme: Scheme | None, points: int) -> str:
    """Return the standard that a person was paid by: 优秀 200元, 每分1.50元."""
    if scheme is None:
        return ""
    band = grade_of(scheme, points)
    if scheme.per_point:
        said = f"每分{short_yuan(scheme.per_point)}元"
        return f"{band.grade} {said}" if band else said
    if band is None:
        return ""
    return f"{band.grade} {short_yuan(band.amount)}元" if band.amount else band.grade


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """Return an amount in parts in proportion to weights, which add to it exactly.

    Each part is rounded down; the units left over go to the largest remainders, of equals to the
    first. Weights of nothing at all give the whole to nobody: then all parts are 0. ValueError for
    a weight or a whole below zero.
    """
    if whole < 0 or any(weight < 0 for weight in weights):
        raise ValueError("only what is not negative is split")
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [whole * weight // total for weight in weights]
    left = whole - sum(parts)
    order = sorted(range(len(weights)), key=lambda at: (-(whole * weights[at] % total), at))
    for at in order[:left]:
        parts[at] += 1
    return parts


def reduced(amounts: Sequence[int], available: int) -> list[int]:
    """Return amounts that together do not pass what is available, each less in proportion."""
    if sum(amounts) <= available:
        return list(amounts)
    return split(max(available, 0), amounts)
