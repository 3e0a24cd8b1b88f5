"""The sessions as a list; beside it the roll of the chosen one, or the form of a session."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from db.figures.rates import percent
from db.kernel.access import Right
from db.kernel.ids import Id
from db.trainings.lists import TrainingRow, trainings
from db.trainings.sessions import remove_training
from desktop.page import Context, Page
from desktop.trainings.form import TrainingForm
from desktop.trainings.roll import Roll
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import button, column, label, panel, row, scrolling
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

PANEL_WIDTH, NARROWEST_PANEL = 440, 330


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


class TrainingsPage(Page):
    """Every session with its rate; a route may ask for some by `ids` and `title`."""

    title: ClassVar[str] = "培训"
    watches: ClassVar[frozenset[str]] = frozenset(("training", "attendance", "volunteer"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "登记培训"),
        ("F2", "改这场培训"),
        ("Enter", "点名：打姓名或拼音首字母，回车记到"),
        ("1　2　3　4", "名单上选中的人：到　迟到　请假　缺席"),
        ("Delete", "删除培训，或从名单上删去；可以撤销"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Esc", "离开表单；回到培训列表；显示全部"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rows: list[TrainingRow] = []
        self._wanted: Id | None = None
        self._only: Collection[Id] | None = None
        self._sessions: RowModel[TrainingRow] = RowModel(SESSIONS)
        self._table = RowTable(
            self._sessions, "培训", "还没有培训。按 Ctrl+N 登记，或到“数据”导入签到表"
        )
        self._chip = OnlyChip()
        self._foot = label(tone="second", wrap=True)
        self._roll = Roll(context)
        self._form = TrainingForm(context)
        self._stack = QStackedWidget()
        self._build()
        self._bind()
        self.setFocusProxy(self._table)

    @property
    def roll(self) -> Roll:
        """The roll of the chosen session."""
        return self._roll

    def open(self, what: Mapping[str, Any]) -> None:
        """Put the cursor on a session, show only some, or begin a new one."""
        if what.get("ids") is not None:
            self._only = frozenset(what["ids"])
            self._chip.tell(what.get("title", ""))
            self._fill()
        if what.get("record") is not None:
            self._wanted = what["record"]
            self._show_all()
        if what.get("new"):
            self.begin_new()

    def refresh(self) -> None:
        """Read all sessions."""
        self.context.background.ask(self, trainings, self._show)

    def begin_new(self) -> None:
        """Open the form of a new session."""
        if self._may():
            self._form.begin_new()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes to the roll, Esc back to the sessions."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._roll.setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() == Qt.Key.Key_Escape and not self._table.hasFocus():
            self._table.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self._only is not None:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        head = row(gap=10)
        head.addWidget(self._foot, 1)
        new = button("登记培训　Ctrl+N", self.begin_new)
        new.setShortcut("Ctrl+N")
        head.addWidget(new)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        left = column(gap=10)
        left.addLayout(head)
        left.addWidget(self._chip)
        left.addWidget(frame, 1)
        reading = QWidget()
        right = column(reading, gap=8)
        right.addWidget(self._roll, 1)
        foot = row(gap=6)
        foot.addWidget(button("改这场培训 F2", self._change, kind="link"))
        foot.addWidget(button("加应到的人", self._expect, kind="link"))
        foot.addWidget(button("改动记录", self._show_history, kind="link"))
        foot.addStretch()
        right.addLayout(foot)
        writing = panel()
        column(writing, (1, 1, 1, 1)).addWidget(scrolling(self._form))
        self._stack.addWidget(reading)
        self._stack.addWidget(writing)
        self._stack.setMinimumWidth(self.context.theme.px(NARROWEST_PANEL))
        self._stack.setMaximumWidth(self.context.theme.px(PANEL_WIDTH))
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 5)
        outer.addWidget(self._stack, 4)

    def _bind(self) -> None:
        self._chip.closed.connect(self._show_all)
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._table.removing.connect(self._remove)
        self._roll.said.connect(self.said)
        self._form.said.connect(self.said)
        self._form.opened.connect(lambda: self._stack.setCurrentIndex(1))
        self._form.left.connect(self._leave_form)
        self._form.saved.connect(self._saved)
        change = QShortcut(QKeySequence("F2"), self._table)
        change.setContext(Qt.ShortcutContext.WidgetShortcut)
        change.activated.connect(self._change)

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(0)
        self._table.setFocus()

    def _saved(self, training: Id) -> None:
        self._stack.setCurrentIndex(0)
        self._wanted = training
        self._show_all()
        self._roll.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_all(self) -> None:
        self._only = None
        self._chip.tell("")
        self._fill()

    def _show(self, rows: list[TrainingRow]) -> None:
        self._rows = rows
        self.about.emit(f"{len(rows)}场" if rows else "还没有培训，按 Ctrl+N 登记")
        self._fill()

    def _fill(self) -> None:
        at = self._table.currentIndex().row()
        current = self._sessions.rows[at].id if 0 <= at < len(self._sessions.rows) else None
        kept = self._wanted or current
        shown = [line for line in self._rows if self._only is None or line.id in self._only]
        self._sessions.show_rows(shown)
        expected, present = sum(t.expected for t in shown), sum(t.present for t in shown)
        rate = percent(present, expected)
        told = f"　到训率{rate}%" if rate else ""
        self._foot.setText(f"{len(shown)}场　应到{expected}人次　实到{present}人次{told}")
        if not shown:
            self._roll.show_training(None)
            return
        place = next((n for n, line in enumerate(shown) if line.id == kept), 0)
        self._table.selectRow(place)
        if shown[place].id == self._wanted:
            self._wanted = None

    def _chosen(self) -> TrainingRow | None:
        at = self._table.currentIndex().row()
        return self._sessions.rows[at] if 0 <= at < len(self._sessions.rows) else None

    def _moved(self, at: int) -> None:
        if 0 <= at < len(self._sessions.rows):
            self._roll.show_training(self._sessions.rows[at])

    def _change(self) -> None:
        line = self._chosen()
        if line is not None and self._may():
            self._form.begin_change(line.id)

    def _expect(self) -> None:
        line = self._chosen()
        if line is not None and self._may():
            self._form.begin_expected(line.id, line.topic)

    def _remove(self) -> None:
        line = self._chosen()
        if line is not None and self._may():
            said = f"已删除{line.topic}　　Ctrl+Z 撤销"
            self.context.background.write(
                self, remove_training(line.id), lambda _: self.said.emit(said)
            )

    def _show_history(self) -> None:
        line = self._chosen()
        if line is not None:
            self.context.routes.go(
                "data", tab="history", entity="training", record=line.id, name=line.topic
            )

    def _may(self) -> bool:
        if not self.context.may(Right.WRITE):
            self.said.emit("您的身份只能查阅，不能登记")
        return self.context.may(Right.WRITE)
