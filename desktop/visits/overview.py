"""一张图: every building a tile, filled by how much of it is done."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from db.coverage import BuildingLine
from db.kernel.ids import Id
from desktop.theme import Theme

TILE, GAP = 22, 4


class Overview(QWidget):
    """The buildings of the post or of one community as tiles; a click or Enter opens one."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: Sequence[BuildingLine] = ()
        self._current: Id | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("一张图")
        theme.changed.connect(self.updateGeometry)

    def show_lines(self, lines: Sequence[BuildingLine], current: Id | None) -> None:
        """Show these buildings; `current` has a frame."""
        self._lines, self._current = lines, current
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Tiles flow."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """As many lines as the tiles need."""
        side = self._theme.px(TILE + GAP)
        columns = max(width // side, 1)
        return -(-len(self._lines) // columns) * side + 2

    def sizeHint(self) -> QSize:  # noqa: N802
        """A guess for layouts that do not ask by width."""
        return QSize(400, self.heightForWidth(max(self.width(), 400)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the tiles in need of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        line, done, closed = theme.color("line"), theme.color("done"), theme.color("closed")
        for at, building in enumerate(self._lines):
            tile = self._tile(at)
            if not tile.intersects(event.rect()):
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(line)
            painter.drawRoundedRect(tile, 3, 3)
            if building.base:
                finished = tile.height() * (building.done + building.exhausted) / building.base
                self._fill(painter, tile, finished, closed)
                self._fill(painter, tile, tile.height() * building.done / building.base, done)
            if building.building == self._current:
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(tile.adjusted(-2, -2, 1, 1), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open a building."""
        at = self._at(event.position().toPoint())
        if at is not None:
            self.chosen.emit(self._lines[at].building)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk the tiles by the arrow keys."""
        columns = max(self.width() // self._theme.px(TILE + GAP), 1)
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        ids = [line.building for line in self._lines]
        if step is None or not ids:
            super().keyPressEvent(event)
            return
        at = ids.index(self._current) + step if self._current in ids else 0
        if 0 <= at < len(ids):
            self.chosen.emit(ids[at])

    def event(self, event: QEvent) -> bool:
        """Tell a building's name and counts under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._at(event.pos())
            if at is None:
                QToolTip.hideText()
            else:
                line = self._lines[at]
                words = f"{line.label}　应访{line.base}户，已访{line.done}，剩{line.remaining}"
                QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _fill(self, painter: QPainter, tile: QRect, height: float, color: object) -> None:
        if height >= 1:
            painter.setBrush(color)  # type: ignore[call-overload]
            top = tile.y() + tile.height() - height
            painter.drawRoundedRect(QRectF(tile.x(), top, tile.width(), height), 3, 3)

    def _tile(self, at: int) -> QRect:
        side, tile = self._theme.px(TILE + GAP), self._theme.px(TILE)
        columns = max(self.width() // side, 1)
        return QRect(2 + at % columns * side, 2 + at // columns * side, tile, tile)

    def _at(self, point: QPoint) -> int | None:
        return next((n for n in range(len(self._lines)) if self._tile(n).contains(point)), None)
