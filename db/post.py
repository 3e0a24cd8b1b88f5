"""The post itself: its name on paper, its rules, and its table of holidays."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Boolean, Connection, SmallInteger, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import Record, Site
from db.kernel.text import tidy
from db.kernel.workdays import known_exceptions

LOCK_MINUTES: Final = 15
# What counts until a post says otherwise; minutes since midnight.
WORK_FROM: Final = 8 * 60 + 30
WORK_TO: Final = 17 * 60 + 30
MOST_NAME: Final = 20
NO_ROOM, ROOM = "none", "room"
OUTER, CENTRED = "outer", "centred"
# What stands in a report, by its code.
SEAL_ROOM_NAMES: Final = {NO_ROOM: "不留", ROOM: "落款上留出"}
PAGE_NUMBER_NAMES: Final = {OUTER: "外侧", CENTRED: "居中"}
FIRST_SITE: Final = 1


class Post(Record):
    """One row: the post that keeps this ledger."""

    __tablename__ = "post"
    # There is but one (db/exchange/likeness.py).
    same_by = ()

    name: Mapped[str]
    station: Mapped[str]
    code: Mapped[str]
    addressee: Mapped[str | None]
    follow_up_days: Mapped[int] = mapped_column(default=7)
    lock_minutes: Mapped[int | None]
    committee: Mapped[str | None]
    court: Mapped[str | None]
    work_from: Mapped[int | None] = mapped_column(SmallInteger)
    work_to: Mapped[int | None] = mapped_column(SmallInteger)
    bulletin: Mapped[str | None]
    seal_room: Mapped[str | None]
    page_numbers: Mapped[str | None]


class DayOff(Record):
    """An exception to plain weekdays: a holiday, or a weekend that is worked (调休)."""

    __tablename__ = "day_off"
    __table_args__ = (UniqueConstraint("day"), {"sqlite_with_rowid": False})
    same_by = ("day",)

    day: Mapped[date]
    works: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str]


def is_first_copy(connection: Connection) -> bool:
    """Tell whether this is the post's first copy: what the post does but once is done there."""
    return connection.execute(select(Site.number)).scalar() == FIRST_SITE


@dataclass(frozen=True)
class PostDraft:
    """The post's own entries."""

    name: str = entry(Field("警务室", required=True, most=40), "")
    station: str = entry(Field("派出所", required=True, most=40), "")
    code: str = entry(Field("代号", most=10), "")
    addressee: str | None = entry(Field("主送", most=60))
    follow_up_days: int = entry(Field("协议后几天回访", kind="count", most=90), 7)
    lock_minutes: int | None = entry(
        Field("离开几分钟后锁定", kind="count", most=120), LOCK_MINUTES
    )
    committee: str | None = entry(Field("调解委员会", most=40))
    court: str | None = entry(Field("管辖法院", most=40))
    work_from: int | None = entry(Field("当地上班时间", kind="time"), WORK_FROM)
    work_to: int | None = entry(Field("当地下班时间", kind="time"), WORK_TO)
    bulletin: str | None = entry(Field("报表的简报名", most=12))
    seal_room: str | None = entry(
        Field(
            "报表盖章处",
            kind="choice",
            choices={word: code for code, word in SEAL_ROOM_NAMES.items()},
        ),
        NO_ROOM,
    )
    page_numbers: str | None = entry(
        Field(
            "报表页码",
            kind="choice",
            choices={word: code for code, word in PAGE_NUMBER_NAMES.items()},
        ),
        OUTER,
    )


def set_up_post(draft: PostDraft) -> Command[None]:
    """Return the command that writes the post and seeds the table of holidays."""

    def run(tx: Tx) -> None:
        values = {name: getattr(draft, name) for name in PostDraft.__dataclass_fields__}
        tx.add(Post, [{"id": new_id(), **values}])
        known = known_exceptions(tx.today.year - 1)
        tx.add(
            DayOff,
            [
                {"id": new_id(), "day": day, "works": works, "name": name}
                for day, (works, name) in sorted(known.items())
            ],
        )

    return Command("建立台账", Right.SETTINGS, run)


def post_problems(draft: PostDraft) -> Iterator[Problem]:
    """Yield what keeps the post's entries from being stored."""
    yield from common_problems(draft)
    if draft.follow_up_days < 1:
        yield Problem("follow_up_days", "协议后几天回访，请填1以上的数")
    start, end = draft.work_from, draft.work_to
    if start is not None and end is not None and end <= start:
        yield Problem("work_to", "下班时间要晚于上班时间")


