"""奖励资金: what came in, what was paid, and what is left after each."""

from collections.abc import Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.journal import Command
from db.kernel.money import full_yuan
from db.rewards import DepositDraft, deposit_problems
from db.rewards.fund import FundLine, add_deposit, change_deposit, fund_lines, void_deposit
from desktop.page import Context
from desktop.unsaved import Inputs
from desktop.widgets.entries import text_field
from desktop.widgets.forms import DraftForm
from desktop.widgets.parts import button, label, row
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column

KIND_NAMES = {"deposit": "到账", "payment": "发放"}


def _sum(line: FundLine, kind: str) -> str:
    return full_yuan(line.amount) if line.kind == kind else ""


class FundPage(RegisterPage[FundLine]):
    """The fund's movements, the latest first, and the form of money that came in."""

    title: ClassVar[str] = "奖励资金"
    noun = "到账"
    placeholder = "来源、姓名、事项"
    entity: ClassVar[str] = "reward_deposit"
    watches: ClassVar[frozenset[str]] = frozenset(("reward", "reward_deposit", "volunteer"))
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "登记到账的资金"),
        ("Enter", "下一格，最后一格保存"),
        ("Ctrl+C", "复制选中的行"),
    )
    columns: Sequence[Column[Any]] = (
        Column("日期", lambda f: f.day.isoformat(), 6),
        Column("收支", lambda f: KIND_NAMES[f.kind], 3),
        Column("来源或事项", lambda f: f.words, 11),
        Column("到账", lambda f: _sum(f, "deposit"), 6, number=True),
        Column("发放", lambda f: _sum(f, "payment"), 6, number=True),
        Column(
            "余额", lambda f: full_yuan(f.balance), 6, number=True, late=lambda f: f.balance < 0
        ),
        Column("备注", lambda f: f.note, 10, late=lambda f: f.voided is not None),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._left = 0

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[FundLine]]:
        """Return the movements whose words hold what was typed."""
        wanted = self.text.text().strip()
        lines = fund_lines(connection)
        self._left = lines[-1].balance if lines else 0
        found = [line for line in lines[::-1] if wanted in f"{line.words}{line.note}"]
        return len(found), found[offset : offset + limit]

    def form_parts(self, layout: QVBoxLayout) -> None:
        """The entries of money that came in, and voiding."""
        self._form = DraftForm(
            DepositDraft,
            lambda draft: deposit_problems(draft, self.context.today),
            {},
            lambda: self.context.today,
        )
        self._form.saved.connect(self.save)
        self._about = label(tone="second", wrap=True)
        self._save = button("保存", self.save, kind="main")
        self._why = text_field("作废原因", 100)
        self._why.setPlaceholderText("作废原因")
        self._why.finished.connect(self.void)
        self._void = button("作废", self.void)
        layout.addWidget(self._about)
        layout.addWidget(self._form)
        line = row()
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)
        self._voiding = QWidget()
        voiding = row(self._voiding)
        voiding.addWidget(self._why, 1)
        voiding.addWidget(self._void)
        self.form_foot.addWidget(self._voiding)

    def row_name(self, of: FundLine) -> str:
        """What it is called over its history."""
        return f"{of.day} {of.words}"

    def begin_new(self) -> None:
        """Begin a deposit, if the person may."""
        if self.context.may(Right.FUND):
            super().begin_new()
        elif self.row is not None or self.model.rows:
            self.said.emit("奖励资金由民警登记")
        else:
            self.show_row(None)

    def show_history(self) -> None:
        """Open who changed what: of a payment, in its reward."""
        if self.row is not None:
            entity = "reward_deposit" if self.row.kind == "deposit" else "reward"
            self.context.routes.go(
                "data", tab="history", entity=entity, record=self.row.id,
                name=self.row_name(self.row),
            )  # fmt: skip

    def show_row(self, chosen: FundLine | None) -> None:
        """Show a deposit, an empty form, or of a payment where it is looked after."""
        deposit = chosen is None or chosen.kind == "deposit"
        may = self.context.may(Right.FUND) and deposit
        standing = chosen is None or chosen.voided is None
        self._save.setEnabled(may and standing)
        self._voiding.setVisible(chosen is not None and standing and may)
        self._save.setVisible(deposit and standing)
        self._why.clear()
        self._form.setVisible(deposit)
        self._about.setVisible(not deposit or not standing)
        if chosen is None:
            self._form.show_draft(DepositDraft(day=self.context.today))
            self._form.setFocus()
            return
        self.heading.setText(f"{KIND_NAMES[chosen.kind]}{full_yuan(chosen.amount)}元")
        if deposit:
            self._form.show_draft(_draft(chosen))
        self._about.setText(
            chosen.note if chosen.voided else f"{chosen.words}。发放在“奖励”里确认和作废。"
        )

    def typed_beside(self) -> Inputs:
        """Why it is voided stands beside the form."""
        return {"why": self._why}

    def save(self) -> None:
        """Write the deposit."""
        if not self._save.isEnabled():
            return
        try:
            draft = self._form.draft()
        except ValueError:
            return
        command: Command[Any] = add_deposit(draft)
        if self.row is not None:
            command = change_deposit(self.row.id, draft)
        self.write(command, f"已保存 {full_yuan(draft.amount)}元")

    def void(self) -> None:
        """Void the deposit in sight for the reason typed."""
        if self.row is not None and self._voiding.isVisibleTo(self):
            self.write(void_deposit(self.row.id, self._why.text()), "已作废这笔资金")

    def _show(self, answer: tuple[int, list[FundLine]]) -> None:
        super()._show(answer)
        short = "，少于零：有到账没有登记，或被撤销了，请核对" if self._left < 0 else ""
        self.foot.setText(f"共{answer[0]}笔　余额{full_yuan(self._left)}元{short}")


def _draft(line: FundLine) -> DepositDraft:
    note = None if line.voided is not None else line.note or None
    return DepositDraft(line.day, line.amount, line.words, note)
