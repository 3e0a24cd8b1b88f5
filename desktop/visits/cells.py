"""Where the doors of a building stand on the board, in the window's own pixels."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize

from db.kernel.ids import Id
from desktop.theme import Theme
from desktop.visits.plan import Plan

WIDEST, NARROWEST, TALL, GAP, UNIT_GAP, FLOOR_NAME, UNIT_NAME = 62, 46, 46, 6, 16, 36, 30


class Cells:
    """A plan's cells and names, each cell as wide as the window has room for."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._width = WIDEST
        self._plan = Plan({}, [], [], 0, 0)
        # Where each door stood when last asked; a paint asks for all of them.
        self._known: dict[Id, QRect] = {}
        self._units: list[tuple[str, QRect]] = []
        self._floors: list[tuple[str, QRect]] = []

    def lay(self, plan: Plan) -> bool:
        """Take a building's plan; tell whether it is another than before."""
        if plan == self._plan:
            return False
        self._plan = plan
        self.forget()
        return True

    def fit(self, width: int) -> bool:
        """Be as narrow as a window of so many pixels needs; tell whether that is another width."""
        columns = self._plan.columns or 1
        others = self._left + self._between_units + columns * GAP + 2
        room = round(width / self._theme.px(100) * 100) - others
        wide = min(max(room // columns, NARROWEST), WIDEST)
        if wide == self._width:
            return False
        self._width = wide
        self.forget()
        return True

    def forget(self) -> None:
        """Measure anew, as at another size of type."""
        self._known.clear()
        self._units.clear()
        self._floors.clear()

    @property
    def size(self) -> QSize:
        """All cells with their names."""
        bottom = self._plan.rows * (TALL + GAP) + self._top
        right = self._left + self._plan.columns * (self._width + GAP) + self._between_units
        return QSize(self._theme.px(right + 2), self._theme.px(bottom + 2))

    def units(self) -> Sequence[tuple[str, QRect]]:
        """Return the names over the units, and where they stand."""
        if not self._units:
            px = self._theme.px
            for unit, (name, first, wide) in enumerate(self._plan.units):
                box = QSize(px(wide * (self._width + GAP) - GAP), px(UNIT_NAME - 6))
                self._units.append((name, QRect(QPoint(self._x(first, unit), 0), box)))
        return self._units

    def floors(self) -> Sequence[tuple[str, QRect]]:
        """Return the names beside the floors, and where they stand."""
        if not self._floors:
            size = QSize(self._theme.px(FLOOR_NAME), self._theme.px(TALL))
            for name, row in self._plan.floors:
                self._floors.append((name, QRect(QPoint(0, self._y(row)), size)))
        return self._floors

    def of(self, door: Id | None) -> QRect:
        """Where a door stands with the edge painted around it; empty if it stands nowhere."""
        if door is None or door not in self._plan.places:
            return QRect()
        cell = self._known.get(door)
        if cell is None:
            place = self._plan.places[door]
            corner = QPoint(self._x(place.column, place.unit), self._y(place.row))
            size = QSize(self._theme.px(self._width), self._theme.px(TALL))
            cell = self._known[door] = QRect(corner, size).adjusted(-2, -2, 2, 2)
        return cell

    def at(self, point: QPoint) -> Id | None:
        """The door at a point."""
        return next((door for door in self._plan.places if self.of(door).contains(point)), None)

    def beside(self, door: Id | None, dx: int, dy: int) -> Id | None:
        """The next door in a direction, over places without one; None at the edge."""
        here = self._plan.places.get(door) if door else None
        if here is None:
            return None
        by_place = {(p.column, p.row): one for one, p in self._plan.places.items()}
        column, row = here.column + dx, here.row + dy
        while 0 <= column < self._plan.columns and 0 <= row < self._plan.rows:
            if (column, row) in by_place:
                return by_place[column, row]
            column, row = column + dx, row + dy
        return None

    @property
    def _left(self) -> int:
        return FLOOR_NAME if self._plan.floors else 0

    @property
    def _top(self) -> int:
        return UNIT_NAME if self._plan.units else 0

    @property
    def _between_units(self) -> int:
        return UNIT_GAP * max(len(self._plan.units) - 1, 0)

    def _x(self, column: int, unit: int) -> int:
        return self._theme.px(self._left + column * (self._width + GAP) + unit * UNIT_GAP)

    def _y(self, row: int) -> int:
        return self._theme.px(self._top + row * (TALL + GAP))
