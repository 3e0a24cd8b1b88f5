"""纠纷编号: where a year's numbers begin, how far they are, and why some are used by no dispute."""

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from sqlalchemy import Connection

from db.disputes.numbers import (
    MOST_REASON,
    ON_PAPER,
    Gap,
    YearNumbers,
    explain_gap,
    gives_numbers,
    number_text,
    numbered_years,
    post_code,
    run_words,
    set_first_number,
    year_numbers,
)
from db.kernel.access import Right
from desktop.page import Context
from desktop.unsaved import FormKeeper
from desktop.widgets.entries import text_field
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, fill, label, row


class _Known(NamedTuple):
    numbers: YearNumbers
    years: list[int]
    code: str
    gives: bool


class NumbersBox(QWidget):
    """The numbers of disputes of a year, this one first. `said` tells what was saved, or why not."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._known: dict[str, Gap] = {}
        self._about, self._missing = label(tone="second", wrap=True), label(wrap=True)
        self._first = QLineEdit()
        self._why = text_field("跳过的号为什么不编", MOST_REASON)
        self._why.setText(ON_PAPER)
        self._reason = text_field("缺号的原因", MOST_REASON)
        self._kept = FormKeeper(context, "缺号的原因", self)
        self._first_kept = FormKeeper(context, "起始编号", self)
        self._years, self._gaps = QComboBox(), QComboBox()
        self._years.setAccessibleName("哪一年的编号")
        self._years.activated.connect(lambda _: self.refresh())
        this_year = context.today.year
        fill(self._years, [(f"{year}年", year) for year in (this_year, this_year - 1)])
        self._first.setAccessibleName("起始编号")
        self._first.setPlaceholderText("从第几号起")
        self._first.setMaxLength(4)
        self._gaps.setAccessibleName("缺号")
        self._gaps.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._reason.setPlaceholderText("为什么缺这一号")
        self._why.setPlaceholderText("跳过的号为什么不编")
        self._why.finished.connect(self._set_first)
        self._first.returnPressed.connect(self._set_first)
        self._reason.finished.connect(self._explain)
        self._gaps.activated.connect(lambda _: self._show_reason())
        begin, self._explaining = QWidget(), QWidget()
        for line, parts in (
            (begin, (self._first, self._why, button("设为起始编号", self._set_first))),
            (self._explaining, (self._gaps, self._reason, button("记下原因", self._explain))),
        ):
            flow = FlowLayout(line, gap=8)
            for part in parts:
                part.setEnabled(context.may(Right.SETTINGS))
                flow.addWidget(part)
        layout, head = column(self, gap=8), row(gap=10)
        head.addWidget(label("纠纷编号", 14))
        head.addWidget(self._years)
        head.addStretch()
        layout.addLayout(head)
        layout.addWidget(self._about)
        layout.addWidget(begin)
        layout.addWidget(self._missing)
        layout.addWidget(self._explaining)

    def refresh(self) -> None:
        """Read the numbers of the year chosen."""
        year = self._years.currentData()

        def question(connection: Connection) -> _Known:
            numbers, years = year_numbers(connection, year), numbered_years(connection)
            return _Known(numbers, years, post_code(connection), gives_numbers(connection))

        self._context.background.ask(self, question, self._show)

    def _show(self, known: _Known) -> None:
        numbers, this_year = known.numbers, self._context.today.year
        if numbers.year != self._years.currentData():
            return
        years = sorted({this_year, this_year - 1, *known.years}, reverse=True)
        fill(self._years, [(f"{year}年", year) for year in years])
        following = number_text(known.code, numbers.year, numbers.next)
        given = f"已编{numbers.given}件，" if numbers.given else ""
        self._about.setText(
            f"{given}第一次打印{numbers.year}年登记的纠纷的文书时编下一号：{following}"
            if known.gives
            else "这份台账不编号：编号只在建立台账的那台电脑上编，免得重号。"
        )
        self._missing.setText("\n".join(map(_gap_words, numbers.gaps)))
        self._known = {run_words(gap.first, gap.last): gap for gap in numbers.gaps}
        fill(self._gaps, [(words, words) for words in self._known])
        for part in (self._missing, self._explaining):
            part.setVisible(bool(numbers.gaps))
        self._show_reason()
        self._begin_first(numbers.year)

    def _begin_first(self, year: int) -> None:
        self._first.clear()
        self._why.setText(ON_PAPER)
        inputs = {"first": self._first, "why": self._why}
        self._first_kept.begin(str(year), inputs, new=False)

    def _show_reason(self) -> None:
        gap = self._chosen()
        self._reason.setText(gap.reason if gap is not None else "")
        if gap is None:
            self._kept.leave()
        else:
            at = f"{self._years.currentData()} {gap.first}"
            self._kept.begin(at, {"reason": self._reason}, new=False)

    def _chosen(self) -> Gap | None:
        return self._known.get(self._gaps.currentData())

    def _set_first(self) -> None:
        text = self._first.text().strip()
        if not (text.isascii() and text.isdecimal()):
            self.said.emit("起始编号请填一个整数")
            return
        year = self._years.currentData()
        command = set_first_number(year, int(text), self._why.text())

        def written(_: object) -> None:
            self._first_kept.forget(str(year))
            self._begin_first(year)
            self.said.emit("已设好起始编号")

        self._context.background.write(self, command, written, once=("first", year))

    def _explain(self) -> None:
        gap = self._chosen()
        if gap is None:
            return

        def written(_: object) -> None:
            self._kept.done()
            self.said.emit("已记下缺号的原因")

        command = explain_gap(self._years.currentData(), gap.first, gap.last, self._reason.text())
        self._context.background.write(self, command, written, once=gap)


def _gap_words(gap: Gap) -> str:
    """A gap in words: 第0041—0059号　没有编过：纸上已经用过."""
    what = "编给了删除的纠纷" if gap.given else "没有编过"
    return f"{run_words(gap.first, gap.last)}　{what}：{gap.reason or '还没有说明'}"
