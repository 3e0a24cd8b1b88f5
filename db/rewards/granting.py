"""Rewards granted, put right, paid and voided."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.money import full_yuan
from db.kernel.text import tidy
from db.people import Volunteer
from db.rewards import SOURCE_NAMES, Receiver, Reward, RewardDraft, reward_problems
from db.rewards.fund import covered
from db.rewards.lists import RewardQuery, RewardRow, rewards, same_matter


def grant(to: Receiver, draft: RewardDraft) -> Command[Id]:
    """Return the command that grants a reward.

    UserError, naming the reward there is, for a matter that was rewarded before and no `again`.
    """

    def run(tx: Tx) -> Id:
        made = new_id()
        tx.add(Reward, [{"id": made, **_values(tx, to, draft, None)}])
        return made

    return Command("登记奖励", Right.REWARD, run, note=str(draft.happened or ""))


def change_reward(reward: Id, to: Receiver, draft: RewardDraft) -> Command[None]:
    """Return the command that sets a reward's entries; one that is paid or voided stays as it is."""

    def run(tx: Tx) -> None:
        (row,) = _rows(tx, [reward])
        if row.paid is not None:
            raise UserError("这项奖励已经发放，没有改动。弄错了请作废，再登记一项。")
        tx.change(Reward, {reward: _values(tx, to, draft, reward)})

    return Command("修改奖励", Right.REWARD, run, note=str(draft.happened or ""))


def pay(given: Sequence[Id], day: date) -> Command[int]:
    """Return the command that enters rewards as paid or handed over; it answers with their sum in 分.

    UserError for one that is paid already, for a day before its granting or ahead, and, naming the
    day, where the fund does not cover them.
    """

    def run(tx: Tx) -> int:
        rows = _rows(tx, given)
        for row in rows:
            if row.paid is not None:
                raise UserError(f"{row.name}的这项奖励{row.paid}已经发放，没有重复发放。")
            if not row.day <= day <= tx.today:
                raise UserError(f"发放日期要在决定日期（{row.day}）和今天之间，没有登记发放。")
        with covered(tx.connection, "发放以后", "没有登记发放"):
            tx.change(Reward, {reward: {"paid": day} for reward in given})
        return sum(row.amount or 0 for row in rows)

    many = f"{len(given)}项" if len(given) > 1 else ""
    return Command("确认发放奖励", Right.FUND, run, note=many)


def void_reward(reward: Id, reason: str) -> Command[None]:
    """Return the command that voids a reward: it stays in sight, its money is back in the fund."""

    def run(tx: Tx) -> None:
        said = tidy(reason)
        if not said:
            raise UserError("请写作废的原因，没有作废。")
        _rows(tx, [reward])
        tx.change(Reward, {reward: {"voided": tx.today, "void_reason": said}})

    return Command("作废奖励", Right.FUND, run)


def _rows(tx: Tx, ids: Sequence[Id]) -> list[RewardRow]:
    found = rewards(tx.connection, RewardQuery(ids=tuple(ids)), 0, len(ids))
    if not ids or len(found) < len(set(ids)):
        raise UserError("这项奖励已经不在台账里了，没有改动。")
    if any(row.voided is not None for row in found):
        raise UserError("这项奖励已经作废，没有改动。")
    return found


def _values(tx: Tx, to: Receiver, draft: RewardDraft, own: Id | None) -> dict[str, Any]:
    fit = fit_or_refuse(draft, reward_problems, tx.today)
    there = select(Volunteer.id).where(Volunteer.id == to.volunteer)
    if tx.connection.execute(there).first() is None:
        raise UserError("请先选奖给谁，没有保存。")
    if to.entity is not None and to.entity not in SOURCE_NAMES:
        raise UserError("来源记录不认识，没有保存。")
    before = same_matter(tx.connection, to, fit, leave=own)
    if before and not fit.again:
        raise UserError(f"{before_words(before)}一事一奖，没有保存；确要再奖，请写再奖理由。")
    entries = {name: getattr(fit, name) for name in RewardDraft.__dataclass_fields__}
    entries["again"] = fit.again if before else None
    return {"volunteer": to.volunteer, "entity": to.entity, "source": to.source, **entries}


def before_words(rows: Sequence[RewardRow]) -> str:
    """Return the sentence that tells of the rewards a matter has: 这件事已经奖过：王芳 200.00元（2026-03-05）。"""
    named = "、".join(f"{row.name} {what(row)}（{row.day}）" for row in rows)
    return f"这件事已经奖过：{named}。"


def what(row: RewardRow) -> str:
    """Return what is given: 200.00元, or the thing."""
    return f"{full_yuan(row.amount)}元" if row.amount is not None else row.thing or ""
