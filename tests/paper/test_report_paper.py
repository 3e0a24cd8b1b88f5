"""The weekly report: what it says in a usual week, in a week of nothing and at the edges."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from db.figures.model import CoverageCount, CoverageFigures, SpanFigures
from db.figures.rates import percent
from desktop.paper.document import (
    Document,
    Heading,
    Paragraph,
    Signature,
    Table,
    plain_text,
)
from desktop.paper.fonts import find_faces
from desktop.paper.pdf import write_pdf
from desktop.paper.report import report_paper
from tests.paper.paper_samples import MADE_ON, STATION, nothing, sample_week, with_blocks

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "weekly-2026-W12.txt"


def report(figures: SpanFigures, **options: object) -> Document:
    return report_paper(figures, station=STATION, made_on=MADE_ON, **options)  # type: ignore[arg-type]


def pages_of(document: Document) -> int:
    return write_pdf(document, BytesIO(), faces=find_faces(None, machine=False))


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def empty_week() -> SpanFigures:
    now = nothing(date(2026, 3, 16), date(2026, 3, 22))
    return replace(
        sample_week(),
        now=now,
        previous=nothing(date(2026, 3, 9), date(2026, 3, 15)),
        month=nothing(date(2026, 3, 1), now.end),
        year=nothing(date(2026, 1, 1), now.end),
    )


def test_the_sample_week_reads_as_its_golden_text() -> None:
    document = report(sample_week())
    said = f"{plain_text(document)}\n共{pages_of(document)}页\n"
    assert said == GOLDEN.read_text("utf-8")


def test_what_nobody_counted_has_no_heading_and_the_numbers_move_up() -> None:
    assert headings(report(sample_week())) == [
        "一、总体情况",
        "二、入户走访宣传",
        "三、矛盾纠纷排查调解",
        "四、群防群治队伍培训",
        "五、存在问题",
        "六、下周工作计划",
    ]


def test_every_number_of_the_sentences_is_in_the_figures() -> None:
    figures = sample_week()
    text = plain_text(report(figures)).split("附件：")[0]
    for sentence in (
        "本周走访2015户（2820次），比上周减少106户，下降5.0%",
        "累计走访6597户，占应访15075户的43.8%",
        "比上周提高8.7个百分点",
        "进度最快的是第六社区（44.5%），最慢的是第十社区（42.2%）",
        "新登记8件，比上周减少2件，下降20.0%",
        "期末在办13件，比周初减少6件，下降31.6%",
        "到训率77.8%，比上周提高6.1个百分点",
    ):
        assert sentence in text
    assert not re.search(r"下降(?:[2-9]\d\d|1\d[1-9])", text)


def test_a_week_of_nothing_is_said_and_not_left_out() -> None:
    document = report(empty_week())
    text = plain_text(document)
    for sentence in ("本周未开展入户走访", "本周无新登记纠纷", "本周无办结纠纷", "本周未组织培训"):
        assert sentence in text
    assert "本周没有正在进行的走访任务，不计走访进度。" in text
    assert "None" not in text
    assert len(headings(document)) == 6
    assert pages_of(document) == 4


def test_the_first_week_ever_has_nothing_to_compare_with() -> None:
    figures = replace(sample_week(), previous=nothing(date(2026, 3, 9), date(2026, 3, 15)))
    text = plain_text(report(figures))
    assert "本周走访2015户（2820次），上期为0，增加2015户" in text
    assert "走访进度43.8%，尚余8326户" in text
    assert "上期为0，增加2场" in text
    assert "走访进度（%）\t43.8\t—" in text


def test_no_campaign_is_said_and_its_rows_are_gone() -> None:
    figures = with_blocks(sample_week(), coverage=None)
    text = plain_text(report(figures))
    assert "不计走访进度" in text
    assert "应访" not in text
    assert "第六社区\t408" in text


def test_a_campaign_without_homes_has_no_rate() -> None:
    none = CoverageCount(0, 0, 0, 0, None)
    coverage = CoverageFigures(0, 0, 0, 0, None, "清查", {"第六社区": none})
    text = plain_text(report(with_blocks(sample_week(), coverage=coverage)))
    assert "“清查”范围内暂无应访住户" in text
    assert "第六社区\t0\t0\t0\t0\t—" in text


def test_shares_that_do_not_add_up_are_told_in_text_and_table() -> None:
    visits = replace(
        sample_week().now.visits, records=3, by_outcome={"见到人": 1, "未遇": 1, "拒访": 1}
    )
    text = plain_text(report(with_blocks(sample_week(), visits=visits)))
    assert text.count("合计为99.9%") == 2


def test_edited_problems_and_plans_take_the_place_of_the_proposed() -> None:
    document = report(sample_week(), problems=["只此一条。"], plans=[])
    assert headings(document)[-1] == "五、存在问题"
    assert Paragraph("只此一条。") in document.blocks
    assert "走访未果" not in plain_text(document)


def test_problems_start_from_what_is_late_and_claim_nothing_when_nothing_is() -> None:
    text = plain_text(report(sample_week()))
    assert text.index("逾期4项") < text.index("第十社区进度最慢") < text.index("走访未果以上午居多")
    assert "本周各项统计数据未反映突出问题。" in plain_text(report(empty_week()))


def test_options_of_the_head_and_the_foot() -> None:
    document = report(
        sample_week(),
        addressee="示范派出所：",
        bulletin="工作简报",
        seal=True,
        feet=["上周数按今日底数重算，与已签发的不同。"],
    )
    text = plain_text(document)
    assert text.startswith("工作简报\n第12期\n")
    assert "\n示范派出所：\n" in text
    assert "4. 上周数按今日底数重算" in text
    assert any(isinstance(block, Signature) and block.seal for block in document.blocks)
    assert pages_of(document) >= 4


def test_a_post_named_with_its_station_is_not_named_twice() -> None:
    document = report(replace(sample_week(), post="示范派出所三号警务室"))
    assert document.title == "示范派出所三号警务室工作周报"


@pytest.mark.parametrize("count", [1, 2, 30])
def test_any_number_of_communities(count: int) -> None:
    one = CoverageCount(100, 40, 5, 55, percent(40, 100))
    names = [f"第{number}个名字特别特别长的社区居民委员会" for number in range(count)]
    coverage = CoverageFigures(
        100 * count, 40 * count, 5 * count, 55 * count, "40.0", "走访", dict.fromkeys(names, one)
    )
    figures = with_blocks(sample_week(), coverage=coverage)
    document = report(figures)
    table = [block for block in document.blocks if isinstance(block, Table)][-1]
    assert [row.cells[0] for row in table.rows[:count]] == names
    assert table.rows[-1].cells[0] == "合计"
    assert pages_of(document) in (4, 5, 6)
