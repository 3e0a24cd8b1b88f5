"""The board: one building as floors by doors, a cell with a letter, a shape and a colour."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QSizePolicy, QWidget

from db.coverage import DoorState
from db.kernel.ids import Id
from desktop.theme import Theme
from desktop.visits.cells import Cells
from desktop.visits.frames import paint_frame
from desktop.visits.plan import plan

OUTCOME_KEYS: Final = {
    Qt.Key.Key_1: "met", Qt.Key.Key_2: "not_home", Qt.Key.Key_3: "refused", Qt.Key.Key_4: "phone",
    Qt.Key.Key_5: "left_card",
}  # fmt: skip
COLORS: Final = {
    "done": "done", "tried": "tries", "exhausted_tries": "tries", "exhausted_refused": "closed",
    "exhausted_phone": "closed", "outside": "second", "untouched": "text",
}  # fmt: skip
GROUNDS: Final = {"done": "done_ground", "tries": "tries_ground", "closed": "closed_ground"}
HELD_MS: Final = 20
OUTSIDE_NAMES: Final = {"empty": "空户", "invalid": "无效"}
# What a door that is still to be visited came to last, where it was not 未遇.
TRIED_NAMES: Final = {"phone": "电话", "refused": "拒访"}


def state_words(door: DoorState, today: date) -> str:
    """Return what stands in a cell below its room: ✓ 3/12, 未遇 ··, ✕ 拒访, 空户, or nothing."""
    match door.state:
        case "done":
            return f"✓ {_done_on(door.last_day, today)}"
        case "tried" | "exhausted_tries":
            word = TRIED_NAMES.get(door.last_outcome or "", "未遇")
            return f"{word} {'·' * min(door.tries, 4)}".rstrip()
        case "exhausted_refused":
            return "✕ 拒访"
        case "exhausted_phone":
            return "☎ 电话"
        case "outside":
            return OUTSIDE_NAMES.get(door.occupancy, "")
    return ""


def _done_on(day: date | None, today: date) -> str:
    if day is None:
        return ""
    return f"{day.month}/{day.day}" if day.year == today.year else f"{day:%y}年"


class Board(QWidget):
    """One building's doors. Arrow keys walk, 1-5 record, 0 空户, Space marks, Enter opens the entry.

    `recording` asks for an outcome at the marked doors, or at the current one if none is marked.
    """

    current_changed = Signal(object)
    marks_changed = Signal(int)
    recording = Signal(str)
    emptying = Signal()
    entering = Signal()
    counting = Signal(int)
    paging = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._doors: dict[Id, DoorState] = {}
        self._cells = Cells(theme)
        self._current: Id | None = None
        self._marked: set[Id] = set()
        # Recorded, and not on the disk yet: they still look as if they were to be visited.
        self._passed: set[Id] = set()
        # Where the cursor left and came to since a key recorded: painted with what that leads to, as two
        # paints take twice as long; where the disk is slow, without it.
        self._held = QRegion()
        self._holding = QTimer(self, singleShot=True, interval=HELD_MS)
        self._holding.timeout.connect(self._paint_held)
        self.today = date.min
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        # It fills its own ground, so that scrolling to a door moves what is painted already.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme.changed.connect(self._sized_anew)

    @property
    def current(self) -> DoorState | None:
        """The door the keys speak of."""
        return self._doors.get(self._current) if self._current else None

    @property
    def chosen(self) -> list[Id]:
        """The marked doors in walking order, or the current one if none is marked."""
        return self.marked or ([self._current] if self._current else [])

    @property
    def marked(self) -> list[Id]:
        """The marked doors in walking order."""
        return [id_ for id_ in self._doors if id_ in self._marked]

    @property
    def left(self) -> list[Id]:
        """The doors still to be visited, in walking order."""
        return [id_ for id_, door in self._doors.items() if door.left]

    def show_doors(
        self, doors: Sequence[DoorState], today: date, current: Id | None = None
    ) -> None:
        """Show a building's doors in walking order; the cursor stays where it was if it can.

        Only cells that look otherwise than before are painted.
        """
        before = self._doors.values() if today == self.today else ()
        self._doors, self.today = {door.household: door for door in doors}, today
        if self._cells.lay(plan(doors)):
            before = ()
            self.updateGeometry()
            self.adjustSize()
        if before:
            for door in set(doors).difference(before):
                self.update(self._cells.of(door.household))
        else:
            self.update()
        self._marked &= set(self._doors)
        wanted = current or self._current
        if wanted not in self._doors:
            wanted = next((d.household for d in doors if d.left), None)
            wanted = wanted or next(iter(self._doors), None)
        if wanted == self._current:
            self._tell()
        else:
            self._set_current(wanted)

    def repaint_doors(self, doors: Sequence[DoorState]) -> None:
        """Take new states of some doors in and repaint just those cells."""
        for door in doors:
            self._passed.discard(door.household)
            if door.household in self._doors:
                self._doors[door.household] = door
                self._held += self._cells.of(door.household)
        self._paint_held()
        self._tell()

    def fit(self, width: int) -> None:
        """Make the cells as narrow as a window of so many pixels needs, to see the whole building."""
        if self._cells.fit(width):
            self.update()
        self.adjustSize()

    def next_left(self) -> None:
        """Go to the next door in walking order that is still to be visited."""
        ids = list(self._doors)
        if self._current is None:
            return
        at = ids.index(self._current)
        for id_ in ids[at + 1 :] + ids[:at]:
            if self._doors[id_].left and id_ not in self._passed:
                self._set_current(id_)
                return

    def go_on(self, doors: Sequence[Id]) -> None:
        """Leave doors that are being recorded behind: no mark stays, the cursor goes on."""
        self._passed.update(doors)
        self.unmark()
        self._holding.start()
        self.next_left()

    def come_back(self, doors: Sequence[Id]) -> None:
        """Come back to doors that could not be recorded."""
        self._passed.difference_update(doors)
        if doors[0] in self._doors:
            self._set_current(doors[0])

    def unmark(self) -> None:
        """Take all marks away."""
        if self._marked:
            self._marked.clear()
            self.marks_changed.emit(0)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """All cells with their names."""
        return self._cells.size

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the cells that need it."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("second"))
        region = event.region()
        for names, aligned in (
            (self._cells.units(), Qt.AlignmentFlag.AlignCenter),
            (self._cells.floors(), Qt.AlignmentFlag.AlignVCenter),
        ):
            for name, box in names:
                if region.intersects(box):
                    painter.drawText(box, aligned, name)
        self._paint_doors(painter, [
            (self._cells.of(id_).adjusted(2, 2, -2, -2), door)
            for id_, door in self._doors.items()
            if region.intersects(self._cells.of(id_))
        ])  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Walk, mark, record."""
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }  # fmt: skip
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and key != Qt.Key.Key_A:
            super().keyPressEvent(event)
        elif key in steps:
            self._step(*steps[key])
        elif key in OUTCOME_KEYS:
            self.recording.emit(OUTCOME_KEYS[key])
        elif key == Qt.Key.Key_0:
            self.emptying.emit()
        elif key == Qt.Key.Key_Space and self._current:
            self._marked ^= {self._current}
            self.marks_changed.emit(len(self._marked))
            self.update()
        elif key == Qt.Key.Key_A:
            self._marked = set(self.left)
            self.marks_changed.emit(len(self._marked))
            self.update()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.counting.emit(-1 if key == Qt.Key.Key_Minus else 1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.paging.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entering.emit()
        elif key == Qt.Key.Key_Escape and self._marked:
            self.unmark()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose a door; with Ctrl, mark it."""
        door = self._cells.at(event.position().toPoint())
        if door is not None:
            self._set_current(door)
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._marked ^= {door}
                self.marks_changed.emit(len(self._marked))
                self.update()

    def _step(self, dx: int, dy: int) -> None:
        door = self._cells.beside(self._current, dx, dy)
        if door is not None:
            self._set_current(door)

    def _set_current(self, id_: Id | None) -> None:
        if id_ == self._current:
            return
        for changed in (self._current, id_):
            self._held += self._cells.of(changed)
        self._current = id_
        if not self._holding.isActive():
            self._paint_held()
        self._tell()

    def _paint_held(self) -> None:
        self._holding.stop()
        self.update(self._held)
        self._held = QRegion()

    def _tell(self) -> None:
        door = self.current
        self.setAccessibleName(
            "楼栋表" if door is None else f"{door.label} {state_words(door, self.today)}"
        )
        self.current_changed.emit(door)

    def rect_of_current(self) -> QRect:
        """Where the current door stands, for scrolling to it."""
        return self._cells.of(self._current)

    def _sized_anew(self) -> None:
        self._cells.forget()
        self.updateGeometry()

    def _paint_doors(self, painter: QPainter, doors: Sequence[tuple[QRect, DoorState]]) -> None:
        """Paint cells, each kind of text in one go: another face at every text takes twice as long."""
        theme = self._theme
        for cell, door in doors:
            self._paint_ground(painter, cell, door)
        left, above, right = theme.px(8), theme.px(5), theme.px(4)
        painter.setFont(theme.font(12))
        for cell, door in doors:
            painter.setPen(theme.color("second" if door.state == "outside" else "text"))
            inside = cell.adjusted(left, above, -right, -above)
            painter.drawText(inside, Qt.AlignmentFlag.AlignTop, door.label)
        painter.setFont(theme.font(11))
        for cell, door in doors:
            if words := state_words(door, self.today):
                painter.setPen(theme.color(COLORS[door.state]))
                inside = cell.adjusted(left, above, -right, -above)
                painter.drawText(inside, Qt.AlignmentFlag.AlignBottom, words)
        for cell, door in doors:
            if door.household in self._marked:
                self._paint_mark(painter, cell, theme.color("accent"))

    def _paint_ground(self, painter: QPainter, cell: QRect, door: DoorState) -> None:
        theme, current = self._theme, door.household == self._current
        ground = "ground" if door.state == "outside" else GROUNDS.get(COLORS[door.state], "surface")
        paint_frame(
            painter, cell, theme.color(ground), theme.color("accent" if current else "line"),
            2 if current else 1, theme.px(6),
        )  # fmt: skip

    def _paint_mark(self, painter: QPainter, cell: QRect, color: QColor) -> None:
        side = self._theme.px(14)
        corner = QRect(cell.right() - side - 2, cell.top() + 3, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(corner)
        painter.setPen(self._theme.color("on_accent"))
        painter.setFont(self._theme.font(11))
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, "✓")
