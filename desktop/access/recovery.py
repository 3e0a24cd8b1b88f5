"""A new password by the recovery code, and the new code that takes the used one's place."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from db.kernel.clock import Clock, today
from db.kernel.errors import PolicepostError
from desktop.access.code import RecoveryCode
from desktop.access.opening import Opener
from desktop.errors import tell
from desktop.theme import Theme
from desktop.widgets.parts import boxed, button, column, label, row, set_tone

if TYPE_CHECKING:
    from db.recovering import Recovered

WIDTH = 460


class RecoveryPage(QWidget):
    """Asks for the code, whose password, and the new one; then shows the new code once and checks
    that it was kept."""

    def __init__(
        self,
        theme: Theme,
        opener: Opener,
        folder: Path,
        users: Sequence[str],
        back: Callable[[], object],
        clock: Clock,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._opener, self._folder, self._clock, self._back = opener, folder, clock, back
        self._code = _field("恢复码", "8组字母和数字，空格和横线可以不要")
        self._user = QComboBox()
        self._user.addItems(list(users))
        self._user.setAccessibleName("登录名")
        self._new, self._again = _field("新密码", "新密码"), _field("再输一遍", "再输一遍")
        for field in (self._new, self._again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        self._message = label("用过的恢复码会作废，给您一个新的。", 12, "second", wrap=True)
        self._go = button("重设密码", self._recover, kind="main")
        self._asking, self._fresh = QWidget(), RecoveryCode()
        self._title = label("用恢复码重设密码", 18)
        layout = column(boxed(self, theme.px(WIDTH)), (28, 28, 28, 20), 12)
        layout.addWidget(self._title)
        asking = column(self._asking, gap=12)
        for widget in (self._code, self._user, self._new, self._again):
            asking.addWidget(widget)
        layout.addWidget(self._asking)
        layout.addWidget(self._message)
        self._line = QWidget()
        line = row(self._line)
        line.addWidget(button("返回", back))
        line.addStretch()
        line.addWidget(self._go)
        layout.addWidget(self._line)
        layout.addWidget(self._fresh)
        self._fresh.hide()
        self._fresh.kept.connect(back)
        for field, after in ((self._code, self._new), (self._new, self._again)):
            field.returnPressed.connect(after.setFocus)
        self._again.returnPressed.connect(self._recover)
        self.setFocusProxy(self._code)

    def _recover(self) -> None:
        if not self._go.isEnabled():
            return
        if self._new.text() != self._again.text():
            self._refuse("两次输入的密码不一样。")
            return
        folder, code, user = self._folder, self._code.text(), self._user.currentText()
        password, clock = self._new.text(), self._clock

        def job() -> "Recovered":
            from db.recovering import recover  # noqa: PLC0415  slow to import

            return recover(folder, code, user, password, clock)

        self._go.setEnabled(False)
        set_tone(self._message, "second")
        self._message.setText("正在重设……")
        self._opener.start(job, self._recovered, self._failed)

    def _recovered(self, done: "Recovered") -> None:
        for field in (self._code, self._new, self._again):
            field.clear()
        self._asking.hide()
        self._line.hide()
        self._title.setText("收好新的恢复码")
        set_tone(self._message, "second")
        self._message.setText(
            f"密码已重设，原来的恢复码作废了。{done.doubt}新的只显示这一次：抄在纸上，或存到优盘里锁起来。"
        )
        self._fresh.show_code(done.code, "警务室台账", today(self._clock))
        self._fresh.show()
        self._fresh.setFocus()

    def _failed(self, error: Exception) -> None:
        self._go.setEnabled(True)
        if isinstance(error, PolicepostError):
            self._refuse(str(error))
        else:
            tell(self, error)

    def _refuse(self, reason: str) -> None:
        set_tone(self._message, "late")
        self._message.setText(reason)


def _field(name: str, hint: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    return field
