"""Who lacks a contact or a training, by name; telephones are shown once the journal knows of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.compliance import Duty, Line
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.people import OCCUPATION_NAMES, ROLE_NAMES, masked_phone
from desktop.page import Context
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import day_words

TITLES: dict[Duty, str] = {"contact": "没见面的人", "training": "未参训的人"}


class Lacking(NamedTuple):
    """Somebody who lacks it, and what the lists say of why."""

    line: Line
    told: str


class LackingPanel(QWidget):
    """The names under a heading. Enter opens the person. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._duty: Duty = "contact"
        self._called = ""
        self._phones: set[Id] = set()
        self._model: RowModel[Lacking] = RowModel(self._columns("contact"))
        self._table = RowTable(self._model, "还没达标的人", "这一行的人都达标了")
        self._heading = label(pixels=14)
        self._reveal = button("显示电话", self._show_phones, kind="link")
        layout = column(self, gap=8)
        head = row(gap=8)
        head.addWidget(self._heading, 1)
        head.addWidget(self._reveal)
        layout.addLayout(head)
        layout.addWidget(self._table, 1)
        self._table.doubleClicked.connect(lambda _: self._open())
        self.setFocusProxy(self._table)

    @property
    def people(self) -> Sequence[Lacking]:
        """Who is listed."""
        return self._model.rows

    @property
    def called(self) -> str:
        """Which part of all they are; empty for all."""
        return self._called

    def show_people(self, duty: Duty, called: str, people: Sequence[Lacking]) -> None:
        """List these people; telephones are hidden again for those who are new in the list."""
        if duty != self._duty:
            self._duty = duty
            self._model.show_columns(self._columns(duty))
            self._table.fit()
        self._called = called
        self._phones &= {one.line.volunteer for one in people}
        part = f"　{called}" if called else ""
        self._heading.setText(f"{TITLES[duty]}{part}　{len(people)}人")
        self._model.show_rows(people)
        self._reveal.setVisible(bool(people))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens the person."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        else:
            super().keyPressEvent(event)

    def _columns(self, duty: Duty) -> tuple[Column[Lacking], ...]:
        today = self._context.today
        why: tuple[Column[Lacking], ...] = (Column("缘由", lambda p: p.told, 11),)
        last: Column[Lacking] = Column(
            "上次见面" if duty == "contact" else "上次参训", lambda p: _day(p.line.last, today), 5
        )
        return (
            Column("姓名", lambda p: p.line.name, 4),
            Column("社区", lambda p: p.line.community, 6),
            *(why if duty == "training" else ()),
            last,
            Column("电话", self._phone, 7),
            Column(
                "职业", lambda p: OCCUPATION_NAMES.get(p.line.occupation or "", ""), 5, spare=True
            ),
            Column("身份", lambda p: ROLE_NAMES[p.line.role], 5, spare=True),
        )

    def _phone(self, one: Lacking) -> str:
        phone = one.line.phone or ""
        return phone if one.line.volunteer in self._phones else masked_phone(phone)

    def _chosen(self) -> list[Lacking]:
        marked = {index.row() for index in self._table.selectionModel().selectedRows()}
        return [self._model.rows[at] for at in sorted(marked)]

    def _show_phones(self) -> None:
        """Show the telephones of those marked once the journal knows who looked at them."""
        marked = [one for one in self._chosen() if one.line.phone]
        if not marked:
            self.said.emit("先选要打电话的人，Shift+方向键多选，Ctrl+A 全选")
            self._table.setFocus()
            return

        def noted(_: Done[None]) -> None:
            self._phones |= {one.line.volunteer for one in marked}
            self._table.viewport().update()

        # Notes are kept for ever, so they name nobody: an erasure would leave the name there.
        of = Counter(one.line.community for one in marked)
        note = "、".join(f"{community}{count}人" for community, count in of.items())
        look: Command[None] = Command("查看电话", Right.LOOK, lambda _: None, note=note)
        self._context.background.write(self, look, noted)

    def _open(self) -> None:
        marked = self._chosen()
        if marked:
            self._context.routes.go(
                "people", tab="volunteers", entity="volunteer", record=marked[0].line.volunteer
            )


def _day(day: date | None, today: date) -> str:
    return "" if day is None else day_words(day, today)
