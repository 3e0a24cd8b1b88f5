"""积分: a month, what each volunteer's items brought and what is paid; its closing and its papers."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QStackedWidget, QWidget
from sqlalchemy import Connection

from db.kernel.errors import PolicepostError
from db.kernel.ids import Id
from db.kernel.journal import Command
from db.kernel.money import short_yuan
from db.kernel.workdays import Month
from db.people import OCCUPATION_NAMES, ROLE_NAMES
from db.points import points_text
from db.points.sheet import Line
from db.points.statement import line_sources
from desktop.background import Ticket
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.paper_out import PaperOut, allow
from desktop.points.closing import ClosingPanel
from desktop.points.papers import NAMED, PAPERS, STATEMENT, Wanted
from desktop.points.person import PersonPanel
from desktop.points.seen import (
    SeenMonth,
    month_to_begin_with,
    see_month,
    state_words,
    summary_words,
)
from desktop.widgets.months import MonthBox
from desktop.widgets.parts import button, column, fill, label, panel, row, set_tone
from desktop.widgets.scrolling import scrolling
from desktop.widgets.start import Start
from desktop.widgets.tables import Column, RowModel, RowTable

PANEL_WIDTH = 460
COLUMNS: tuple[Column[Line], ...] = (
    Column("姓名", lambda line: line.name, 4),
    # What the page is for stands where a narrow window begins.
    Column("积分", lambda line: points_text(line.points), 3, number=True),
    Column("金额", lambda line: short_yuan(line.amount) if line.amount else "", 5, number=True),
    Column("等次", lambda line: line.grade or "", 3),
    Column("身份", lambda line: ROLE_NAMES[line.role], 4),
    Column("社区", lambda line: line.community_name, 5),
    Column("职业", lambda line: OCCUPATION_NAMES.get(line.occupation or "", ""), 5),
    Column("备注", lambda line: line.remark, 8),
)


class PointsPage(Page):
    """The month's list at the left; at the right one person's sources, or the closing."""

    title: ClassVar[str] = "积分"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "point_scheme", "point_item", "point_band", "point_weight", "point_entry",
            "point_decision", "point_proposal", "point_month", "visit", "training", "attendance",
            "dispute_session", "volunteer", "community", "account", "dispute_follow_up",
            "volunteer_term",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Alt+←　Alt+→", "上个月　下个月"),
        ("Enter", "看选中的人每一笔从哪里来；再按打开那条记录"),
        ("D", "核对疑点"),
        ("G", "结账"),
        ("H", "给选中的人手工记分"),
        ("Ctrl+P", "打印选好的表"),
        ("Ctrl+S", "存为 Excel 或 PDF"),
        ("Ctrl+C", "复制选中的行"),
        ("Esc", "回到名单"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._seen: SeenMonth | None = None
        self._begun = self._shown = False
        self._ticket: Ticket | None = None
        self._sources: Ticket | None = None
        self._months = MonthBox(self, Month.of(context.today))
        self._months.chosen.connect(self._turn)
        self._place, self._text, self._paper = QComboBox(), QLineEdit(), QComboBox()
        self._state = label(tone="second", wrap=True)
        self._summary = label(wrap=True)
        self._notes = label(pixels=12, tone="second", wrap=True)
        self._model: RowModel[Line] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "积分", "这个月没有在任的人")
        self._person = PersonPanel(context)
        self._closing = ClosingPanel(context, self._leave_closing)
        self._side = QStackedWidget()
        self._out = PaperOut(self)
        go = context.routes.go
        self._start = Start(
            "还没有积分办法",
            "先采用一个办法：自带的十三项（参加培训例会、入户宣传、参与调解纠纷……）改成当地的分值和补贴就能用。",
            (("设积分办法", lambda: go("admin", tab="points")),),
        )
        self._build()
        self._bind()
        self.setFocusProxy(self._table)

    @property
    def seen(self) -> SeenMonth | None:
        """The month in sight."""
        return self._seen

    def open(self, what: Mapping[str, Any]) -> None:
        """Show a month by `month`, and put the cursor on a person by `record`."""
        if isinstance(what.get("month"), Month):
            self._turn(what["month"])

    def refresh(self) -> None:
        """Count the month anew."""
        if self._ticket is not None:
            self._ticket.stop()
        account, today = self.context.ledger.session.account, self.context.today
        month = self._months.month if self._begun else None

        def question(connection: Connection) -> SeenMonth:
            wanted = month or month_to_begin_with(connection, today)
            return see_month(connection, wanted, account, today)

        self._ticket = self.context.background.ask(self, question, self._show)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave_closing()
        else:
            super().keyPressEvent(event)

    def begin_closing(self) -> None:
        """Lead the month in sight to its closing."""
        if self._seen is not None:
            self._closing.show_month(self._seen)
            self._side.setCurrentIndex(1)
            self._closing.setFocus()

    def print(self) -> None:
        """Print the paper that is chosen."""
        if (wanted := self._wanted()) is not None:
            self._out.print(wanted.made)

    def save(self) -> None:
        """Save the paper that is chosen."""
        if (wanted := self._wanted()) is not None:
            self._out.save(wanted.file_name, wanted.made, named=wanted.kind in NAMED)

    def _head(self) -> QHBoxLayout:
        """Which month, whose, and which paper of it."""
        for box, name in ((self._place, "社区"), (self._paper, "哪张表")):
            box.setAccessibleName(name)
        self._place.addItem("全部社区", None)
        for kind, name in PAPERS.items():
            self._paper.addItem(name, kind)
        self._text.setPlaceholderText("姓名")
        self._text.setAccessibleName("姓名")
        self._text.setMaximumWidth(self.context.theme.px(120))
        printing, saving = button("打印　Ctrl+P", self.print), button("存为文件　Ctrl+S", self.save)
        printing.setShortcut("Ctrl+P")
        saving.setShortcut("Ctrl+S")

        def chosen() -> None:
            named = self._paper.currentData() in NAMED
            allow(self.context, printing, saving, named=named)

        self._paper.currentIndexChanged.connect(chosen)
        chosen()
        head = row(gap=10)
        widgets: tuple[QWidget, ...] = (self._months, self._place, self._text)
        for widget in widgets:
            head.addWidget(widget)
        head.addStretch()
        for at_right in (self._paper, printing, saving):
            head.addWidget(at_right)
        return head

    def _build(self) -> None:
        head = self._head()
        line = row(gap=12)
        line.addWidget(self._summary, 1)
        line.addWidget(self._state)
        line.addWidget(
            button("核对疑点 D", partial(self.context.routes.go, "points", tab="doubts"))
        )
        line.addWidget(button("结账 G", self.begin_closing))
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        side = panel()
        side.setFixedWidth(self.context.theme.px(PANEL_WIDTH))
        self._side.addWidget(self._person)
        self._side.addWidget(self._closing)
        column(side, (1, 1, 1, 1)).addWidget(scrolling(self._side))
        body = row(gap=16)
        body.addWidget(frame, 1)
        body.addWidget(side)
        self._body = QWidget()
        inside = column(self._body, gap=10)
        inside.addLayout(head)
        inside.addLayout(line)
        inside.addLayout(body, 1)
        inside.addWidget(self._notes)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addWidget(self._start, 1)
        outer.addWidget(self._body, 1)
        self._start.hide()

    def _bind(self) -> None:
        self._table.has_keys(
            {
                "D": partial(self.context.routes.go, "points", tab="doubts"),
                "G": self.begin_closing,
                "H": self._enter_by_hand,
                "Return": self._person.setFocus,
            }
        )
        self._place.activated.connect(lambda _: self._fill())
        self._text.textEdited.connect(lambda _: self._fill())
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._closing.giving.connect(self._give)
        self._person.left.connect(self._table.setFocus)

    def _turn(self, month: Month) -> None:
        self._begun = True
        self._months.show_month(month)
        self.refresh()

    def _show(self, seen: SeenMonth) -> None:
        if self._seen is not None and self._seen.sheet.month != seen.sheet.month:
            self._table.clearSelection()
            self._model.show_rows([])
        self._seen, self._begun = seen, True
        self._months.show_month(seen.sheet.month)
        fill(self._place, [(place.name, place.name) for place in seen.places], first=1)
        held = any(w.hasFocus() for w in (self, self._table, self._start)) or not self._shown
        self._shown = True
        self._start.setVisible(not seen.schemes)
        self._body.setVisible(seen.schemes)
        self.setFocusProxy(self._table if seen.schemes else self._start)
        if held and self.isVisible():
            self.setFocus()
        self._summary.setText(summary_words(seen))
        self._state.setText(state_words(seen))
        set_tone(
            self._state, "done" if seen.sheet.closed else "tries" if seen.undecided else "second"
        )
        self._notes.setText("　".join(seen.sheet.notes))
        self.about.emit(f"{seen.sheet.month.words}　{state_words(seen)}" if seen.schemes else "")
        if self._side.currentIndex() == 1:
            self._closing.show_month(seen)
        self._fill()

    def _fill(self) -> None:
        seen = self._seen
        if seen is None:
            return
        place, text = self._place.currentData(), self._text.text().strip()
        kept = self._line()
        lines = [
            line
            for line in seen.sheet.lines
            if place in (None, line.community_name) and text in line.name
        ]
        lines.sort(key=lambda line: -line.points)
        self._model.show_rows(lines)
        same = (at for at, line in enumerate(lines) if kept and line.volunteer == kept.volunteer)
        if lines:
            self._table.selectRow(next(same, 0))
        else:
            self._person.show_sources(())

    def _line(self) -> Line | None:
        return self._model.at(self._table.currentIndex())

    def _moved(self, at: int) -> None:
        if not 0 <= at < len(self._model.rows) or self._seen is None:
            return
        line = self._model.rows[at]
        self._person.show_line(line)
        # The cursor may run over a hundred people: only where it stands is asked about.
        if self._sources is not None:
            self._sources.stop()
        self._sources = self.context.background.ask(
            self, lambda connection: line_sources(connection, line), self._person.show_sources
        )

    def _leave_closing(self) -> None:
        self._side.setCurrentIndex(0)
        self._table.setFocus()

    def _enter_by_hand(self) -> None:
        line = self._line()
        person = line.volunteer if line is not None else None
        self.context.routes.go("points", tab="entries", person=person)

    def _give(self, command: Command[Id]) -> None:
        def done(_: object) -> None:
            self.said.emit(f"{command.action}：{command.note}")
            self._closing.done()
            self._leave_closing()

        def failed(error: Exception) -> None:
            if isinstance(error, PolicepostError):
                self._closing.told(str(error))
            else:
                tell(self, error)

        self.context.background.write(self, command, done, failed, once="closing")

    def _wanted(self) -> Wanted | None:
        seen, line, kind = self._seen, self._line(), self._paper.currentData()
        if seen is None:
            return None
        if kind == STATEMENT and line is None:
            self.said.emit("请先选一个人")
            return None
        person = line.volunteer if kind == STATEMENT and line is not None else None
        place = self._place.currentData() or ""
        return Wanted(kind, seen.sheet, self.context.today, person, place)
