"""What comes of a dispute: dated facts, from which its state follows (docs/DOMAIN.md).

Each fact is one command and can be undone; a mistaken one is taken out and entered anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from sqlalchemy import Connection, select

from db.disputes import PARTY, Conclusion, FollowUp, Reopening
from db.disputes.course import Extension, MediationSession
from db.disputes.facts import Ending, Facts, dispute_facts
from db.disputes.refiling import refile
from db.disputes.registering import FACTS, require_dispute
from db.disputes.words import FORMS, OPEN, RESULT_NAMES, RESULTS
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import (
    KEEP_FIVE_YEARS,
    KEEP_OFFICE,
    Field,
    Problem,
    common_problems,
    entry,
    fit_or_refuse,
)
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.people.colleagues import staff_by_name
from db.people.roster import volunteers_by_name

ENDINGS: Final = {word: code for word, code in RESULTS.items() if code != OPEN}
DESTINATIONS: Final = (
    "司法所", "人民法院（诉调对接）", "派出所（公调对接）", "街道综治中心", "责任单位",
)  # fmt: skip
TOLD: Final = "told"
TOLD_WAYS: Final = {"已告知可以仲裁、行政、诉讼": TOLD}
# Why a mediation usually ends without an agreement; another reason can be written. A party may
# refuse mediation, or ask that it ends, at any time (人民调解法 art. 23).
REASONS: Final = {
    "failed": ("当事人拒绝调解", "当事人要求终止调解", "分歧过大，达不成协议", "当事人不到场"),
    "withdrawn": ("申请人撤回申请", "双方自行和解", "已向人民法院起诉"),
}
# The paper that tells how it ended (db/disputes/dossier.py).
ENDING_PAPERS: Final = {
    "settled": "agreement", "referred": "referral", "failed": "explanation", "withdrawn": "explanation",
}  # fmt: skip
TOLD_WAYS_NAMES: Final = {code: word for word, code in TOLD_WAYS.items()}
FACT_NAMES: Final = {
    "dispute_conclusion": "结论", "dispute_reopening": "重新受理", "dispute_follow_up": "回访",
    "dispute_session": "调解记录", "dispute_extension": "延期", "dispute_report": "报告",
    "dispute_closing": "结案",
}  # fmt: skip
_KINDS: Final = {record.__tablename__: record for record in FACTS}


@dataclass(frozen=True)
class ConclusionDraft:
    """How a dispute ended; form and performance day belong to an agreement, 去向 to a referral, the
    reason to a failure or withdrawal; after a failure the parties are told their legal ways."""

    outcome: str = entry(Field("结论", kind="choice", choices=ENDINGS, required=True), "settled")
    day: date | None = entry(Field("日期", kind="day", required=True))
    form: str | None = entry(Field("协议形式", kind="choice", choices=FORMS))
    due: date | None = entry(Field("履行期限", kind="day", ahead=True))
    destination: str | None = entry(Field("移送去向", most=60))
    told_ways: str | None = entry(Field("告知法律途径", kind="choice", choices=TOLD_WAYS))
    reason: str | None = entry(Field("原因", most=200, purpose="调解文书", keep=KEEP_FIVE_YEARS))


@dataclass(frozen=True)
class PerformanceDraft:
    """The agreement was kept, on this day."""

    day: date | None = entry(Field("履行日期", kind="day", required=True))


@dataclass(frozen=True)
class FollowUpDraft:
    """A 回访, and who made it: colleagues, and people of the roster who came along."""

    day: date | None = entry(Field("回访日期", kind="day", required=True))
    result: str | None = entry(Field("回访情况", most=500, **PARTY))
    staff: tuple[str, ...] = entry(
        Field("回访人", kind="names", most=40, purpose="纠纷的经办人", keep=KEEP_OFFICE), ()
    )
    volunteers: tuple[str, ...] = entry(
        Field("联户长、志愿者", kind="names", most=40, purpose="参与回访的联户长、志愿者",
              keep=KEEP_OFFICE), ()
    )  # fmt: skip


@dataclass(frozen=True)
class ReopeningDraft:
    """A concluded dispute is taken up again."""

    day: date | None = entry(Field("日期", kind="day", required=True))
    reason: str = entry(Field("原因", required=True, most=200, **PARTY), "")


def conclusion_problems(draft: ConclusionDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a conclusion from being stored."""
    yield from dated_problems(draft, today)
    if draft.outcome == "settled":
        if draft.form is None:
            yield Problem("form", "请选协议是书面还是口头")
        if draft.due and draft.day and draft.due < draft.day:
            yield Problem("due", "履行期限早于达成协议的日期")
    elif draft.outcome not in RESULT_NAMES or draft.outcome == OPEN:
        yield Problem("outcome", "请选结论")
    elif draft.outcome == "referred" and not draft.destination:
        yield Problem("destination", "请写移送到哪里")
    elif draft.outcome == "failed" and draft.told_ways != TOLD:
        # 人民调解法 art. 26.
        yield Problem("told_ways", "调解不成的，要告知当事人可以通过仲裁、行政、司法途径维护权利")
    if draft.outcome in REASONS and not draft.reason:
        yield Problem("reason", f"请写{RESULT_NAMES[draft.outcome]}的原因")


