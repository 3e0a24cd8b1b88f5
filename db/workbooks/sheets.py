"""The sheets of an .xlsx, .xls or .ods as rows that begin at A1, merged cells filled downwards."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final

import python_calamine as calamine

from db.workbooks.merges import Merge
from db.workbooks.protocol import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Coded,
    OpenSheet,
    Refused,
    Row,
)

# Above this a float no longer tells neighbouring whole numbers apart.
_EXACT: Final = 2**53


def open_sheets(
    file: BinaryIO, merges: Sequence[Sequence[Merge]] | None = None
) -> Iterator[OpenSheet]:
    """Yield the sheets of a workbook in their order, hidden ones too, charts and macros not.

    `merges` are the merged ranges by sheet where the reader does not know them (.ods). Refused for
    a password, a damaged file, and whatever is beyond the limits.
    """
    try:
        with calamine.load_workbook(file) as book:
            sheets = [
                (index, about.name)
                for index, about in enumerate(book.sheets_metadata)
                if about.typ == calamine.SheetTypeEnum.WorkSheet
            ]
            if len(sheets) > MOST_SHEETS:
                raise Refused("sheets")
            for index, name in sheets:
                sheet = book.get_sheet_by_index(index)
                if merges is None:
                    ranges: Sequence[Merge] = sheet.merged_cell_ranges or ()
                else:
                    ranges = merges[index] if index < len(merges) else ()
                yield OpenSheet(name, _rows(sheet, ranges))
    except calamine.PasswordError as error:
        raise Refused("encrypted") from error
    except (calamine.CalamineError, ValueError, OSError, OverflowError) as error:
        raise Refused("damaged") from error


def _rows(sheet: calamine.CalamineSheet, merges: Sequence[Merge]) -> Iterator[Row]:
    if sheet.start is None or sheet.end is None:
        return
    if sheet.end[0] >= MOST_ROWS:
        raise Refused("rows", sheet.name)
    margin: Row = [None] * min(sheet.start[1], MOST_COLUMNS)
    fill = _Filling(merges)
    for number, cells in enumerate(sheet.iter_rows()):
        row = margin + [
            (cell or None) if cell.__class__ is str else _CODERS[cell.__class__](cell)
            for cell in cells
        ]
        fill(number, row)
        _cut(row)
        if len(row) > MOST_COLUMNS:
            if any(cell is not None and str(cell).strip() for cell in row[MOST_COLUMNS:]):
                raise Refused("columns", sheet.name)
            del row[MOST_COLUMNS:]
            _cut(row)
        yield row


def _cut(row: Row) -> None:
    while row and row[-1] is None:
        row.pop()


class _Filling:
    """Writes the value of a range merged over several rows into its other, empty cells.

    A range on one row is a title or a group of headings and stays in its first cell.
    """

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._starting: dict[int, list[Merge]] = {}
        for merge in merges:
            (first, left), (last, right) = merge
            if last > first and right >= left:
                self._starting.setdefault(first, []).append(merge)
        self._open: list[tuple[int, int, int, Coded]] = []
        self._steps = 0

    def __call__(self, number: int, row: Row) -> None:
        for (_, left), (last, right) in self._starting.pop(number, ()):
            value = row[left] if left < len(row) else None
            if value is not None:
                self._open.append((last, left, min(right, MOST_COLUMNS - 1), value))
        if not self._open:
            return
        self._open = [merge for merge in self._open if merge[0] >= number]
        for _, left, right, value in self._open:
            self._steps += right - left + 1
            if self._steps > MOST_CELLS:
                raise Refused("cells")
            if right >= len(row):
                row.extend([None] * (right + 1 - len(row)))
            for column in range(left, right + 1):
                if row[column] is None:
                    row[column] = value


def _number(value: float) -> Coded:
    if value.is_integer() and abs(value) < _EXACT:
        return int(value)
    # NaN and the infinities are no number of any cell.
    return value if value - value == 0 else None


def _date(value: date) -> Coded:
    return ["d", value.isoformat()]


def _datetime(value: datetime) -> Coded:
    # A sheet counts days in binary fractions: 19:30 computed is 19:29:59.9999.
    if value.microsecond:
        try:
            value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        except OverflowError:
            value = value.replace(microsecond=0)
    return ["s", value.isoformat()]


def _time(value: time) -> Coded:
    whole = (value.hour * 60 + value.minute) * 60 + value.second + (value.microsecond >= 500_000)
    whole %= 24 * 3600
    return ["t", time(whole // 3600, whole // 60 % 60, whole % 60).isoformat()]


def _duration(value: timedelta) -> Coded:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _same(value: Any) -> Coded:
    return value  # type: ignore[no-any-return]


# By exact class: a bool is an int and a datetime is a date.
_CODERS: dict[type, Callable[[Any], Coded]] = {
    int: _same,
    float: _number,
    bool: _same,
    datetime: _datetime,
    date: _date,
    time: _time,
    timedelta: _duration,
}
