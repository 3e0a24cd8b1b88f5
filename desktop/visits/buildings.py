"""The list of communities and their buildings, each with its progress and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from db.coverage import BuildingLine
from db.kernel.ids import Id
from desktop.theme import Theme

Index = QModelIndex | QPersistentModelIndex
LINE = Qt.ItemDataRole.UserRole
AT_THE_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
AT_THE_RIGHT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True)
class Line:
    """A community (`building` None) or a building, with its counts."""

    community: Id
    building: Id | None
    label: str
    base: int
    done: int
    exhausted: int

    @property
    def left(self) -> int:
        """Homes still to be visited."""
        return self.base - self.done - self.exhausted

    @property
    def named(self) -> tuple[Id, Id | None, str]:
        """What it is, whatever its counts."""
        return self.community, self.building, self.label


def lines_of(buildings: Sequence[BuildingLine], opened: Id | None) -> list[Line]:
    """Return the communities in their order, and under the opened one its buildings."""
    by_community: dict[Id, list[BuildingLine]] = {}
    for building in buildings:
        by_community.setdefault(building.community, []).append(building)
    lines: list[Line] = []
    for community, inside in by_community.items():
        sums = [
            sum(values)
            for values in zip(*((b.base, b.done, b.exhausted) for b in inside), strict=True)
        ]
        lines.append(Line(community, None, inside[0].community_name, *sums))
        if community == opened:
            lines += [
                Line(community, b.building, b.label, b.base, b.done, b.exhausted) for b in inside
            ]
    return lines


class BuildingModel(QAbstractListModel):
    """The lines as Qt wants them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show_lines(self, lines: list[Line]) -> None:
        """Show other lines; where only counts are others, just those."""
        before = self.lines
        if [line.named for line in lines] != [line.named for line in before]:
            self.beginResetModel()
            self.lines = lines
            self.endResetModel()
            return
        self.lines = lines
        for at, (line, was) in enumerate(zip(lines, before, strict=True)):
            if line != was:
                self.dataChanged.emit(self.index(at), self.index(at))

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802
        """As many as there are; none below a line."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a line, or its words for a screen reader."""
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{line.label} {left_words(line)}"
        return None


def left_words(line: Line) -> str:
    """Return 完, or how many homes are left."""
    if not line.base:
        return "无应访"
    return f"剩{line.left}户" if line.left else "完"


class BuildingList(QListView):
    """Up and down walk; a community opens its buildings."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._model = BuildingModel()
        self.setModel(self._model)
        self.setItemDelegate(_LineDelegate(theme, self))
        self.setAccessibleName("社区和楼栋")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._current_changed)
        theme.changed.connect(self.viewport().update)
        self._quiet = False

    def show_lines(self, lines: list[Line], community: Id | None, building: Id | None) -> None:
        """Show the lines with one of them current."""
        self._quiet = True
        self._model.show_lines(lines)
        for at, line in enumerate(lines):
            if (line.community, line.building) == (community, building):
                index = self._model.index(at)
                self.selectionModel().setCurrentIndex(
                    index, QItemSelectionModel.SelectionFlag.ClearAndSelect
                )
                self.scrollTo(index)
        self._quiet = False

    def _current_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        line = current.data(LINE)
        if line is not None and not self._quiet:
            self.chosen.emit(line)


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        """Name over bar."""
        del option
        tall = 44 if index.data(LINE).building is None else 36
        return QSize(100, self._theme.px(tall))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint name, what is left, and the bar."""
        line: Line = index.data(LINE)
        theme = self._theme
        rect = option.rect.adjusted(theme.px(6), 0, -theme.px(6), 0)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setBrush(theme.color("accent_ground"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), theme.px(6), theme.px(6))
        inset = theme.px(8 if line.building is None else 20)
        inside = rect.adjusted(inset, theme.px(5), -theme.px(8), -theme.px(6))
        painter.setFont(theme.font(13))
        words = left_words(line)
        done = line.base > 0 and not line.left
        painter.setPen(theme.color("done" if done else "second"))
        painter.drawText(inside, AT_THE_RIGHT, words)
        painter.setPen(theme.color("text"))
        measured = painter.fontMetrics()
        room = inside.width() - measured.horizontalAdvance(words) - theme.px(8)
        name = measured.elidedText(line.label, Qt.TextElideMode.ElideLeft, room)
        painter.drawText(inside, AT_THE_LEFT, name)
        self._paint_bar(painter, QRectF(inside), line)
        painter.restore()

    def _paint_bar(self, painter: QPainter, inside: QRectF, line: Line) -> None:
        theme = self._theme
        tall = theme.px(4 if line.building else 5)
        bar = QRectF(inside.x(), inside.bottom() - tall, inside.width(), tall)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        painter.drawRoundedRect(bar, tall / 2, tall / 2)
        if not line.base:
            return
        for count, token in ((line.done + line.exhausted, "closed"), (line.done, "done")):
            if count:
                part = QRectF(bar)
                part.setWidth(max(bar.width() * count / line.base, tall))
                painter.setBrush(theme.color(token))
                painter.drawRoundedRect(part, tall / 2, tall / 2)