def conclude(dispute: Id, draft: ConclusionDraft) -> Command[Id]:
    """Return the command that concludes an open dispute; it answers with the conclusion's id."""

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, conclusion_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        facts = facts_of(tx.connection, dispute)
        if facts.ending_on(tx.today) is not None:
            raise UserError("这件纠纷已经有结论，没有保存。要再调解，请先登记“重新受理”。")
        require_not_before(fit.day, facts.running_since(tx.today), "受理")
        require_not_before(fit.day, max(facts.sessions, default=fit.day), "最后一次调解")
        require_not_before(fit.day, facts.last_closing or fit.day, "结案")
        settled = fit.outcome == "settled"
        values = {
            "day": fit.day, "outcome": fit.outcome, "form": fit.form if settled else None,
            "due": fit.due if settled else None, "performed": False,
            "destination": fit.destination if fit.outcome == "referred" else None,
            "told_ways": True if fit.outcome == "failed" else None,
            "reason": fit.reason if fit.outcome in REASONS else None,
        }  # fmt: skip
        made = new_id()
        tx.add(Conclusion, [{"id": made, "dispute": dispute, **values}])
        paper = ENDING_PAPERS[fit.outcome]
        if any(ENDING_PAPERS[ending.outcome] == paper for ending in facts.endings):
            refile(tx, dispute, paper)
        return made

    return Command("登记结论", Right.WRITE, run, note=RESULT_NAMES.get(draft.outcome, ""))


def perform(dispute: Id, draft: PerformanceDraft) -> Command[None]:
    """Return the command that tells an agreement was kept on a day.

    UserError once the file is closed: what is heard later belongs to a 回访.
    """

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, dated_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        ending = agreement_in_force(tx, dispute)
        if ending.performed:
            raise UserError("这份协议已经登记为履行，没有重复保存。")
        facts = facts_of(tx.connection, dispute)
        if facts.closed_on(tx.today):
            raise UserError("这件纠纷已经结案，没有保存。结案以后知道的履行情况，请登记在回访里。")
        require_not_before(fit.day, ending.day, "达成协议")
        tx.change(Conclusion, {ending.id: {"performed": True, "performed_on": fit.day}})
        if any(one.performed and one.id != ending.id for one in facts.endings):
            refile(tx, dispute, "performance")

    return Command("登记履行", Right.WRITE, run)


def follow_up(dispute: Id, draft: FollowUpDraft) -> Command[Id]:
    """Return the command that enters a 回访 of an agreement; it answers with its id.

    Who made it becomes a colleague if not known yet. One made after 结案 leaves the file as it was
    signed. UserError for a name the roster does not have.
    """

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, dated_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        require_not_before(fit.day, agreement_in_force(tx, dispute).day, "达成协议")
        made = new_id()
        row = {
            "id": made,
            "dispute": dispute,
            "day": fit.day,
            "result": fit.result,
            "staff": staff_by_name(tx, fit.staff),
            "volunteers": volunteers_by_name(tx.connection, fit.volunteers, fit.day),
        }
        facts = facts_of(tx.connection, dispute)
        if facts.follow_ups and not facts.closed_on(tx.today):
            refile(tx, dispute, "follow_up")
        tx.add(FollowUp, [row])
        return made

    return Command("登记回访", Right.WRITE, run)


