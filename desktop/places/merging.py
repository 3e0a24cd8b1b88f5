"""Two entries that are one door: find the other, choose which stays, see what moves."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Command
from db.places import AddressDraft
from db.places.lists import (
    HouseholdQuery,
    HouseholdRow,
    household,
    households,
    like_household,
)
from db.places.moving import merge_households
from desktop.background import Ticket
from desktop.page import Context
from desktop.places.moving import ALIAS_WORDS, HomeForm, hanging_words
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import text_field
from desktop.widgets.parts import choose, label

FOUND_AFTER_MS, MOST_FOUND = 200, 6


class MergeForm(HomeForm):
    """The other home is found by address or name; its visits move, its address stays known."""

    title, action = "并成一户", "合并"

    def __init__(self, context: Context) -> None:
        self._other: HouseholdRow | None = None
        self._ticket: Ticket | None = None
        super().__init__(context)

    def fields(self, layout: QVBoxLayout) -> None:
        """What to find, what was found, and which of the two stays."""
        self.text = text_field("另一户", 80)
        self.text.setPlaceholderText("另一户的地址、姓名或电话")
        self._timer = QTimer(self, singleShot=True, interval=FOUND_AFTER_MS)
        self._timer.timeout.connect(self._find)
        self.text.textEdited.connect(lambda _: self._typed())
        self.text.finished.connect(self._entered)
        self.found = QListWidget()
        self.found.setAccessibleName("找到的住户")
        self.found.itemActivated.connect(lambda item: self._take(self.found.row(item)))
        self.found.itemClicked.connect(lambda item: self._take(self.found.row(item)))
        self.stays = ChoiceBox("留下哪一户")
        self.stays.currentIndexChanged.connect(lambda _: self._chosen())
        self.stays.finished.connect(self.save)
        self._stays_name = label("留下哪一户", 12, "second")
        for widget in (self.text, self.found, self._stays_name, self.stays):
            layout.addWidget(widget)
        self._rows: list[HouseholdRow] = []
        self.setFocusProxy(self.text)

    def begin(self, home: HouseholdRow, other: HouseholdRow | None = None) -> None:
        """Open for a home, and the other where two were marked in the list."""
        super().begin(home)
        self.text.clear()
        self._show([other] if other else [])
        self._pick(other)
        if other is None:
            self.begin_typing({"text": self.text})

    def sentence(self) -> str:
        """What moves where."""
        gone, kept = self._pair()
        if gone is None or kept is None:
            return "先找到另一户：打地址、姓名或电话。"
        moved = hanging_words(self.hanging)
        moves = f"{moved}一起并入{kept.address}；" if moved else f"并入{kept.address}；"
        alone = "户主、电话以留下的为准，空着的才补上；" if gone.contact else ""
        return f"{moves}{alone}“{gone.address}”{ALIAS_WORDS}。"

    def command(self) -> tuple[Command[Any], Id, str]:
        """Merge."""
        gone, kept = self._pair()
        if gone is None or kept is None:
            raise ValueError("还没有选另一户。")
        moved = hanging_words(self.hanging)
        words = f"{gone.address}已并入{kept.address}" + (f"，{moved}一起并入" if moved else "")
        return merge_households(kept.id, gone.id), kept.id, words

    def _pair(self) -> tuple[HouseholdRow | None, HouseholdRow | None]:
        """Return the home that goes and the one that stays."""
        if self.home is None or self._other is None:
            return None, None
        if self.stays.currentData() == self._other.id:
            return self.home, self._other
        return self._other, self.home

    def _typed(self) -> None:
        if self._other is not None:
            self._pick(None)
        self._timer.start()

    def _entered(self) -> None:
        """Take the first of those found, once they are."""
        if self._timer.isActive():
            self._timer.stop()
            self._find(take=True)
        else:
            self._take(0)

    def _find(self, *, take: bool = False) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        text, home = self.text.text().strip(), self.home
        if not text or home is None:
            self._show([])
            return

        def question(connection: Connection) -> list[HouseholdRow]:
            typed = like_household(connection, home.community, AddressDraft(whole=text))
            rows = [household(connection, like.id) for like in typed]
            rows += households(connection, HouseholdQuery(text=text), 0, MOST_FOUND + 1)
            by_id = {row.id: row for row in rows if row is not None and row.id != home.id}
            return list(by_id.values())[:MOST_FOUND]

        def answer(rows: list[HouseholdRow]) -> None:
            self._show(rows)
            if take:
                self._take(0)

        self._ticket = self.context.background.ask(self, question, answer)

    def _show(self, rows: list[HouseholdRow]) -> None:
        self._rows = rows
        self.found.clear()
        for found in rows:
            words = "　".join(word for word in (found.address, found.contact) if word)
            self.found.addItem(QListWidgetItem(words))
        self.found.setFixedHeight(max(self.found.sizeHintForRow(0), 1) * max(len(rows), 1) + 4)
        self.found.setVisible(bool(rows) and self._other is None)

    def _take(self, at: int) -> None:
        if 0 <= at < len(self._rows):
            self._pick(self._rows[at])

    def _pick(self, other: HouseholdRow | None) -> None:
        """Take the other home, or none; the home with more to tell stays unless chosen otherwise."""
        self._other = other
        self.found.setVisible(bool(self._rows) and other is None)
        for widget in (self._stays_name, self.stays):
            widget.setVisible(other is not None)
        self.main.setEnabled(other is not None)
        self.setFocusProxy(self.stays if other is not None else self.text)
        blocked = QSignalBlocker(self.stays)
        self.stays.clear()
        if other is not None and self.home is not None:
            for one in (self.home, other):
                self.stays.addItem("　".join(w for w in (one.address, one.contact) if w), one.id)
            choose(self.stays, self.home.id)
            self.text.setText(other.address)
            self.stays.setFocus()
        blocked.unblock()
        self._chosen()

    def _chosen(self) -> None:
        gone, _ = self._pair()
        if gone is None:
            self.tell(self.sentence())
        else:
            self.ask_hanging(gone.id)
