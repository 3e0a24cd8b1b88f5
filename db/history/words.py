"""What each table and its columns are called, and how a stored value reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from db.attachments import KIND_NAMES as ATTACHMENT_NAMES
from db.attachments import MEDIA_NAMES
from db.disputes import DisputeDraft
from db.disputes.agreeing import ANSWER_NAMES, AgreementDraft
from db.disputes.dossier import PAPERS
from db.disputes.numbers import run_words, short_number
from db.disputes.parties import PARTY_KIND_NAMES, SEX_NAMES, SIDES, PartyDraft
from db.disputes.steps import SESSION_RESULT_NAMES
from db.disputes.words import (
    FORM_NAMES,
    KIND_NAMES,
    RESULT_NAMES,
    RISK_NAMES,
    SOURCE_NAMES,
)
from db.editions import KIND_NAMES as EDITION_NAMES
from db.erasure import WHY_NAMES
from db.kernel.access import ROLE_NAMES
from db.kernel.dates import clock_text
from db.kernel.fields import fields_of
from db.kernel.journal import record_class, table_of
from db.kernel.money import full_yuan, short_yuan
from db.kernel.records import Ids, Values
from db.kernel.text import hours_text
from db.people import OCCUPATION_NAMES, VolunteerDraft
from db.people import ROLE_NAMES as VOLUNTEER_NAMES
from db.people.colleagues import KIND_NAMES as STAFF_NAMES
from db.people.colleagues import StaffDraft
from db.people.terms import TermDraft
from db.places import OCCUPANCY_NAMES, HouseholdDraft
from db.places.address import Address, address_of_key
from db.points import CLASS_NAMES, SPAN_NAMES, points_text, scheme_title
from db.points import SOURCE_NAMES as POINT_SOURCE_NAMES
from db.points.doubts import KIND_NAMES as DOUBT_NAMES
from db.points.entries import EntryDraft
from db.points.schemes import BandDraft, ItemDraft, SchemeDraft
from db.post import PAGE_NUMBER_NAMES, SEAL_ROOM_NAMES, PostDraft
from db.reviews import GRADE_NAMES, ReviewDraft
from db.rewards import SOURCE_NAMES as REWARD_SOURCES
from db.rewards import DepositDraft, RewardDraft
from db.trainings import KIND_NAMES as TRAINING_NAMES
from db.trainings import STATUS_NAMES, AttendanceDraft, TrainingDraft
from db.visits import OUTCOME_NAMES, VisitDraft

Row = Mapping[str, Any]
NameOf = Callable[[str, bytes], str]


def _hours(minutes: int) -> str:
    return f"{hours_text(minutes)}小时"


# How the numbers of columns are told, as their own pages tell them.
_MEASURES: Final[Mapping[Callable[[int], str], Mapping[str, tuple[str, ...]]]] = {
    _hours: {"training": ("hours",)},
    clock_text: {
        "visit": ("at",), "training": ("start", "end"), "attendance": ("signed",),
        "point_entry": ("start", "end"), "post": ("work_from", "work_to"),
    },
    points_text: {
        "point_item": ("points", "day_cap", "month_cap", "least", "most"),
        "point_band": ("points",), "point_weight": ("points",), "point_entry": ("points",),
        "point_month": ("points",), "point_line": ("points",), "point_share": ("points", "cut"),
        "point_correction": ("points",),
    },
    short_yuan: {
        "point_scheme": ("per_point", "floor", "cap", "budget"), "point_band": ("amount",),
        "point_month": ("amount",), "point_line": ("due", "own", "amount"),
        "point_correction": ("amount",), "dispute_conclusion": ("amount",),
    },
    full_yuan: {"reward": ("amount",), "reward_deposit": ("amount",)},
}  # fmt: skip
_MEASURE_OF: Final = {
    (entity, column): told
    for told, columns_of in _MEASURES.items()
    for entity, columns in columns_of.items()
    for column in columns
}


@dataclass(frozen=True)
class Words:
    """A table in words: its noun, how a row is called, its columns' labels and codes.

    Labels come from the draft; `labels` has those of columns the draft lacks. `names` maps the
    codes of a column to their words, `of` the table an id without a declared reference stands for.
    """

    noun: str
    title: Callable[[Row, NameOf], str]
    draft: Any = None
    labels: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    of: Mapping[str, str] = field(default_factory=dict)


def _named(row: Row, _: NameOf) -> str:
    return str(row["name"])


def _household(row: Row, _: NameOf) -> str:
    return address_of_key(row["key"]).text


def _building(row: Row, _: NameOf) -> str:
    return Address(row["estate"], row["number"], group=row["rural"]).building_text


def _visit(row: Row, name_of: NameOf) -> str:
    home = name_of("household", row["household"])
    return f"{row['day']} {home} {OUTCOME_NAMES.get(row['outcome'], '')}"


def _dispute(row: Row, _: NameOf) -> str:
    shown = short_number(
        *(row.get(n) for n in ("given_year", "given_number", "paper_year", "paper_number"))
    )
    return f"{shown or row['registered']} {KIND_NAMES.get(row['kind'], '')}纠纷"


def _paper(row: Row, name_of: NameOf) -> str:
    return f"{name_of('dispute', row['dispute'])} {PAPER_NAMES.get(row['paper'], '')}"


def _number(row: Row, _: NameOf) -> str:
    return f"{row['year']}年第{row['number']:04d}号"


def _skipped(row: Row, _: NameOf) -> str:
    return f"{row['year']}年{run_words(row['first'], row['last'])}"


def _of_dispute(what: str) -> Callable[[Row, NameOf], str]:
    return lambda row, name_of: f"{name_of('dispute', row['dispute'])} {row.get('day', '')}{what}"


def _training(row: Row, _: NameOf) -> str:
    return f"{row['day']} {row['topic']}"


def _review(row: Row, name_of: NameOf) -> str:
    return f"{name_of('volunteer', row['volunteer'])} {row['start']}起 {GRADE_NAMES.get(row['grade'], '')}"


def _reward(row: Row, name_of: NameOf) -> str:
    return f"{name_of('volunteer', row['volunteer'])} {row['matter']}"


def _term(row: Row, name_of: NameOf) -> str:
    return f"{name_of('volunteer', row['volunteer'])} {VOLUNTEER_NAMES.get(row['role'], '')}"


PAPER_NAMES = {paper.code: paper.name for paper in PAPERS}
_DISPUTE = {"dispute": "纠纷", "day": "日期"}
WORDS: Final[Mapping[str, Words]] = {
    "account": Words("账号", _named, labels={
        "user": "登录名", "name": "姓名", "role": "身份", "since": "启用日期", "until": "停用日期",
    }, names={"role": {role.value: name for role, name in ROLE_NAMES.items()}}),
    "attachment": Words("附件", _named, labels={
        "entity": "属于", "of": "记录", "kind": "种类", "name": "名称", "media": "类型", "size": "大小（字节）",
        "added": "收下日期",
    }, names={"kind": ATTACHMENT_NAMES, "media": MEDIA_NAMES}, of={"of": "dispute"}),
    "attendance": Words("出勤", _named, AttendanceDraft, {
        "training": "培训", "volunteer": "名册上的人", "walk_ins": "并入前的姓名",
    }, {"status": STATUS_NAMES}),
    "building": Words("楼栋", _building, labels={
        "community": "社区", "estate": "小区", "number": "楼栋", "rural": "是否村民小组",
    }),
    "campaign": Words("走访任务", _named, labels={
        "name": "名称", "start": "开始日期", "end": "结束日期", "topics": "主题", "communities": "社区",
        "tries": "未遇几次算尽责", "refusal_closes": "拒访算尽责", "phone_closes": "电话联系算尽责",
    }),
    "community": Words("社区", _named, labels={"name": "名称", "rank": "顺序"}),
    "day_off": Words("节假日", lambda row, _: f"{row['day']} {row['name']}", labels={
        "day": "日期", "works": "是否上班", "name": "名称",
    }),
    "dispute": Words("纠纷", _dispute, DisputeDraft, {
        "paper_year": "编号年份", "paper_number": "编号", "given_year": "编号的年份", "given_number": "本室编号",
        "place": "地点", "household": "住户", "requests": "申请事项",
    }, {"source": SOURCE_NAMES, "kind": KIND_NAMES, "risk": RISK_NAMES}),
    "dispute_conclusion": Words("调解结果", _of_dispute("结果"), labels={
        **_DISPUTE, "outcome": "结果", "form": "协议形式", "due": "履行期限", "performed": "已履行",
        "performed_on": "履行日期", "destination": "移送去向", "reason": "原因", "told_ways": "已告知法律途径",
        **{name: field.label for name, field in fields_of(AgreementDraft).items()},
        "answer": "移送答复", "answered_on": "答复日期", "answer_note": "答复说明",
    }, names={"outcome": RESULT_NAMES, "form": FORM_NAMES, "answer": ANSWER_NAMES}),
    "dispute_closing": Words("结案", _of_dispute("结案"), labels={**_DISPUTE, "note": "说明"}),
    "dispute_extension": Words("延期", _of_dispute("延期"), labels={
        **_DISPUTE, "until": "延到", "reason": "原因",
    }),
    "dispute_report": Words("报告", _of_dispute("报告"), labels={**_DISPUTE, "at": "时间", "told": "报给谁"}),
    "dispute_session": Words("调解记录", _of_dispute("调解"), labels={
        **_DISPUTE, "at": "时间", "place": "地点", "mediators": "调解人", "recorder": "记录人",
        "volunteers": "联户长、志愿者", "invited": "参加人", "record": "调解记录", "result": "这次的结果",
    }, names={"result": SESSION_RESULT_NAMES}),
    "dispute_follow_up": Words("回访", _of_dispute("回访"), labels={
        **_DISPUTE, "result": "回访结果", "staff": "回访人", "volunteers": "联户长、志愿者",
    }),
    "dispute_paper": Words("卷宗文书", _paper, labels={
        "dispute": "纠纷", "paper": "文书", "printed": "打印日期", "filed": "入卷日期", "pages": "页数",
    }, names={"paper": PAPER_NAMES}),
    "dispute_party": Words("当事人", _named, PartyDraft, {
        "dispute": "纠纷", "side": "哪一方", "place": "顺序",
    }, {"side": SIDES, "kind": PARTY_KIND_NAMES, "sex": SEX_NAMES}),
    "dispute_reopening": Words("重新受理", _of_dispute("重新受理"), labels={**_DISPUTE, "reason": "原因"}),
    "edition": Words("签发的报表", lambda row, _: f"{row['period']} 第{row['no']}版", labels={
        "kind": "种类", "period": "期次", "no": "第几版", "issued": "签发日期", "account": "签发人",
        "reason": "更正原因", "problems": "存在问题", "plans": "工作计划",
    }, names={"kind": EDITION_NAMES}, of={"account": "account"}),
    "erasure": Words("清除", lambda row, _: f"{row['day']} 清除", labels={
        "entity": "种类", "record": "记录", "fields": "清除的内容", "rule": "原因", "day": "日期",
        "proposed": "提出人", "confirmed": "核准人",
    }, names={"rule": WHY_NAMES}, of={"proposed": "account", "confirmed": "account"}),
    "erasure_proposal": Words("提出的清除", lambda row, _: f"{row['proposed']} 提出的清除", labels={
        "entity": "种类", "records": "记录", "why": "原因", "note": "说明", "account": "提出人",
        "proposed": "提出日期",
    }, names={"why": WHY_NAMES}, of={"account": "account"}),
    "field_sheet": Words("走访单", lambda row, _: f"第{row['number']}号走访单", labels={
        "number": "编号", "title": "名称", "printed": "打印日期", "campaign": "走访任务",
        "doors": "住户", "returned": "登记日期",
    }, of={"campaign": "campaign"}),
    "household": Words("住户", _household, HouseholdDraft, {
        "community": "社区", "building": "楼栋", "unit": "单元", "room": "房号",
    }, {"occupancy": OCCUPANCY_NAMES}),
    "household_alias": Words("曾用地址", _household, labels={
        "community": "社区", "household": "住户",
    }),
    "import_mapping": Words("导入的列", lambda *_: "记住的列"),
    "ledger_layout": Words("台账的列", lambda *_: "导出用的列", labels={
        "kind": "台账", "sheets": "每个社区一张表",
    }),
    "number_given": Words("编号簿", _number, labels={
        "year": "年份", "number": "编号", "dispute": "纠纷", "reason": "缺号原因",
    }, of={"dispute": "dispute"}),
    "number_skipped": Words("没有编的号", _skipped, labels={
        "year": "年份", "first": "从第几号", "last": "到第几号", "reason": "原因",
    }),
    "number_start": Words("起始编号", lambda row, _: f"{row['year']}年", labels={
        "year": "年份", "first": "起始编号",
    }),
    "point_scheme": Words("积分办法", lambda row, _: scheme_title(row['name'], row['version']), SchemeDraft, {
        "community": "社区", "version": "第几版", "start": "开始日期", "end": "结束日期", "reason": "原因",
    }, {"span": SPAN_NAMES}),
    "point_item": Words("积分项目", _named, ItemDraft, {"scheme": "积分办法", "rank": "顺序"}, {
        "kind": CLASS_NAMES, "source": POINT_SOURCE_NAMES,
    }),
    "point_band": Words("等次", lambda row, _: str(row["grade"]), BandDraft, {"scheme": "积分办法"}),
    "point_weight": Words("自主赋分", lambda row, name_of: name_of("point_item", row["item"]), labels={
        "item": "项目", "community": "社区", "since": "开始日期", "points": "每次积分",
    }),
    "point_entry": Words("手工积分", lambda row, _: f"{row['day']} {row['reason']}", EntryDraft, {
        "volunteer": "人员", "item": "项目", "entity": "来源", "record": "来源记录", "account": "登记人",
    }, of={"account": "account"}),
    "point_decision": Words("积分疑点", lambda row, _: f"{row['month']} {DOUBT_NAMES[row['kind']]}", labels={
        "month": "月份", "volunteer": "人员", "kind": "疑点", "claims": "记录", "left_out": "不计的记录",
        "reason": "理由", "account": "核对人", "decided": "核对日期",
    }, names={"kind": DOUBT_NAMES}, of={"account": "account"}),
    "point_proposal": Words("提交的结账", lambda row, _: str(row["month"]), labels={
        "month": "月份", "digest": "校验码", "note": "说明", "account": "提交人", "proposed": "提交日期",
    }, of={"account": "account"}),
    "point_month": Words("积分结账", lambda row, _: str(row["month"]), labels={
        "month": "月份", "closed": "结账日期", "prepared_name": "提交人", "approved_name": "核准人",
        "paper": "纸质签字", "note": "说明", "people": "人数", "points": "积分", "amount": "补贴（元）",
        "prepared": "提交的账号", "approved": "核准的账号", "schemes": "积分办法", "weights": "自主赋分",
        "owing": "还要扣回的月份",
    }, of={"prepared": "account", "approved": "account"}),
    "point_line": Words("结账名单", _named, labels={
        "month": "结账", "volunteer": "人员", "name": "姓名", "community": "所属社区",
        "community_name": "社区", "role": "身份", "occupation": "职业", "scheme": "积分办法",
        "points": "积分", "grade": "等次", "standard": "标准", "due": "应发（元）", "own": "本月发（元）",
        "amount": "金额（元）",
    }, names={"role": VOLUNTEER_NAMES, "occupation": OCCUPATION_NAMES}),
    "point_share": Words("结账分项", _named, labels={
        "line": "名单", "item": "项目编号", "name": "项目", "kind": "类别", "community": "所属社区",
        "community_name": "社区", "times": "次数", "points": "积分", "cut": "不计",
    }, names={"kind": CLASS_NAMES}),
    "point_correction": Words("积分更正", lambda row, _: f"{row['of']} {row['name'] or ''}", labels={
        "line": "名单", "of": "更正的月份", "item": "项目编号", "name": "项目", "kind": "类别",
        "community": "所属社区", "community_name": "社区", "times": "次数", "points": "积分",
        "amount": "金额（元）", "reason": "原因",
    }, names={"kind": CLASS_NAMES}),
    "post": Words("警务室设置", _named, PostDraft, {}, {
        "seal_room": SEAL_ROOM_NAMES, "page_numbers": PAGE_NUMBER_NAMES,
    }),
    "review": Words("考评", _review, ReviewDraft, {
        "volunteer": "人员", "start": "考评期间开始",
    }, {"grade": GRADE_NAMES}),
    "reward": Words("奖励", _reward, RewardDraft, {
        "volunteer": "奖给", "entity": "来源", "paid": "发放日期", "voided": "作废日期",
        "void_reason": "作废原因",
    }, {"entity": REWARD_SOURCES}),
    "reward_deposit": Words("奖励资金", lambda row, _: f"{row['day']} {row['origin']}", DepositDraft, {
        "voided": "作废日期", "void_reason": "作废原因",
    }),
    "sign_in_sheet": Words("签到表", lambda row, _: f"第{row['number']}号签到表", labels={
        "number": "编号", "training": "培训", "printed": "打印日期", "people": "名单", "blanks": "空行",
        "returned": "登记日期",
    }),
    "peer": Words("配对的单位", _named, labels={
        "name": "名称", "fingerprint": "指纹", "paired": "配对日期", "until": "解除日期", "communities": "只带的社区",
    }),
    "record_alias": Words("同一条登记", lambda *_: "两处登记的同一条", labels={"entity": "种类"}),
    "site_seen": Words("收到的数据包", _named, labels={
        "name": "来自", "at": "本机第几步", "upto": "对方到第几步", "whole": "对方知道的全部",
    }),
    "staff": Words("工作人员", _named, StaffDraft, {"until": "离任日期"}, {"kind": STAFF_NAMES}),
    "training": Words("培训", _training, TrainingDraft, {"series": "系列"}, {"kind": TRAINING_NAMES}, {
        "series": "training",
    }),
    "visit": Words("走访", _visit, VisitDraft, {"household": "住户"}, {"outcome": OUTCOME_NAMES}),
    "volunteer": Words("人员", _named, VolunteerDraft, {
        "community": "社区", "building": "楼栋", "unit": "单元", "homes": "分到的户",
    }, {"role": VOLUNTEER_NAMES, "occupation": OCCUPATION_NAMES}),
    "volunteer_term": Words("任职经历", _term, TermDraft, {
        "volunteer": "人员", "community": "社区",
    }, {"role": VOLUNTEER_NAMES}),
}  # fmt: skip


@cache
def labels(entity: str) -> dict[str, str]:
    """Return the labels of a table's columns that a person may see, in the order of the form.

    Comparable keys and what imports remember are for the program alone.
    """
    words = WORDS[entity]
    table = table_of(record_class(entity))
    drafted = {} if words.draft is None else fields_of(words.draft)
    known = {**words.labels, **{name: declared.label for name, declared in drafted.items()}}
    shown = {
        column.name
        for column in table.columns
        if column.name not in ("id", "key") and not isinstance(column.type, Values)
    }
    return {name: label for name, label in known.items() if name in shown}


def value_text(entity: str, column: str, value: Any, name_of: NameOf) -> str:
    """Return a stored value as a person reads it; empty for nothing."""
    words = WORDS[entity]
    at = table_of(record_class(entity)).c[column]
    of = next((key.column.table.name for key in at.foreign_keys), words.of.get(column))
    if value is None or value == ():
        said = ""
    elif of is not None:
        said = name_of(of, value)
    elif isinstance(at.type, Ids):
        said = "、".join(name_of(at.type.of, one) for one in value)
    elif column == "walk_ins":
        # The name of a walk-in that was joined is kept behind its community.
        said = "、".join(word.rpartition("/")[2] for word in value)
    elif isinstance(value, tuple):
        said = "、".join(value)
    elif isinstance(value, bool):
        said = "是" if value else "否"
    elif isinstance(value, date):
        said = value.isoformat()
    elif (entity, column) in _MEASURE_OF:
        said = _MEASURE_OF[entity, column](value)
    elif column == "entity" and column not in words.names:
        said = WORDS[value].noun if value in WORDS else str(value)
    else:
        said = words.names.get(column, {}).get(value, str(value))
    return said
