"""备份: the copies there are, a new one by one key, one on a stick; an old one looked at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtWidgets import QFileDialog, QProgressBar, QWidget

from db.backup import BackupInfo, list_backups
from db.kernel.access import Right
from db.looking import LookedAt, look_at
from desktop.background import Progress, Ticket
from desktop.backup.checking import CheckLine
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

COLUMNS: tuple[Column[BackupInfo], ...] = (
    Column("号", lambda b: str(b.number), 5, number=True),
    Column("时间", lambda b: f"{b.when.astimezone():%Y-%m-%d %H:%M}", 9, whole=True),
    Column("为什么", lambda b: b.reason, 10),
    Column("大小", lambda b: f"{b.size / 2**20:.1f} MB", 8, number=True),
    Column("到第几号操作", lambda b: str(b.head), 8, number=True),
    Column("文件夹", lambda b: str(b.path), 30),
)


class BackupPage(Page):
    """Makes a verified backup, checks an old one or the ledger, and opens one to be looked at and put back."""

    title: ClassVar[str] = "备份"
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Enter", "先看看选中的备份"), ("Ctrl+B", "马上备份"),
    )  # fmt: skip

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._elsewhere: Path | None = None
        self._ticket: Ticket | None = None
        self._opened: list[LookedAt] = []
        self._model: RowModel[BackupInfo] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "备份", "还没有备份")
        if context.may(Right.BACKUP):
            self._table.empty = "还没有备份，按 Ctrl+B 马上做一份"
        self._table.activated.connect(lambda _: self._look_chosen())
        self._where = label(tone="second", wrap=True)
        self._home = button("回到台账自己的备份", self._go_home, kind="link")
        self._look_button = button("先看看　Enter", self._look_chosen)
        self._doing, self._bar = label(tone="second", wrap=True), QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._stop = button("取消", self._cancel)
        self._check = CheckLine(context)
        self._check.said.connect(self.said)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addWidget(self._buttons())
        told = row(gap=10)
        for widget, stretch in (
            (self._where, 0), (self._home, 0), (self._doing, 1), (self._bar, 1), (self._stop, 0),
        ):  # fmt: skip
            told.addWidget(widget, stretch)
        outer.addLayout(told)
        outer.addWidget(self._check)
        outer.addWidget(frame, 1)
        outer.addWidget(
            label(
                "每份备份都打开核对过才算数，按天、周、月自动留存。要恢复，先选一份“先看看”，看清了再恢复："
                "现在的台账会先备份、再整套留在旁边，不会被盖掉。",
                12,
                "second",
                wrap=True,
            )
        )
        self._show_working(working=False)
        self.setFocusProxy(self._table)

    def _buttons(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line)
        now = button("马上备份　Ctrl+B", self.back_up, kind="main")
        now.setShortcut("Ctrl+B")
        other = button("打开别处的备份", self._choose_elsewhere)
        stick = button("备份到优盘", self._back_up_elsewhere)
        whole = button("核对台账", self._check.begin)
        for one in (now, stick, self._look_button, other, whole):
            one.setEnabled(self.context.may(Right.BACKUP))
            flow.addWidget(one)
        flow.addWidget(button("核验选中的", self._verify))
        return line

    def open(self, what: Mapping[str, Any]) -> None:
        """Open the backup that a route names."""
        if "look" in what:
            self.look(Path(what["look"]))

    def refresh(self) -> None:
        """List the backups in the ledger's own folder, or where a person pointed to."""
        folder = self._elsewhere or self.context.ledger.place.backups

        def found(infos: list[BackupInfo]) -> None:
            self._model.show_rows(infos)
            self._table.selectRow(0)
            self.about.emit(f"{len(infos)}份备份" if infos else "还没有备份")

        self._where.setText(f"{folder} 里的备份" if self._elsewhere else "")
        self._where.setVisible(self._elsewhere is not None)
        self._home.setVisible(self._elsewhere is not None)
        self.context.background.errand(self, lambda _: list_backups(folder), found)

    def back_up(self, to: Path | None = None) -> None:
        """Make a backup, in the ledger's folder or elsewhere."""
        ledger = self.context.ledger
        self._tell("正在备份和核对……")

        def made(info: BackupInfo) -> None:
            self._tell("")
            aside = f"　{info.told}" if info.told else ""
            self.said.emit(f"备份好了，已经打开核对过：{info.path.name}{aside}")
            self.context.background.backed_up.emit()
            self.refresh()

        self.context.background.errand(
            self, lambda _: ledger.back_up("手动", to), made, self._failed, lane="writer"
        )

    def look(self, folder: Path) -> None:
        """Open a backup to be looked at; the window then shows it in the ledger's place."""
        if self._ticket is not None or not self._look_button.isEnabled():
            return
        ledger = self.context.ledger

        def job(progress: Progress) -> LookedAt:
            copy = look_at(ledger, folder, progress)
            self._opened.append(copy)
            return copy

        def then(copy: LookedAt) -> None:
            self._opened.clear()
            self._show_working(working=False)
            self.context.routes.looking.emit(copy)

        self._ticket = self.context.background.errand(self, job, then, self._failed)
        self._ticket.progress.connect(self._tell_progress)
        self._show_working(working=True)
        self._tell("正在核对备份……")

    def look_elsewhere(self, folder: Path) -> None:
        """Open the backup that a folder is, or list those that lie in it."""
        if (folder / "manifest.json").exists():
            self.look(folder)
            return
        self._elsewhere = folder
        self.refresh()

    def _look_chosen(self) -> None:
        info = self._chosen()
        if info is not None:
            self.look(info.path)

    def _choose_elsewhere(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "备份在哪个文件夹")
        if folder:
            self.look_elsewhere(Path(folder))

    def _go_home(self) -> None:
        self._elsewhere = None
        self.refresh()

    def _cancel(self) -> None:
        if self._ticket is None:
            return
        self._ticket.stop()
        self._show_working(working=False)
        self._tell("没有打开，什么也没有改动")
        # It may have been opened just before nobody wanted it any more.
        left = self._opened
        self.context.background.errand(self, lambda _: _close(left), lambda _: None)

    def _tell_progress(self, text: str, done: float) -> None:
        self._tell(text)
        self._bar.setValue(round(done * 100))

    def _show_working(self, *, working: bool) -> None:
        if not working:
            self._ticket = None
            self._tell("")
        self._bar.setValue(0)
        self._bar.setVisible(working)
        self._stop.setVisible(working)

    def _tell(self, text: str) -> None:
        self._doing.setText(text)
        self._doing.setVisible(bool(text))

    def _back_up_elsewhere(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "备份到哪里")
        if folder:
            self.back_up(Path(folder))

    def _chosen(self) -> BackupInfo | None:
        return self._model.at(self._table.currentIndex())

    def _verify(self) -> None:
        info = self._chosen()
        if info is None:
            return
        self._tell("正在核对……")

        def checked(problems: list[str]) -> None:
            self._tell(
                f"第{info.number}号备份不能用：{problems[0]}"
                if problems
                else f"第{info.number}号备份完好"
                + (f"，但做的时候{info.lacking}" if info.lost else "")
            )

        ledger = self.context.ledger
        self.context.background.errand(
            self, lambda _: ledger.check_backup(info.path), checked, self._failed
        )

    def _failed(self, error: Exception) -> None:
        self._show_working(working=False)
        tell(self, error)


def _close(copies: list[LookedAt]) -> None:
    while copies:
        copies.pop().close()
