"""The weekly report as Word and Excel says what the PDF says, on the same sheet."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.enum.section import WD_ORIENTATION
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as Lines

from desktop.paper.document import (
    AttachmentStart,
    BulletinHead,
    Column,
    Document,
    FormText,
    Heading,
    Mark,
    Row,
    Table,
    Title,
    plain_text,
)
from desktop.paper.fonts import find_faces
from desktop.paper.report import report_paper
from desktop.paper.word_report import word_report
from desktop.reports.writing import write_papers
from tests.paper.paper_samples import MADE_ON, STATION, sample_week

FACES = find_faces(None, machine=False)


def _report(**more: Any) -> Document:
    return report_paper(sample_week(), station=STATION, made_on=MADE_ON, **more)


def _made(*papers: Document) -> Any:
    return docx.Document(BytesIO(word_report(papers, FACES)))


def _said(paper: Any) -> Iterator[str]:
    """Yield what a Word file says in the order of its body, a line per paragraph or row."""
    for part in paper.iter_inner_content():
        if isinstance(part, WordTable):
            for row in part.rows:
                yield "\t".join(dict.fromkeys(cell.text for cell in row.cells if cell.text))
        elif isinstance(part, Lines) and part.text:
            yield part.text


def _flat(lines: str) -> list[str]:
    """Each line's cells, what stands twice in a row named once as in `_said`."""
    return [
        "\t".join(dict.fromkeys(cell for cell in line.split("\t") if cell))
        for line in lines.splitlines()
    ]


def test_word_says_what_the_pdf_says() -> None:
    paper = _report(addressee="示范派出所", feet=["第二版，更正第一版。"])
    assert list(_said(_made(paper))) == _flat(plain_text(paper))


def test_word_stands_on_the_sheet_of_the_standard() -> None:
    made = _made(_report())
    (section,) = made.sections
    measures = (section.page_width, section.page_height, section.left_margin, section.top_margin)
    assert [round(m.mm) for m in measures] == [210, 297, 28, 37]
    assert round(section.page_width.mm - section.left_margin.mm - section.right_margin.mm) == 156
    body = next(line for line in made.paragraphs if line.text.startswith("本周走访"))
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.95, abs=0.05)
    assert body.runs[0].font.size.pt == 16
    assert body.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"
    heading = next(line for line in made.paragraphs if line.text == "一、总体情况")
    assert heading._p.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == "0"
    numbers = [section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]]
    assert [line.text for line in numbers] == ["—  —", "—  —"]
    assert all(line._p.findall(f".//{qn('w:instrText')}")[0].text == "PAGE" for line in numbers)
    assert numbers[0].alignment != numbers[1].alignment
    for table in made.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert sum(column.width.mm for column in table.columns) == pytest.approx(156, abs=0.5)


def test_no_page_has_the_signature_alone() -> None:
    made = _made(_report())
    at = next(at for at, line in enumerate(made.paragraphs) if line.text == "附件：1. 数据汇总表")
    assert all(line.paragraph_format.keep_with_next for line in made.paragraphs[at - 3 : at + 1])


def test_groups_landscape_and_a_bulletin_head_go_to_word_too() -> None:
    group = Row(("第六社区（2人）",), "group")
    table = Table(
        (Column("姓名"), Column("次数", "right")), (group, Row(("王小", "3"))), ("注：略",)
    )
    blocks = (
        Mark("内部资料"), BulletinHead("工作简报", "第12期", "三号警务室", "2026年3月23日"),
        Title(("名单",)), Heading(2, "（一）情况"), table,
        AttachmentStart("附件1", Title(("横表",)), landscape=True), table,
    )  # fmt: skip
    paper = Document("名单", "三号警务室", blocks)
    made = _made(paper, paper)
    assert list(_said(made)) == 2 * _flat(plain_text(paper))
    turned = [section.orientation == WD_ORIENTATION.LANDSCAPE for section in made.sections]
    assert turned == [False, True, False, True]
    starts = [section._sectPr.find(qn("w:pgNumType")) for section in made.sections]
    assert [start is not None for start in starts] == [True, False, True, False]
    with pytest.raises(TypeError):
        _made(Document("表", "", (FormText("自检"),)))


def test_excel_has_a_sheet_per_table_with_numbers_to_count_on(tmp_path: Path) -> None:
    out = tmp_path / "周报.xlsx"
    write_papers([_report()], out, FACES)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["数据汇总表", "各社区走访进度"]
    rows = {row[0]: row for row in book["数据汇总表"].iter_rows(values_only=True)}
    assert rows["走访户数（户）"][1:4] == (2015, 2121, -106)
    total = list(book["各社区走访进度"].iter_rows(values_only=True))[-1]
    assert total[0] == "合计"
    assert total[1] == 15075
