"""Rewards on paper: the list that is signed when they are paid, and the masked public notice."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from db.exports.masking import masked_text
from db.kernel.dates import full_day, month_day
from db.kernel.money import full_yuan
from db.kernel.workdays import Period
from db.people import masked
from db.rewards.lists import RewardRow
from desktop.paper.capitals import capitals
from desktop.paper.document import (
    Blank,
    BlankLine,
    Column,
    Document,
    Paragraph,
    Row,
    Signature,
    Subtitle,
    Table,
    Title,
)

NOTICE_DAYS: Final = 7
THING: Final = "实物"
# Blank room that no text of another column takes from who signs.
SIGNING: Final = "　" * 8


def payment_sheet(rows: Sequence[RewardRow], *, author: str, made_on: date) -> Document:
    """Return 奖励发放表: who signs for what, with the sum in capitals.

    Whole names stand on it, as each person named signs it.
    """
    total = sum(row.amount or 0 for row in rows)
    columns = (
        Column("序号", "right"),
        Column("姓名"),
        Column("身份"),
        Column("事由", narrow=False),
        Column("金额（元）", "right"),
        Column("领取签名"),
        Column("备注"),
    )
    lines = [
        Row((str(at), row.name, row.role_name, _why(row), _sum(row), SIGNING, _remark(row)))
        for at, row in enumerate(rows, 1)
    ]
    in_capitals = f"人民币（大写）{capitals(total)}"
    lines.append(Row(("", "合计", "", in_capitals, full_yuan(total), "", ""), "total"))
    signed = BlankLine(tuple(Blank(who) for who in ("制表", "审核", "批准")))
    return Document(
        "奖励发放表",
        author,
        (
            Title(("群防群治力量", "奖励发放表")),
            Subtitle(f"（{author}，共{len(rows)}项，{full_day(made_on)}制）"),
            Table(columns, tuple(lines), by_hand=True),
            signed,
        ),
        landscape=True,
    )


def public_notice(
    rows: Sequence[RewardRow], names: Sequence[str], *, author: str, made_on: date
) -> Document:
    """Return the notice that is put up; people are masked, also where a text has one of `names`."""
    until = made_on + timedelta(days=NOTICE_DAYS - 1)
    said = (
        f"按照一事一奖的办法，对下列{len(rows)}项给予奖励，现予公示。公示时间为"
        f"{Period(made_on, until).words}。对公示内容有意见的，请向{author}反映。"
    )
    columns = (
        Column("序号", "right"),
        Column("姓名"),
        Column("身份"),
        Column("所属社区"),
        Column("事由", narrow=False),
        Column("奖励"),
    )
    lines = tuple(
        Row(
            (
                str(at),
                masked(row.name),
                row.role_name,
                row.community,
                masked_text(row.matter, [*names, row.name]),
                f"{full_yuan(row.amount)}元" if row.amount is not None else row.thing or "",
            )
        )
        for at, row in enumerate(rows, 1)
    )
    return Document(
        "奖励公示",
        author,
        (
            Title(("群防群治力量", "奖励公示")),
            Paragraph(said),
            Table(columns, lines),
            Signature(author, full_day(made_on), seal=True),
        ),
    )


def _why(row: RewardRow) -> str:
    return f"{row.matter}（{month_day(row.happened)}）：{row.reason}"


def _sum(row: RewardRow) -> str:
    return full_yuan(row.amount) if row.amount is not None else THING


def _remark(row: RewardRow) -> str:
    return "；".join(
        part for part in (row.thing or "", f"再奖：{row.again}" if row.again else "") if part
    )
