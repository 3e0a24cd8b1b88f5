"""The tiles of 一张图: what looks the same is drawn once, and copied in a tenth of the time."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from db.coverage import BuildingLine
from desktop.theme import Theme

BAR, RADIUS = 4, 3


class Tiles:
    """Paints a building: its number over a bar, or by its place alone, filled from below."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._pictures: dict[tuple[object, ...], QPixmap] = {}

    def forget(self) -> None:
        """Draw anew: the theme is another, or the buildings are."""
        self._pictures.clear()

    def paint_numbered(self, painter: QPainter, tile: QRect, building: BuildingLine) -> None:
        """Paint the number over its bar, as in the list of buildings; on green when nothing is left."""
        theme, base = self._theme, building.base
        whole = bool(base) and not building.remaining
        bar = theme.px(BAR) if base and not whole else 0
        ground, ink = ("done", "on_accent") if whole else ("surface", "text" if base else "second")

        def draw(drawn: QPainter, room: QRect) -> None:
            drawn.setBrush(theme.color("line"))
            drawn.drawRoundedRect(room, RADIUS, RADIUS)
            inside = room if whole else room.adjusted(1, 1, -1, -max(bar, 1))
            drawn.setBrush(theme.color(ground))
            drawn.drawRoundedRect(inside, RADIUS, RADIUS)
            drawn.setPen(theme.color(ink))
            drawn.drawText(inside, Qt.AlignmentFlag.AlignCenter, building.number)

        self._copy(painter, tile, (ground, ink, building.number), draw)
        if bar:
            for count, token in _closed(building):
                wide = tile.width() * count / base
                room = QRectF(tile.x(), tile.bottom() + 1 - bar, wide, bar)
                painter.fillRect(room, theme.color(token))

    def paint_filled(self, painter: QPainter, tile: QRect, building: BuildingLine) -> None:
        """Paint the tile filled from below by what is closed, and over it by what is done."""
        theme, tall = self._theme, tile.height()
        levels = [
            (round(tall * count / building.base) if building.base else 0, token)
            for count, token in _closed(building)
        ]

        def draw(drawn: QPainter, room: QRect) -> None:
            for level, token in ((tall, "line"), *levels):
                drawn.setBrush(theme.color(token))
                drawn.drawRoundedRect(room.adjusted(0, tall - level, 0, 0), RADIUS, RADIUS)

        self._copy(painter, tile, tuple(levels), draw)

    def _copy(
        self,
        painter: QPainter,
        tile: QRect,
        look: tuple[object, ...],
        draw: Callable[[QPainter, QRect], None],
    ) -> None:
        """Copy the picture of a look to where the tile is; `draw` makes the first one."""
        sharp = painter.device().devicePixelRatioF()
        key = (tile.width(), tile.height(), sharp, *look)
        picture = self._pictures.get(key)
        if picture is None:
            picture = self._pictures[key] = QPixmap(tile.size() * sharp)
            picture.setDevicePixelRatio(sharp)
            picture.fill(Qt.GlobalColor.transparent)
            drawn = QPainter(picture)
            drawn.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawn.setFont(painter.font())
            drawn.setPen(Qt.PenStyle.NoPen)
            draw(drawn, QRect(QPoint(), tile.size()))
            drawn.end()
        painter.drawPixmap(tile.topLeft(), picture)


def _closed(building: BuildingLine) -> tuple[tuple[int, str], ...]:
    """Return how many homes ask for no visit, and how many of those were visited, with their colours."""
    return (building.done + building.exhausted, "closed"), (building.done, "done")
