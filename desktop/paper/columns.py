"""The measures of a table: one type size for it, and columns that fit its width."""

from collections.abc import Sequence
from typing import NamedTuple

from desktop.paper.document import Column, Row, Table
from desktop.paper.fonts import Faces
from desktop.paper.setting import Shaped, Style, narrowest_text, shape

PADDING = 4.0
BETWEEN_ROWS = 3.2

_LEADING = 1.3
_SIZES = (12.0, 10.5, 9.0)
_LEGIBLE = (12.0, 10.5)
# What is tried to keep a table on its page: type size, and points between two rows.
_SETTINGS = ((12.0, BETWEEN_ROWS), (10.5, BETWEEN_ROWS), (10.5, 1.6))
_SHORT_HEAD = 6.0
_HALVINGS = 30


# A pen needs eight millimetres of a row.
HAND_ROW = 8 * 72 / 25.4
_HAND_SIZE = 12.0


class Grid(NamedTuple):
    """The columns of one table: left sides with the last right side, type size, space of rows."""

    edges: tuple[float, ...]
    size: float
    between: float = BETWEEN_ROWS

    @property
    def pitch(self) -> float:
        """How far apart the lines of a cell are, in points."""
        return self.size * _LEADING


class _Measured(NamedTuple):
    """For each column the widest cell on one line and the widest part kept whole, in em."""

    natural: list[float]
    least: list[float]

    def natural_at(self, size: float) -> list[float]:
        return [width * size + 2 * PADDING for width in self.natural]

    def least_at(self, size: float) -> list[float]:
        return [width * size + 2 * PADDING for width in self.least]


def fit(table: Table, width: float, height: float, faces: Faces) -> Grid:
    """Return the measures of a table: the largest type at which its cells stand well, in points.

    `height` is what the page has left for head and rows. Best is a cell on a line each and all on
    that page; then a cell on a line each; then cells wrapped by the rules. Only what fits at no
    size is broken.
    """
    measured = _measure(table, faces)
    on_a_line = [size for size in _LEGIBLE if sum(measured.natural_at(size)) <= width]
    rows = len(table.rows) + 1
    on_a_page = [
        (size, between)
        for size, between in _SETTINGS
        if size in on_a_line and rows * (size * _LEADING + between) <= height
    ]
    wrapped = [size for size in _SIZES if sum(measured.least_at(size)) <= width]
    spread = [(size, BETWEEN_ROWS) for size in (*on_a_line, *wrapped, _SIZES[-1])]
    size, between = [*on_a_page, *spread][0]
    if table.by_hand:
        size = min(size, _HAND_SIZE)
        between = HAND_ROW - size * _LEADING
    widths = _widths(table.columns, measured.least_at(size), measured.natural_at(size), width)
    edges = [0.0]
    for column_width in widths:
        edges.append(edges[-1] + column_width)
    return Grid(tuple(edges), size, between)


def cell_style(row: Row, size: float) -> Style:
    """Return how the cells of a row are set."""
    return Style("fangsong" if row.kind == "plain" else "heiti", size)


def _measure(table: Table, faces: Faces) -> _Measured:
    heads = [shape(column.head, Style("heiti", 1.0), faces) for column in table.columns]
    natural = [sum(head.widths) for head in heads]
    rooms = [column.room for column in table.columns]
    # A short heading broken in two looks like two headings.
    least = [
        width if width <= _SHORT_HEAD else narrowest_text(head)
        for width, head in zip(natural, heads, strict=True)
    ]
    natural = [max(sizes) for sizes in zip(natural, rooms, strict=True)]
    least = [max(sizes) for sizes in zip(least, rooms, strict=True)]
    for row in table.rows:
        if row.kind == "group":
            continue
        for at, text in enumerate(row.cells):
            shaped: Shaped = shape(text, cell_style(row, 1.0), faces)
            width = sum(shaped.widths)
            natural[at] = max(natural[at], width)
            if width > least[at]:
                least[at] = max(least[at], narrowest_text(shaped))
    return _Measured(natural, least)


def _widths(
    columns: Sequence[Column], least: list[float], natural: list[float], width: float
) -> list[float]:
    """Return widths that add to the table's, wide enough for each cell where that can be."""
    if sum(natural) <= width:
        shares = [1 if column.narrow else 3 for column in columns]
        spare = (width - sum(natural)) / sum(shares)
        return [size + spare * share for size, share in zip(natural, shares, strict=True)]
    return _capped(least, natural, width)


def _capped(least: list[float], natural: list[float], width: float) -> list[float]:
    """Return the widths with the widest columns cut to one measure, so narrow ones keep theirs.

    No column goes below what its parts kept whole need, unless even those pass the width.
    """
    floors = least if sum(least) <= width else [0.0] * len(least)
    low, high = 0.0, width
    for _ in range(_HALVINGS):
        cap = (low + high) / 2
        if sum(map(_between, floors, natural, [cap] * len(floors))) > width:
            high = cap
        else:
            low = cap
    return [_between(floor, wish, low) for floor, wish in zip(floors, natural, strict=True)]


def _between(floor: float, wish: float, cap: float) -> float:
    return max(floor, min(wish, cap))
