"""The fund (奖励资金): what came in, what was paid, and the balance after each.

Deposits come before payments of the same day. A payment that would leave less than nothing on any
day is refused in words, unless the day was as short before; what is voided moves no balance.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.money import full_yuan
from db.kernel.text import tidy
from db.people import Volunteer
from db.rewards import DepositDraft, Reward, RewardDeposit, deposit_problems

Movement = Literal["deposit", "payment"]


class FundLine(NamedTuple):
    """Money that came in or was paid, in 分, and the balance after it.

    `words` are where it came from, or to whom and for what it went.
    """

    id: Id
    kind: Movement
    day: date
    words: str
    amount: int
    balance: int
    note: str
    voided: date | None


def fund_lines(connection: Connection) -> list[FundLine]:
    """Return the fund's movements in their order, those that were voided among them."""
    deposits: Any = select(
        RewardDeposit.id, RewardDeposit.day, RewardDeposit.origin, RewardDeposit.amount,
        RewardDeposit.note, RewardDeposit.voided, RewardDeposit.void_reason,
    )  # fmt: skip
    payments: Any = (
        select(
            Reward.id, Reward.paid, Volunteer.name, Reward.matter, Reward.amount, Reward.voided,
            Reward.void_reason,
        )
        .join(Volunteer, Volunteer.id == Reward.volunteer)
        .where(Reward.paid.is_not(None), Reward.amount.is_not(None))
    )  # fmt: skip
    moved = [
        FundLine(id_, "deposit", day, origin, amount, 0, _remark(note, why), voided)
        for id_, day, origin, amount, note, voided, why in connection.execute(deposits)
    ]
    moved += [
        FundLine(id_, "payment", day, f"{name} {matter}", amount, 0, _remark(None, why), voided)
        for id_, day, name, matter, amount, voided, why in connection.execute(payments)
    ]
    found, left = [], 0
    for line in sorted(moved, key=lambda m: (m.day, m.kind, m.id)):
        if line.voided is None:
            left += line.amount if line.kind == "deposit" else -line.amount
        found.append(line._replace(balance=left))
    return found


def fund_balance(connection: Connection) -> int:
    """Return what is left in the fund, in 分."""
    lines = fund_lines(connection)
    return lines[-1].balance if lines else 0


def add_deposit(draft: DepositDraft) -> Command[Id]:
    """Return the command that enters money that came into the fund."""

    def run(tx: Tx) -> Id:
        made = new_id()
        tx.add(RewardDeposit, [{"id": made, **_values(tx, draft)}])
        return made

    return Command("登记奖励资金", Right.FUND, run, note=_sum(draft))


def change_deposit(deposit: Id, draft: DepositDraft) -> Command[None]:
    """Return the command that corrects a deposit; UserError if what was paid would not be covered."""

    def run(tx: Tx) -> None:
        _standing(tx, deposit)
        with covered(tx.connection, "这样改以后", "没有保存"):
            tx.change(RewardDeposit, {deposit: _values(tx, draft)})

    return Command("修改奖励资金", Right.FUND, run, note=_sum(draft))


def void_deposit(deposit: Id, reason: str) -> Command[None]:
    """Return the command that voids a deposit; it stays in sight. UserError as for a correction."""

    def run(tx: Tx) -> None:
        said = tidy(reason)
        if not said:
            raise UserError("请写作废的原因，没有作废。")
        _standing(tx, deposit)
        with covered(tx.connection, "作废这笔以后", "没有作废"):
            tx.change(RewardDeposit, {deposit: {"voided": tx.today, "void_reason": said}})

    return Command("作废奖励资金", Right.FUND, run)


@contextmanager
def covered(connection: Connection, when: str, so: str) -> Iterator[None]:
    """Raise UserError, naming the day and what is missing, if what is done inside leaves less than
    nothing on a day, and less than before: what an undo left short may be made up bit by bit.
    """
    before = fund_lines(connection)
    yield
    for line in fund_lines(connection):
        if line.balance < min(0, _balance_on(before, line.day)):
            raise UserError(
                f"奖励资金不够：{when}，{line.day.isoformat()}会差{full_yuan(-line.balance)}元。{so}，"
                "台账还是原样。请先登记到账的资金，或核对日期。"
            )


def _balance_on(lines: Sequence[FundLine], day: date) -> int:
    return next((line.balance for line in reversed(lines) if line.day <= day), 0)


def _values(tx: Tx, draft: DepositDraft) -> dict[str, Any]:
    fit = fit_or_refuse(draft, deposit_problems, tx.today)
    return {name: getattr(fit, name) for name in DepositDraft.__dataclass_fields__}


def _standing(tx: Tx, deposit: Id) -> None:
    row = tx.connection.execute(
        select(RewardDeposit.voided).where(RewardDeposit.id == deposit)
    ).first()
    if row is None:
        raise UserError("这笔资金已经不在台账里了，没有改动。")
    if row.voided is not None:
        raise UserError("这笔资金已经作废，没有改动。")


def _remark(note: str | None, void_reason: str | None) -> str:
    return f"作废：{void_reason}" if void_reason else note or ""


def _sum(draft: DepositDraft) -> str:
    return f"{full_yuan(draft.amount)}元" if draft.amount else ""
