"""奖励: the rewards as a list with their fund's balance; the form, paying, voiding, the papers."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import Connection

from db.kernel.access import Right
from db.kernel.dates import month_day
from db.kernel.journal import Command, Done
from db.kernel.money import full_yuan
from db.places import CommunityLine, communities
from db.post import the_post
from db.rewards.fund import fund_balance
from db.rewards.granting import change_reward, grant, pay, void_reward, what
from db.rewards.lists import (
    STATE_NAMES,
    RewardQuery,
    RewardRow,
    RewardTotals,
    names_known,
    reward_totals,
    rewards,
)
from desktop.page import Context
from desktop.paper.reward_sheets import payment_sheet, public_notice
from desktop.paper_out import Leaving, Made, PaperOut, one_table
from desktop.rewards.form import RewardForm
from desktop.unsaved import Inputs
from desktop.widgets.choices import ChoiceBox
from desktop.widgets.entries import EntryField, text_field
from desktop.widgets.parts import button, fill, label, row
from desktop.widgets.periods import PeriodBox, period_words
from desktop.widgets.register import RegisterPage
from desktop.widgets.tables import Column
from desktop.words import day_words, typed_day

SHEET, NOTICE = "奖励发放表", "奖励公示"
MOST_ON_PAPER = 2000


def _remark(reward: RewardRow) -> str:
    if reward.void_reason:
        return f"作废：{reward.void_reason}"
    return f"再奖：{reward.again}" if reward.again else ""


def _state(reward: RewardRow) -> str:
    if reward.state == "paid" and reward.paid is not None:
        return f"{month_day(reward.paid)}发放"
    return STATE_NAMES[reward.state]


class RewardsPage(RegisterPage[RewardRow]):
    """Everything that was granted: to whom, for what, whether it was paid."""

    title: ClassVar[str] = "奖励"
    noun = "奖励"
    entity: ClassVar[str] = "reward"
    watches: ClassVar[frozenset[str]] = frozenset(
        ("reward", "reward_deposit", "volunteer", "community")
    )
    keys: ClassVar[tuple[tuple[str, str], ...]] = (
        ("Ctrl+N", "新的奖励：先打姓名或拼音首字母，回车选定"),
        ("Enter", "从名单到右边；下一格，最后一格保存"),
        ("Ctrl+E", "确认发放选中的奖励，Shift+方向键多选"),
        ("Ctrl+P", "打印发放表或公示：选中的几项，没有多选就是列出的全部"),
        ("Ctrl+S", "存为 PDF 或 Excel"),
        ("Ctrl+C", "复制选中的行"),
    )
    columns: Sequence[Column[Any]] = (
        Column("姓名", lambda r: r.name, 5),
        Column("社区", lambda r: r.community, 6, spare=True),
        Column("事项", lambda r: r.matter, 10),
        Column("奖励", what, 6, number=True),
        Column("情况", _state, 6, late=lambda r: r.state == "voided"),
        Column("决定", lambda r: r.day.isoformat(), 6, spare=True),
        Column("说明", _remark, 10, spare=True),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._places: Sequence[CommunityLine] = ()
        self._counted: tuple[RewardTotals, int] | None = None
        self._community = self.filter_box("社区", [("全部社区", None)])
        self._state = self.filter_box(
            "情况", [("全部情况", None), *((word, code) for code, word in STATE_NAMES.items())]
        )
        self._days = PeriodBox(lambda: context.today)
        self._days.chosen.connect(lambda _: self.refresh())
        self._days.refused.connect(self.said)
        self.filters.insert(self.filters.count() - 1, self._days)
        self._out = PaperOut(self)
        self._paper = ChoiceBox("哪种表")
        for name in (SHEET, NOTICE):
            self._paper.addItem(name, name)
        self._print = button("打印 Ctrl+P", self.print)
        self._print.setShortcut("Ctrl+P")
        self._keep = button("存为文件 Ctrl+S", self.keep)
        self._keep.setShortcut("Ctrl+S")
        for widget in (self._paper, self._print, self._keep):
            # Whole names leave the post on it, so who may grant may print.
            widget.setEnabled(context.may(Right.REWARD))
            self.tools.addWidget(widget)

    def asked(self, connection: Connection, offset: int, limit: int) -> tuple[int, list[RewardRow]]:
        """Return the rewards the filters mean."""
        query = self._query()
        self._places = communities(connection)
        self._counted = reward_totals(connection, query), fund_balance(connection)
        return self._counted[0].rows, rewards(connection, query, offset, limit)

    def open(self, what: Mapping[str, Any]) -> None:
        """The same; or begin one for the volunteer of `to`."""
        super().open(what)
        if what.get("to") is not None and self.context.may(Right.REWARD):
            self.begin_new()
            self._reward.person.look_up(what["to"])

    def form_parts(self, layout: QVBoxLayout) -> None:
        """The reward itself; below it paying and voiding."""
        context = self.context
        self._reward = RewardForm(context)
        self._form = self._reward.draft_form
        self._reward.saved.connect(self.save)
        self._save = button("保存", self.save, kind="main")
        self._paid_on = EntryField("发放日期", lambda text: typed_day(text or "今", context.today))
        self._paid_on.setPlaceholderText("今天")
        self._pay = button("确认发放　Ctrl+E", self.pay)
        self._pay.setShortcut("Ctrl+E")
        self._why = text_field("作废原因", 100)
        self._why.setPlaceholderText("作废原因")
        self._void = button("作废", self.void)
        self._state_told = label(tone="second", wrap=True)
        layout.addWidget(self._state_told)
        layout.addWidget(self._reward)
        line = row()
        line.addStretch()
        line.addWidget(self._save)
        self.form_foot.addLayout(line)
        self._paying, self._voiding = QWidget(), QWidget()
        for place, field, act in (
            (self._paying, self._paid_on, self._pay),
            (self._voiding, self._why, self._void),
        ):
            line = row(place)
            line.addWidget(field, 1)
            line.addWidget(act)
            self.form_foot.addWidget(place)
        self._paid_on.finished.connect(self.pay)
        self._why.finished.connect(self.void)

    def begin_new(self) -> None:
        """Begin a reward, if the person may grant one."""
        if not self.context.may(Right.REWARD):
            if self.row is not None or self.model.rows:
                self.said.emit("登记奖励由民警、辅警办理")
            else:
                self.show_row(None)
            return
        super().begin_new()

    def show_row(self, chosen: RewardRow | None) -> None:
        """Show a reward, or an empty form."""
        open_ = chosen is not None and chosen.state == "granted"
        may_pay = self.context.may(Right.FUND)
        self._save.setEnabled(self.context.may(Right.REWARD) and (chosen is None or open_))
        for widget in (self._paid_on, self._pay):
            widget.setEnabled(may_pay and open_)
        for widget in (self._why, self._void):
            widget.setEnabled(may_pay and chosen is not None and chosen.voided is None)
        self._paying.setVisible(open_)
        self._voiding.setVisible(chosen is not None and chosen.voided is None)
        self._why.clear()
        self._state_told.setText(_told(chosen, self.context))
        self._state_told.setVisible(bool(self._state_told.text()))
        self._reward.show_reward(chosen)
        if chosen is not None:
            self.heading.setText(f"{chosen.name}　{what(chosen)}")

    def offer_choices(self) -> None:
        """The communities."""
        fill(self._community, [(place.name, place.id) for place in self._places], first=1)

    def typed_beside(self) -> Inputs:
        """Whom and what for stand beside the form, as does why it is voided."""
        return {**self._reward.beside, "why": self._why}

    def save(self) -> None:
        """Write the reward."""
        if not self._save.isEnabled():
            return
        try:
            to, draft = self._reward.entered()
        except ValueError as reason:
            if str(reason):
                self.said.emit(str(reason))
            return
        command: Command[Any] = grant(to, draft)
        if self.row is not None:
            command = change_reward(self.row.id, to, draft)
        self.write(command, f"已保存 {draft.matter}")

    def pay(self) -> None:
        """Enter the marked rewards as paid."""
        ids = self.chosen_ids()
        if not self.context.may(Right.FUND):
            self.said.emit("确认发放由民警办理")
            return
        day = self._paid_on.value()
        if not ids or day is None:
            self.said.emit("请先选中要发放的奖励" if not ids else "看不懂发放日期")
            return

        def paid(done: Done[int]) -> None:
            self._paid_on.clear()
            self.said.emit(f"已发放{len(ids)}项，{full_yuan(done.value)}元　　Ctrl+Z 撤销")

        self.context.background.write(self, pay(ids, day), paid, once=("pay", *ids))

    def void(self) -> None:
        """Void the reward in sight for the reason typed."""
        if self.row is None or not self._void.isEnabled():
            return
        self.write(void_reward(self.row.id, self._why.text()), f"已作废{self.row.name}的奖励")

    def print(self) -> None:
        """Print the paper that is chosen."""
        self._out.print(self.paper())

    def keep(self) -> None:
        """Save the paper that is chosen."""
        self._out.save(f"{self._paper.currentData()}{self.context.today}", self.paper())

    def paper(self) -> Made:
        """Return what makes the chosen paper of the marked rewards, or of all that are listed."""
        marked, query = self.chosen_ids(), self._query()
        if len(marked) > 1:
            query = RewardQuery(ids=tuple(marked))
        return partial(_paper, self._paper.currentData(), query, self.context)

    def _query(self) -> RewardQuery:
        return RewardQuery(
            text=self.text.text(),
            community=self._community.currentData(),
            state=self._state.currentData(),
            period=self._days.period,
            ids=self.only,
        )

    def _show(self, answer: tuple[int, list[RewardRow]]) -> None:
        super()._show(answer)
        if self._counted is None:
            return
        totals, balance = self._counted
        parts = [
            f"{word}{many}项{full_yuan(money)}元"
            for word, many, money in (
                ("待发放", totals.granted, totals.sum_granted),
                ("已发放", totals.paid, totals.sum_paid),
            )
            if many
        ]
        voided = [f"作废{totals.voided}项"] if totals.voided else []
        told = [f"共{totals.rows}项", *parts, *voided, f"资金余额{full_yuan(balance)}元"]
        self.foot.setText("　".join(told))
        period = self._days.period
        self.about.emit("" if period is None else period_words(period, self.context.today))


def _paper(name: str, query: RewardQuery, context: Context, connection: Connection) -> Leaving:
    found = rewards(connection, query, 0, MOST_ON_PAPER)[::-1]
    rows = [row for row in found if row.voided is None]
    author, day = the_post(connection).name, context.today
    if name == SHEET:
        return one_table(payment_sheet(rows, author=author, made_on=day), named=True)
    return one_table(public_notice(rows, names_known(connection), author=author, made_on=day))


def _told(reward: RewardRow | None, context: Context) -> str:
    """What has become of a reward, in a sentence; empty while it is open."""
    if reward is None or reward.state == "granted":
        return ""
    day = context.today
    paid = f"{day_words(reward.paid, day)}已发放" if reward.paid else ""
    if reward.voided is None:
        return f"{paid}，不能再改。弄错了请作废，再登记一项。"
    voided = f"{day_words(reward.voided, day)}作废：{reward.void_reason}"
    return "；".join(part for part in (paid, voided) if part)
