"""已定: decisions made here or at another site; people who were joined are parted here."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.kernel.access import Right
from db.merge_desk import Decided
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, panel
from desktop.widgets.tables import Column, RowModel, RowTable

COLUMNS: tuple[Column[Decided], ...] = (
    Column("时间", lambda d: f"{d.when:%Y-%m-%d %H:%M}", 9, whole=True),
    Column("单位", lambda d: d.site, 8),
    Column("谁", lambda d: d.who, 6),
    Column("做了什么", lambda d: d.action, 11),
    Column("", lambda d: "已撤销" if d.undone else "", 5),
    Column("定成什么", lambda d: d.words, 26),
)


class DecidedView(QWidget):
    """`undone` tells that a decision was taken back."""

    said = Signal(str)
    undone = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.model: RowModel[Decided] = RowModel(COLUMNS)
        self.table = RowTable(self.model, "已定的", "还没有定过")
        self.table.removing.connect(self.take_back)
        layout = column(self, gap=10)
        line = QWidget()
        back = button("撤销选中的；合成一个的人分开　Delete", self.take_back)
        back.setEnabled(context.may(Right.WRITE))
        FlowLayout(line).addWidget(back)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self.table)
        layout.addWidget(line)
        layout.addWidget(frame, 1)
        self.setFocusProxy(self.table)

    def show_decided(self, decided: Sequence[Decided]) -> None:
        """Show the decisions, the latest first."""
        at = max(self.table.currentIndex().row(), 0)
        self.model.show_rows(decided)
        if decided:
            self.table.selectRow(min(at, len(decided) - 1))

    def take_back(self) -> None:
        """Take the chosen decision back."""
        chosen = self.model.at(self.table.currentIndex())
        if chosen is None or not self._context.may_write(self.said):
            return
        if chosen.undone:
            self.said.emit("这一条已经撤销过了")
            return

        def done(_: object) -> None:
            self.said.emit(f"已撤销：{chosen.action} {chosen.words}")
            self.undone.emit()

        self._context.background.undo(self, chosen.no, done)
