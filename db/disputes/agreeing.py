"""What was agreed, in full, and what came back of a referral: both belong to the conclusion in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from db.disputes import PARTY, Conclusion, Reopening
from db.disputes.life import (
    agreement_in_force,
    dated_problems,
    facts_of,
    refuse_closed,
    require_not_before,
)
from db.disputes.words import FORMS
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import Field, Problem, common_problems, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx

ACCEPTED: Final = "accepted"
RETURNED: Final = "returned"
ANSWERS: Final = {"已接收": ACCEPTED, "退回": RETURNED}
ANSWER_NAMES: Final = {code: word for word, code in ANSWERS.items()}
# 分; a hundred million yuan is no dispute of a police post.
MOST_MONEY: Final = 10_000_000_000


@dataclass(frozen=True)
class AgreementDraft:
    """The content of a 协议书 or of an oral agreement's register (人民调解法 arts. 28-29)."""

    form: str | None = entry(Field("协议形式", kind="choice", choices=FORMS))
    matters: str | None = entry(Field("主要事实和争议事项", kind="prose", most=4000, **PARTY))
    terms: str | None = entry(Field("协议内容", kind="prose", most=4000, **PARTY))
    way: str | None = entry(Field("履行方式", most=200, **PARTY))
    due: date | None = entry(Field("履行期限", kind="day", ahead=True))
    amount: int | None = entry(Field("金额（元）", kind="money", most=MOST_MONEY))
    copies: int | None = entry(Field("份数", kind="count", most=20))


@dataclass(frozen=True)
class AnswerDraft:
    """What the receiver of a referral said: taken on, or sent back."""

    answer: str = entry(Field("答复", kind="choice", choices=ANSWERS, required=True), ACCEPTED)
    day: date | None = entry(Field("答复日期", kind="day", required=True))
    note: str | None = entry(Field("说明", most=200, **PARTY))


def agreement_problems(draft: AgreementDraft) -> Iterator[Problem]:
    """Yield what keeps an agreement's content from being stored."""
    yield from common_problems(draft)
    if draft.form is None:
        yield Problem("form", "请选协议是书面还是口头")
    if not draft.terms:
        yield Problem("terms", "请写协议内容")


def answer_problems(draft: AnswerDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps an answer from being stored."""
    yield from dated_problems(draft, today)
    if draft.answer not in ANSWER_NAMES:
        yield Problem("answer", "请选答复")
    if draft.answer == RETURNED and not draft.note:
        yield Problem("note", "退回的，请写原因")


def write_agreement(dispute: Id, draft: AgreementDraft) -> Command[None]:
    """Return the command that sets what was agreed in the agreement in force.

    UserError once the file is closed: what lies in it was signed.
    """

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, agreement_problems)
        ending = agreement_in_force(tx, dispute)
        refuse_closed(facts_of(tx.connection, dispute), tx.today)
        if fit.due and fit.due < ending.day:
            raise UserError("履行期限早于达成协议的日期，没有保存。")
        values = {name: getattr(fit, name) for name in AgreementDraft.__dataclass_fields__}
        tx.change(Conclusion, {ending.id: values})

    return Command("填写协议内容", Right.WRITE, run)


def agreement(connection: Connection, conclusion: Id) -> AgreementDraft:
    """Return what a conclusion's agreement says so far."""
    names = list(AgreementDraft.__dataclass_fields__)
    row = connection.execute(
        select(*(getattr(Conclusion, name) for name in names)).where(Conclusion.id == conclusion)
    ).one()
    return AgreementDraft(**dict(row._mapping))


def answer_referral(dispute: Id, draft: AnswerDraft) -> Command[None]:
    """Return the command that enters a receiver's answer; what is sent back is open again."""

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, answer_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        facts = facts_of(tx.connection, dispute)
        ending = facts.ending_on(tx.today)
        if ending is None or ending.outcome != "referred":
            raise UserError("这件纠纷现在没有移送，没有保存。")
        require_not_before(fit.day, ending.day, "移送")
        if fit.answer == RETURNED:
            # What was sent back before was open: then it is the 结案 that is wrong.
            require_not_before(fit.day, facts.last_closing or fit.day, "结案")
        values = {"answer": fit.answer, "answered_on": fit.day, "answer_note": fit.note}
        tx.change(Conclusion, {ending.id: values})
        if fit.answer == RETURNED:
            back = {"dispute": dispute, "day": fit.day, "reason": f"移送退回：{fit.note}"}
            tx.add(Reopening, [{"id": new_id(), **back}])

    return Command("登记移送答复", Right.WRITE, run, note=ANSWER_NAMES.get(draft.answer, ""))


def take_answer_back(conclusion: Id) -> Command[None]:
    """Return the command that takes a receiver's answer out; a reopening it brought stays.

    UserError once the file is closed, or for a conclusion that is gone.
    """

    def run(tx: Tx) -> None:
        of = select(Conclusion.dispute).where(Conclusion.id == conclusion)
        dispute = tx.connection.execute(of).scalar()
        if dispute is None:
            raise UserError("这一条已经不在台账里了，没有改动。")
        refuse_closed(facts_of(tx.connection, dispute), tx.today)
        values = {"answer": None, "answered_on": None, "answer_note": None}
        tx.change(Conclusion, {conclusion: values})

    return Command("取消移送答复", Right.WRITE, run)
