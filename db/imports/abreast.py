"""Lists that stand abreast: one heading written again beside itself, to save paper."""

from collections.abc import Sequence
from typing import NamedTuple

from db.imports.heading_rows import HEADING_ROWS, texts_of
from db.imports.headings import known_names, normal
from db.imports.reader import Cell

_LEAST = 2
Rows = Sequence[Sequence[Cell]]


class Abreast(NamedTuple):
    """A sheet whose heading stands in row `at` as often as there are `starts`, each `width` wide."""

    at: int
    starts: tuple[int, ...]
    width: int

    def first(self, rows: Rows) -> Rows:
        """Return the sheet with the first list alone; what stands above the lists stays."""
        begin, end = self.starts[0], self.starts[0] + self.width
        return [
            row if number < self.at else (*[None] * begin, *row[begin:end])
            for number, row in enumerate(rows)
        ]

    def beside(self, row: Sequence[Cell]) -> list[Sequence[Cell]]:
        """Return the row of every list, each moved to where the first stands."""
        blank = [None] * self.starts[0]
        return [(*blank, *row[start : start + self.width]) for start in self.starts]


def abreast(rows: Rows) -> Abreast | None:
    """Return how the lists of a sheet stand abreast; None if it has one list, as nearly all have."""
    for at in range(min(len(rows), HEADING_ROWS)):
        texts = texts_of(rows, at, at)
        columns = sorted(texts)
        words = [normal(texts[column]) for column in columns]
        for count in range(len(words) // 2, _LEAST - 1, -1) if len(set(words)) < len(words) else ():
            long = len(words) // count
            if long < _LEAST or words != words[:long] * count:
                continue
            starts = columns[::long]
            steps = {after - before for before, after in zip(columns, columns[long:], strict=False)}
            if len(steps) == 1 and known_names(texts[c] for c in columns[:long]) >= _LEAST:
                return Abreast(at, tuple(starts), steps.pop())
    return None
