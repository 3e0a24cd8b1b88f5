"""Labels, buttons, panels and rows, made the same way everywhere."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

Tone = Literal["", "second", "accent", "done", "tries", "late"]
Kind = Literal["", "main", "link", "inline", "choice", "nav", "tab", "figure", "find"]


def label(text: str = "", pixels: int = 13, tone: Tone = "", *, wrap: bool = False) -> QLabel:
    """Return a label of plain text; `pixels` is a size of the drawings."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("type", str(pixels))
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    return made


def tip(text: str) -> str:
    """Return a text as a tool tip shows it word for word.

    Qt takes what looks like HTML for it: what somebody typed would be hidden, or name a file to load.
    """
    if "<" not in text:
        return text
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"


class Sentences(QLabel):
    """Wrapped sentences over a page that keep room for all their lines.

    A page that is higher than its place is else pressed together by the lines a large type adds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", "14")
        self.setWordWrap(True)

    def setText(self, text: str) -> None:  # noqa: N802
        """Say something else."""
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(max(self.heightForWidth(max(self.width(), 1)), 0))


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give a label another tone."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class _Button(QPushButton):
    """Enter presses it as Space does, wherever it stands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take Enter for a click."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def mark_wrong(field: QWidget, *, wrong: bool) -> None:
    """Frame a field whose entry is wrong, or take the frame away."""
    if wrong != bool(field.property("wrong")):
        field.setProperty("wrong", "true" if wrong else None)
        field.style().unpolish(field)
        field.style().polish(field)


def button(
    text: str, clicked: Callable[[], object] | None = None, *, kind: Kind = ""
) -> QPushButton:
    """Return a button; `main` is the one thing to do on a screen, `link` a quiet one,
    `inline` one as high as the words beside it."""
    made = _Button(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(kind == "main")
    made.setAccessibleName(text)
    if clicked is not None:
        # A button also tells whether it is checked; what is done does not ask.
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def set_kind(one: QPushButton, kind: Kind) -> None:
    """Make a button the main one of its screen, or a quiet one."""
    one.setProperty("kind", kind)
    one.style().unpolish(one)
    one.style().polish(one)


def panel() -> QFrame:
    """Return a white panel with a hairline round it."""
    made = QFrame()
    made.setObjectName("panel")
    return made


def boxed(page: QWidget, width: int) -> QFrame:
    """Return a panel of this width in the middle of a page that has nothing else."""
    page.setObjectName("page")
    box = panel()
    box.setFixedWidth(width)
    # Not aligned: what is aligned is not made as high as its wrapped lines need.
    middle = row()
    middle.addStretch()
    middle.addWidget(box)
    middle.addStretch()
    outer = column(page, (0, 12, 0, 12))
    outer.addStretch(2)
    outer.addLayout(middle)
    outer.addStretch(3)
    return box


def rule() -> QFrame:
    """Return a hairline."""
    made = QFrame()
    made.setObjectName("rule")
    return made


def column(
    parent: QWidget | None = None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 0
) -> QVBoxLayout:
    """Return a layout from top to bottom, with left, top, right, bottom margins."""
    layout = QVBoxLayout(parent) if parent else QVBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


def row(
    parent: QWidget | None = None, margins: tuple[int, int, int, int] = (0, 0, 0, 0), gap: int = 8
) -> QHBoxLayout:
    """Return a layout from left to right."""
    layout = QHBoxLayout(parent) if parent else QHBoxLayout()
    layout.setContentsMargins(*margins)
    layout.setSpacing(gap)
    return layout


def choose(box: QComboBox, value: object) -> None:
    """Choose the entry with this value, or the first; Qt's own search does not compare bytes."""
    entries = [box.itemData(at) for at in range(box.count())]
    box.setCurrentIndex(entries.index(value) if value in entries else 0)


def fill(box: QComboBox, entries: Sequence[tuple[str, object]], first: int = 0) -> None:
    """Put words and values behind the first so many entries, if they are others than before."""
    there = [(box.itemText(at), box.itemData(at)) for at in range(first, box.count())]
    if there == list(entries):
        return
    chosen = box.currentData()
    while box.count() > first:
        box.removeItem(first)
    for word, value in entries:
        box.addItem(word, value)
    choose(box, chosen)


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.setParent(None)
            widget.deleteLater()
