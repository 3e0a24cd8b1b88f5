"""像是同一个人: people entered twice, their entries side by side; joined, or told apart."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from db.exchange.people import join_people
from db.kernel.access import Right
from db.merge_desk import MaybeSame, not_the_same
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, panel
from desktop.widgets.tables import Column, RowModel, RowTable

# In a low window the page scrolls rather than show a row or two.
LEAST_HIGH = 110
PAIRS: tuple[Column[MaybeSame], ...] = (
    Column("姓名", lambda p: p.pair.name, 8),
    Column("社区", lambda p: p.pair.community, 10),
    Column("为什么像", lambda p: p.pair.reason, 10),
)
ENTRIES: tuple[Column[tuple[str, str, str]], ...] = (
    Column("栏目", lambda e: e[0], 8),
    Column("1", lambda e: e[1], 20, late=lambda e: e[1] != e[2]),
    Column("2", lambda e: e[2], 20, late=lambda e: e[1] != e[2]),
)


class PeopleView(QWidget):
    """Only suggested: a person joins them, and can part them again."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.model: RowModel[MaybeSame] = RowModel(PAIRS)
        self.table = RowTable(self.model, "像是同一个人的", "没有像是同一个人的")
        self._entries: RowModel[tuple[str, str, str]] = RowModel(ENTRIES)
        beside = RowTable(self._entries, "两个人的登记")
        layout = column(self, gap=10)
        layout.addWidget(self._buttons())
        for table, stretch in ((self.table, 2), (beside, 3)):
            table.setMinimumHeight(context.theme.px(LEAST_HIGH))
            frame = panel()
            column(frame, (6, 6, 6, 6)).addWidget(table)
            layout.addWidget(frame, stretch)
        self.table.has_keys({"1": partial(self.join, 0), "2": partial(self.join, 1)})
        self.table.removing.connect(self.tell_apart)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_entries())
        self.setFocusProxy(self.table)

    def show_people(self, people: Sequence[MaybeSame]) -> None:
        """Show the pairs that nobody decided on yet."""
        at = max(self.table.currentIndex().row(), 0)
        self.model.show_rows(people)
        if people:
            self.table.selectRow(min(at, len(people) - 1))
        self._show_entries()

    def join(self, keeps: int) -> None:
        """Make the two one; the one that stays keeps its entries, what it lacks comes from the other."""
        chosen = self._current
        if chosen is None or not self._context.may_write(self.said):
            return
        one, other = chosen.pair.one, chosen.pair.other
        command = join_people(*((one, other), (other, one))[keeps])
        name = chosen.pair.name
        self._context.background.write(
            self, command, lambda _: self.said.emit(f"“{name}”合成了一个人　　Ctrl+Z 分开")
        )

    def tell_apart(self) -> None:
        """Say that the two are two."""
        chosen = self._current
        if chosen is None or not self._context.may_write(self.said):
            return
        command, name = not_the_same(chosen.pair.one, chosen.pair.other), chosen.pair.name
        self._context.background.write(
            self, command, lambda _: self.said.emit(f"记下了：两个“{name}”不是同一个人，不再问")
        )

    @property
    def _current(self) -> MaybeSame | None:
        return self.model.at(self.table.currentIndex())

    def _buttons(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line)
        for one in (
            button("同一个人，留 1 的登记　1", partial(self.join, 0)),
            button("同一个人，留 2 的登记　2", partial(self.join, 1)),
            button("不是同一个人　Delete", self.tell_apart),
        ):
            one.setEnabled(self._context.may(Right.WRITE))
            flow.addWidget(one)
        return line

    def _show_entries(self) -> None:
        chosen = self._current
        self._entries.show_rows(chosen.entries if chosen else ())
