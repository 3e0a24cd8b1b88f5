"""The roll of a session: a few letters find the name, Enter or a figure marks it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.kernel.pinyin import search_key
from db.kernel.text import hours_text
from db.people.lists import VolunteerQuery, volunteers
from db.trainings import HERE, STATUS_NAMES
from db.trainings.lists import AttendanceRow, TrainingRow, attendance, leave_reasons
from db.trainings.quiz import Knowing, knowing
from db.trainings.sessions import Person, join, join_many, mark, mark_rest, take_off
from desktop.background import Ticket
from desktop.errors import tell
from desktop.page import Context
from desktop.paper.words import rate_change, share
from desktop.trainings.reasons import ReasonField
from desktop.widgets.parts import column, label, row, tip
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

MARKS = {"1": "present", "2": "late", "3": "leave", "4": "absent"}
FOUND, WAIT_MS, NOTE_SHOWN = 8, 120, 60
Answer = tuple[list[AttendanceRow], Knowing | None, list[str]]


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
    several: tuple[str, ...] = ()
    volunteer: Id | None = None


COLUMNS: tuple[Column[Line], ...] = (
    Column("姓名", lambda a: a.name, 4),
    Column("社区", lambda a: a.community, 6),
    Column(
        "出勤", lambda a: STATUS_NAMES.get(a.status, ""), 3, late=lambda a: a.status == "absent"
    ),
    Column("签到", lambda a: clock_words(a.signed), 4, spare=True),
    Column("说明", lambda a: a.reason or a.remark, 5),
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
        self._counts = label(tone="second", wrap=True)
        self._field = QLineEdit()
        self._field.setPlaceholderText("姓名或首字母，回车记到，2迟到 3请假 4缺席")
        self._field.setAccessibleName("点名")
        self._field.installEventFilter(self)
        self._reason = ReasonField()
        self._reason.finished.connect(self._save_reason)
        self._knowing = label(tone="second", wrap=True)
        self._note = label(wrap=True)
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
        layout.addWidget(self._knowing)
        layout.addWidget(self._note)
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
    def reason(self) -> ReasonField:
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
            self._knowing.hide()
            self._note.hide()
            self._all = []
            self._narrow()
            return
        self._name.setText(training.topic)
        self._counts.setText(_counts(training, ahead=self._ahead))
        self._note.setText(_shortened(training.note or ""))
        self._note.setToolTip(tip(training.note or ""))
        self._note.setVisible(bool(training.note))
        if self._ticket is not None:
            self._ticket.stop()

        def question(connection: Connection) -> Answer:
            return (
                attendance(connection, training.id),
                knowing(connection, training.id),
                leave_reasons(connection),
            )

        self._ticket = self._context.background.ask(self, question, self._show)

    @property
    def chosen(self) -> list[Line]:
        """The names that are marked, those on the list only."""
        lines = [self._model.rows[at] for at in self._chosen()]
        return [line for line in lines if line.id]

    @property
    def everybody(self) -> list[Line]:
        """All names of the list in its order."""
        return [line for _, line in self._all]

    def mark_the_rest(self, status: str) -> None:
        """Mark everybody who was not marked otherwise."""
        if self._training is None or not self._context.may_write(self.said):
            return
        words = STATUS_NAMES[status]

        def told(done: Done[int]) -> None:
            self.said.emit(f"其余{done.value}人都记{words}　　Ctrl+Z 撤销")

        self._context.background.write(self, mark_rest(self._training.id, status), told)

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

    def _show(self, answer: Answer) -> None:
        rows, known, reasons = answer
        self._knowing.setText(_knowing_words(known))
        self._knowing.setVisible(known is not None)
        self._reason.offer(reasons)
        self._all = [_entry(row, ahead=self._ahead) for row in rows]
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
        names = _names_in(text)
        if len(names) > 1:
            shown = "、".join(names)
            self._model.show_rows([Line(b"", shown, "", "", remark="一起登记", several=names)])
            self._table.selectRow(0)
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
        if not self._context.may_write(self.said):
            return
        # Before the day nobody can have come: who is named now is expected.
        if self._ahead and status in HERE:
            status = "absent"
        first = chosen[0]
        if first.several:
            name = f"{len(first.several)}人"
            self._write(join_many(self._training.id, first.several, status), name, status)
            return
        if first.person is not None:
            self._write(join(self._training.id, first.person, status), first.name, status)
            return
        ids = tuple(line.id for line in chosen)
        name = chosen[0].name if len(chosen) == 1 else f"{len(chosen)}人"
        self._write(mark(ids, status), name, status)
        if status == "leave":
            self._leaving = ids
            self._reason.show()
            self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _write(self, command: Command[Any], name: str, status: str) -> None:
        typed, training = self._field.text(), self._training
        self._field.clear()
        word = "应到" if self._ahead and status == "absent" else STATUS_NAMES[status]
        said = f"{name} {word}　　Ctrl+Z 撤销"

        def failed(error: Exception) -> None:
            # Unless another session is called by now, with what was typed since then behind it.
            same = training is not None and self._training and training.id == self._training.id
            if typed and same:
                now = self._field.text()
                self._field.setText(f"{typed}、{now}" if now else typed)
            tell(self, error)

        self._context.background.write(self, command, lambda _: self.said.emit(said), failed)

    def _save_reason(self) -> None:
        reason = self._reason.value()
        if reason and self._leaving:
            self._context.background.write(self, mark(self._leaving, "leave", reason))
        self._stop_leave()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop_leave(self) -> None:
        self._leaving = ()
        self._reason.clear()
        self._reason.hide()

    def _take_off(self) -> None:
        ids = [line.id for line in self.chosen]
        if ids and self._context.may_write(self.said):
            said = f"从名单上删去{len(ids)}人　　Ctrl+Z 撤销"
            self._context.background.write(self, take_off(ids), lambda _: self.said.emit(said))

    @property
    def _ahead(self) -> bool:
        """Whether the session is still to come."""
        return self._training is not None and self._training.day > self._context.today

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self._table.selectionModel().selectedRows()})


def _knowing_words(known: Knowing | None) -> str:
    """知晓率 before and after, and by which rule it was counted."""
    if known is None:
        return ""
    said = [
        f"{word}{share(right, scored)}（{right}/{scored}）"
        for word, right, scored in (
            ("训前", known.known_before, known.scored_before),
            ("训后", known.known_after, known.scored_after),
        )
        if scored
    ]
    moved = rate_change(
        percent(known.known_after, known.scored_after),
        percent(known.known_before, known.scored_before),
    )
    rates = "，".join((*said, moved)) if moved else "，".join(said)
    return f"知晓率　{rates}\n{known.pass_mark}分以上算知晓，只算到了又有分数的人"


def _begins(key: str, wanted: str) -> bool:
    """Whether a name is meant: by its characters anywhere, by the beginning of a reading."""
    return not wanted or any(
        part.startswith(wanted) or (not wanted.isascii() and wanted in part) for part in key.split()
    )


def _entry(row: AttendanceRow, *, ahead: bool) -> tuple[str, Line]:
    """A line of the list, and the key it is found by; before the day nobody is absent yet."""
    status = "" if ahead and row.status == "absent" else row.status
    line = Line(
        row.id, row.name, row.community, status, row.signed, row.reason,
        remark="" if row.on_roster else "名单外", volunteer=row.volunteer,
    )  # fmt: skip
    return search_key((row.name,)).lower(), line


def _names_in(text: str) -> tuple[str, ...]:
    """The names of several people typed or pasted in one go."""
    if text.isascii():
        return ()
    return tuple(dict.fromkeys(part for part in re.split(r"[、，,;；\s]+", text) if part))


def _counts(training: TrainingRow, *, ahead: bool) -> str:
    """How many came, and where: in a narrow window the list beside has no room for a place."""
    counts = _numbers(training, ahead=ahead)
    return f"{counts}　{training.place}" if training.place else counts


def _numbers(training: TrainingRow, *, ahead: bool) -> str:
    if not training.expected:
        return "名单还空着：打字点名，或按 F3 加应到的人"
    if ahead:
        return f"应到{training.expected}　还没有开"
    rate = percent(training.present, training.expected)
    hours = f"　{hours_text(training.minutes)}学时" if training.minutes else ""
    return f"应到{training.expected}　实到{training.present}　到训率{rate}%{hours}"


def _shortened(note: str) -> str:
    """The beginning of a record; all of it stands in the form."""
    first = note.replace("\n", " ")
    return f"{first[:NOTE_SHOWN]}……" if len(first) > NOTE_SHOWN else first
