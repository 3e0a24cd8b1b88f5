"""The import page: drop files, look at what they bring, write them as one step."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QStackedWidget, QTextEdit, QWidget

from db.imports.account import FileAccount
from db.imports.headings import KINDS
from db.kernel.access import Right
from db.kernel.journal import Done
from desktop.background import Ticket
from desktop.errors import tell
from desktop.imports.work import Looked, ToldLine, bring_in, look, told_lines
from desktop.page import Context, Page
from desktop.paper.rejected import write_rejected
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

FATES = {"rejected": "退回", "duplicate": "重复", "stale": "保留手工改的"}
ACCOUNT_COLUMNS: tuple[Column[FileAccount], ...] = (
    Column("文件", lambda a: Path(a.file).name, 16),
    Column("台账", lambda a: KINDS[a.kind].label, 9),
    Column("新增", lambda a: str(a.counts["added"]), 5, number=True),
    Column("更改", lambda a: str(a.counts["changed"]), 5, number=True),
    Column("不变", lambda a: str(a.counts["unchanged"]), 5, number=True),
    Column("重复", lambda a: str(a.counts["duplicate"]), 5, number=True),
    Column("退回", lambda a: str(a.counts["rejected"]), 5, number=True),
    Column("未收入的列", lambda a: "、".join(a.left_out_columns), 16),
)
TOLD_COLUMNS: tuple[Column[ToldLine], ...] = (
    Column("处理", lambda line: FATES.get(line.told.fate, line.told.fate), 7),
    Column("文件", lambda line: line.file, 12),
    Column("行", lambda line: f"{line.told.sheet} 第{line.told.row}行".strip(), 12),
    Column("列", lambda line: line.told.column, 8),
    Column("原值", lambda line: line.told.value, 12),
    Column("原因", lambda line: line.told.reason, 24),
)


class ImportPage(Page):
    """Files in, whole or not at all; the whole import can be undone as one step."""

    title: ClassVar[str] = "数据"
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+O", "选择文件"), ("Enter", "写入台账"))

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.setAcceptDrops(True)
        self._looked: Looked | None = None
        self._ticket: Ticket | None = None
        self._stack = QStackedWidget()
        self._bar, self._doing = QProgressBar(), label()
        self._summary, self._notes = label(pixels=16), QTextEdit()
        self._accounts: RowModel[FileAccount] = RowModel(ACCOUNT_COLUMNS)
        self._told: RowModel[ToldLine] = RowModel(TOLD_COLUMNS)
        self._write = button("写入台账", self.write, kind="main")
        self._rejected = button("把退回的行存为工作簿", self.save_rejected)
        self._views = [self._start_view(), self._busy_view(), self._preview_view()]
        for view in self._views:
            self._stack.addWidget(view)
        column(self, (20, 16, 20, 16)).addWidget(self._stack)

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

    def write(self) -> None:
        """Write what is in sight."""
        looked, ledger = self._looked, self.context.ledger
        if looked is None or looked.made.plan.empty:
            return
        ticket = self.context.background.errand(
            self,
            lambda progress: bring_in(ledger, looked, progress),
            self._written,
            self._failed,
            lane="writer",
        )
        self._busy(ticket)

    def save_rejected(self) -> None:
        """Save the rows that were sent back as a workbook to be mended."""
        name, _ = QFileDialog.getSaveFileName(self, "退回的行", "退回的行.xlsx", "Excel (*.xlsx)")
        if name and self._looked is not None:
            rows = write_rejected(self._looked.made.accounts, Path(name))
            self.said.emit(f"退回的{rows}行已存好，改好后可以再导入")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Read what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths and self.context.may(Right.IMPORT):
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
        pick = button("选择文件　Ctrl+O", self.choose, kind="main")
        pick.setShortcut("Ctrl+O")
        pick.setEnabled(self.context.may(Right.IMPORT))
        layout.addWidget(pick, 0, Qt.AlignmentFlag.AlignHCenter)
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
        layout.addWidget(button("停下", self._stop), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        return view

    def _preview_view(self) -> QWidget:
        view = QWidget()
        layout = column(view, gap=12)
        head = row(gap=10)
        head.addWidget(self._summary, 1)
        head.addWidget(self._rejected)
        head.addWidget(button("换文件", self._again))
        head.addWidget(self._write)
        layout.addLayout(head)
        for model, name, stretch in (
            (self._accounts, "每个文件的账", 2), (self._told, "要留意的行", 3),
        ):  # fmt: skip
            box = panel()
            column(box, (6, 6, 6, 6)).addWidget(RowTable(model, name))
            layout.addWidget(box, stretch)
        self._notes.setReadOnly(True)
        self._notes.setAccessibleName("说明")
        self._notes.setMaximumHeight(self.context.theme.px(88))
        layout.addWidget(self._notes)
        return view

    def _busy(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._bar.setValue(0)
        self._doing.setText("正在读取……")
        ticket.progress.connect(self._progressed)
        self._stack.setCurrentIndex(1)

    def _progressed(self, text: str, done: float) -> None:
        self._doing.setText(f"{text}……")
        self._bar.setValue(round(done * 1000))

    def _stop(self) -> None:
        if self._ticket is not None:
            self._ticket.stop()
        self._stack.setCurrentIndex(2 if self._looked else 0)
        self.said.emit("已停下，没有写入任何内容")

    def _show(self, looked: Looked) -> None:
        self._looked = looked
        made = looked.made
        added = sum(account.counts["added"] for account in made.accounts)
        changed = sum(account.counts["changed"] for account in made.accounts)
        rejected = sum(len(account.rejected_rows) for account in made.accounts)
        if made.plan.empty:
            self._summary.setText("没有新内容，台账里都有了")
        else:
            self._summary.setText(f"新增{added}，更改{changed}，退回{rejected}。写入前请看一遍。")
        self._write.setEnabled(not made.plan.empty)
        self._rejected.setVisible(rejected > 0)
        self._accounts.show_rows(made.accounts)
        self._told.show_rows(told_lines(made))
        notes = [f"{Path(a.file).name}：{note}" for a in made.accounts for note in a.notes]
        self._notes.setPlainText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._stack.setCurrentIndex(2)
        self._write.setFocus()

    def _written(self, done: Done[Any]) -> None:
        self._again()
        self.context.background.changed.emit(done)
        self.said.emit("已写入台账。Ctrl+Z 可以整个撤销")

    def _again(self) -> None:
        self._looked = None
        self._stack.setCurrentIndex(0)

    def _failed(self, error: Exception) -> None:
        self._stack.setCurrentIndex(2 if self._looked else 0)
        tell(self, error)
