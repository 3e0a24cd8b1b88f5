"""走访记录: every visit, filtered and in any order, with totals at the foot."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.ids import Id
from db.kernel.workdays import Period, Week, month_to, year_to
from db.places import CommunityLine, communities
from db.visits import OUTCOME_NAMES
from db.visits.lists import VisitOrder, VisitQuery, VisitRow, VisitTotals, visit_rows, visit_totals
from db.visits.recording import remove_visits
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, fill, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

PERIODS: Final = ("本周", "上周", "本月", "今年", "全部")
WINDOW, TYPED_MS = 200, 250
ORDERS: Final[dict[int, VisitOrder]] = {
    0: "day", 2: "door", 3: "outcome", 4: "people", 5: "leaflets",
}  # fmt: skip
COLUMNS: tuple[Column[VisitRow], ...] = (
    Column("日期", lambda v: v.day.isoformat(), 7),
    Column("时间", lambda v: clock_words(v.at), 5),
    Column("住户", lambda v: v.address, 14),
    Column("结果", lambda v: v.outcome_name, 6),
    Column("人数", lambda v: str(v.people or ""), 4, number=True),
    Column("资料", lambda v: str(v.leaflets or ""), 4, number=True),
    Column("主题", lambda v: "、".join(v.topics), 14),
    Column("走访人", lambda v: "、".join(v.staff), 10),
    Column("社区", lambda v: v.community, 8),
    Column("发现、备注", lambda v: "；".join(t for t in (v.found, v.note) if t), 16),
)


class RecordsPage(Page):
    """The list of visits. A click on a heading orders by it, a second one turns the order round."""

    title: ClassVar[str] = "走访记录"
    watches: ClassVar[frozenset[str]] = frozenset(("visit", "household", "community"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "打开这一户"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Del", "删除选中的走访，Ctrl+Z 撤销"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._query = VisitQuery()
        self._totals: VisitTotals | None = None
        self._ticket: Ticket | None = None
        self._model: RowModel[VisitRow] = RowModel(COLUMNS)
        self._model.more = self._more
        self._table = RowTable(self._model, "走访记录")
        self._period, self._community, self._outcome = QComboBox(), QComboBox(), QComboBox()
        self._text = QLineEdit()
        self._foot = label(tone="second")
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._build()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show the rows behind a number: `period`, `outcome`, `community` as a query names them."""
        if "period" in what:
            self._period.setCurrentText(what["period"])
            self.refresh()

    def refresh(self) -> None:
        """Read the totals and the first rows."""
        query = self._query = self._asked()
        if self._ticket is not None:
            self._ticket.stop()

        def question(
            connection: Connection,
        ) -> tuple[VisitTotals, list[VisitRow], list[CommunityLine]]:
            totals = visit_totals(connection, query)
            rows = visit_rows(connection, query, 0, WINDOW, totals.by_day)
            return totals, rows, communities(connection)

        self._ticket = self.context.background.ask(self, question, self._show)

    def _asked(self) -> VisitQuery:
        return replace(
            self._query,
            period=period_named(self._period.currentText(), self.context.today),
            community=self._community.currentData(),
            outcome=self._outcome.currentData(),
            text=self._text.text(),
        )

    def _build(self) -> None:
        self._period.addItems(PERIODS)
        self._community.addItem("全部社区", None)
        self._outcome.addItem("全部结果", None)
        for code, name in OUTCOME_NAMES.items():
            self._outcome.addItem(name, code)
        self._text.setPlaceholderText("住户、电话、门牌")
        self._text.setAccessibleName("住户、电话、门牌")
        self._text.setMaximumWidth(self.context.theme.px(220))
        head = row(gap=10)
        for box, name in (
            (self._period, "时间"), (self._community, "社区"), (self._outcome, "结果"),
        ):  # fmt: skip
            box.setAccessibleName(name)
            box.activated.connect(lambda _: self.refresh())
            head.addWidget(box)
        head.addWidget(self._text)
        head.addStretch()
        head.addWidget(button("删除选中的", self._remove))
        self._text.textChanged.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(self.refresh)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 12), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        outer.addWidget(self._foot)
        header = self._table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(0, Qt.SortOrder.DescendingOrder)
        header.sectionClicked.connect(self._sort)
        self._table.activated.connect(lambda index: self._open_door(index.row()))
        self._table.removing.connect(self._remove)

    def _show(self, answer: tuple[VisitTotals, list[VisitRow], list[CommunityLine]]) -> None:
        self._totals, rows, places = answer
        totals = self._totals
        self._model.show_rows(rows, totals.records)
        self._foot.setText(
            f"共{totals.records:,}次，见到{totals.households:,}户、{totals.people:,}人，"
            f"发放资料{totals.leaflets:,}份"
        )
        fill(self._community, [(place.name, place.id) for place in places], first=1)

    def _more(self, offset: int) -> None:
        query = self._query
        by_day = self._totals.by_day if self._totals else None
        self.context.background.ask(
            self,
            lambda connection: visit_rows(connection, query, offset, WINDOW, by_day),
            self._model.add_rows,
        )

    def _sort(self, section: int) -> None:
        order = ORDERS.get(section)
        if order is None:
            self.said.emit("这一列不能排序")
            return
        descending = not self._query.descending if order == self._query.order else order == "day"
        self._query = replace(self._query, order=order, descending=descending)
        way = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._table.horizontalHeader().setSortIndicator(section, way)
        self.refresh()

    def _open_door(self, at: int) -> None:
        record: Id = self._model.rows[at].household
        self.context.routes.go("visits", entity="household", record=record)

    def _remove(self) -> None:
        chosen = {index.row() for index in self._table.selectionModel().selectedRows()}
        ids = [self._model.rows[at].id for at in sorted(chosen)]
        if ids and self.context.may(Right.WRITE):
            self.context.background.write(
                self,
                remove_visits(ids),
                lambda _: self.said.emit(f"已删除{len(ids)}条走访　　Ctrl+Z 撤销"),
            )


def period_named(name: str, today: date) -> Period | None:
    """Return the days that 本周, 上周, 本月, 今年 mean on a day; None for 全部."""
    week = Week.of(today).period
    named = {
        "本周": week,
        "上周": Period(week.start - timedelta(days=7), week.end - timedelta(days=7)),
        "本月": month_to(today),
        "今年": year_to(today),
    }
    return named.get(name)
