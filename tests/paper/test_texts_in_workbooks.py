"""Whatever is typed into the ledger is a text in every workbook that goes out, never a formula."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from db.exports import Book, Sheet
from db.imports.account import FileAccount, RejectedRow
from desktop.paper.document import Column, Document, Row, Signature, Table, Title
from desktop.paper.ledger_book import write_book
from desktop.paper.rejected import write_rejected
from desktop.paper.table_book import table_book

HOSTILE = (
    "=cmd|' /C calc'!A0", "=1+1", "+1", "-1", "@SUM(A1:A2)", "\t=1+1", "＝1", "＋1", "{=1+1}",
    "=HYPERLINK(\"http://127.0.0.1:9/\")", "http://127.0.0.1:9/", "mailto:a@b.c", "file:///etc/passwd",
)  # fmt: skip


def _texts(path: Path) -> set[str]:
    """Return the texts of a workbook's cells; none of its parts may hold a formula or a link."""
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            data = parts.read(name)
            assert b"<f>" not in data, name
            assert b"<f " not in data, name
            assert b"hyperlink" not in data, name
    cells = [
        cell
        for sheet in openpyxl.load_workbook(path).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells if str(cell.value) in HOSTILE} <= {"s"}
    return {str(cell.value) for cell in cells}


def test_a_ledger_that_goes_out(tmp_path: Path) -> None:
    rows = [(text, "晨园") for text in HOSTILE]
    sheet = Sheet("台账", "台账", ((HOSTILE[0],),), (HOSTILE[1], "小区"), rows)
    write_book(Book("台账", [sheet]), tmp_path / "1.xlsx", footer=HOSTILE[0])
    assert _texts(tmp_path / "1.xlsx") >= {*HOSTILE}


def test_rejected_rows(tmp_path: Path) -> None:
    rejected = [RejectedRow(HOSTILE[2], (HOSTILE[0],), (text,), text) for text in HOSTILE]
    account = FileAccount("台账.xlsx", "households", rejected_rows=rejected)
    assert write_rejected([account], tmp_path / "1.xlsx") == len(HOSTILE)
    assert _texts(tmp_path / "1.xlsx") >= {*HOSTILE}


@pytest.mark.parametrize("align", ["left", "right"])
def test_a_paper_as_a_table(tmp_path: Path, align: str) -> None:
    columns = (Column("姓名", 60, "left"), Column("数", 20, align))  # type: ignore[arg-type]
    table = Table(columns, tuple(Row((text, text)) for text in HOSTILE))
    paper = Document(
        "公示表", "警务室", (Title(("公示表",)), table, Signature("警务室", "2026年3月23日"))
    )
    write_book(table_book(paper), tmp_path / "1.xlsx")
    told = _texts(tmp_path / "1.xlsx")
    assert {text.strip() for text in HOSTILE} <= told | {"1", "-1"}
