"""The building in sight: its name and counts, the board, what the keys do, the tiles of its community."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea

from db.coverage import BuildingLine, DoorState
from db.kernel.ids import Id
from desktop.page import Context
from desktop.visits.board import Board
from desktop.visits.overview import Overview
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.scrolling import scrolling
from desktop.widgets.start import Start

# Where it is low, the building comes first: then the tiles go, then the hints.
LOW, LOWER = 680, 480
KEYS_IN_SHORT: Final = "1 见到人　2 未遇　3 拒访　4 电话　5 留门卡　0 空户　　方向键移动　空格多选　Enter 详细　Ctrl+Z 撤销"
COUNTED_SO: Final = "户数按见到人计；空户、无效不计入基数；未遇次数到了或拒访为已尽责"


class BuildingView(QFrame):
    """One building over the others of its community; where there is no door yet, the ways to begin.

    `printing` asks for a sheet of the doors, `going` to go to another building.
    """

    printing = Signal()
    going = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._theme = context.theme
        self.board = Board(context.theme)
        self.area = QScrollArea()
        self._overview = Overview(context.theme)
        self._name, self._counts = label(pixels=16), label(tone="second", wrap=True)
        self._marks = label(tone="accent")
        self._print = button("打印走访单", self.printing.emit, kind="link")
        self._map_name, self._tiles = label("一张图", 14), scrolling(self._overview)
        self._hints: list[QLabel] = []
        go = context.routes.go
        self.start = Start(
            "还没有住户",
            "建好楼栋，或者导入住户台账，这里就是一栋楼的门，按一个键记一次走访。",
            (
                ("新建楼栋", lambda: go("visits", tab="places", new=True)),
                ("导入台账", lambda: go("data", tab="imports")),
            ),
        )
        self.start.hide()
        # A timer of its own does not outlive it, as when another text size makes it anew.
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._fit_board)
        self._build()
        self.board.marks_changed.connect(lambda n: self._marks.setText(f"选中{n}户" if n else ""))
        self._overview.chosen.connect(self.going)

    @property
    def name(self) -> str:
        """What the building is called."""
        return self._name.text()

    def door_name(self, door: Id) -> str:
        """What the door under the cursor is called; nothing of another one."""
        current = self.board.current
        if current is None or current.household != door:
            return ""
        unit = f"{current.unit}单元" if current.unit else ""
        return f"{self.name}{unit}{current.label}"

    def show_line(self, inside: Sequence[BuildingLine], building: Id | None) -> None:
        """Show a building's counts among those of its community."""
        self._overview.show_lines(inside, building)
        self._map_name.setText(f"一张图　{inside[0].community_name}" if inside else "一张图")
        line = next((line for line in inside if line.building == building), None)
        self._name.setText(line.label if line else "")
        self._counts.setText(
            # A number stays in the line of its word.
            f"应访\u2060{line.base}户　已访\u2060{line.done}　"
            f"尽责\u2060{line.exhausted}　剩\u2060{line.remaining}"
            if line
            else ""
        )

    def show_doors(self, doors: list[DoorState], today: date, wanted: Id | None) -> None:
        """Show the building's doors as they stand, with the cursor on the one that is wanted."""
        self.board.show_doors(doors, today, wanted)
        self._fit_board()

    def show_whether(self, *, some: bool) -> None:
        """Show the board, or where there is no door yet the ways to begin."""
        self.start.setVisible(not some)
        for widget in (self.area, self._counts, self._print):
            widget.setVisible(some)

    def keep_in_sight(self) -> None:
        """Scroll to the door under the cursor."""
        at = self.board.rect_of_current().center()
        self.area.ensureVisible(at.x(), at.y(), 60, 60)

    def fit(self, height: int, *, narrow: bool) -> None:
        """Show what there is room for in a page of so many pixels."""
        self._print.setText("打印走访单" if narrow else "打印走访单　Ctrl+P")
        some, px = self.start.isHidden(), self._theme.px
        for widget in (self._map_name, self._tiles):
            widget.setVisible(some and height >= px(LOW))
        for hint in self._hints:
            hint.setVisible(some and height >= px(LOWER))
        # Another text takes a button's key away.
        self._print.setShortcut("Ctrl+P")
        self._timer.start()

    def _fit_board(self) -> None:
        self.board.fit(self.area.viewport().width())

    def _build(self) -> None:
        self.area.setWidget(self.board)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.board.setAutoFillBackground(False)
        layout = column(self, (16, 14, 16, 12), 10)
        head = row(gap=18)
        head.addWidget(self._name, 1)
        head.addWidget(self._marks)
        head.addWidget(self._print)
        layout.addLayout(head)
        layout.addWidget(self._counts)
        layout.addWidget(self.start, 3)
        layout.addWidget(self.area, 3)
        for words in (KEYS_IN_SHORT, COUNTED_SO):
            hint = label(words, 12, "second", wrap=True)
            self._hints.append(hint)
            layout.addWidget(hint)
        layout.addWidget(self._map_name)
        layout.addWidget(self._tiles, 1)
