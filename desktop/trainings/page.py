"""The sessions as a list, and beside it who was at the chosen one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QModelIndex

from db.figures.rates import percent
from db.kernel.ids import Id
from db.trainings import STATUS_NAMES
from db.trainings.lists import AttendanceRow, TrainingRow, attendance, trainings
from desktop.page import Context, Page
from desktop.widgets.parts import column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words


def _rate(line: TrainingRow) -> str:
    rate = percent(line.present, line.expected)
    return f"{rate}%" if rate else ""


SESSIONS: tuple[Column[TrainingRow], ...] = (
    Column("日期", lambda t: t.day.isoformat(), 7),
    Column("时间", lambda t: "—".join(c for c in map(clock_words, (t.start, t.end)) if c), 7),
    Column("主题", lambda t: t.topic, 12),
    Column("地点", lambda t: t.place or "", 8),
    Column("应到", lambda t: str(t.expected), 4, number=True),
    Column("实到", lambda t: str(t.present), 4, number=True),
    Column("到训率", _rate, 5, number=True),
)
PEOPLE: tuple[Column[AttendanceRow], ...] = (
    Column("姓名", lambda a: a.name, 6),
    Column("社区", lambda a: a.community, 8),
    Column("出勤", lambda a: STATUS_NAMES[a.status], 5),
    Column("签到", lambda a: clock_words(a.signed), 5),
    Column("说明", lambda a: a.reason or ("" if a.on_roster else "不在名册"), 10),
)


class TrainingsPage(Page):
    """Every session with its rate; the people of the chosen one at the right."""

    title: ClassVar[str] = "培训"
    watches: ClassVar[frozenset[str]] = frozenset(("training", "attendance", "volunteer"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+C", "复制选中的行，可以贴进 Excel"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._wanted: Id | None = None
        self._sessions: RowModel[TrainingRow] = RowModel(SESSIONS)
        self._people: RowModel[AttendanceRow] = RowModel(PEOPLE)
        self._table = RowTable(self._sessions, "培训")
        self._list = RowTable(self._people, "到训的人")
        self._name = label(pixels=16)
        left, right = panel(), panel()
        column(left, (6, 6, 6, 6)).addWidget(self._table)
        inside = column(right, (10, 12, 6, 6), 8)
        inside.addWidget(self._name)
        inside.addWidget(self._list, 1)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(left, 5)
        outer.addWidget(right, 3)
        self._table.selectionModel().currentRowChanged.connect(self._moved)
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a session."""
        self._wanted = what.get("record")
        self._seek()

    def refresh(self) -> None:
        """Read all sessions."""
        self.context.background.ask(self, trainings, self._show)

    def _show(self, rows: list[TrainingRow]) -> None:
        self._sessions.show_rows(rows)
        self.about.emit(f"{len(rows)}场" if rows else "还没有培训，请到“数据”导入签到表")
        self._seek()
        if rows and not self._table.currentIndex().isValid():
            self._table.selectRow(0)

    def _seek(self) -> None:
        for at, line in enumerate(self._sessions.rows):
            if line.id == self._wanted:
                self._table.selectRow(at)
                self._wanted = None

    def _moved(self, current: QModelIndex, _: QModelIndex) -> None:
        if not 0 <= current.row() < len(self._sessions.rows):
            return
        line = self._sessions.rows[current.row()]
        self._name.setText(f"{line.topic}　应到{line.expected}　实到{line.present}　{_rate(line)}")
        self.context.background.ask(
            self, lambda connection: attendance(connection, line.id), self._people.show_rows
        )
