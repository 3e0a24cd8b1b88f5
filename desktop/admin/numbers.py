"""纠纷编号: where a year's numbers begin, how far they are, and why some are used by no dispute."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from sqlalchemy import Connection

from db.disputes.numbers import (
    MOST_REASON,
    YearNumbers,
    explain_gap,
    gives_numbers,
    number_text,
    post_code,
    set_first_number,
    year_numbers,
)
from db.kernel.access import Right
from db.kernel.journal import Command
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, fill, label


class NumbersBox(QWidget):
    """This year's numbers of disputes. `said` tells what was saved, or why it was not."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._about = label(tone="second", wrap=True)
        self._first, self._reason = QLineEdit(), QLineEdit()
        self._gaps = QComboBox()
        self._first.setAccessibleName("起始编号")
        self._first.setPlaceholderText("从第几号起")
        self._first.setMaxLength(4)
        self._gaps.setAccessibleName("缺号")
        self._gaps.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._reason.setAccessibleName("缺号的原因")
        self._reason.setPlaceholderText("为什么缺这一号")
        self._reason.setMaxLength(MOST_REASON)
        self._first.returnPressed.connect(self._set_first)
        self._reason.returnPressed.connect(self._explain)
        self._gaps.activated.connect(lambda _: self._reason.setText(self._gaps.currentData()[1]))
        begin, self._explaining = QWidget(), QWidget()
        for line, parts in (
            (begin, (self._first, button("设为起始编号", self._set_first))),
            (self._explaining, (self._gaps, self._reason, button("记下原因", self._explain))),
        ):
            flow = FlowLayout(line, gap=8)
            for part in parts:
                part.setEnabled(context.may(Right.SETTINGS))
                flow.addWidget(part)
        layout = column(self, gap=8)
        layout.addWidget(label("纠纷编号", 14))
        layout.addWidget(self._about)
        layout.addWidget(begin)
        layout.addWidget(self._explaining)

    def refresh(self) -> None:
        """Read this year's numbers."""
        year = self._context.today.year

        def question(connection: Connection) -> tuple[YearNumbers, str, bool]:
            numbers = year_numbers(connection, year)
            return numbers, post_code(connection), gives_numbers(connection)

        self._context.background.ask(self, question, self._show)

    def _show(self, answer: tuple[YearNumbers, str, bool]) -> None:
        numbers, code, gives = answer
        following = number_text(code, numbers.year, numbers.next)
        given = f"已编{numbers.given}件，" if numbers.given else ""
        runs = [_run_words(*run) for run in numbers.skipped]
        skipped = f"\n没有编过：{'、'.join(runs)}（起始编号后来改大，纸上用了）" if runs else ""
        self._about.setText(
            f"{given}第一次打印文书时编下一号：{following}{skipped}"
            if gives
            else "这份台账不编号：编号只在建立台账的那台电脑上编，免得重号。"
        )
        entries = [(f"第{number:04d}号", (number, why)) for number, why in numbers.gaps]
        fill(self._gaps, entries)
        self._explaining.setVisible(bool(numbers.gaps))
        if numbers.gaps:
            self._reason.setText(self._gaps.currentData()[1])

    def _set_first(self) -> None:
        text = self._first.text().strip()
        if not (text.isascii() and text.isdecimal()):
            self.said.emit("起始编号请填一个整数")
            return
        self._write(set_first_number(self._context.today.year, int(text)), "已设好起始编号")

    def _explain(self) -> None:
        chosen = self._gaps.currentData()
        if chosen is not None:
            command = explain_gap(self._context.today.year, chosen[0], self._reason.text())
            self._write(command, "已记下缺号的原因")

    def _write(self, command: Command[None], said: str) -> None:
        def written(_: object) -> None:
            self._first.clear()
            self.said.emit(said)

        self._context.background.write(self, command, written)


def _run_words(first: int, last: int) -> str:
    return f"第{first:04d}号" if first == last else f"第{first:04d}—{last:04d}号"
