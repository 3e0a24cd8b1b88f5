"""Entries by hand: who, what, when, how often, why, and what proves it.

An entry may be changed after its month was closed; what that changes becomes a correction in the
next month (`corrections`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.accounts import Account
from db.kernel.errors import UserError
from db.kernel.fields import KEEP_SERVICE, Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx, record_class, table_of
from db.kernel.workdays import Period
from db.people import Volunteer
from db.points import PointEntry
from db.points.rules import Item, rules_of
from db.points.schemes import MOST_POINTS
from db.points.standing import people

# What an entry may stand for: the record that brings points by itself, or what it belongs to.
SOURCES = ("visit", "attendance", "training", "dispute_session", "dispute")


@dataclass(frozen=True)
class EntryDraft:
    """An entry by hand as it is typed: so many times, or points (hundredths) given outright."""

    day: date | None = entry(Field("日期", kind="day", required=True))
    times: int = entry(Field("次数", kind="count", most=99), 1)
    points: int | None = entry(Field("分值"))
    start: int | None = entry(Field("开始时间", kind="time"))
    end: int | None = entry(Field("结束时间", kind="time"))
    reason: str = entry(
        Field("事由", required=True, most=200, purpose="积分依据", keep=KEEP_SERVICE), ""
    )
    evidence: str | None = entry(Field("凭证", most=200, purpose="积分依据", keep=KEEP_SERVICE))


class Source(NamedTuple):
    """The record an entry stands for."""

    entity: str
    record: Id


class EntryRow(NamedTuple):
    """An entry by hand as lists show it; `item_name` by the scheme of its day, empty if it has none."""

    id: Id
    volunteer: Id
    name: str
    item: str
    item_name: str
    day: date
    times: int
    points: int | None
    start: int | None
    end: int | None
    reason: str
    evidence: str | None
    source: Source | None
    who: str


def entry_problems(draft: EntryDraft, item: Item | None, today: date) -> Iterator[Problem]:
    """Yield what keeps an entry for an item of that day's scheme from being stored."""
    yield from common_problems(draft)
    if draft.day and draft.day > today:
        yield Problem("day", "日期在今天以后")
    if draft.start is not None and draft.end is not None and draft.end < draft.start:
        yield Problem("end", "结束时间早于开始时间")
    if draft.end is not None and draft.start is None:
        yield Problem("start", "有结束时间，请写开始时间")
    if item is None:
        yield Problem("item", "当天有效的积分办法里没有这个项目")
        return
    if draft.points is None and draft.times < 1:
        yield Problem("times", "次数请填1以上的数")
    if draft.points is not None:
        if not draft.points or abs(draft.points) > MOST_POINTS:
            yield Problem("points", "分值不对")
        if draft.points < 0 and not item.negative:
            yield Problem("points", f"“{item.name}”不能扣分")
    if item.evidence and not draft.evidence:
        yield Problem("evidence", f"“{item.name}”要有凭证，请写凭证的名称或编号")


def add_entry(
    volunteer: Id, item: str, draft: EntryDraft, source: Source | None = None
) -> Command[Id]:
    """Return the command that enters points by hand, under the key of an item.

    UserError for an entry that may not be stored: see `entry_problems`; also for a source that is
    gone, or that another entry of the person names already.
    """

    def run(tx: Tx) -> Id:
        made = new_id()
        values = _values(tx, volunteer, item, draft, source, None)
        tx.add(PointEntry, [{"id": made, "account": tx.account, **values}])
        return made

    return Command("登记积分", Right.WRITE, run, note=str(draft.day or ""))


def change_entry(
    id_: Id, volunteer: Id, item: str, draft: EntryDraft, source: Source | None = None
) -> Command[None]:
    """Return the command that sets an entry to the form's."""

    def run(tx: Tx) -> None:
        _require(tx, id_)
        tx.change(PointEntry, {id_: _values(tx, volunteer, item, draft, source, id_)})

    return Command("修改积分", Right.WRITE, run, note=str(draft.day or ""))


