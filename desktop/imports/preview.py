"""What an import would do: each file's account, the rows to heed, who and what is new."""

from pathlib import Path

from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from db.imports import Preview
from db.imports.account import FileAccount
from db.imports.headings import KINDS
from desktop.imports.work import ToldLine, told_lines, told_of
from desktop.page import Context
from desktop.widgets.parts import column, panel
from desktop.widgets.tables import Column, RowModel, RowTable

FATES = {"rejected": "退回", "duplicate": "重复", "stale": "保留手工改的"}
NOTES_HIGH, HEED_HIGH, MOST_FILES = 88, 150, 5
FILES, HEED = "每个文件的账", "要留意的行"


def _count(account: FileAccount, fate: str) -> str:
    """Rows, but sessions of a sign-in ledger: a name more in a session changes the session."""
    number = next(n for name, n in account.counts.items() if name == fate)
    return f"{number}场" if account.kind == "trainings" and number else str(number)


def _told(account: FileAccount, fate: str) -> str:
    number = told_of(account, fate)
    return f"{number}人次" if account.kind == "trainings" and number else str(number)


ACCOUNT_COLUMNS: tuple[Column[FileAccount], ...] = (
    Column("文件", lambda a: Path(a.file).name, 13),
    Column("台账", lambda a: KINDS[a.kind].label, 8),
    Column("新增", lambda a: _count(a, "added"), 5, number=True),
    Column("更改", lambda a: _count(a, "changed"), 5, number=True),
    Column("不变", lambda a: _count(a, "unchanged"), 5, number=True),
    Column("重复", lambda a: _told(a, "duplicate"), 5, number=True),
    Column("保留手工改的", lambda a: _told(a, "stale"), 7, number=True),
    Column("退回", lambda a: _told(a, "rejected"), 5, number=True),
    Column("未收入的列", lambda a: "、".join(a.left_out_columns), 8),
)
TOLD_COLUMNS: tuple[Column[ToldLine], ...] = (
    Column("处理", lambda line: FATES.get(line.told.fate, line.told.fate), 7),
    Column("文件", lambda line: line.file, 12),
    Column("行", lambda line: f"{line.told.sheet} 第{line.told.row}行".strip(), 12),
    Column("列", lambda line: line.told.column, 8),
    Column("原值", lambda line: line.told.value, 12),
    Column("原因", lambda line: line.told.reason, 12),
)


class PreviewView(QWidget):
    """Shows one preview; nothing can be changed in it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.accounts: RowModel[FileAccount] = RowModel(ACCOUNT_COLUMNS)
        self.told: RowModel[ToldLine] = RowModel(TOLD_COLUMNS)
        self._boxes: dict[str, QFrame] = {}
        self._tables: dict[str, RowTable] = {}
        self._notes = QTextEdit()
        layout = column(self, gap=12)
        for model, name, stretch in ((self.accounts, FILES, 0), (self.told, HEED, 1)):
            self._boxes[name] = box = panel()
            table = RowTable(model, name)
            column(box, (6, 6, 6, 6)).addWidget(table)
            layout.addWidget(box, stretch)
            self._tables[name] = table
        self._tables[HEED].setMinimumHeight(context.theme.px(HEED_HIGH))
        self._notes.setReadOnly(True)
        self._notes.setTabChangesFocus(True)
        self._notes.setAccessibleName("说明")
        layout.addWidget(self._notes)

    def show_preview(self, made: Preview) -> None:
        """Show what a preview found."""
        self.accounts.show_rows(made.accounts)
        self.told.show_rows(told_lines(made))
        self._boxes[HEED].setVisible(bool(self.told.rows))
        # The account is as high as its lines; what is to be heeded has the rest.
        files = self._tables[FILES]
        lines = min(max(len(made.accounts), 1), MOST_FILES)
        bars = (
            files.horizontalHeader().sizeHint().height()
            + files.horizontalScrollBar().sizeHint().height()
        )
        files.setFixedHeight(bars + lines * files.verticalHeader().defaultSectionSize() + 4)
        notes = [f"{Path(a.file).name}：{note}" for a in made.accounts for note in a.notes]
        self._notes.setPlainText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        high = (len(notes) + 2) * self._notes.fontMetrics().lineSpacing()
        self._notes.setFixedHeight(min(high, self._context.theme.px(NOTES_HIGH)))
