"""A table of holidays that comes in from a workbook the yearly notice was typed into.

Source: the 国务院办公厅's notice of each November; what is a plain weekday or weekend is left out.
"""

from datetime import date
from pathlib import Path
from typing import Final

from db.imports.cells import CellError, day_in, plain
from db.imports.reader import Cell, read_workbook
from db.kernel.errors import UserError
from db.kernel.text import squeeze
from db.post import MOST_NAME, DayOffLine

DAY_HEADS: Final = ("日期", "放假日期", "时间", "节假日日期", "日子")
KIND_HEADS: Final = ("上班", "是否上班", "安排", "类型", "性质", "放假或上班", "休息或上班")
NAME_HEADS: Final = ("名称", "节日", "节假日", "说明", "备注")
WORKS: Final = frozenset(("是", "上班", "调休上班", "调休", "补班", "工作日", "班"))
RESTS: Final = frozenset(("否", "休息", "放假", "节假日", "假日", "休", "假"))
SATURDAY: Final = 5


def read_holidays(path: Path) -> list[DayOffLine]:
    """Return the exceptions a workbook lists, in order; days named twice count once.

    UserError, naming sheet and row, for what cannot be read: nothing is taken from half a table.
    """
    found: dict[date, DayOffLine] = {}
    for sheet in read_workbook(path).sheets:
        heads: dict[str, int] = {}
        for number, row in enumerate(sheet.rows, 1):
            if not heads:
                heads = _heads(row)
            elif any(cell not in (None, "") for cell in row):
                line = _line(row, heads, f"“{sheet.name}”第{number}行")
                if line.works != (line.day.weekday() < SATURDAY):
                    found[line.day] = line
    if not found:
        raise UserError("没有认出节假日：表里要有“日期”一列和“上班”（休息、上班）一列，没有导入。")
    return [found[day] for day in sorted(found)]


def _heads(row: list[Cell]) -> dict[str, int]:
    """Return where day, kind and name stand, if the row is the head of such a table."""
    words = [squeeze(plain(cell)) for cell in row]
    heads = {
        name: next((at for at, word in enumerate(words) if word in known), -1)
        for name, known in (("day", DAY_HEADS), ("kind", KIND_HEADS), ("name", NAME_HEADS))
    }
    return heads if heads["day"] >= 0 and heads["kind"] >= 0 else {}


def _line(row: list[Cell], heads: dict[str, int], where: str) -> DayOffLine:
    def cell(name: str) -> Cell:
        at = heads[name]
        return row[at] if 0 <= at < len(row) else None

    try:
        day = day_in(cell("day"))
    except (CellError, ValueError):
        day = None
    if day is None:
        raise UserError(f"{where}的日期看不懂，没有导入。")
    word = squeeze(plain(cell("kind")))
    if word not in WORKS | RESTS:
        raise UserError(f"{where}看不懂是上班还是休息（“{word}”），没有导入。")
    works = word in WORKS
    name = plain(cell("name"))[:MOST_NAME]
    return DayOffLine(day, works, name or ("调休上班" if works else "放假"))
