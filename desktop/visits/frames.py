"""The rounded ground of a cell, drawn once for all cells that look so: copying it takes a tenth."""

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap


def paint_frame(
    painter: QPainter, cell: QRect, ground: QColor, edge: QColor, thick: int, radius: int
) -> None:
    """Paint a cell's ground and, over its border, an edge so many pixels thick."""
    sharp = painter.device().devicePixelRatioF()
    picture = _frame(
        cell.width(), cell.height(), sharp, ground.rgba(), edge.rgba(), thick, radius
    )  # fmt: skip
    painter.drawPixmap(cell.x() - thick, cell.y() - thick, picture)


@lru_cache(maxsize=100)
def _frame(
    wide: int, high: int, sharp: float, ground: int, edge: int, thick: int, radius: int
) -> QPixmap:
    around = 2 * thick
    picture = QPixmap(round((wide + around) * sharp), round((high + around) * sharp))
    picture.setDevicePixelRatio(sharp)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor.fromRgba(edge), thick))
    painter.setBrush(QColor.fromRgba(ground))
    painter.drawRoundedRect(QRectF(thick + 0.5, thick + 0.5, wide - 1, high - 1), radius, radius)
    painter.end()
    return picture
