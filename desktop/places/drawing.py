"""A building drawn as the board lays it out, small: which doors it has and which are to be made."""

from collections.abc import Collection, Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from db.coverage import DoorState
from db.kernel.ids import Id
from db.places.making import Room
from desktop.theme import Theme
from desktop.visits.plan import Plan, plan

WIDE, NARROWEST, TALL, GAP, UNIT_GAP, FLOOR_NAME, UNIT_NAME = 46, 31, 22, 4, 12, 36, 24
NEW, THERE, DOUBLE = "new", "there", "double"
MARKS: Final = {NEW: "", THERE: "", DOUBLE: "！"}
Door = tuple[str, str]


def doors_of(planned: Sequence[Room], there: Collection[Door]) -> list[tuple[DoorState, str]]:
    """Return the doors to draw in walking order, each with whether it is new, there or both."""
    new = {(room.unit, room.room) for room in planned}
    found = []
    for unit, room in sorted(new | set(there), key=_by_number):
        kind = NEW if (unit, room) not in there else DOUBLE if (unit, room) in new else THERE
        door = DoorState(f"{unit}/{room}".encode(), b"", unit, room, room, "", "untouched", 0)
        found.append((door, kind))
    if any(door.floor is not None for door, _ in found):
        # One door without a floor would take the floors from all.
        found = [(door, kind) for door, kind in found if door.floor is not None]
    return found


def _by_number(door: Door) -> tuple[int, str, int, str]:
    unit, room = door
    return len(unit), unit, len(room), room


class DrawingArea(QScrollArea):
    """The drawing in a window of its own that keeps the whole breadth of the building in sight."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.drawing = Drawing(theme)
        self.setWidget(self.drawing)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.drawing.setAutoFillBackground(False)

    def show_doors(self, planned: Sequence[Room], there: Collection[Door]) -> None:
        """Draw what is planned and what is there."""
        self.drawing.show_doors(planned, there)
        self.drawing.fit(self.viewport().width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fit the building anew."""
        super().resizeEvent(event)
        self.drawing.fit(self.viewport().width())


class Drawing(QWidget):
    """Paints the doors; new ones framed, those there grey, doubles marked with ！ as well."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._doors: list[tuple[DoorState, str]] = []
        self._plan = Plan({}, [], [], 0, 0)
        self._wide = WIDE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_doors(self, planned: Sequence[Room], there: Collection[Door]) -> None:
        """Draw what is planned and what is there."""
        self._doors = doors_of(planned, there)
        self._plan = plan([door for door, _ in self._doors]) if self._doors else self._empty()
        kinds = [kind for _, kind in self._doors]
        self.setAccessibleName(
            f"楼栋草图：新建{kinds.count(NEW)}户，已有{len(kinds) - kinds.count(NEW)}户"
        )
        self.adjustSize()
        self.update()

    def fit(self, width: int) -> None:
        """Make the cells as narrow as a window of so many pixels needs."""
        columns = self._plan.columns or 1
        room = round(width / self._theme.px(100) * 100) - self._others()
        self._wide = min(max(room // columns - GAP, NARROWEST), WIDE)
        self.adjustSize()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All doors with the names of units and floors."""
        right = self._others() + self._plan.columns * (self._wide + GAP)
        return QSize(self._theme.px(right), self._theme.px(self._top(self._plan.rows)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the doors that need it."""
        px = self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("second"))
        for at, (name, first, wide) in enumerate(self._plan.units):
            across = px(wide * (self._wide + GAP) - GAP)
            box = QRect(px(self._left(first, at)), 0, across, px(UNIT_NAME))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        for name, row in self._plan.floors:
            box = QRect(0, px(self._top(row)), px(FLOOR_NAME), px(TALL))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        for door, kind in self._doors:
            cell = self._cell(door.household)
            if cell.intersects(event.rect()):
                self._paint_door(painter, cell, door.room, kind)

    def _paint_door(self, painter: QPainter, cell: QRect, room: str, kind: str) -> None:
        color = {NEW: "accent", THERE: "second", DOUBLE: "late"}[kind]
        ground = {NEW: "accent_ground", THERE: "ground", DOUBLE: "late_ground"}[kind]
        framed = QPen(self._theme.color("line" if kind == THERE else color))
        painter.setPen(framed)
        painter.setBrush(self._theme.color(ground))
        corner = self._theme.px(4)
        painter.drawRoundedRect(QRectF(cell).adjusted(0.5, 0.5, -0.5, -0.5), corner, corner)
        painter.setPen(self._theme.color(color))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, MARKS[kind] + room)

    def _empty(self) -> Plan:
        return Plan({}, [], [], 0, 0)

    def _cell(self, door: Id) -> QRect:
        px, place = self._theme.px, self._plan.places[door]
        left, top = self._left(place.column, place.unit), self._top(place.row)
        return QRect(px(left), px(top), px(self._wide), px(TALL))

    def _others(self) -> int:
        between = UNIT_GAP * max(len(self._plan.units) - 1, 0)
        return (FLOOR_NAME if self._plan.floors else 0) + between

    def _left(self, column: int, unit: int) -> int:
        floors = FLOOR_NAME if self._plan.floors else 0
        return floors + column * (self._wide + GAP) + unit * UNIT_GAP

    def _top(self, row: int) -> int:
        return (UNIT_NAME if self._plan.units else 0) + row * (TALL + GAP)
