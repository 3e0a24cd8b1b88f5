"""The panel of the door under the cursor: who to ask for, when to come, the entry, the history."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from db.coverage import DoorState
from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.people import masked_phone
from db.places import OCCUPANCY_NAMES
from db.visits.door import DoorCard, door_card, outcome_words
from db.visits.lists import VisitRow
from desktop.background import Ticket
from desktop.page import Context
from desktop.unsaved import Keeper
from desktop.visits.editing import VisitEditor
from desktop.visits.entry import EntryForm, OutcomeButtons
from desktop.widgets.parts import Tone, button, clear, column, label, row, rule, tip
from desktop.widgets.scrolling import scrolling
from desktop.words import clock_words, day_words

WAIT_MS = 70
SHOWN_VISITS = 12
# Below the outcomes there is room for what was only where the panel is higher than this.
LOW = 520
TONES: dict[str, Tone] = {
    "met": "done", "not_home": "tries", "left_card": "tries", "refused": "late", "phone": "accent",
}  # fmt: skip


class DoorPanel(QFrame):
    """Follows the board's cursor; `entry` is the form. `removing` asks to take a visit out.

    `editor` takes the form's place while a visit is put right; `left` tells that it was left.
    """

    removing = Signal(object)
    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._ticket: Ticket | None = None
        self._wanted: Id | None = None
        self._card: DoorCard | None = None
        # The history as it stands there, to make it anew only when it is another.
        self._shown: object = None
        self.entry = EntryForm(context)
        self.keeper = Keeper(context, "走访", self.entry.typed, self.entry.take_back, self)
        self.entry.edited.connect(self.keeper.typed)
        self.editor = VisitEditor(context, "走访修改")
        self.editor.opened.connect(lambda: self._turn(editing=True))
        self.editor.left.connect(self._leave_editor)
        self.editor.kept.found.connect(self.ask_again)
        self.outcomes = OutcomeButtons()
        self._adding, self._outcomes, self._past = QWidget(), QWidget(), QWidget()
        self._low: bool | None = None
        self._name = label(pixels=16)
        self._lives = label(tone="second")
        self._heading = label("记一次走访", 14)
        self._contact, self._leaders = (label(tone="second", wrap=True) for _ in range(2))
        self._reveal = button("显示电话", self._show_phone, kind="link")
        self._changes = button("改动记录", self._show_changes, kind="link")
        self._hint = QFrame()
        self._hint.setObjectName("hint")
        self._hint_lines = (label(), label(pixels=12))
        hint = column(self._hint, (12, 8, 12, 8), 2)
        for line in self._hint_lines:
            hint.addWidget(line)
        self._history = QGridLayout()
        self._history.setHorizontalSpacing(6)
        self._history.setVerticalSpacing(0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        self._build()

    def follow(self, door: DoorState | None) -> None:
        """Show another door, a moment later, so that walking stays quick."""
        self._wanted = door.household if door else None
        self._timer.start(WAIT_MS)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the board; what is typed stays."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def ask_again(self) -> None:
        """Read the door's card again, once what the board shows anew is painted."""
        self._timer.start(0)

    def edit_last(self) -> None:
        """Put the door's last visit right."""
        if self._card is not None and self._card.visits:
            self._edit(self._card.visits[0].id)
        else:
            self.editor.said.emit("这一户还没有走访过")

    def _build(self) -> None:
        inside = QWidget()
        self._over = layout = column(inside, (16, 14, 16, 4), 8)
        head = row(gap=10)
        head.addWidget(self._name)
        head.addWidget(self._lives, 1)
        layout.addLayout(head)
        contact = row(gap=4)
        contact.addWidget(self._contact, 1)
        contact.addWidget(self._reveal)
        layout.addLayout(contact)
        layout.addWidget(self._leaders)
        layout.addWidget(self._hint)
        layout.addWidget(rule())
        adding = column(self._adding, gap=8)
        adding.addWidget(self._heading)
        adding.addWidget(self.entry)
        layout.addWidget(self._adding)
        past = column(self._past, gap=8)
        past.addWidget(rule())
        title = row(gap=4)
        title.addWidget(label("以往", 14), 1)
        title.addWidget(self._changes)
        past.addLayout(title)
        past.addLayout(self._history)
        past.addStretch()
        self._door = scrolling(inside)
        outcomes = column(self._outcomes, (16, 4, 16, 10))
        outcomes.addWidget(self.outcomes)
        below = QWidget()
        self._below = column(below, (16, 0, 16, 14))
        self._below_area = scrolling(below)
        outer = column(self, (1, 1, 1, 1))
        outer.addWidget(self._door)
        outer.addWidget(self._outcomes)
        outer.addWidget(self._below_area, 1)
        outer.addWidget(self.editor, 1)
        self._put_past(low=False)
        self._turn(editing=False)
        self._hint.hide()
        self._reveal.hide()
        self.editor.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the outcomes in sight: where it is low, what was scrolls below the entry."""
        super().resizeEvent(event)
        self._put_past(low=self.height() < self._context.theme.px(LOW))

    def _put_past(self, *, low: bool) -> None:
        if low != self._low:
            self._low = low
            (self._over if low else self._below).addWidget(self._past)
            self._below_area.setVisible(not low and self.editor.isHidden())
            self._heading.setVisible(not low)

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
        before, self._card = self._card, card
        if (before and before.household) != (card and card.household):
            self._turn(editing=False)
        self._name.setText(card.address if card else "没有选中的户")
        self._reveal.setVisible(bool(card and card.phone))
        self._changes.setVisible(card is not None)
        lives = contact = leaders = ""
        if card is not None:
            count = f" {card.residents}人" if card.residents else ""
            lives = OCCUPANCY_NAMES[card.occupancy] + count
            said = [card.contact or "", masked_phone(card.phone or "")]
            contact = "　".join(word for word in said if word)
            leaders = "联户长 " + "、".join(card.leaders[:2]) if card.leaders else ""
        self._lives.setText(lives)
        for line, text in ((self._contact, contact), (self._leaders, leaders)):
            line.setText(text)
            line.setVisible(bool(text))
        hint = card.hint if card else ()
        self._hint.setVisible(bool(hint))
        for line, text in zip(self._hint_lines, (*hint, "", ""), strict=False):
            line.setText(text)
            line.setVisible(bool(text))
        self._show_history(card.visits if card else ())

    def _show_history(self, visits: Sequence[VisitRow]) -> None:
        today, some = self._context.today, visits[:SHOWN_VISITS]
        shown = today, [(visit, self._edit_words(visit.id)) for visit in some]
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._history)
        if not some:
            self._history.addWidget(label("还没有走访过", tone="second"), 0, 0)
            return
        may = self._context.may(Right.WRITE)
        for at, visit in enumerate(some):
            when = f"{day_words(visit.day, today)} {clock_words(visit.at)}".strip()
            words = label(_history_words(visit), 12, wrap=True)
            words.setToolTip(tip(_details(visit, today)))
            words.setContentsMargins(0, 0, 0, 6)
            self._history.addWidget(label("●", 11, TONES[visit.outcome]), 2 * at, 0)
            self._history.addWidget(label(when, 12, "second"), 2 * at, 1)
            # Below the day, where they have the panel's whole width.
            self._history.addWidget(words, 2 * at + 1, 1, 1, 3)
            steps = (
                (self._edit_words(visit.id), partial(self._edit, visit.id), "修改"),
                ("删", partial(self.removing.emit, visit.id), "删除"),
            )
            for place, (word, does, told) in enumerate(steps if may else (), start=2):
                action = button(word, does, kind="link")
                action.setAccessibleName(f"{told}{when}的走访")
                self._history.addWidget(action, 2 * at, place)
        self._history.setColumnStretch(1, 1)

    def _show_phone(self) -> None:
        """Show the whole telephone once the journal knows who looked at it."""
        card = self._card
        if card is None or not card.phone:
            return
        phone = card.phone

        def noted(_: Done[None]) -> None:
            if self._card is card:
                self._contact.setText(self._contact.text().replace(masked_phone(phone), phone))

        # Hidden at once: two clicks are one look.
        self._reveal.hide()
        look: Command[None] = Command("查看电话", Right.LOOK, lambda _: None, note=card.address)
        self._context.background.write(self, look, noted)

    def _edit(self, visit: Id) -> None:
        if self._card is not None:
            self.editor.begin(visit, self._card.address)

    def _edit_words(self, visit: Id) -> str:
        return "接着改" if visit.hex() in self.editor.kept.left else "改"

    def _turn(self, *, editing: bool) -> None:
        if not editing:
            self.editor.put_away()
        may = self._context.may(Right.WRITE)
        self._adding.setVisible(may)
        self._outcomes.setVisible(may and not editing)
        self._door.setVisible(not editing)
        self._below_area.setVisible(not editing and not self._low)
        self.editor.setVisible(editing)

    def _leave_editor(self) -> None:
        self._turn(editing=False)
        self.left.emit()

    def _show_changes(self) -> None:
        if self._card is not None:
            self._context.routes.go(
                "data", tab="history", entity="household", record=self._card.household,
                name=self._card.address,
            )  # fmt: skip


def _history_words(visit: VisitRow) -> str:
    said = outcome_words(visit)
    return f"{said}；{visit.found}" if visit.found else said


def _details(visit: VisitRow, today: date) -> str:
    along = f"同行 {'、'.join(visit.companions)}" if visit.companions else ""
    lines = [f"{day_words(visit.day, today)} {'、'.join(visit.staff)}", along, visit.note or ""]
    return "\n".join(line for line in lines if line.strip())
