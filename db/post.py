"""The post itself: its name on paper, its rules, and its table of holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Boolean, Connection, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.fields import Field, entry
from db.kernel.ids import new_id
from db.kernel.journal import Command, Tx
from db.kernel.records import Record
from db.kernel.workdays import known_exceptions


class Post(Record):
    """One row: the post that keeps this ledger."""

    __tablename__ = "post"

    name: Mapped[str]
    station: Mapped[str]
    code: Mapped[str]
    addressee: Mapped[str | None]
    follow_up_days: Mapped[int] = mapped_column(default=7)
    lock_minutes: Mapped[int | None]


class DayOff(Record):
    """An exception to plain weekdays: a holiday, or a weekend that is worked (调休)."""

    __tablename__ = "day_off"
    __table_args__ = (UniqueConstraint("day"), {"sqlite_with_rowid": False})

    day: Mapped[date]
    works: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str]


@dataclass(frozen=True)
class PostDraft:
    """The post's own entries."""

    name: str = entry(Field("警务室", required=True, most=40), "")
    station: str = entry(Field("派出所", required=True, most=40), "")
    code: str = entry(Field("代号", most=10), "")
    addressee: str | None = entry(Field("主送", most=60))
    follow_up_days: int = entry(Field("协议后几天回访", kind="count", most=90), 7)
    lock_minutes: int | None = entry(Field("离开几分钟后锁定", kind="count", most=120), 15)


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


def the_post(connection: Connection) -> PostDraft:
    """Return the post's entries as they stand."""
    names = list(PostDraft.__dataclass_fields__)
    row = connection.execute(select(*(getattr(Post, name) for name in names))).one()
    return PostDraft(*row)


def working_days(connection: Connection) -> Mapping[date, bool]:
    """Return the exceptions to plain weekdays, day to works."""
    return dict(connection.execute(select(DayOff.day, DayOff.works)).all())
