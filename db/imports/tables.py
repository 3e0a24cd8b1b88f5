"""The ledgers in a workbook: which sheets are one, of what kind, where their rows begin and end."""

from collections.abc import Iterator, Mapping, Sequence

from db.imports.cells import plain
from db.imports.headings import (
    Heading,
    community_of_sheet,
    find_heading,
    heading_at,
    is_idle_row,
    shape_of,
)
from db.imports.plan import Table
from db.imports.reader import Cell, Sheet, Workbook
from db.kernel.errors import UserError


def tables_of(
    book: Workbook,
    kind: str | None,
    mapping: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
    communities: Sequence[str],
) -> tuple[list[Table], list[str]]:
    """Return the ledgers of a workbook, and notes on the sheets that are none.

    UserError, naming the file, if no sheet is a ledger.
    """
    tables: list[Table] = []
    notes: list[str] = []
    for sheet in book.sheets:
        found = list(_tables_of_sheet(book, sheet, kind, mapping, remembered, communities))
        tables.extend(found)
        if not found and any(any(c is not None for c in row) for row in sheet.rows):
            notes.append(f"工作表“{sheet.name}”不是能认出的台账，没有导入")
    if not tables:
        raise UserError(
            f"没有认出“{book.path.name}”是哪种台账。请检查表头，或用 --kind 指明种类、"
            "用 --map 指明各列；没有导入任何内容。"
        )
    return tables, notes


def _tables_of_sheet(
    book: Workbook,
    sheet: Sheet,
    kind: str | None,
    mapping: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
    communities: Sequence[str],
) -> Iterator[Table]:
    rows = sheet.rows
    start = 0
    heading = _heading(rows, start, kind, mapping, remembered)
    while heading is not None:
        end, following = _end(rows, heading, mapping)
        above = rows[start : heading.first]
        last_idle = _trim(rows, heading, end) if following else end
        yield Table(
            file=str(book.path),
            sheet=sheet.name,
            heading=heading,
            rows=[
                (at + 1, rows[at])
                for at in range(heading.last + 1, last_idle)
                if not is_idle_row(rows[at], heading)
            ],
            community=community_of_sheet(sheet.name, above or rows[: heading.first], communities),
            above=above,
        )
        start, heading = last_idle, following


def _heading(
    rows: Sequence[Sequence[Cell]],
    start: int,
    kind: str | None,
    mapping: Mapping[str, str],
    remembered: Mapping[str, Mapping[str, str]],
) -> Heading | None:
    heading = find_heading(rows, start, kind, mapping)
    if mapping or not remembered:
        return heading
    for at in range(start, min(len(rows), start + 30)):
        for shape, columns in remembered.items():
            code, _, texts = shape.partition("|")
            if shape_of(rows[at]) == texts and (kind is None or kind == code):
                found = heading_at(rows, at, at, code, columns)
                if found is not None:
                    return found[1]
    return heading


def _end(
    rows: Sequence[Sequence[Cell]], heading: Heading, mapping: Mapping[str, str]
) -> tuple[int, Heading | None]:
    """Where a ledger ends: at the next heading of the same kind in the sheet, else at its end."""
    wanted = len(heading.columns) - 1
    head = rows[heading.last]
    own = [c for c in heading.columns.values() if c < len(head) and isinstance(head[c], str)][:2]
    for at in range(heading.last + 1, len(rows)):
        row = rows[at]
        if any(c >= len(row) or row[c] != head[c] for c in own):
            continue
        found = heading_at(rows, at, at, heading.kind.code, mapping)
        if found is not None and len(found[1].columns) >= wanted:
            return at, found[1]
    return len(rows), None


def _trim(rows: Sequence[Sequence[Cell]], heading: Heading, end: int) -> int:
    """Leave the head of the next sign-in sheet to that sheet: rows without a number before it."""
    if heading.kind.code != "trainings":
        return end
    at = end
    name = heading.columns["name"]
    while at > heading.last + 1:
        row = rows[at - 1]
        numbered = row and isinstance(row[0], int | float)
        blank = not any(c is not None and plain(c) for c in row)
        if numbered and not blank and name < len(row) and row[name] is not None:
            break
        at -= 1
    return at
