"""A numbered sheet typed back: those that are out, and one of them in the printed order, a key a line."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from sqlalchemy import Connection

from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command
from desktop.page import Context, Page
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.stack import PageStack
from desktop.widgets.tables import Column, RowModel, RowTable

SIDE_WIDTH, NARROW_SIDE, NARROW = 304, 270, 1120


class OutSheet(Protocol):
    """A numbered sheet, in the list of those that never came back or open to be typed."""

    @property
    def id(self) -> Id:
        """Its id."""

    @property
    def number(self) -> int:
        """Its number on paper."""


T = TypeVar("T", bound=OutSheet)
S = TypeVar("S", bound=OutSheet)
L = TypeVar("L")


class LineTable(RowTable):
    """The lines of a sheet; `take` is asked first what a key does to a line, and tells if it did."""

    def __init__(
        self, model: RowModel[Any], name: str, take: Callable[[QKeyEvent, int], bool]
    ) -> None:
        super().__init__(model, name)
        self._take = take

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Let the sheet take the key, else move."""
        if not self._take(event, self.currentIndex().row()):
            super().keyPressEvent(event)

    def go_to(self, at: int) -> None:
        """Put the cursor on a line, if there is one."""
        if 0 <= at < self.model().rowCount(QModelIndex()):
            self.selectRow(at)
            self.setCurrentIndex(self.model().index(at, 0))


