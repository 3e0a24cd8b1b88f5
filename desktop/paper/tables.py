"""Ruled tables: column widths that fit the block, cells that wrap, rows that are never cut.

Source: the layout rules for tables (heads in 黑体 and repeated, 0.5 pt lines, numbers right).
"""

from collections.abc import Sequence
from typing import NamedTuple

from desktop.paper.document import Align, Column, Row, Table
from desktop.paper.fonts import Faces
from desktop.paper.setting import (
    Run,
    SetLine,
    Shaped,
    Style,
    narrowest_text,
    place,
    set_lines,
    shape,
)
from desktop.paper.sheet import Piece, Rule, Sheet, baseline

_SIZES = (12.0, 10.5, 9.0)
_PADDING = 4.0
_LEADING = 1.3
_ABOVE, _BELOW = 2.6, 2.6
_NOTE = Style("fangsong", 10.5)
_NOTE_PITCH = 15.0
_ROUNDING = 0.02


class _Grid(NamedTuple):
    """The columns of one table: left sides with the last right side, and the type size."""

    edges: tuple[float, ...]
    size: float

    @property
    def pitch(self) -> float:
        return self.size * _LEADING


def table_pieces(table: Table, sheet: Sheet, faces: Faces) -> list[Piece]:
    """Return the table as pieces: the head, a piece a row, and the lines of its notes."""
    grid, rows = _fit(table, sheet.block_width, faces)
    head_lines = [
        _wrapped(shape(column.head, Style("heiti", grid.size), faces), grid, at)
        for at, column in enumerate(table.columns)
    ]
    centred: list[Align] = ["centre"] * len(table.columns)
    head = _row_piece(head_lines, centred, grid, Style("heiti", grid.size), top=True)
    pieces = [head._replace(keep=True)]
    tallest = sheet.capacity - head.height
    for number, (row, cells) in enumerate(zip(table.rows, rows, strict=True)):
        parts = _row_pieces(row, cells, table.columns, grid, tallest)
        ends = number + 1 == len(table.rows) and bool(table.notes)
        parts[-1] = parts[-1]._replace(keep=ends or row.kind == "group")
        pieces += [part._replace(head=head) for part in parts]
    return pieces + _notes(table.notes, sheet, faces)


def _row_pieces(
    row: Row, cells: list[Shaped], columns: Sequence[Column], grid: _Grid, tallest: float
) -> list[Piece]:
    style = _cell_style(row, grid.size)
    if row.kind == "group":
        lines = [set_lines(cells[0], grid.edges[-1] - 2 * _PADDING, spread=False)]
        whole = _Grid((grid.edges[0], grid.edges[-1]), grid.size)
        return _cut(lines, ["left"], whole, style, tallest)
    wrapped = [_wrapped(cell, grid, at) for at, cell in enumerate(cells)]
    return _cut(wrapped, [column.align for column in columns], grid, style, tallest)


def _cut(
    cells: list[list[SetLine]], aligns: list[Align], grid: _Grid, style: Style, tallest: float
) -> list[Piece]:
    """Return the row in one piece; only a row taller than a whole page is cut."""
    fits = max(1, int((tallest - _ABOVE - _BELOW) // grid.pitch))
    most = max(len(cell) for cell in cells)
    return [
        _row_piece([cell[at : at + fits] for cell in cells], aligns, grid, style)
        for at in range(0, most, fits)
    ]


def _row_piece(
    cells: list[list[SetLine]], aligns: list[Align], grid: _Grid, style: Style, *, top: bool = False
) -> Piece:
    edges, pitch = grid.edges, grid.pitch
    height = max(len(cell) for cell in cells) * pitch + _ABOVE + _BELOW
    runs: list[Run] = []
    for at, lines in enumerate(cells):
        left, right = edges[at] + _PADDING, edges[at + 1] - _PADDING
        y = (height - len(lines) * pitch) / 2 + baseline(grid.size, pitch)
        for number, line in enumerate(lines):
            spare = right - left - line.width
            x = left + {"left": 0.0, "centre": spare / 2, "right": spare}[aligns[at]]
            if line.text:
                runs.append(place(line, style, x, y + number * pitch))
    rules = [Rule(x, 0.0, x, height) for x in edges]
    rules.append(Rule(edges[0], height, edges[-1], height))
    if top:
        rules.append(Rule(edges[0], 0.0, edges[-1], 0.0))
    return Piece(height, tuple(runs), tuple(rules))


def _wrapped(cell: Shaped, grid: _Grid, at: int) -> list[SetLine]:
    room = grid.edges[at + 1] - grid.edges[at] - 2 * _PADDING
    return set_lines(cell, room + _ROUNDING, spread=False)


def _cell_style(row: Row, size: float) -> Style:
    return Style("fangsong" if row.kind == "plain" else "heiti", size)


def _fit(table: Table, width: float, faces: Faces) -> tuple[_Grid, list[list[Shaped]]]:
    """Return the widest type at which no cell is broken against the rules, and the cells in it."""
    for size in _SIZES:
        rows = [
            [shape(cell, _cell_style(row, size), faces) for cell in row.cells] for row in table.rows
        ]
        heads = [shape(column.head, Style("heiti", size), faces) for column in table.columns]
        plain = [cells for row, cells in zip(table.rows, rows, strict=True) if row.kind != "group"]
        columns = list(zip(heads, *plain, strict=True))
        least = [max(narrowest_text(cell) for cell in column) for column in columns]
        least = [narrowest + 2 * _PADDING for narrowest in least]
        if sum(least) <= width:
            break
    natural = [max(sum(cell.widths) for cell in column) + 2 * _PADDING for column in columns]
    widths = _column_widths(table.columns, least, natural, width)
    edges = [0.0]
    for column_width in widths:
        edges.append(edges[-1] + column_width)
    return _Grid(tuple(edges), size), rows


def _column_widths(
    columns: Sequence[Column], least: list[float], natural: list[float], width: float
) -> list[float]:
    """Return widths that add to the table's, wide enough for each cell where that can be."""
    if sum(natural) <= width:
        wide = [not column.narrow for column in columns]
        takers = wide if any(wide) else [True] * len(columns)
        spare = (width - sum(natural)) / sum(takers)
        return [size + spare * takes for size, takes in zip(natural, takers, strict=True)]
    if sum(least) <= width:
        part = (width - sum(least)) / (sum(natural) - sum(least))
        return [low + (high - low) * part for low, high in zip(least, natural, strict=True)]
    return _capped(least, width)


def _capped(least: list[float], width: float) -> list[float]:
    """Return the widths with the widest cut to one measure, so that the narrow ones keep theirs."""
    left, columns = width, len(least)
    for size in sorted(least):
        if size * columns > left:
            break
        left -= size
        columns -= 1
    cap = left / max(1, columns)
    return [min(size, cap) for size in least]


def _notes(notes: Sequence[str], sheet: Sheet, faces: Faces) -> list[Piece]:
    pieces = [Piece(_ABOVE, keep=True, blank=True)] if notes else []
    for note in notes:
        shaped = shape(note, _NOTE, faces)
        pieces += [
            Piece(_NOTE_PITCH, (place(line, _NOTE, 0.0, baseline(_NOTE.size, _NOTE_PITCH)),))
            for line in set_lines(shaped, sheet.block_width)
        ]
    return pieces