def reopen(dispute: Id, draft: ReopeningDraft) -> Command[Id]:
    """Return the command that takes a concluded dispute up again; its month begins anew."""

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, dated_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        facts = facts_of(tx.connection, dispute)
        ending = facts.ending_on(tx.today)
        if ending is None:
            raise UserError("这件纠纷还没有结论，不用重新受理。")
        require_not_before(fit.day, ending.day, "原来下结论")
        require_not_before(fit.day, facts.last_closing or fit.day, "结案")
        made = new_id()
        tx.add(Reopening, [{"id": made, "dispute": dispute, "day": fit.day, "reason": fit.reason}])
        return made

    return Command("重新受理纠纷", Right.WRITE, run)


def unperform(dispute: Id) -> Command[None]:
    """Return the command that takes back that an agreement was kept."""

    def run(tx: Tx) -> None:
        ending = agreement_in_force(tx, dispute)
        if not ending.performed:
            raise UserError("这份协议没有登记过履行，不用取消。")
        refuse_closed(facts_of(tx.connection, dispute), tx.today)
        tx.change(Conclusion, {ending.id: {"performed": False, "performed_on": None}})

    return Command("取消履行登记", Right.WRITE, run)


def remove_fact(entity: str, fact: Id) -> Command[None]:
    """Return the command that takes out something that was entered by mistake.

    UserError where a later fact rests on it: a reopening or 结案 on its conclusion, a 回访 on the
    agreement, 结案 on the 回访 before it and on all that lies signed in the file.
    """

    def run(tx: Tx) -> None:
        record = _KINDS[entity]
        dispute = tx.connection.execute(select(record.dispute).where(record.id == fact)).scalar()
        if dispute is None:
            raise UserError("这一条已经不在台账里了，没有改动。")
        facts = facts_of(tx.connection, dispute)
        turns: list[tuple[date, Id]] = [(ending.day, ending.id) for ending in facts.endings]
        turns = sorted([*turns, *facts.closings, *((r.day, r.id) for r in facts.reopenings)])
        own = next(((day, id_) for day, id_ in turns if id_ == fact), None)
        later = own is not None and own != turns[-1]
        followed = record is Conclusion and own and any(own[0] <= d for d in facts.follow_ups)
        if later or followed:
            raise UserError("后面登记的事以它为前提，没有删除。请从后往前删。")
        closed = max((id_ for _, id_ in facts.closings), default=b"")
        visited_since = record is FollowUp and fact > closed
        if record in (FollowUp, MediationSession, Extension) and not visited_since:
            refuse_closed(facts, tx.today)
        tx.remove(record, [fact])

    return Command(f"删除{FACT_NAMES[entity]}", Right.WRITE, run)


class Dated(Protocol):
    """What is entered of a fact: the day it happened, among others."""

    @property
    def day(self) -> date | None:
        """The day."""


def dated_problems(draft: Dated, today: date) -> Iterator[Problem]:
    """Yield what is wrong with a fact by its declaration, and a day that is not there yet."""
    yield from common_problems(draft)
    if draft.day and draft.day > today:
        yield Problem("day", "日期在今天以后")


def facts_of(connection: Connection, dispute: Id) -> Facts:
    """Return the facts of a dispute; UserError if it is gone."""
    require_dispute(connection, dispute)
    return next(facts for facts in dispute_facts(connection, dispute))


def refuse_closed(facts: Facts, today: date) -> None:
    """Raise UserError for a dispute whose file is closed."""
    if facts.closed_on(today):
        raise UserError("这件纠纷已经结案，没有改动。请先删除“结案”。")


def agreement_in_force(tx: Tx, dispute: Id) -> Ending:
    """Return the agreement a dispute stands under now; UserError if there is none."""
    ending = facts_of(tx.connection, dispute).ending_on(tx.today)
    if ending is None or ending.outcome != "settled":
        raise UserError("这件纠纷现在没有协议，没有保存。请先登记“调解成功”。")
    return ending


def require_not_before(day: date, first: date, of: str) -> None:
    """Raise UserError for a day before that of what it rests on, named by `of`."""
    if day < first:
        raise UserError(f"日期早于{of}的日期（{first:%Y-%m-%d}），没有保存。")
