"""换恢复码: an officer gives the own password, keeps the new code, and the old one is void."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from db.post import the_post
from db.recovering import Recovered, offer_code, settle_code
from desktop.access.code import RecoveryCode
from desktop.background import Progress
from desktop.page import Context
from desktop.widgets.parts import button, column, label, rule

WHY = "纸丢了、被人看到过，或者从来没有抄下：换一个，旧的就作废。"
UNTIL = (
    "核对对了，旧的才作废；在那以前两个都能用。新的只显示这一次：抄在纸上，打印或存到优盘里锁起来。"
)


class NewCode(QWidget):
    """Asks for the password, shows the new code once and checks that it was kept. `said` tells how it went."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("我的密码")
        self._password.setAccessibleName("换恢复码：我的密码")
        self._password.returnPressed.connect(self._offer)
        self._asking, self._showing = QWidget(), QWidget()
        self._doubt = label(UNTIL, 12, "second", wrap=True)
        self.code = RecoveryCode()
        self.code.kept.connect(lambda: self._settle(new=True))
        layout = column(self, (0, 8, 0, 0), 8)
        layout.addWidget(rule())
        layout.addWidget(label("恢复码", 16))
        asking = column(self._asking, gap=8)
        for widget in (
            label(WHY, 12, "second", wrap=True), self._password, button("换恢复码", self._offer),
        ):  # fmt: skip
            asking.addWidget(widget)
        showing = column(self._showing, gap=8)
        for shown in (
            self._doubt, self.code, button("不换了，旧的照用", lambda: self._settle(new=False)),
        ):  # fmt: skip
            showing.addWidget(shown)
        layout.addWidget(self._asking)
        layout.addWidget(self._showing)
        self._showing.hide()

    def _offer(self) -> None:
        password, ledger = self._password.text(), self._context.ledger
        if not password:
            self.said.emit("请填密码")
            self._password.setFocus()
            return
        self._password.clear()

        def job(_: Progress) -> tuple[Recovered, str]:
            fresh = offer_code(ledger, password)
            with ledger.read() as connection:
                return fresh, the_post(connection).name

        self._context.background.errand(self, job, self._show, lane="writer")

    def _show(self, made: tuple[Recovered, str]) -> None:
        fresh, post = made
        self._doubt.setText(f"{UNTIL}{fresh.doubt}")
        self.code.show_code(fresh.code, post, self._context.today)
        self._asking.hide()
        self._showing.show()
        self.code.setFocus()

    def _settle(self, *, new: bool) -> None:
        ledger = self._context.ledger

        def settled(_: None) -> None:
            self.said.emit("旧恢复码作废了，以后用新的" if new else "没有换，旧恢复码照样用")

        self.code.forget()
        self._showing.hide()
        self._asking.show()
        self._context.background.errand(
            self, lambda _: settle_code(ledger, new=new), settled, lane="writer"
        )
