"""The import page: drop files, look at what they bring, write them as one step, take it back."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QProgressBar, QPushButton, QWidget

from db.imports import write_import
from db.imports.headings import KINDS
from db.kernel.access import Right
from db.kernel.journal import Done
from desktop.background import Ticket
from desktop.errors import tell
from desktop.imports.columns import ColumnsView
from desktop.imports.done import DoneView
from desktop.imports.preview import PreviewView
from desktop.imports.work import Looked, back_up, look, look_again, summary
from desktop.page import Context, Page
from desktop.paper.rejected import write_rejected
from desktop.widgets.drops import FileDrops
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.stack import PageStack

START, BUSY, LOOKED, DONE = range(4)
PREVIEW, COLUMNS = range(2)


class ImportPage(Page):
    """Files in, whole or not at all; the whole import can be undone as one step."""

    title: ClassVar[str] = "数据"
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+O", "选择文件"),
        ("Enter", "写入台账；在认出的列里改一列，再按到下一列"),
        ("F2", "看认出的列，改认错的"),
        ("Delete", "这一列不收"),
        ("Ctrl+Enter", "按改过的重读"),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        FileDrops(self).dropped.connect(self._dropped)
        self._looked: Looked | None = None
        self._ticket: Ticket | None = None
        self._stack, self._parts = PageStack(), PageStack()
        self._bar, self._doing, self._halt = QProgressBar(), label(), button("停下", self._stop)
        self._summary = label(pixels=16, wrap=True)
        self._preview, self._columns = PreviewView(context), ColumnsView(context)
        self._done = DoneView(context)
        self._told = self._preview.told
        self._tabs: list[QPushButton] = []
        self._pick = button("选择文件　Ctrl+O", self.choose, kind="main")
        self._write = button("写入台账", self.write, kind="main")
        self._rejected = button("把退回的行存为工作簿", self.save_rejected)
        for view in (self._start_view(), self._busy_view(), self._looked_view(), self._done):
            self._stack.addWidget(view)
        column(self, (20, 16, 20, 16)).addWidget(self._stack)
        self._columns.edited.connect(self._weigh)
        self._columns.wanted.connect(self.read_again)
        self._done.left.connect(self._again)
        self._done.saving.connect(self.save_rejected)
        self._turn_to(START, self._pick)

    def choose(self) -> None:
        """Ask for files."""
        names, _ = QFileDialog.getOpenFileNames(
            self, "选择台账", "", "台账 (*.xlsx *.xls *.ods *.csv)"
        )
        if names:
            self.take([Path(name) for name in names])

    def take(self, paths: Sequence[Path]) -> None:
        """Read files and show what they bring."""
        ledger = self.context.ledger
        self._busy(
            self.context.background.errand(
                self, lambda progress: look(ledger, paths, progress), self._show, self._failed
            )
        )

    def read_again(self) -> None:
        """Read the files once more by what was chosen for their columns."""
        looked, ledger, chosen = self._looked, self.context.ledger, self._columns.chosen()
        if looked is None or not self._columns.again.isEnabled():
            return
        self._busy(
            self.context.background.errand(
                self,
                lambda progress: look_again(ledger, looked.books, chosen, progress),
                self._show,
                self._failed,
            )
        )

    def write(self) -> None:
        """Write what is in sight, after a backup; only the backup can still be stopped."""
        ledger = self.context.ledger
        if self._write.isEnabled():
            self._busy(
                self.context.background.errand(
                    self,
                    lambda progress: back_up(ledger, progress),
                    lambda _: self._commit(),
                    self._failed,
                    lane="writer",
                )
            )

    def save_rejected(self) -> None:
        """Save the rows that were sent back as a workbook to be mended."""
        name, _ = QFileDialog.getSaveFileName(self, "退回的行", "退回的行.xlsx", "Excel (*.xlsx)")
        if name and self._looked is not None and self._looked.made is not None:
            rows = write_rejected(self._looked.made.accounts, Path(name))
            self.said.emit(f"退回的{rows}行已存好，改好后可以再导入")

    def _dropped(self, paths: list[Path]) -> None:
        if self.context.may(Right.IMPORT):
            self.take(paths)

    def _start_view(self) -> QWidget:
        view = panel()
        layout = column(view, (32, 32, 32, 32), 14)
        layout.addStretch(2)
        kinds = "、".join(kind.label for kind in KINDS.values())
        for line in (
            label("把台账文件拖到这里", 18),
            label(f"{kinds}都能认；一次可以放几个文件，先后不论。", tone="second", wrap=True),
            label("先看一遍再写入，写入后还能整个撤销。", tone="second"),
        ):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(line)
        self._pick.setShortcut("Ctrl+O")
        self._pick.setEnabled(self.context.may(Right.IMPORT))
        layout.addWidget(self._pick, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        return view

    def _busy_view(self) -> QWidget:
        view = panel()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        layout = column(view, (32, 32, 32, 32), 14)
        layout.addStretch(2)
        layout.addWidget(self._doing, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._bar)
        layout.addWidget(self._halt, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        return view

    def _looked_view(self) -> QWidget:
        view = QWidget()
        layout = column(view, gap=10)
        head, line = row(gap=10), row(gap=0)
        head.addWidget(self._summary, 1)
        for one in (self._rejected, button("换文件", self._again), self._write):
            head.addWidget(one)
        group = QButtonGroup(self)
        for at, title in enumerate(("会怎么样", "认出的列　F2")):
            tab = button(title, partial(self._look_at, at), kind="tab")
            tab.setCheckable(True)
            group.addButton(tab)
            self._tabs.append(tab)
            line.addWidget(tab)
        line.addStretch()
        self._tabs[COLUMNS].setShortcut("F2")
        self._parts.addWidget(self._preview)
        self._parts.addWidget(self._columns)
        layout.addLayout(head)
        layout.addLayout(line)
        layout.addWidget(self._parts, 1)
        return view

    def _turn_to(self, view: int, focus: QWidget) -> None:
        self._stack.setCurrentIndex(view)
        self.setFocusProxy(focus)
        if self.isVisible():
            focus.setFocus()

    def _look_at(self, part: int) -> None:
        self._tabs[part].setChecked(True)
        self._parts.setCurrentIndex(part)
        unwritten = part == PREVIEW and self._write.isEnabled()
        self._turn_to(LOOKED, self._write if unwritten else self._parts.currentWidget())

    def _busy(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._bar.setValue(0)
        self._doing.setText("正在读取……")
        ticket.progress.connect(self._progressed)
        self._halt.show()
        self._turn_to(BUSY, self._halt)

    def _progressed(self, text: str, done: float) -> None:
        self._doing.setText(f"{text}……")
        self._bar.setValue(round(done * 1000))

    def _stop(self) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        self._return()
        self.said.emit("已停下，没有写入任何内容")

    def _return(self) -> None:
        """Show again what was looked at before; the start if nothing was."""
        if self._looked is None:
            self._turn_to(START, self._pick)
        else:
            self._look_at(self._parts.currentIndex())

    def _show(self, looked: Looked) -> None:
        self._looked = looked
        made = looked.made
        if made is not None:
            self._preview.show_preview(made)
        self._rejected.setVisible(
            made is not None and any(account.rejected_rows for account in made.accounts)
        )
        self._tabs[PREVIEW].setEnabled(made is not None)
        self._columns.show_looked(looked)
        self._look_at(COLUMNS if made is None else PREVIEW)

    def _weigh(self) -> None:
        """Say how things stand, and let be written only what was previewed as it is chosen."""
        looked = self._looked
        if looked is None:
            return
        made, changed = looked.made, self._columns.changed
        self._write.setEnabled(made is not None and not made.plan.empty and not changed)
        if looked.unknown:
            names = "、".join(f"“{name}”" for name in looked.unknown)
            self._summary.setText(f"没有认出{names}是哪种台账。请选种类，指明各列，再重读。")
        elif made is None:
            self._summary.setText("没有要导入的表。")
        elif changed:
            self._summary.setText("列改过了，按这样重读以后再写入。")
        else:
            after = "" if made.plan.empty else "写入前请看一遍。"
            self._summary.setText(f"{summary(made)}。{after}")

    def _commit(self) -> None:
        looked = self._looked
        if looked is None or looked.made is None:
            return
        # From here on the outcome is told whatever happens: there is nothing to stop any more.
        self._halt.hide()
        self._progressed("写入台账", 0.5)
        self.context.background.write(self, write_import(looked.made), self._written, self._failed)

    def _written(self, done: Done[Any]) -> None:
        looked = self._looked
        if looked is not None and looked.made is not None:
            self._done.show_done(done.no, looked.made)
            self._turn_to(DONE, self._done)
        self.said.emit("已写入台账。Ctrl+Z 可以整个撤销")

    def _again(self) -> None:
        self._looked = None
        self._turn_to(START, self._pick)

    def _failed(self, error: Exception) -> None:
        self._return()
        tell(self, error)
