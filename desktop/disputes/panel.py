"""The panel beside the list: one dispute as read, or a form over it, one at a time."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import dropwhile
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget
from sqlalchemy import Connection

from db.disputes.card import DisputeCard, FactLine, dispute_card
from db.disputes.facts import clocks
from db.disputes.parties import SIDES, Party
from db.disputes.registering import (
    RegistrationDraft,
    change_dispute,
    register_dispute,
    registration,
    remove_dispute,
)
from db.disputes.steps import SessionDraft, session_entered
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from desktop.background import Ticket
from desktop.disputes.attachments import AttachmentsView
from desktop.disputes.card import CardView
from desktop.disputes.dossier import DossierView
from desktop.disputes.foot import FILES, STEPS, Foot
from desktop.disputes.forms import FACTS, FactForm, fitting, next_fact, removal
from desktop.disputes.knowing import Known, LookingBack, known_words
from desktop.disputes.writing import At, Writing
from desktop.page import Context
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import column
from desktop.widgets.scrolling import scrolling

CHANGE = "change_session"
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
        self._editing: Id | None = None
        self._fact: str | None = None
        self._view = CardView(context.theme)
        self._view.removing.connect(self._remove_fact)
        self._view.changing.connect(self._change_session)
        self._view.going.connect(lambda record: context.routes.go("disputes", record=record))
        self._aside: dict[int, DossierView | AttachmentsView] = {
            FILE: DossierView(context, self._may),
            ATTACHMENTS: AttachmentsView(context, self._may),
        }
        for view in self._aside.values():
            view.said.connect(self.said)
            view.left.connect(self.close_form)
        self._parties: list[Party] = []
        self._foot = Foot(
            self.begin_fact, self.next_duty,
            {"改登记 F2": self.begin_change, "当事人 P": self.begin_parties},
            {
                "卷宗 W": partial(self.open_aside, FILE), FILES: partial(self.open_aside, ATTACHMENTS),
                "改动记录": self._show_history,
            },
        )  # fmt: skip
        self._left: At | None = None
        self._writing = Writing(context)
        self._writing.saved.connect(self.save)
        self._writing.given_up.connect(self.close_form)
        self._writing.found.connect(self._go_on)
        self._form, self._facts = self._writing.registration, self._writing.facts
        self._stack = QStackedWidget()
        self._stack.addWidget(self._reading())
        self._stack.addWidget(self._writing)
        for view in self._aside.values():
            self._stack.addWidget(view)
        column(self, (1, 1, 1, 1)).addWidget(self._stack)
        self._looking = LookingBack(context, self._form, self)
        self._form.edited.connect(lambda: self._looking.look(self._editing))

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

    def begin_registration(self) -> None:
        """Open an empty form for today and the person who types."""
        if not self._may():
            return
        self._editing = None
        draft = RegistrationDraft(
            registered=self._context.today,
            risk="ordinary",
            mediators=(self._context.ledger.session.name,),
        )
        self._open_registration(draft, "登记纠纷")

    def begin_change(self) -> None:
        """Open the registration of the dispute in sight."""
        wanted = self._wanted
        if wanted is None or not self._may():
            return

        def opened(draft: RegistrationDraft | None) -> None:
            if draft is not None:
                self._editing = wanted
                self._open_registration(draft, "修改登记")

        self._context.background.ask(self, lambda c: registration(c, wanted), opened)

    def begin_fact(self, name: str) -> None:
        """Open the form for something that happened."""
        self._when_read(partial(self._begin, name))

    def begin_parties(self) -> None:
        """Open the form of the first party; saving goes on to the next."""

        def begin(card: DisputeCard) -> None:
            self._parties = list(card.case.parties)
            if self._parties:
                self._begin("party", card)

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
                self._write(remove_dispute(card.id), "已删除这件纠纷")

        self._when_read(taken_out)

    def save(self) -> None:
        """Write the form that is open."""
        if self._fact is not None:
            self._save_fact(self._fact)
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        if self._editing is not None:
            self._write(change_dispute(self._editing, draft), "已保存")
            return

        def registered(done: Done[Id]) -> None:
            self.close_form()
            self.said.emit("已登记　　Ctrl+Z 撤销")
            self.registered.emit(done.value)

        self._context.background.write(self, register_dispute(draft), registered)

    def close_form(self) -> None:
        """Go back to reading; what a form holds is saved or given up."""
        self._writing.end()
        self._fact = self._editing = None
        self._parties = []
        self._stack.setCurrentIndex(READING)
        self.left.emit()

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
        self._fact, self._editing = name, card.id
        form, of = self._facts[name], "、".join(party.of.name for party in card.case.parties)
        if name == "party":
            party = self._parties[0]
            self._editing = party.id
            form.begin_with(party.of)
            at = len(card.case.parties) - len(self._parties) + 1
            of = f"{SIDES[party.side]}　第{at}位，共{len(card.case.parties)}位"
        else:
            form.begin(card.case)
        of = " ".join(word for word in (card.number, of) if word)
        where = At(card.id, name, self._editing)
        self._show_form(form, where, f"登记{FACTS[name].title}", of)
        self._know(form)

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

    def _open_registration(self, draft: RegistrationDraft, heading: str) -> None:
        def opened(known: Known) -> None:
            self._form.offers("community", {name: name for name in known.places})
            self._form.knows("mediators", known.staff)
            mediators = tuple(name for name in draft.mediators if name in known.staff)
            self._form.show_draft(replace(draft, mediators=mediators))
            self._fact = None
            hint = "Enter 到下一格，类型等可以直接打拼音首字母"
            self._show_form(self._form, At(self._editing), heading, hint)

        self._context.background.ask(self, known_words, opened)

    def _show_form(self, form: DraftForm, at: At, heading: str, of: str) -> None:
        self._stack.setCurrentIndex(WRITING)
        self._writing.begin(form, at, heading, of)

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
        elif (left := self._left) is not None and left.dispute == card.id:
            self._left = None
            self._open_left(card, left)

    def _go_on(self, left: At) -> None:
        """Go on with what was left unsaved when the program ended: its form opens again."""
        if left.dispute is None:
            self.begin_registration()
            return
        self._left = left
        self._context.routes.go("disputes", record=left.dispute)

    def _open_left(self, card: DisputeCard, left: At) -> None:
        if left.record is None:
            self.begin_change()
        elif left.fact == CHANGE:
            self._open_session(card, left.record)
        elif left.fact != "party":
            self._begin(left.fact, card)
        elif parties := [*dropwhile(lambda one: one.id != left.record, card.case.parties)]:
            self._parties = parties
            self._begin("party", card)

    def _save_fact(self, name: str) -> None:
        try:
            draft = self._facts[name].draft()
        except ValueError:
            return
        if self._editing is None:
            return
        command, said = FACTS[name].command(self._editing, draft), f"已登记{FACTS[name].title}"
        if name == "close" and self._card is not None and self._card.missing:
            said = f"已结案，卷宗还缺{'、'.join(self._card.missing)}"
        if name == "party" and len(self._parties) > 1:
            self._context.background.write(self, command, self._next_party)
            return
        self._write(command, "已保存" if name == CHANGE else said)

    def _remove_fact(self, fact: FactLine) -> None:
        if self._card is None or not self._may():
            return
        self._write(removal(self._card, fact), f"已删除{fact.title}")

    def _next_party(self, _: object) -> None:
        self._writing.forget()
        self._parties.pop(0)
        self.begin_fact("party")

    def _change_session(self, fact: FactLine) -> None:
        if self._may() and self._card is not None:
            self._open_session(self._card, fact.record)

    def _open_session(self, card: DisputeCard, record: Id) -> None:
        def opened(draft: SessionDraft | None) -> None:
            if draft is None:
                return
            form, self._fact, self._editing = self._facts[CHANGE], CHANGE, record
            form.begin_with(draft)
            of = card.number or "、".join(party.of.name for party in card.case.parties)
            self._show_form(form, At(card.id, CHANGE, record), "修改调解记录", of)
            self._know(form)

        self._context.background.ask(self, lambda c: session_entered(c, record), opened)

    def _write(self, command: Command[Any], said: str) -> None:
        def written(_: object) -> None:
            self.close_form()
            self.said.emit(f"{said}　　Ctrl+Z 撤销")

        self._context.background.write(self, command, written)

    def _show_history(self) -> None:
        if self._card is not None:
            self._context.routes.go(
                "data", tab="history", entity="dispute", record=self._card.id,
                name=self._card.number or "这件纠纷",
            )  # fmt: skip

    def _know(self, form: FactForm) -> None:
        if form.names_people:
            self._context.background.ask(self, known_words, form.knows_people)

    def _may(self) -> bool:
        if refusal := self._context.refusal:
            self.said.emit(refusal)
        return not refusal
