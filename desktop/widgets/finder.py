"""Ctrl+K: find any door, person, dispute, session, page or command by a few letters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from db.kernel.pinyin import search_key
from db.search import Hit, find
from db.search_text import SearchText
from desktop.background import Ticket
from desktop.routes import SCREEN_OF
from desktop.widgets.parts import column

if TYPE_CHECKING:
    from desktop.page import Context

WIDTH, HEIGHT, TOP = 560, 420, 64
# Between the frame and its two parts; the two edges with what is between the parts.
EDGE, AROUND = 12, 36
MOST_OFFERS: Final = 6
_LEFT: Final = (
    Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
)  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A page or a command: its title, a word for what it is, others it is found by, what it does."""

    title: str
    kind: str
    go: Callable[[], object]
    words: str = ""

    @cached_property
    def key(self) -> str:
        """What it is found by."""
        return search_key((self.title,), (self.words,)).lower()


class Finder(QWidget):
    """A field over the window with the hits below it; Esc, a choice or a click elsewhere closes it.

    Nothing typed shows the pages and commands there are. Its ground lets nothing through, so that a
    letter does not paint the page below anew; the round corners are a frame behind it.
    """

    def __init__(self, context: "Context", parent: QWidget) -> None:
        self._frame = QFrame(parent)
        self._frame.setObjectName("finder")
        self._frame.hide()
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        for part in (self._frame, self):
            part.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._context, self._over = context, parent
        # Where a click does not take the typing away, it comes to the window.
        parent.installEventFilter(self)
        self._ticket: Ticket | None = None
        self._offers: list[Offer] = []
        self._keys = SearchText()
        self._field = QLineEdit()
        self._field.setPlaceholderText("汉字、拼音、首字母、电话、门牌都可以")
        self._field.setAccessibleName("查找")
        self._field.installEventFilter(self)
        self._list = QTreeWidget()
        self._list.setColumnCount(2)
        self._list.setRootIsDecorated(False)
        self._list.header().hide()
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.setAccessibleName("查到的")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.itemActivated.connect(lambda item, _: self._choose(item))
        self._list.itemClicked.connect(lambda item, _: self._choose(item))
        # At once: a question that has not begun when the next key comes is never asked.
        self._field.textChanged.connect(lambda _: self._ask())
        layout = column(self, (0, 0, 0, 0), 8)
        layout.addWidget(self._field)
        layout.addWidget(self._list)
        self.hide()

    def knows(self, offers: Sequence[Offer]) -> None:
        """Take the pages and commands; they are found like anything else."""
        self._offers = list(offers)

    def begin(self) -> None:
        """Open, ready to type."""
        # Behind the opening, so that the first letter is answered as soon as the second.
        self._context.background.ask(self, self._keys.read, lambda _: None)
        self._field.clear()
        self._show("", ())
        self.place()
        for part in (self._frame, self):
            part.show()
            part.raise_()
        self._field.setFocus()

    def place(self) -> None:
        """Stand in the upper middle of the window, as high as what is found."""
        theme, over = self._context.theme, self._over
        width = min(theme.px(WIDTH), over.width() - 40)
        line, top = max(self._list.sizeHintForRow(0), 1), theme.px(TOP)
        around = self._field.sizeHint().height() + AROUND
        most = min(theme.px(HEIGHT), over.height() - top - 20)
        # Whole lines: a hit that is cut in half reads as the end of the list.
        lines = min(self._list.topLevelItemCount(), (most - around) // line)
        height = around + lines * line
        frame = QRect((over.width() - width) // 2, top, width, height)
        self._frame.setGeometry(frame)
        self.setGeometry(frame - QMargins(EDGE, EDGE, EDGE, EDGE))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Fill the ground."""
        QPainter(self).fillRect(event.rect(), self.palette().base())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Take the frame away too."""
        self._frame.hide()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Walk the hits with the arrow keys while the field keeps the typing; close when left."""
        left = isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() in _LEFT
        if left or (watched is self._over and event.type() == QEvent.Type.MouseButtonPress):
            self.hide()
        elif (
            watched is self._field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._walk(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if (item := self._list.currentItem()) is not None:
                    self._choose(item)
                return True
            if key == Qt.Key.Key_Escape:
                self.hide()
                self._over.setFocus()
                return True
        return super().eventFilter(watched, event)

    def _walk(self, step: int) -> None:
        count = self._list.topLevelItemCount()
        if count:
            at = self._list.indexOfTopLevelItem(self._list.currentItem())
            self._list.setCurrentItem(self._list.topLevelItem((at + step) % count))

    def _ask(self) -> None:
        text = self._field.text().strip()
        if self._ticket is not None:
            self._ticket.stop()
        if not text:
            self._show("", ())
            return
        self._ticket = self._context.background.ask(
            self,
            lambda connection: find(connection, text, keys=self._keys),
            lambda hits: self._show(text, hits),
        )

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        self._list.clear()
        wanted = text.lower()
        offers = [offer for offer in self._offers if wanted in offer.key]
        for offer in offers[: MOST_OFFERS if text else None]:
            self._add(offer.title, offer.kind, offer.go)
        for hit in hits:
            go = partial(
                self._context.routes.go, SCREEN_OF[hit.entity], entity=hit.entity, record=hit.record
            )
            self._add(hit.title, hit.subtitle, go)
        if self._list.topLevelItemCount():
            self._list.setCurrentItem(self._list.topLevelItem(0))
        else:
            item = QTreeWidgetItem([f"没有找到“{text}”。试试姓氏、门牌或电话后四位。", ""])
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addTopLevelItem(item)
        self.place()

    def _add(self, title: str, subtitle: str, go: Callable[[], object]) -> None:
        item = QTreeWidgetItem([title, subtitle])
        item.setForeground(1, self._context.theme.color("second"))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, Qt.ItemDataRole.UserRole, go)
        self._list.addTopLevelItem(item)

    def _choose(self, item: QTreeWidgetItem) -> None:
        go = item.data(0, Qt.ItemDataRole.UserRole)
        if go is not None:
            self.hide()
            go()
