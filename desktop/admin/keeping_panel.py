"""The step that is next for what is due, what waits, or what one person asks to have erased."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from db.erasure import DUE, WHY_NAMES
from db.erasure.lists import DueGroup, Waiting
from db.erasure.proposing import MOST_AT_ONCE, MOST_NOTE, propose_erasure, withdraw_erasure
from db.kernel.access import Right
from db.kernel.dates import full_day
from db.kernel.ids import Id
from desktop.page import Context
from desktop.widgets.entries import text_field
from desktop.widgets.parts import button, column, label, row, set_tone

PAPER = "原因，和签字的纸质单放在哪里（不写姓名）"
NOTE = "说明，可以不写（不写姓名）"


@dataclass(frozen=True)
class Asked:
    """One record whose erasure a person asks for, by what it is called."""

    entity: str
    record: Id
    name: str


Subject = DueGroup | Waiting | Asked


class KeepingPanel(QWidget):
    """Says what would be erased and what stays, and offers the next step to whoever may take it.

    `giving` carries a command; `erasing` a proposal to be carried out and what was written.
    """

    giving = Signal(object, str)
    erasing = Signal(object, object)

    def __init__(self, context: Context, leave: Callable[[], object]) -> None:
        super().__init__()
        self._context = context
        self._subject: Subject | None = None
        self._alone = False
        self._title = label(pixels=16, wrap=True)
        self._told = label(wrap=True)
        self._why = QComboBox()
        self._why.setAccessibleName("为什么清除")
        for code, name in WHY_NAMES.items():
            if code != DUE:
                self._why.addItem(name, code)
        self._words = text_field(NOTE, MOST_NOTE)
        self._words.finished.connect(self._step)
        self._fault = label(wrap=True, tone="late")
        self._do = button("", self._step, kind="main")
        self._back = button("退回", self._withdraw)
        layout = column(self, (16, 14, 16, 14), 10)
        for widget in (self._title, self._told, self._why, self._words, self._fault):
            layout.addWidget(widget)
        line = row()
        self._leave = button("返回 Esc", leave, kind="link")
        line.addWidget(self._leave)
        line.addStretch()
        line.addWidget(self._back)
        layout.addLayout(line)
        layout.addWidget(self._do)
        layout.addStretch()
        self.show_subject(None, alone=False)

    def show_subject(self, subject: Subject | None, *, alone: bool) -> None:
        """Show a group that is due, a proposal that waits, a wish, or that there is nothing to do."""
        if subject != self._subject:
            self._words.clear()
            self._fault.clear()
        self._subject, self._alone = subject, alone
        self._why.setVisible(isinstance(subject, Asked))
        self._back.setVisible(isinstance(subject, Waiting))
        self._back.setEnabled(self._context.may(Right.WRITE))
        for widget in (self._words, self._do, self._leave):
            widget.setVisible(subject is not None)
        self._words.setPlaceholderText(NOTE)
        match subject:
            case None:
                self._title.setText("没有到期的")
                self._told.setText("保存期满的内容到时候列在左边，由一人提出、另一人核准清除。")
            case DueGroup():
                self._show_due(subject)
            case Waiting():
                self._show_waiting(subject)
            case Asked(name=name):
                self._title.setText(f"清除“{name}”的个人信息")
                self._told.setText(
                    "本人要求，或者记了不该记的，可以提前清除。提出以后要另一人核准；核准前随时可以退回。"
                )
                self._offer("提出清除", Right.WRITE)
        self._words.setAccessibleName(self._words.placeholderText())

    def begin(self) -> None:
        """Put the cursor where the step is taken."""
        target = self._words if self._words.isVisibleTo(self) else self._do
        target.setFocus()

    def failed(self, reason: str) -> None:
        """Say why the step was not taken."""
        set_tone(self._fault, "late")
        self._fault.setText(reason)
        self.begin()

    def _show_due(self, group: DueGroup) -> None:
        self._title.setText(f"{group.words}保存期满")
        first = group.oldest
        many = len(group.records) > MOST_AT_ONCE
        self._told.setText(
            f"最早的从{full_day(first)}算起。清除后姓名、电话和写的话没有了，"
            "次数、户数、件数都不变。"
            + (f"一次先提{MOST_AT_ONCE}条，核准后再提其余的。" if many else "")
        )
        self._offer("提出清除", Right.WRITE)

    def _show_waiting(self, waiting: Waiting) -> None:
        mine = waiting.account == self._context.ledger.session.account
        self._title.setText(f"{waiting.words}等核准")
        day = waiting.day
        said = [f"{waiting.who}在{full_day(day)}提出：{waiting.why}。"]
        said += [f"说明：{waiting.note}"] if waiting.note else []
        said.append("核准后马上清除，不能恢复，也不能撤销；清除前先自动备份。")
        two = mine and not self._alone
        if two:
            said.append("提出和核准要两个人，请另一位民警登录来核准。")
        self._told.setText("\n".join(said))
        self._words.setVisible(mine and self._alone)
        self._words.setPlaceholderText(PAPER)
        self._offer("核准清除，不能恢复", Right.ERASE)
        self._do.setVisible(not two)

    def _offer(self, words: str, right: Right) -> None:
        self._do.setText(words)
        self._do.setAccessibleName(words)
        self._do.setEnabled(self._context.may(right))

    def _step(self) -> None:
        subject = self._subject
        if subject is None or not self._do.isEnabled() or not self._do.isVisible():
            return
        words = self._words.text().strip() or None
        match subject:
            case DueGroup():
                some = subject.records[:MOST_AT_ONCE]
                command = propose_erasure(subject.entity, some, DUE, words)
                self.giving.emit(command, "已提出，等另一人核准　　Ctrl+Z 撤销")
            case Asked():
                why = self._why.currentData()
                command = propose_erasure(subject.entity, [subject.record], why, words)
                self.giving.emit(command, "已提出，等另一人核准　　Ctrl+Z 撤销")
            case Waiting():
                self.erasing.emit(subject.id, words)

    def _withdraw(self) -> None:
        if isinstance(self._subject, Waiting) and self._back.isEnabled():
            self.giving.emit(withdraw_erasure(self._subject.id), "已退回，没有清除")
