"""Numbers and changes as the paper says them, in one place so that no two sentences disagree.

Source: the project's rules for percent and change (one decimal, half up, from exact counts; a fall
is never more than 100 %; the absolute number stands before the percentage; nothing is compared with
an empty span).
"""

from collections.abc import Iterable

from db.figures.rates import percent

NOTHING = "—"
MINUS = "\u2212"


def change(now: int, last: int, unit: str) -> str:
    """Return how a count moved: 减少13起，下降86.7%; 持平; 上期为0，增加8件."""
    if now == last:
        return "持平"
    if last == 0:
        return f"上期为0，增加{now}{unit}"
    moved, turned = ("增加", "上升") if now > last else ("减少", "下降")
    return f"{moved}{abs(now - last)}{unit}，{turned}{percent(abs(now - last), last)}%"


def against(now: int, last: int, unit: str, period: str) -> str:
    """Return the change as a clause that follows a number: 比上周减少2件，下降20.0%."""
    if now == last:
        return f"与{period}持平"
    if last == 0:
        return change(now, last, unit)
    return f"比{period}{change(now, last, unit)}"


def rate_change(now: str | None, last: str | None) -> str | None:
    """Return the difference of two rates as printed: 提高4.0个百分点; None if either is missing."""
    if now is None or last is None:
        return None
    moved = tenths(now) - tenths(last)
    if moved == 0:
        return "持平"
    return f"{'提高' if moved > 0 else '下降'}{_decimal(abs(moved))}个百分点"


def rate_against(now: str | None, last: str | None, period: str) -> str | None:
    """Return the difference of two rates as a clause: 比上周提高8.7个百分点."""
    said = rate_change(now, last)
    if said is None:
        return None
    return f"与{period}持平" if said == "持平" else f"比{period}{said}"


def rate(value: str | None) -> str:
    """Return a rate for a sentence or a cell: 43.8%, or — over nothing."""
    return NOTHING if value is None else f"{value}%"


def share(part: int, whole: int) -> str:
    """Return a part of a whole as a rate: 17.3%, or — over nothing."""
    return rate(percent(part, whole))


def signed(now: int, last: int) -> str:
    """Return the difference of two counts for a cell: +13, −106, 0."""
    return _sign(now - last) + str(abs(now - last))


def signed_rate(now: str, last: str) -> str:
    """Return the difference of two printed rates for a cell: +8.7, −0.4, 0.0."""
    moved = tenths(now) - tenths(last)
    return _sign(moved) + _decimal(abs(moved))


def swing(now: int, last: int) -> str:
    """Return the relative change for a cell: 上升5.0%, 下降86.7%, 持平, 上期为0."""
    if now == last:
        return "持平"
    if last == 0:
        return "上期为0"
    return f"{'上升' if now > last else '下降'}{percent(abs(now - last), last)}%"


def tenths(value: str) -> int:
    """Return a rate written with one decimal as whole tenths, exactly."""
    whole, _, tenth = value.partition(".")
    return int(whole) * 10 + int(tenth or "0")


def shares_foot(parts: Iterable[int]) -> str | None:
    """Return the sentence for shares that do not add to 100.0 as printed, else None."""
    counts = list(parts)
    printed = [percent(count, sum(counts)) for count in counts]
    added = sum(tenths(value) for value in printed if value is not None)
    if added in (0, 1000):
        return None
    return f"各项占比四舍五入，合计为{_decimal(added)}%。"


def listed(items: Iterable[tuple[str, int]], unit: str) -> str:
    """Return counts in a row: 物业2件、邻里1件."""
    return "、".join(f"{name}{count}{unit}" for name, count in items)


def _sign(moved: int) -> str:
    return "+" if moved > 0 else MINUS if moved < 0 else ""


def _decimal(value: int) -> str:
    return f"{value // 10}.{value % 10}"
