"""Labels, buttons, panels and rows, made the same way everywhere."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

Tone = Literal["", "second", "accent", "done", "tries", "late"]
Kind = Literal["", "main", "link", "choice", "nav", "tab"]


def label(text: str = "", pixels: int = 13, tone: Tone = "", *, wrap: bool = False) -> QLabel:
    """Return a label of plain text; `pixels` is a size of the drawings."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("type", str(pixels))
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    return made


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Give a label another tone."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(
    text: str, clicked: Callable[[], object] | None = None, *, kind: Kind = ""
) -> QPushButton:
    """Return a button; `main` is the one thing to do on a screen, `link` a quiet one."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(kind == "main")
    made.setAccessibleName(text)
    if clicked is not None:
        # A button also tells whether it is checked; what is done does not ask.
        made.clicked.connect(lambda _checked=False: clicked())
    return made


def panel() -> QFrame:
    """Return a white panel with a hairline round it."""
    made = QFrame()
    made.setObjectName("panel")
    return made


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


def scrolling(content: QWidget) -> QScrollArea:
    """Return an area that scrolls its content up and down, never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setObjectName("clear")
    area.setWidget(content)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def clear(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Take every widget out of a layout."""
    while layout.count():
        widget = layout.takeAt(0).widget()
        if widget is not None:
            widget.setParent(None)
            widget.deleteLater()
