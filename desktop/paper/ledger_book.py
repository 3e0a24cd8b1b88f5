"""A ledger as an Excel workbook: title, head, table; printed on A4 with its heading repeated."""

import io
import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from db.exports import Book, Sheet, Value
from db.kernel.files import write_atomically

A4, NARROWEST, WIDEST, SAMPLED = 9, 5, 28, 300
# Up to here a column's words stand in its middle, and up to there the table fits an upright page.
SHORT, UPRIGHT = 14, 92
# Where somebody signs: three centimetres of a column, and eight millimetres of a row, in points.
SIGN, TO_SIGN, HAND_ROW = "签名", 16, 24
SONG: Final = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
BOXED: Final = {**SONG, "border": 1, "text_wrap": True}
# What Excel takes for the name of a sheet.
MOST_IN_NAME: Final = 31
_BARRED: Final = re.compile(r"[\[\]:*?/\\]|^'|'$")
WATERMARK: Final = "&C第 &P 页　共 &N 页&R{}"


def write_book(book: Book, path: Path, footer: str = "") -> None:
    """Write a ledger to an .xlsx file, whole or not at all; `footer` stands below every page.

    Text stays text: nothing in it is a formula or a link. EnvironmentFault where it cannot be written.
    """
    write_atomically(path, book_bytes(book, footer))


def book_bytes(book: Book, footer: str = "") -> bytes:
    """Return the .xlsx file."""
    buffer = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, plain) as made:
        formats = {
            "title": {**SONG, "font_name": "黑体", "font_size": 16, "align": "center"},
            "above": {**SONG, "align": "left"},
            "heading": {**BOXED, "font_name": "黑体", "align": "center"},
            "cell": BOXED,
            "short": {**BOXED, "align": "center"},
            "day": {**BOXED, "align": "center", "num_format": "yyyy-mm-dd"},
            "exact": {**BOXED, "num_format": "0.00"},
        }  # fmt: skip
        styles = {name: made.add_format(said) for name, said in formats.items()}
        for number, sheet in enumerate(book.sheets, 1):
            _write_sheet(made.add_worksheet(_sheet_name(sheet, number)), sheet, styles, footer)
    return buffer.getvalue()


def _sheet_name(sheet: Sheet, number: int) -> str:
    """The sheet's name, or a number where Excel takes no such name: half a community would be another."""
    long = len(sheet.name.encode("utf-16-le")) > MOST_IN_NAME * 2
    barred = _BARRED.search(sheet.name) or sheet.name.lower() == "history"
    return f"表{number}" if long or barred else sheet.name


def _write_sheet(
    page: "xlsxwriter.worksheet.Worksheet", sheet: Sheet, styles: dict[str, Any], footer: str
) -> None:
    last = max(len(sheet.headings) - 1, 1)
    page.merge_range(0, 0, 0, last, sheet.title, styles["title"])
    page.set_row(0, 28)
    for at, cells in enumerate(sheet.above, 1):
        for column, value in enumerate(cells):
            _write(page, at, column, value, styles["above"], {**styles, "day": styles["above"]})
    head = len(sheet.above) + 1
    widths = [_width(sheet, column) for column in range(len(sheet.headings))]
    formats = [styles["short" if width <= SHORT else "cell"] for width in widths]
    for column, heading in enumerate(sheet.headings):
        page.write_string(head, column, heading, styles["heading"])
        page.set_column(column, column, widths[column])
    signed = any(SIGN in heading for heading in sheet.headings)
    for at, row in enumerate(sheet.rows, head + 1):
        if signed:
            page.set_row(at, HAND_ROW)
        for column, value in enumerate(row):
            _write(page, at, column, value, formats[column], styles)
    page.freeze_panes(head + 1, 0)
    page.repeat_rows(head)
    page.set_paper(A4)
    if sum(widths) > UPRIGHT:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.set_footer(WATERMARK.format(footer.replace("&", "&&")))


def _write(
    page: "xlsxwriter.worksheet.Worksheet",
    row: int,
    column: int,
    value: Value,
    cell: Any,
    styles: dict[str, Any],
) -> None:
    if value is None:
        page.write_blank(row, column, None, cell)
    elif isinstance(value, date):
        page.write_datetime(row, column, value, styles["day"])
    elif isinstance(value, Decimal):
        page.write_number(row, column, value, styles["exact"])
    elif isinstance(value, int):
        page.write_number(row, column, value, cell)
    else:
        page.write_string(row, column, value, cell)


def _width(sheet: Sheet, column: int) -> int:
    """How wide a column is in Excel's characters; long texts wrap."""
    texts = [sheet.headings[column], *(str(row[column] or "") for row in sheet.rows[:SAMPLED])]
    widest = max(
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text) for text in texts
    )
    least = TO_SIGN if SIGN in sheet.headings[column] else NARROWEST
    return min(max(widest + 2, least), WIDEST)
