"""Communities, buildings and households: where the doors are.

A household is one door. Its key within the community (see address.py) is unique; former keys stay
as aliases, so an old workbook still finds the home after a rename, merge or split.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, ForeignKey, Index, SmallInteger, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import (
    KEEP_WHILE_SERVED,
    Field,
    Problem,
    common_problems,
    entry,
    fit_or_refuse,
)
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.kernel.pinyin import search_key
from db.kernel.records import Record, Values

OCCUPANCY: Final = {
    "常住": "occupied", "自住": "occupied", "有人居住": "occupied", "居住": "occupied",
    "入住": "occupied", "在住": "occupied", "住人": "occupied",
    "有人": "occupied", "自用": "occupied",
    "出租": "rented", "租住": "rented", "租户": "rented", "出租房": "rented", "出租户": "rented",
    "群租": "rented", "有人租住": "rented", "出租有人": "rented",
    "空户": "empty", "空置": "empty", "空房": "empty", "无人居住": "empty", "空": "empty",
    "空挂": "empty", "未入住": "empty",
    "无人": "empty", "闲置": "empty", "空关": "empty",
    "商铺": "shop", "门面": "shop", "店铺": "shop", "门店": "shop", "商户": "shop", "商用": "shop",
    "无效": "invalid", "注销": "invalid", "拆除": "invalid", "已拆": "invalid", "已拆除": "invalid",
}  # fmt: skip
OCCUPANCY_NAMES: Final = {
    "occupied": "常住", "rented": "出租", "empty": "空户", "shop": "商铺", "invalid": "无效",
}  # fmt: skip
OUTSIDE_EVERY_BASE: Final = ("empty", "invalid")


class Community(Record):
    """The unit all figures are split by; `key` is its name made comparable, `rank` its place."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("key"), {"sqlite_with_rowid": False})
    same_by = ("key",)
    quiet = ("key", "rank")

    name: Mapped[str]
    key: Mapped[str]
    rank: Mapped[int] = mapped_column(SmallInteger)


