"""Honest workbooks are read as they are, whoever wrote them."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from db.imports.reader import read_workbook
from tests.imports.hostile_archives import open_document, parts, zipped


def _rows(path: Path) -> list[list[Any]]:
    return read_workbook(path).sheets[0].rows


def test_numbers_days_times_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("台账")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["甲", 101, 2.5, True, "0401"])
        sheet.write_datetime(0, 5, datetime(2026, 3, 16), day)  # noqa: DTZ001
        sheet.write_datetime(0, 6, datetime(1899, 12, 31, 19, 40), clock)  # noqa: DTZ001
        sheet.write_formula(0, 7, "=1/0", None, "#DIV/0!")
        sheet.write_formula(0, 8, "=50+51", None, 101)
    (row,) = _rows(path)
    assert row[:5] == ["甲", 101, 2.5, True, "0401"]
    assert type(row[1]) is int
    assert row[5] in (date(2026, 3, 16), datetime(2026, 3, 16))  # noqa: DTZ001
    assert row[6] in (time(19, 40), datetime(1899, 12, 31, 19, 40))  # noqa: DTZ001
    assert row[7] is None, "a cell in error says nothing"
    assert row[8] == 101, "a formula gives its stored value"


def test_days_of_the_system_that_begins_in_1904(tmp_path: Path) -> None:
    path = tmp_path / "mac.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        book.add_worksheet().write_datetime(0, 0, datetime(2026, 3, 16), day)  # noqa: DTZ001
    assert str(_rows(path)[0][0])[:10] == "2026-03-16"


def test_empty_rows_and_columns_at_the_start_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["C4"] = "房号"
    book.save(path)
    assert _rows(path) == [[], [], [], [None, None, "房号"]]


def test_merged_cells_fill_down_and_not_across(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "住户台账"
    sheet.merge_cells("A1:C1")
    sheet["A2"], sheet["B2"] = "3号楼", 101
    sheet["B3"] = 102
    sheet.merge_cells("A2:A3")
    book.save(path)
    assert _rows(path) == [["住户台账"], ["3号楼", 101], ["3号楼", 102]]


def test_hidden_sheets_and_filtered_rows_are_like_others(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["房号"], [101], [102]):
        sheet.append(row)
    sheet.auto_filter.ref = "A1:A3"
    sheet.row_dimensions[3].hidden = True
    other = book.create_sheet("藏")
    other.append(["x"])
    other.sheet_state = "hidden"
    book.save(path)
    sheets = read_workbook(path).sheets
    assert sheets[0].rows == [["房号"], [101], [102]]
    assert [s.name for s in sheets][1] == "藏"


def test_rich_text_inline_text_and_no_dimension(tmp_path: Path) -> None:
    sheet = (
        '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>'
        '<c r="B1" t="inlineStr"><is><t>房号</t></is></c></row></sheetData>'
    )
    rich = '<si><r><t>户主</t></r><r><rPr><b/></rPr><t>姓名</t></r><rPh sb="0" eb="2"><t>x</t></rPh></si>'
    path = zipped(tmp_path / "wps.xlsx", parts(sheet, rich))
    assert _rows(path) == [["户主姓名", "房号"]]


def test_an_old_workbook_with_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    book = xlwt.Workbook()
    sheet = book.add_sheet("纠纷")
    sheet.write_merge(0, 1, 0, 0, "物业")
    sheet.write(0, 1, 7)
    sheet.write(1, 1, 8)
    book.save(str(path))
    assert _rows(path) == [["物业", 7], ["物业", 8]]


def _cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def test_an_open_document_with_repeats_and_merged_cells(tmp_path: Path) -> None:
    rows = (
        "<table:table-row>" + _cell("楼栋") + _cell("房号") + "</table:table-row>"
        "<table:table-row>"
        + _cell("3", 'table:number-rows-spanned="2"')
        + _cell("101")
        + "</table:table-row>"
        "<table:table-row><table:covered-table-cell/>" + _cell("102") + "</table:table-row>"
        "<table:table-row>" + _cell("4", 'table:number-columns-repeated="2"') + "</table:table-row>"
    )
    path = open_document(tmp_path / "a.ods", rows)
    assert _rows(path) == [["楼栋", "房号"], ["3", "101"], ["3", "102"], ["4", "4"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_every_coding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "走访.csv"
    lines = [["日期", "房号", "备注"], ["2026-03-16", "0401", "说：“好”，\n下次"], ["", "102", ""]]
    text = "\r\n".join(delimiter.join(f'"{c}"' if "\n" in c else c for c in line) for line in lines)
    path.write_bytes(text.encode(encoding))
    assert _rows(path) == [
        ["日期", "房号", "备注"], ["2026-03-16", "0401", "说：“好”，\n下次"], [None, "102"],
    ]  # fmt: skip
