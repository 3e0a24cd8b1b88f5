"""The report of a day, week or month: its figures as sentences and tables of an official paper.

Only what was counted is said. A block the figures do not have leaves no heading, and the later
numbers move up; a span of nothing is said in words, and each kind of span in its own (`Kind`). What an officer edited before printing takes
the place of the problems and plans proposed here.
Source: the project's skeleton of the report and its rules for percent and change.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from db.kernel.dates import full_day
from db.kernel.workdays import Day, Month, Week
from desktop.paper.document import (
    Addressee,
    AttachmentNote,
    Block,
    BulletinHead,
    Document,
    Heading,
    Paragraph,
    Signature,
    Subtitle,
    Title,
)
from desktop.paper.report_outlook import proposed_plans, proposed_problems
from desktop.paper.report_tables import no_campaign, progress_table, summary_table
from desktop.paper.words import (
    against,
    listed,
    rate,
    rate_against,
    share,
    shares_foot,
    tenths,
)

if TYPE_CHECKING:
    from db.figures.model import CoverageFigures, SpanFigures
    from db.kernel.workdays import Span

_NUMERALS = "一二三四五六七八九十"
_NAMED_TYPES = 3


class _Section(NamedTuple):
    heading: str
    paragraphs: Sequence[str]


def report_paper(
    figures: "SpanFigures",
    *,
    station: str,
    made_on: date,
    problems: Sequence[str] | None = None,
    plans: Sequence[str] | None = None,
    addressee: str | None = None,
    bulletin: str | None = None,
    seal: bool = False,
    centred_numbers: bool = False,
    feet: Sequence[str] = (),
) -> Document:
    """Return the report of a post over a day, week or month as a document.

    `station` is the police station's full name. `problems` and `plans` replace the proposed ones,
    each text a paragraph; an empty sequence leaves the section out. `bulletin` is the name of
    a bulletin whose head stands above the title. `feet` are further notes under
    the summary table, such as how the span before differs from what was issued.
    """
    post = figures.post
    name = post if post.startswith(station) else station + post
    called = f"工作{figures.kind.report}"
    title = Title((name, called) if name == post else (station, post, called))
    sections = _sections(
        figures,
        proposed_problems(figures) if problems is None else problems,
        proposed_plans(figures) if plans is None else plans,
    )
    made = full_day(made_on)
    blocks: list[Block] = []
    if bulletin:
        blocks.append(BulletinHead(bulletin, f"第{_issue(figures.span)}期", name, made))
    blocks += [title, Subtitle(f"（{figures.span.words}，{figures.span.days}）")]
    blocks += [Addressee(addressee.rstrip("：:"))] if addressee else []
    for numeral, section in zip(_NUMERALS, sections, strict=False):
        blocks.append(Heading(1, f"{numeral}、{section.heading}"))
        blocks += [Paragraph(text) for text in section.paragraphs]
    attachments = ("数据汇总表", "各社区走访进度")
    blocks += [AttachmentNote(attachments), Signature(name, made, seal)]
    blocks += summary_table(figures, attachments[0], feet)
    blocks += progress_table(figures, attachments[1])
    return Document(title.text, name, tuple(blocks), centred_numbers=centred_numbers)


def _sections(
    figures: "SpanFigures", problems: Sequence[str], plans: Sequence[str]
) -> list[_Section]:
    """Return the sections that have something to say."""
    sections = (
        _Section("总体情况", [_overview(figures)]),
        _Section("入户走访宣传", _visits(figures)),
        _Section("矛盾纠纷排查调解", [_disputes(figures)]),
        _Section("群防群治队伍培训", [_trainings(figures)]),
        _Section("存在问题", _numbered(problems)),
        _Section(f"{figures.kind.next}工作计划", _numbered(plans)),
    )
    return [section for section in sections if section.paragraphs]


def _issue(span: "Span") -> int:
    """Which of its year's days, weeks or months a span is: the number of its bulletin."""
    match span:
        case Week() | Month():
            return span.number
        case Day():
            return span.day.timetuple().tm_yday


def _numbered(texts: Sequence[str]) -> list[str]:
    if len(texts) < 2:
        return list(texts)
    return [f"{number}. {text}" for number, text in enumerate(texts, 1)]


def _overview(figures: "SpanFigures") -> str:
    of, now, last = figures.kind, figures.now, figures.previous
    visits, disputes, trainings = now.visits, now.disputes, now.trainings
    said = []
    if visits.records:
        said.append(
            f"{of.this}走访{visits.households}户（{visits.records}次），"
            f"{against(visits.households, last.visits.households, '户', of.last)}；"
            f"见到{visits.people}人，发放资料{visits.leaflets}份"
        )
    else:
        said.append(f"{of.this}未开展入户走访")
    if now.coverage is not None:
        said.append(_progress(now.coverage, last.coverage, of.last))
    new = f"新登记纠纷{disputes.new}件" if disputes.new else f"{of.this}无新登记纠纷"
    overdue = f"逾期事项{disputes.overdue}项" if disputes.overdue else "无逾期事项"
    said.append(
        f"{new}，调解成功{disputes.resolved}件，期末在办{disputes.open_at_end}件，{overdue}"
    )
    if trainings.sessions:
        said.append(
            f"组织培训{trainings.sessions}场，实到{trainings.present}人次，"
            f"到训率{rate(trainings.rate)}"
        )
    else:
        said.append(f"{of.this}未组织培训")
    return "。".join(said) + "。"


