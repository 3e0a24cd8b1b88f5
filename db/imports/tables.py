"""The ledgers in workbooks: which sheets are one, of what kind, where their rows begin and end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from db.imports.abreast import Abreast, abreast
from db.imports.belonging import belonging
from db.imports.cells import plain, with_year
from db.imports.heading_rows import HEADING_ROWS, find_heading, heading_at, texts_of
from db.imports.headings import KINDS, Heading, normal, refused, shape_of
from db.imports.mappings import Mappings
from db.imports.plan import Table
from db.imports.reader import Cell, Sheet, Workbook
from db.imports.session_heads import end_of_names, signed_by_name
from db.imports.ticked import without_ticks
from db.kernel.errors import UserError
from db.kernel.text import halfwidth, squeeze
from db.places import communities

# What stands over a ledger that went out with its names masked.
MASKED = "本表已遮名，供外部查阅，不能再导入"
_TOTALS = re.compile(r"^(合计|总计|小计|共计|累计|总数|本页合计|本月合计|统计)")
_FOOT = re.compile(
    r"^(填表人|制表|审核|填报人|负责人|记录人|登记人|统计人|经办人|注[:：]|说明[:：]|备注[:：]|填表日期|联系人[:：])"
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|[.\-/])")


@dataclass(frozen=True)
class Chosen:
    """What a person says of tables of one shape: their kind, and each heading's field by its key.

    "" for the kind leaves such tables out, "" for a field leaves the column out.
    """

    kind: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Hints:
    """What is said of files before they are looked at.

    `kind` and `mapping` go for every file of the call; `chosen` and `remembered` for the tables of
    one shape (see `shape_of`) and no other. What is said now comes before what is remembered.
    """

    kind: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, Chosen] = field(default_factory=dict)
    remembered: Mapping[str, Chosen] = field(default_factory=dict)


@dataclass
class Recognised:
    """The ledgers found in one file, and the sheets with cells in which nothing was found.

    `left_out` are sheets a person left out, with the first and last row of their headings.
    """

    book: Workbook
    tables: list[Table] = field(default_factory=list)
    unclear: list[Sheet] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[tuple[Sheet, int, int]] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether the file is no ledger, and nobody said to leave it out."""
        return not self.tables and not self.left_out


def recognise(
    connection: Connection,
    books: Sequence[Workbook],
    *,
    kind: str | None = None,
    mapping: Mapping[str, str] | None = None,
    chosen: Mapping[str, Chosen] | None = None,
) -> list[Recognised]:
    """Find the ledgers in each file; see `preview` and `Hints` for what may be said of them.

    UserError where that names no kind, no field, or a column that may never be kept.
    """
    _check(kind, mapping or {}, chosen or {})
    kept = {}
    for shape, columns in Mappings(connection).all().items():
        code, _, words = shape.partition("|")
        kept[words] = Chosen(code, columns)
    hints = Hints(kind, mapping or {}, chosen or {}, kept)
    names = [line.name for line in communities(connection)]
    return [_recognised(book, hints, names) for book in books]


def _recognised(book: Workbook, hints: Hints, names: Sequence[str]) -> Recognised:
    found = Recognised(book)
    for read in book.sheets:
        sheet = Sheet(read.name, without_ticks(read.rows))
        lists = abreast(sheet.rows)
        place = _place(lists.first(sheet.rows) if lists else sheet.rows, 0, hints.chosen)
        if place is not None and not hints.chosen[place[2]].kind:
            found.left_out.append((sheet, *place[:2]))
            found.notes.append(f"工作表“{sheet.name}”按您说的没有导入")
            continue
        if any(plain(cell) == MASKED for row in sheet.rows[:HEADING_ROWS] for cell in row):
            raise UserError(
                f"“{book.path.name}”是遮了名的台账，姓名电话不全，不能再导入；没有导入任何内容。"
            )
        tables = list(_tables_of_sheet(book, sheet, hints, names))
        found.tables.extend(tables)
        if not tables and any(any(c is not None for c in row) for row in sheet.rows):
            found.unclear.append(sheet)
            found.notes.append(f"工作表“{sheet.name}”不是能认出的台账，没有导入")
    return found


def _check(kind: str | None, mapping: Mapping[str, str], chosen: Mapping[str, Chosen]) -> None:
    for code in (kind, *(said.kind or None for said in chosen.values())):
        if code is not None and code not in KINDS:
            raise UserError(f"没有“{code}”这种台账。可用：{'、'.join(KINDS)}。")
    known = {name for k in KINDS.values() for name in k.fields}
    said = [*mapping.items(), *(pair for one in chosen.values() for pair in one.columns.items())]
    for heading, name in said:
        if name and name not in known:
            raise UserError(f"没有叫“{name}”的栏目。可用：{'、'.join(sorted(known))}。")
        if name and refused(heading):
            raise UserError(f"“{heading}”这一列按规定不收，不能指给任何栏目；没有导入任何内容。")


