"""离任和再聘: the day on which those chosen in the list leave, or come back."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.people.lists import VolunteerRow
from db.people.roster import leave_volunteers
from db.people.terms import rejoin
from desktop.page import Context
from desktop.widgets.entries import EntryField
from desktop.widgets.parts import button, column, label, row
from desktop.words import day_words, typed_day


def day_field(name: str, today: Callable[[], date]) -> EntryField:
    """Return a field for a day up to today; nothing typed is None."""

    def read(text: str) -> date | None:
        if not text:
            return None
        day = typed_day(text, today())
        if day is None:
            raise ValueError("看不懂这个日期，或者没有这一天；可以写：今、3.5、2026-3-5")
        return day

    return EntryField(name, read)


class ServiceBox(QWidget):
    """A day and two buttons, for one person or for all that are marked. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._people: Sequence[VolunteerRow] = ()
        self._heading = label(pixels=12, tone="second", wrap=True)
        self._day = day_field("离任或再聘的日期", lambda: context.today)
        self._day.setText("今天")
        self._leave = button("离任", self._leaves)
        self._back = button("再聘", self._comes_back)
        layout = column(self, gap=6)
        layout.addWidget(self._heading)
        line = row(gap=6)
        line.addWidget(self._day, 1)
        line.addWidget(self._leave)
        line.addWidget(self._back)
        layout.addLayout(line)
        self._day.finished.connect(self._first_button)

    def show_people(self, people: Sequence[VolunteerRow]) -> None:
        """Speak of these people."""
        self._people = people
        serving = [one for one in people if one.until is None]
        many = f"选中的{len(people)}人" if len(people) > 1 else "这个人"
        self._heading.setText(f"{many}离任或再聘的日期")
        may = self._context.may(Right.WRITE)
        self.setVisible(bool(people))
        self._leave.setText(f"{len(serving)}人离任" if len(people) > 1 else "离任")
        self._leave.setEnabled(may and bool(serving))
        self._back.setText(f"{len(people) - len(serving)}人再聘" if len(people) > 1 else "再聘")
        self._back.setEnabled(may and len(serving) < len(people))

    def _first_button(self) -> None:
        (self._leave if self._leave.isEnabled() else self._back).setFocus()

    def _leaves(self) -> None:
        self._write([one for one in self._people if one.until is None], leave_volunteers, "离任")

    def _comes_back(self) -> None:
        self._write([one for one in self._people if one.until is not None], rejoin, "再聘")

    def _write(
        self,
        people: Sequence[VolunteerRow],
        command: Callable[[Sequence[Id], date], Command[Any]],
        word: str,
    ) -> None:
        try:
            day = self._day.value() or self._context.today
        except ValueError as reason:
            self.said.emit(str(reason))
            return
        name = people[0].name if len(people) == 1 else f"{len(people)}人"
        said = f"{name}{day_words(day, self._context.today)}{word}　　Ctrl+Z 撤销"
        self._context.background.write(
            self,
            command([one.id for one in people], day),
            lambda _: self.said.emit(said),
            once=tuple(one.id for one in people),
        )
