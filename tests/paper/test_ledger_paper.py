"""A ledger on paper: every cell stands somewhere, wide ledgers are parted by columns."""

from datetime import date
from io import BytesIO

from pypdf import PdfReader

from db.exports import Book, ExportQuery, Sheet, export
from db.ledger import Ledger
from desktop.paper.document import Table
from desktop.paper.fonts import find_faces
from desktop.paper.ledger_paper import ledger_papers
from desktop.paper.pdf import write_pdf

FACES = find_faces(None, machine=False)
DAY = date(2026, 3, 23)


def test_the_disputes_of_the_sample_stand_whole_in_parts(sample: Ledger) -> None:
    with sample.read() as connection:
        book = export(connection, ExportQuery("disputes"), DAY)
    papers = ledger_papers(book, author="三号警务室", made_on=DAY)
    assert len(papers) > 1
    heads: set[str] = set()
    for paper in papers:
        table = next(block for block in paper.blocks if isinstance(block, Table))
        assert len(table.rows) == book.rows
        assert [column.head for column in table.columns][:2] == ["序号", "编号"]
        heads |= {column.head for column in table.columns}
    filled = {
        head
        for at, head in enumerate(book.sheets[0].headings)
        if any(row[at] not in (None, "") for row in book.sheets[0].rows)
    }
    assert filled <= heads
    made = BytesIO()
    write_pdf(papers, made, faces=FACES)
    assert "矛盾纠纷排查调解台账（第1部分，共" in PdfReader(made).pages[0].extract_text()


def test_a_narrow_ledger_is_one_paper_and_empty_columns_are_left_out() -> None:
    sheet = Sheet(
        "", "", (), ("姓名", "电话", "备注"), [("王小明", None, "好"), ("李四", "", None)]
    )
    papers = ledger_papers(Book("名册", [sheet]), author="三号警务室", made_on=DAY)
    assert len(papers) == 1
    table = next(block for block in papers[0].blocks if isinstance(block, Table))
    assert {column.head for column in table.columns} == {"序号", "姓名", "备注"}