def remove_entry(id_: Id) -> Command[None]:
    """Return the command that takes an entry out."""

    def run(tx: Tx) -> None:
        _require(tx, id_)
        tx.remove(PointEntry, [id_])

    return Command("删除积分", Right.WRITE, run)


def entries(connection: Connection, period: Period, volunteer: Id | None = None) -> list[EntryRow]:
    """Return the entries by hand of a period, the latest first; of one volunteer or of all."""
    asked = (
        select(
            PointEntry.id, PointEntry.volunteer, Volunteer.name, PointEntry.item, PointEntry.day,
            PointEntry.times, PointEntry.points, PointEntry.start, PointEntry.end,
            PointEntry.reason, PointEntry.evidence, PointEntry.entity, PointEntry.record,
            Account.name.label("who"),
        )
        .join(Volunteer, Volunteer.id == PointEntry.volunteer)
        .join(Account, Account.id == PointEntry.account, isouter=True)
        .where(PointEntry.day.between(period.start, period.end))
        .order_by(PointEntry.day.desc(), PointEntry.id.desc())
    )  # fmt: skip
    if volunteer is not None:
        asked = asked.where(PointEntry.volunteer == volunteer)
    rows = connection.execute(asked).all()
    rules, known = rules_of(connection), people(connection) if rows else {}
    found = []
    for row in rows:
        community = known[row.volunteer].service.on(row.day).community
        item = rules.item(community, row.day, row.item)
        source = None if row.record is None else Source(row.entity, row.record)
        found.append(
            EntryRow(
                row.id, row.volunteer, row.name, row.item, item.name if item else "", row.day,
                row.times, row.points, row.start, row.end, row.reason, row.evidence, source,
                row.who or "",
            )
        )  # fmt: skip
    return found


def items_for(connection: Connection, volunteer: Id, day: date) -> tuple[Item, ...]:
    """Return the items a volunteer's entry of that day may be for, each with what it is worth there."""
    person = people(connection).get(volunteer)
    if person is None:
        return ()
    rules, community = rules_of(connection), person.service.on(day).community
    scheme = rules.at(community, day)
    items = scheme.items if scheme else ()
    return tuple(item._replace(points=rules.worth(item, community, day)) for item in items)


def _values(
    tx: Tx, volunteer: Id, item: str, draft: EntryDraft, source: Source | None, own: Id | None
) -> dict[str, Any]:
    person = people(tx.connection).get(volunteer)
    if person is None:
        raise UserError("这个人已经不在名册里了，没有保存。")
    found = None
    if (day := draft.day) is not None:
        found = rules_of(tx.connection).item(person.service.on(day).community, day, item)
    fit = fit_or_refuse(draft, entry_problems, found, tx.today)
    if source is not None:
        _require_source(tx, volunteer, source, own)
    values = {name: getattr(fit, name) for name in EntryDraft.__dataclass_fields__}
    if fit.points is not None:
        values["times"] = 1
    named = {"entity": None, "record": None} if source is None else source._asdict()
    return {"volunteer": volunteer, "item": item, **values, **named}


def _require_source(tx: Tx, volunteer: Id, source: Source, own: Id | None) -> None:
    if source.entity not in SOURCES:
        raise UserError("这种记录不能作积分的来源，没有保存。")
    table = table_of(record_class(source.entity))
    if tx.connection.execute(select(table.c.id).where(table.c.id == source.record)).first() is None:
        raise UserError("指明的来源记录已经不在了，没有保存。")
    if source.entity in ("training", "dispute"):
        # Several may have done several things there; whether it is one is a doubt to be decided.
        return
    twice = select(PointEntry.id).where(
        PointEntry.volunteer == volunteer,
        PointEntry.record == source.record,
        PointEntry.id != (own or b""),
    )
    if tx.connection.execute(twice).first() is not None:
        raise UserError("这条记录已经给这个人登记过积分，没有重复登记。")


def _require(tx: Tx, id_: Id) -> None:
    if tx.connection.execute(select(PointEntry.id).where(PointEntry.id == id_)).first() is None:
        raise UserError("这笔积分已经不在了，没有改动。")
