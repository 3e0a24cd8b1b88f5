"""矛盾纠纷调解统计 on paper: a sentence, the months and kinds as bars, the tables behind them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from db.disputes.statistics import NOWHERE, Concluded, DisputeStatistics, success
from db.disputes.words import FORM_NAMES, KIND_NAMES, OPEN, RESULT_NAMES, RISK_NAMES, SOURCE_NAMES
from db.figures.rates import percent
from db.kernel.dates import full_day
from db.kernel.ids import Id
from desktop.paper.document import (
    Bars,
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.form_parts import sum_text
from desktop.paper.words import NOTHING

_NUMBERS = "一二三四五六七八九十"
STATES = (OPEN, "settled", "failed", "referred", "withdrawn")


def statistics_paper(
    said: DisputeStatistics, *, author: str, made_on: date, community: str = ""
) -> Document:
    """Return the statistics of a period as a paper."""
    period = said.period
    days = f"{full_day(period.start)}至{full_day(period.end)}"
    blocks: list[Block] = [
        Title((community, "矛盾纠纷调解统计") if community else ("矛盾纠纷调解统计",)),
        Subtitle(f"（{days}，{full_day(made_on)}制）"),
        Paragraph(summary(said)),
    ]
    for number, (heading, parts) in zip(_NUMBERS, _sections(said), strict=False):
        blocks += [Heading(1, f"{number}、{heading}"), *parts]
    return Document("矛盾纠纷调解统计", author, tuple(blocks))


def _sections(said: DisputeStatistics) -> Iterator[tuple[str, list[Block]]]:
    """Yield what there is to show under its heading, in the order of the paper."""
    ended = said.concluded
    yield "近十二个月登记的件数", [_month_bars(by_month(said))]
    settled = [(first, len(ids)) for first, _, ids in said.months]
    if any(count for _, count in settled):
        yield "近十二个月调解成功的件数", [_month_bars(settled[-len(by_month(said)) :])]
    if kinds := by_kind(said):
        yield "本期登记的类型", [Bars(tuple((KIND_NAMES[kind], count) for kind, count in kinds))]
        yield "类型和现在的情况", [_matrix(said)]
        places: list[Block] = [
            _table("来源", said.by_source, SOURCE_NAMES),
            _table("风险", said.by_risk, RISK_NAMES),
        ]
        if said.by_community.keys() != {NOWHERE}:
            places.append(_table("社区", said.by_community, {}))
        yield "来源、风险和社区", places
    if ended.by_form:
        yield "协议", [_table("协议形式", ended.by_form, FORM_NAMES)]
        bands = tuple((band, len(ids)) for band, ids in ended.by_days.items())
        yield "从受理到达成协议的天数", [Bars(bands)]
    if ended.in_time or ended.late:
        yield "办结的期限", [_table("办结", limits(ended), {})]


def _month_bars(months: Sequence[tuple[date, int]]) -> Bars:
    return Bars(tuple((f"{first.year}年{first.month}月", count) for first, count in months))


def limits(ended: Concluded) -> dict[str, tuple[Id, ...]]:
    """Return what was settled or failed in its month or after it, agreed extensions counted."""
    found = {"期限内": ended.in_time, "超过期限": ended.late}
    return {word: ids for word, ids in found.items() if ids}


def summary(said: DisputeStatistics) -> str:
    """Return the period in a few sentences, every number of them counted."""
    ended = said.concluded
    settled, mediated = success(ended.by_outcome)
    parts = [f"本期登记{len(said.registered)}件"]
    parts += [
        f"{RESULT_NAMES[outcome]}{len(ended.by_outcome[outcome])}件"
        for outcome in STATES[1:]
        if ended.by_outcome.get(outcome)
    ]
    rate = percent(settled, mediated)
    if rate is not None:
        parts.append(f"成功率{rate}%")
    text = "，".join(parts) + "。"
    if ended.median_days is not None:
        text += f"调解成功的，从受理到达成协议用时中位数{ended.median_days:g}天"
        text += f"；一个月（含书面同意的延期）内办结{len(ended.in_time)}件。"
    if ended.with_amount:
        text += f"{len(ended.with_amount)}件写明金额，共{sum_text(ended.amount)}元。"
    return text


def by_kind(said: DisputeStatistics) -> list[tuple[str, int]]:
    """Return the kinds that were registered with their counts, the most first."""
    counts: dict[str, int] = {}
    for (kind, _state), ids in said.matrix.items():
        counts[kind] = counts.get(kind, 0) + len(ids)
    return sorted(counts.items(), key=lambda one: -one[1])


def by_month(said: DisputeStatistics) -> list[tuple[date, int]]:
    """Return the months with how many were registered, from the first that has any."""
    counts = [(first, len(new)) for first, new, _settled in said.months]
    begun = next((at for at, (_, count) in enumerate(counts) if count), len(counts) - 1)
    return counts[begun:]


def _matrix(said: DisputeStatistics) -> Table:
    columns = (
        Column("类型", narrow=False),
        *(Column(RESULT_NAMES[state], "right") for state in STATES),
        Column("合计", "right"),
    )
    rows = []
    for kind, count in by_kind(said):
        cells = [len(said.matrix.get((kind, state), ())) for state in STATES]
        rows.append(Row((KIND_NAMES[kind], *map(_cell, cells), str(count))))
    totals = [
        sum(len(ids) for (_kind, of), ids in said.matrix.items() if of == state) for state in STATES
    ]
    rows.append(Row(("合计", *map(_cell, totals), str(len(said.registered))), "total"))
    return Table(columns, tuple(rows))


def _table(head: str, counted: Mapping[str, tuple[Id, ...]], names: Mapping[str, str]) -> Table:
    total = sum(map(len, counted.values()))
    columns = (Column(head, narrow=False), Column("件数", "right"), Column("占比", "right"))
    rows = tuple(
        Row((names.get(key, key) or "没有写", str(len(ids)), f"{percent(len(ids), total)}%"))
        for key, ids in counted.items()
    )
    return Table(columns, rows)


def _cell(count: int) -> str:
    return str(count) if count else NOTHING
