"""The cards and lists of the home page."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from db.agenda import AgendaItem
from desktop.theme import Theme
from desktop.widgets.parts import Tone, column, label, panel, row, set_tone

URGENCY: dict[str, str] = {"late": "late", "today": "accent", "soon": "tries", "plain": "second"}


class Card(QFrame):
    """One figure of the week: its name, the number, what it counts, and a remark with a tone."""

    opened = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name = name
        self._number = label("—", 26)
        self._unit = label(tone="second")
        self._remark = label(tone="second")
        layout = column(self, (16, 12, 16, 12), 2)
        layout.addWidget(label(name, tone="second"))
        line = row(gap=8)
        line.addWidget(self._number)
        line.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(line)
        layout.addWidget(self._remark)

    def show_figure(self, number: str, unit: str, remark: str, tone: Tone = "second") -> None:
        """Show a figure."""
        self._number.setText(number)
        self._unit.setText(unit)
        self._remark.setText(remark)
        set_tone(self._remark, tone)
        self.setAccessibleName(f"{self._name} {number}{unit} {remark}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the rows behind the figure."""
        super().mouseReleaseEvent(event)
        self.opened.emit()

    def keyPressEvent(self, event: object) -> None:  # noqa: N802
        """Open them by keyboard too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):  # type: ignore[attr-defined]
            self.opened.emit()


class DueList(QListWidget):
    """What is due today: a chip with the kind, the thing, and at the right why now."""

    wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("今天要做的")
        self.setItemDelegate(_DueDelegate(theme, self))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.itemActivated.connect(
            lambda item: self.wanted.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        self.itemClicked.connect(lambda item: self.wanted.emit(item.data(Qt.ItemDataRole.UserRole)))
        theme.changed.connect(self.viewport().update)

    def show_items(self, items: Sequence[AgendaItem]) -> None:
        """Show the items in their order."""
        self.clear()
        for item in items:
            line = QListWidgetItem(f"{item.kind} {item.text} {item.remark}")
            line.setData(Qt.ItemDataRole.UserRole, item)
            self.addItem(line)


class _DueDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """One line of the drawings."""
        del option, index
        return QSize(200, self._theme.px(42))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint chip, text and remark; a text too long is cut with an ellipsis before the remark."""
        item = index.data(Qt.ItemDataRole.UserRole)
        theme, rect = self._theme, option.rect  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state  # type: ignore[attr-defined]
        if state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(rect, theme.color("accent_ground"))
        painter.setPen(theme.color("line"))
        painter.drawLine(rect.left(), rect.bottom(), rect.right(), rect.bottom())
        chip = QRect(rect.left() + 4, rect.top() + theme.px(9), theme.px(46), theme.px(24))
        painter.setBrush(theme.color("ground"))
        painter.drawRoundedRect(chip, theme.px(5), theme.px(5))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("second"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, item.kind)
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(item.remark)
        right = QRect(rect.right() - width - 6, rect.top(), width + 2, rect.height())
        painter.setPen(theme.color(URGENCY[item.urgency]))
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter, item.remark)
        painter.setFont(theme.font(14))
        painter.setPen(theme.color("text"))
        left = chip.right() + theme.px(14)
        body = QRect(left, rect.top(), max(right.left() - left - 12, 20), rect.height())
        text = painter.fontMetrics().elidedText(
            item.text, Qt.TextElideMode.ElideRight, body.width()
        )
        painter.drawText(body, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


def titled_panel(
    title: str, about: QWidget | None = None
) -> tuple[QFrame, Callable[[QWidget], None]]:
    """Return a panel with a heading, and how a widget is put below it."""
    box = panel()
    layout = column(box, (16, 14, 16, 14), 8)
    line = row(gap=12)
    line.addWidget(label(title, 16))
    line.addStretch()
    if about is not None:
        line.addWidget(about)
    layout.addLayout(line)
    return box, lambda widget: layout.addWidget(widget, 1)
