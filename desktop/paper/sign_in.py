"""培训签到表: the list of a session on paper, filled or blank, with a number to type it back by.

Columns as docs/DOMAIN.md words them. It carries whole names, for who stands on it signs it.
"""

from collections.abc import Sequence
from datetime import date

from db.exports import Book, Sheet, Value
from db.kernel.dates import clock_text, full_day
from db.trainings import HERE, STATUS_NAMES
from db.trainings.lists import AttendanceRow, TrainingRow
from desktop.paper.document import (
    Blank,
    BlankLine,
    Block,
    Column,
    Document,
    Row,
    Subtitle,
    Table,
    Title,
)
from desktop.paper.lists import INTERNAL, Group, internal_list
from desktop.paper.words import share

NAME = "培训签到表"
COLUMNS = ("序号", "姓名", "身份", "所属社区/网格", "签到时间", "本人签名", "备注")
_WIDE = ("本人签名", "备注")
# How many characters a pen needs to write there.
_ROOM = {"姓名": 4.0, "身份": 3.0, "本人签名": 6.0, "备注": 4.0}
_COLUMNS = tuple(
    Column(head, "right" if head == "序号" else "left", head not in _WIDE, _ROOM.get(head, 0.0))
    for head in COLUMNS
)
# Behind the columns of the paper, so that the workbook can come in again.
STATUS = "出勤"


def sign_in_sheet(
    number: int,
    session: TrainingRow,
    lecturers: Sequence[str],
    people: Sequence[AttendanceRow],
    blanks: int,
    *,
    post: str,
    printed: date,
) -> Document:
    """Return a session's sheet: its list in this order, then so many empty lines, numbered on.

    What is known of who came stands on it; before anybody came the places to write are empty.
    """
    held = _held(people)
    rows = [Row((str(at), *_cells(row, held=held))) for at, row in enumerate(people, 1)]
    last = len(people)
    rows += [Row((str(last + at), *[""] * (len(COLUMNS) - 1))) for at in range(1, blanks + 1)]
    head: list[Block] = [
        Title((NAME,)),
        Subtitle(f"（编号{number}，{full_day(printed)}打印）"),
        BlankLine((Blank("主题", session.topic),)),
        BlankLine((Blank("时间", when(session), 1.5), Blank("地点", session.place or ""))),
        BlankLine((
            Blank("主讲人", "、".join(lecturers), 1.5),
            Blank("应到", f"{len(people)}人" if people else ""),
            Blank("实到", f"{session.present}人" if held else ""),
        )),
    ]  # fmt: skip
    notes = (f"请本人签名；请假的写明原因。会后在“培训、签到表”里输入编号{number}，按序号登记。",)
    table = Table(_COLUMNS, tuple(rows), notes, by_hand=True)
    return Document(
        f"{NAME}{number}", post, (*head, table), form=True, again=f"{NAME}（编号{number}，续）"
    )


def sign_in_book(
    session: TrainingRow, lecturers: Sequence[str], people: Sequence[AttendanceRow]
) -> Book:
    """Return the same as a workbook; with what is known of who came it can be brought in again."""
    held = _held(people)
    rows: list[tuple[Value, ...]] = [
        (at, *(cell or None for cell in _cells(row, held=False)), _status(row, held=held))
        for at, row in enumerate(people, 1)
    ]
    sheet = Sheet(_tab(session), NAME, _above(session, lecturers), (*COLUMNS, STATUS), rows)
    return Book(NAME, [sheet])


def absent_paper(
    session: TrainingRow, people: Sequence[AttendanceRow], *, author: str, made_on: date
) -> Document:
    """Return who of a session's list did not come, by community, with the reasons there are."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for row in absent(people):
        cells = (row.name, row.role, STATUS_NAMES[row.status], row.reason or "")
        groups.setdefault(row.community or "名单外", []).append(cells)
    columns = (Column("姓名"), Column("身份"), Column("情况"), Column("原因", narrow=False))
    came = f"应到{session.expected}人，实到{session.present}人，到训率{share(session.present, session.expected)}。"
    return internal_list(
        "缺席名单",
        columns,
        [Group(name, rows) for name, rows in groups.items()],
        author=author,
        made_on=made_on,
        empty="应到的人都来了。",
        notes=(f"{when(session)}“{session.topic}”，{came}", "迟到算到训，请假不算。"),
    )


def absent_book(session: TrainingRow, people: Sequence[AttendanceRow]) -> Book:
    """Return the same as a workbook."""
    headings = ("序号", "姓名", "身份", "所属社区", STATUS, "备注")
    rows: list[tuple[Value, ...]] = [
        (at, row.name, row.role, row.community, STATUS_NAMES[row.status], row.reason)
        for at, row in enumerate(absent(people), 1)
    ]
    above = ((INTERNAL,), *_above(session, ()))
    return Book("缺席名单", [Sheet(_tab(session), "缺席名单", above, headings, rows)])


def absent(people: Sequence[AttendanceRow]) -> list[AttendanceRow]:
    """Return who of a list was on leave or absent."""
    return [row for row in people if row.status not in HERE]


def when(session: TrainingRow) -> str:
    """Return when a session is held: 2026年3月20日 19:30—21:00."""
    hours = "—".join(clock_text(at) for at in (session.start, session.end) if at is not None)
    return f"{full_day(session.day)} {hours}".strip()


def _held(people: Sequence[AttendanceRow]) -> bool:
    """Whether the roll was called: somebody came."""
    return any(row.status in HERE for row in people)


def _cells(row: AttendanceRow, *, held: bool) -> tuple[str, ...]:
    signed = clock_text(row.signed) if row.signed is not None else ""
    return (row.name, row.role, row.community, signed, "", _remark(row, held=held))


def _remark(row: AttendanceRow, *, held: bool) -> str:
    """What stands under 备注: leave is known beforehand, who is late or absent only afterwards."""
    told = row.status == "leave" or (held and row.status != "present")
    words = (STATUS_NAMES[row.status] if told else "", row.reason or "")
    return "：".join(word for word in words if word)


def _status(row: AttendanceRow, *, held: bool) -> str | None:
    return STATUS_NAMES[row.status] if held or row.status == "leave" else None


def _above(session: TrainingRow, lecturers: Sequence[str]) -> tuple[tuple[Value, ...], ...]:
    held = session.present > 0
    return (
        ("培训主题", session.topic),
        ("培训时间", when(session).replace("—", "-")),
        ("地点", session.place, None, "主讲人", "、".join(lecturers) or None),
        ("应到", session.expected, None, "实到", session.present if held else None),
    )


def _tab(session: TrainingRow) -> str:
    return f"{session.day.month}.{session.day.day}"
