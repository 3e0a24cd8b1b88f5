"""签到表: those that are out, and typing one back in the printed order, a key a line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from sqlalchemy import Connection

from db.kernel.journal import Command
from db.trainings import HERE, STATUS_NAMES
from db.trainings.lists import AttendanceRow, leave_reasons
from db.trainings.sheets import (
    Marked,
    OpenSheet,
    Sheet,
    WroteIn,
    open_sheets,
    return_sheet,
    sheet,
)
from desktop.page import Context
from desktop.trainings.reasons import ReasonField
from desktop.trainings.roll import MARKS
from desktop.unsaved import Keeper
from desktop.widgets.entries import EntryField, text_field
from desktop.widgets.forms import read_time
from desktop.widgets.parts import label
from desktop.widgets.tables import Column
from desktop.widgets.typing import TypingPage
from desktop.words import clock_words, day_words

Line = tuple[str, str, int | None, str | None]


@dataclass
class TypedPerson:
    """A line of a sheet being typed back: who stands there, and what the paper says of them.

    An empty line has no `row`; whoever wrote themselves in there gets a `name`.
    """

    number: int
    row: AttendanceRow | None
    name: str
    status: str = ""
    signed: int | None = None
    reason: str | None = None

    @property
    def words(self) -> str:
        """What was typed, in words."""
        words = (STATUS_NAMES.get(self.status, ""), clock_words(self.signed), self.reason or "")
        return " ".join(word for word in words if word)


COLUMNS: tuple[Column[TypedPerson], ...] = (
    Column("序号", lambda t: str(t.number), 4, number=True),
    Column("姓名", lambda t: t.name, 7),
    Column("身份", lambda t: t.row.role if t.row else "", 6),
    Column("社区", lambda t: t.row.community if t.row else "", 7),
    Column("纸上", lambda t: t.words, 11),
    Column("名单上现在", lambda t: STATUS_NAMES[t.row.status] if t.row else "", 7),
)


class SignInPage(TypingPage[OpenSheet, Sheet, TypedPerson]):
    """The sheets of sessions: a key a name, and fields for the time, the reason, who wrote in."""

    title: ClassVar[str] = "签到表"
    watches: ClassVar[frozenset[str]] = frozenset(("sign_in_sheet", "training", "attendance"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("数字 Enter", "打开这个编号的签到表"),
        ("1　2　3　4", "到、迟到、请假（接着写原因）、缺席，到下一行"),
        ("Enter", "到；空行上是写进来的人的姓名"),
        ("T", "签到时间"),
        ("A　Q", "没填的都记到；没填的都记缺席"),
        ("空格", "跳过，名单上是什么还是什么"),
        ("Del", "擦掉这一行"),
        ("Ctrl+Enter", "全部登记"),
        ("Esc", "先放下，填了的还在，下次输编号接着填"),
    )
    noun = "签到表"
    hint = "1 到　2 迟到　3 请假　4 缺席　T 时间　A 其余都到　Q 其余都缺席　空格跳过　Del 擦掉"
    none_out = "打出去的签到表都录回来了。签到表在“清单”里选中一场培训按 Ctrl+P 打印"
    side_heading = "这一行"

    def __init__(self, context: Context) -> None:
        self._at = -1
        out: tuple[Column[OpenSheet], ...] = (
            Column("编号", lambda s: str(s.number), 5, number=True),
            Column("培训", lambda s: s.topic, 20),
            Column("日期", lambda s: day_words(s.day, context.today), 8),
            Column("人数", lambda s: str(s.people or "空白"), 5, number=True),
            Column("打印", lambda s: day_words(s.printed, context.today), 8),
            Column("", lambda s: f"过了{s.age}天，还没有登记" if s.age > 0 else "", 14),
        )
        super().__init__(context, out, COLUMNS)
        # What is typed of each sheet by its number, and of each line by its own: name and marks.
        self._half: dict[str, dict[str, Line]] = {}
        self._keeper = Keeper(
            context, self.noun, lambda: {**self._half} or None, self._restore, self
        )
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))

    def side(self) -> QWidget:
        """Return the fields of one line."""
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        self._who = text_field("写进来的人", 40)
        self._time = EntryField("签到时间", read_time)
        self._reason = ReasonField()
        fields = (("姓名", self._who), ("签到时间", self._time), ("原因", self._reason))
        for at, (name, field) in enumerate(fields):
            grid.addWidget(label(name, 12, "second"), at, 0)
            grid.addWidget(field, at, 1)
            field.finished.connect(self._take_fields)
        self._offered = label(tone="second", pixels=12, wrap=True)
        grid.addWidget(self._offered, len(fields), 0, 1, 2)
        return made

    def out(self, connection: Connection) -> list[OpenSheet]:
        """Return the sheets that never came back."""
        return open_sheets(connection, self.context.today)

    def knows(self, connection: Connection) -> list[str]:
        """Return the usual reasons."""
        return leave_reasons(connection)

    def take_known(self, known: list[str]) -> None:
        """Offer them under their numbers."""
        self._reason.offer(known)
        said = "　".join(f"{at} {reason}" for at, reason in enumerate(known, 1))
        self._offered.setText(f"请假原因可以打数字：{said}")

    def found(self, connection: Connection, number: int) -> Sheet | None:
        """Return the sheet of a number."""
        return sheet(connection, number)

    def begin(self, sheet: Sheet) -> tuple[str, list[TypedPerson]]:
        """Return the lines to be typed, the empty ones below the names."""
        if sheet.returned is not None:
            self.said.emit(f"这张单子{day_words(sheet.returned, self.context.today)}已经登记过了")
        people = [TypedPerson(p.place, p.row, p.row.name) for p in sheet.people]
        empty = [TypedPerson(sheet.listed + at, None, "") for at in range(1, sheet.blanks + 1)]
        typed = self._half.get(str(sheet.number), {})
        for line in (*people, *empty):
            if (kept := typed.get(str(line.number))) is not None:
                line.name, line.status, line.signed, line.reason = kept
        day = day_words(sheet.training.day, self.context.today)
        return f"第{sheet.number}号　{day} {sheet.training.topic}", people + empty

    def take(self, event: QKeyEvent, at: int) -> bool:
        """Take a mark and go on; letters and Enter mean what the keys of the page say."""
        if not 0 <= at < len(self._typed.rows) or event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier
        ):
            return False
        line, key, text = self._typed.rows[at], event.key(), event.text().lower()
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if line.row is None and (enter or text in MARKS):
            self._who.setFocus(Qt.FocusReason.TabFocusReason)
        elif enter or text in MARKS:
            self._mark(at, "present" if enter else MARKS[text])
        elif key == Qt.Key.Key_Space:
            self._table.go_to(at + 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._clear(at)
        elif text == "t":
            self._time.setFocus(Qt.FocusReason.TabFocusReason)
        elif text in ("a", "q"):
            self._rest("present" if text == "a" else "absent")
        else:
            return False
        return True

    def done_words(self) -> str:
        """Return how many lines are typed."""
        rows = self._typed.rows
        came = sum(t.status in HERE for t in rows)
        names = sum(t.row is not None for t in rows)
        return f"已填{sum(bool(t.status) for t in rows)}人，到{came}人，名单{names}人"

    def written_back(self) -> tuple[Command[Any], Callable[[Any], str]] | None:
        """Return the command that marks the list."""
        if self.sheet is None:
            return None
        rows = [t for t in self._typed.rows if t.status]
        marked = [Marked(t.row.id, t.status, t.signed, t.reason) for t in rows if t.row is not None]
        wrote_in = [WroteIn(t.name, t.status, t.signed) for t in rows if t.row is None]
        number = self.sheet.number
        return return_sheet(number, marked, wrote_in), lambda count: f"已登记{count}人"

    def first(self, lines: Sequence[TypedPerson]) -> int:
        """Go on at the first line with nothing typed."""
        return next((at for at, line in enumerate(lines) if not line.status), 0)

    def forget(self, sheet: Sheet) -> None:
        """Keep nothing of a sheet any more: it is saved."""
        self._half.pop(str(sheet.number), None)
        self._keeper.typed()

    def repaint_line(self, at: int) -> None:
        """Show what was typed on a line, and keep it."""
        super().repaint_line(at)
        if self.sheet is None:
            return
        typed = {
            str(line.number): (line.name, line.status, line.signed, line.reason)
            for line in self._typed.rows
            if line.status
        }
        if typed:
            self._half[str(self.sheet.number)] = typed
        else:
            self._half.pop(str(self.sheet.number), None)
        self._keeper.typed()

    def _restore(self, kept: dict[str, Any]) -> None:
        self._half = {**kept, **self._half}

    def _mark(self, at: int, status: str) -> None:
        line = self._typed.rows[at]
        line.status = status
        line.reason = line.reason if status not in HERE else None
        line.signed = line.signed if status in HERE else None
        self.repaint_line(at)
        if status == "leave":
            self._moved(at)
            self._reason.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._table.go_to(at + 1)

    def _clear(self, at: int) -> None:
        line = self._typed.rows[at]
        line.status, line.signed, line.reason = "", None, None
        line.name = line.row.name if line.row is not None else ""
        self.repaint_line(at)
        self._moved(at)

    def _rest(self, status: str) -> None:
        for at, line in enumerate(self._typed.rows):
            if line.row is not None and not line.status:
                line.status = status
                self.repaint_line(at)

    def _moved(self, at: int) -> None:
        """Show the fields of the line under the cursor."""
        self._at = at
        if not 0 <= at < len(self._typed.rows):
            return
        line = self._typed.rows[at]
        self._who.setEnabled(line.row is None)
        self._who.setText(line.name)
        self._time.setText(clock_words(line.signed))
        self._reason.setText(line.reason or "")

    def _take_fields(self) -> None:
        """Take what stands in the fields for their line, and go on with the next."""
        at = self._at
        if self.sheet is None or not 0 <= at < len(self._typed.rows):
            return
        line = self._typed.rows[at]
        try:
            name, signed, reason = self._who.value(), self._time.value(), self._reason.value()
        except ValueError as wrong:
            self.said.emit(f"{wrong}。")
            return
        if line.row is None:
            line.name = name or ""
            line.status = (line.status or "present") if name else ""
        if reason and line.status not in ("leave", "absent"):
            line.status = "leave"
        elif signed is not None and line.status not in HERE:
            line.status = "present"
        line.signed = signed if line.status in HERE else None
        line.reason = reason if line.status not in HERE else None
        self.repaint_line(at)
        self._table.setFocus()
        self._table.go_to(at + 1)
