"""The two attachments of a report, each with the rule its figures were counted by."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from db.kernel.dates import full_day
from desktop.paper.document import (
    AttachmentStart,
    Block,
    Column,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.words import (
    NOTHING,
    rate,
    shares_foot,
    signed,
    signed_rate,
    swing,
)

if TYPE_CHECKING:
    from db.figures.kinds import Kind
    from db.figures.model import Blocks, CoverageCount, SpanFigures

_VISIT_RULE = "走访次数按登记的走访计，不论结果；走访户数为期内见到过人的住户，一户计一次。"
_COVERAGE_RULE = (
    "应访户数不含空户和无效户，按制表时计；已走访为任务期内至{until}见到过人的户数；"
    "已尽责为未见到人、但未遇次数或拒访已达任务规定的户数；剩余＝应访－已走访－已尽责；"
    "进度＝已走访÷应访。"
)
_STANDING_RULE = (
    "累计数截至{until}，{since}算起，户数重新去重；"
    "累计栏的“—”为当日数，不累计。比率的增减为百分点。"
)
_MOST_TOLD = 6


def no_campaign(of: "Kind") -> str:
    """Return the sentence of a span that no campaign covers."""
    return f"{of.this}没有正在进行的走访任务，不计走访进度。"


class _Counted(NamedTuple):
    """A row of the summary: its label, and how to read it from a period's blocks, None where the
    period was not counted for it.

    `adds` is False for what stands on a day and has no total over a month; a `rare` row is left out
    while it is 0 all year.
    """

    label: str
    read: "Callable[[Blocks], int | None]"
    adds: bool = True
    rare: bool = False


class _Rated(NamedTuple):
    """A row of the summary that is a rate."""

    label: str
    read: "Callable[[Blocks], str | None]"
    adds: bool = True


def summary_table(figures: "SpanFigures", name: str, feet: Sequence[str]) -> list[Block]:
    """Return attachment 1: every figure beside that of the span before, of the month and the year.

    A month has no column of its own month's totals.
    """
    of = figures.kind
    totals = [("本年累计", figures.year)]
    if figures.month is not None:
        totals.insert(0, ("本月累计", figures.month))
    heads = (of.this, of.last, "增减", "增减幅", *(head for head, _ in totals))
    columns = (Column("指标", narrow=False), *(Column(head, "right") for head in heads))
    added = [blocks for _, blocks in totals]
    rows = tuple(_summary_row(entry, figures, added) for entry in _summary_rows(figures))
    foot = shares_foot(figures.now.visits.by_outcome.values())
    notes = [_VISIT_RULE]
    if figures.now.coverage is not None:
        notes.append(_COVERAGE_RULE.format(until=of.until))
    notes.append(_STANDING_RULE.format(until=of.until, since=of.since))
    if figures.now.coverage is None:
        notes.append(no_campaign(of))
    notes += [f"走访结果的{foot}"] if foot else []
    return [
        AttachmentStart("附件1", Title((name,))),
        Table(columns, rows, _numbered([*notes, *feet])),
    ]


def changed_foot(figures: "SpanFigures", issued: "Blocks", called: str) -> str | None:
    """Return the foot that says what was issued of the span before where its column tells otherwise.

    `issued` are the blocks of its latest edition, which goes by the name `called`. None where all
    is the same; what one of the two does not tell, as the progress of another campaign, is no
    difference.
    """
    mine, his = figures.previous.coverage, issued.coverage
    if mine is None or his is None or mine.campaign != his.campaign:
        issued = replace(issued, coverage=None)
    told = []
    for entry in _summary_rows(figures):
        was, now = entry.read(issued), entry.read(figures.previous)
        if None in (was, now) or was == now:
            continue
        name, _, measure = entry.label.strip().removesuffix("）").partition("（")
        told.append(f"{name}{was}{measure}")
    if not told:
        return None
    more = f"等{len(told)}项" if len(told) > _MOST_TOLD else ""
    few = "；".join(told[:_MOST_TOLD])
    return f"{figures.kind.last}的数按现在的台账重新统计，{called}上是：{few}{more}。"


def progress_table(figures: "SpanFigures", name: str) -> list[Block]:
    """Return attachment 2: each community's progress, in the order of the figures."""
    of, visits, coverage = figures.kind, figures.now.visits, figures.now.coverage
    start = AttachmentStart("附件2", Title((name,)))
    if coverage is None:
        two = (Column("社区", narrow=False), Column(f"{of.this}走访次数", "right"))
        counted = [(community, (str(n),)) for community, n in visits.by_community.items()]
        rows = _with_total(counted, (str(visits.records),))
        notes = [no_campaign(of), _VISIT_RULE]
        return [start, Table(two, rows, _numbered(notes))]
    heads = ("应访户数", "已走访", "已尽责", "剩余", "进度", f"{of.this}走访次数")
    columns = (Column("社区", narrow=False), *(Column(head, "right") for head in heads))
    names = dict.fromkeys((*coverage.by_community, *visits.by_community))
    lines = [
        (
            community,
            (
                *_progress_cells(coverage.by_community.get(community)),
                str(visits.by_community.get(community, 0)),
            ),
        )
        for community in names
    ]
    rows = _with_total(lines, (*_progress_cells(coverage), str(visits.records)))
    notes = [
        _COVERAGE_RULE.format(until=of.until),
        f"{of.this}走访次数：{of.this}登记的走访，不论结果。",
    ]
    until = Subtitle(f"（“{coverage.campaign}”，截至{full_day(figures.now.end)}）")
    return [start, until, Table(columns, rows, _numbered(notes))]


