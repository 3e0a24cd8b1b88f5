"""The panel that leads a month to its closing: what stands in the way, who hands over, who approves."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from db.kernel.access import Right
from db.kernel.dates import month_day
from db.kernel.journal import Command
from db.points.closing import close_month, propose_closing, withdraw_proposal
from desktop.page import Context
from desktop.points.seen import SeenMonth, summary_words
from desktop.unsaved import FormKeeper
from desktop.widgets.parts import button, column, label, row, set_tone

PAPER = "原因，和签字的纸质单放在哪里"
NOTE = "说明（超预算时要写原因）"


class ClosingPanel(QWidget):
    """Says what keeps a month from being closed and offers the next step to whoever may take it.

    `giving` carries the command of the step.
    """

    giving = Signal(object)

    def __init__(self, context: Context, leave: Callable[[], object]) -> None:
        super().__init__()
        self._context = context
        self._seen: SeenMonth | None = None
        self._title = label(pixels=16)
        self._told = label(wrap=True)
        self._obstacles = label(wrap=True, tone="late")
        self._words = QLineEdit()
        self._words.returnPressed.connect(self._step)
        self._do = button("", self._step, kind="main")
        self._back = button("退回", self._withdraw)
        layout = column(self, (16, 14, 16, 14), 10)
        for widget in (self._title, self._told, self._obstacles, self._words):
            layout.addWidget(widget)
        line = row()
        line.addWidget(button("返回 Esc", leave, kind="link"))
        line.addWidget(self._back)
        line.addStretch()
        line.addWidget(self._do)
        layout.addLayout(line)
        layout.addStretch()
        self.setFocusProxy(self._words)
        self._kept = FormKeeper(context, "结账", self)

    def show_month(self, seen: SeenMonth) -> None:
        """Show how far a month is; a closed one says who closed it."""
        if self._seen is None or self._seen.sheet.month != seen.sheet.month:
            self._words.clear()
        self._seen = seen
        ready, month = seen.ready, seen.sheet.month
        self._title.setText(f"{month.words}结账")
        if ready is None:
            self._show_closed(seen)
            return
        obstacles = list(ready.obstacles)
        if ready.stale:
            obstacles.append("提交以后数据又变了，请重新提交。")
        self._obstacles.setText("\n".join(obstacles))
        self._obstacles.setVisible(bool(obstacles))
        handed = ready.proposal
        mine = handed is not None and handed.account == self._context.ledger.session.account
        told = [summary_words(seen) + "。", "结账以后不能改，晚到的记录在下个月里更正。"]
        if handed is not None:
            told.insert(0, f"{handed.who}在{month_day(handed.day)}提交。")
        alone = ready.alone
        if mine and not alone:
            told.append("提交和核准要两个人，请另一位民警登录来核准。")
        self._told.setText("\n".join(told))
        approving = (handed is not None and not ready.stale and not mine) or alone
        self._words.setPlaceholderText(PAPER if alone else NOTE)
        self._words.setAccessibleName(self._words.placeholderText())
        self._words.setVisible(alone or not approving)
        self._do.setText("结账" if alone else "核准结账" if approving else "提交结账")
        right = Right.POINTS if approving else Right.WRITE
        self._do.setEnabled(not ready.obstacles and self._context.may(right))
        self._do.setVisible(approving or not mine or ready.stale)
        self._back.setVisible(handed is not None)
        self._kept.begin(month.words, {"words": self._words}, new=True)

    def done(self) -> None:
        """The step is taken: what was written is stored with it."""
        self._kept.done()
        self._words.clear()

    def _show_closed(self, seen: SeenMonth) -> None:
        closed = seen.sheet.closed
        said = [summary_words(seen) + "。"]
        if closed is not None:
            by = f"{closed.prepared}提交，{closed.approved}核准。" if closed.approved else ""
            said.append(f"{closed.day.isoformat()}结账。{by}")
            said += [f"纸质签字：{closed.paper}"] if closed.paper else []
            said += [f"说明：{closed.note}"] if closed.note else []
        said.append("这个月已经冻结，晚到的记录在下个月里更正。")
        self._told.setText("\n".join(said))
        for widget in (self._obstacles, self._words, self._do, self._back):
            widget.hide()

    def _step(self) -> None:
        seen = self._seen
        if seen is None or seen.ready is None or not self._do.isEnabled():
            return
        if not self._do.isVisible():
            return
        month, text = seen.sheet.month, self._words.text().strip() or None
        command: Command[bytes] = (
            propose_closing(month, text)
            if self._do.text() == "提交结账"
            else close_month(month, text)
        )
        self.giving.emit(command)

    def _withdraw(self) -> None:
        if self._seen is not None:
            self.giving.emit(withdraw_proposal(self._seen.sheet.month))

    def told(self, reason: str) -> None:
        """Say why the step was not taken."""
        set_tone(self._obstacles, "late")
        self._obstacles.setText(reason)
        self._obstacles.show()
        self._words.setFocus(Qt.FocusReason.OtherFocusReason)
