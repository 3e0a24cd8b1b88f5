"""Staff and volunteers: who serves, never who is served.

Staff are named as visitor, mediator or lecturer; some have an account. Volunteers (群防群治力量)
belong to a community; a 联户长 answers for the homes of a unit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, ForeignKey, Index, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.fields import KEEP_SERVICE, Field, Problem, common_problems, entry
from db.kernel.ids import Id
from db.kernel.pinyin import COMPOUND_SURNAMES, search_key
from db.kernel.records import Ids, Record, Values

ROLES: Final = {
    "联户长": "household_leader", "联户代表": "household_leader", "双联户户长": "household_leader",
    "网格长": "grid_leader", "小区长": "estate_leader", "楼栋长": "building_leader",
    "楼长": "building_leader", "单元长": "unit_leader", "网格员": "grid_member",
    "专职网格员": "grid_member", "兼职网格员": "grid_member", "平安志愿者": "volunteer",
    "志愿者": "volunteer", "义警": "auxiliary_volunteer", "保安": "guard", "保安员": "guard",
    "中心户": "centre_household", "中心户长": "centre_household",
}  # fmt: skip
ROLE_NAMES: Final = {
    "household_leader": "联户长", "grid_leader": "网格长", "estate_leader": "小区长",
    "building_leader": "楼栋长", "unit_leader": "单元长", "grid_member": "网格员",
    "volunteer": "平安志愿者", "auxiliary_volunteer": "义警", "guard": "保安",
    "centre_household": "中心户",
}  # fmt: skip
OCCUPATIONS: Final = {
    "在职": "employed", "在岗": "employed", "上班": "employed", "就业": "employed", "职工": "employed",
    "个体私营": "self_employed", "个体": "self_employed", "个体户": "self_employed",
    "个体工商户": "self_employed", "私营": "self_employed", "自营": "self_employed",
    "退休": "retired", "离退休": "retired", "退休人员": "retired",
    "无业": "none", "待业": "none", "失业": "none", "未就业": "none", "无": "none",
    "学生": "student", "在校学生": "student", "其他": "other", "其它": "other", "务农": "other",
}  # fmt: skip
OCCUPATION_NAMES: Final = {
    "employed": "在职", "self_employed": "个体私营", "retired": "退休", "none": "无业",
    "student": "学生", "other": "其他",
}  # fmt: skip


class Staff(Record):
    """A colleague named in the ledgers; `kind` is unknown when a workbook brought the name."""

    __tablename__ = "staff"
    same_by = ("name",)

    name: Mapped[str]
    kind: Mapped[str | None]
    since: Mapped[date | None]
    until: Mapped[date | None]

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Found by name."""
        return search_key((row["name"],))