def _summary_rows(figures: "SpanFigures") -> list[_Counted | _Rated]:
    outcomes = dict.fromkeys(
        name for blocks in (figures.now, figures.previous) for name in blocks.visits.by_outcome
    )
    rows: list[_Counted | _Rated] = [
        _Counted("走访户数（户）", lambda b: b.visits.households),
        _Counted("走访次数（次）", lambda b: b.visits.records),
        *(_Counted(f"　{name}（次）", _times(name)) for name in outcomes),
        _Counted("见到人数（人）", lambda b: b.visits.people),
        _Counted("发放资料（份）", lambda b: b.visits.leaflets),
    ]
    if figures.now.coverage is not None:
        rows += [
            _Counted(
                "应访户数（户）", lambda b: b.coverage.base if b.coverage else None, adds=False
            ),
            _Counted("已走访（户）", lambda b: b.coverage.done if b.coverage else None, adds=False),
            _Counted(
                "已尽责（户）", lambda b: b.coverage.exhausted if b.coverage else None, adds=False
            ),
            _Counted(
                "剩余（户）", lambda b: b.coverage.remaining if b.coverage else None, adds=False
            ),
            _Rated("走访进度（%）", lambda b: b.coverage.rate if b.coverage else None, adds=False),
        ]
    return rows + [row for row in _RECORD_ROWS if not _never(row, figures)]


def _never(row: _Counted | _Rated, figures: "SpanFigures") -> bool:
    if not isinstance(row, _Counted) or not row.rare:
        return False
    return not any(row.read(blocks) for blocks in (figures.now, figures.previous, figures.year))


_RECORD_ROWS: list[_Counted | _Rated] = [
    _Counted("新登记纠纷（件）", lambda b: b.disputes.new),
    _Counted("重新受理（件）", lambda b: b.disputes.reopened, rare=True),
    _Counted("调解成功（件）", lambda b: b.disputes.resolved),
    _Counted("调解不成（件）", lambda b: b.disputes.failed),
    _Counted("移送（件）", lambda b: b.disputes.referred, rare=True),
    _Counted("撤回（件）", lambda b: b.disputes.withdrawn, rare=True),
    _Counted("回访（件）", lambda b: b.disputes.followed_up),
    _Counted("期末在办（件）", lambda b: b.disputes.open_at_end, adds=False),
    _Counted("逾期事项（项）", lambda b: b.disputes.overdue, adds=False),
    _Counted("培训（场）", lambda b: b.trainings.sessions),
    _Counted("应到（人次）", lambda b: b.trainings.expected),
    _Counted("实到（人次）", lambda b: b.trainings.present),
    _Rated("到训率（%）", lambda b: b.trainings.rate),
    _Counted("在岗群防群治力量（人）", lambda b: b.volunteers.active, adds=False),
    _Counted("本月已参训（人）", lambda b: b.volunteers.trained_this_month, adds=False),
    _Counted("本月未参训（人）", lambda b: b.volunteers.untrained, adds=False),
]


def _summary_row(
    entry: _Counted | _Rated, figures: "SpanFigures", added: "Sequence[Blocks]"
) -> Row:
    now, last = entry.read(figures.now), entry.read(figures.previous)
    if isinstance(now, int) and isinstance(last, int):
        moved = (signed(now, last), swing(now, last))
    elif isinstance(now, str) and isinstance(last, str):
        moved = (signed_rate(now, last), NOTHING)
    else:
        moved = (NOTHING, NOTHING)
    totals = [entry.read(blocks) if entry.adds else None for blocks in added]
    return Row((entry.label, _cell(now), _cell(last), *moved, *map(_cell, totals)))


def _times(outcome: str) -> "Callable[[Blocks], int]":
    return lambda blocks: blocks.visits.by_outcome.get(outcome, 0)


def _progress_cells(count: "CoverageCount | None") -> tuple[str, ...]:
    if count is None:
        return (NOTHING,) * 5
    numbers = (count.base, count.done, count.exhausted, count.remaining)
    return (*(str(number) for number in numbers), rate(count.rate))


def _with_total(
    lines: Sequence[tuple[str, tuple[str, ...]]], total: tuple[str, ...]
) -> tuple[Row, ...]:
    rows = [Row((name, *cells)) for name, cells in lines]
    return (*rows, Row(("合计", *total), "total"))


def _cell(value: int | str | None) -> str:
    return NOTHING if value is None else str(value)


def _numbered(notes: Sequence[str]) -> tuple[str, ...]:
    if len(notes) == 1:
        return (f"注：{notes[0]}",)
    return tuple(
        f"{'注：' if number == 1 else '　　'}{number}. {note}"
        for number, note in enumerate(notes, 1)
    )
