"""Columns to tick: what one column would say in a word stands as a tick under that word.

在家 and 不在家 side by side under 是否在家, 反诈 and 消防 under 宣传内容; or the outcomes of a visit with
nothing over them. They are read as the one column they stand for.
"""

from collections.abc import Sequence
from typing import NamedTuple

from db.imports.cells import CHECKS, plain
from db.imports.heading_rows import HEADING_ROWS, texts_of
from db.imports.headings import known_names, normal, refused
from db.imports.reader import Cell
from db.kernel.text import squeeze
from db.visits import OUTCOMES

_TICKS = CHECKS | frozenset("1 Y y ○ ● 是".split())
_OUTCOME = "走访结果"
_LEAST = 2
Rows = list[list[Cell]]


class _Group(NamedTuple):
    """Columns to tick: the word over them, and the word of each."""

    over: str
    words: dict[int, str]


def without_ticks(rows: Rows) -> Rows:
    """Return a sheet whose columns to tick are each one column of words; any other as it is."""
    for at in range(min(len(rows), HEADING_ROWS)):
        # Ticks and blanks stand in rows of data as well: only a heading is looked at.
        if known_names(texts_of(rows, max(at - 1, 0), at).values()) < _LEAST:
            continue
        groups = _groups(rows, at)
        if groups:
            return [_read(row, number, at, groups) for number, row in enumerate(rows)]
    return rows


def _groups(rows: Rows, at: int) -> list[_Group]:
    """The groups of columns to tick whose words stand in this row, each with what is over it."""
    under, over = rows[at], rows[at - 1] if at else ()
    found: list[_Group] = []
    end = 0
    while end < len(under):
        column, word = end, _text(over, end)
        end += 1
        if word:
            while _text(under, end) and _text(over, end) in ("", word):
                end += 1
        elif normal(_text(under, column)) in OUTCOMES:
            word = _OUTCOME
            while not _text(over, end) and normal(_text(under, end)) in OUTCOMES:
                end += 1
        group = _Group(word, {c: _text(under, c) for c in range(column, end)})
        # What may never be kept stays a column of its own, which is left out by its name.
        kept = word and not any(map(refused, (word, *group.words.values())))
        if kept and len(group.words) >= _LEAST and _ticked(rows[at + 1 :], group):
            found.append(group)
    return found


def _ticked(rows: Rows, group: _Group) -> bool:
    """Whether ticks stand in the columns, and nothing else."""
    ticked = False
    for row in rows:
        said = [text for column in group.words if (text := _text(row, column))]
        if not _TICKS.issuperset(said):
            return False
        ticked = ticked or bool(said)
    return ticked


def _read(row: list[Cell], number: int, at: int, groups: Sequence[_Group]) -> list[Cell]:
    """The row with each group in its first column: the word over it, or what was ticked."""
    if number < at - 1:
        return row
    read = list(row) + [None] * (max(max(group.words) for group in groups) + 1 - len(row))
    for group in groups:
        ticked = [word for column, word in group.words.items() if _text(row, column) in _TICKS]
        for column in group.words:
            read[column] = None
        if number >= at:
            read[min(group.words)] = group.over if number == at else "、".join(ticked) or None
    return read


def _text(row: Sequence[Cell], column: int) -> str:
    return squeeze(plain(row[column])) if column < len(row) else ""