class Volunteer(Record):
    """A member of 群防群治力量; in service from `since` to `until`, both days in.

    Community and role are those of now; what they were before stands in `VolunteerTerm`. `homes` are those of the linked unit that a person gave to this one by hand; none is no choice.
    """

    __tablename__ = "volunteer"
    __table_args__ = (
        Index("ix_volunteer_community_name", "community", "name"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("community", "name")
    quiet = ("imported",)

    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    role: Mapped[str]
    occupation: Mapped[str | None]
    phone: Mapped[str | None]
    building: Mapped[Id | None] = mapped_column(ForeignKey("building.id"))
    unit: Mapped[str | None]
    since: Mapped[date | None]
    until: Mapped[date | None]
    note: Mapped[str | None]
    homes: Mapped[tuple[Id, ...]] = mapped_column(Ids("household"))
    imported: Mapped[dict[str, Any] | None] = mapped_column(Values)

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Found by name and telephone."""
        return search_key((row["name"],), (row["phone"],))


class VolunteerTerm(Record):
    """What a volunteer was before: a role in a community from `since` to `until`, both days in.

    The role and community of now stand with the volunteer and begin the day after the last of
    these, or with the service if that began later.
    """

    __tablename__ = "volunteer_term"
    __table_args__ = (
        Index("ix_volunteer_term_volunteer", "volunteer"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("volunteer", "community", "role", "since")

    volunteer: Mapped[Id] = mapped_column(ForeignKey("volunteer.id"))
    community: Mapped[Id] = mapped_column(ForeignKey("community.id"))
    role: Mapped[str]
    since: Mapped[date | None]
    until: Mapped[date]


@dataclass(frozen=True)
class VolunteerDraft:
    """What a volunteer roster says of a person."""

    name: str = entry(
        Field("姓名", kind="name", synonyms=("联户长姓名", "名字", "人员姓名", "志愿者姓名", "队员姓名",
              "联户长", "网格员姓名", "成员姓名"), required=True, most=40,
              purpose="联系、培训签到和积分", keep=KEEP_SERVICE), "")  # fmt: skip
    role: str = entry(
        Field("身份", kind="choice", synonyms=("队伍类别", "人员身份", "角色", "力量类别", "身份类别", "职务",
              "人员类型", "类别", "担任职务", "岗位"), choices=ROLES), "household_leader")  # fmt: skip
    occupation: str | None = entry(
        Field("职业类别", kind="choice", synonyms=("职业", "就业情况", "就业状态", "职业状况", "从业情况", "从业状况",
              "工作情况"), choices=OCCUPATIONS, purpose="安排培训时间", keep=KEEP_SERVICE))  # fmt: skip
    phone: str | None = entry(
        Field("联系电话", kind="phone", synonyms=("电话", "手机", "手机号", "手机号码", "联系方式", "电话号码"),
              most=60, purpose="通知培训和任务", keep=KEEP_SERVICE))  # fmt: skip
    since: date | None = entry(
        Field("聘任日期", kind="day", roughly=True, synonyms=("聘用日期", "任职时间", "任职日期", "聘任时间", "上岗时间",
              "入队时间", "起始日期", "开始日期", "聘用时间", "上岗日期")))  # fmt: skip
    until: date | None = entry(
        Field("离任日期", kind="day", synonyms=("解聘日期", "退出日期", "卸任日期", "离职日期", "退出时间")))  # fmt: skip
    note: str | None = entry(
        Field("备注", synonyms=("说明",), most=500, purpose="履职情况说明", keep=KEEP_SERVICE)
    )


def volunteer_problems(draft: VolunteerDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a volunteer from being stored."""
    yield from common_problems(draft)
    if draft.role not in ROLE_NAMES:
        yield Problem("role", "身份不认识")
    if draft.since and draft.since > today:
        yield Problem("since", "聘任日期在今天以后")
    if draft.since and draft.until and draft.until < draft.since:
        yield Problem("until", "离任日期早于聘任日期")


class StaffLine(NamedTuple):
    """A colleague by id and name."""

    id: Id
    name: str


def staff(connection: Connection) -> list[StaffLine]:
    """Return all staff, also those who left, by name."""
    rows = connection.execute(select(Staff.id, Staff.name).order_by(Staff.name, Staff.id))
    return [StaffLine(r.id, r.name) for r in rows]


def in_service(connection: Connection, day: date) -> int:
    """Return how many volunteers are in service on the day."""
    statement = select(func.count()).select_from(Volunteer).where(*serving(day))
    return connection.execute(statement).scalar_one()


def serving(day: date) -> tuple[Any, ...]:
    """Return the conditions that a volunteer is in service on the day; who left and came back was
    so in the earlier terms, too.
    """
    now = and_(
        or_(Volunteer.since.is_(None), Volunteer.since <= day),
        or_(Volunteer.until.is_(None), Volunteer.until >= day),
    )
    before = (
        exists()
        .where(VolunteerTerm.volunteer == Volunteer.id)
        .where(or_(VolunteerTerm.since.is_(None), VolunteerTerm.since <= day))
        .where(VolunteerTerm.until >= day)
    )
    return (or_(now, before),)


def surname(name: str) -> str:
    """Return the surname, compound surnames whole."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def masked(name: str) -> str:
    """Return the name as it may leave the post: 王某, 王某某, 欧阳某某; foreign names by initial."""
    if not name:
        return ""
    if name[0].isascii():
        return f"{name[0].upper()}."
    family = surname(name)
    rest = len(name) - len(family)
    return family + "某" * min(max(rest, 1), 2)


def masked_phone(phone: str) -> str:
    """Return a telephone, or several, as it may stand on a screen others see: 138****4521."""
    return "、".join(
        f"{one[:3]}****{one[-4:]}" if len(one) >= 8 else "*" * len(one) for one in phone.split("、")
    )
