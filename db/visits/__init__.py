"""Visits, one try at one door each, and the campaigns that they count for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Select,
    SmallInteger,
    case,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import (
    KEEP_OFFICE,
    KEEP_SERVICE,
    KEEP_VISIT,
    Field,
    Problem,
    common_problems,
    entry,
)
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx, table_of
from db.kernel.records import Ids, Record, Values, Words, empty_value, encoders
from db.kernel.workdays import Period
from db.places import Community, Household

OUTCOMES: Final = {
    "见到人": "met", "已见": "met", "见面": "met", "入户": "met", "已入户": "met", "已走访": "met",
    "见到": "met", "在家": "met", "有人": "met", "成功": "met", "走访成功": "met", "已访": "met",
    "见到住户": "met", "已宣传": "met", "入户成功": "met", "已见面": "met", "是": "met", "√": "met", "有人在家": "met",
    "未遇": "not_home", "未见": "not_home", "没人": "not_home", "无人": "not_home",
    "不在家": "not_home", "家中无人": "not_home", "无人在家": "not_home", "没遇到": "not_home",
    "未见到人": "not_home", "敲门无人": "not_home", "未在家": "not_home", "无人应答": "not_home", "否": "not_home", "×": "not_home", "未入户": "not_home",
    "不在": "not_home", "没在家": "not_home", "没有人": "not_home", "没见到人": "not_home", "未见面": "not_home",
    "未开门": "not_home", "锁门": "not_home",
    "拒访": "refused", "拒绝": "refused", "拒绝走访": "refused", "不配合": "refused",
    "拒绝开门": "refused", "拒绝入户": "refused",
    "电话联系": "phone", "电话": "phone", "电话走访": "phone", "电联": "phone", "电话访问": "phone",
    "微信联系": "phone", "已电话联系": "phone",
    "留门卡": "left_card", "留卡": "left_card", "贴条": "left_card", "留条": "left_card",
    "留联系卡": "left_card", "留言": "left_card", "留告知书": "left_card",
}  # fmt: skip
# What visits are usually about, offered while typing; any other word is taken as well.
TOPICS: Final = (
    "反诈宣传", "消防安全", "交通安全", "禁毒宣传", "防盗宣传", "用电用气安全", "民生诉求", "法律宣传",
)  # fmt: skip
OUTCOME_NAMES: Final = {
    "met": "见到人", "not_home": "未遇", "refused": "拒访", "phone": "电话联系", "left_card": "留门卡",
}  # fmt: skip
IN_VAIN: Final = ("not_home", "left_card")
BANDS: Final = ("上午", "下午", "晚上", "时间不详")
NOON, EVENING = 12 * 60, 18 * 60


class Visit(Record):
    """One try at one door. `at` is minutes since midnight, None where the time is unknown.

    `original` keeps the values a hand edit replaced, so that the ledger a visit came from still
    finds it.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_day", "day", "outcome", "household"),
        Index("ix_visit_household", "household", "day"),
        Index(
            "ix_visit_edited",
            "day",
            sqlite_where=text("original IS NOT NULL"),
        ),
        # With what it says, else each of them would be looked up in its own page for being there.
        Index(
            "ix_visit_told", "day", "found", "note",
            sqlite_where=text("found IS NOT NULL OR note IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip
    # Two sites' visits stand side by side; a row equal in all it holds is the same one.
    same_by = (
        "household", "day", "at", "outcome", "people", "leaflets", "staff", "volunteers", "topics", "found", "note",
    )  # fmt: skip
    asked = False

    household: Mapped[Id] = mapped_column(ForeignKey("household.id"))
    day: Mapped[date]
    at: Mapped[int | None] = mapped_column(SmallInteger)
    outcome: Mapped[str]
    people: Mapped[int | None] = mapped_column(SmallInteger)
    leaflets: Mapped[int | None] = mapped_column(SmallInteger)
    staff: Mapped[tuple[Id, ...]] = mapped_column(Ids("staff"))
    volunteers: Mapped[tuple[Id, ...]] = mapped_column(Ids("volunteer"))
    topics: Mapped[tuple[str, ...]] = mapped_column(Words)
    found: Mapped[str | None]
    note: Mapped[str | None]
    original: Mapped[dict[str, Any] | None] = mapped_column(Values)

    @staticmethod
    def from_original(said: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values kept in `original` as a row holds them."""
        coding = encoders(table_of(Visit))
        return {
            name: empty_value(table_of(Visit), name) if value is None else coding[name][1](value)
            for name, value in said.items()
        }


class Campaign(Record):
    """A 走访任务 from `start` to `end`, both in; no communities named means all, also later ones."""

    __tablename__ = "campaign"
    same_by = ("name", "start", "end")

    name: Mapped[str]
    start: Mapped[date]
    end: Mapped[date]
    topics: Mapped[tuple[str, ...]] = mapped_column(Words)
    communities: Mapped[tuple[Id, ...]] = mapped_column(Ids("community"))
    tries: Mapped[int] = mapped_column(SmallInteger)
    refusal_closes: Mapped[bool]
    phone_closes: Mapped[bool]


@dataclass(frozen=True)
class VisitDraft:
    """A visit to be stored; the door is found from its address before."""

    day: date | None = entry(
        Field("日期", kind="day", synonyms=("走访日期", "入户日期", "走访时间", "时间日期", "入户时间", "年月日",
              "登记日期", "走访年月日", "宣传日期"), required=True))  # fmt: skip
    at: int | None = entry(
        Field("时间", kind="time", synonyms=("走访时刻", "具体时间", "走访时间", "入户时间", "入户时刻", "时刻", "几点", "时分")))  # fmt: skip
    staff: tuple[str, ...] = entry(
        Field("走访人", kind="names", synonyms=("走访人员", "走访民警", "民警", "入户人员", "责任人", "走访者",
              "入户民警", "宣传人", "宣传人员", "工作人员", "填报人", "登记人", "走访干部", "入户人"), purpose="走访的经办人",
              keep=KEEP_OFFICE), ())  # fmt: skip
    volunteers: tuple[str, ...] = entry(
        Field("同行联户长", kind="names", synonyms=("陪同人员", "随行人员", "同行人员", "参与联户长", "参与人员",
              "同行志愿者", "陪同"), purpose="同行走访计分", keep=KEEP_SERVICE), ())  # fmt: skip
    outcome: str = entry(
        Field("走访结果", kind="choice", synonyms=("结果", "走访情况", "入户情况", "入户结果", "是否见面", "见面情况",
              "走访状态", "访问结果", "是否见到", "是否见到人", "是否入户", "是否走访", "是否在家", "情况"), choices=OUTCOMES, required=True), "")  # fmt: skip
    people: int | None = entry(
        Field("见到人数", kind="count", synonyms=("人数", "见面人数", "受访人数", "宣传人数", "走访人数", "受教育人数"),
              most=99))  # fmt: skip
    topics: tuple[str, ...] = entry(
        Field("宣传主题", kind="words", synonyms=("主题", "宣传内容", "走访内容", "宣传项目", "内容", "走访主题",
              "宣讲内容", "走访事项"), most=20), ())  # fmt: skip
    leaflets: int | None = entry(
        Field("发放资料", kind="count", synonyms=("资料份数", "资料", "发放资料份数", "发放资料数", "宣传资料", "宣传单",
              "传单", "发放宣传单", "发放份数", "发放宣传资料", "资料数", "宣传册", "份数"), most=9999))  # fmt: skip
    found: str | None = entry(
        Field("发现问题", synonyms=("问题", "存在问题", "发现的问题", "隐患", "发现隐患", "问题隐患",
              "发现情况"), most=500, purpose="转办和整改", keep=KEEP_VISIT))  # fmt: skip
    note: str | None = entry(
        Field("备注", synonyms=("说明", "备考"), most=500, purpose="走访情况说明",
              keep=KEEP_VISIT))  # fmt: skip


def visit_problems(draft: VisitDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a visit from being stored."""
    yield from common_problems(draft)
    if draft.day and draft.day > today:
        yield Problem("day", "日期在今天以后")
    elif draft.day and draft.day.year < 1990:
        yield Problem("day", "日期早得不合情理")
    if draft.outcome and draft.outcome not in OUTCOME_NAMES:
        yield Problem("outcome", "走访结果不认识")


def change_visit(visit: Id, fields: Mapping[str, Any]) -> Command[None]:
    """Return the command that sets fields of a visit, by the names of its columns."""

    def run(tx: Tx) -> None:
        table = table_of(Visit)
        found = tx.connection.execute(select(table).where(table.c.id == visit)).mappings().first()
        if found is None:
            raise UserError("这条走访记录已经不在了，没有改动。")
        coding = encoders(table)
        replaced = {
            name: None if found[name] is None else coding[name][0](found[name])
            for name, value in fields.items()
            if found[name] != value
        }
        tx.change(Visit, {visit: {**fields, "original": {**replaced, **(found["original"] or {})}}})

    return Command("修改走访", Right.WRITE, run)


class CampaignLine(NamedTuple):
    """A campaign as the figures and lists need it."""

    id: Id
    name: str
    start: date
    end: date
    communities: tuple[Id, ...]
    tries: int
    refusal_closes: bool
    phone_closes: bool
    topics: tuple[str, ...] = ()


def campaigns(connection: Connection) -> list[CampaignLine]:
    """Return the campaigns, the latest begun first."""
    return [CampaignLine(*row) for row in connection.execute(_campaigns())]


def campaign_on(connection: Connection, day: date) -> CampaignLine | None:
    """Return the campaign a report of that day takes: it covers the day, the latest begun first."""
    return next((c for c in campaigns(connection) if c.start <= day <= c.end), None)


def met_households() -> ColumnElement[int]:
    """Return the count of 户数: homes with at least one met visit among the visits selected."""
    return func.count(case((Visit.outcome == "met", Visit.household)).distinct())


def met_homes(connection: Connection, period: Period) -> int:
    """Return the 户数 of a period."""
    dated = Visit.day.between(period.start, period.end)
    return connection.execute(select(met_households()).where(dated)).scalar_one()


class VisitCount(NamedTuple):
    """What the visits of a period come to; see docs/FIGURES.md."""

    records: int
    households: int
    people: int
    leaflets: int
    by_outcome: dict[str, int]
    by_topic: dict[str, int]
    by_community: dict[str, int]
    not_home_by_band: dict[str, int]


def count_visits(connection: Connection, period: Period) -> VisitCount:
    """Count the visits dated in the period: tries of any outcome, and homes with a met visit."""
    dated = Visit.day.between(period.start, period.end)
    band = band_of_visit()
    # The rows of a year are decrypted once: all but the homes comes from one pass over them.
    groups = connection.execute(
        select(
            Visit.outcome, band, Visit.topics, func.count(), func.sum(Visit.people),
            func.sum(Visit.leaflets),
        )
        .where(dated)
        .group_by(Visit.outcome, band, Visit.topics)
    ).all()  # fmt: skip
    outcomes: dict[str, int] = {}
    topics: dict[str, int] = {}
    bands: dict[str, int] = {}
    people = leaflets = 0
    for outcome, at, said, n, seen, given in groups:
        outcomes[outcome] = outcomes.get(outcome, 0) + n
        if outcome in IN_VAIN:
            bands[at] = bands.get(at, 0) + n
        for topic in said:
            topics[topic] = topics.get(topic, 0) + n
        people += seen or 0
        leaflets += given or 0
    communities = connection.execute(
        select(Community.name, func.count(Visit.id))
        .join(Household, Household.community == Community.id)
        .join(Visit, Visit.household == Household.id)
        .where(dated)
        .group_by(Community.id, Community.name, Community.rank)
        .order_by(Community.rank, Community.id)
    )
    return VisitCount(
        sum(outcomes.values()),
        met_homes(connection, period),
        people,
        leaflets,
        {name: outcomes[code] for code, name in OUTCOME_NAMES.items() if code in outcomes},
        dict(sorted(topics.items(), key=lambda item: (-item[1], item[0]))),
        dict(communities.all()),
        {name: bands[name] for name in BANDS if name in bands},
    )


def band_of_visit() -> ColumnElement[str]:
    """Return the column of a visit's time band, one of `BANDS`."""
    morning, afternoon, evening, unknown = BANDS
    return case(
        (Visit.at.is_(None), unknown),
        (Visit.at < NOON, morning),
        (Visit.at < EVENING, afternoon),
        else_=evening,
    )


# Asked at every look at the doors; put together once.
@cache
def _campaigns() -> Select[Any]:
    columns = [getattr(Campaign, name) for name in CampaignLine._fields]
    return select(*columns).order_by(Campaign.start.desc(), Campaign.id.desc())
