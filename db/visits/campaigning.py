"""Campaigns that are set up, put right, and taken out again while nothing rests on them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.text import characters, tidy
from db.visits import Campaign

MOST_CHARACTERS = 40


@dataclass(frozen=True)
class CampaignDraft:
    """A campaign to be set."""

    name: str
    start: date
    end: date
    communities: tuple[Id, ...] = ()
    topics: tuple[str, ...] = ()
    tries: int = 3
    refusal_closes: bool = True
    phone_closes: bool = False


def add_campaign(draft: CampaignDraft) -> Command[Id]:
    """Return the command that sets a campaign; a name is used once."""

    def run(tx: Tx) -> Id:
        campaign = new_id()
        tx.add(Campaign, [{"id": campaign, **_values(tx, draft, None)}])
        return campaign

    return Command("设立走访任务", Right.CAMPAIGN, run, note=draft.name)


def change_campaign(campaign: Id, draft: CampaignDraft) -> Command[None]:
    """Return the command that sets a campaign's entries; its coverage is counted anew by them."""

    def run(tx: Tx) -> None:
        _require(tx, campaign)
        tx.change(Campaign, {campaign: _values(tx, draft, campaign)})

    return Command("修改走访任务", Right.CAMPAIGN, run, note=draft.name)


def remove_campaign(campaign: Id) -> Command[None]:
    """Return the command that takes a campaign out; its visits stay, as they belong to the doors."""

    def run(tx: Tx) -> None:
        _require(tx, campaign)
        tx.remove(Campaign, [campaign])

    return Command("删除走访任务", Right.CAMPAIGN, run)


def _require(tx: Tx, campaign: Id) -> None:
    if tx.connection.execute(select(Campaign.id).where(Campaign.id == campaign)).first() is None:
        raise UserError("这个走访任务已经不在台账里了，没有改动。")


def _values(tx: Tx, draft: CampaignDraft, own: Id | None) -> dict[str, Any]:
    name = tidy(draft.name)
    if not name:
        raise UserError("请给走访任务起一个名称。")
    if characters(name) > MOST_CHARACTERS:
        raise UserError(f"走访任务的名称太长（超过{MOST_CHARACTERS}字），没有保存。")
    if draft.end < draft.start:
        raise UserError("走访任务的结束日期早于开始日期，没有保存。")
    if not 1 <= draft.tries <= 20:
        raise UserError("未遇几次算尽责，请填1到20之间的数。")
    taken = select(Campaign.id).where(Campaign.name == name, Campaign.id != (own or b""))
    if tx.connection.execute(taken).first():
        raise UserError(f"已经有叫“{name}”的走访任务，没有重复保存。")
    values = {field: getattr(draft, field) for field in CampaignDraft.__dataclass_fields__}
    return {**values, "name": name}
