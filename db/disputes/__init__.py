"""Disputes: what was registered, how it ended, what was promised and whether it was kept.

The state follows from dated facts (a conclusion, a reopening, a follow-up) and is never stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.disputes.words import (
    FORMS,
    KIND_NAMES,
    KINDS,
    OPEN,
    PERFORMANCE,
    RESULT_NAMES,
    RESULTS,
    RISKS,
    SOURCES,
)
from db.kernel.fields import KEEP_FIVE_YEARS, KEEP_OFFICE, Field, Problem, common_problems, entry
from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.kernel.records import Ids, Record, Values

PARTY: Any = {"purpose": "调解文书", "keep": KEEP_FIVE_YEARS}


class Dispute(Record):
    """A registered dispute. `paper_number` of `paper_year` is the number of an imported ledger.

    `given_number` of `given_year` is this ledger's own, given at the first print; `place` is
    where it is, and `household` the home there, if it is one. `requests` are what an application
    asks for, one a line.
    """

    __tablename__ = "dispute"
    __table_args__ = (Index("ix_dispute_registered", "registered"), {"sqlite_with_rowid": False})
    # By its paper number, else by what it is about (db/exchange/likeness.py).
    same_by = ()
    quiet = ("imported",)

    paper_year: Mapped[int | None] = mapped_column(SmallInteger)
    paper_number: Mapped[str | None]
    registered: Mapped[date]
    source: Mapped[str | None]
    kind: Mapped[str]
    brief: Mapped[str | None]
    risk: Mapped[str | None]
    community: Mapped[Id | None] = mapped_column(ForeignKey("community.id"))
    mediators: Mapped[tuple[Id, ...]] = mapped_column(Ids("staff"))
    mediated: Mapped[date | None]
    note: Mapped[str | None]
    imported: Mapped[dict[str, Any] | None] = mapped_column(Values)
    given_year: Mapped[int | None] = mapped_column(SmallInteger)
    given_number: Mapped[int | None] = mapped_column(SmallInteger)
    place: Mapped[str | None]
    household: Mapped[Id | None] = mapped_column(ForeignKey("household.id"))
    requests: Mapped[str | None]

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Found by number and by words of its brief facts; its parties have keys of their own."""
        paper = f"{row['paper_year']}-{row['paper_number']}" if row["paper_number"] else ""
        number = row.get("given_number")
        own = f"{row['given_year']}-{number:04d}" if number else ""
        return search_key((), (paper, own, row["brief"]))


class DisputeParty(Record):
    """A party: `side` A applies or complains, B answers; `place` is the order within the side.

    `kind` is person or organisation, a person where it is empty; `head` with `head_post` is an
    organisation's legal representative. `guardian` speaks for a minor, `agent` by written authority.
    """

    __tablename__ = "dispute_party"
    __table_args__ = (Index("ix_dispute_party_dispute", "dispute"), {"sqlite_with_rowid": False})
    same_by = ("dispute", "side", "place", "name")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    side: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    phone: Mapped[str | None]
    kind: Mapped[str | None]
    sex: Mapped[str | None]
    age: Mapped[int | None] = mapped_column(SmallInteger)
    occupation: Mapped[str | None]
    address: Mapped[str | None]
    head: Mapped[str | None]
    head_post: Mapped[str | None]
    guardian: Mapped[str | None]
    agent: Mapped[str | None]

    @classmethod
    def search_text(cls, row: Mapping[str, Any]) -> str:
        """Found by name and telephone."""
        return search_key((row["name"],), (row["phone"],))