def _tables_of_sheet(
    book: Workbook, sheet: Sheet, hints: Hints, names: Sequence[str]
) -> Iterator[Table]:
    lists = abreast(sheet.rows)
    rows = lists.first(sheet.rows) if lists else sheet.rows
    start = 0
    heading = _heading(rows, start, hints, sheet.name)
    while heading is not None:
        end, following = _end(rows, heading)
        above = rows[start : heading.first]
        sign_in = following is not None and heading.kind.code == "trainings"
        last_idle = end_of_names(rows, heading, end) if sign_in else end
        year = year_said(book.path.stem, sheet.name, above or rows[: heading.first])
        days = _day_columns(heading) if year else ()
        whose = belonging(book.path.stem, sheet.name, above or rows[: heading.first], names)
        data = [
            (at + 1, _dated(row, days, year))
            for at, row in _rows(sheet.rows, lists, heading.last + 1, last_idle)
            if not is_idle_row(row, heading)
        ]
        yield Table(
            file=str(book.path),
            sheet=sheet.name,
            heading=signed_by_name(heading, data),
            rows=data,
            community=whose.community,
            guessed=whose.guessed,
            filed=whose.filed,
            above=above,
            year=year,
        )
        start, heading = last_idle, following


def _rows(
    rows: Sequence[Sequence[Cell]], lists: Abreast | None, first: int, end: int
) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows of a ledger; of lists abreast those of the first, then those of the next."""
    if lists is None:
        yield from ((at, rows[at]) for at in range(first, end))
        return
    apart = [lists.beside(rows[at]) for at in range(first, end)]
    for number in range(len(lists.starts)):
        yield from ((at, row[number]) for at, row in enumerate(apart, first))


def _heading(
    rows: Sequence[Sequence[Cell]], start: int, hints: Hints, sheet: str
) -> Heading | None:
    place = _place(rows, start, hints.chosen)
    if place is not None:
        first, last, shape = place
        said = hints.chosen[shape]
        found = heading_at(rows, first, last, said.kind, said.columns)
        return found[1] if found is not None else None
    kept = {
        shape: said
        for shape, said in hints.remembered.items()
        if hints.kind in (None, said.kind)
    }  # fmt: skip
    place = _place(rows, start, kept)
    if place is not None:
        first, last, shape = place
        columns = _newer(shape, kept[shape].columns, hints.mapping)
        found = heading_at(rows, first, last, kept[shape].kind, columns)
        if found is not None:
            return found[1]
    return find_heading(rows, start, hints.kind, hints.mapping, sheet)


def _place(
    rows: Sequence[Sequence[Cell]], start: int, known: Mapping[str, Chosen]
) -> tuple[int, int, str] | None:
    """The first and last row of headings of a known shape; one row where that is enough."""
    for more in (0, 1) if known else ():
        for first in range(start, min(len(rows) - more, start + HEADING_ROWS)):
            shape = shape_of(texts_of(rows, first, first + more))
            if shape in known:
                return first, first + more, shape
    return None


def _newer(
    shape: str, remembered: Mapping[str, str], mapping: Mapping[str, str]
) -> Mapping[str, str]:
    """What is remembered of a shape, with what is said now of its headings before it."""
    said = {h: f for h, f in mapping.items() if normal(h) in shape.split("|")}
    return {h: f for h, f in remembered.items() if not f or f not in said.values()} | said


def _end(rows: Sequence[Sequence[Cell]], heading: Heading) -> tuple[int, Heading | None]:
    """Where a ledger ends: at the next heading of the same kind in the sheet, else at its end."""
    wanted = len(heading.columns) - 1
    head = rows[heading.last]
    own = [c for c in heading.columns.values() if c < len(head) and isinstance(head[c], str)][:2]
    for at in range(heading.last + 1, len(rows)):
        row = rows[at]
        if any(c >= len(row) or row[c] != head[c] for c in own):
            continue
        found = heading_at(rows, at, at, heading.kind.code, heading.by_hand)
        if found is not None and len(found[1].columns) >= wanted:
            return at, found[1]
    return len(rows), None


def is_idle_row(row: Sequence[Cell], heading: Heading) -> bool:
    """Tell whether a row is none of the ledger's: blank, a total, a foot line, only a number."""
    filled = [
        c for c, v in enumerate(row) if v is not None and (v.__class__ is not str or v.strip())
    ]
    if not filled:
        return True
    first, *more = (squeeze(plain(row[c])) for c in filled[:2])
    if _TOTALS.match(first) or any(_TOTALS.match(text) for text in more):
        return True
    if _FOOT.match(first) and len(filled) <= 4:
        return True
    return heading.meant.isdisjoint(filled)


def year_said(file: str, sheet: str, above: Sequence[Sequence[Cell]]) -> int | None:
    """Return the one year that title, sheet or file name; None if they name none or several."""
    lines = [plain(cell) for row in above for cell in row if isinstance(cell, str)]
    years = {year for line in (file, sheet, *lines) for year in _YEAR.findall(halfwidth(line))}
    return int(years.pop()) if len(years) == 1 else None


def _day_columns(heading: Heading) -> tuple[int, ...]:
    fields = heading.kind.fields
    return tuple(column for name, column in heading.columns.items() if fields[name].kind == "day")


def _dated(row: Sequence[Cell], days: Sequence[int], year: int | None) -> Sequence[Cell]:
    """The row with the title's year before the days written without one."""
    if year is None or not days:
        return row
    dated = {c: with_year(row[c], year) for c in days if c < len(row)}
    if all(cell is row[c] for c, cell in dated.items()):
        return row
    return [dated.get(c, cell) for c, cell in enumerate(row)]
