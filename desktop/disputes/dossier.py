"""The file of a dispute: its papers in order, what has become of each, printed and put in by keys."""

from collections.abc import Callable
from functools import partial
from time import monotonic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from db.disputes.card import DisputeCard
from db.disputes.dossier import STATE_NAMES, PaperLine, put_in_file, take_from_file
from db.kernel.journal import Command
from desktop.disputes.printing import PaperPrinter
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, row
from desktop.widgets.tables import Column, RowModel, RowTable

COLUMNS: tuple[Column[PaperLine], ...] = (
    Column("", lambda p: str(p.paper.place), 2),
    Column("文书", lambda p: p.name, 9),
    Column(
        "现在", lambda p: STATE_NAMES[p.state] if p.needed or p.state != "none" else "不用", 5,
        late=lambda p: p.needed and p.state == "none",
    ),
    Column("页", lambda p: str(p.pages or ""), 2, number=True),
)  # fmt: skip


# Seconds in which a second digit belongs to the first.
ONE_NUMBER = 1.5


class DossierView(QWidget):
    """Shows a dispute's file. `left` tells that it was left, `said` what was done."""

    left = Signal()
    said = Signal(str)

    def __init__(self, context: Context, may: Callable[[], bool]) -> None:
        super().__init__()
        self._context, self._may = context, may
        self._card: DisputeCard | None = None
        # The paper whose pages are being typed, when, and the digits so far.
        self._typed = ("", 0.0, "")
        self._printer = PaperPrinter(context, self)
        self._printer.said.connect(self.said)
        self._heading = label("卷宗", 16)
        self._missing = label(wrap=True)
        self._model: RowModel[PaperLine] = RowModel(COLUMNS)
        self._table = _PaperTable(self._model)
        self._table.pressed_key.connect(self._key)
        self._table.doubleClicked.connect(lambda _: self._key("V"))
        layout = column(self, (16, 14, 16, 12), 8)
        layout.addWidget(self._heading)
        layout.addWidget(self._missing)
        layout.addWidget(self._table, 1)
        layout.addWidget(
            label(
                "Enter 打印这一种，空格 签好入卷或取出，数字 几页（12页连按1、2）",
                12,
                "second",
                wrap=True,
            )
        )
        below = QWidget()
        foot = FlowLayout(below, gap=4)
        for words in ("看样　V", "存为文件　S", "存整卷　A", "空白的这一种　K", "全套空白　B"):
            foot.addWidget(button(words, partial(self._key, words[-1]), kind="link"))
        foot.addWidget(button("返回　Esc", self.left.emit, kind="link"))
        layout.addWidget(below)
        last = row()
        last.addStretch()
        last.addWidget(button("整卷打印　P", lambda: self._key("P"), kind="main"))
        layout.addLayout(last)
        self.setFocusProxy(self._table)

    def show_card(self, card: DisputeCard) -> None:
        """Show a dispute's papers; the cursor stays on its paper, or goes to the first missing."""
        same = self._card is not None and self._card.id == card.id
        at = self._table.currentIndex().row() if same else -1
        self._card = card
        self._heading.setText(f"卷宗　{card.case.number or '还没有编号'}")
        missing = card.missing
        self._missing.setText(
            f"还缺{len(missing)}种：{'、'.join(missing)}" if missing else "需要的文书都已入卷"
        )
        self._model.show_rows(card.papers)
        if at < 0:
            at = next((n for n, line in enumerate(card.papers) if _lacks(line)), 0)
        self._table.selectRow(at)

    def _key(self, key: str) -> None:
        at, card = self._table.currentIndex().row(), self._card
        if card is None or not 0 <= at < len(self._model.rows):
            return
        line = self._model.rows[at]
        # A paper that is only looked at gets no number.
        if key != "V" and not self._may():
            return
        if key == "P":
            self._printer.print(card.id, None)
        elif key == "B":
            self._printer.blank(None)
        elif key == "A":
            self._printer.save(card.case, None)
        elif key == "Space":
            self._file(card, line)
        elif key.isdecimal():
            self._count(card, line, key)
        else:
            self._print_one(key, card, line)

    def _print_one(self, key: str, card: DisputeCard, line: PaperLine) -> None:
        """Show, save or print the paper under the cursor, or its empty form."""
        code = line.paper.code
        if not line.paper.printable:
            self.said.emit(f"{line.name}不由程序打印，放进卷里后按空格登记")
        elif key == "V":
            self._printer.preview(card.id, code, line.name)
        elif key == "S":
            self._printer.save(card.case, [code])
        elif key == "K":
            self._printer.blank([code])
        else:
            self._printer.print(card.id, [code])

    def _count(self, card: DisputeCard, line: PaperLine, digit: str) -> None:
        """Put the paper in with so many pages; a digit soon after another is the next of its number."""
        code, now = line.paper.code, monotonic()
        of, before, typed = self._typed
        pages = typed + digit if of == code and now - before < ONE_NUMBER else digit
        if int(pages) == 0:
            return
        self._typed = (code, now, pages)
        self._write(put_in_file(card.id, [code], int(pages)), f"{line.name}{pages}页，已入卷")

    def _file(self, card: DisputeCard, line: PaperLine) -> None:
        if line.state == "filed":
            self._write(take_from_file(card.id, line.paper.code), f"{line.name}已取出")
            return
        self._write(put_in_file(card.id, [line.paper.code]), f"{line.name}已入卷")
        at = self._table.currentIndex().row()
        later = [*range(at + 1, len(self._model.rows)), *range(at)]
        lacking = (n for n in later if _lacks(self._model.rows[n]))
        self._table.selectRow(next(lacking, at))

    def _write(self, command: Command[None], said: str) -> None:
        self._context.background.write(
            self, command, lambda _: self.said.emit(f"{said}　　Ctrl+Z 撤销")
        )


def _lacks(line: PaperLine) -> bool:
    """Tell whether a paper should be in the file and is not."""
    return line.state != "filed" and (line.needed or line.state == "printed")


class _PaperTable(RowTable):
    """Tells the keys that mean something for a paper."""

    pressed_key = Signal(str)

    def __init__(self, model: RowModel[PaperLine]) -> None:
        super().__init__(model, "卷宗文书")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Enter, Space, digits and letters act; the rest moves."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed_key.emit("Enter")
        elif key == Qt.Key.Key_Space:
            self.pressed_key.emit("Space")
        elif not event.modifiers() and event.text().upper() in tuple("PKBVSA0123456789"):
            self.pressed_key.emit(event.text().upper())
        else:
            super().keyPressEvent(event)
