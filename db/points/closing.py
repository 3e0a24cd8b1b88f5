"""结账: one hands a month over, another closes it, and it is frozen. The first copy alone does so.

Where the post has one account that may write, it closes alone, with a reason and a signed paper. A
closed month is never undone or changed; what comes late is corrected in the next (`corrections`).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.accounts import Account, accounts, is_alone
from db.kernel.errors import UserError
from db.kernel.ids import Id, id_text, new_id
from db.kernel.journal import Command, Tx
from db.kernel.money import short_yuan
from db.kernel.text import bad_characters, has_identity_number, tidy
from db.kernel.workdays import Month
from db.points import (
    PointCorrection,
    PointLine,
    PointMonth,
    PointProposal,
    PointShare,
)
from db.points.frozen import last_closed, packed
from db.points.month import OpenMonth, month_sheet
from db.points.rules import Rules
from db.points.sheet import Line, Sheet
from db.post import is_first_copy

MOST_NOTE: Final = 200


class Proposal(NamedTuple):
    """A month that waits for a second person; `digest` is of its figures when it was handed over."""

    id: Id
    month: Month
    account: Id | None
    who: str
    day: date
    note: str | None
    digest: str


class Readiness(NamedTuple):
    """Whether a month may be closed, and by whom; `obstacles` are sentences."""

    obstacles: tuple[str, ...]
    proposal: Proposal | None
    stale: bool
    alone: bool


def propose_closing(month: Month, note: str | None = None) -> Command[Id]:
    """Return the command that hands a month over to be closed by somebody else.

    UserError for what keeps it from closing; see `obstacles`. It takes the place of an earlier one.
    """

    def run(tx: Tx) -> Id:
        said = _fit(note)
        seen = _ready(tx, month, said)
        earlier = select(PointProposal.id).where(PointProposal.month == str(month))
        tx.remove(PointProposal, tx.connection.execute(earlier).scalars().all())
        made = new_id()
        row = {"month": str(month), "digest": digest_of(seen.sheet), "note": said}
        by = {"account": tx.account, "proposed": tx.today}
        tx.add(PointProposal, [{"id": made, **row, **by}])
        return made

    return Command("提交结账", Right.WRITE, run, note=month.words)


def withdraw_proposal(month: Month) -> Command[None]:
    """Return the command that takes a month back that was handed over."""

    def run(tx: Tx) -> None:
        found = proposal(tx.connection, month)
        if found is None:
            raise UserError("这个月没有提交结账，没有改动。")
        tx.remove(PointProposal, [found.id])

    return Command("退回结账", Right.WRITE, run, note=month.words)


def close_month(month: Month, paper: str | None = None) -> Command[Id]:
    """Return the command that closes a month and freezes it.

    The figures must be those that another account handed over. `paper` is the reason, and where the
    signed paper lies, of a post whose only account closes alone. UserError for what keeps the month
    from closing; nothing is written then.
    """

    def run(tx: Tx) -> Id:
        handed = proposal(tx.connection, month)
        signed = _fit(paper)
        by_two = handed is not None and handed.account != tx.account
        if not by_two and not is_alone(tx.connection, tx.account):
            raise UserError(
                "请先由另一个账号提交结账，再由您核准。没有结账。"
                if handed is None
                else "提交和核准要两个人，请换一个账号核准。没有结账。"
            )
        if not by_two and signed is None:
            raise UserError("只有一个账号，请写明原因和签字的纸质单放在哪里。没有结账。")
        note = handed.note if handed else None
        seen = _ready(tx, month, note or signed)
        if handed is not None and by_two and handed.digest != digest_of(seen.sheet):
            raise UserError("提交以后数据又变了，请重新核对、重新提交。没有结账。")
        if handed is not None:
            tx.remove(PointProposal, [handed.id])
        names = {line.id: line.name for line in accounts(tx.connection)}
        first = handed.account if handed is not None and by_two else tx.account
        made = new_id()
        who = {
            "prepared": first, "prepared_name": names.get(first or b"", ""),
            "approved": tx.account if by_two else None,
            "approved_name": names.get(tx.account or b"") if by_two else None,
            "paper": None if by_two else signed, "note": note,
        }  # fmt: skip
        _freeze(tx, made, seen, who)
        return made

    return Command("积分结账", Right.POINTS, run, note=month.words)


def proposal(connection: Connection, month: Month) -> Proposal | None:
    """Return what waits to be closed of a month."""
    row = connection.execute(
        select(
            PointProposal.id, PointProposal.month, PointProposal.account, Account.name,
            PointProposal.proposed, PointProposal.note, PointProposal.digest,
        )
        .join(Account, Account.id == PointProposal.account, isouter=True)
        .where(PointProposal.month == str(month))
    ).first()  # fmt: skip
    if row is None:
        return None
    return Proposal(row[0], Month.parse(row[1]), row[2], row[3] or "", *row[4:])


def readiness(
    connection: Connection, seen: OpenMonth, account: Id | None, today: date
) -> Readiness:
    """Return whether the month may be closed as it stands, and what this account may do about it."""
    month = seen.sheet.month
    handed = proposal(connection, month)
    stale = handed is not None and handed.digest != digest_of(seen.sheet)
    return Readiness(
        tuple(obstacles(connection, seen, today)), handed, stale, is_alone(connection, account)
    )


def obstacles(connection: Connection, seen: OpenMonth, today: date) -> Iterator[str]:
    """Yield what keeps a month from being closed, as sentences."""
    month = seen.sheet.month
    closed = last_closed(connection)
    if closed is not None and month <= closed:
        yield f"{closed.words}已经结账，{month.words}不能再结。"
        return
    if not is_first_copy(connection):
        yield "只在建立台账的那台电脑上结账，免得一个月结两次；这里登记的合并过去就会算进去。"
        return
    if closed is not None and month != closed.after:
        yield f"请先结{closed.after.words}。"
    if today <= month.period.end:
        yield f"{month.words}还没有过完。"
    if not any(line.scheme for line in seen.sheet.lines):
        yield "月末没有有效的积分办法，请先采用一个办法。"
    if seen.undecided:
        yield f"还有{len(seen.undecided)}条疑点没有核对。"


def digest_of(sheet: Sheet) -> str:
    """Return a digest of all a month says: of every source, sum and correction."""
    whole = blake2b(digest_size=16)
    for line in sheet.lines:
        said = line._replace(volunteer=b"", community=b"", scheme=None, shares=(), corrections=())
        whole.update(repr((id_text(line.volunteer), id_text(line.community), said)).encode())
        for share in line.shares:
            whole.update(repr(share).encode())
        for one in line.corrections:
            whole.update(repr(one).encode())
    return whole.hexdigest()


def _ready(tx: Tx, month: Month, note: str | None) -> OpenMonth:
    seen = month_sheet(tx.connection, month)
    problem = next(obstacles(tx.connection, seen, tx.today), None)
    if problem is not None:
        raise UserError(f"{problem}没有结账。")
    if seen.over and note is None:
        raise UserError(f"超出预算{short_yuan(seen.over)}元，请写明原因。没有结账。")
    return seen


def _freeze(tx: Tx, made: Id, seen: OpenMonth, who: dict[str, Any]) -> None:
    sheet = seen.sheet
    rules = seen.recount.basis.rules
    schemes, weights = _rules_used(rules, sheet.month, sheet.lines)
    sums = {"people": len(sheet.lines), "points": sheet.points, "amount": sheet.amount}
    head = {"id": made, "month": str(sheet.month), "closed": tx.today, **who, **sums}
    owing = tuple(str(month) for month in seen.owing)
    tx.add(PointMonth, [{**head, "schemes": schemes, "weights": weights, "owing": owing}])
    lines, shares, corrections = [], [], []
    for line in sheet.lines:
        own = new_id()
        plain = {n: v for n, v in line._asdict().items() if n not in ("shares", "corrections")}
        lines.append({"id": own, "month": made, **plain})
        for share in line.shares:
            kept = {**share._asdict(), "entries": packed(share.entries)}
            shares.append({"id": new_id(), "line": own, **kept})
        for one in line.corrections:
            kept = {**one._asdict(), "of": str(one.of), "entries": packed(one.entries)}
            corrections.append({"id": new_id(), "line": own, **kept})
    tx.add(PointLine, lines)
    tx.add(PointShare, shares)
    tx.add(PointCorrection, corrections)


def _rules_used(
    rules: Rules, month: Month, lines: Sequence[Line]
) -> tuple[tuple[Id, ...], tuple[Id, ...]]:
    """The schemes and weights in force in the month: naming them keeps an undo from taking them."""
    period = month.period
    schemes = rules.during(period)
    items = {item.id for s in schemes for item in s.items}
    weights = [w.id for w in rules.weights if w.item in items and w.since <= period.end]
    paid_by = {line.scheme for line in lines if line.scheme is not None}
    return tuple(dict.fromkeys([*(s.id for s in schemes), *sorted(paid_by)])), tuple(weights)


def _fit(text: str | None) -> str | None:
    said = tidy(text or "") or None
    if said is not None and (
        len(said) > MOST_NOTE or bad_characters(said) or has_identity_number(said)
    ):
        raise UserError(f"说明太长（超过{MOST_NOTE}字），或者有不能保存的内容。没有结账。")
    return said
