"""Who answers for which homes: units with their 联户长, those with nobody first."""

from typing import ClassVar

from PySide6.QtWidgets import QCheckBox
from sqlalchemy import Connection

from db.people.answering import UnitLine, who_answers
from desktop.page import Context, Page
from desktop.widgets.parts import column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

FEWEST, MOST = 10, 12
COLUMNS: tuple[Column[UnitLine], ...] = (
    Column("单元", lambda u: u.label, 16),
    Column("社区", lambda u: u.community_name, 8),
    Column("户数", lambda u: str(u.homes), 5, number=True),
    Column("联户长", lambda u: "、".join(leader.name for leader in u.leaders) or "没有人", 14),
    Column("每人", lambda u: "、".join(str(len(leader.homes)) for leader in u.leaders), 6),
    Column("分户", lambda u: "；".join(f"{p.name} {p.span}" for p in u.leaders if p.span), 24),
)


class UnitsPage(Page):
    """Which unit has nobody, and whose homes are too many; the usual is ten to twelve."""

    title: ClassVar[str] = "分户"
    watches: ClassVar[frozenset[str]] = frozenset(("volunteer", "household", "building"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+C", "复制选中的行"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines: list[UnitLine] = []
        self._model: RowModel[UnitLine] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "谁负责哪些户")
        self._nobody = QCheckBox("只看没有人负责的")
        self._many = QCheckBox(f"只看每人超过{MOST}户的")
        self._foot = label(tone="second")
        head = row(gap=16)
        for box in (self._nobody, self._many):
            box.toggled.connect(lambda _: self._show(self._lines))
            head.addWidget(box)
        head.addStretch()
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        outer.addWidget(self._foot)
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Read who answers for whom."""
        day = self.context.today

        def question(connection: Connection) -> list[UnitLine]:
            return who_answers(connection, day)

        self.context.background.ask(self, question, self._show)

    def _show(self, lines: list[UnitLine]) -> None:
        self._lines = lines
        shown = lines
        if self._nobody.isChecked():
            shown = [line for line in shown if not line.leaders]
        if self._many.isChecked():
            shown = [u for u in shown if any(len(p.homes) > MOST for p in u.leaders)]
        self._model.show_rows(shown)
        empty = [line for line in lines if not line.leaders]
        homes = sum(line.homes for line in empty)
        self._foot.setText(
            f"共{len(lines)}个单元，{len(empty)}个单元没有人负责（未分户{homes}户）；"
            f"联户长一般负责{FEWEST}到{MOST}户"
        )
