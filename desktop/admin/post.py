"""警务室: the post's own name and rules, and the days off that deadlines move around."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QWidget
from sqlalchemy import Connection

from db.imports.holidays import read_holidays
from db.kernel.access import Right
from db.kernel.workdays import WEEKDAYS
from db.post import (
    PAGE_NUMBER_NAMES,
    SEAL_ROOM_NAMES,
    DayOffLine,
    PostDraft,
    announced_days_off,
    change_post,
    days_off,
    post_problems,
    remove_day_off,
    set_day_off,
    take_days_off,
    the_post,
    years_with_days_off,
)
from desktop.admin.numbers import NumbersBox
from desktop.page import Context, Page
from desktop.unsaved import FormKeeper, Inputs
from desktop.widgets.flow import FlowLayout
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, column, label, panel, row, rule
from desktop.widgets.scrolling import footed
from desktop.widgets.tables import Column, RowModel, RowTable
from desktop.words import typed_day

FORM_WIDTH = 420
CHOICES = {"seal_room": SEAL_ROOM_NAMES, "page_numbers": PAGE_NUMBER_NAMES}
COLUMNS: tuple[Column[DayOffLine], ...] = (
    Column("日期", lambda d: d.day.isoformat(), 8),
    Column("星期", lambda d: f"星期{WEEKDAYS[d.day.weekday()]}", 6, spare=True),
    Column("上班", lambda d: "上班" if d.works else "休息", 6),
    Column("名称", lambda d: d.name, 14),
)


class PostPage(Page):
    """Whose ledger it is. Deadlines that end on a day off move to the next working day."""

    title: ClassVar[str] = "警务室"
    watches: ClassVar[frozenset[str]] = frozenset(
        ("post", "day_off", "dispute", "number_given", "number_start", "number_skipped")
    )
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "下一格，最后一格保存"),
        ("Esc", "不要填了没有保存的"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._form = DraftForm(PostDraft, post_problems, CHOICES, lambda: context.today)
        self._form.saved.connect(self.save)
        self._kept = FormKeeper(context, "警务室", self)
        self._kept.put_back.connect(self._form.warn)
        self._model: RowModel[DayOffLine] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "节假日", "没有节假日表，到期的日子按周一至周五算")
        self._day, self._name = QLineEdit(), QLineEdit()
        self._day.setPlaceholderText("日期，如 10.1")
        self._day.setAccessibleName("放假或上班的日期")
        self._name.setAccessibleName("节假日名称")
        self._name.setPlaceholderText("名称，如 国庆节")
        self._works = QCheckBox("调休上班")
        self._day.returnPressed.connect(self._name.setFocus)
        self._name.returnPressed.connect(self._add)
        self._day_kept = FormKeeper(context, "节假日", self)
        self._day_kept.begin("", self._day_inputs, new=True)
        self._numbers = NumbersBox(context)
        self._numbers.said.connect(self.said)
        self._missing: list[int] = []
        self._announced = button("补上已公布的", self._take_announced)
        self._known = label(tone="second", wrap=True)
        outer = row(self, (20, 12, 20, 14), 16)
        outer.addWidget(self._post_part())
        outer.addWidget(self._days_part(), 1)
        self.setFocusProxy(self._form)

    def _post_part(self) -> QWidget:
        """The post's entries and numbers; saving stays in sight below them."""
        context, left = self.context, panel()
        left.setFixedWidth(context.theme.px(FORM_WIDTH))
        content = QWidget()
        inside = column(content, (20, 16, 20, 10), 12)
        inside.addWidget(label("这个警务室", 16))
        inside.addWidget(self._form)
        save = button("保存", self.save, kind="main")
        save.setEnabled(context.may(Right.SETTINGS))
        inside.addWidget(rule())
        inside.addWidget(self._numbers)
        inside.addStretch()
        line = row()
        line.addStretch()
        line.addWidget(save)
        footed(left, content, line)
        return left

    def _days_part(self) -> QWidget:
        """The days off, and below them the row in which one is added."""
        may, right = self.context.may(Right.SETTINGS), panel()
        days = column(right, (16, 14, 16, 14), 10)
        days.addWidget(label("节假日和调休", 16))
        days.addWidget(self._known)
        days.addWidget(self._table, 1)
        adding = FlowLayout(gap=8)
        parts: Sequence[QWidget] = (
            self._day, self._name, self._works, button("加上", self._add),
            button("去掉选中的", self._remove), button("从表格导入", self._import), self._announced,
        )  # fmt: skip
        for part in parts:
            part.setEnabled(may)
            adding.addWidget(part)
        days.addLayout(adding)
        return right

    def refresh(self) -> None:
        """Read the post and its days off of the year and the next."""
        year = self.context.today.year

        def question(connection: Connection) -> tuple[PostDraft, list[DayOffLine], list[int]]:
            lines = [*days_off(connection, year), *days_off(connection, year + 1)]
            return the_post(connection), lines, years_with_days_off(connection)

        self.context.background.ask(self, question, self._show)
        self._numbers.refresh()

    def save(self) -> None:
        """Write the post's entries."""
        try:
            draft = self._form.draft()
        except ValueError:
            return

        def saved(_: object) -> None:
            self._kept.done()
            self.said.emit("已保存　　Ctrl+Z 撤销")

        self.context.background.write(self, change_post(draft), saved, once="post")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc drops what was typed and not saved."""
        escape = event.key() == Qt.Key.Key_Escape
        if escape and self._day_kept.left and (self._day.hasFocus() or self._name.hasFocus()):
            self._day_given_up()
        elif escape and self._kept.left:
            self._kept.done()
            self.refresh()
        else:
            super().keyPressEvent(event)

    def _show(self, answer: tuple[PostDraft, list[DayOffLine], list[int]]) -> None:
        draft, lines, years = answer
        self._form.show_draft(draft)
        self._kept.begin(self.title, self._form.inputs, new=False)
        self._model.show_rows(lines)
        missing = [
            y for y in (self.context.today.year, self.context.today.year + 1) if y not in years
        ]
        self._missing = [line.day.year for line in announced_days_off(missing)]
        self._announced.setVisible(bool(self._missing))
        told = "、".join(f"{year}年" for year in missing)
        self._known.setText(
            f"{told}还没有节假日表，先按周一到周五上班计算；国务院通知出来后请补上。"
            if told
            else "期限落在休息日的，顺延到下一个上班的日子。"
        )

    def _add(self) -> None:
        day = typed_day(self._day.text(), self.context.today, ahead=True)
        if day is None:
            self.said.emit("看不懂这个日期，可以写：10.1、2026-10-1")
            return
        name = self._name.text().strip()

        def added(_: object) -> None:
            # The next day of the same holiday is typed by its day alone.
            self._day_given_up(name)
            self.said.emit("已加上　　Ctrl+Z 撤销")

        command = set_day_off(day, works=self._works.isChecked(), name=name)
        self.context.background.write(self, command, added, once=day)

    @property
    def _day_inputs(self) -> Inputs:
        return {"day": self._day, "name": self._name, "works": self._works}

    def _day_given_up(self, name: str = "") -> None:
        """Begin the row below the table anew; nothing of it waits any more."""
        self._day.clear()
        self._name.setText(name)
        self._works.setChecked(False)
        self._day_kept.done()
        self._day.setFocus()

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "节假日表", "", "表格 (*.xlsx *.xls *.ods *.csv)"
        )
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Read a table of holidays and set its days."""
        self.context.background.errand(self, lambda _: read_holidays(path), self._take)

    def _take_announced(self) -> None:
        self._take(announced_days_off(set(self._missing)))

    def _take(self, lines: list[DayOffLine]) -> None:
        self.context.background.write(
            self,
            take_days_off(lines),
            lambda done: self.said.emit(f"节假日表改了{done.value}天　　Ctrl+Z 撤销"),
        )

    def _remove(self) -> None:
        if (line := self._model.at(self._table.currentIndex())) is not None:
            command = remove_day_off(line.day)
            self.context.background.write(
                self, command, lambda _: self.said.emit("已去掉　　Ctrl+Z 撤销")
            )
