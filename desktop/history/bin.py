"""回收站: what was taken out of the ledger and is not there now; it can come back."""

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from db.history import BIN, Removed, bring_back, removed
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

WINDOW = 200
COLUMNS: tuple[Column[Removed], ...] = (
    Column("类别", lambda r: r.noun, 8),
    Column("内容", lambda r: r.title, 28),
    Column("什么时候", lambda r: f"{r.when:%Y-%m-%d %H:%M}", 12),
    Column("谁删的", lambda r: r.who, 8),
)


class BinPage(Page):
    """Lists removed records, the latest first, and brings one back with what hung on it."""

    title: ClassVar[str] = "回收站"
    watches: ClassVar[frozenset[str]] = frozenset(BIN)
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Enter", "放回台账"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._model: RowModel[Removed] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "回收站", "回收站是空的")
        self._empty = label("回收站是空的。删除的记录会留在这里，可以放回去。", tone="second")
        head: QWidget = QWidget()
        line = row(head, gap=10)
        line.addWidget(self._empty, 1)
        line.addWidget(button("放回台账", self._bring_back))
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addWidget(head)
        outer.addWidget(frame, 1)
        self._table.activated.connect(lambda _: self._bring_back())
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """Read what is in the bin."""
        self.context.background.ask(self, lambda c: removed(c, 0, WINDOW), self._show)

    def _show(self, rows: list[Removed]) -> None:
        self._model.show_rows(rows)
        self._empty.setText(
            f"共{len(rows)}条，可以放回台账。"
            if rows
            else "回收站是空的。删除的记录会留在这里，可以放回去。"
        )
        self._table.selectRow(0)

    def _bring_back(self) -> None:
        at = self._table.currentIndex().row()
        if 0 <= at < len(self._model.rows):
            line = self._model.rows[at]

            def back(_: object) -> None:
                self.said.emit(f"已放回：{line.title}　　Ctrl+Z 撤销")
                self.refresh()

            self.context.background.write(self, bring_back(line.entity, line.record), back)
