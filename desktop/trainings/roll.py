"""The roll of a session: a few letters find the name, Enter or a figure marks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.pinyin import search_key
from db.people.lists import VolunteerQuery, volunteers
from db.trainings import STATUS_NAMES
from db.trainings.lists import AttendanceRow, TrainingRow, attendance
from db.trainings.sessions import Person, join, mark, take_off
from desktop.background import Ticket
from desktop.page import Context
from desktop.widgets.entries import EntryField, text_field
from desktop.widgets.parts import column, label, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

MARKS = {"1": "present", "2": "late", "3": "leave", "4": "absent"}
FOUND, WAIT_MS = 8, 120


@dataclass(frozen=True)
class Line:
    """A name as the roll shows it; `id` is empty where it would first have to be listed."""

    id: Id
    name: str
    community: str
    status: str
    signed: int | None = None
    reason: str | None = None
    person: Person | None = None
    remark: str = ""


COLUMNS: tuple[Column[Line], ...] = (
    Column("姓名", lambda a: a.name, 5),
    Column("社区", lambda a: a.community, 6),
    Column(
        "出勤", lambda a: STATUS_NAMES.get(a.status, ""), 3, late=lambda a: a.status == "absent"
    ),
    Column("签到", lambda a: clock_words(a.signed), 4),
    Column("说明", lambda a: a.reason or a.remark, 7),
)


class Roll(QFrame):
    """One session's list. Letters narrow it, Enter marks 到, 1 到 2 迟到 3 请假 4 缺席.

    Who is not on the list is offered from the roster, else by name alone. `said` tells what was done.
    """

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._training: TrainingRow | None = None
        self._all: list[tuple[str, Line]] = []
        self._ticket: Ticket | None = None
        self._asked: Ticket | None = None
        self._name = label(pixels=16, wrap=True)
        self._counts = label(tone="second")
        self._field = QLineEdit()
        self._field.setPlaceholderText("点名：姓名或拼音首字母，回车记到，2迟到 3请假 4缺席")
        self._field.setAccessibleName("点名")
        self._field.installEventFilter(self)
        self._reason = text_field("请假原因", 200)
        self._reason.setPlaceholderText("请假原因，回车保存")
        self._reason.finished.connect(self._save_reason)
        self._leaving: tuple[Id, ...] = ()
        self._model: RowModel[Line] = RowModel(COLUMNS)
        self._table = RowTable(
            self._model, "名单", "名单上还没有人。打姓名或拼音首字母，从名册里加"
        )
        self._table.installEventFilter(self)
        self._table.removing.connect(self._take_off)
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self._seek_elsewhere)
        self._field.textChanged.connect(lambda _: self._narrow())
        layout = column(self, (12, 12, 12, 8), 8)
        layout.addWidget(self._name)
        layout.addWidget(self._counts)
        line = row()
        line.addWidget(self._field, 1)
        line.addWidget(self._reason, 1)
        layout.addLayout(line)
        layout.addWidget(self._table, 1)
        self._reason.hide()
        self.setFocusProxy(self._field)

    @property
    def field(self) -> QLineEdit:
        """Where letters are typed."""
        return self._field

    @property
    def reason(self) -> EntryField:
        """Where the reason of a leave is typed."""
        return self._reason

    @property
    def lines(self) -> Sequence[Line]:
        """The names in sight."""
        return self._model.rows

    def show_training(self, training: TrainingRow | None) -> None:
        """Show another session, or nothing."""
        other = self._training is None or training is None or training.id != self._training.id
        self._training = training
        if other:
            self._field.clear()
            self._stop_leave()
        if training is None:
            self._name.setText("没有选中的培训")
            self._counts.clear()
            self._all = []
            self._narrow()
            return
        self._name.setText(training.topic)
        self._counts.setText(_counts(training))
        if self._ticket is not None:
            self._ticket.stop()
        self._ticket = self._context.background.ask(
            self, lambda connection: attendance(connection, training.id), self._show
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Enter and the figures mark; the arrow keys walk while the field keeps the typing."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        return self._marked_by(event) or (watched is self._field and self._walked_by(event))

    def _marked_by(self, event: QKeyEvent) -> bool:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter or event.text() in MARKS:
            self._mark("present" if enter else MARKS[event.text()])
            return True
        return False

    def _walked_by(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            at = self._table.currentIndex().row() + (1 if event.key() == Qt.Key.Key_Down else -1)
            if 0 <= at < len(self._model.rows):
                self._table.selectRow(at)
            return True
        if event.key() == Qt.Key.Key_Escape and self._field.text():
            self._field.clear()
            return True
        return False

    def _show(self, rows: list[AttendanceRow]) -> None:
        self._all = [
            (
                search_key((row.name,)).lower(),
                Line(
                    row.id, row.name, row.community, row.status, row.signed, row.reason,
                    remark="" if row.on_roster else "名单外",
                ),
            )
            for row in rows
        ]  # fmt: skip
        self._narrow()

    def _narrow(self) -> None:
        wanted = self._field.text().strip().lower()
        at = self._table.currentIndex().row()
        kept = self._model.rows[at].id if 0 <= at < len(self._model.rows) else None
        shown = [line for key, line in self._all if _begins(key, wanted)]
        self._model.show_rows(shown)
        place = next((n for n, line in enumerate(shown) if line.id == kept), 0)
        if shown:
            self._table.selectRow(place if not wanted else 0)
        elif wanted and self._training is not None:
            self._timer.start()

    def _seek_elsewhere(self) -> None:
        text, training = self._field.text().strip(), self._training
        if not text or training is None or self._model.rows:
            return
        if self._asked is not None:
            self._asked.stop()
        query = VolunteerQuery(text=text, on=training.day)

        def question(connection: Connection) -> list[Line]:
            return [
                Line(
                    b"",
                    v.name,
                    v.community_name,
                    "",
                    person=Person(v.name, v.id),
                    remark="加进名单",
                )
                for v in volunteers(connection, query, 0, FOUND)
            ]

        self._asked = self._context.background.ask(self, question, self._offer)

    def _offer(self, found: list[Line]) -> None:
        text = self._field.text().strip()
        if not text.isascii():
            found = [
                *found,
                Line(b"", text, "", "", person=Person(text), remark="按姓名加入"),
            ]
        self._model.show_rows(found)
        if found:
            self._table.selectRow(0)

    def _mark(self, status: str) -> None:
        chosen = [self._model.rows[at] for at in self._chosen()]
        if not chosen or self._training is None:
            return
        if not self._context.may(Right.WRITE):
            self.said.emit("您的身份只能查阅，不能登记")
            return
        if chosen[0].person is not None:
            self._write(join(self._training.id, chosen[0].person, status), chosen[0].name, status)
            return
        ids = tuple(line.id for line in chosen)
        name = chosen[0].name if len(chosen) == 1 else f"{len(chosen)}人"
        self._write(mark(ids, status), name, status)
        if status == "leave":
            self._leaving = ids
            self._reason.show()
            self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _write(self, command: Command[Any], name: str, status: str) -> None:
        self._field.clear()
        said = f"{name} {STATUS_NAMES[status]}　　Ctrl+Z 撤销"
        self._context.background.write(self, command, lambda _: self.said.emit(said))

    def _save_reason(self) -> None:
        reason = self._reason.text().strip()
        if reason and self._leaving:
            self._context.background.write(self, mark(self._leaving, "leave", reason))
        self._stop_leave()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop_leave(self) -> None:
        self._leaving = ()
        self._reason.clear()
        self._reason.hide()

    def _take_off(self) -> None:
        ids = [self._model.rows[at].id for at in self._chosen() if self._model.rows[at].id]
        if ids and self._context.may(Right.WRITE):
            said = f"从名单上删去{len(ids)}人　　Ctrl+Z 撤销"
            self._context.background.write(self, take_off(ids), lambda _: self.said.emit(said))

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self._table.selectionModel().selectedRows()})


def _begins(key: str, wanted: str) -> bool:
    """Whether a name is meant: by its characters anywhere, by the beginning of a reading."""
    return not wanted or any(
        part.startswith(wanted) or (not wanted.isascii() and wanted in part) for part in key.split()
    )


def _counts(training: TrainingRow) -> str:
    if not training.expected:
        return "名单还空着：打字点名，或按“加应到的人”"
    rate = percent(training.present, training.expected)
    return f"应到{training.expected}　实到{training.present}　到训率{rate}%"