def change_post(draft: PostDraft) -> Command[None]:
    """Return the command that sets the post's entries; 0 lock minutes are never, None is 15."""

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, post_problems)
        values = {name: getattr(fit, name) for name in PostDraft.__dataclass_fields__}
        post = tx.connection.execute(select(Post.id)).scalar_one()
        tx.change(Post, {post: values})

    return Command("修改警务室设置", Right.SETTINGS, run)


def the_post(connection: Connection) -> PostDraft:
    """Return the post's entries as they stand, what was never set as it usually is."""
    names = list(PostDraft.__dataclass_fields__)
    row = connection.execute(select(*(getattr(Post, name) for name in names))).one()
    said = dict(row._mapping)
    usual = {
        "lock_minutes": LOCK_MINUTES, "work_from": WORK_FROM, "work_to": WORK_TO,
        "seal_room": NO_ROOM, "page_numbers": OUTER,
    }  # fmt: skip
    said |= {name: value for name, value in usual.items() if said[name] is None}
    return PostDraft(**said)


class DayOffLine(NamedTuple):
    """An exception to plain weekdays: `works` is a weekend that is worked (调休)."""

    day: date
    works: bool
    name: str


def days_off(connection: Connection, year: int) -> list[DayOffLine]:
    """Return a year's exceptions to plain weekdays, in order."""
    rows = connection.execute(
        select(DayOff.day, DayOff.works, DayOff.name)
        .where(DayOff.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(DayOff.day)
    )
    return [DayOffLine(*row) for row in rows]


def years_with_days_off(connection: Connection) -> list[int]:
    """Return the years the table has entries for; in others every weekday counts as worked."""
    days = connection.execute(select(DayOff.day)).scalars()
    return sorted({day.year for day in days})


def set_day_off(day: date, *, works: bool, name: str = "") -> Command[None]:
    """Return the command that makes a day an exception, or changes the one that is there."""

    def run(tx: Tx) -> None:
        called = tidy(name) or ("调休上班" if works else "放假")
        if len(called) > MOST_NAME or not called.isprintable():
            raise UserError("名称太长（超过20字）或有不能用的符号，没有保存。")
        _set_days_off(tx, [DayOffLine(day, works, called)])

    return Command("设置节假日", Right.SETTINGS, run, note=f"{day} {'上班' if works else '放假'}")


def take_days_off(lines: Sequence[DayOffLine]) -> Command[int]:
    """Return the command that takes a table in; it answers how many days it set anew or otherwise."""

    def run(tx: Tx) -> int:
        return _set_days_off(tx, lines)

    years = "、".join(f"{year}年" for year in sorted({line.day.year for line in lines}))
    return Command("导入节假日表", Right.SETTINGS, run, note=years)


def announced_days_off(years: Collection[int]) -> list[DayOffLine]:
    """Return the exceptions of those years that this program was shipped with."""
    known = known_exceptions(min(years, default=9999))
    return [DayOffLine(day, *known[day]) for day in sorted(known) if day.year in years]


def remove_day_off(day: date) -> Command[None]:
    """Return the command that makes a day a plain weekday or weekend again."""

    def run(tx: Tx) -> None:
        found = _day_off(tx, day)
        if found is None:
            raise UserError("节假日表里没有这一天，没有改动。")
        tx.remove(DayOff, [found])

    return Command("取消节假日", Right.SETTINGS, run, note=str(day))


def _set_days_off(tx: Tx, lines: Sequence[DayOffLine]) -> int:
    there = {row.day: row for row in tx.connection.execute(select(DayOff.__table__))}
    changed = [
        line
        for line in lines
        if line.day not in there or (there[line.day].works, there[line.day].name) != line[1:]
    ]
    tx.change(
        DayOff,
        {
            there[line.day].id: {"works": line.works, "name": line.name}
            for line in changed
            if line.day in there
        },
    )
    new = [{"id": new_id(), **line._asdict()} for line in changed if line.day not in there]
    tx.add(DayOff, new)
    return len(changed)


def _day_off(tx: Tx, day: date) -> Id | None:
    return tx.connection.execute(select(DayOff.id).where(DayOff.day == day)).scalar()


def working_days(connection: Connection) -> Mapping[date, bool]:
    """Return the exceptions to plain weekdays, day to works."""
    return dict(connection.execute(select(DayOff.day, DayOff.works)).all())
