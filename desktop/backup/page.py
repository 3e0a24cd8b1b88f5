"""备份: the copies there are, a new one by one key, one on a stick."""

from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QFileDialog

from db.backup import BackupInfo, list_backups
from desktop.errors import tell
from desktop.page import Context, Page
from desktop.widgets.parts import button, column, label, panel, row
from desktop.widgets.tables import Column, RowModel, RowTable

COLUMNS: tuple[Column[BackupInfo], ...] = (
    Column("号", lambda b: str(b.number), 5, number=True),
    Column("时间", lambda b: f"{b.when.astimezone():%Y-%m-%d %H:%M}", 12),
    Column("为什么", lambda b: b.reason, 10),
    Column("大小", lambda b: f"{b.size / 2**20:.1f} MB", 8, number=True),
    Column("到第几号操作", lambda b: str(b.head), 8, number=True),
    Column("文件夹", lambda b: str(b.path), 30),
)


class BackupPage(Page):
    """Makes a verified backup, checks an old one, and says how a restore is done."""

    title: ClassVar[str] = "备份"
    keys: ClassVar[tuple[tuple[str, str], ...]] = (("Ctrl+B", "马上备份"),)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._model: RowModel[BackupInfo] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "备份")
        self._doing = label(tone="second")
        head = row(gap=10)
        now = button("马上备份　Ctrl+B", self.back_up, kind="main")
        now.setShortcut("Ctrl+B")
        head.addWidget(self._doing, 1)
        head.addWidget(button("核验选中的", self._verify))
        head.addWidget(button("备份到优盘", self._back_up_elsewhere))
        head.addWidget(now)
        frame = panel()
        column(frame, (6, 6, 6, 6)).addWidget(self._table)
        outer = column(self, (20, 12, 20, 14), 10)
        outer.addLayout(head)
        outer.addWidget(frame, 1)
        outer.addWidget(
            label(
                "每份备份都打开核对过才算数，按天、周、月自动留存。台账损坏时，关掉窗口，"
                "用“policepost restore 备份文件夹 --data 台账文件夹”恢复；好的台账不会被覆盖。",
                12,
                "second",
                wrap=True,
            )
        )
        self.setFocusProxy(self._table)

    def refresh(self) -> None:
        """List the backups in the ledger's own folder."""
        folder = self.context.ledger.place.backups

        def found(infos: list[BackupInfo]) -> None:
            self._model.show_rows(infos)
            self._table.selectRow(0)
            self.about.emit(f"{len(infos)}份备份" if infos else "还没有备份")

        self.context.background.errand(self, lambda _: list(list_backups(folder)), found)

    def back_up(self, to: Path | None = None) -> None:
        """Make a backup, in the ledger's folder or elsewhere."""
        ledger = self.context.ledger
        self._doing.setText("正在备份和核对……")

        def made(info: BackupInfo) -> None:
            self._doing.clear()
            self.said.emit(f"备份好了，已经打开核对过：{info.path.name}")
            self.refresh()

        self.context.background.errand(
            self, lambda _: ledger.back_up("手动", to), made, self._failed, lane="writer"
        )

    def _back_up_elsewhere(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "备份到哪里")
        if folder:
            self.back_up(Path(folder))

    def _verify(self) -> None:
        at = self._table.currentIndex().row()
        if not 0 <= at < len(self._model.rows):
            return
        info = self._model.rows[at]
        self._doing.setText("正在核对……")

        def checked(problems: list[str]) -> None:
            self._doing.setText(
                f"第{info.number}号备份不能用：{problems[0]}"
                if problems
                else f"第{info.number}号备份完好"
            )

        ledger = self.context.ledger
        self.context.background.errand(
            self, lambda _: ledger.check_backup(info.path), checked, self._failed
        )

    def _failed(self, error: Exception) -> None:
        self._doing.clear()
        tell(self, error)
