"""The panel beside the list: one dispute as read, or a form over it, one at a time."""

from collections.abc import Callable, Hashable
from functools import partial
from itertools import dropwhile
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget
from sqlalchemy import Connection

from db.disputes.card import DisputeCard, FactLine, dispute_card
from db.disputes.facts import clocks
from db.disputes.registering import remove_dispute
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command
from desktop.background import Ticket
from desktop.disputes.attachments import AttachmentsView
from desktop.disputes.card import CardView
from desktop.disputes.dossier import DossierView
from desktop.disputes.foot import FILES, STEPS, Foot
from desktop.disputes.forms import FACTS, fitting, next_fact, removal
from desktop.disputes.writing import CHANGE, At, Writing
from desktop.page import Context
from desktop.widgets.parts import column
from desktop.widgets.scrolling import scrolling

READING, WRITING, FILE, ATTACHMENTS = range(4)


class DisputePanel(QFrame):
    """Follows the list's cursor; its forms are saved by Enter and left by Esc.

    `registered` carries the id of a new dispute, `left` tells that a form was closed, `said` what
    was saved.
    """

    registered = Signal(object)
    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._wanted: Id | None = None
        self._card: DisputeCard | None = None
        self._waiting: Callable[[DisputeCard], None] | None = None
        self._ticket: Ticket | None = None
        # Where an earlier run left something of a dispute that is not read yet.
        self._unsaved: At | None = None
        self._stack = QStackedWidget()
        self._view = CardView(context.theme)
        self._view.removing.connect(self._remove_fact)
        self._view.changing.connect(self._change_session)
        self._view.going.connect(lambda record: context.routes.go("disputes", record=record))
        self._writing = Writing(context)
        self._writing.opened.connect(partial(self._stack.setCurrentIndex, WRITING))
        self._writing.left.connect(self._read_on)
        self._writing.said.connect(self.said)
        self._writing.registered.connect(self.registered)
        self._writing.found.connect(self._go_on)
        self._aside: dict[int, DossierView | AttachmentsView] = {
            FILE: DossierView(context, self._may),
            ATTACHMENTS: AttachmentsView(context, self._may),
        }
        for view in self._aside.values():
            view.said.connect(self.said)
            view.left.connect(self.close_form)
        self._foot = Foot(
            self.begin_fact, self.next_duty,
            {"改登记 F2": self.begin_change, "当事人 P": self.begin_parties},
            {
                "卷宗 W": partial(self.open_aside, FILE), FILES: partial(self.open_aside, ATTACHMENTS),
                "改动记录": self._show_history,
            },
        )  # fmt: skip
        self._stack.addWidget(self._reading())
        self._stack.addWidget(self._writing)
        for view in self._aside.values():
            self._stack.addWidget(view)
        column(self, (1, 1, 1, 1)).addWidget(self._stack)

    @property
    def writing(self) -> bool:
        """Whether a form is open."""
        return self._stack.currentIndex() == WRITING

    def follow(self, dispute: Id | None) -> None:
        """Show another dispute, unless a form is being filled."""
        if dispute != self._wanted:
            # What was read is of another one by now; a key pressed meanwhile waits for this one.
            self._card = self._waiting = None
        self._wanted = dispute
        self.ask_again()

    def ask_again(self) -> None:
        """Read the dispute again."""
        if self._ticket is not None:
            self._ticket.stop()
        wanted, day = self._wanted, self._context.today

        def question(connection: Connection) -> DisputeCard | None:
            if wanted is None:
                return None
            return dispute_card(connection, wanted, day, clocks(connection))

        self._ticket = self._context.background.ask(self, question, self._show)

    def turn_day(self) -> None:
        """Another day has begun."""
        self._writing.turn_day()

    def begin_registration(self) -> None:
        """Open an empty registration."""
        if self._may():
            self._writing.begin_registration()

    def begin_change(self) -> None:
        """Open the registration of the dispute in sight."""
        if self._wanted is not None and self._may():
            self._writing.begin_change(self._wanted)

    def begin_fact(self, name: str) -> None:
        """Open the form for something that happened."""
        self._when_read(partial(self._begin, name))

    def begin_parties(self) -> None:
        """Open the form of the first party; saving goes on to the next."""

        def begin(card: DisputeCard) -> None:
            if card.case.parties and self._may():
                self._writing.begin_parties(card, card.case.parties)

        self._when_read(begin)

    def open_aside(self, which: int) -> None:
        """Show the dispute's papers (FILE) or its photographs and recordings (ATTACHMENTS)."""

        def opened(card: DisputeCard) -> None:
            self._aside[which].show_card(card)
            self._stack.setCurrentIndex(which)
            self._aside[which].setFocus(Qt.FocusReason.TabFocusReason)

        self._when_read(opened)

    def next_duty(self) -> None:
        """Open the form for what is to be done next, or the file where nothing is."""

        def begin(card: DisputeCard) -> None:
            duty = next_fact(card)
            if duty is not None and self._context.may(Right.WRITE):
                self._begin(duty, card)
            else:
                self.open_aside(FILE)

        self._when_read(begin)

    def remove(self) -> None:
        """Take the dispute in sight out of the ledger; undo brings it back."""

        def taken_out(card: DisputeCard) -> None:
            if self._may():
                self._take_out(remove_dispute(card.id), "已删除这件纠纷", card.id)

        self._when_read(taken_out)

    def close_form(self) -> None:
        """Go back to reading; what a form holds is given up."""
        self._writing.close_form()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves the form or the file."""
        if event.key() == Qt.Key.Key_Escape and self._stack.currentIndex() != READING:
            self.close_form()
        else:
            super().keyPressEvent(event)

    def _when_read(self, act: Callable[[DisputeCard], None]) -> None:
        """Do something with the dispute under the cursor, now or once it is read."""
        if self._card is not None:
            act(self._card)
        elif self._wanted is not None:
            self._waiting = act

    def _begin(self, name: str, card: DisputeCard) -> None:
        if not self._may():
            return
        if name in STEPS and not fitting(card)[name]:
            self.said.emit(f"这件纠纷现在不能登记{FACTS[name].title}")
            return
        self._writing.begin_fact(name, card)

    def _reading(self) -> QWidget:
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addWidget(self._view)
        layout.addStretch()
        # The stack alone says which of its pages is in sight: what hides lies inside the page.
        page, self._read = QWidget(), QWidget()
        column(page).addWidget(self._read)
        outer = column(self._read)
        outer.addWidget(scrolling(inside), 1)
        outer.addWidget(self._foot)
        return page

    def _read_on(self) -> None:
        self._stack.setCurrentIndex(READING)
        self.left.emit()

    def _show(self, card: DisputeCard | None) -> None:
        self._card = card
        self._read.setVisible(card is not None)
        if card is None:
            return
        self._view.show_card(card, self._context.today)
        if (view := self._aside.get(self._stack.currentIndex())) is not None:
            view.show_card(card)
        self._foot.show_card(card, may=self._context.may(Right.WRITE))
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting(card)
        elif (left := self._unsaved) is not None and left.dispute == card.id:
            self._unsaved = None
            self._open_unsaved(card, left)

    def _go_on(self, left: At) -> None:
        """Go on with what was left unsaved when the program ended: its form opens again."""
        if left.dispute is None:
            self.begin_registration()
            return
        self._unsaved = left
        self._context.routes.go("disputes", record=left.dispute)

    def _open_unsaved(self, card: DisputeCard, left: At) -> None:
        if left.record is None:
            self.begin_change()
        elif left.fact == CHANGE:
            self._writing.begin_session(card, left.record)
        elif left.fact != "party":
            self._begin(left.fact, card)
        elif parties := [*dropwhile(lambda one: one.id != left.record, card.case.parties)]:
            self._writing.begin_parties(card, parties)

    def _remove_fact(self, fact: FactLine) -> None:
        if self._card is not None and self._may():
            self._take_out(removal(self._card, fact), f"已删除{fact.title}", fact)

    def _change_session(self, fact: FactLine) -> None:
        if self._may() and self._card is not None:
            self._writing.begin_session(self._card, fact.record)

    def _take_out(self, command: Command[Any], said: str, what: Hashable) -> None:
        def written(_: object) -> None:
            if not self.writing:
                self.close_form()
            self.said.emit(f"{said}　　Ctrl+Z 撤销")

        self._context.background.write(self, command, written, once=what)

    def _show_history(self) -> None:
        if self._card is not None:
            self._context.routes.go(
                "data", tab="history", entity="dispute", record=self._card.id,
                name=self._card.number or "这件纠纷",
            )  # fmt: skip

    def _may(self) -> bool:
        if refusal := self._context.refusal:
            self.said.emit(refusal)
        return not refusal
