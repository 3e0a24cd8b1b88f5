"""The workbook of rejected rows: the same headings, each row with its reason, to mend and import."""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

from db.imports.account import REASON, FileAccount, RejectedRow
from db.imports.reader import Cell
from db.kernel.files import write_atomically


def write_rejected(accounts: Sequence[FileAccount], path: Path) -> int:
    """Write every rejected row of an import to an .xlsx file; return how many there are.

    Columns that may never be kept are not in it. Text stays text: nothing in it is a formula.
    """
    import io  # noqa: PLC0415

    groups: dict[tuple[str, tuple[str, ...]], list[RejectedRow]] = {}
    for account in accounts:
        for row in account.rejected_rows:
            groups.setdefault((row.sheet, row.headings), []).append(row)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        used: set[str] = set()
        for (sheet, headings), rows in groups.items():
            _sheet(book, _free_name(sheet, used), headings, rows)
        if not groups:
            book.add_worksheet("没有退回的行")
    write_atomically(path, buffer.getvalue())
    return sum(len(rows) for rows in groups.values())


def _sheet(
    book: xlsxwriter.Workbook, name: str, headings: Sequence[str], rows: Sequence[RejectedRow]
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "bottom": 1, "valign": "vcenter"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    clock = book.add_format({"num_format": "hh:mm"})
    reason = book.add_format({"font_color": "#B3261E"})
    for column, heading in enumerate((*headings, REASON)):
        sheet.write_string(0, column, heading, bold)
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row.cells):
            _cell(sheet, at, column, cell, day, clock)
        sheet.write_string(at, len(headings), row.reason, reason)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, 14)
    sheet.set_column(len(headings), len(headings), 48)


def _cell(
    sheet: "xlsxwriter.worksheet.Worksheet",
    row: int,
    column: int,
    cell: Cell,
    day: object,
    clock: object,
) -> None:
    if isinstance(cell, datetime | date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, time):
        sheet.write_datetime(row, column, cell, clock)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, cell)


def _free_name(sheet: str, used: set[str]) -> str:
    """A sheet's name within Excel's rules, the community kept, no name twice."""
    base = "".join("_" if c in "[]:*?/\\" else c for c in sheet)[:28].strip("'") or "退回"
    name, n = base, 2
    while name.lower() in used:
        name, n = f"{base}{n}", n + 1
    used.add(name.lower())
    return name
