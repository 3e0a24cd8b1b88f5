"""A table of numbers in which each opens the rows behind it, by Enter or two clicks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from db.kernel.ids import Id

Index = QModelIndex | QPersistentModelIndex
NOTHING = "—"


class Number(NamedTuple):
    """A number of the table: the rows behind it, and what they are called.

    A rate is `shown` in the place of the count, and opens what it was counted from.
    """

    ids: tuple[Id, ...]
    title: str
    shown: str = ""

    @property
    def words(self) -> str:
        """What stands in the cell."""
        return self.shown or (str(len(self.ids)) if self.ids else NOTHING)


class NumberLine(NamedTuple):
    """A line of numbers under its name."""

    name: str
    numbers: tuple[Number, ...]


class NumberTable(QTableView):
    """Shows lines of numbers under their heads; `opened` carries the Number chosen."""

    opened = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._lines, self._sharing = _Lines(), False
        self._heads: tuple[str, ...] = ()
        self.setModel(self._lines)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.horizontalHeader().setStretchLastSection(True)
        self._fit()
        self.doubleClicked.connect(self._open)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow another size of type."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Share the room that there is now."""
        super().resizeEvent(event)
        if not self._sharing:
            self._share()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(round(metrics.height() * 1.8))
        self._share()

    def _share(self) -> None:
        """Give the names and the heads what they need, and what is free to the numbers alike."""
        metrics = self.fontMetrics()
        around, least = round(metrics.height() * 1.3), metrics.horizontalAdvance("100.0%")
        needed = [max(map(metrics.horizontalAdvance, ("", *self._lines.names))) + around]
        needed += [max(metrics.horizontalAdvance(head), least) + around for head in self._heads]
        free = max(self.viewport().width() - sum(needed), 0) // max(len(self._heads), 1)
        # A scroll bar that comes or goes changes the room while it is being shared.
        self._sharing = True
        for at, width in enumerate(needed):
            self.setColumnWidth(at, width + (free if at else 0))
        self._sharing = False

    def show_lines(self, heads: Sequence[str], lines: Sequence[NumberLine]) -> None:
        """Show these lines; `heads` are those of the numbers, before them stands the lines' name."""
        # What the heading line does to the room while it learns the heads is no sharing.
        self._sharing = True
        self._lines.show_lines(heads, lines)
        self._heads = tuple(heads)
        self._fit()
        if lines and not self.currentIndex().isValid():
            self.setCurrentIndex(self._lines.index(0, 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter opens the rows; copying takes the whole table, as Excel takes it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._lines.text())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        number = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(number, Number) and number.ids:
            self.opened.emit(number)


class _Lines(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._heads: Sequence[str] = ()
        self._rows: Sequence[NumberLine] = ()

    def show_lines(self, heads: Sequence[str], lines: Sequence[NumberLine]) -> None:
        self.beginResetModel()
        self._heads, self._rows = heads, lines
        self.endResetModel()

    @property
    def names(self) -> list[str]:
        return [row.name for row in self._rows]

    def text(self) -> str:
        lines = ["\t".join(("", *self._heads))]
        lines += [
            "\t".join((r.name, *(n.shown or str(len(n.ids)) for n in r.numbers)))
            for r in self._rows
        ]
        return "\n".join(lines)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self._heads) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, at = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if at else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.UserRole:
            return line.numbers[at - 1] if at else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.numbers[at - 1].words if at else line.name
        return None

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or section > len(self._heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section - 1] if section else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
