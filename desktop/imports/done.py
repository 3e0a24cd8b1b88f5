"""After an import: what came in, and the way back."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from sqlalchemy import Connection

from db.imports import Preview
from db.imports.account import FileAccount
from db.kernel.history import void_commands
from db.kernel.journal import Done
from desktop.errors import tell
from desktop.imports.preview import ACCOUNT_COLUMNS
from desktop.imports.work import summary
from desktop.page import Context
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, label, panel
from desktop.widgets.tables import RowModel, RowTable


class DoneView(QWidget):
    """Says what was written; the whole of it can be taken back, here or wherever one undoes.

    `left` asks for other files, `saving` for the rows that were sent back.
    """

    left = Signal()
    saving = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._no: int | None = None
        self._said = ""
        self._heading, self._after = label(pixels=16, wrap=True), label(tone="second", wrap=True)
        self._accounts: RowModel[FileAccount] = RowModel(ACCOUNT_COLUMNS)
        self._undo = button("整个撤销", self._take_back)
        self._rejected = button("把退回的行存为工作簿", self.saving.emit)
        self._more = button("导入别的文件", self.left.emit, kind="main")
        layout = column(self, gap=10)
        layout.addWidget(self._heading)
        layout.addWidget(self._after)
        line = FlowLayout(gap=10)
        for one in (self._more, self._undo, self._rejected):
            line.addWidget(one)
        layout.addLayout(line)
        box = panel()
        column(box, (6, 6, 6, 6)).addWidget(RowTable(self._accounts, "每个文件的账"))
        layout.addWidget(box, 1)
        self.setFocusProxy(self._more)
        context.background.changed.connect(self._ask)

    def show_done(self, no: int, made: Preview) -> None:
        """Show an import that was written as command `no`."""
        self._no, self._said = no, summary(made)
        self._accounts.show_rows(made.accounts)
        self._rejected.setVisible(any(account.rejected_rows for account in made.accounts))
        self._tell(undone=False)

    def _take_back(self) -> None:
        if self._no is not None:
            self._more.setFocus()
            self._undo.setEnabled(False)
            self._context.background.undo(self, self._no, failed=self._refused)

    def _ask(self, done: Done[object]) -> None:
        """See whether the import still stands, after anything that was done."""
        no = self._no
        if no is not None and done.no != no:

            def void(connection: Connection) -> bool:
                return no in void_commands(connection)

            self._context.background.ask(self, void, lambda undone: self._tell(undone=undone))

    def _refused(self, error: Exception) -> None:
        self._undo.setEnabled(True)
        tell(self, error)

    def _tell(self, *, undone: bool) -> None:
        self._undo.setEnabled(not undone)
        self._heading.setText("已整个撤销" if undone else f"已写入台账：{self._said}")
        self._after.setText(
            "台账回到了导入以前，一行没留。"
            if undone
            else f"这是第{self._no}号操作。要撤销就整个撤销；以后在“改动记录”里也能撤销。"
        )
