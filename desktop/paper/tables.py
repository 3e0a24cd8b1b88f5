"""Ruled tables: cells that wrap, rows that are never cut, heads repeated on each page.

Source: the layout rules for tables (heads in 黑体, 0.5 pt lines, numbers at the right).
"""

from collections.abc import Sequence

from desktop.paper.columns import PADDING, Grid, cell_style, fit
from desktop.paper.document import Align, Row, Table
from desktop.paper.fonts import Faces
from desktop.paper.setting import Run, SetLine, Style, place, set_lines, shape
from desktop.paper.sheet import Piece, Rule, Sheet, baseline

NOTE = Style("fangsong", 10.5)
NOTE_PITCH = 14.0
NOTE_GAP = 3.0
_ROUNDING = 0.02


def table_pieces(table: Table, sheet: Sheet, used: float, faces: Faces) -> list[Piece]:
    """Return the table as pieces: the head, a piece a row, and the lines of its notes.

    `used` is the height in points that is taken above it on its page.
    """
    notes = _notes(table.notes, sheet, faces)
    left = sheet.capacity - used - sum(note.height for note in notes)
    grid = fit(table, sheet.block_width, left, faces)
    style = Style("heiti", grid.size)
    columns = range(len(table.columns))
    head_cells = [_wrapped(table.columns[at].head, style, grid, at, faces) for at in columns]
    centred: list[Align] = ["centre" for _ in columns]
    head = _row_piece(head_cells, centred, grid, style, top=True)._replace(keep=True)
    pieces = [head]
    aligns = [column.align for column in table.columns]
    followed = [row.kind == "total" for row in table.rows[1:]] + [bool(notes)]
    for row, held in zip(table.rows, followed, strict=False):
        parts = _row_pieces(row, aligns, grid, sheet.capacity - head.height, faces)
        parts[-1] = parts[-1]._replace(keep=held or row.kind == "group")
        pieces += [part._replace(head=head) for part in parts]
    return pieces + notes


def _row_pieces(
    row: Row, aligns: list[Align], grid: Grid, tallest: float, faces: Faces
) -> list[Piece]:
    """Return the row in one piece; only a row taller than a whole page is cut."""
    style = cell_style(row, grid.size)
    if row.kind == "group":
        grid, aligns = grid._replace(edges=(grid.edges[0], grid.edges[-1])), ["left"]
    cells = [_wrapped(text, style, grid, at, faces) for at, text in enumerate(row.cells)]
    fits = max(1, int((tallest - grid.between) // grid.pitch))
    most = max(len(cell) for cell in cells)
    return [
        _row_piece([cell[at : at + fits] for cell in cells], aligns, grid, style)
        for at in range(0, most, fits)
    ]


def _row_piece(
    cells: list[list[SetLine]], aligns: list[Align], grid: Grid, style: Style, *, top: bool = False
) -> Piece:
    edges, pitch = grid.edges, grid.pitch
    height = max(len(cell) for cell in cells) * pitch + grid.between
    runs: list[Run] = []
    for at, lines in enumerate(cells):
        left, right = edges[at] + PADDING, edges[at + 1] - PADDING
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


def _wrapped(text: str, style: Style, grid: Grid, at: int, faces: Faces) -> list[SetLine]:
    room = grid.edges[at + 1] - grid.edges[at] - 2 * PADDING
    return set_lines(shape(text, style, faces), room + _ROUNDING, spread=False)


def _notes(notes: Sequence[str], sheet: Sheet, faces: Faces) -> list[Piece]:
    pieces = [Piece(NOTE_GAP, keep=True, blank=True)] if notes else []
    for note in notes:
        lines = set_lines(shape(note, NOTE, faces), sheet.block_width)
        y = baseline(NOTE.size, NOTE_PITCH)
        runs = [place(line, NOTE, 0.0, y) for line in lines]
        pieces += [Piece(NOTE_PITCH, (run,), keep=True) for run in runs]
    return [*pieces[:-1], pieces[-1]._replace(keep=False)] if notes else []


def notes_height(table: Table, sheet: Sheet, faces: Faces) -> float:
    """Return what the notes under a table take, in points."""
    return sum(note.height for note in _notes(table.notes, sheet, faces))
