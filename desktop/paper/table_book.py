"""A paper with a table as an Excel workbook, so that both say the same."""

import re
from decimal import Decimal
from typing import Final

from db.exports import Book, Sheet, Value
from desktop.paper.document import Document, Paragraph, Signature, Subtitle, Table, Title

_NUMBER: Final = re.compile(r"-?\d[\d,]*(\.\d+)?")
# What a sheet's name may not hold, and how long it may be.
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST: Final = 31


def table_book(paper: Document) -> Book:
    """Return the paper's table under its title, with what the paper says round it above.

    What stands in a column at the right is a number where it can be one.
    """
    (table,) = [block for block in paper.blocks if isinstance(block, Table)]
    title, said = paper.title, []
    for block in paper.blocks:
        match block:
            case Title():
                title = block.text
            case Subtitle(text) | Paragraph(text):
                said.append(text)
            case Signature(name, day):
                said.append(f"{name}　{day}")
    said += table.notes
    rows: list[tuple[Value, ...]] = [
        tuple(
            _value(cell) if column.align == "right" else cell.strip()
            for column, cell in zip(table.columns, row.cells, strict=True)
        )
        for row in table.rows
        if row.kind != "group"
    ]
    heads = tuple(column.head for column in table.columns)
    name = _NO_NAME.sub("", paper.title)[:_LONGEST]
    return Book(paper.title, [Sheet(name, title, tuple((line,) for line in said), heads, rows)])


def _value(cell: str) -> Value:
    if not _NUMBER.fullmatch(cell):
        return cell or None
    plain = cell.replace(",", "")
    return Decimal(plain) if "." in plain else int(plain)
