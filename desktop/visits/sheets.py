"""走访单: those that are out, and typing one back in the printed order, a key a door."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from sqlalchemy import Connection

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.people import staff
from db.visits.recording import VisitEntry
from db.visits.sheets import OpenSheet, Sheet, open_sheets, return_sheet, sheet
from desktop.page import Context, Page
from desktop.unsaved import Keeper
from desktop.visits.board import OUTCOME_KEYS
from desktop.visits.entry import EntryForm
from desktop.visits.half_typed import HalfTyped, TypedDoor
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.stack import PageStack
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import day_words

ENTRY_WIDTH, NARROW_ENTRY, NARROW = 304, 270, 1120


class TypedTable(RowTable):
    """The doors of a sheet: 1-5 type a result and go on, + and − count the people met."""

    typed = Signal(int, str)
    counted = Signal(int, int)
    cleared = Signal(int)

    def __init__(self, model: RowModel[TypedDoor]) -> None:
        super().__init__(model, "走访单上的户")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take a result; + and − change the people of the line above, Del takes a line back."""
        key, at = Qt.Key(event.key()), self.currentIndex().row()
        if key in OUTCOME_KEYS and at >= 0:
            self.typed.emit(at, OUTCOME_KEYS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.counted.emit(at, -1 if key == Qt.Key.Key_Minus else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit(at)
        elif key == Qt.Key.Key_Space:
            self.go_to(at + 1)
        else:
            super().keyPressEvent(event)

    def go_to(self, at: int) -> None:
        """Put the cursor on a line, if there is one."""
        if 0 <= at < self.model().rowCount(QModelIndex()):
            self.selectRow(at)
            self.setCurrentIndex(self.model().index(at, 0))


class SheetsPage(Page):
    """Type a sheet's number; its doors stand in the printed order, ready for one key each."""

    title: ClassVar[str] = "走访单"
    watches: ClassVar[frozenset[str]] = frozenset(("field_sheet",))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("数字 Enter", "打开这个编号的走访单"),
        ("1 2 3 4 5", "见到人、未遇、拒访、电话、留门卡，接着下一户"),
        ("+　−", "刚才那一户见到的人数"),
        ("空格", "这一户没有去，跳过"),
        ("Del", "擦掉这一行"),
        ("Ctrl+Enter", "全部登记"),
        ("Esc", "先放下，填过的留着"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sheet: Sheet | None = None
        self._half = HalfTyped()
        self._number = QLineEdit()
        self._number.setPlaceholderText("走访单编号")
        self._number.setAccessibleName("走访单编号")
        self._number.setMaximumWidth(context.theme.px(160))
        self._number.returnPressed.connect(self._open_number)
        self._open: RowModel[OpenSheet] = RowModel(
            (
                Column("编号", lambda s: str(s.number), 5, number=True),
                Column("走访单", lambda s: s.title, 20),
                Column("户数", lambda s: str(s.doors), 5, number=True),
                Column("打印", lambda s: day_words(s.printed, context.today), 8),
                Column("已过", lambda s: f"{s.age}天", 5, number=True),
                Column("", self._half.words, 8),
            )
        )
        self._typed: RowModel[TypedDoor] = RowModel(
            (
                Column("序号", lambda t: str(t.number), 4, number=True),
                Column("地址", lambda t: t.door.label, 16),
                Column("结果", lambda t: t.words, 10),
                Column("", lambda t: _already(t, context), 12),
            )
        )
        self._open_table = RowTable(self._open, "没有回来的走访单", "打出去的走访单都录回来了")
        self._table = TypedTable(self._typed)
        self._form = EntryForm(context, buttons=False)
        self._name, self._count = label(pixels=16), label(tone="second")
        self._stack, self._beside = PageStack(), panel()
        self._build()
        self._keeper = Keeper(context, "走访单", self._half.entries, self._restore, self)
        self.setFocusProxy(self._number)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a sheet by its number or its id."""
        if "number" in what:
            self._ask(int(what["number"]))
        elif what.get("entity") == "field_sheet":
            wanted = what.get("record")
            known = next((s for s in self._open.rows if s.id == wanted), None)
            if known is not None:
                self._ask(known.number)

    def refresh(self) -> None:
        """Read which sheets are out."""
        day = self.context.today

        def question(connection: Connection) -> tuple[list[OpenSheet], list[str]]:
            return open_sheets(connection, day), [line.name for line in staff(connection)]

        self.context.background.ask(self, question, self._show_open)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave the doors their room where the window is narrow for its type."""
        super().resizeEvent(event)
        theme = self.context.theme
        narrow = self.window().width() < theme.px(NARROW)
        self._beside.setFixedWidth(theme.px(NARROW_ENTRY if narrow else ENTRY_WIDTH))

    def save(self) -> None:
        """Write all that was typed as one step."""
        if self._sheet is None:
            return
        number = self._sheet.number
        rows = [(t.door.household, t.entry) for t in self._typed.rows if t.entry is not None]

        def saved(done: Done[tuple[Id, ...]]) -> None:
            self._half.forget(number)
            self._keeper.typed()
            self.said.emit(f"已登记{len(done.value)}条走访　　Ctrl+Z 整张撤销")
            self._leave()

        self.context.background.write(self, return_sheet(number, rows), saved)

    def _build(self) -> None:
        head = row(gap=10)
        head.addWidget(self._number)
        head.addWidget(button("打开", self._open_number))
        head.addWidget(label("输入编号，按打印的顺序登记", tone="second", wrap=True), 1)
        out = panel()
        column(out, (6, 6, 6, 6)).addWidget(self._open_table)
        self._open_table.activated.connect(
            lambda index: self._ask(self._open.rows[index.row()].number)
        )
        typing = QWidget()
        layout = row(typing, gap=16)
        left = panel()
        inside = column(left, (16, 14, 16, 12), 10)
        line = FlowLayout(gap=14)
        line.addWidget(self._name)
        line.addWidget(self._count)
        line.addWidget(button("先放下 Esc", self._leave))
        save = button("全部登记　Ctrl+Enter", self.save, kind="main")
        save.setShortcut("Ctrl+Return")
        line.addWidget(save)
        inside.addLayout(line)
        inside.addWidget(self._table, 1)
        inside.addWidget(
            label(
                "1 见到人　2 未遇　3 拒访　4 电话　5 留门卡　+− 人数　空格跳过　Del 擦掉",
                12,
                "second",
                wrap=True,
            )
        )
        right = self._beside
        form = column(right, (16, 14, 16, 14), 8)
        form.addWidget(label("整张单子一样的", 14))
        form.addWidget(self._form)
        form.addStretch()
        layout.addWidget(left, 1)
        layout.addWidget(right)
        self._stack.addWidget(out)
        self._stack.addWidget(typing)
        outer = column(self, (20, 12, 20, 16), 12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)
        self._table.typed.connect(self._type)
        self._table.counted.connect(self._add_people)
        self._table.cleared.connect(lambda at: self._set(at, None))

    def _open_number(self) -> None:
        text = self._number.text().strip()
        if text.isdecimal():
            self._ask(int(text))
        else:
            self.said.emit("走访单编号是数字，印在走访单的题目下面")

    def _ask(self, number: int) -> None:
        def question(connection: Connection) -> Sheet:
            found = sheet(connection, number)
            if found is None:
                raise UserError(f"没有第{number}号走访单，请核对编号。")
            return found

        self.context.background.ask(
            self, question, self._show_sheet, lambda error: self.said.emit(str(error))
        )

    def _show_open(self, answer: tuple[list[OpenSheet], list[str]]) -> None:
        sheets, names = answer
        self._open.show_rows(sheets)
        self._form.knows(names)
        count = len(sheets)
        self.about.emit(f"{count}张没有回来" if count else "没有在外面的走访单")

    def _show_sheet(self, found: Sheet) -> None:
        self._sheet = found
        self._name.setText(f"第{found.number}号　{found.title}")
        typed = self._half.of(found)
        self._typed.show_rows(typed)
        self._form.set_day(found.printed)
        self._stack.setCurrentIndex(1)
        if found.returned is not None:
            self.said.emit(f"这张单子{day_words(found.returned, self.context.today)}已经登记过了")
        self._tell_count()
        self._table.go_to(next((at for at, t in enumerate(typed) if t.entry is None), 0))
        self._table.setFocus()

    def _leave(self) -> None:
        self._sheet = None
        self._typed.show_rows([])
        self._number.clear()
        self._stack.setCurrentIndex(0)
        self._number.setFocus()

    def _type(self, at: int, outcome: str) -> None:
        try:
            entry = self._form.entry(outcome)
        except ValueError as reason:
            self.said.emit(f"{reason}。")
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
        if 0 <= at < len(self._typed.rows) and self._sheet is not None:
            self._typed.rows[at].entry = entry
            self._half.keep(self._sheet.number, self._typed.rows)
            self._keeper.typed()
            last = self._typed.columnCount() - 1
            self._typed.dataChanged.emit(self._typed.index(at, 0), self._typed.index(at, last))
            self._tell_count()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc puts the sheet down; what was typed stays with it."""
        if event.key() == Qt.Key.Key_Escape and self._sheet is not None:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _restore(self, kept: dict[str, Any]) -> None:
        self._half.take_back(kept)
        self.refresh()

    def _tell_count(self) -> None:
        done = sum(t.entry is not None for t in self._typed.rows)
        self._count.setText(f"已填{done}户，共{len(self._typed.rows)}户")


def _already(typed: TypedDoor, context: Context) -> str:
    day = typed.door.visited
    return f"{day_words(day, context.today)}已有登记" if day else ""
