"""配对: this copy's card, the sites it is paired with, and another's card compared and trusted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from PySide6.QtWidgets import QFileDialog, QFrame, QWidget
from sqlalchemy import Connection

from db import exchanging
from db.exchange import sites
from db.exchange.sites import Card, PeerLine
from db.kernel.access import Right
from db.kernel.errors import PolicepostError
from db.kernel.ids import Id
from db.ledger import Ledger
from db.merge_desk import OwnCard, own_card
from db.places import CommunityLine, communities
from db.post import the_post
from desktop.errors import tell
from desktop.exchange.comparing import ComparePanel, fingerprint_label
from desktop.exchange.sticks import start_folder
from desktop.exchange.words import arrived_words, moment_words
from desktop.page import Context, Page
from desktop.paper.site_card import site_card
from desktop.paper_out import Leaving, PaperOut
from desktop.unsaved import FormKeeper
from desktop.widgets.drops import FileDrops
from desktop.widgets.entries import text_field
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel
from desktop.widgets.tables import Column, RowModel, RowTable

CARDS = "名片 (*.json)"
COLUMNS: tuple[Column[PeerLine], ...] = (
    Column("单位", lambda p: p.name, 8),
    Column("对方收到了多少", arrived_words, 12, whole=True),
    Column("还没到", lambda p: str(p.waiting), 4, number=True),
    Column("上次给它打包", lambda p: moment_words(p.packed_at), 9, whole=True),
    Column("上次收它的包", lambda p: moment_words(p.heard_at), 9, whole=True),
    Column("配对日期", lambda p: f"{p.paired:%Y-%m-%d}", 6),
    Column("指纹", lambda p: p.fingerprint, 18),
)


class _Opened(NamedTuple):
    """A card that was opened, this copy's fingerprint, the communities, and which its site has so far."""

    card: Card
    ours: str
    places: list[CommunityLine]
    before: tuple[Id, ...]


