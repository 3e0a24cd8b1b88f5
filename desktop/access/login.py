"""The log-in page: who, and the password."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.theme import Theme
from desktop.widgets.parts import boxed, button, column, label, set_tone

WIDTH = 420


class LogInPage(QWidget):
    """Asks for a name and a password; `enter` gets both. Wrong ones are told on the page.

    With one account the name is not asked for. `forgotten` leads to the recovery code; behind a
    lock there is none, as the ledger is open.
    """

    def __init__(
        self,
        theme: Theme,
        users: Sequence[str],
        enter: Callable[[str, str], None],
        forgotten: Callable[[], None] | None,
        *,
        title: str = "警务室台账",
    ) -> None:
        super().__init__()
        self._enter = enter
        self._user = QComboBox()
        self._user.addItems(list(users))
        self._user.setAccessibleName("登录名")
        self._user.setVisible(len(users) > 1)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("密码")
        self._password.setAccessibleName("密码")
        self._password.returnPressed.connect(self._go)
        self._message = label("台账只在这台电脑上，密码不会传到任何地方。", 12, "second", wrap=True)
        self._button = button("打开", self._go, kind="main")
        layout = column(boxed(self, theme.px(WIDTH)), (28, 28, 28, 20), 12)
        layout.addWidget(label(title, 18))
        layout.addWidget(label(users[0] if len(users) == 1 else "请选择登录名", tone="second"))
        layout.addWidget(self._user)
        layout.addWidget(self._password)
        layout.addWidget(self._message)
        layout.addWidget(self._button)
        self._forgotten = button("忘了密码，用恢复码", forgotten, kind="link")
        layout.addWidget(self._forgotten)
        if forgotten is None:
            self._forgotten.hide()
        self.setFocusProxy(self._password)

    def wait(self) -> None:
        """Show that the password is being tried."""
        self._say("正在打开……", "second")
        self._set_ready(ready=False)

    def refuse(self, reason: str) -> None:
        """Say why it did not open, and let it be tried again."""
        self._say(reason, "late")
        self._set_ready(ready=True)
        self._password.selectAll()
        QTimer.singleShot(0, self._password.setFocus)

    def _go(self) -> None:
        if self._button.isEnabled() and self._password.text():
            self.wait()
            self._enter(self._user.currentText(), self._password.text())

    def _say(self, text: str, tone: str) -> None:
        set_tone(self._message, "late" if tone == "late" else "second")
        self._message.setText(text)

    def _set_ready(self, *, ready: bool) -> None:
        # Also the way round: the focus would go there, and a second Enter with it.
        for widget in (self._user, self._password, self._button, self._forgotten):
            widget.setEnabled(ready)
