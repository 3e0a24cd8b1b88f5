"""One building as it is: how many homes, its number and estate to change, its doors drawn."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.journal import Done
from db.places.lists import BuildingRow, HouseholdQuery, households
from db.places.making import remove_building
from db.places.moving import rename_building
from desktop.background import Ticket
from desktop.page import Context
from desktop.places.drawing import Door, DrawingArea
from desktop.places.refusal import refused
from desktop.unsaved import FormKeeper
from desktop.widgets.entries import EnterWalks, text_field
from desktop.widgets.parts import Tone, button, column, label, row, set_tone

MOST_DRAWN = 3000


class BuildingCard(QWidget):
    """The chosen building. `adding` asks for the form of further homes, `said` tells what was done."""

    adding = Signal()
    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._of: BuildingRow | None = None
        self._ticket: Ticket | None = None
        self._about = label(tone="second")
        self.estate, self.number = text_field("小区", 40), text_field("楼号", 20)
        self._names = {self.estate: label("", 12, "second"), self.number: label("", 12, "second")}
        self._told = label(" ", 12, "second", wrap=True)
        self._fault = label(" ", 12, "late", wrap=True)
        self._tools = {
            "board": button("看楼栋", self._open_board, kind="link"),
            "homes": button("再建几户", self.adding.emit, kind="link"),
            "history": button("改动记录", self._show_history, kind="link"),
            "remove": button("删除", self.remove, kind="link"),
        }
        self._rename = button("改名", self.rename)
        self._drawing = DrawingArea(context.theme)
        self._build()
        self._walks = EnterWalks([self.estate, self.number], self.rename)
        self._kept = FormKeeper(context, "楼栋改名", self)
        self._kept.put_back.connect(lambda words: self._say(words, "tries"))
        self.setFocusProxy(self.number)

    def show_building(self, of: BuildingRow) -> None:
        """Show another building."""
        self._of = of
        self._about.setText(f"{of.community_name}　{of.homes}户" if of.homes else "还没有住户")
        self.estate.setText(of.estate)
        self.number.setText(of.number)
        for field, names in ((self.estate, ("小区", "自然村")), (self.number, ("楼号", "组"))):
            self._names[field].setText(names[of.rural])
        self._say(" ", "late")
        inputs = {"estate": self.estate, "number": self.number}
        self._kept.begin(of.id.hex(), inputs, new=False)
        may = self._context.may(Right.WRITE)
        self._tools["remove"].setEnabled(may and not of.homes)
        self._tools["homes"].setEnabled(may and not of.rural)
        self._rename.setEnabled(may)
        self._told.setText(
            f"改名后{of.homes}户的地址一起改，原来的地址留作曾用地址，旧台账照样认得。"
            if of.homes
            else "改了名，下面没有住户要跟着改。"
        )
        self._ask()

    def rename(self) -> None:
        """Give the building the estate and number typed."""
        if self._of is None:
            return
        of = self._of.id.hex()
        command = rename_building(self._of.id, self.estate.text(), self.number.text())

        def renamed(done: Done[int]) -> None:
            self._kept.forget(of)
            self.said.emit(f"已改名，{done.value}户的地址一起改了　　Ctrl+Z 撤销")

        failed = refused(self._context, self._refuse)
        self._context.background.write(self, command, renamed, failed, once=of)

    def remove(self) -> None:
        """Take the building out; it must be empty."""
        if self._of is None or not self._context.may_write(self.said):
            return
        words = f"已删除{self._of.label}　　Ctrl+Z 撤销"
        failed = refused(self._context, self._refuse)
        self._context.background.write(
            self, remove_building(self._of.id), lambda _: self.said.emit(words), failed
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc drops a name that is typed and not saved."""
        if event.key() == Qt.Key.Key_Escape and self._of is not None and self._kept.is_typed:
            self._kept.done()
            self.show_building(self._of)
        else:
            super().keyPressEvent(event)

    def _say(self, words: str, tone: Tone) -> None:
        set_tone(self._fault, tone)
        self._fault.setText(words)

    def _refuse(self, reason: str) -> None:
        self._say(reason, "late")

    def _build(self) -> None:
        layout = column(self, gap=10)
        head = row(gap=4)
        head.addWidget(self._about, 1)
        for tool in self._tools.values():
            head.addWidget(tool)
        layout.addLayout(head)
        line = row(gap=10)
        for field, name in self._names.items():
            beside = column(gap=4)
            beside.addWidget(name)
            beside.addWidget(field)
            line.addLayout(beside, 2 if field is self.estate else 1)
        below = column(gap=4)
        below.addStretch()
        below.addWidget(self._rename)
        line.addLayout(below)
        layout.addLayout(line)
        layout.addWidget(self._told)
        layout.addWidget(self._fault)
        layout.addWidget(self._drawing, 1)

    def _ask(self) -> None:
        assert self._of is not None  # noqa: S101  shown just before
        query = HouseholdQuery(building=self._of.id)
        if self._ticket is not None:
            self._ticket.stop()

        def question(connection: Connection) -> set[Door]:
            rows = households(connection, query, 0, MOST_DRAWN)
            return {(home.unit or "", home.room or home.contact or "") for home in rows}

        self._ticket = self._context.background.ask(
            self, question, lambda there: self._drawing.show_doors((), there)
        )

    def _open_board(self) -> None:
        if self._of is not None:
            self._context.routes.go("visits", entity="building", record=self._of.id)

    def _show_history(self) -> None:
        if self._of is not None:
            self._context.routes.go(
                "data", tab="history", entity="building", record=self._of.id, name=self._of.label
            )
