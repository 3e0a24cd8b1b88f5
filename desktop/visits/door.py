"""The panel of the door under the cursor: who to ask for, when to come, the entry, the history."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from db.coverage import DoorState
from db.kernel.ids import Id
from db.places import OCCUPANCY_NAMES
from db.visits.door import DoorCard, DoorVisit, door_card, outcome_words
from desktop.background import Ticket
from desktop.page import Context
from desktop.unsaved import Keeper
from desktop.visits.entry import EntryForm
from desktop.widgets.parts import Tone, button, clear, column, label, row, rule, scrolling
from desktop.words import clock_words, day_words

WAIT_MS = 70
SHOWN_VISITS = 12
TONES: dict[str, Tone] = {
    "met": "done", "not_home": "tries", "left_card": "tries", "refused": "late", "phone": "accent",
}  # fmt: skip


class DoorPanel(QFrame):
    """Follows the board's cursor; `entry` is the form. `removing` asks to take a visit out."""

    removing = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._ticket: Ticket | None = None
        self._wanted: Id | None = None
        self._phone = ""
        self.entry = EntryForm(context)
        self.keeper = Keeper(context, "走访", self.entry.typed, self.entry.take_back, self)
        self.entry.edited.connect(self.keeper.typed)
        self._name = label(pixels=16)
        self._lives = label(tone="second")
        self._contact = label(tone="second", wrap=True)
        self._reveal = button("显示电话", self._show_phone, kind="link")
        self._hint = QFrame()
        self._hint.setObjectName("hint")
        self._hint_lines = (label(), label(pixels=12))
        hint = column(self._hint, (12, 8, 12, 8), 2)
        for line in self._hint_lines:
            hint.addWidget(line)
        self._history = QGridLayout()
        self._history.setHorizontalSpacing(10)
        self._history.setVerticalSpacing(6)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self._build()

    def follow(self, door: DoorState | None) -> None:
        """Show another door, a moment later, so that walking stays quick."""
        self._wanted = door.household if door else None
        self._timer.start(WAIT_MS)

    def ask_again(self) -> None:
        """Read the door's card again."""
        self._ask()

    def _build(self) -> None:
        inside = QWidget()
        layout = column(inside, (16, 14, 16, 14), 8)
        head = row(gap=10)
        head.addWidget(self._name)
        head.addWidget(self._lives, 1)
        layout.addLayout(head)
        contact = row(gap=4)
        contact.addWidget(self._contact, 1)
        contact.addWidget(self._reveal)
        layout.addLayout(contact)
        layout.addWidget(self._hint)
        layout.addWidget(rule())
        layout.addWidget(label("记一次走访", 14))
        layout.addWidget(self.entry)
        layout.addWidget(rule())
        layout.addWidget(label("以往", 14))
        layout.addLayout(self._history)
        layout.addStretch()
        column(self, (1, 1, 1, 1)).addWidget(scrolling(inside))
        self._hint.hide()
        self._reveal.hide()

    def _ask(self) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        wanted, day = self._wanted, self._context.today
        if wanted is None:
            self._show(None)
            return
        self._ticket = self._context.background.ask(
            self, lambda connection: door_card(connection, wanted, day), self._show
        )

    def _show(self, card: DoorCard | None) -> None:
        self._name.setText(card.address if card else "没有选中的户")
        self._lives.clear()
        self._contact.clear()
        self._phone = (card.phone or "") if card else ""
        self._reveal.setVisible(bool(self._phone))
        if card is not None:
            count = f" {card.residents}人" if card.residents else ""
            self._lives.setText(OCCUPANCY_NAMES[card.occupancy] + count)
            said = [card.contact or "", masked_phone(self._phone)]
            if card.leaders:
                said.append("联户长 " + "、".join(card.leaders[:2]))
            self._contact.setText("　".join(word for word in said if word))
        hint = card.hint if card else ()
        self._hint.setVisible(bool(hint))
        for line, text in zip(self._hint_lines, (*hint, "", ""), strict=False):
            line.setText(text)
            line.setVisible(bool(text))
        self._show_history(card.visits if card else ())

    def _show_history(self, visits: Sequence[DoorVisit]) -> None:
        clear(self._history)
        if not visits:
            self._history.addWidget(label("还没有走访过", tone="second"), 0, 0)
            return
        today = self._context.today
        for at, visit in enumerate(visits[:SHOWN_VISITS]):
            when = f"{day_words(visit.day, today)} {clock_words(visit.at)}".strip()
            self._history.addWidget(label("●", 11, TONES[visit.outcome]), at, 0)
            self._history.addWidget(label(when, 12, "second"), at, 1)
            words = label(_history_words(visit), 12, wrap=True)
            words.setToolTip(_details(visit, today))
            self._history.addWidget(words, at, 2)
            remove = button("删", partial(self.removing.emit, visit.id), kind="link")
            remove.setAccessibleName(f"删除{when}的走访")
            remove.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._history.addWidget(remove, at, 3)
        self._history.setColumnStretch(2, 1)

    def _show_phone(self) -> None:
        self._contact.setText(self._contact.text().replace(masked_phone(self._phone), self._phone))
        self._reveal.hide()


def masked_phone(phone: str) -> str:
    """Return a telephone as it stands on the screen until it is asked for: 138 **** 4521."""
    return f"{phone[:3]} **** {phone[-4:]}" if len(phone) >= 8 else phone


def _history_words(visit: DoorVisit) -> str:
    said = outcome_words(visit)
    return f"{said}；{visit.found}" if visit.found else said


def _details(visit: DoorVisit, today: date) -> str:
    lines = [f"{day_words(visit.day, today)} {'、'.join(visit.staff)}", visit.note or ""]
    return "\n".join(line for line in lines if line.strip())
