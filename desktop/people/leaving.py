"""离岗和返岗 of a colleague: the day, who takes over what is open, and a log-in that is still there."""

from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget
from sqlalchemy import Connection

from db.disputes.handover import Leaving, open_matters, staff_leaves
from db.kernel.access import Right
from db.kernel.accounts import AccountLine, accounts
from db.kernel.journal import Done
from db.people.colleagues import StaffRow, staff_returns, staff_rows
from desktop.background import Ticket
from desktop.page import Context
from desktop.people.service import day_field
from desktop.widgets.parts import button, column, fill, label, row, rule, set_tone
from desktop.words import day_words


class Left(NamedTuple):
    """What a colleague has open, whoever may take it over, and the accounts that bear their name."""

    matters: int
    others: list[StaffRow]
    accounts: list[AccountLine]


class LeavingBox(QWidget):
    """Below the form of a colleague. `said` tells what was done."""

    said = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._of: StaffRow | None = None
        self._ticket: Ticket | None = None
        self._user = ""
        self._state = label(pixels=12, tone="second", wrap=True)
        self._day = day_field("离岗日期", lambda: context.today)
        self._day.setPlaceholderText("今天")
        self._leave = button("离岗", self._leaves)
        self._back = button("返岗", self._returns)
        self._to = QComboBox()
        self._to.setAccessibleName("没办完的纠纷交给")
        self._to.addItem("不交接", None)
        self._hand = button("交接", self._hands_over)
        # An account has no other tie to a colleague than the name.
        self._closes = QCheckBox()
        self._log_in = label(pixels=12, tone="late", wrap=True)
        self._open_accounts = button("去设置、账号停用", self._go_to_accounts, kind="link")
        layout = column(self, gap=8)
        layout.addWidget(rule())
        layout.addWidget(self._state)
        takes = row(gap=6)
        takes.addWidget(self._to, 1)
        takes.addWidget(self._hand)
        layout.addLayout(takes)
        leaves = row(gap=6)
        leaves.addWidget(self._day, 1)
        leaves.addWidget(self._leave)
        leaves.addWidget(self._back)
        layout.addLayout(leaves)
        layout.addWidget(self._closes)
        layout.addWidget(self._log_in)
        layout.addWidget(self._open_accounts)
        self._day.finished.connect(self._leave.setFocus)
        may = context.may(Right.SETTINGS)
        for widget in (self._day, self._leave, self._back, self._to, self._hand):
            widget.setEnabled(may)
        self._closes.setEnabled(context.may(Right.ACCOUNTS))

    def show_colleague(self, of: StaffRow | None) -> None:
        """Speak of a colleague, or of nobody."""
        if self._ticket is not None:
            self._ticket.stop()
        if of is None or self._of is None or of.id != self._of.id:
            self._day.clear()
            self._to.setCurrentIndex(0)
            self._closes.setChecked(True)
        self._of = of
        self.setVisible(of is not None)
        if of is None:
            return
        today = self._context.today

        def question(connection: Connection) -> Left:
            bearing = [
                one
                for one in accounts(connection)
                if one.until is None and of.name in (one.name, one.user)
            ]
            others = [one for one in staff_rows(connection, today) if one.id != of.id]
            return Left(len(open_matters(connection, of.id, today)), others, bearing)

        self._ticket = self._context.background.ask(self, question, self._show)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Accounts are also closed on a page of their own, and by no command."""
        self.show_colleague(self._of)
        super().showEvent(event)

    def _show(self, found: Left) -> None:
        if self._of is None:
            return
        gone, many = self._of.until, found.matters
        some = f"有{many}件没办完的纠纷" if many else ""
        if gone is None:
            self._state.setText(f"离岗，{some}交给" if some else "离岗")
        else:
            day = day_words(gone, self._context.today)
            self._state.setText(f"{day}离岗，还{some}，交给" if some else f"{day}离岗")
        set_tone(self._state, "late" if gone is not None and some else "second")
        fill(self._to, [(one.name, one.id) for one in found.others], first=1)
        self._to.setVisible(bool(many))
        self._hand.setVisible(gone is not None and bool(many))
        self._day.setVisible(gone is None)
        self._leave.setVisible(gone is None)
        self._back.setVisible(gone is not None)
        self._user = found.accounts[0].user if found.accounts else ""
        self._log_in.setText(f"账号“{self._user}”还能登录，离岗的人要停用")
        for widget in (self._log_in, self._open_accounts):
            widget.setVisible(gone is not None and bool(self._user))
        self._closes.setText(f"同时停用账号“{self._user}”")
        self._closes.setVisible(gone is None and self._is_theirs(found))

    def _is_theirs(self, found: Left) -> bool:
        """Tell whether the one account of this name is nobody else's, nor of who sits here."""
        assert self._of is not None  # noqa: S101  asked of a colleague in sight
        mine, name = self._context.ledger.session.account, self._of.name
        return (
            [one.id == mine for one in found.accounts] == [False]
            and self._context.may(Right.ACCOUNTS)
            and all(one.name != name for one in found.others)
        )

    def _leaves(self) -> None:
        if self._of is None:
            return
        try:
            day = self._day.value() or self._context.today
        except ValueError as reason:
            self.said.emit(str(reason))
            return
        name, said_day = self._of.name, day_words(day, self._context.today)
        ledger, user = self._context.ledger, self._user
        closes = self._closes.isVisible() and self._closes.isChecked()

        def left(done: Done[Leaving]) -> None:
            said = f"{name}{said_day}离岗"
            if many := len(done.value.matters):
                moved = "已交接" if done.value.handed_over else "还没有交接"
                said += f"，{many}件没办完的纠纷{moved}"
            if not closes:
                self.said.emit(f"{said}　　Ctrl+Z 撤销")
                return
            # A closing is not undone and a leaving is, so they are two commands. A leaving can be
            # refused, so it goes first; where the account stays open then, the page goes on saying so.
            self._context.background.errand(
                self,
                lambda _: ledger.close_account(user),
                lambda _: self._closed(f"{said}，账号“{user}”已停用　　Ctrl+Z 撤销离岗"),
                lane="writer",
            )

        command = staff_leaves(self._of.id, day, self._to.currentData())
        self._context.background.write(self, command, left, once=self._of.id)

    def _closed(self, said: str) -> None:
        self.said.emit(said)
        self.show_colleague(self._of)

    def _hands_over(self) -> None:
        """Hand over what is still open of one who has left."""
        if self._of is None or self._of.until is None:
            return
        if self._to.currentData() is None:
            self.said.emit("请先选交给谁")
            self._to.setFocus()
            return
        to = self._to.currentText()
        command = staff_leaves(self._of.id, self._of.until, self._to.currentData())
        self._context.background.write(
            self,
            command,
            lambda done: self.said.emit(
                f"{len(done.value.matters)}件没办完的纠纷已交给{to}　　Ctrl+Z 撤销"
            ),
            once=self._of.id,
        )

    def _returns(self) -> None:
        if self._of is not None:
            said = f"{self._of.name}返岗　　Ctrl+Z 撤销"
            self._context.background.write(
                self, staff_returns(self._of.id), lambda _: self.said.emit(said)
            )

    def _go_to_accounts(self) -> None:
        self._context.routes.go("admin", tab="accounts", user=self._user)
