"""一张图: every building a tile, filled by how much of it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from db.coverage import BuildingLine
from db.kernel.ids import Id
from desktop.theme import Theme
from desktop.visits.tiles import Tiles
from desktop.widgets.parts import tip

TILE, GAP = 22, 4
# With their names: a tile holds its number, and estates stand at the left.
NAMED_WIDE, NAMED_TALL, ESTATE, HEADING, BELOW = 42, 28, 92, 34, 14
# How far the frame of the current building goes over its tile.
FRAME = 3
# So many values of a building say what and where it is; the counts follow.
PLACED = BuildingLine._fields.index("base")


@dataclass(frozen=True)
class Laid:
    """Where everything stands: the tiles, the estates at their left, the communities over them."""

    tiles: tuple[QRect, ...]
    estates: tuple[tuple[QRect, str], ...]
    headings: tuple[tuple[QRect, int, int], ...]
    height: int


class Overview(QWidget):
    """Buildings as tiles; a click or Enter opens one.

    With `named`, by communities and estates, with numbers, and the arrow keys only move the frame.
    """

    chosen = Signal(object)
    moved = Signal(object)

    def __init__(self, theme: Theme, *, named: bool = False) -> None:
        super().__init__()
        self._theme, self._named, self._tiles = theme, named, Tiles(theme)
        self._lines: Sequence[BuildingLine] = ()
        self._current: Id | None = None
        self._laid: tuple[int, Laid] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if named else Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("一张图")
        theme.changed.connect(self._lay_again)

    @property
    def current(self) -> BuildingLine | None:
        """The building in the frame."""
        return next((line for line in self._lines if line.building == self._current), None)

    @property
    def rect_of_current(self) -> QRect:
        """Where it stands."""
        ids = [line.building for line in self._lines]
        return self._lay().tiles[ids.index(self._current)] if self._current in ids else QRect()

    def show_lines(self, lines: Sequence[BuildingLine], current: Id | None) -> None:
        """Show these buildings, in this order; `current` has a frame."""
        before, was = self._lines, self._current
        self._lines, self._current = lines, current
        if [line[:PLACED] for line in lines] != [line[:PLACED] for line in before]:
            self._lay_again()
            return
        changed = {
            at for at, (line, other) in enumerate(zip(lines, before, strict=True)) if line != other
        }
        if current != was:
            changed |= {at for at, line in enumerate(lines) if line.building in (current, was)}
        laid = self._lay()
        for at in changed:
            self.update(laid.tiles[at].adjusted(-FRAME, -FRAME, FRAME, FRAME))
        for rect, first, past in laid.headings:
            if not changed.isdisjoint(range(first, past)):
                self.update(rect)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Tiles flow."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        """As many lines as the tiles need."""
        return self._lay(width).height

    def sizeHint(self) -> QSize:  # noqa: N802
        """A guess for layouts that do not ask by width."""
        return QSize(400, self.heightForWidth(max(self.width(), 400)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the tiles in need of it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        laid, theme = self._lay(), self._theme
        painter.setFont(theme.font(13))
        for rect, first, past in laid.headings:
            if rect.intersects(event.rect()):
                self._paint_heading(painter, rect, self._lines[first:past])
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("second"))
        for rect, estate in laid.estates:
            if rect.intersects(event.rect()):
                words = painter.fontMetrics().elidedText(
                    estate, Qt.TextElideMode.ElideRight, rect.width()
                )
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)
        for tile, building in zip(laid.tiles, self._lines, strict=True):
            if tile.adjusted(-FRAME, -FRAME, FRAME, FRAME).intersects(event.rect()):
                self._paint_tile(painter, tile, building)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Open a building."""
        at = self._at(event.position().toPoint())
        if at is not None:
            self.show_lines(self._lines, self._lines[at].building)
            self.chosen.emit(self._current)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk the tiles by the arrow keys, open one by Enter."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.chosen.emit(self._current)
            return
        at = self._next(key) if self._lines else None
        if at is None:
            super().keyPressEvent(event)
            return
        if self._named:
            self.show_lines(self._lines, self._lines[at].building)
            self.moved.emit(self._current)
        else:
            self.chosen.emit(self._lines[at].building)

    def event(self, event: QEvent) -> bool:
        """Tell a building's name and counts under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._at(event.pos())
            if at is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), tip(building_words(self._lines[at])), self)
            return True
        return super().event(event)

    def _next(self, key: Qt.Key) -> int | None:
        """Which tile an arrow key leads to: the nearest in that direction; None for other keys."""
        ids = [line.building for line in self._lines]
        at = ids.index(self._current) if self._current in ids else None
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            return 0 if at is None else min(max(at + step, 0), len(ids) - 1)
        if key not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return None
        if at is None:
            return 0
        tiles, up = self._lay().tiles, key == Qt.Key.Key_Up
        here = tiles[at].center()
        others = [
            (abs(tile.center().y() - here.y()), abs(tile.center().x() - here.x()), n)
            for n, tile in enumerate(tiles)
            if (tile.center().y() < here.y() if up else tile.center().y() > here.y())
        ]
        return min(others)[2] if others else at

    def _paint_heading(
        self, painter: QPainter, rect: QRect, inside: Sequence[BuildingLine]
    ) -> None:
        base, done, left = (
            sum(getattr(b, name) for b in inside) for name in ("base", "done", "remaining")
        )
        name = inside[0].community_name
        painter.setPen(self._theme.color("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, name)
        about = f"应访{base:,}户　已访{done:,}　剩{left:,}" if base else "不在任务范围内"
        painter.setPen(self._theme.color("second"))
        room = rect.adjusted(self._theme.px(ESTATE), 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, about)

    def _paint_tile(self, painter: QPainter, tile: QRect, building: BuildingLine) -> None:
        paint = self._tiles.paint_numbered if self._named else self._tiles.paint_filled
        paint(painter, tile, building)
        if building.building == self._current:
            painter.setPen(QPen(self._theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(tile.adjusted(-2, -2, 1, 1), 4, 4)

    def _lay_again(self) -> None:
        self._laid = None
        self._tiles.forget()
        self.updateGeometry()
        self.update()

    def _lay(self, width: int | None = None) -> Laid:
        """Lay the tiles out in a width, the widget's own by default; kept until something changes."""
        width = self.width() if width is None else width
        if self._laid is None or self._laid[0] != width:
            self._laid = width, self._by_names(width) if self._named else self._in_lines(width)
        return self._laid[1]

    def _in_lines(self, width: int) -> Laid:
        side, tile = self._theme.px(TILE + GAP), self._theme.px(TILE)
        columns = max(width // side, 1)
        tiles = tuple(
            QRect(2 + at % columns * side, 2 + at // columns * side, tile, tile)
            for at in range(len(self._lines))
        )
        return Laid(tiles, (), (), -(-len(tiles) // columns) * side + 2)

    def _by_names(self, width: int) -> Laid:
        px = self._theme.px
        wide, tall, gap, left = px(NAMED_WIDE), px(NAMED_TALL), px(GAP + 1), px(ESTATE)
        columns = max((width - left - 4) // (wide + gap), 1)
        tiles: list[QRect] = []
        estates: list[tuple[QRect, str]] = []
        starts: list[tuple[QRect, int]] = []
        y, column, before = 2, 0, None
        for at, line in enumerate(self._lines):
            if before is None or line.community != before.community:
                y += 0 if before is None else tall + px(BELOW)
                starts.append((QRect(2, y, width - 4, px(HEADING)), at))
                y, column = y + px(HEADING), 0
            elif line.estate != before.estate or column == columns:
                y, column = y + tall + gap, 0
            if before is None or (line.community, line.estate) != (before.community, before.estate):
                estates.append((QRect(2, y, left - gap, tall), line.estate))
            tiles.append(QRect(2 + left + column * (wide + gap), y, wide, tall))
            column, before = column + 1, line
        ends = [at for _, at in starts[1:]] + [len(self._lines)]
        headings = tuple((r, at, end) for (r, at), end in zip(starts, ends, strict=False))
        return Laid(tuple(tiles), tuple(estates), headings, y + tall + gap if tiles else 0)

    def _at(self, point: QPoint) -> int | None:
        tiles = self._lay().tiles
        return next((n for n, tile in enumerate(tiles) if tile.contains(point)), None)


def building_words(line: BuildingLine) -> str:
    """Return a building's name and counts in one line."""
    if not line.base:
        return f"{line.label}　没有应访的户"
    closed = f"，已尽责{line.exhausted}" if line.exhausted else ""
    return f"{line.label}　应访{line.base}户，已访{line.done}{closed}，剩{line.remaining}"