class Conclusion(Record):
    """How a dispute ended on a day: settled, failed, referred or withdrawn.

    `due` is the performance day agreed; `performed` tells that it was kept, on `performed_on` or on
    an unknown day. Of an agreement: the facts and what was disputed (`matters`), its terms, the way
    of performance, the amount in 分, and how many copies. Of a failure: that the parties were told
    their legal ways, and like of a withdrawal the `reason`. Of a referral: the answer (accepted or
    returned), its day and what was said.
    """

    __tablename__ = "dispute_conclusion"
    __table_args__ = (
        Index("ix_dispute_conclusion_dispute", "dispute"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("dispute", "day", "outcome")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    outcome: Mapped[str]
    form: Mapped[str | None]
    due: Mapped[date | None]
    performed: Mapped[bool]
    performed_on: Mapped[date | None]
    destination: Mapped[str | None]
    matters: Mapped[str | None]
    terms: Mapped[str | None]
    way: Mapped[str | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    copies: Mapped[int | None] = mapped_column(SmallInteger)
    told_ways: Mapped[bool | None]
    answer: Mapped[str | None]
    answered_on: Mapped[date | None]
    answer_note: Mapped[str | None]
    reason: Mapped[str | None]


class Reopening(Record):
    """A concluded dispute taken up again."""

    __tablename__ = "dispute_reopening"
    __table_args__ = (
        Index("ix_dispute_reopening_dispute", "dispute"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("dispute", "day", "reason")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    reason: Mapped[str]


class FollowUp(Record):
    """A 回访 that was done, by `staff` with `volunteers` of the roster; both may be unknown."""

    __tablename__ = "dispute_follow_up"
    __table_args__ = (
        Index("ix_dispute_follow_up_dispute", "dispute"),
        {"sqlite_with_rowid": False},
    )
    same_by = ("dispute", "day", "result")

    dispute: Mapped[Id] = mapped_column(ForeignKey("dispute.id"))
    day: Mapped[date]
    result: Mapped[str | None]
    staff: Mapped[tuple[Id, ...] | None] = mapped_column(Ids("staff"))
    volunteers: Mapped[tuple[Id, ...] | None] = mapped_column(Ids("volunteer"))


@dataclass(frozen=True)
class DisputeDraft:
    """A line of a dispute ledger: the registration and what has come of it so far."""

    number: str | None = entry(
        Field("编号", synonyms=("纠纷编号", "案件编号", "受理编号", "登记编号", "案号", "卷号", "台账编号",
              "协议编号", "文号"), most=60))  # fmt: skip
    registered: date | None = entry(
        Field("登记日期", kind="day", synonyms=("受理日期", "登记时间", "受理时间", "排查日期", "排查时间",
              "发生日期", "发生时间", "申请日期", "接收日期", "立案日期", "日期", "时间"), required=True))  # fmt: skip
    source: str | None = entry(
        Field("来源", kind="choice", synonyms=("纠纷来源", "案件来源", "线索来源", "受理方式", "来源渠道",
              "发现方式", "受理来源"), choices=SOURCES))  # fmt: skip
    kind: str = entry(
        Field("纠纷类型", kind="choice", synonyms=("纠纷类别", "类型", "类别", "矛盾类型", "矛盾纠纷类型", "案由",
              "矛盾类别", "纠纷种类", "矛盾纠纷类别"), choices=KINDS, required=True), "")  # fmt: skip
    side_a: tuple[str, ...] = entry(
        Field("甲方", kind="names", synonyms=("申请人", "当事人甲", "甲方姓名", "申请方", "当事人一", "甲方当事人",
              "申请人姓名", "当事人1", "当事人A", "反映人", "当事人（甲方）"), most=40, **PARTY), ())  # fmt: skip
    phone_a: str | None = entry(
        Field("甲方电话", kind="phone", synonyms=("申请人电话", "甲方联系电话", "申请人联系电话", "甲方联系方式",
              "申请人联系方式", "当事人甲电话", "当事人一电话"), most=60, **PARTY))  # fmt: skip
    side_b: tuple[str, ...] = entry(
        Field("乙方", kind="names", synonyms=("被申请人", "当事人乙", "乙方姓名", "被申请方", "当事人二", "对方当事人",
              "乙方当事人", "被申请人姓名", "当事人2", "当事人B", "当事人（乙方）"), most=40, **PARTY), ())  # fmt: skip
    phone_b: str | None = entry(
        Field("乙方电话", kind="phone", synonyms=("被申请人电话", "乙方联系电话", "被申请人联系电话", "乙方联系方式",
              "被申请人联系方式", "当事人乙电话", "当事人二电话"), most=60, **PARTY))  # fmt: skip
    parties: tuple[str, ...] = entry(
        Field("当事人", kind="names", synonyms=("双方当事人", "当事人双方", "当事人姓名", "纠纷当事人",
              "涉及人员"), most=40, **PARTY), ())  # fmt: skip
    brief: str | None = entry(
        Field("简要情况", synonyms=("纠纷简要情况", "纠纷简要", "基本情况", "简要案情", "案情简介", "纠纷情况", "纠纷内容", "事由",
              "简要内容", "纠纷概况", "矛盾纠纷简要情况", "主要内容", "纠纷事由"), most=2000,
              purpose="调解文书", keep=KEEP_FIVE_YEARS))  # fmt: skip
    risk: str | None = entry(
        Field("风险等级", kind="choice", synonyms=("风险", "纠纷等级", "等级", "风险程度", "难易程度",
              "纠纷风险等级"), choices=RISKS))  # fmt: skip
    community: str | None = entry(
        Field("社区", synonyms=("所属社区", "社区名称", "所在社区", "村居", "村社区", "发生社区", "所属村居")))  # fmt: skip
    mediators: tuple[str, ...] = entry(
        Field("调解人", kind="names", synonyms=("调解员", "人民调解员", "调解人员", "承办人", "责任人", "包案人",
              "调解责任人", "主持人", "经办人"), most=40, purpose="纠纷的经办人", keep=KEEP_OFFICE), ())  # fmt: skip
    mediated: date | None = entry(
        Field("调解日期", kind="day", synonyms=("调解时间", "化解日期", "结案日期", "办结日期", "化解时间", "办结时间",
              "调处日期", "结案时间", "调处时间", "协议日期")))  # fmt: skip
    result: str = entry(
        Field("调解结果", kind="choice", synonyms=("结果", "化解情况", "处理结果", "调处结果", "办理情况", "状态",
              "化解结果", "调解情况", "处理情况", "是否化解", "办理结果", "当前状态"), choices=RESULTS), OPEN)  # fmt: skip
    form: str | None = entry(
        Field("协议形式", kind="choice", synonyms=("协议类型", "协议方式", "协议种类"), choices=FORMS))  # fmt: skip
    due: date | None = entry(
        Field("履行期限", kind="day", synonyms=("履行日期", "履行时限", "约定履行日期", "履行截止日期", "应履行日期")))  # fmt: skip
    performance: str | None = entry(
        Field("履行情况", kind="choice", synonyms=("是否履行", "协议履行情况", "履行状态"),
              choices=PERFORMANCE))  # fmt: skip
    destination: str | None = entry(
        Field("移送去向", synonyms=("移送单位", "移交单位", "去向", "移交去向", "移送部门", "接收单位"), most=60))  # fmt: skip
    followed_up: date | None = entry(Field("回访日期", kind="day", synonyms=("回访时间",)))
    follow_up_result: str | None = entry(
        Field("回访结果", synonyms=("回访情况", "回访意见"), most=500, **PARTY)
    )
    note: str | None = entry(Field("备注", synonyms=("说明",), most=500, **PARTY))


def dispute_problems(draft: DisputeDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a dispute from being stored: done things lie neither ahead nor before it."""
    yield from common_problems(draft)
    if draft.kind and draft.kind not in KIND_NAMES:
        yield Problem("kind", "纠纷类型不认识")
    if draft.result not in RESULT_NAMES:
        yield Problem("result", "调解结果不认识")
    for name, label in (("registered", "登记"), ("mediated", "调解"), ("followed_up", "回访")):
        day: date | None = getattr(draft, name)
        if day and day > today:
            yield Problem(name, f"{label}日期在今天以后")
        elif day and draft.registered and day < draft.registered:
            yield Problem(name, f"{label}日期早于登记日期")
        elif day and day.year < 1990:
            yield Problem(name, f"{label}日期早得不合情理")
    if draft.result != OPEN and draft.mediated is None:
        yield Problem("mediated", f"结果是“{RESULT_NAMES.get(draft.result, '')}”，却没有调解日期")
    if not draft.side_a and not draft.side_b:
        yield Problem("side_a", "没有当事人")