def _progress(now: "CoverageFigures", last: "CoverageFigures | None", before: str) -> str:
    if not now.base:
        return f"“{now.campaign}”范围内暂无应访住户"
    said = f"“{now.campaign}”走访进度{rate(now.rate)}"
    moved = None if last is None else rate_against(now.rate, last.rate, before)
    return f"{said}{f'，{moved}' if moved else ''}，尚余{now.remaining}户"


def _visits(figures: "SpanFigures") -> list[str]:
    of, now, last = figures.kind, figures.now.visits, figures.previous.visits
    paragraphs = []
    if now.records or last.records:
        paragraphs.append(
            f"走访次数{against(now.records, last.records, '次', of.last)}；"
            f"见到人数{against(now.people, last.people, '人', of.last)}；"
            f"发放资料{against(now.leaflets, last.leaflets, '份', of.last)}。"
        )
    else:
        paragraphs.append(f"{of.this}无走访记录，与{of.last}持平。")
    paragraphs.append(_coverage(figures))
    if now.records:
        paragraphs.append(_outcomes(figures))
    return paragraphs


def _coverage(figures: "SpanFigures") -> str:
    now = figures.now.coverage
    if now is None:
        return no_campaign(figures.kind)
    if not now.base:
        return f"“{now.campaign}”范围内暂无应访住户，不计走访进度。"
    said = (
        f"“{now.campaign}”累计走访{now.done}户，占应访{now.base}户的{rate(now.rate)}；"
        f"已尽责{now.exhausted}户，尚余{now.remaining}户。"
    )
    rated = [
        (tenths(count.rate), name, count.rate)
        for name, count in now.by_community.items()
        if count.rate is not None
    ]
    if len(rated) < 2:
        return said
    best, worst = max(rated, key=lambda entry: entry[0]), min(rated, key=lambda entry: entry[0])
    if best[0] == worst[0]:
        return f"{said}各社区进度均为{rate(best[2])}。"
    fast = [entry for entry in rated if entry[0] == best[0]]
    slow = [entry for entry in rated if entry[0] == worst[0]]
    return (
        f"{said}进度最快的是{'、'.join(entry[1] for entry in fast)}（{rate(best[2])}），"
        f"最慢的是{'、'.join(entry[1] for entry in slow)}（{rate(worst[2])}）。"
    )


def _outcomes(figures: "SpanFigures") -> str:
    visits = figures.now.visits
    parts = [(name, count) for name, count in visits.by_outcome.items() if count]
    parts.sort(key=lambda part: -part[1])
    said = "；".join(f"{name}{count}次，占{share(count, visits.records)}" for name, count in parts)
    foot = shares_foot(count for _, count in parts)
    text = f"{visits.records}次走访中，{said}。" + (foot or "")
    topics = sorted(visits.by_topic.items(), key=lambda topic: -topic[1])
    topics = [topic for topic in topics if topic[1]]
    if len(topics) == 1:
        text += f"宣传主题为{topics[0][0]}，{topics[0][1]}次。"
    elif topics:
        more = "居前的" if len(topics) > _NAMED_TYPES else ""
        text += f"宣传主题{more}有{listed(topics[:_NAMED_TYPES], '次')}。"
    return text


def _disputes(figures: "SpanFigures") -> str:
    of, now, last = figures.kind, figures.now.disputes, figures.previous.disputes
    if now.new:
        said = [f"新登记{now.new}件，{against(now.new, last.new, '件', of.last)}。"]
        types = sorted(now.by_type.items(), key=lambda entry: -entry[1])
        said.append(f"其中{listed([entry for entry in types if entry[1]], '件')}。")
    else:
        said = [f"{of.this}无新登记纠纷，{against(now.new, last.new, '件', of.last)}。"]
    if now.reopened:
        said.append(f"重新受理{now.reopened}件。")
    ends = (("调解成功", now.resolved, last.resolved), ("调解不成", now.failed, last.failed))
    rare = (("移送", now.referred, last.referred), ("撤回", now.withdrawn, last.withdrawn))
    told = [end for end in (*ends, *rare) if end[1]]
    if told:
        clauses = "；".join(
            f"{name}{count}件，{against(count, before, '件', of.last)}"
            for name, count, before in told
        )
        said.append(f"{clauses}。")
    else:
        said.append(f"{of.this}无办结纠纷。")
    open_now = f"期末在办{now.open_at_end}件"
    said.append(f"{open_now}，{against(now.open_at_end, now.open_at_start, '件', of.at_start)}。")
    if now.followed_up:
        said.append(
            f"回访{now.followed_up}件，{against(now.followed_up, last.followed_up, '件', of.last)}。"
        )
    else:
        said.append(f"{of.this}无回访。")
    return "".join(said)


def _trainings(figures: "SpanFigures") -> str:
    of, now, last = figures.kind, figures.now, figures.previous
    trainings, before = now.trainings, last.trainings
    if trainings.sessions:
        moved = rate_against(trainings.rate, before.rate, of.last)
        said = (
            f"组织培训{trainings.sessions}场，"
            f"{against(trainings.sessions, before.sessions, '场', of.last)}；"
            f"应到{trainings.expected}人次，实到{trainings.present}人次，"
            f"到训率{rate(trainings.rate)}{f'，{moved}' if moved else ''}。"
        )
    else:
        said = f"{of.this}未组织培训，{against(0, before.sessions, '场', of.last)}。"
    people = now.volunteers
    if not people.active:
        return f"{said}队伍名册中尚无在岗人员。"
    trained = people.trained_this_month
    return (
        f"{said}队伍在岗{people.active}人，{now.end.month}月{of.by_then}已参训{trained}人，"
        f"占{share(trained, people.active)}；未参训{people.untrained}人。"
    )
