"""What a home can become, each a small form in the panel: another address, several homes of one."""

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.journal import Command, Done
from db.places import AddressDraft, CommunityLine, communities
from db.places.lists import HouseholdRow, LikeHousehold, like_household
from db.places.moving import (
    Hanging,
    rename_household,
    split_household,
    what_hangs,
)
from desktop.page import Context
from desktop.places.refusal import refused
from desktop.unsaved import FormKeeper, Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EnterWalks, text_field, words_field
from desktop.widgets.parts import Tone, button, choose, column, fill, label, row, set_tone

LIKE_MS = 300
ALIAS_WORDS = "留作曾用地址，旧台账照样认得"


class HomeForm(QWidget):
    """One way to change what a home is. It says what will happen; Enter does it, Esc leaves.

    `done` carries the home to go to and what was done, `left` that nothing was.
    """

    done = Signal(object, str)
    left = Signal()
    title, action = "", ""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.home: HouseholdRow | None = None
        self.hanging = Hanging(0, 0)
        self._told = label(" ", tone="second", wrap=True)
        layout = column(self, gap=8)
        layout.addWidget(label(self.title, 14))
        self.fields(layout)
        layout.addWidget(self._told)
        line = row()
        line.addWidget(button("取消　Esc", self.give_up, kind="link"))
        line.addStretch()
        self.main = button(self.action, self.save, kind="main")
        self.main.setEnabled(context.may(Right.WRITE))
        line.addWidget(self.main)
        layout.addLayout(line)
        self._kept = FormKeeper(context, self.title, self)

    @abstractmethod
    def fields(self, layout: QVBoxLayout) -> None:
        """Put the form's fields under its title."""

    @abstractmethod
    def sentence(self) -> str:
        """Return what will happen."""

    @abstractmethod
    def command(self) -> tuple[Command[Any], Id, str]:
        """Return what to do, the home to go to after it and what to say; ValueError if unfinished."""

    def begin(self, home: HouseholdRow) -> None:
        """Open for a home."""
        self.home, self.hanging = home, Hanging(0, 0)
        self.ask_hanging(home.id)

    def begin_typing(self, inputs: Inputs) -> None:
        """Put back what was typed for this home and not done; the fields stand as they begin."""
        if self.home is not None:
            self._kept.begin(self.home.id.hex(), inputs, new=True)

    def give_up(self) -> None:
        """Leave the home as it is."""
        self._kept.done()
        self.left.emit()

    def of(self, household: Id) -> bool:
        """Tell whether it is open for this home."""
        return self.home is not None and self.home.id == household

    def ask_hanging(self, household: Id) -> None:
        """Ask what hangs on a home that will change."""

        def answer(found: Hanging) -> None:
            self.hanging = found
            self.tell(self.sentence())

        self.context.background.ask(self, lambda c: what_hangs(c, household), answer)

    def tell(self, text: str, tone: Tone = "second") -> None:
        """Say what will happen, or what keeps it from happening."""
        set_tone(self._told, tone)
        self._told.setText(text)

    def save(self) -> None:
        """Do it."""
        if self.home is None or not self.context.may(Right.WRITE):
            return
        try:
            command, home, words = self.command()
        except ValueError as reason:
            self.tell(str(reason), "late")
            return

        def done(_: Done[Any]) -> None:
            self._kept.done()
            self.done.emit(home, f"{words}　　Ctrl+Z 撤销")

        failed = refused(self.context, lambda text: self.tell(text, "late"))
        self.context.background.write(self, command, done, failed, once=self.home.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc leaves."""
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)


def hanging_words(hanging: Hanging) -> str:
    """Return what hangs on a home: 11次走访、2处登记; empty where nothing does."""
    said = [f"{hanging.visits}次走访"] if hanging.visits else []
    if hanging.others:
        said.append(f"{hanging.others}处登记")
    return "、".join(said)


class RenameForm(HomeForm):
    """Another address for the home; the old one goes on leading to it."""

    title, action = "改地址", "改地址"

    def fields(self, layout: QVBoxLayout) -> None:
        """Community and address."""
        self._where = ChoiceBox("社区")
        self.address = text_field("新地址", 120)
        self.address.setPlaceholderText("如 晨园3号楼2单元401")
        self._like = QTimer(self, singleShot=True, interval=LIKE_MS)
        self._like.timeout.connect(self._ask_like)
        self.address.textEdited.connect(lambda _: self._like.start())
        self._walks = EnterWalks([self._where, self.address], self.save)
        layout.addWidget(self._where)
        layout.addWidget(self.address)
        self.setFocusProxy(self.address)

    def begin(self, home: HouseholdRow) -> None:
        """Open with the address as it is."""
        super().begin(home)

        def answer(places: list[CommunityLine]) -> None:
            fill(self._where, [(place.name, place.id) for place in places])
            choose(self._where, home.community)
            self.begin_typing({"where": self._where, "address": self.address})

        self.address.setText(home.address)
        self.context.background.ask(self, communities, answer)

    def sentence(self) -> str:
        """The old address stays, and what hangs on the home with it."""
        kept = hanging_words(self.hanging)
        stays = f"{kept}不动；" if kept else ""
        return f"{stays}“{self.home.address if self.home else ''}”{ALIAS_WORDS}。"

    def command(self) -> tuple[Command[Any], Id, str]:
        """Rename."""
        assert self.home is not None  # noqa: S101  saved only when open
        if not self.address.text().strip():
            raise ValueError("请填写新地址。")
        command = rename_household(self.home.id, self._draft())
        return command, self.home.id, f"{self.home.address}改为{self.address.text().strip()}"

    def _draft(self) -> AddressDraft:
        community = self._where.currentText()
        return AddressDraft(community=community, whole=self.address.text().strip())

    def _ask_like(self) -> None:
        home, draft = self.home, self._draft()
        if home is None:
            return

        def question(connection: Connection) -> list[LikeHousehold]:
            return like_household(connection, home.community, draft, leave=home.id)

        def answer(found: list[LikeHousehold]) -> None:
            same = next((like for like in found if like.same), None)
            if same is None:
                self.tell(self.sentence())
            else:
                self.tell(f"台账里已有{same.address}（{same.why}）。是同一户就用“合并”。", "tries")

        self.context.background.ask(self, question, answer)


class SplitForm(HomeForm):
    """Several homes of one; the old door stays, invalid, with its visits."""

    title, action = "拆成几户", "拆分"

    def fields(self, layout: QVBoxLayout) -> None:
        """The new rooms."""
        self.rooms = words_field("新房号", ())
        self.rooms.setPlaceholderText("如 401A、401B")
        self.rooms.textEdited.connect(lambda _: self.tell(self.sentence()))
        self._walks = EnterWalks([self.rooms], self.save)
        layout.addWidget(self.rooms)
        self.setFocusProxy(self.rooms)

    def begin(self, home: HouseholdRow) -> None:
        """Open with nothing typed."""
        self.rooms.clear()
        super().begin(home)
        self.begin_typing({"rooms": self.rooms})

    def sentence(self) -> str:
        """The old door stays with what hangs on it; the new ones are named."""
        kept = hanging_words(self.hanging)
        stays = f"，{kept}仍在它名下" if kept else ""
        rooms = self.rooms.value()
        made = f"；新建{'、'.join(rooms)}这{len(rooms)}户" if len(rooms) > 1 else ""
        return f"“{self.home.address if self.home else ''}”改为无效{stays}{made}。"

    def command(self) -> tuple[Command[Any], Id, str]:
        """Split."""
        assert self.home is not None  # noqa: S101  saved only when open
        rooms = self.rooms.value()
        if len(rooms) < 2:
            raise ValueError("请填写两个以上的新房号，用“、”隔开。")
        return (
            split_household(self.home.id, rooms),
            self.home.id,
            f"{self.home.address}已拆成{len(rooms)}户",
        )
