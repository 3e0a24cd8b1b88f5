"""The sessions as a list; beside it the roll of the chosen one, or the form of a session."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from sqlalchemy import Connection

from db.figures.rates import percent
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.trainings.lists import TrainingRow, trainings
from db.trainings.series import places_in_series, remove_following
from db.trainings.sessions import remove_training
from desktop.page import Context, Page
from desktop.paper_out import allow
from desktop.trainings.details import DetailsView
from desktop.trainings.form import TrainingForm
from desktop.trainings.printing import SessionPrinter
from desktop.trainings.roll import Roll
from desktop.widgets.flow import FlowLayout
from desktop.widgets.only import OnlyChip
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import clock_words

PANEL_WIDTH, NARROWEST_PANEL = 440, 330
Answer = tuple[list[TrainingRow], dict[Id, tuple[int, int]]]


READING, WRITING, DETAILS = range(3)
# What can be done: its words, its keys, and the doing.
Act = tuple[str, str, Callable[[], None]]
SIGN_IN_BOOK, ABSENT_BOOK = "签到表 Excel", "缺席 Excel"


def _columns(
    today: Callable[[], date], series: Mapping[Id, tuple[int, int]]
) -> tuple[Column[TrainingRow], ...]:
    """The columns; nothing is said of who came before the day.

    What the roll says too gives way where there is no room, the last first.
    """

    def rate(line: TrainingRow) -> str:
        said = percent(line.present, line.expected)
        return f"{said}%" if said and line.day <= today() else ""

    def came(line: TrainingRow) -> str:
        return str(line.present) if line.day <= today() else ""

    def place(line: TrainingRow) -> str:
        found = series.get(line.id)
        return f"{found[0]}/{found[1]}" if found else ""

    return (
        Column("日期", lambda t: t.day.isoformat(), 7),
        Column("时间", lambda t: clock_words(t.start), 4),
        Column("主题", lambda t: t.topic, 11, whole=True),
        Column("应到", lambda t: str(t.expected), 3, number=True, spare=True),
        Column("实到", came, 3, number=True, spare=True),
        Column("到训率", rate, 4, number=True),
        Column("地点", lambda t: t.place or "", 7, spare=True),
        Column("系列", place, 3, spare=True),
    )


class TrainingsPage(Page):
    """Every session with its rate; a route may ask for some by `ids` and `title`."""

    title: ClassVar[str] = "培训"
    watches: ClassVar[frozenset[str]] = frozenset(
        (
            "training", "attendance", "volunteer", "community",
        )
    )  # fmt: skip
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "登记培训，也可以一次排一个系列"),
        ("F2", "改这场培训：学时、合格分、记录也在这里"),
        ("F3", "加应到的人"),
        ("F4", "签到时间和训前、训后测试分"),
        ("F6", "只看这个系列"),
        ("Enter", "点名：打姓名或拼音首字母，回车记到；几个姓名用顿号隔开"),
        ("1　2　3　4", "名单上选中的人：到　迟到　请假　缺席"),
        ("Alt+1　Alt+4", "其余的都记到；都记缺席"),
        ("Ctrl+P", "打印签到表；Ctrl+B 打印空白的"),
        ("Ctrl+Shift+P", "打印缺席名单"),
        ("Ctrl+S", "签到表存为 Excel；Ctrl+Shift+S 缺席名单"),
        ("Delete", "删除培训，或从名单上删去；Shift+Delete 这场和系列里后面的；可以撤销"),
        ("Ctrl+C", "复制选中的行，可以贴进 Excel"),
        ("Esc", "离开表单；回到培训列表；显示全部"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._rows: list[TrainingRow] = []
        self._wanted: Id | None = None
        self._only: Collection[Id] | None = None
        self._series: dict[Id, tuple[int, int]] = {}
        self._sessions: RowModel[TrainingRow] = RowModel(
            _columns(lambda: context.today, self._series)
        )
        self._table = _SessionTable(
            self._sessions, "培训", "还没有培训。按 Ctrl+N 登记，或到“数据”导入签到表"
        )
        self._chip = OnlyChip()
        self._foot = label(tone="second", wrap=True)
        self._roll = Roll(context)
        self._form = TrainingForm(context)
        self._details = DetailsView(context)
        self._printer = SessionPrinter(self)
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
            self.begin_new(what.get("day"))

    def refresh(self) -> None:
        """Read all sessions."""
        self._form.turn_day()

        def question(connection: Connection) -> Answer:
            return trainings(connection), places_in_series(connection)

        self.context.background.ask(self, question, self._show)

    def begin_new(self, day: date | None = None) -> None:
        """Open the form of a new session on a day, or today."""
        if self.context.may_write(self.said):
            self._form.begin_new(day=day)

    def print_sign_in(self) -> None:
        """Print the chosen session's sheet with its list, or with those marked on it."""
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            marked = self._roll.chosen
            people = marked if len(marked) > 1 else self._roll.everybody
            self._printer.sign_in(line.id, [one.id for one in people])

    def print_blank(self) -> None:
        """Print a sheet of the chosen session without names."""
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            self._printer.sign_in(line.id, ())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter goes to the roll, Esc back to the sessions."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._table.hasFocus():
            self._call_the_roll()
        elif event.key() == Qt.Key.Key_Escape and not self._table.hasFocus():
            self._table.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self._only is not None:
            self._show_all()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        context = self.context
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
        left.addWidget(_links(context, self._papers()))
        reading = QWidget()
        right = column(reading, gap=8)
        right.addWidget(self._roll, 1)
        right.addWidget(_links(context, self._acts()))
        writing = panel()
        column(writing).addWidget(self._form)
        self._stack.addWidget(reading)
        self._stack.addWidget(writing)
        self._stack.addWidget(self._details)
        self._stack.setMinimumWidth(self.context.theme.px(NARROWEST_PANEL))
        self._stack.setMaximumWidth(self.context.theme.px(PANEL_WIDTH))
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addLayout(left, 5)
        outer.addWidget(self._stack, 4)

    def _acts(self) -> Sequence[Act]:
        """What can be done with the chosen session."""
        return (
            ("改这场培训", "F2", self._change),
            ("加应到的人", "F3", self._expect),
            ("测试分", "F4", self._show_details),
            ("其余都到", "Alt+1", lambda: self._roll.mark_the_rest("present")),
            ("其余缺席", "Alt+4", lambda: self._roll.mark_the_rest("absent")),
            ("培训证明", "", self._certify),
            ("改动记录", "", self._show_history),
        )

    def _papers(self) -> Sequence[Act]:
        """What can be printed or saved of it, and what narrows the list."""
        return (
            ("签到表", "Ctrl+P", self.print_sign_in),
            ("空白签到表", "Ctrl+B", self.print_blank),
            ("缺席名单", "Ctrl+Shift+P", lambda: self._with(self._printer.absent)),
            (SIGN_IN_BOOK, "Ctrl+S", lambda: self._with(self._printer.save_sign_in)),
            (ABSENT_BOOK, "Ctrl+Shift+S", lambda: self._with(self._printer.save_absent)),
            ("这个系列", "F6", self._only_series),
        )

    def _bind(self) -> None:
        self._chip.closed.connect(self._show_all)
        self._table.selectionModel().currentRowChanged.connect(lambda at, _: self._moved(at.row()))
        self._table.doubleClicked.connect(lambda _: self._call_the_roll())
        self._table.removing.connect(self._remove)
        self._roll.said.connect(self.said)
        self._form.said.connect(self.said)
        self._details.said.connect(self.said)
        self._details.left.connect(self._leave_details)
        self._table.removing_later.connect(self._remove_following)
        self._form.opened.connect(lambda: self._stack.setCurrentIndex(WRITING))
        self._form.left.connect(self._leave_form)
        self._form.saved.connect(self._saved)

    def _call_the_roll(self) -> None:
        self._stack.setCurrentIndex(READING)
        self._roll.setFocus(Qt.FocusReason.TabFocusReason)

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(READING)
        self._table.setFocus()

    def _show_details(self) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            self._details.show_training(line)
            self._stack.setCurrentIndex(DETAILS)
            self._details.setFocus(Qt.FocusReason.TabFocusReason)

    def _leave_details(self) -> None:
        self._stack.setCurrentIndex(READING)
        self._roll.setFocus(Qt.FocusReason.TabFocusReason)

    def _saved(self, training: Id) -> None:
        self._stack.setCurrentIndex(READING)
        self._wanted = training
        self._show_all()
        self._roll.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_all(self) -> None:
        self._only = None
        self._chip.tell("")
        self._fill()

    def _show(self, answer: Answer) -> None:
        rows, series = answer
        self._rows = rows
        self._series.clear()
        self._series.update(series)
        self.about.emit(f"{len(rows)}场" if rows else "还没有培训，按 Ctrl+N 登记")
        self._fill()

    def _fill(self) -> None:
        standing = self._sessions.at(self._table.currentIndex())
        current = standing.id if standing is not None else None
        kept = self._wanted or current
        shown = [line for line in self._rows if self._only is None or line.id in self._only]
        self._sessions.show_rows(shown)
        held = [t for t in shown if t.day <= self.context.today]
        expected, present = sum(t.expected for t in held), sum(t.present for t in held)
        rate = percent(present, expected)
        told = f"　到训率{rate}%" if rate else ""
        ahead = f"　还要开{len(shown) - len(held)}场" if len(held) < len(shown) else ""
        self._foot.setText(f"{len(held)}场　应到{expected}人次　实到{present}人次{told}{ahead}")
        if not shown:
            self._roll.show_training(None)
            return
        # What is still to come stands above; one begins with the last that was held.
        last = next((n for n, line in enumerate(shown) if line.day <= self.context.today), 0)
        place = next((n for n, line in enumerate(shown) if line.id == kept), last)
        self._table.selectRow(place)
        if shown[place].id == self._wanted:
            self._wanted = None

    def _chosen(self) -> TrainingRow | None:
        return self._sessions.at(self._table.currentIndex())

    def _moved(self, at: int) -> None:
        if 0 <= at < len(self._sessions.rows):
            self._roll.show_training(self._sessions.rows[at])
            if self._stack.currentIndex() == DETAILS:
                self._details.show_training(self._sessions.rows[at])

    def _change(self) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            self._form.begin_change(line.id)

    def _expect(self) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            self._form.begin_expected(line.id, line.topic)

    def _remove(self) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            said = f"已删除{line.topic}　　Ctrl+Z 撤销"
            self.context.background.write(
                self, remove_training(line.id), lambda _: self.said.emit(said)
            )

    def _remove_following(self) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):

            def told(done: Done[int]) -> None:
                self.said.emit(f"已删除{done.value}场{line.topic}　　Ctrl+Z 撤销")

            self.context.background.write(self, remove_following(line.id), told)

    def _only_series(self) -> None:
        line = self._chosen()
        if line is None or line.series is None:
            self.said.emit("这场培训不在系列里")
            return
        self._only = frozenset(t.id for t in self._rows if t.series == line.series)
        self._wanted = line.id
        self._chip.tell(f"系列“{line.topic}”，{len(self._only)}场")
        self._fill()

    def _certify(self) -> None:
        marked = self._roll.chosen
        person = next((one.volunteer for one in marked if one.volunteer), None)
        self.context.routes.go("trainings", tab="certificates", volunteer=person)

    def _with(self, done: Callable[[TrainingRow], None]) -> None:
        line = self._chosen()
        if line is not None and self.context.may_write(self.said):
            done(line)

    def _show_history(self) -> None:
        line = self._chosen()
        if line is not None:
            self.context.routes.go(
                "data", tab="history", entity="training", record=line.id, name=line.topic
            )


def _links(context: Context, acts: Sequence[Act]) -> QWidget:
    below = QWidget()
    foot = FlowLayout(below, gap=4)
    for words, keys, done in acts:
        made = button(f"{words} {keys}".strip(), done, kind="link")
        if keys:
            made.setShortcut(keys)
        if words in (SIGN_IN_BOOK, ABSENT_BOOK):
            allow(context, made, workbook=True)
        foot.addWidget(made)
    return below


class _SessionTable(RowTable):
    """Tells Shift+Delete apart: it means those that follow in the series too."""

    removing_later = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Delete and shift:
            self.removing_later.emit()
        else:
            super().keyPressEvent(event)
