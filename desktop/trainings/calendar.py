"""日历: the sessions of a month on its days, and those of the chosen day beside it."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, ClassVar, Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.workdays import Period
from db.post import days_off
from db.trainings.lists import TrainingRow, trainings_on
from desktop.page import Context, Page
from desktop.trainings.month import MonthGrid
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words, long_day

SIDE_WIDTH: Final = 290
Answer = tuple[list[TrainingRow], dict[date, str]]


class CalendarPage(Page):
    """A month of sessions. Enter opens the day's session in the list, or begins one on that day."""

    title: ClassVar[str] = "培训日历"
    watches: ClassVar[frozenset[str]] = frozenset(("training", "attendance", "day_off"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("方向键", "在日子间移动"),
        ("PgUp　PgDn", "上个月，下个月"),
        ("Home", "回到今天"),
        ("Enter", "打开这天的培训；没有就登记一场"),
        ("Ctrl+N", "在这天登记一场"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._sessions: Mapping[date, Sequence[TrainingRow]] = {}
        self._grid = MonthGrid(context.theme, lambda: context.today)
        self._month, self._day = label(pixels=16), label(pixels=16)
        self._model: RowModel[TrainingRow] = RowModel(
            (
                Column("时间", lambda t: clock_words(t.start), 4),
                Column("主题", lambda t: t.topic, 8),
                Column("到训率", lambda t: _count(t, context.today), 5),
            )
        )
        self._table = RowTable(self._model, "这天的培训", "这天没有培训，按 Enter 登记一场")
        self._build()
        self.setFocusProxy(self._grid)

    def refresh(self) -> None:
        """Read the month in sight, with the days of its neighbours."""
        weeks = self._grid.weeks
        days = Period(weeks[0][0], weeks[-1][-1])

        def question(connection: Connection) -> Answer:
            free = [
                off
                for year in {days.start.year, days.end.year}
                for off in days_off(connection, year)
                if off.day in days
            ]
            return trainings_on(connection, days), {
                off.day: "上班" if off.works else off.name for off in free
            }

        self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter on a session opens it; Esc goes back to the days."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._open_session(self._table.currentIndex())
        elif event.key() == Qt.Key.Key_Escape and self._table.hasFocus():
            self._grid.setFocus()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        head = row(gap=10)
        head.addWidget(button("‹ 上个月", lambda: self._grid.turn(-1)))
        head.addWidget(button("下个月 ›", lambda: self._grid.turn(1)))
        head.addWidget(button("今天", lambda: self._grid.go_to(self.context.today)))
        head.addWidget(self._month, 1)
        new = button("登记培训　Ctrl+N", self._begin)
        new.setShortcut("Ctrl+N")
        head.addWidget(new)
        frame = panel()
        column(frame, (10, 4, 10, 10)).addWidget(self._grid)
        side = panel()
        side.setFixedWidth(self.context.theme.px(SIDE_WIDTH))
        inside = column(side, (12, 12, 12, 12), 8)
        inside.addWidget(self._day)
        inside.addWidget(self._table, 1)
        body = row(gap=16)
        body.addWidget(frame, 1)
        body.addWidget(side)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addLayout(body, 1)
        self._grid.moved.connect(lambda _: self._show_day())
        self._grid.turned.connect(self.refresh)
        self._grid.chosen.connect(self._open_day)
        self._table.doubleClicked.connect(self._open_session)

    def _show(self, answer: Answer) -> None:
        sessions, free = answer
        self._sessions = {
            day: list(those) for day, those in groupby(sessions, key=lambda one: one.day)
        }
        self._grid.show_days(self._sessions, free)
        self._show_day()

    def _show_day(self) -> None:
        day = self._grid.day
        self._month.setText(f"{day.year}年{day.month}月")
        self._day.setText(long_day(day))
        self._model.show_rows(self._sessions.get(day, ()))
        if self._model.rows:
            self._table.selectRow(0)
        held = [
            one
            for of_day, those in self._sessions.items()
            if (of_day.year, of_day.month) == (day.year, day.month)
            for one in those
        ]
        self.about.emit(f"{day.month}月{len(held)}场" if held else f"{day.month}月没有培训")

    def _open_day(self) -> None:
        sessions = self._model.rows
        if not sessions:
            self._begin()
        elif len(sessions) == 1:
            self._go(record=sessions[0].id)
        else:
            self._table.setFocus()

    def _open_session(self, at: QModelIndex) -> None:
        if 0 <= at.row() < len(self._model.rows):
            self._go(record=self._model.rows[at.row()].id)

    def _begin(self) -> None:
        self._go(new=True, day=self._grid.day)

    def _go(self, **what: Any) -> None:
        self.context.routes.go("trainings", tab="list", **what)


def _count(session: TrainingRow, today: date) -> str:
    if session.day > today or not session.expected:
        return f"应到{session.expected}" if session.expected else ""
    return f"{percent(session.present, session.expected)}%"
