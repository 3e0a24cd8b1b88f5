"""Areas that scroll: they follow the cursor, and what is done with a form stays in sight below it."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLayout,
    QScrollArea,
    QWidget,
)

from desktop.widgets.parts import column

# What is left in sight above and below the field with the cursor.
AROUND = 16


class FollowingArea(QScrollArea):
    """Scrolls what is larger than its place, and brings the field that gets the cursor into sight.

    It would like to be as high as its content; Qt's own stops at some lines of it. It takes the content
    when it is first shown: asked for its size before, content is styled before it has its place, and
    anew in each place it is then put into.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content.setObjectName("clear")
        content.setParent(self)
        self._content = content
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # noqa: S101  there are no widgets without it
        application.focusChanged.connect(self._follow)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As high as the content at this width."""
        if self.widget() is None:
            return super().sizeHint()
        content, width = self._content, self.viewport().width()
        hint = content.sizeHint()
        high = content.heightForWidth(width) if content.hasHeightForWidth() else hint.height()
        return QSize(hint.width(), high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Tell the layout outside when the content needs another height."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Take the content in."""
        if self.widget() is None:
            self.setWidget(self._content)
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """The same where another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self._content.isAncestorOf(now):
            return
        high = self.viewport().height()
        # What a mouse is pressing on must not move away from under it; what is higher than the
        # place scrolls by itself.
        if QApplication.mouseButtons() or now.height() > high:
            return
        top, bar = now.mapTo(self._content, QPoint()).y(), self.verticalScrollBar()
        # Of a list its first rows are enough: all of it would push what stands above out of sight.
        # Qt's own would be content with the line of the cursor in a field of several.
        needs = now.height()
        if isinstance(now, QAbstractItemView):
            needs = min(needs, high // 2)
        bar.setValue(min(max(bar.value(), top + needs + AROUND - high), max(top - AROUND, 0)))


def scrolling(content: QWidget) -> FollowingArea:
    """Return an area that scrolls its content up and down, never sideways."""
    area = FollowingArea(content)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def footed(frame: QWidget, content: QWidget, foot: QLayout | QWidget) -> None:
    """Fill a frame with a form that scrolls, and below it what is done with it, always in sight."""
    outer = column(frame, (1, 1, 1, 1))
    outer.addWidget(scrolling(content))
    below = column(margins=(16, 8, 16, 14))
    if isinstance(foot, QLayout):
        below.addLayout(foot)
    else:
        below.addWidget(foot)
    outer.addLayout(below)
    outer.addStretch(1)