class TypingPage(Page, Generic[T, S, L]):
    """Type a sheet's number; its lines stand in the printed order, ready for one key each.

    A kind of sheet says which are out, which lines one has, what a key means and what is written.
    """

    noun: ClassVar[str] = ""
    # What stands below the lines, and what is said where no sheet is out.
    hint: ClassVar[str] = ""
    none_out: ClassVar[str] = ""
    side_heading: ClassVar[str] = ""

    def __init__(
        self, context: Context, out_columns: Sequence[Column[T]], columns: Sequence[Column[L]]
    ) -> None:
        super().__init__(context)
        self.sheet: S | None = None
        self._wanted: Id | None = None
        self._number = QLineEdit()
        self._number.setPlaceholderText(f"{self.noun}编号")
        self._number.setAccessibleName(f"{self.noun}编号")
        self._number.setMaximumWidth(context.theme.px(160))
        self._number.returnPressed.connect(self._open_number)
        self._open: RowModel[T] = RowModel(out_columns)
        self._typed: RowModel[L] = RowModel(columns)
        self._open_table = RowTable(self._open, f"没有回来的{self.noun}", self.none_out)
        self._table = LineTable(self._typed, f"{self.noun}上的行", self.take)
        self._name, self._count = label(pixels=16), label(tone="second")
        self._stack, self._beside = PageStack(), panel()
        self._build()
        self.setFocusProxy(self._number)

    @abstractmethod
    def side(self) -> QWidget:
        """Return what stands beside the lines."""

    @abstractmethod
    def out(self, connection: Connection) -> list[T]:
        """Return the sheets that never came back."""

    @abstractmethod
    def found(self, connection: Connection, number: int) -> S | None:
        """Return the sheet of a number."""

    @abstractmethod
    def begin(self, sheet: S) -> tuple[str, list[L]]:
        """Return what a sheet is called and its lines, and get ready for it."""

    def first(self, lines: Sequence[L]) -> int:
        """Return the line to begin at."""
        del lines
        return 0

    def forget(self, sheet: S) -> None:
        """Keep nothing of a sheet any more: it is saved."""

    @abstractmethod
    def take(self, event: QKeyEvent, at: int) -> bool:
        """Do what a key means for a line; return whether it meant something."""

    @abstractmethod
    def done_words(self) -> str:
        """Return how far the typing is."""

    @abstractmethod
    def written_back(self) -> tuple[Command[Any], Callable[[Any], str]] | None:
        """Return the command that types the sheet back and what to say of its answer."""

    def knows(self, connection: Connection) -> Any:
        """Return what the page needs besides, read with the sheets that are out."""
        del connection

    def take_known(self, known: Any) -> None:
        """Take what `knows` read."""

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a sheet by its number, or by its id if it is out."""
        if "number" in what:
            self.ask(int(what["number"]))
        elif what.get("record") is not None:
            self._wanted = what["record"]
            self._seek()

    def refresh(self) -> None:
        """Read which sheets are out."""

        def question(connection: Connection) -> tuple[list[T], Any]:
            return self.out(connection), self.knows(connection)

        self.context.background.ask(self, question, self._show_open)

    def save(self) -> None:
        """Write all that was typed as one step."""
        if self.sheet is None or (wanted := self.written_back()) is None:
            return
        command, words = wanted
        sheet = self.sheet

        def saved(done: Any) -> None:
            self.forget(sheet)
            self.said.emit(f"{words(done.value)}　　Ctrl+Z 整张撤销")
            if self.sheet is not None and self.sheet.id == sheet.id:
                self.leave()

        self.context.background.write(self, command, saved, once=sheet.id)

    def leave(self) -> None:
        """Go back to the sheets that are out."""
        self.sheet = None
        self._typed.show_rows([])
        self._number.clear()
        self._stack.setCurrentIndex(0)
        self._number.setFocus()

    def ask(self, number: int) -> None:
        """Open the sheet of a number."""

        def question(connection: Connection) -> S:
            found = self.found(connection, number)
            if found is None:
                raise UserError(f"没有第{number}号{self.noun}，请核对编号。")
            return found

        self.context.background.ask(
            self, question, self._show_sheet, lambda error: self.said.emit(str(error))
        )

    def repaint_line(self, at: int) -> None:
        """Show what was typed on a line."""
        last = self._typed.columnCount() - 1
        self._typed.dataChanged.emit(self._typed.index(at, 0), self._typed.index(at, last))
        self._count.setText(self.done_words())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc puts the sheet down; what was typed stays with it."""
        if event.key() == Qt.Key.Key_Escape and self.sheet is not None:
            self.leave()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave the lines their room where the window is narrow for its type."""
        super().resizeEvent(event)
        theme = self.context.theme
        narrow = self.window().width() < theme.px(NARROW)
        self._beside.setFixedWidth(theme.px(NARROW_SIDE if narrow else SIDE_WIDTH))

    def _build(self) -> None:
        head = row(gap=10)
        head.addWidget(self._number)
        head.addWidget(button("打开", self._open_number))
        head.addWidget(label("输入编号，按打印的顺序登记", tone="second", wrap=True), 1)
        out = panel()
        column(out, (6, 6, 6, 6)).addWidget(self._open_table)
        self._open_table.activated.connect(
            lambda index: self.ask(self._open.rows[index.row()].number)
        )
        typing = QWidget()
        layout = row(typing, gap=16)
        left = panel()
        inside = column(left, (16, 14, 16, 12), 10)
        line = FlowLayout(gap=14)
        line.addWidget(self._name)
        line.addWidget(self._count)
        line.addWidget(button("先放下 Esc", self.leave))
        save = button("全部登记　Ctrl+Enter", self.save, kind="main")
        save.setShortcut("Ctrl+Return")
        line.addWidget(save)
        inside.addLayout(line)
        inside.addWidget(self._table, 1)
        inside.addWidget(label(self.hint, 12, "second", wrap=True))
        right = self._beside
        form = column(right, (16, 14, 16, 14), 8)
        form.addWidget(label(self.side_heading, 14))
        form.addWidget(self.side())
        form.addStretch()
        layout.addWidget(left, 1)
        layout.addWidget(right)
        self._stack.addWidget(out)
        self._stack.addWidget(typing)
        outer = column(self, (20, 12, 20, 16), 12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _open_number(self) -> None:
        text = self._number.text().strip()
        if text.isdecimal():
            self.ask(int(text))
        else:
            self.said.emit(f"{self.noun}编号是数字，印在{self.noun}的题目下面")

    def _show_open(self, answer: tuple[list[T], Any]) -> None:
        sheets, known = answer
        self._open.show_rows(sheets)
        self.take_known(known)
        self._seek()
        count = len(sheets)
        self.about.emit(f"{count}张没有回来" if count else f"没有在外面的{self.noun}")

    def _seek(self) -> None:
        known = next((out for out in self._open.rows if out.id == self._wanted), None)
        if known is not None:
            self._wanted = None
            self.ask(known.number)

    def _show_sheet(self, found: S) -> None:
        self.sheet = found
        name, lines = self.begin(found)
        self._name.setText(name)
        self._typed.show_rows(lines)
        self._stack.setCurrentIndex(1)
        self._count.setText(self.done_words())
        self._table.go_to(self.first(lines))
        self._table.setFocus()
