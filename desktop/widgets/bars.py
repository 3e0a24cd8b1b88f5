"""Bars that say how much is done, painted in the colours of the looks."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme import Theme


class CoverageBar(QWidget):
    """A thin bar: done, then exhausted, the rest still to visit."""

    def __init__(self, theme: Theme, base: int = 0, done: int = 0, exhausted: int = 0) -> None:
        super().__init__()
        self._theme = theme
        self._counts = (base, done, exhausted)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As thin as the drawings have it."""
        return QSize(80, self._theme.px(6))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the three parts."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        base, done, exhausted = self._counts
        if not base:
            return
        finished = self.width() * (done + exhausted) / base
        painter.setBrush(self._theme.color("closed"))
        if exhausted:
            painter.drawRoundedRect(QRectF(0, 0, max(finished, 3), self.height()), radius, radius)
        if done:
            painter.setBrush(self._theme.color("done"))
            width = max(self.width() * done / base, 3)
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), radius, radius)


class WeekChart(QWidget):
    """Bars of the last weeks with their counts above and their numbers below; the last stands out.

    The arrow keys choose a bar; Enter or a click tells which, counted from the first, by `chosen`.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._weeks: Sequence[tuple[str, int]] = ()
        self._at = 0
        self.setMinimumHeight(160)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_weeks(self, weeks: Sequence[tuple[str, int]], said: str = "第{}周{}户") -> None:
        """Show these weeks, each with its short name and its count; `said` is one in words."""
        self._weeks = weeks
        self._at = len(weeks) - 1
        self.setAccessibleName("；".join(said.format(name, count) for name, count in weeks))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the bar under the mouse."""
        super().mouseReleaseEvent(event)
        at = int(event.position().x() * len(self._weeks) / max(self.width(), 1))
        if 0 <= at < len(self._weeks):
            self._at = at
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk from bar to bar, and open one."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self._at = min(max(self._at + step, 0), len(self._weeks) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self._weeks:
            self.chosen.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show which bar the keys speak of."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bars to the height of the highest."""
        del event
        if not self._weeks:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setFont(theme.font(11))
        text = theme.px(20)
        highest = max(count for _, count in self._weeks) or 1
        slot = self.width() / len(self._weeks)
        room = self.height() - 2 * text
        for at, (name, count) in enumerate(self._weeks):
            last = at == len(self._weeks) - 1
            height = room * count / highest
            bar = QRectF(at * slot + slot * 0.09, text + room - height, slot * 0.82, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent" if last else "accent_ground"))
            painter.drawRoundedRect(bar, 3, 3)
            if self.hasFocus() and at == self._at:
                painter.setPen(QPen(theme.color("accent"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                slot_box = QRectF(at * slot + 1, 1, slot - 2, self.height() - 2)
                painter.drawRoundedRect(slot_box, 4, 4)
            painter.setPen(theme.color("text" if last else "second"))
            above = QRectF(at * slot, bar.top() - text, slot, text)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, str(count))
            below = QRectF(at * slot, self.height() - text, slot, text)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
