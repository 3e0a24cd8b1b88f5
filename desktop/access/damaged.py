"""The page for a ledger that cannot be opened: what happened, and its backups to be put back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget
from shiboken6 import isValid

from db.backup import BackupInfo, file_problems, list_backups, read_info
from db.kernel.errors import PolicepostError
from db.kernel.files import require_entry
from desktop.access.opening import Opener, users_of
from desktop.errors import tell
from desktop.theme import Theme
from desktop.widgets.flow import FlowLayout
from desktop.widgets.parts import button, column, fill, label, panel, row, set_kind, set_tone
from desktop.widgets.tables import Column, RowModel, RowTable

if TYPE_CHECKING:
    from db.kernel.clock import Clock
    from db.restoring import PutBack

WIDTH = 780


@dataclass(frozen=True)
class Copy:
    """A backup, and how its files were found; None while nobody has looked."""

    info: BackupInfo
    problems: list[str] | None = None

    @property
    def state(self) -> str:
        """How it was found, in words."""
        if self.problems is None:
            return "正在核对……"
        return self.problems[0] if self.problems else "完好"


COLUMNS: tuple[Column[Copy], ...] = (
    Column("时间", lambda c: f"{c.info.when.astimezone():%Y-%m-%d %H:%M}", 9, whole=True),
    Column("为什么", lambda c: c.info.reason, 7),
    Column("大小", lambda c: f"{c.info.size / 2**20:.1f} MB", 6, number=True),
    Column("核对", lambda c: c.state, 12, late=lambda c: bool(c.problems)),
)


class DamagedPage(QWidget):
    """Lists the backups newest first and puts the chosen one back with the password.

    `again` tries to open the ledger once more; `restored` gets what was put back.
    """

    def __init__(
        self,
        theme: Theme,
        opener: Opener,
        data: Path,
        clock: "Clock | None",
        reason: str,
        again: Callable[[], object],
        restored: "Callable[[PutBack], None]",
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._opener, self._data, self._clock, self._restored = opener, data, clock, restored
        self._reason = reason
        self._model: RowModel[Copy] = RowModel(COLUMNS)
        self._table = RowTable(self._model, "备份")
        self._table.setSelectionMode(RowTable.SelectionMode.SingleSelection)
        self._table.setMinimumHeight(theme.px(130))
        self._user = QComboBox()
        self._user.setAccessibleName("登录名")
        self._user.hide()
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("密码")
        self._password.setAccessibleName("密码")
        self._password.returnPressed.connect(self._restore)
        self._message = label("", 12, "second", wrap=True)
        self._title = label("台账打不开", 18)
        self._go = button("用选中的备份恢复", self._restore, kind="main")
        self._other = button("打开别处的备份", self._choose, kind="link")
        self._again = button("再试着打开一次", again, kind="link")
        self._build(theme)
        self.setFocusProxy(self._password)
        self.look_in(data / "backups")

    def _build(self, theme: Theme) -> None:
        box = panel()
        box.setMaximumWidth(theme.px(WIDTH))
        layout = column(box, (24, 20, 24, 16), 10)
        layout.addWidget(self._title)
        layout.addWidget(label(self._reason, wrap=True))
        layout.addWidget(
            label(
                "什么也没有删。恢复时，打不开的文件整套挪进台账文件夹里的另一个文件夹留着。"
                "备份之后登记过的要重新登记。",
                tone="second",
                wrap=True,
            )
        )
        layout.addWidget(self._table, 1)
        layout.addWidget(self._line())
        layout.addWidget(self._message)
        layout.addStretch()
        middle = row(self, (24, 20, 24, 20))
        middle.addStretch(1)
        middle.addWidget(box, 100)
        middle.addStretch(1)

    def look_in(self, folder: Path) -> None:
        """List the backups of a folder, or the one that the folder is."""
        self._say("正在找备份……")
        self._opener.start(partial(_found, folder), self._show, self._not_found)

    def _line(self) -> QWidget:
        line = QWidget()
        flow = FlowLayout(line)
        for widget in (self._user, self._password, self._go, self._other, self._again):
            flow.addWidget(widget)
        return line

    def _show(self, found: list[BackupInfo]) -> None:
        if not isValid(self):
            return
        self._model.show_rows([Copy(info) for info in found])
        self._title.setText("台账打不开，可以用备份恢复" if found else "台账打不开")
        # Nothing to choose from is no reason to ask for a password.
        for widget in (self._table, self._password, self._go):
            widget.setVisible(bool(found))
        set_kind(self._other, "link" if found else "main")
        (self._password if found else self._other).setFocus()
        self._table.selectRow(0)
        users = _users(self._data) or next((u for i in found if (u := _users(i.path))), [])
        fill(self._user, [(user, user) for user in users])
        self._user.setVisible(len(users) > 1)
        self._say("" if found else "这里没有备份。优盘上有的话，点“打开别处的备份”。")
        self._check_next()

    def _check_next(self) -> None:
        """Look at one backup after the other, so that a restore need not wait for all of them."""
        at = next((n for n, copy in enumerate(self._model.rows) if copy.problems is None), None)
        if at is None or not self._go.isEnabled():
            return
        copy = self._model.rows[at]

        def checked(problems: list[str]) -> None:
            if isValid(self) and at < len(self._model.rows) and self._model.rows[at] is copy:
                self._model.rows[at] = replace(copy, problems=problems)
                self._table.viewport().update()
                self._choose_first_good()
                self._check_next()

        self._opener.start(partial(file_problems, copy.info), checked, self._failed)

    def _choose_first_good(self) -> None:
        rows, at = self._model.rows, self._table.currentIndex().row()
        good = next((n for n, copy in enumerate(rows) if copy.problems == []), None)
        if good is not None and 0 <= at < len(rows) and rows[at].problems:
            self._table.selectRow(good)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "备份在哪个文件夹")
        if folder:
            self.look_in(Path(folder))

    def _restore(self) -> None:
        at = self._table.currentIndex().row()
        if not self._go.isEnabled() or not self._password.text():
            return
        if not 0 <= at < len(self._model.rows):
            self._say("请先选一份备份。", late=True)
            return
        data, clock, info = self._data, self._clock, self._model.rows[at].info
        user, password = self._user.currentText(), self._password.text()

        def job() -> "PutBack":
            from db.restoring import restore_closed  # noqa: PLC0415  slow to import

            return restore_closed(data, info.path, user, password, clock)

        self._set_ready(ready=False)
        self._say("正在核对和恢复，请稍等……")
        self._opener.start(job, self._restored, self._failed)

    def _failed(self, error: Exception) -> None:
        if not isValid(self):
            return
        self._set_ready(ready=True)
        self._say(str(error) if isinstance(error, PolicepostError) else "", late=True)
        if not isinstance(error, PolicepostError):
            tell(self, error)
        self._check_next()

    def _not_found(self, error: Exception) -> None:
        self._show([])
        if str(error) != self._reason:
            self._failed(error)
        elif isValid(self):
            # A folder that is closed to this user is the reason that stands above.
            self._say("")

    def _say(self, text: str, *, late: bool = False) -> None:
        set_tone(self._message, "late" if late else "second")
        self._message.setText(text)

    def _set_ready(self, *, ready: bool) -> None:
        for widget in (self._user, self._password, self._go, self._other, self._again, self._table):
            widget.setEnabled(ready)


def _found(folder: Path) -> list[BackupInfo]:
    require_entry(folder)
    return [read_info(folder)] if (folder / "manifest.json").exists() else list_backups(folder)


def _users(folder: Path) -> list[str]:
    try:
        return users_of(folder)
    except PolicepostError:
        return []
