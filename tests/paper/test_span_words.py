"""A day's and a month's report speak of a day and a month, and of what stood before them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from db.figures.kinds import kind_of
from db.figures.model import SpanFigures
from db.kernel.workdays import Day, Month, Span, Week
from desktop.paper.document import Document, Heading, Table, plain_text
from desktop.paper.report import report_paper
from tests.paper.paper_samples import MADE_ON, STATION, nothing, sample_week, with_blocks

DAY, MONTH = Day(date(2026, 3, 18)), Month(2026, 3)


def over(span: Span) -> SpanFigures:
    """Return the sample week's numbers as those of another span."""
    figures, (start, end) = sample_week(), (span.period.start, span.period.end)
    return replace(
        figures,
        span=span,
        now=replace(figures.now, start=start, end=end),
        month=None if isinstance(span, Month) else figures.month,
    )


def empty(span: Span) -> SpanFigures:
    days, before = span.period, span.before.period
    return replace(
        over(span),
        now=nothing(days.start, days.end),
        previous=nothing(before.start, before.end),
        month=None if isinstance(span, Month) else nothing(days.end.replace(day=1), days.end),
        year=nothing(date(days.end.year, 1, 1), days.end),
    )


def paper(figures: SpanFigures) -> Document:
    return report_paper(figures, station=STATION, made_on=MADE_ON)


def text_of(figures: SpanFigures) -> str:
    return plain_text(paper(figures))


def heads(figures: SpanFigures) -> list[str]:
    table = next(block for block in paper(figures).blocks if isinstance(block, Table))
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    return [column.head for column in table.columns]


def test_a_day_says_day_and_the_day_before() -> None:
    text = text_of(over(DAY))
    assert text.startswith("示范派出所三号警务室工作日报\n（2026年3月18日，星期三）\n")
    for sentence in (
        "本日走访2015户（2820次），比前一日减少106户，下降5.0%",
        "走访进度43.8%，比前一日提高8.7个百分点",
        "期末在办13件，比日初减少6件",
        "3月以来已参训166人",
        "六、次日工作计划",
        "已走访为任务期内至当日见到过人的户数",
        "累计数截至当日，分别从当日所在月、年的第一天算起",
        "截至2026年3月18日）",
        "本日走访次数：本日登记的走访，不论结果。",
    ):
        assert sentence in text
    assert heads(over(DAY)) == ["指标", "本日", "前一日", "增减", "增减幅", "本月累计", "本年累计"]


def test_a_month_says_month_and_has_no_second_column_of_itself() -> None:
    text = text_of(over(MONTH))
    assert text.startswith("示范派出所三号警务室工作月报\n（2026年3月，3月1日—3月31日）\n")
    for sentence in (
        "本月走访2015户（2820次），比上月减少106户，下降5.0%",
        "走访进度43.8%，比上月提高8.7个百分点",
        "期末在办13件，比月初减少6件",
        "3月已参训166人",
        "3月未参训1413人",
        "六、下月工作计划",
        "已走访为任务期内至月末见到过人的户数",
        "累计数截至月末，从当年的第一天算起",
        "截至2026年3月31日）",
        "本月走访次数：本月登记的走访，不论结果。",
    ):
        assert sentence in text
    assert heads(over(MONTH)) == ["指标", "本月", "上月", "增减", "增减幅", "本年累计"]
    assert "以来" not in text


@pytest.mark.parametrize(
    ("span", "others"),
    [
        (DAY, ("本周", "上周", "下周", "周初", "周日", "上月", "下月", "月初", "月末")),
        (MONTH, ("本周", "上周", "下周", "周初", "周日", "本日", "前一日", "次日", "日初")),
        (Week(2026, 12), ("本日", "前一日", "次日", "日初", "上月", "下月", "月初", "月末")),
    ],
    ids=str,
)
@pytest.mark.parametrize("made", [over, empty])
def test_no_word_of_another_span_is_left(
    span: Span, others: tuple[str, ...], made: Callable[[Span], SpanFigures]
) -> None:
    text = text_of(made(span))
    assert [word for word in others if word in text] == []


@pytest.mark.parametrize(
    ("span", "this", "last"), [(DAY, "本日", "前一日"), (MONTH, "本月", "上月")], ids=str
)
def test_a_span_of_nothing_is_said_and_not_left_out(span: Span, this: str, last: str) -> None:
    text = text_of(empty(span))
    for sentence in (
        f"{this}未开展入户走访",
        f"{this}无走访记录，与{last}持平。",
        f"{this}无新登记纠纷，与{last}持平。",
        f"{this}无办结纠纷",
        f"{this}无回访",
        f"{this}未组织培训，与{last}持平。",
        f"{this}没有正在进行的走访任务，不计走访进度。",
        f"{this}各项统计数据未反映突出问题。",
    ):
        assert sentence in text
    assert "None" not in text
    assert len([block for block in paper(empty(span)).blocks if isinstance(block, Heading)]) == 6


@pytest.mark.parametrize("span", [DAY, MONTH], ids=str)
def test_against_a_span_of_nothing_there_is_no_percentage(span: Span) -> None:
    before = span.before.period
    figures = replace(over(span), previous=nothing(before.start, before.end))
    text = text_of(figures).split("附件：")[0]
    assert f"{kind_of(span).this}走访2015户（2820次），上期为0，增加2015户" in text
    assert "走访次数上期为0，增加2820次" in text
    # The one comparison left is with the span's own beginning.
    assert re.findall(r"(?:上升|下降)\d+\.\d%", text) == ["下降31.6%"]


def test_to_nothing_is_a_fall_of_a_hundred_percent() -> None:
    figures = over(DAY)
    none = replace(figures.now.visits, records=0, households=0, people=0, leaflets=0, by_outcome={})
    text = text_of(with_blocks(figures, visits=none))
    assert "走访次数比前一日减少2880次，下降100.0%" in text


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (Month(2026, 2), "（2026年2月，2月1日—2月28日）"),
        (Month(2028, 2), "（2028年2月，2月1日—2月29日）"),
        (Month(2026, 12), "（2026年12月，12月1日—12月31日）"),
        (Month(2026, 1), "（2026年1月，1月1日—1月31日）"),
    ],
    ids=str,
)
def test_february_against_january_december_against_november(month: Month, words: str) -> None:
    text = text_of(over(month))
    assert words in text
    assert f"{month.number}月已参训166人" in text
    assert "比上月减少106户" in text
