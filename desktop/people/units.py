"""Who answers for which homes: units with their 联户长, and sharing a unit out between several."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.journal import Command
from db.people.answering import (
    FEWEST,
    MOST,
    NOBODY,
    HomeOf,
    UnitLine,
    homes_of_unit,
    share_evenly,
    share_out,
    who_answers,
)
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

PANEL_WIDTH, NARROWEST_PANEL = 400, 300


def _shares(unit: UnitLine) -> str:
    if unit.by_hand:
        return f"已分户，未分{unit.left}户" if unit.left else "已分户"
    return "按房号平分" if len(unit.leaders) > 1 else ""


COLUMNS: tuple[Column[UnitLine], ...] = (
    Column("单元", lambda u: u.label, 12),
    Column("社区", lambda u: u.community_name, 6, spare=True),
    Column("户数", lambda u: str(u.homes), 4, number=True),
    Column("联户长", lambda u: u.who, 10, late=lambda u: u.left > 0),
    Column("每人", lambda u: "、".join(str(len(one.homes)) for one in u.leaders), 6, spare=True),
    Column("分户", _shares, 9, spare=True),
)


class Share(NamedTuple):
    """A home of a unit and whose it is, as the panel shows it; nobody is 未分户."""

    home: HomeOf
    leader: str


class ShareTable(RowTable):
    """The homes of a unit. 1 to 9 give the marked ones to that leader, 0 to nobody."""

    given = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Take a figure."""
        if event.text().isdecimal() and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.given.emit(int(event.text()))
        else:
            super().keyPressEvent(event)


class UnitsPage(Page):
    """Which unit has nobody, and whose homes are too many; the usual is ten to twelve."""

    title: ClassVar[str] = "分户"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "volunteer", "household", "building", "community", "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "到右边分户"),
        ("1—9", "右边选中的户归第几位联户长，Shift+方向键多选"),
        ("0", "右边选中的户先不归谁"),
        ("Esc", "回到单元"),
        ("Ctrl+C", "复制选中的行"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines: list[UnitLine] = []
        self._unit: UnitLine | None = None
        self._wanted: tuple[Id | None, str | None] = (None, None)
        self._ticket: Ticket | None = None
        self._model: RowModel[UnitLine] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "谁负责哪些户", "还没有分户。先有住户和联户长，再分")
        self._shares: RowModel[Share] = RowModel(
            (
                Column("户", lambda s: s.home.address, 11),
                Column("户主", lambda s: s.home.contact or "", 5),
                Column("归谁", lambda s: s.leader, 6, late=lambda s: s.leader == NOBODY),
            )
        )
        self._homes = ShareTable(self._shares, "这个单元的户")
        self._nobody = QCheckBox("只看有未分户的")
        self._many = QCheckBox(f"只看每人超过{MOST}户的")
        self._foot = label(tone="second", wrap=True)
        self._name, self._people = label(pixels=16, wrap=True), label(tone="second", wrap=True)
        self._even = button("按房号平分", self._share_evenly, kind="link")
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show the units with homes nobody answers for, or put the cursor on one unit."""
        if what.get("nobody") or what.get("building") is not None:
            self._nobody.setChecked(bool(what.get("nobody")))
            self._many.setChecked(False)
            self._wanted = (what.get("building"), what.get("unit"))
            self._show(self._lines)

    def refresh(self) -> None:
        """Read who answers for whom."""
        day = self.context.today

        def question(connection: Connection) -> list[UnitLine]:
            return who_answers(connection, day)

        self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes to the homes, Esc back to the units."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._homes.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self._homes.hasFocus():
            self._table.setFocus()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._table.doubleClicked.connect(lambda _: self._homes.setFocus())
        head = row(gap=16)
        for box in (self._nobody, self._many):
            box.toggled.connect(lambda _: self._show(self._lines))
            head.addWidget(box)
        head.addStretch()
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        left = column(gap=10)
        left.addLayout(head)
        left.addWidget(frame, 1)
        left.addWidget(self._foot)
        side = panel()
        side.setMinimumWidth(self.context.theme.px(NARROWEST_PANEL))
        side.setMaximumWidth(self.context.theme.px(PANEL_WIDTH))
        inside = column(side, (12, 12, 12, 8), 8)
        inside.addWidget(self._name)
        inside.addWidget(self._people)
        inside.addWidget(self._homes, 1)
        inside.addWidget(self._even, 0, Qt.AlignmentFlag.AlignLeft)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 5)
        outer.addWidget(side, 4)
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._homes.given.connect(self._give)

    def _show(self, lines: list[UnitLine]) -> None:
        self._lines = lines
        shown: Sequence[UnitLine] = lines
        if self._nobody.isChecked():
            shown = [line for line in shown if line.left]
        if self._many.isChecked():
            shown = [u for u in shown if any(len(p.homes) > MOST for p in u.leaders)]
        kept = self._wanted
        if kept[0] is None and self._unit is not None:
            kept = (self._unit.building, self._unit.unit)
        if lines:
            self._wanted = (None, None)
        self._model.show_rows(shown)
        self._foot.setText(
            f"共{len(lines)}个单元，{sum(not one.leaders for one in lines)}个单元没有联户长，"
            f"未分户共{sum(line.left for line in lines)}户；联户长一般负责{FEWEST}到{MOST}户"
        )
        at = next((n for n, u in enumerate(shown) if (u.building, u.unit) == kept), 0)
        if shown:
            self._table.selectRow(at)
        else:
            self._moved(-1)

    def _moved(self, at: int) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        unit = self._unit = self._model.rows[at] if 0 <= at < len(self._model.rows) else None
        if unit is None:
            self._name.clear()
            self._people.clear()
            self._shares.show_rows([])
            return
        self._ticket = self.context.background.ask(
            self,
            lambda connection: homes_of_unit(connection, unit.building, unit.unit),
            lambda homes: self._show_homes(unit, homes),
        )

    def _show_homes(self, unit: UnitLine, homes: list[HomeOf]) -> None:
        whose = {id_: one.name for one in unit.leaders for id_ in one.homes}
        marked = self._marked()
        self._name.setText(unit.label)
        told = "　".join(
            f"{n} {one.name}（{len(one.homes)}户）" for n, one in enumerate(unit.leaders, 1)
        )
        self._people.setText(told or "还没有联户长：到“人员”里登记，负责的楼栋选这里")
        self._even.setVisible(unit.by_hand)
        self._shares.show_rows([Share(home, whose.get(home.household, NOBODY)) for home in homes])
        at = next((n for n, home in enumerate(homes) if home.household in marked), 0)
        self._homes.selectRow(at)

    def _marked(self) -> list[Id]:
        rows = sorted({index.row() for index in self._homes.selectionModel().selectedRows()})
        return [self._shares.rows[at].home.household for at in rows if at < len(self._shares.rows)]

    def _give(self, number: int) -> None:
        unit, marked = self._unit, self._marked()
        if unit is None or not marked or number > len(unit.leaders):
            return
        to = unit.leaders[number - 1] if number else None
        name = to.name if to is not None else NOBODY
        self._write(
            share_out(unit, marked, to.volunteer if to else None), f"{len(marked)}户归{name}"
        )

    def _share_evenly(self) -> None:
        if self._unit is not None:
            self._write(share_evenly(self._unit), f"{self._unit.label}按房号平分")

    def _write(self, command: Command[None], said: str) -> None:
        if not self.context.may_write(self.said):
            return
        self.context.background.write(
            self, command, lambda _: self.said.emit(f"{said}　　Ctrl+Z 撤销")
        )
