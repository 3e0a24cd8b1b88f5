"""走访单: those that are out, and typing one back in the printed order, a key a door."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.journal import Command
from db.people import staff
from db.visits.recording import VisitEntry
from db.visits.sheets import OpenSheet, Sheet, open_sheets, return_sheet, sheet
from desktop.page import Context
from desktop.unsaved import Keeper
from desktop.visits.board import OUTCOME_KEYS
from desktop.visits.entry import EntryForm
from desktop.visits.half_typed import HalfTyped, TypedDoor
from desktop.widgets.tables import Column
from desktop.widgets.typing import TypingPage
from desktop.words import day_words


class SheetsPage(TypingPage[OpenSheet, Sheet, TypedDoor]):
    """The sheets of walks: a key a door, and a form for what the whole sheet shares."""

    title: ClassVar[str] = "走访单"
    watches: ClassVar[frozenset[str]] = frozenset(("field_sheet", "staff"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("数字 Enter", "打开这个编号的走访单"),
        ("1 2 3 4 5", "见到人、未遇、拒访、电话、留门卡，接着下一户"),
        ("+　−", "刚才那一户见到的人数"),
        ("空格", "这一户没有去，跳过"),
        ("Del", "擦掉这一行"),
        ("Ctrl+Enter", "全部登记"),
        ("Esc", "先放下，填了的还在，下次输编号接着填"),
    )
    noun = "走访单"
    hint = "1 见到人　2 未遇　3 拒访　4 电话　5 留门卡　+− 人数　空格跳过　Del 擦掉"
    none_out = "没有在外面的走访单。在“楼栋”或“今日”按 Ctrl+P 打印一张，走完回来按编号录"
    side_heading = "整张单子一样的"

    def __init__(self, context: Context) -> None:
        half = HalfTyped()
        out: tuple[Column[OpenSheet], ...] = (
            Column("编号", lambda s: str(s.number), 5, number=True),
            Column("走访单", lambda s: s.title, 20),
            Column("户数", lambda s: str(s.doors), 5, number=True),
            Column("打印", lambda s: day_words(s.printed, context.today), 8),
            Column("已过", lambda s: f"{s.age}天", 5, number=True),
            Column("", half.words, 8),
        )
        super().__init__(
            context,
            out,
            (
                Column("序号", lambda t: str(t.number), 4, number=True),
                Column("地址", lambda t: t.door.label, 16),
                Column("结果", lambda t: t.words, 10),
                Column("", lambda t: _already(t, context), 12),
            ),
        )
        self._half = half
        self._keeper = Keeper(context, self.noun, half.entries, self._restore, self)

    def side(self) -> QWidget:
        """Return the form of what all doors of the sheet share."""
        self._form = EntryForm(self.context)
        return self._form

    def out(self, connection: Connection) -> list[OpenSheet]:
        """Return the sheets that never came back."""
        return open_sheets(connection, self.context.today)

    def knows(self, connection: Connection) -> list[str]:
        """Return the names of the staff."""
        return [line.name for line in staff(connection)]

    def take_known(self, known: list[str]) -> None:
        """Complete them in the form."""
        self._form.knows(known)

    def found(self, connection: Connection, number: int) -> Sheet | None:
        """Return the sheet of a number."""
        return sheet(connection, number)

    def begin(self, sheet: Sheet) -> tuple[str, list[TypedDoor]]:
        """Return the doors to be typed; the form begins with the day of the printing."""
        self._form.set_day(sheet.printed)
        if sheet.returned is not None:
            self.said.emit(f"这张单子{day_words(sheet.returned, self.context.today)}已经登记过了")
        return f"第{sheet.number}号　{sheet.title}", self._half.of(sheet)

    def first(self, lines: Sequence[TypedDoor]) -> int:
        """Go on at the first door with nothing typed."""
        return next((at for at, line in enumerate(lines) if line.entry is None), 0)

    def take(self, event: QKeyEvent, at: int) -> bool:
        """Take a result; + and − change the people of the line above, Del takes a line back."""
        key = Qt.Key(event.key())
        if key in OUTCOME_KEYS and at >= 0:
            self._type(at, OUTCOME_KEYS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._add_people(at, -1 if key == Qt.Key.Key_Minus else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._set(at, None)
        elif key == Qt.Key.Key_Space:
            self._table.go_to(at + 1)
        else:
            return False
        return True

    def done_words(self) -> str:
        """Return how many doors are typed."""
        done = sum(t.entry is not None for t in self._typed.rows)
        return f"已填{done}户，共{len(self._typed.rows)}户"

    def written_back(self) -> tuple[Command[Any], Callable[[Any], str]] | None:
        """Return the command that records the visits."""
        if self.sheet is None:
            return None
        rows = [(t.door.household, t.entry) for t in self._typed.rows if t.entry is not None]
        return return_sheet(self.sheet.number, rows), lambda ids: f"已登记{len(ids)}条走访"

    def forget(self, sheet: Sheet) -> None:
        """Keep nothing of a sheet any more: it is saved."""
        self._half.forget(sheet.number)
        self._keeper.typed()

    def _type(self, at: int, outcome: str) -> None:
        try:
            entry = self._form.entry(outcome)
        except ValueError as reason:
            self.said.emit(f"{self._form.wrong_words()}{reason}。")
            return
        self._set(at, entry)
        self._table.go_to(at + 1)

    def _add_people(self, at: int, step: int) -> None:
        # The cursor has gone on to the next door; what was just typed is above it.
        rows = self._typed.rows
        last = at if 0 <= at < len(rows) and rows[at].entry else at - 1
        if 0 <= last < len(rows) and (entry := rows[last].entry) and entry.outcome == "met":
            people = max((entry.people or 1) + step, 1)
            self._set(last, VisitEntry(**{**vars(entry), "people": people}))

    def _set(self, at: int, entry: VisitEntry | None) -> None:
        if self.sheet is not None and 0 <= at < len(self._typed.rows):
            self._typed.rows[at].entry = entry
            self._half.keep(self.sheet.number, self._typed.rows)
            self._keeper.typed()
            self.repaint_line(at)

    def _restore(self, kept: dict[str, Any]) -> None:
        self._half.take_back(kept)
        self.refresh()


def _already(typed: TypedDoor, context: Context) -> str:
    day = typed.door.visited
    return f"{day_words(day, context.today)}已有登记" if day else ""