class PairingPage(Page):
    """Nobody is trusted before a person has compared the fingerprints of both cards."""

    title: ClassVar[str] = "配对"
    watches: ClassVar[frozenset[str]] = frozenset(("peer", "site_seen", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+S", "存本机的名片，带给对方"),
        ("Ctrl+P", "打印本机的指纹"),
        ("Ctrl+O", "打开对方的名片，核对指纹"),
        ("Enter", "指纹一样，配对"),
        ("Esc", "不配对"),
        ("Delete", "解除配对，按两次"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        FileDrops(self).dropped.connect(self._dropped)
        self._own = OwnCard("", "")
        self._sure: Id | None = None
        self._printer = PaperOut(self)
        self._name = text_field("本机叫什么", sites.MOST_NAME)
        self._name.finished.connect(self.save_card)
        self._kept = FormKeeper(context, "本机的名片", self)
        self._fingerprint = fingerprint_label("本机的指纹")
        self._none = label(
            "还没有名片。写好本机叫什么（如“三号警务室”“下乡笔记本”），按 Ctrl+S 存一份到优盘，带给对方。",
            tone="second",
            wrap=True,
        )
        self._model: RowModel[PeerLine] = RowModel(COLUMNS)
        self._table = RowTable(
            self._model, "配对的单位", "还没有配对的单位。把对方的名片拖到这里，或按 Ctrl+O 打开"
        )
        self._table.removing.connect(self.unpair)
        self._told = label(tone="late", wrap=True)
        self._told.hide()
        self._listed = QWidget()
        self._compare = ComparePanel()
        self._compare.confirmed.connect(self.pair)
        self._compare.left.connect(self._leave)
        self._compare.hide()
        outer = column(self, (20, 12, 20, 14), 10)
        self._card = self._own_panel()
        outer.addWidget(self._card)
        self._list_parts()
        outer.addWidget(self._told)
        outer.addWidget(self._listed, 1)
        outer.addWidget(self._compare, 1)
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """How far exchange has come changes without a record being touched."""
        del what
        if self._model.shown:
            self.refresh()

    def refresh(self) -> None:
        """Read this copy's card and the sites again."""

        def question(connection: Connection) -> tuple[OwnCard, list[PeerLine]]:
            return own_card(connection), sites.peers(connection)

        self.context.background.ask(self, question, lambda found: self._show(*found))

    def save_card(self) -> None:
        """Write this copy's card where a person wants it."""
        if not self._may_pair():
            return
        name = self._name.text().strip()
        start = (
            Path(start_folder(self.context.settings.looks.stick))
            / f"{name or self._own.name}名片.json"
        )
        path, _ = QFileDialog.getSaveFileName(self, "存名片", str(start), CARDS)
        if not path:
            return
        ledger = self.context.ledger

        def saved(card: Card) -> None:
            self._kept.done()
            self._name.clear()
            self.refresh()
            self.said.emit(f"“{card.name}”的名片已存为 {Path(path).name}，带给对方打开")

        self.context.background.errand(
            self,
            lambda _: exchanging.make_card(ledger, Path(path), name),
            saved,
            self._failed,
            lane="writer",
        )

    def print_card(self) -> None:
        """Print this copy's fingerprint."""
        day = self.context.today

        def made(connection: Connection) -> Leaving:
            card = sites.my_card(connection)
            paper = site_card(card.name, card.fingerprint, post=the_post(connection).name, made=day)
            return Leaving("名片指纹", (paper,))

        if self._own.fingerprint:
            self._printer.print(made)

    def choose(self) -> None:
        """Ask for another site's card."""
        if self._may_pair():
            start = start_folder(self.context.settings.looks.stick)
            path, _ = QFileDialog.getOpenFileName(self, "对方的名片", start, CARDS)
            if path:
                self.take(Path(path))

    def take(self, path: Path) -> None:
        """Open another site's card, to be compared."""
        ledger, name = self.context.ledger, self._name.text().strip()
        self.context.background.errand(
            self, lambda _: _opened(ledger, path, name), self._compare_with, self._failed,
            lane="writer",
        )  # fmt: skip

    def pair(self) -> None:
        """Trust the site whose fingerprint a person has compared."""
        card = self._compare.card
        if card is None:
            return
        command = sites.pair(
            card, card.fingerprint, cut_to=self._compare.cut_to,
            numbers_there=self._compare.numbers_there,
        )  # fmt: skip

        def paired(_: object) -> None:
            self._leave()
            self.said.emit(f"已和“{card.name}”配对，可以给它打包、收它的包了")

        self.context.background.write(self, command, paired, self._failed)

    def unpair(self) -> None:
        """Trust the chosen site no longer; asked twice, as only a new comparison brings it back."""
        peer = self._model.at(self._table.currentIndex())
        if peer is None or not self._may_pair():
            return
        if self._sure != peer.id:
            self._sure = peer.id
            self._tell(
                f"再按一次 Delete 就解除和“{peer.name}”的配对，它的包不再收。已经合并的内容不变；"
                "以后要再配对，重新核对名片就行。"
            )
            return
        self.context.background.write(
            self,
            sites.unpair(peer.id),
            lambda _: self.said.emit(f"已解除和“{peer.name}”的配对"),
            self._failed,
        )

    def _dropped(self, paths: list[Path]) -> None:
        if self._may_pair():
            self.take(paths[0])

    def _own_panel(self) -> QFrame:
        frame = panel()
        layout = column(frame, (20, 14, 20, 14), 8)
        layout.addWidget(label("本机的名片", 16))
        layout.addWidget(self._fingerprint)
        layout.addWidget(self._none)
        line = QWidget()
        flow = FlowLayout(line)
        self._name.setMinimumWidth(self.context.theme.px(200))
        self._save = button("存名片　Ctrl+S", self.save_card)
        self._save.setShortcut("Ctrl+S")
        self._print = button("打印指纹　Ctrl+P", self.print_card)
        self._print.setShortcut("Ctrl+P")
        may = self.context.may(Right.SETTINGS)
        self._name.setEnabled(may)
        self._save.setEnabled(may)
        for one in (label("本机叫", tone="second"), self._name, self._save, self._print):
            flow.addWidget(one)
        layout.addWidget(line)
        return frame

    def _list_parts(self) -> None:
        layout = column(self._listed, gap=10)
        line = QWidget()
        flow = FlowLayout(line)
        self._open_card = button("打开对方的名片　Ctrl+O", self.choose, kind="main")
        self._open_card.setShortcut("Ctrl+O")
        self._remove = button("解除配对　Delete", self.unpair)
        for one in (self._open_card, self._remove):
            one.setEnabled(self.context.may(Right.SETTINGS))
            flow.addWidget(one)
        layout.addWidget(line)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        layout.addWidget(frame, 1)

    def _show(self, own: OwnCard, peers: list[PeerLine]) -> None:
        self._own = own
        if not self._name.text():
            self._name.setText(own.name)
            self._kept.begin("", {"name": self._name}, new=False)
        self._fingerprint.setText(own.fingerprint)
        self._fingerprint.setVisible(bool(own.fingerprint))
        self._none.setVisible(not own.fingerprint)
        self._print.setEnabled(bool(own.fingerprint))
        at = max(self._table.currentIndex().row(), 0)
        self._model.show_rows(peers)
        self._table.selectRow(min(at, len(peers) - 1))
        self._sure = None
        self._told.hide()
        self.about.emit(f"{len(peers)}个配对的单位" if peers else "还没有配对的单位")

    def _compare_with(self, opened: _Opened) -> None:
        self._told.hide()
        self._compare.show_card(opened.card, opened.ours, opened.places, opened.before)
        self._listed.hide()
        self._card.hide()
        self._compare.show()
        self.setFocusProxy(self._compare)
        self._compare.setFocus()

    def _leave(self) -> None:
        self._compare.hide()
        self._card.show()
        self._listed.show()
        self.setFocusProxy(self._table)
        self._table.setFocus()
        self.refresh()

    def _may_pair(self) -> bool:
        may = self.context.may(Right.SETTINGS)
        if not may:
            self.said.emit("配对要民警来做")
        return may

    def _tell(self, sentence: str) -> None:
        self._told.setText(sentence)
        self._told.show()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, PolicepostError):
            self._tell(str(error))
        else:
            tell(self, error)


def _opened(ledger: Ledger, path: Path, name: str) -> _Opened:
    """Read another's card; this copy gets its own first, so that there are two to compare."""
    card = sites.read_card(path)
    with ledger.read() as connection:
        own, places = own_card(connection), communities(connection)
        before = sites.communities_of(connection, card)
    if not own.fingerprint:
        ours = ledger.write(sites.introduce(name)).value.fingerprint
    else:
        ours = own.fingerprint
    return _Opened(card, ours, places, before)
