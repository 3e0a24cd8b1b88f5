"""Rewards (一事一奖): one matter, one reward - in money from the fund (奖励资金), or a thing.

A matter is known by its source record, or by its words and its day. Whoever rewards it once more
says why. What is voided stays in sight with its reason and counts for nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.fields import KEEP_SERVICE, Field, Problem, common_problems, entry
from db.kernel.ids import Id
from db.kernel.records import KEY, Record

# 分. Source: the project's domain page, 一事一奖 of 50 to 1000 yuan.
LEAST: Final = 50_00
MOST: Final = 1000_00
MOST_DEPOSIT: Final = 1_000_000_00
# What a matter can be linked with: table and noun.
SOURCE_NAMES: Final = {"visit": "走访", "dispute": "纠纷", "training": "培训"}


class Reward(Record):
    """What a volunteer is given for a matter that happened on a day; `day` is the day of granting.

    `entity` and `source` name the record the matter comes from. `again` is why a matter that has a
    reward gets one more. `amount` is in 分; a reward has it or a thing.
    """

    __tablename__ = "reward"
    __table_args__ = (Index("ix_reward_volunteer", "volunteer"), {"sqlite_with_rowid": False})
    same_by = ("volunteer", "matter", "happened", "again")

    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    day: Mapped[date]
    matter: Mapped[str]
    happened: Mapped[date]
    reason: Mapped[str]
    entity: Mapped[str | None]
    source: Mapped[Id | None] = mapped_column(KEY)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    thing: Mapped[str | None]
    again: Mapped[str | None]
    paid: Mapped[date | None]
    voided: Mapped[date | None]
    void_reason: Mapped[str | None]


class RewardDeposit(Record):
    """Money that came into the fund on a day, in 分, and where from."""

    __tablename__ = "reward_deposit"
    same_by = ("day", "amount", "origin")

    day: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]
    note: Mapped[str | None]
    voided: Mapped[date | None]
    void_reason: Mapped[str | None]


@dataclass(frozen=True)
class Receiver:
    """Who is rewarded, and the record the matter comes from, if there is one."""

    volunteer: Id
    entity: str | None = None
    source: Id | None = None


@dataclass(frozen=True)
class RewardDraft:
    """What is entered of a reward."""

    matter: str = entry(
        Field("奖励事项", required=True, most=100, purpose="一事一奖的事由", keep=KEEP_SERVICE), ""
    )
    happened: date | None = entry(Field("事情日期", kind="day", required=True))
    reason: str = entry(
        Field("奖励理由", required=True, most=200, purpose="一事一奖的事由", keep=KEEP_SERVICE), ""
    )
    amount: int | None = entry(Field("金额（元）", kind="money", most=MOST))
    thing: str | None = entry(Field("或实物", most=60))
    day: date | None = entry(Field("决定日期", kind="day", required=True))
    again: str | None = entry(
        Field("再奖理由", most=100, purpose="一事一奖的事由", keep=KEEP_SERVICE)
    )


@dataclass(frozen=True)
class DepositDraft:
    """What is entered of money that comes into the fund."""

    day: date | None = entry(Field("到账日期", kind="day", required=True))
    amount: int | None = entry(Field("金额（元）", kind="money", required=True, most=MOST_DEPOSIT))
    origin: str = entry(Field("来源", required=True, most=60), "")
    note: str | None = entry(Field("备注", most=200))


def reward_problems(draft: RewardDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a reward from being stored."""
    if draft.amount is not None and draft.amount > MOST:
        yield Problem("amount", f"一件事最多奖{MOST // 100}元")
    yield from common_problems(draft)
    if draft.happened and draft.happened > today:
        yield Problem("happened", "事情日期在今天以后")
    if draft.day and draft.day > today:
        yield Problem("day", "决定日期在今天以后")
    if draft.day and draft.happened and draft.day < draft.happened:
        yield Problem("day", "决定日期早于事情日期")
    if draft.amount is None and not draft.thing:
        yield Problem("amount", "请填金额，或者写实物")
    if draft.amount is not None and draft.thing:
        yield Problem("thing", "金额和实物只填一样")
    if draft.amount is not None and draft.amount < LEAST:
        yield Problem("amount", f"一件事最少奖{LEAST // 100}元")


def deposit_problems(draft: DepositDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps money for the fund from being stored."""
    yield from common_problems(draft)
    if draft.day and draft.day > today:
        yield Problem("day", "到账日期在今天以后")
    if draft.amount == 0:
        yield Problem("amount", "金额要大于零")
