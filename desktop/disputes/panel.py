"""The panel beside the list: one dispute as read, or a form over it, one at a time."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QStackedWidget, QWidget
from sqlalchemy import Connection

from db.disputes import DisputeDraft
from db.disputes.card import DisputeCard, FactLine, dispute_card
from db.disputes.life import remove_fact, unperform
from db.disputes.registering import change_dispute, register_dispute, registration, remove_dispute
from db.disputes.steps import SessionDraft
from db.disputes.words import GRAVE, OPEN
from db.figures.week import clocks
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.people.colleagues import staff_rows
from db.places import communities
from desktop.background import Ticket
from desktop.disputes.card import CardView
from desktop.disputes.forms import FACTS, FactForm, registration_form
from desktop.page import Context
from desktop.unsaved import Keeper
from desktop.widgets.flow import FlowLayout
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, row, scrolling

# What is entered when it happens, whatever is due next.
STEPS = {"session": "T", "extend": "Y", "report": "B", "close": "G"}


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
        self._ticket: Ticket | None = None
        self._editing: Id | None = None
        self._fact: str | None = None
        self._view = CardView()
        self._view.removing.connect(self._remove_fact)
        self._main = button("", self.next_duty, kind="main")
        self._steps: dict[str, QPushButton] = {}
        self._form = registration_form(lambda: context.today)
        self._facts = {name: FactForm(fact, lambda: context.today) for name, fact in FACTS.items()}
        for form in (self._form, *self._facts.values()):
            form.saved.connect(self.save)
        self._heading, self._of = label(pixels=16), label(tone="second", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._reading())
        self._stack.addWidget(self._writing())
        column(self, (1, 1, 1, 1)).addWidget(self._stack)
        self._keeper = Keeper(context, "纠纷登记", self._typed, self.begin_registration, self)
        self._form.edited.connect(self._keeper.typed)

    @property
    def writing(self) -> bool:
        """Whether a form is open."""
        return self._stack.currentIndex() == 1

    def follow(self, dispute: Id | None) -> None:
        """Show another dispute, unless a form is being filled."""
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

    def begin_registration(self, texts: Mapping[str, str] | None = None) -> None:
        """Open an empty form for today and the person who types, or with `texts` typed before."""
        if not self._may():
            return
        self._editing = None
        draft = DisputeDraft(
            registered=self._context.today,
            risk="ordinary",
            mediators=(self._context.ledger.session.name,),
        )
        self._open_registration(draft, "登记纠纷", texts or {})

    def begin_change(self) -> None:
        """Open the registration of the dispute in sight."""
        wanted = self._wanted
        if wanted is None or not self._may():
            return

        def opened(draft: DisputeDraft | None) -> None:
            if draft is not None:
                self._editing = wanted
                self._open_registration(draft, "修改登记", {})

        self._context.background.ask(self, lambda c: registration(c, wanted), opened)

    def begin_fact(self, name: str) -> None:
        """Open the form for something that happened."""
        if self._card is None or not self._may():
            return
        card = self._card
        self._fact, self._editing = name, card.id
        self._heading.setText(f"登记{FACTS[name].title}")
        parties = "、".join(party.name for party in card.parties)
        self._of.setText(" ".join(word for word in (card.number, parties) if word))
        self._facts[name].begin()
        if name == "session":
            self._begin_session(card)
        self._show_form(self._facts[name])

    def next_duty(self) -> None:
        """Open the form for what is to be done next."""
        duty = self._next()
        if duty is not None:
            self.begin_fact(duty)

    def remove(self) -> None:
        """Take the dispute in sight out of the ledger; undo brings it back."""
        card = self._card
        if card is not None and self._may():
            self._write(remove_dispute(card.id), "已删除这件纠纷")

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
            self._keeper.done()
            self.close_form()
            self.said.emit("已登记　　Ctrl+Z 撤销")
            self.registered.emit(done.value)

        self._context.background.write(self, register_dispute(draft), registered)

    def close_form(self) -> None:
        """Go back to reading."""
        self._fact = self._editing = None
        self._stack.setCurrentIndex(0)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves the form."""
        if event.key() == Qt.Key.Key_Escape and self.writing:
            self.close_form()
        else:
            super().keyPressEvent(event)

    def _reading(self) -> QWidget:
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addWidget(self._view)
        layout.addStretch()
        page = QWidget()
        outer = column(page)
        outer.addWidget(scrolling(inside), 1)
        below = QWidget()
        foot = FlowLayout(below, gap=4)
        foot.addWidget(button("改登记 F2", self.begin_change, kind="link"))
        for name, key in STEPS.items():
            words = f"{FACTS[name].title} {key}"
            self._steps[name] = button(words, partial(self.begin_fact, name), kind="link")
            foot.addWidget(self._steps[name])
        foot.addWidget(button("改动记录", self._show_history, kind="link"))
        last = column(margins=(16, 4, 16, 12), gap=6)
        last.addWidget(below)
        last.addWidget(self._main, 0, Qt.AlignmentFlag.AlignRight)
        outer.addLayout(last)
        self._reading_page = page
        return page

    def _writing(self) -> QWidget:
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 10)
        layout.addWidget(self._heading)
        layout.addWidget(self._of)
        for form in (self._form, *self._facts.values()):
            layout.addWidget(form)
        line = row()
        line.addWidget(button("不登记了 Esc", self.close_form, kind="link"))
        line.addStretch()
        line.addWidget(button("保存", self.save, kind="main"))
        layout.addLayout(line)
        layout.addStretch()
        return scrolling(inside)

    def _open_registration(
        self, draft: DisputeDraft, heading: str, texts: Mapping[str, str]
    ) -> None:
        def opened(known: tuple[list[str], list[str]]) -> None:
            places, staff = known
            self._form.offers("community", {name: name for name in places})
            self._form.knows("mediators", staff)
            mediators = tuple(name for name in draft.mediators if name in staff)
            self._form.show_draft(replace(draft, mediators=mediators))
            self._form.take_back(texts)
            self._heading.setText(heading)
            self._of.setText("Enter 到下一格，类型等可以直接打拼音首字母")
            self._fact = None
            self._show_form(self._form)

        self._context.background.ask(self, _known, opened)

    def _show_form(self, form: DraftForm) -> None:
        for other in (self._form, *self._facts.values()):
            other.setVisible(other is form)
        self._of.setVisible(bool(self._of.text()))
        self._stack.setCurrentIndex(1)
        form.setFocus(Qt.FocusReason.TabFocusReason)

    def _show(self, card: DisputeCard | None) -> None:
        self._card = card
        self._reading_page.setVisible(card is not None)
        if card is None:
            return
        self._view.show_card(card, self._context.today)
        fitting = {
            "session": card.state == OPEN, "extend": card.state == OPEN,
            "report": card.risk == GRAVE, "close": card.may_close,
        }  # fmt: skip
        for name, step in self._steps.items():
            step.setVisible(fitting[name])
        duty = self._next()
        self._main.setVisible(duty is not None and self._context.may(Right.WRITE))
        if duty is not None:
            self._main.setText(f"登记{FACTS[duty].title}　Enter")

    def _next(self) -> str | None:
        if self._card is None:
            return None
        if self._card.to_report:
            return "report"
        wanted = {"期限": "conclude", "履行": "perform", "回访": "follow_up"}
        first = min(self._card.duties, key=lambda duty: duty.by, default=None)
        return wanted[first.duty] if first else "close" if self._card.may_close else None

    def _save_fact(self, name: str) -> None:
        try:
            draft = self._facts[name].draft()
        except ValueError:
            return
        if self._editing is not None:
            self._write(FACTS[name].command(self._editing, draft), f"已登记{FACTS[name].title}")

    def _remove_fact(self, fact: FactLine) -> None:
        if self._card is None or not self._may():
            return
        kept = fact.entity == ""
        command = unperform(self._card.id) if kept else remove_fact(fact.entity, fact.record)
        self._write(command, f"已删除{fact.title}")

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

    def _begin_session(self, card: DisputeCard) -> None:
        """Who mediates is known; who else may have is completed while it is typed."""
        draft = SessionDraft(day=self._context.today, mediators=card.mediators)
        form = self._facts["session"]

        def opened(known: tuple[list[str], list[str]]) -> None:
            form.knows("mediators", known[1])
            form.show_draft(draft)

        self._context.background.ask(self, _known, opened)

    def _may(self) -> bool:
        if not self._context.may(Right.WRITE):
            self.said.emit("您的身份只能查阅，不能登记")
        return self._context.may(Right.WRITE)

    def _typed(self) -> dict[str, Any] | None:
        texts = self._form.typed_texts()
        return texts if self.writing and self._editing is None and len(texts) > 1 else None


def _known(connection: Connection) -> tuple[list[str], list[str]]:
    return (
        [line.name for line in communities(connection)],
        [line.name for line in staff_rows(connection)],
    )
