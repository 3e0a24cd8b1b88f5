"""走访记录: every visit, filtered and in any order, with totals at the foot; each can be put right."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit
from sqlalchemy import Connection

from db.kernel.ids import Id
from db.kernel.workdays import Period, month_to
from db.people import StaffLine, staff
from db.places import CommunityLine, communities
from db.visits import OUTCOME_NAMES
from db.visits.lists import (
    VisitOrder,
    VisitQuery,
    VisitRow,
    VisitTotals,
    topics_used,
    visit_rows,
    visit_totals,
)
from db.visits.recording import remove_visits
from desktop.background import Ticket
from desktop.page import Context, Page
from desktop.visits.editing import VisitEditor
from desktop.widgets.flow import FlowLayout
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import button, choose, column, fill, label, panel, row
from desktop.widgets.periods import PeriodBox
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

WINDOW, TYPED_MS, EDITOR_WIDTH, SHORTEST = 200, 250, 300, 6
ORDERS: Final[tuple[VisitOrder | None, ...]] = (
    "day", "at", "door", "outcome", "people", "leaflets", "topics", "staff", "door", None, None,
)  # fmt: skip
COLUMNS: tuple[Column[VisitRow], ...] = (
    Column("日期", lambda v: v.day.isoformat(), 7),
    Column("时间", lambda v: clock_words(v.at), 5),
    Column("住户", lambda v: v.address, 14, whole=True),
    Column("结果", lambda v: v.outcome_name, 6),
    Column("人数", lambda v: str(v.people or ""), 4, number=True),
    Column("资料", lambda v: str(v.leaflets or ""), 4, number=True, spare=True),
    Column("主题", lambda v: "、".join(v.topics), 14),
    Column("走访人", lambda v: "、".join(v.staff), 10),
    Column("社区", lambda v: v.community, 8, spare=True),
    Column("同行", lambda v: "、".join(v.companions), 6, spare=True),
    Column("发现、备注", lambda v: "；".join(t for t in (v.found, v.note) if t), 16),
)
# The boxes by what they ask of a query: what they are called, and their first entry.
BOXES: Final = {
    "community": ("社区", "全部社区"), "outcome": ("结果", "全部结果"),
    "staff": ("走访人", "全部人员"), "topic": ("主题", "全部主题"),
}  # fmt: skip
# Filters that nobody sees among the boxes: they go when the sentence over the list goes.
HIDDEN: Final = ("building", "household", "found_only", "vain_band", "once")


class Answer(NamedTuple):
    """All that the page shows, asked for in one go."""

    totals: VisitTotals
    rows: list[VisitRow]
    places: list[CommunityLine]
    people: list[StaffLine]
    topics: list[str]


class RecordsPage(Page):
    """The list of visits. A click on a heading, or its number, orders by it; again turns it round.

    A route may name filters as VisitQuery does, or a whole `query`, and `title`, the sentence over
    the list.
    """

    title: ClassVar[str] = "走访记录"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "visit", "household", "community", "staff", "volunteer", "building",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter　F2", "改这次走访"),
        ("Ctrl+Enter", "到楼栋里打开这一户"),
        ("1—9", "按第几列排序，再按一次倒过来"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Del", "删除选中的走访，Ctrl+Z 撤销"),
        ("Esc", "不改了；显示全部"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # A month, not all: the totals of ten years would be waited for.
        self._query = self._own = VisitQuery(month_to(context.today))
        self._of_figure: VisitQuery | None = None
        self._totals: VisitTotals | None = None
        self._topics: tuple[Period | None, list[str]] | None = None
        self._ticket: Ticket | None = None
        self._model: RowModel[VisitRow] = RowModel(COLUMNS)
        self._model.more = self._more
        self._table = RowTable(self._model, "走访记录", "没有符合的走访。换个时间，或清掉筛选")
        self._chip = OnlyChip()
        self._period = PeriodBox(lambda: context.today, "本月")
        self._boxes = {name: QComboBox() for name in BOXES}
        self._text = QLineEdit()
        self._foot = label(tone="second", wrap=True)
        self._editor = VisitEditor(context, "走访记录修改")
        self._side = panel()
        self._timer = QTimer(self, singleShot=True, interval=TYPED_MS)
        self._build()
        self._bind()
        self.setFocusProxy(self._table)

    def open(self, what: Mapping[str, Any]) -> None:
        """Show the rows behind a number."""
        names = {field.name for field in fields(VisitQuery)} & set(what)
        query = what.get("query") or VisitQuery(**{name: what[name] for name in names})
        if "query" in what or names:
            self._of_figure = query
            self._chip.tell(what.get("title") or "选出来的走访")
            self._put_away()
            self._read(query)

    def refresh(self) -> None:
        """Read again what is there, and leave the cursor on its visit."""
        self._topics = None
        query = self._query
        if self._of_figure is None:
            query = replace(query, period=self._period.period)
        self._read(query, len(self._model.rows))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc puts the form away, then shows all again."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._side.isVisible():
            self._put_away()
        elif self._of_figure is not None:
            self._show_all()

    def _build(self) -> None:
        head = FlowLayout(gap=8)
        head.addWidget(self._period)
        for name, (word, first) in BOXES.items():
            box = self._boxes[name]
            box.addItem(first, None)
            box.setAccessibleName(word)
            box.setMinimumContentsLength(SHORTEST)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            head.addWidget(box)
        fill(self._boxes["outcome"], [(name, code) for code, name in OUTCOME_NAMES.items()], 1)
        self._text.setPlaceholderText("住户、电话、门牌")
        self._text.setAccessibleName("住户、电话、门牌")
        self._text.setMinimumWidth(self.context.theme.px(160))
        head.addWidget(self._text)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        self._side.setFixedWidth(self.context.theme.px(EDITOR_WIDTH))
        column(self._side).addWidget(self._editor)
        self._side.hide()
        middle = row(gap=16)
        middle.addWidget(frame, 1)
        middle.addWidget(self._side)
        foot = row(gap=10)
        foot.addWidget(self._foot, 1)
        foot.addWidget(button("打开这一户", self._open_door, kind="link"))
        foot.addWidget(button("改 Enter", self._edit, kind="link"))
        foot.addWidget(button("删除选中的", self._remove, kind="link"))
        outer = column(self, (20, 12, 20, 12), 10)
        outer.addLayout(head)
        outer.addWidget(self._chip)
        outer.addLayout(middle, 1)
        outer.addLayout(foot)
        header = self._table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(0, Qt.SortOrder.DescendingOrder)

    def _bind(self) -> None:
        self._period.chosen.connect(lambda period: self._change(period=period))
        self._period.refused.connect(self.said)
        for name, box in self._boxes.items():
            box.activated.connect(
                lambda _, name=name, box=box: self._change(**{name: box.currentData()})
            )
        self._text.textEdited.connect(lambda _: self._timer.start())
        self._timer.timeout.connect(lambda: self._change(text=self._text.text()))
        self._chip.closed.connect(self._show_all)
        self._table.horizontalHeader().sectionClicked.connect(self._sort)
        self._table.doubleClicked.connect(lambda _: self._edit())
        self._table.removing.connect(self._remove)
        self._editor.opened.connect(self._side.show)
        self._editor.left.connect(self._put_away)
        self._editor.said.connect(self.said)
        actions: dict[str, Any] = {
            "Return": self._edit, "Enter": self._edit, "F2": self._edit,
            "Ctrl+Return": self._open_door,
        }  # fmt: skip
        actions |= {str(at + 1): partial(self._sort_by, at) for at in range(len(COLUMNS) - 1)}
        for keys, action in actions.items():
            shortcut = QShortcut(QKeySequence(keys), self._table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(action)

    def _change(self, **asked: Any) -> None:
        """Ask for others; what a figure's sentence says stays only as long as it is true."""
        query, figure = replace(self._query, **asked), self._of_figure
        if figure is not None and any(getattr(figure, name) for name in asked):
            unseen = VisitQuery()
            query = replace(query, **{name: getattr(unseen, name) for name in HIDDEN})
            self._of_figure = None
            self._chip.tell("")
        self._read(query)

    def _show_all(self) -> None:
        self._of_figure = None
        self._chip.tell("")
        self._read(self._own)

    def _read(self, query: VisitQuery, rows: int = 0) -> None:
        self._query = query
        # The topics of a million visits are counted once, not with every key.
        known = self._topics[1] if self._topics and self._topics[0] == query.period else None
        if self._of_figure is None:
            self._own = query
        if self._ticket is not None:
            self._ticket.stop()

        def question(connection: Connection) -> Answer:
            totals = visit_totals(connection, query)
            return Answer(
                totals,
                visit_rows(connection, query, 0, max(WINDOW, rows), totals.by_day),
                communities(connection),
                staff(connection),
                topics_used(connection, query.period) if known is None else known,
            )

        self._ticket = self.context.background.ask(self, question, self._show)

    def _show(self, answer: Answer) -> None:
        query, totals, line = self._query, answer.totals, self._current()
        self._totals, self._topics = totals, (query.period, answer.topics)
        self._model.show_rows(answer.rows, totals.records)
        if answer.rows:
            ids = [row.id for row in answer.rows]
            self._table.selectRow(ids.index(line.id) if line and line.id in ids else 0)
        self._foot.setText(
            f"共{totals.records:,}次，见到{totals.households:,}户、{totals.people:,}人，"
            f"发放资料{totals.leaflets:,}份"
        )
        self._fill("community", [(place.name, place.id) for place in answer.places])
        self._fill("staff", [(person.name, person.id) for person in answer.people])
        topics = dict.fromkeys((*answer.topics, *([query.topic] if query.topic else ())))
        self._fill("topic", [(topic, topic) for topic in topics])
        choose(self._boxes["outcome"], query.outcome)
        self._period.show_period(query.period)
        if not self._text.hasFocus():
            self._text.setText(query.text)
        way = Qt.SortOrder.DescendingOrder if query.descending else Qt.SortOrder.AscendingOrder
        self._table.horizontalHeader().setSortIndicator(ORDERS.index(query.order), way)

    def _fill(self, name: str, entries: Sequence[tuple[str, object]]) -> None:
        fill(self._boxes[name], entries, first=1)
        choose(self._boxes[name], getattr(self._query, name))

    def _more(self, offset: int) -> None:
        query = self._query
        by_day = self._totals.by_day if self._totals else None
        self.context.background.ask(
            self,
            lambda connection: visit_rows(connection, query, offset, WINDOW, by_day),
            self._model.add_rows,
        )

    def _sort(self, section: int) -> None:
        order = ORDERS[section]
        if order is None:
            self.said.emit("这一列不能排序")
            return
        same = order == self._query.order
        descending = not self._query.descending if same else order == "day"
        self._read(replace(self._query, order=order, descending=descending))

    def _sort_by(self, place: int) -> None:
        """Sort by a column as a person counts those in sight."""
        shown = self._table.columns_in_sight()
        if place < len(shown):
            self._sort(shown[place])

    def _current(self) -> VisitRow | None:
        return self._model.at(self._table.currentIndex())

    def _edit(self) -> None:
        line = self._current()
        if line is not None:
            self._editor.begin(line.id, line.address)

    def _put_away(self) -> None:
        self._editor.put_away()
        self._side.hide()
        self._table.setFocus()

    def _open_door(self) -> None:
        line = self._current()
        if line is not None:
            record: Id = line.household
            self.context.routes.go("visits", entity="household", record=record)

    def _remove(self) -> None:
        chosen = {index.row() for index in self._table.selectionModel().selectedRows()}
        ids = [self._model.rows[at].id for at in sorted(chosen)]
        if ids and self.context.may_write(self.said):
            self.context.background.write(
                self,
                remove_visits(ids),
                lambda _: self.said.emit(f"已删除{len(ids)}条走访　　Ctrl+Z 撤销"),
            )
