"""The cards and lists of the home page."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from db.agenda import AgendaItem, Urgency
from desktop.theme import Theme
from desktop.widgets.parts import Tone, button, column, label, panel, row, set_tone

URGENCY: dict[str, str] = {"late": "late", "today": "accent", "soon": "tries", "plain": "second"}


class Card(QFrame):
    """Figures of the week: a name, the one that matters with its unit, others beside and below it.

    Each is known by a key and opens its rows: `wanted` tells the key. A click beside them is the
    one that matters.
    """

    wanted = Signal(str)

    def __init__(self, name: str, first: str, beside: Sequence[str], below: Sequence[str]) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._name, self._first = name, first
        self._figures: dict[str, QPushButton] = {}
        self._unit = label(tone="second")
        layout = column(self, (14, 12, 14, 12), 2)
        title = label(name, tone="second")
        title.setContentsMargins(3, 0, 0, 0)
        layout.addWidget(title)
        line = row(gap=4)
        line.addWidget(self._figure(first, "26", ""), 0, Qt.AlignmentFlag.AlignBottom)
        line.addWidget(self._unit, 0, Qt.AlignmentFlag.AlignBottom)
        for key in beside:
            line.addWidget(self._figure(key, "", "second"), 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch()
        layout.addLayout(line)
        foot = row(gap=4)
        for key in below:
            foot.addWidget(self._figure(key, "", "second"))
        foot.addStretch()
        layout.addLayout(foot)

    def show_figures(self, unit: str, **texts: str) -> None:
        """Show the figures by their keys, and the unit of the first; an empty one is not there."""
        self._unit.setText(unit)
        self._unit.setVisible(bool(unit))
        for key, figure in self._figures.items():
            text = texts.get(key, "")
            figure.setText(text)
            figure.setVisible(bool(text))
            unit_too = unit if key == self._first else ""
            figure.setAccessibleName(f"{self._name} {text}{unit_too}")

    def set_figure_tone(self, key: str, tone: Tone) -> None:
        """Give one figure another tone."""
        set_tone(self._figures[key], tone)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open the rows behind the first figure."""
        super().mouseReleaseEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self.rect().contains(event.position().toPoint()):
            self.wanted.emit(self._first)

    def _figure(self, key: str, size: str, tone: Tone) -> QPushButton:
        made = figure_button(lambda: self.wanted.emit(key), tone)
        made.setProperty("type", size)
        self._figures[key] = made
        return made


def figure_button(opened: Callable[[], object], tone: Tone = "") -> QPushButton:
    """Return a number that opens its rows, by mouse and by keyboard."""
    made = button("", opened, kind="figure")
    made.setProperty("tone", tone)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


class DueList(QListWidget):
    """What is due today: a chip with the kind, the thing, and at the right why now."""

    wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("今天要做的")
        self.setItemDelegate(_DueDelegate(theme, self))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.itemActivated.connect(
            lambda item: self.wanted.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        self.itemClicked.connect(self._clicked)
        theme.changed.connect(self.viewport().update)

    def _clicked(self, item: QListWidgetItem) -> None:
        # With Shift or Ctrl several are marked, for one field sheet.
        if QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self.wanted.emit(item.data(Qt.ItemDataRole.UserRole))

    def chosen(self) -> list[AgendaItem]:
        """Return the items that are marked, in their order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.item(at).data(Qt.ItemDataRole.UserRole) for at in rows]

    def show_late(self) -> None:
        """Mark what is late and bring the first of it into sight."""
        self.clearSelection()
        late = [self.item(at) for at in range(self.count()) if _is_late(self.item(at))]
        if not late:
            return
        self.setCurrentItem(late[0])
        for item in late:
            item.setSelected(True)
        self.scrollToItem(late[0], QListWidget.ScrollHint.PositionAtTop)
        self.setFocus()

    def show_items(self, items: Sequence[AgendaItem]) -> None:
        """Show the items in their order."""
        self.clear()
        for item in items:
            line = QListWidgetItem(f"{item.kind} {item.text} {item.remark}")
            line.setData(Qt.ItemDataRole.UserRole, item)
            self.addItem(line)


def _is_late(item: QListWidgetItem) -> bool:
    urgency: Urgency = item.data(Qt.ItemDataRole.UserRole).urgency
    return urgency == "late"


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


def titled_panel(title: str, *about: QWidget) -> tuple[QFrame, Callable[[QWidget], None]]:
    """Return a panel with a heading and what is said beside it, and how a widget is put below."""
    box = panel()
    layout = column(box, (16, 14, 16, 14), 8)
    line = row(gap=12)
    line.addWidget(label(title, 16))
    line.addStretch()
    for said in about:
        line.addWidget(said)
    layout.addLayout(line)
    return box, lambda widget: layout.addWidget(widget, 1)
