"""Internal lists: papers made anew each time they are asked for, never part of an issued report.

Source: the project's rules for 未结纠纷 and 未参训名单 (grouped by community, marked 内部资料).
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from db.kernel.dates import full_day
from desktop.paper.document import Block, Column, Document, Mark, Row, Subtitle, Table, Title

INTERNAL = "内部资料"

_UPRIGHT_EM, LANDSCAPE_EM = 36.0, 52.0
_CELL_EM = 0.8
_MOST_ACROSS = 3


class Group(NamedTuple):
    """The rows of one community; with an empty name they stand without a heading."""

    name: str
    rows: Sequence[Sequence[str]]


def internal_list(
    title: str,
    columns: Sequence[Column],
    groups: Sequence[Group],
    *,
    author: str,
    made_on: date,
    unit: str = "人",
    empty: str = "没有符合条件的记录。",
    notes: Sequence[str] = (),
) -> Document:
    """Return a list as a paper of its own, its rows grouped, counted and numbered through.

    The text of every cell is plain; a column 序号 is put before those given. A table too wide for
    an upright page is turned; a narrow one stands two or three times side by side.
    """
    total = sum(len(group.rows) for group in groups)
    heading = Subtitle(f"（共{total}{unit}，{full_day(made_on)}制）")
    head: list[Block] = [Mark(INTERNAL), Title((title,)), heading]
    numbered = (Column("序号", "right"), *columns)
    needed = _needed_em(numbered, groups, total)
    across = max(1, min(_MOST_ACROSS, int(_UPRIGHT_EM // needed), total))
    rows: list[Row] = []
    number = 0
    for group in groups:
        if group.name:
            rows.append(Row((f"{group.name}（{len(group.rows)}{unit}）",), "group"))
        lines = [(str(number + at), *row) for at, row in enumerate(group.rows, 1)]
        number += len(lines)
        rows += _side_by_side(lines, across, len(numbered))
    if not total:
        rows.append(Row((empty,), "group"))
    table = Table(numbered * across, tuple(rows), tuple(notes))
    landscape = needed > _UPRIGHT_EM
    return Document(title, author, (*head, table), landscape=landscape)


def _side_by_side(lines: Sequence[tuple[str, ...]], across: int, width: int) -> list[Row]:
    """Return the lines read left to right, so that a page can end after any row."""
    rows = []
    for at in range(0, len(lines), across):
        cells = [cell for line in lines[at : at + across] for cell in line]
        cells += [""] * (across * width - len(cells))
        rows.append(Row(tuple(cells)))
    return rows


def _needed_em(columns: Sequence[Column], groups: Sequence[Group], total: int) -> float:
    """Return the width the columns ask for, in em: a Chinese character is one, others half.

    Long texts may wrap, so the widest eighth of a column's cells does not count.
    """
    rows = [row for group in groups for row in group.rows]
    needed = max(em(columns[0].head), em(str(total))) + _CELL_EM
    for at, column in enumerate(columns[1:]):
        sizes = sorted(em(row[at]) for row in rows)
        usual = sizes[len(sizes) * 7 // 8] if sizes else 0.0
        needed += max(em(column.head), usual) + _CELL_EM
    return needed


def em(text: str) -> float:
    """Return a text's width in em: a Chinese character is one, others about half."""
    return sum(0.56 if character < "\u02b0" else 1.0 for character in text)
