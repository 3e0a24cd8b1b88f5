"""A ledger on paper: A4 tables in the columns it has, as many side by side as can be read.

A ledger wider than a page is parted by columns, each part led by the column that tells the rows
apart, so that nothing is shrunk below what an eye reads.
"""

from collections.abc import Sequence
from datetime import date

from db.exports import NUMBER, Book, Sheet, Value
from desktop.paper.document import Column, Document
from desktop.paper.lists import LANDSCAPE_EM, Group, em, internal_list

# A text may wrap; what a column asks for beyond this is no reason for another part.
_WIDEST = 12.0
_BETWEEN = 0.8
_NUMBERS = 4.0


def ledger_papers(book: Book, *, author: str, made_on: date) -> list[Document]:
    """Return the sheets of a ledger as papers; columns with nothing in them are left out."""
    return [
        paper
        for sheet in book.sheets
        for paper in _papers(book.title, sheet, author=author, made_on=made_on)
    ]


def _papers(title: str, sheet: Sheet, *, author: str, made_on: date) -> list[Document]:
    kept = [
        at
        for at, head in enumerate(sheet.headings)
        if head != NUMBER and any(row[at] not in (None, "") for row in sheet.rows)
    ]
    rows = [[_text(row[at]) for at in kept] for row in sheet.rows]
    parts = _parts([sheet.headings[at] for at in kept], rows)
    name = title if not sheet.name or sheet.name == title else f"{title} {sheet.name}"
    papers = []
    for number, part in enumerate(parts, 1):
        columns = [Column(sheet.headings[kept[at]], narrow=False) for at in part]
        lines = [[row[at] for at in part] for row in rows]
        called = f"{name}（第{number}部分，共{len(parts)}部分）" if len(parts) > 1 else name
        papers.append(
            internal_list(
                called, columns, [Group("", lines)], author=author, made_on=made_on, unit="行"
            )
        )
    return papers


def _parts(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[int]]:
    """Return which columns stand together, the first of all leading every part."""
    widths = [
        min(_WIDEST, max([em(head), *(em(row[at]) for row in rows)])) + _BETWEEN
        for at, head in enumerate(heads)
    ]
    parts: list[list[int]] = [[]]
    used = _NUMBERS
    for at, width in enumerate(widths):
        if parts[-1] and used + width > LANDSCAPE_EM:
            parts.append([0])
            used = _NUMBERS + widths[0]
        parts[-1].append(at)
        used += width
    return parts


def _text(value: Value) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
