"""The internal papers that may follow a report: 未结纠纷, 未参训名单 and 未见面名单.

They stay in the post: volunteers stand with their names, parties to disputes are masked all the
same, for a list lies about on a desk longer than a file does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from db.compliance import Line, Standing
from db.compliance.untrained import REASON_NAMES, Untrained
from db.disputes.facts import OpenDispute
from db.disputes.words import KIND_NAMES, RISK_NAMES
from db.kernel.dates import full_day, month_day
from db.kernel.ids import Id
from db.kernel.workdays import left_words
from db.people import OCCUPATION_NAMES, ROLE_NAMES, masked
from desktop.paper.document import Column, Document
from desktop.paper.lists import Group, internal_list
from desktop.paper.words import NOTHING


def open_disputes_paper(
    lines: Sequence[OpenDispute],
    staff: Mapping[Id, str],
    *,
    author: str,
    made_on: date,
    up_to: date,
) -> Document:
    """Return the list of disputes open at the end of `up_to`, the most pressing first."""
    rows = [
        (
            line.number,
            line.registered.isoformat(),
            KIND_NAMES[line.kind],
            "、".join(masked(name) for name in line.parties),
            RISK_NAMES.get(line.risk or "", ""),
            "、".join(staff.get(id_, "") for id_ in line.mediators),
            line.conclude_by.isoformat(),
            left_words(line.days_left),
        )
        for line in lines
    ]
    columns = (
        Column("编号"),
        Column("登记日期"),
        Column("类型", narrow=False),
        Column("当事人", narrow=False),
        Column("风险"),
        Column("调解人"),
        Column("应结日期"),
        Column("期限"),
    )
    return internal_list(
        "未结纠纷",
        columns,
        [Group("", rows)],
        author=author,
        made_on=made_on,
        unit="件",
        empty="没有未结纠纷。",
        notes=(
            f"截至{month_day(up_to)}在办的纠纷，按应结日期排列。",
            "应结日期为受理（或重新受理）后满一个月，逢休息日顺延到下一个工作日。",
        ),
    )


def untrained_paper(
    people: Sequence[Untrained], *, author: str, made_on: date, up_to: date, of: str = ""
) -> Document:
    """Return the list of volunteers in service without a training this month, by community and
    reason; `of` names the part of them that is listed.
    """
    groups = []
    for community, inside in groupby(people, key=lambda one: one.line.community):
        members = list(inside)
        for reason, word in REASON_NAMES.items():
            rows = [_person(one.line) for one in members if one.reason == reason]
            groups += [Group(f"{community}　{word}", rows)] if rows else []
    counts = Counter(one.reason for one in people)
    told = "，".join(
        f"{REASON_NAMES[reason]}{counts[reason]}人" for reason in REASON_NAMES if counts[reason]
    )
    notes = [
        f"{up_to.year}年{up_to.month}月1日至{up_to.day}日没有到训记录的在岗人员；请假、缺席不算到训。",
        f"{told}。缘由按签到表算，不代表本人的说法。" if told else "",
    ]
    return internal_list(
        "未参训名单",
        (Column("姓名"), Column("身份"), Column("职业")),
        groups,
        author=author,
        made_on=made_on,
        empty="在岗人员本月都已参训。",
        notes=[note for note in (_of(of), *notes) if note],
    )


def uncontacted_paper(standing: Standing, *, author: str, made_on: date, of: str = "") -> Document:
    """Return the list of volunteers in service who met no officer in a week, by community."""
    lacking = [line for line in standing.lines if not line.kept]
    groups = [
        Group(community, [(line.name, _occupation(line), _last(line.last)) for line in members])
        for community, members in groupby(lacking, key=lambda line: line.community)
    ]
    start, end = standing.period.start, standing.period.end
    return internal_list(
        "未见面名单",
        (Column("姓名"), Column("职业"), Column("上次")),
        groups,
        author=author,
        made_on=made_on,
        empty="在岗人员这一周都见过面。",
        notes=(
            *([_of(of)] if of else []),
            f"{full_day(start)}至{month_day(end)}没有和民警见过面的在岗人员。",
            "一起走访、到训、参与调解都算见面；上次见面（月.日）往前找十二周。",
        ),
    )


def _of(part: str) -> str:
    return f"只列{part}。" if part else ""


def _person(line: Line) -> tuple[str, str, str]:
    return line.name, ROLE_NAMES[line.role], _occupation(line)


def _occupation(line: Line) -> str:
    return OCCUPATION_NAMES.get(line.occupation or "", "")


def _last(day: date | None) -> str:
    return NOTHING if day is None else f"{day.month}.{day.day}"
