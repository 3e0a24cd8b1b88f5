"""A .csv: its encoding and its delimiter found out, its records as rows of text."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from db.workbooks.protocol import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Refused, Row

_DELIMITERS = ",\t;"
# How an export keeps a spreadsheet from making a number of a text: ="0401".
_QUOTED = re.compile(r'^="([^"]*)"$')
_PROBED_RECORDS = 100
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_separated(data: bytes) -> Iterator[Row]:
    """Yield the records of a .csv; every cell is text, an empty one None.

    UTF-8 and UTF-16 with their marks, else UTF-8, else GB18030. Refused for anything else, for a
    zero character, for a quote that is never closed, and beyond the limits of rows and columns.
    """
    text = _decoded(data)
    if "\x00" in text:
        raise Refused("zero")
    delimiter = _delimiter(text)
    csv.field_size_limit(MOST_CHARACTERS)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(records):
            if number >= MOST_ROWS:
                raise Refused("rows")
            row: Row = [_QUOTED.sub(r"\1", cell) or None for cell in record]
            while row and row[-1] is None:
                row.pop()
            if any(row[MOST_COLUMNS:]):
                raise Refused("columns")
            yield row[:MOST_COLUMNS]
    except csv.Error as error:
        too_long = "field larger" in str(error)
        raise Refused("long" if too_long else "quotes", str(records.line_num)) from error


def _decoded(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused("encoding") from error
    if b"\x00" in data:
        raise Refused("zero")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the most records into the same number of cells."""
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = Counter(len(record) for record in _first_records(text, delimiter))
        fit = max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))
        if fit > most:
            best, most = delimiter, fit
    return best


def _first_records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MOST_CHARACTERS)
    records = csv.reader(io.StringIO(text[: 64 * MOST_CHARACTERS], newline=""), delimiter=delimiter)
    try:
        for _, record in zip(range(_PROBED_RECORDS), records, strict=False):
            yield record
    except csv.Error:
        return
