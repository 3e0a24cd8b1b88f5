"""An entry of the navigation: the screen's name, a bar where one is, what is overdue behind it."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton

from desktop.theme import Theme

_BAR: Final = 3
_EDGE: Final = 10


class RoomButton(QPushButton):
    """Opens a screen. Shows how many duties behind it are overdue; only its icon if it is `narrow`."""

    def __init__(self, theme: Theme, title: str, icon: str, tip: str) -> None:
        super().__init__(title)
        self._theme, self._title, self._icon = theme, title, icon
        self._overdue = 0
        self._narrow = False
        self.setProperty("kind", "nav")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setIconSize(QSize(theme.px(18), theme.px(18)))
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self.toggled.connect(self.repaint_icon)
        self.repaint_icon()

    def repaint_icon(self) -> None:
        """Paint the icon as the looks and the choice have it now."""
        token = "accent" if self.isChecked() else "second"
        self.setIcon(self._theme.icon(self._icon, token))

    def set_narrow(self, *, narrow: bool) -> None:
        """Leave only the icon, or put the name back."""
        self._narrow = narrow
        self.setText("" if narrow else self._title)

    def tell_overdue(self, count: int) -> None:
        """Show how many duties are overdue; none shows nothing."""
        self._overdue = count
        self.setAccessibleName(f"{self._title}，逾期{count}项" if count else self._title)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the bar of the screen in sight, and the number at the right."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            width, high = self._theme.px(_BAR), self.height() * 0.5
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent"))
            bar = QRectF(0, (self.height() - high) / 2, width, high)
            painter.drawRoundedRect(bar, width / 2, width / 2)
        if self._overdue and self._narrow:
            self._paint_badge(painter)
        elif self._overdue:
            painter.setPen(self._theme.color("late"))
            painter.setFont(self._theme.font(13))
            room = self.rect().adjusted(0, 0, -self._theme.px(_EDGE), 0)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, flags, str(self._overdue))

    def _paint_badge(self, painter: QPainter) -> None:
        """Over the icon's corner the number needs a ground of its own."""
        painter.setFont(self._theme.font(11))
        metrics, text = painter.fontMetrics(), str(self._overdue)
        high = metrics.height()
        wide = max(metrics.horizontalAdvance(text) + self._theme.px(8), high)
        badge = QRectF(self.width() - wide, 0, wide, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("late"))
        painter.drawRoundedRect(badge, high / 2, high / 2)
        painter.setPen(self._theme.color("surface"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
