"""A paper with a table as an Excel workbook, so that both say the same."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from db.exports import Book, Sheet, Value
from desktop.paper.document import (
    AttachmentStart,
    Block,
    Column,
    Document,
    Paragraph,
    Row,
    Signature,
    Subtitle,
    Table,
    Title,
)

_NUMBER: Final = re.compile(r"[-−+]?\d[\d,]*(\.\d+)?")
# What a sheet's name may not hold, and how long it may be.
_NO_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST: Final = 31


def table_book(paper: Document) -> Book:
    """Return the paper's table under its title, with what the paper says round it above.

    What stands in a column at the right is a number where it can be one.
    """
    return tables_book((paper,))


def tables_book(papers: Sequence[Document]) -> Book:
    """Return every part of the papers that has a table as a sheet: the paper itself, an attachment."""
    sheets = [_sheet(part, paper.title) for paper in papers for part in _parts(paper)]
    return Book(papers[0].title, [sheet for sheet in sheets if sheet is not None])


def _parts(paper: Document) -> Iterator[tuple[Block, ...]]:
    """Yield the paper's blocks up to the first attachment, then those of each attachment."""
    starts = [at for at, block in enumerate(paper.blocks) if isinstance(block, AttachmentStart)]
    for start, end in pairwise((0, *starts, len(paper.blocks))):
        yield paper.blocks[start:end]


def _sheet(blocks: Sequence[Block], title: str) -> Sheet | None:
    said = list[str]()
    table: Table | None = None
    for block in blocks:
        match block:
            case Title():
                title = block.text
            case AttachmentStart(title=whole):
                title = whole.text
            case Subtitle(text) | Paragraph(text):
                said.append(text)
            case Signature(name, day):
                said.append(f"{name}　{day}")
            case Table():
                table = block
    if table is None:
        return None
    rows = [_cells(row, table.columns) for row in table.rows]
    heads = tuple(column.head for column in table.columns)
    above = tuple((line,) for line in (*said, *table.notes))
    return Sheet(_NO_NAME.sub("", title)[:_LONGEST], title, above, heads, rows)


def _cells(row: Row, columns: Sequence[Column]) -> tuple[Value, ...]:
    if row.kind == "group":
        return (row.cells[0], *(None for _ in columns[1:]))
    return tuple(
        _value(cell) if column.align == "right" else cell.strip()
        for column, cell in zip(columns, row.cells, strict=True)
    )


def _value(cell: str) -> Value:
    if not _NUMBER.fullmatch(cell):
        return cell or None
    plain = cell.replace(",", "").replace("−", "-")
    return Decimal(plain) if "." in plain else int(plain)
