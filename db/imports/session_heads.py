"""What stands above the names of a sign-in sheet: the session, in labels and their values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from db.imports.cells import plain, readable
from db.imports.headings import Heading, is_number, normal
from db.imports.reader import Cell
from db.kernel.fields import fields_of
from db.kernel.text import squeeze
from db.trainings import SIGNED, TrainingDraft

_HEAD = fields_of(TrainingDraft)
_STATED = ("应到", "实到")
_COLON = re.compile("[:：]")
# 时间：3月12日　地点：会议室 in one cell.
_NEXT_LABEL = re.compile(r"[\s；;，,]+(?=[^\s\d:：；;，,]{2,6}[:：])")
_SESSION = re.compile(r"签到|培训|会议|例会|座谈|学习|演练|宣传|名单|名册|登记")
_LONGEST_NAME = 12


def _head_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for name, declared in _HEAD.items():
        for word in (declared.label, *declared.synonyms):
            names.setdefault(normal(word), name)
    return names


_HEAD_NAMES = _head_names()


def read_head(rows: Sequence[Sequence[Cell]]) -> tuple[dict[str, Cell], dict[str, int]]:
    """Return what stands above the names: cells by field, and the numbers of 应到 and 实到."""
    cells: dict[str, Cell] = {}
    stated: dict[str, int] = {}
    for row in rows:
        parts = list(_parts(row))
        for at, part in enumerate(parts):
            label, _, rest = (squeeze(plain(part))).partition(":")
            value = _value(part) if rest else next(iter(parts[at + 1 : at + 2]), None)
            if not rest and _is_label(value):
                # The next label: this one was left open.
                continue
            name = _field(label)
            if name is not None and name not in cells and value is not None:
                cells[name] = value
            for said in _STATED:
                digits = plain(value).rstrip("人名") if value is not None else ""
                if normal(label).startswith(said) and digits.isdecimal():
                    stated[said] = int(digits)
    if "topic" not in cells and (title := _title(rows)):
        cells["topic"] = title
    return cells, stated


def end_of_names(rows: Sequence[Sequence[Cell]], heading: Heading, end: int) -> int:
    """Return where the names of a sheet end whose next sheet's heading stands at `end`.

    The head of that one begins behind the last row that names somebody.
    """
    name = heading.columns["name"]
    number = next((c for c, text in heading.texts.items() if is_number(text)), -1)
    for at in range(end - 1, heading.last, -1):
        row = rows[at]
        if name >= len(row) or row[name] is None or not plain(row[name]):
            continue
        numbered = 0 <= number < len(row) and plain(row[number]).isdecimal()
        if numbered or not _is_head(row):
            return at + 1
    return heading.last + 1


def signed_by_name(heading: Heading, rows: Sequence[tuple[int, Sequence[Cell]]]) -> Heading:
    """Return a heading whose 签到 is what people signed where it holds no times, as 签名 is."""
    column = heading.columns.get("signed", -1)
    if column < 0 or normal(heading.texts[column]) != SIGNED:
        return heading
    cells = [row[column] for _, row in rows if column < len(row) and row[column] is not None]
    times = bool(cells) and all(readable(heading.kind.fields["signed"], cell) for cell in cells)
    if times or "signed" in heading.by_hand.values():
        return heading
    columns = {name: at for name, at in heading.columns.items() if name != "signed"}
    return replace(heading, columns={"status": column} | columns)


def _parts(row: Sequence[Cell]) -> Iterator[Cell]:
    """The filled cells of a row; one that holds several labels with their values in several."""
    for cell in row:
        if isinstance(cell, str) and _COLON.search(cell) and _is_label(cell):
            # A record of what was said is full of such words.
            record = _field(cell) == "note"
            yield from (cell,) if record else _NEXT_LABEL.split(plain(cell))
        elif cell is not None and plain(cell):
            yield cell


def _value(part: Cell) -> str:
    return _COLON.split(plain(part), maxsplit=1)[-1].strip()


def _field(part: Cell) -> str | None:
    return _HEAD_NAMES.get(normal(squeeze(plain(part)).partition(":")[0]))


def _is_label(part: Cell) -> bool:
    return _field(part) is not None or normal(plain(part)).startswith(_STATED)


def _is_head(row: Sequence[Cell]) -> bool:
    """Tell whether a row is a title or says something of a session, and names nobody."""
    first, *more = [plain(cell) for cell in row if cell is not None and plain(cell)] or [""]
    titled = not more and (_SESSION.search(first) or len(squeeze(first)) > _LONGEST_NAME)
    return bool(titled) or _COLON.search(first) is not None or _is_label(first)


def _title(rows: Sequence[Sequence[Cell]]) -> str:
    """The topic that a title says: 反诈培训签到表 is 反诈培训."""
    firsts = [next((c for c in row if c is not None and plain(c)), None) for row in rows]
    lines = [plain(c) for c in firsts if isinstance(c, str) and not plain(c).isdecimal()]
    titles = [line for line in lines if not _COLON.search(line) and not _is_label(line)]
    title = next((line for line in titles if _SESSION.search(line)), next(iter(titles), ""))
    title = title.removesuffix("签到表").removesuffix("签到册")
    return "" if title in ("培训", "会议") else title
