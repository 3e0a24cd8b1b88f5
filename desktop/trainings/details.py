"""The entries of a session's list beside the mark: when somebody signed, scores, remarks, as in a sheet.

Letters go to a name, figures are the entry of the column and Enter goes to the next line.
"""

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit

from db.kernel.ids import Id
from db.kernel.pinyin import search_key
from db.trainings import FULL_MARK, STATUS_NAMES
from db.trainings.lists import AttendanceRow, TrainingRow, attendance
from db.trainings.sessions import enter
from desktop.page import Context
from desktop.widgets.forms import read_time
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

# What is entered, by the column it stands in.
ENTRIES: Final = {2: "signed", 3: "before", 4: "after", 5: "reason"}
FIRST: Final = 3


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


COLUMNS: tuple[Column[AttendanceRow], ...] = (
    Column("姓名", lambda a: a.name, 4),
    Column("出勤", lambda a: STATUS_NAMES[a.status], 3),
    Column("签到", lambda a: clock_words(a.signed), 4),
    Column("训前", lambda a: _number(a.before), 3, number=True),
    Column("训后", lambda a: _number(a.after), 3, number=True),
    Column("说明", lambda a: a.reason or "", 5),
)


class DetailsView(QFrame):
    """Takes signing times, scores and remarks one line after the other. `left` tells Esc."""

    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._training: TrainingRow | None = None
        self._column = FIRST
        self._wanted: Id | None = None
        self._heading = label(pixels=16, wrap=True)
        self._what = label(tone="second", wrap=True)
        self._field = QLineEdit()
        self._field.setAccessibleName("填这一格")
        self._field.installEventFilter(self)
        self._model: RowModel[AttendanceRow] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "签到时间和测试分", "名单上还没有人")
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.clicked.connect(lambda at: self._go_to_column(at.column()))
        layout = column(self, (12, 12, 12, 8), 8)
        layout.addWidget(self._heading)
        layout.addWidget(self._what)
        layout.addWidget(self._field)
        layout.addWidget(self._table, 1)
        foot = row()
        foot.addWidget(label("← → 换列　↑ ↓ 换人　打姓名或首字母找人", 12, "second", wrap=True), 1)
        foot.addWidget(button("返回 Esc", self.left.emit, kind="link"))
        layout.addLayout(foot)
        self.setFocusProxy(self._field)

    def show_training(self, training: TrainingRow) -> None:
        """Show a session's list; the cursor stays with its person."""
        other = self._training is None or self._training.id != training.id
        self._training = training
        self._heading.setText(training.topic)
        if other:
            self._wanted = None
            self._go_to_column(FIRST)
        self._context.background.ask(self, lambda c: attendance(c, training.id), self._show)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter takes the entry; the arrow keys walk over the cells while nothing is being typed."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key, typing = event.key(), bool(self._field.text())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._go(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not typing:
            self._go_to_column(self._column + (1 if key == Qt.Key.Key_Right else -1))
        elif key == Qt.Key.Key_Delete and not typing:
            self._write(None)
        elif key == Qt.Key.Key_Escape:
            self._field.clear() if typing else self.left.emit()
        else:
            return False
        return True

    def _show(self, rows: list[AttendanceRow]) -> None:
        at = self._table.currentIndex().row()
        kept = self._wanted or (
            self._model.rows[at].id if 0 <= at < len(self._model.rows) else None
        )
        self._model.show_rows(rows)
        self._wanted = None
        place = next((n for n, line in enumerate(rows) if line.id == kept), 0)
        if rows:
            self._table.setCurrentIndex(self._model.index(place, self._column))
        self._tell()

    def _go(self, step: int) -> None:
        at = self._table.currentIndex().row() + step
        if 0 <= at < len(self._model.rows):
            self._table.setCurrentIndex(self._model.index(at, self._column))
        self._tell()

    def _go_to_column(self, to: int) -> None:
        self._column = min(max(to, min(ENTRIES)), max(ENTRIES))
        at = max(self._table.currentIndex().row(), 0)
        self._table.setCurrentIndex(self._model.index(at, self._column))
        self._tell()

    def _tell(self) -> None:
        at = self._table.currentIndex().row()
        name = self._model.rows[at].name if 0 <= at < len(self._model.rows) else ""
        what = {"signed": "签到时间", "before": "训前分", "after": "训后分", "reason": "说明"}
        word = what[ENTRIES[self._column]]
        self._what.setText(f"{name}　{word}" if name else "")
        self._field.setPlaceholderText(f"{word}，回车到下一个")

    def _take(self) -> None:
        text = self._field.text().strip()
        if not text:
            self._go(1)
            return
        entry = ENTRIES[self._column]
        try:
            value: Any = text if entry == "reason" else _read(entry, text)
        except ValueError as reason:
            if not self._find(text):
                self.said.emit(f"{reason}。名单上也没有叫“{text}”的")
            return
        self._write(value)

    def _write(self, value: Any) -> None:
        at = self._table.currentIndex().row()
        if not 0 <= at < len(self._model.rows):
            return
        line = self._model.rows[at]
        self._field.clear()
        self._wanted = self._model.rows[min(at + 1, len(self._model.rows) - 1)].id
        command = enter(line.id, ENTRIES[self._column], value)
        self._context.background.write(self, command)

    def _find(self, text: str) -> bool:
        """Go to the next name that begins so."""
        rows, at = self._model.rows, self._table.currentIndex().row()
        order = [*range(at + 1, len(rows)), *range(at + 1)]
        wanted = text.lower()
        for place in order:
            keys = search_key((rows[place].name,)).lower().split()
            if any(key.startswith(wanted) for key in keys):
                self._field.clear()
                self._table.setCurrentIndex(self._model.index(place, self._column))
                self._tell()
                return True
        return False


def _read(entry: str, text: str) -> int | None:
    if entry == "signed":
        return read_time(text)
    if not text.isdecimal() or int(text) > FULL_MARK:
        raise ValueError(f"请填0到{FULL_MARK}的分数")
    return int(text)
