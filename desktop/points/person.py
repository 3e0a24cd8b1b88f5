"""One volunteer's month: every source with what it counted for; Enter opens the source."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.kernel.dates import month_day
from db.kernel.money import short_yuan
from db.people import ROLE_NAMES
from db.points import points_text
from db.points.sheet import Line
from db.points.statement import StatementEntry
from desktop.page import Context
from desktop.widgets.parts import column, label
from desktop.widgets.tables import Column, RowModel, RowTable

# Which page shows the record a source is, and by which table.
OPENS: Final = {
    "visit": "visits", "attendance": "trainings", "dispute_session": "disputes",
}  # fmt: skip
COLUMNS: tuple[Column[StatementEntry], ...] = (
    Column("日期", lambda e: month_day(e.day), 4),
    Column("项目", lambda e: e.item, 6),
    Column("来源", lambda e: f"{e.text}　{e.why}".strip(), 11, late=lambda e: bool(e.why)),
    Column("分", lambda e: points_text(e.points), 3, number=True),
)


class PersonPanel(QWidget):
    """The chosen line in full. `left` is told by Esc."""

    left = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._name = label(pixels=16, wrap=True)
        self._about = label(tone="second", wrap=True)
        self._sums = label(wrap=True)
        self._model: RowModel[StatementEntry] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "每一笔积分", "这个月还没有积分")
        self._table.activated.connect(lambda at: self._open(at.row()))
        layout = column(self, (16, 14, 16, 14), 8)
        for widget in (self._name, self._about, self._sums):
            layout.addWidget(widget)
        layout.addWidget(self._table, 1)
        self.setFocusProxy(self._table)

    def show_line(self, line: Line) -> None:
        """Show who it is and their sums; the sources follow."""
        self._name.setText(line.name)
        self._about.setText(f"{line.community_name}　{ROLE_NAMES[line.role]}")
        said = [f"本月{points_text(line.points)}分"]
        # A standard by bands names its grade.
        if line.grade and line.grade not in line.standard:
            said.append(line.grade)
        if line.standard:
            said.append(f"标准：{line.standard}")
        if line.amount:
            said.append(f"发{short_yuan(line.amount)}元")
        if line.remark:
            said.append(line.remark)
        self._sums.setText("，".join(said))

    def show_sources(self, entries: Sequence[StatementEntry]) -> None:
        """Show every source of the month, or nothing."""
        self._model.show_rows(entries)
        if entries:
            self._table.selectRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the list, Enter opens the source."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self._table.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def _open(self, at: int) -> None:
        if not 0 <= at < len(self._model.rows):
            return
        entry = self._model.rows[at]
        if entry.entity == "point_entry":
            self._context.routes.go("points", tab="entries", record=entry.record)
            return
        what: dict[str, Any] = {"ids": (entry.record,), "title": f"{entry.text}"}
        if entry.entity == "visit":
            self._context.routes.go("visits", tab="records", **what)
        elif entry.about is not None:
            self._context.routes.go(OPENS[entry.entity], record=entry.about)
