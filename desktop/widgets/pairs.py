"""Rates side by side: two groups at several times, as bars in two colours with their words."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme import Theme


class Bar(NamedTuple):
    """A rate: the whole it is of, the part, and the rate in words as it is printed."""

    whole: int
    part: int
    words: str


class PairChart(QWidget):
    """Two bars to each name, the first of the first group; a rate over nothing has no bar.

    The arrow keys choose a bar; Enter or a click tells which name and which of the two by `chosen`.
    """

    chosen = Signal(int, int)

    def __init__(self, theme: Theme, groups: tuple[str, str]) -> None:
        super().__init__()
        self._theme = theme
        self._groups = groups
        self._pairs: Sequence[tuple[str, tuple[Bar, Bar]]] = ()
        self._at = 0
        self.setMinimumHeight(theme.px(140))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_pairs(self, pairs: Sequence[tuple[str, tuple[Bar, Bar]]]) -> None:
        """Show these names with their two rates."""
        self._pairs, self._at = pairs, 0
        self.setAccessibleName(
            "；".join(
                f"{name} {group} {bar.words}（应到{bar.whole}，实到{bar.part}）"
                for name, bars in pairs
                for group, bar in zip(self._groups, bars, strict=True)
            )
        )
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the bar under the mouse."""
        super().mouseReleaseEvent(event)
        at = int(event.position().x() * 2 * len(self._pairs) / max(self.width(), 1))
        if 0 <= at < 2 * len(self._pairs):
            self._at = at
            self.chosen.emit(*divmod(at, 2))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk from bar to bar, and open one."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self._at = min(max(self._at + step, 0), max(2 * len(self._pairs) - 1, 0))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self._pairs:
            self.chosen.emit(*divmod(self._at, 2))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show which bar the keys speak of."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bars on a scale from nothing to all."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        if not self._pairs:
            return
        slot = self.width() / (2 * len(self._pairs))
        for at, (name, bars) in enumerate(self._pairs):
            for of, bar in enumerate(bars):
                self._paint_bar(
                    painter, QRectF((2 * at + of) * slot, 0, slot, self.height()), of, bar
                )
            text = self._theme.px(20)
            below = QRectF(2 * at * slot, self.height() - text, 2 * slot, text)
            painter.setPen(self._theme.color("text"))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRectF(self._at * slot + 1, 1, slot - 2, self.height() - 2), 4, 4
            )

    def _paint_bar(self, painter: QPainter, room: QRectF, of: int, bar: Bar) -> None:
        theme = self._theme
        text = theme.px(20)
        most = room.height() - 3 * text
        height = most * bar.part / bar.whole if bar.whole else 0
        top = text + most - height
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(("accent", "done")[of]))
        if height:
            width = min(room.width() * 0.6, theme.px(72))
            left = room.center().x() - width / 2
            painter.drawRoundedRect(QRectF(left, top, width, height), 3, 3)
        painter.setPen(theme.color("text"))
        above = QRectF(room.left(), top - text, room.width(), text)
        painter.drawText(above, Qt.AlignmentFlag.AlignCenter, bar.words)
        painter.setPen(theme.color("second"))
        below = QRectF(room.left(), room.height() - 2 * text, room.width(), text)
        called = painter.fontMetrics().elidedText(
            self._groups[of], Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, called)
