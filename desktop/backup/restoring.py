"""The page that asks before a restore, and the page that tells how it went."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from db.kernel.clock import today
from db.looking import LookedAt
from db.restoring import PutBack
from desktop.backup.words import between_words, moment_words
from desktop.theme import Theme
from desktop.widgets.parts import boxed, button, column, label, row, set_tone

WIDTH = 520


class RestorePage(QWidget):
    """Says what a restore takes back and what is kept, and asks for the password again.

    `confirmed` carries the password that was typed.
    """

    confirmed = Signal(str)

    def __init__(self, theme: Theme, copy: LookedAt, back: Callable[[], object]) -> None:
        super().__init__()
        day = today(copy.clock)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("再输一次您的密码")
        self._password.setAccessibleName("密码")
        self._password.returnPressed.connect(self._go)
        self._message = label("", 12, "second", wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._leave = button("先不恢复", back)
        self._confirm = button("恢复", self._go, kind="main")
        layout = column(boxed(self, theme.px(WIDTH)), (28, 28, 28, 20), 12)
        layout.addWidget(label(f"用 {moment_words(copy.info.when, day)} 的备份恢复", 18, wrap=True))
        taken = label(between_words(copy.between, day), wrap=True)
        set_tone(taken, "late" if copy.between.steps else "second")
        layout.addWidget(taken)
        layout.addWidget(
            label(
                "现在的台账先做一份备份（“恢复前”），再整套留在台账文件夹里，不会删。"
                "备份核对不过，就什么也不动。密码和账号的停用照现在的算。",
                tone="second",
                wrap=True,
            )
        )
        layout.addWidget(self._password)
        layout.addWidget(self._message)
        layout.addWidget(self._bar)
        line = row()
        line.addWidget(self._leave)
        line.addStretch()
        line.addWidget(self._confirm)
        layout.addLayout(line)
        self._set_ready(ready=True)
        self.setFocusProxy(self._password)

    def refuse(self, reason: str) -> None:
        """Say why it was not begun, and let it be tried again."""
        self._set_ready(ready=True)
        self._say(reason, late=True)
        self._password.selectAll()
        QTimer.singleShot(0, self._password.setFocus)

    def tell(self, text: str, done: float) -> None:
        """Show what is being done, and from 0 to 1 how far it is."""
        if not self._confirm.isEnabled():
            self._say(text, late=False)
            self._bar.setValue(round(done * 100))

    def _go(self) -> None:
        if self._confirm.isEnabled() and self._password.text():
            self._set_ready(ready=False)
            self._say("正在核对密码……", late=False)
            self.confirmed.emit(self._password.text())

    def _say(self, text: str, *, late: bool) -> None:
        set_tone(self._message, "late" if late else "second")
        self._message.setText(text)

    def _set_ready(self, *, ready: bool) -> None:
        for widget in (self._password, self._leave, self._confirm):
            widget.setEnabled(ready)
        self._bar.setValue(0)
        self._bar.setVisible(not ready)


class RestoredPage(QWidget):
    """Says how a restore went and where the ledger of before is kept; leads to the screens."""

    def __init__(self, theme: Theme, done: PutBack, go: Callable[[], object]) -> None:
        super().__init__()
        layout = column(boxed(self, theme.px(WIDTH)), (28, 28, 28, 20), 12)
        layout.addWidget(label("没有恢复" if done.failed else "恢复好了", 18))
        for text in _told(done):
            line = label(text, wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(line)
        opens = button("打开台账", go, kind="main")
        end = row()
        end.addStretch()
        end.addWidget(opens)
        layout.addLayout(end)
        self.setFocusProxy(opens)


def _told(done: PutBack) -> Sequence[str]:
    if done.failed is not None:
        return str(done.failed), "台账还是原来的，一步也没有少。"
    told = ["台账已经回到那份备份，核对过是完好的。改动记录里记了一笔“从备份恢复”。"]
    if done.lacking:
        told.append(f"{done.lacking}。原件还在，就到那一件里重新加一次。")
    if done.aside is not None:
        told.append(f"原来的台账整套留在这里，没有删：\n{done.aside}")
        told.append("里面有群众信息，确定不要了再连文件夹一起删掉。")
    return told