class Building(Record):
    """A building of an estate, or a 组 of a village (`rural`)."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("community", "key"), {"sqlite_with_rowid": False})
    same_by = ("community", "key")
    quiet = ("key",)

    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    estate: Mapped[str]
    number: Mapped[str]
    rural: Mapped[bool]
    key: Mapped[str]


class Household(Record):
    """One door."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("community", "key"),
        Index("ix_household_building", "building"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("community", "key")
    quiet = ("key", "imported")

    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    building: Mapped[Id] = mapped_column(ForeignKey("building.id"))
    unit: Mapped[str | None]
    room: Mapped[str | None]
    key: Mapped[str]
    occupancy: Mapped[str]
    contact: Mapped[str | None]
    phone: Mapped[str | None]
    residents: Mapped[int | None] = mapped_column(SmallInteger)
    note: Mapped[str | None]
    imported: Mapped[dict[str, Any] | None] = mapped_column(Values)

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Found by contact, telephone and address."""
        estate, *parts = row["key"].split("/")
        address = estate + "-".join(p for p in parts if p)
        return search_key((row["contact"],), (row["phone"], address))


class HouseholdAlias(Record):
    """A former key of a household."""

    __tablename__ = "household_alias"
    __table_args__ = (
        UniqueConstraint("community", "key"),
        Index("ix_household_alias_household", "household"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("community", "key")
    asked = False

    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    key: Mapped[str]
    household: Mapped[Id] = mapped_column(ForeignKey("household.id"))


@dataclass(frozen=True)
class AddressDraft:
    """A door as a ledger writes it, in one column or several."""

    community: str = entry(
        Field("社区", synonyms=("所属社区", "社区名称", "村居", "村社区", "所在社区", "村", "行政村",
                              "社区村", "村名", "所属社区网格", "居委会", "村委会")), "")  # fmt: skip
    estate: str = entry(
        Field("小区", synonyms=("小区名称", "院落", "自然村", "楼盘", "所属小区", "小区院落", "庄",
                              "自然屯", "屯", "所在小区")), "")  # fmt: skip
    building: str = entry(
        Field("楼栋", synonyms=("楼号", "幢", "栋", "楼栋号", "栋号", "幢号", "楼", "楼座", "楼幢",
                              "号楼", "楼栋名称", "座")), "")  # fmt: skip
    unit: str = entry(Field("单元", synonyms=("单元号", "门洞", "单元门", "所在单元")), "")
    room: str = entry(
        Field("房号", synonyms=("门牌号", "室", "房间号", "室号", "门牌", "房屋号", "户室", "房间",
                              "户号", "门号", "房室号", "门牌号码", "户室号")), "")  # fmt: skip
    group: str = entry(
        Field(
            "组", synonyms=("村民小组", "小组", "组别", "所在组", "村组", "队", "生产队", "组号")
        ),
        "",
    )
    whole: str = entry(
        Field("地址", synonyms=("住址", "详细地址", "家庭住址", "居住地址", "走访地址", "房屋地址",
                              "住户地址", "现住址", "楼栋房号", "家庭地址", "户址", "房屋坐落", "具体地址")), "")  # fmt: skip


@dataclass(frozen=True)
class HouseholdDraft:
    """What is kept of one door besides its address: one contact, a count of people."""

    occupancy: str = entry(
        Field("居住状态", kind="choice", synonyms=("居住情况", "房屋状态", "房屋用途", "房屋性质", "入住情况",
              "入住状态", "使用情况", "居住类型", "房屋类型", "是否空置", "是否空户"), choices=OCCUPANCY), "occupied")  # fmt: skip
    contact: str | None = entry(
        Field("户主姓名", kind="name", synonyms=("姓名", "联系人", "户主", "业主", "业主姓名", "住户姓名",
              "联系人姓名", "承租人", "住户", "户主名", "产权人", "房主"), most=40, purpose="上门时称呼",
              keep=KEEP_WHILE_SERVED))  # fmt: skip
    phone: str | None = entry(
        Field("联系电话", kind="phone", synonyms=("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码",
              "联系号码", "联系手机"), most=60, purpose="约定走访时间", keep=KEEP_WHILE_SERVED))  # fmt: skip
    residents: int | None = entry(
        Field("居住人数", kind="count", synonyms=("人数", "居住人口", "常住人数", "家庭人口", "人口数", "人口",
              "家庭人数", "实住人数", "现住人数"), most=99, purpose="统计服务人数",
              keep=KEEP_WHILE_SERVED))  # fmt: skip
    note: str | None = entry(
        Field("备注", synonyms=("说明", "备考"), most=500, purpose="上门须知",
              keep=KEEP_WHILE_SERVED))  # fmt: skip


def household_problems(draft: HouseholdDraft) -> Iterator[Problem]:
    """Yield what keeps a household from being stored."""
    yield from common_problems(draft)
    if draft.occupancy not in OCCUPANCY_NAMES:
        yield Problem("occupancy", "居住状态不认识")


def fit_entries(draft: HouseholdDraft) -> dict[str, Any]:
    """Return a home's entries as they are stored; UserError for the first that may not be."""
    fit = fit_or_refuse(draft, household_problems)
    return {name: getattr(fit, name) for name in HouseholdDraft.__dataclass_fields__}


def change_household(household: Id, draft: HouseholdDraft) -> Command[None]:
    """Return the command that sets a household's entries to the draft's.

    UserError for entries that may not be stored, for a home that is gone, and for a home without a
    room number that would lose its contact: an old workbook knows it by nothing else.
    """

    def run(tx: Tx) -> None:
        values = fit_entries(draft)
        row = tx.connection.execute(select(Household.room).where(Household.id == household)).first()
        if row is None:
            raise UserError("这一户已经不在台账里了，没有保存。")
        if row.room is None and not values["contact"]:
            raise UserError("没有房号的住户要填户主姓名，没有保存。")
        tx.change(Household, {household: values})

    return Command("修改住户", Right.WRITE, run)


def set_occupancy(doors: Sequence[Id], occupancy: str) -> Command[int]:
    """Return the command that sets how doors are lived in; it answers with how many changed."""

    def run(tx: Tx) -> int:
        if occupancy not in OCCUPANCY_NAMES:
            raise UserError("居住状态不认识，没有保存。")
        return tx.change(Household, {door: {"occupancy": occupancy} for door in doors})

    many = f"{len(doors)}户" if len(doors) > 1 else ""
    note = f"{many}改为{OCCUPANCY_NAMES.get(occupancy, '')}"
    return Command("修改居住状态", Right.WRITE, run, note=note)


class CommunityLine(NamedTuple):
    """A community by id, in the order of the post's own lists."""

    id: Id
    name: str


def communities(connection: Connection) -> list[CommunityLine]:
    """Return the communities in their order."""
    rows = connection.execute(
        select(Community.id, Community.name).order_by(Community.rank, Community.id)
    )
    return [CommunityLine(r.id, r.name) for r in rows]
