"""Schemes as people adopt them: a new version from a day, and a community's own weights.

A day inside a closed month is refused, so that no version reaches into what was paid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, common_problems, entry, fit_or_refuse, tidied
from db.kernel.ids import Id, id_text, new_id
from db.kernel.journal import Command, Tx
from db.places import Community
from db.points import (
    CLASS_NAMES,
    SOURCE_NAMES,
    SPAN_NAMES,
    PointBand,
    PointItem,
    PointScheme,
    PointWeight,
    points_text,
)
from db.points.frozen import last_closed
from db.points.rules import Rules, Scheme, rules_of, scheme_list

# Hundredths of a point, and 分: more is a slip of the pen.
MOST_POINTS: Final = 1_000_000
MOST_MONEY: Final = 100_000_000
CLASSES: Final = {name: code for code, name in CLASS_NAMES.items()}
SOURCES: Final = {name: code for code, name in SOURCE_NAMES.items()}
SPANS: Final = {name: code for code, name in SPAN_NAMES.items()}


@dataclass(frozen=True)
class ItemDraft:
    """An item as it is typed; points and caps in hundredths. An empty key is a new item."""

    kind: str = entry(Field("类别", kind="choice", choices=CLASSES, required=True), "base")
    name: str = entry(Field("项目", required=True, most=20), "")
    points: int = entry(Field("每次积分", required=True), 0)
    day_cap: int | None = entry(Field("每天上限", kind="points", most=MOST_POINTS))
    month_cap: int | None = entry(Field("每月上限", kind="points", most=MOST_POINTS))
    evidence: bool = entry(Field("要凭证"), default=False)
    negative: bool = entry(Field("可以扣分"), default=False)
    source: str | None = entry(Field("自动计入", kind="choice", choices=SOURCES))
    least: int | None = entry(Field("赋分不低于"))
    most: int | None = entry(Field("赋分不高于"))
    key: str = ""


@dataclass(frozen=True)
class BandDraft:
    """A band as it is typed: points in hundredths, amount in 分."""

    points: int = entry(Field("满多少分", kind="points", most=MOST_POINTS), 0)
    grade: str = entry(Field("等次", required=True, most=10), "")
    amount: int = entry(Field("补贴（元）", kind="money", most=MOST_MONEY), 0)


@dataclass(frozen=True)
class SchemeDraft:
    """A scheme as it is typed; money in 分."""

    name: str = entry(Field("办法名称", required=True, most=40), "")
    per_point: int | None = entry(Field("每分几元", kind="money", most=MOST_MONEY))
    floor: int | None = entry(Field("有积分的至少发（元）", kind="money", most=MOST_MONEY))
    cap: int | None = entry(Field("每人每月最多发（元）", kind="money", most=MOST_MONEY))
    budget: int | None = entry(Field("预算（元）", kind="money", most=MOST_MONEY * 100))
    span: str | None = entry(Field("预算按", kind="choice", choices=SPANS))
    reduces: bool = entry(Field("超预算按比例减"), default=False)
    items: tuple[ItemDraft, ...] = ()
    bands: tuple[BandDraft, ...] = ()


def draft_of(scheme: Scheme) -> SchemeDraft:
    """Return a scheme as it would be typed, to change it into the next version."""
    own = {f: getattr(scheme, f) for f in ("name", "per_point", "floor", "cap", "budget", "span")}
    names = ItemDraft.__dataclass_fields__
    return SchemeDraft(
        **own,
        reduces=scheme.reduces,
        items=tuple(ItemDraft(**{n: getattr(item, n) for n in names}) for item in scheme.items),
        bands=tuple(BandDraft(*band) for band in reversed(scheme.bands)),
    )


def scheme_problems(draft: SchemeDraft) -> Iterator[Problem]:
    """Yield what keeps a scheme from being adopted."""
    yield from common_problems(draft)
    if not draft.items:
        yield Problem("items", "至少要有一个项目")
    for item in draft.items:
        yield from _item_problems(item)
    for name, said in (("项目", [i.name for i in draft.items]), ("等次", [b.grade for b in draft.bands])):  # fmt: skip
        if (twice := _twice(said)) is not None:
            yield Problem("items", f"{name}“{twice}”写了两次")
    if (twice := _twice([i.source for i in draft.items if i.source])) is not None:
        yield Problem("items", f"{SOURCE_NAMES.get(twice, twice)}只能自动计入一个项目")
    if _twice([str(band.points) for band in draft.bands]) is not None:
        yield Problem("bands", "两个等次的起点一样")
    for band in draft.bands:
        yield from common_problems(band)
    if draft.per_point and any(band.amount for band in draft.bands):
        yield Problem("per_point", "补贴按等次发，或者按每分几元发，只能选一种")
    if draft.floor is not None and draft.cap is not None and draft.floor > draft.cap:
        yield Problem("floor", "最少发的比最多发的还多")
    if (draft.budget is None) != (draft.span is None):
        yield Problem("span", "预算要写清金额，还要写清是每月还是每年")
    if draft.span is not None and draft.span not in SPAN_NAMES:
        yield Problem("span", "预算按每月还是每年，不认识")


def _item_problems(item: ItemDraft) -> Iterator[Problem]:
    yield from common_problems(item)
    if item.kind not in CLASS_NAMES:
        yield Problem("items", f"项目“{item.name}”的类别不认识")
    if item.source is not None and item.source not in SOURCE_NAMES:
        yield Problem("items", f"项目“{item.name}”的自动来源不认识")
    if not item.points or abs(item.points) > MOST_POINTS:
        yield Problem("items", f"项目“{item.name}”的分值不对")
    if item.points < 0 and not item.negative:
        yield Problem("items", f"项目“{item.name}”是扣分的，请选可以扣分")
    if (item.least is None) != (item.most is None):
        yield Problem("items", f"项目“{item.name}”的赋分范围要写两头")
    elif item.least is not None and item.most is not None:
        if not item.least <= item.points <= item.most:
            yield Problem("items", f"项目“{item.name}”的分值不在它的赋分范围里")
        if item.least < 0 and not item.negative:
            yield Problem("items", f"项目“{item.name}”的赋分范围有负数，请选可以扣分")


def adopt_scheme(
    draft: SchemeDraft, start: date, *, community: Id | None = None, reason: str | None = None
) -> Command[Id]:
    """Return the command that puts a scheme in force from a day, for a community or for all.

    The version before of the same scope ends the day before; weights that fit the new ranges are
    carried over. UserError for a draft that may not be stored, a day inside a closed month or not
    after the version before began, and a change without a reason.
    """

    def run(tx: Tx) -> Id:
        fit = _fitted(draft)
        _require_open(tx, start)
        if community is not None:
            _require_community(tx, community)
        earlier = [s for s in scheme_list(tx.connection) if s.community == community]
        before = max(earlier, key=lambda s: s.start, default=None)
        if before is not None:
            if start <= before.start:
                raise UserError(f"新的一版要在{before.start}以后开始，没有保存。")
            if not (reason or "").strip():
                raise UserError("改积分办法，请写明原因，没有保存。")
            # One that was ended before stays ended.
            if before.end is None or before.end >= start:
                tx.change(PointScheme, {before.id: {"end": start - timedelta(days=1)}})
        made = new_id()
        version = before.version + 1 if before else 1
        own = {n: getattr(fit, n) for n in _OWN}
        row = {"id": made, "community": community, "version": version, "start": start, **own}
        tx.add(PointScheme, [{**row, "reason": (reason or "").strip() or None}])
        _write_parts(tx, made, fit)
        if before is not None:
            _carry_weights(tx, before, made, start)
        return made

    return Command("采用积分办法", Right.POINTS, run, note=f"{draft.name} {start}起")


_OWN: Final = ("name", "per_point", "floor", "cap", "budget", "span", "reduces")


def end_scheme(scheme: Id, end: date) -> Command[None]:
    """Return the command that ends a scheme with a day, the last it counts for."""

    def run(tx: Tx) -> None:
        row = tx.connection.execute(
            select(PointScheme.start, PointScheme.end).where(PointScheme.id == scheme)
        ).first()
        if row is None or row.end is not None:
            raise UserError("这一版积分办法不在了，或者已经停用，没有改动。")
        _require_open(tx, end + timedelta(days=1))
        if end < row.start:
            raise UserError("停用日期早于开始日期，没有保存。")
        tx.change(PointScheme, {scheme: {"end": end}})

    return Command("停用积分办法", Right.POINTS, run, note=f"到{end}")


def weigh(item: Id, community: Id, since: date, points: int) -> Command[Id]:
    """Return the command that makes an item worth so many hundredths in a community from a day on.

    UserError outside the range the scheme states, or for a day inside a closed month or outside the
    scheme's days.
    """

    def run(tx: Tx) -> Id:
        _require_open(tx, since)
        _require_community(tx, community)
        rules = rules_of(tx.connection)
        scheme = next((s for s in rules.schemes if any(i.id == item for i in s.items)), None)
        if scheme is None or scheme.community not in (None, community):
            raise UserError("这个社区的积分办法里没有这个项目，没有保存。")
        if not scheme.holds(since):
            raise UserError(f"{since}不在这一版办法的有效期里，没有保存。")
        mine = next(i for i in scheme.items if i.id == item)
        if mine.least is None or mine.most is None:
            raise UserError(f"“{mine.name}”不能自主赋分，没有保存。")
        if not mine.least <= points <= mine.most or not points:
            low, high = points_text(mine.least), points_text(mine.most)
            raise UserError(f"“{mine.name}”的分值只能在{low}到{high}之间，没有保存。")
        same = next(
            (
                w
                for w in rules.weights
                if w.item == item and w.community == community and w.since == since
            ),
            None,
        )
        if same is not None:
            tx.change(PointWeight, {same.id: {"points": points}})
            return same.id
        made = new_id()
        row = {"id": made, "item": item, "community": community, "since": since, "points": points}
        tx.add(PointWeight, [row])
        return made

    return Command("自主赋分", Right.POINTS, run, note=f"{points_text(points)}分，{since}起")


def _fitted(draft: SchemeDraft) -> SchemeDraft:
    parts = replace(
        draft,
        items=tuple(tidied(item) for item in draft.items),
        bands=tuple(tidied(band) for band in draft.bands),
    )
    return fit_or_refuse(parts, scheme_problems)


def _write_parts(tx: Tx, scheme: Id, fit: SchemeDraft) -> None:
    items = []
    for rank, item in enumerate(fit.items):
        made = new_id()
        names = (n for n in ItemDraft.__dataclass_fields__ if n != "key")
        values = {n: getattr(item, n) for n in names}
        key = item.key or id_text(made)
        items.append({"id": made, "scheme": scheme, "rank": rank, "key": key, **values})
    tx.add(PointItem, items)
    bands = [
        {"id": new_id(), "scheme": scheme, "points": b.points, "grade": b.grade, "amount": b.amount}
        for b in sorted(fit.bands, key=lambda band: band.points)
    ]
    tx.add(PointBand, bands)


def _carry_weights(tx: Tx, before: Scheme, made: Id, start: date) -> None:
    rules: Rules = rules_of(tx.connection)
    now = next(s for s in rules.schemes if s.id == made)
    rows = []
    for old in before.items:
        new = now.item(old.key)
        for community in {w.community for w in rules.weights if w.item == old.id}:
            weight = rules.weight(old, community, start)
            if weight is None or new is None or new.least is None or new.most is None:
                continue
            if new.least <= weight.points <= new.most:
                row = {"item": new.id, "community": community, "since": start}
                rows.append({"id": new_id(), **row, "points": weight.points})
    tx.add(PointWeight, rows)


def _require_open(tx: Tx, day: date) -> None:
    closed = last_closed(tx.connection)
    if closed is not None and day <= closed.period.end:
        raise UserError(f"{closed.words}已经结账，办法只能从{closed.after.words}起改，没有保存。")


def _require_community(tx: Tx, community: Id) -> None:
    asked = select(Community.id).where(Community.id == community)
    if tx.connection.execute(asked).first() is None:
        raise UserError("请选社区，没有保存。")


def _twice(said: Sequence[str | None]) -> str | None:
    seen: set[str | None] = set()
    for one in said:
        if one in seen:
            return one
        seen.add(one)
    return None
