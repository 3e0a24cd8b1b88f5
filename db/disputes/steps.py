"""The steps of a mediation: a session, an extension, the report of a grave one, the closing.

Each is one command and can be undone, like the facts of life.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from db.disputes import PARTY
from db.disputes.course import Closing, Extension, MediationSession, Report
from db.disputes.facts import Ending, Facts, clocks
from db.disputes.life import dated_problems, facts_of, refuse_closed, require_not_before
from db.disputes.refiling import refile
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.fields import KEEP_OFFICE, KEEP_SERVICE, Field, Problem, entry, fit_or_refuse
from db.kernel.ids import Id, new_id
from db.kernel.journal import Command, Tx
from db.kernel.workdays import a_month_after
from db.people.colleagues import staff_by_name, staff_names
from db.people.roster import volunteer_names, volunteers_by_name

SESSION_RESULTS: Final = {"成功": "settled", "不成": "failed", "有待继续": "continued"}
SESSION_RESULT_NAMES: Final = {code: word for word, code in SESSION_RESULTS.items()}
_WRITTEN: Final = ("day", "at", "place", "recorder", "invited", "record", "result")
# Whom a post usually tells; another can be written.
TOLD: Final = ("街道办事处", "街道综治中心", "司法所", "派出所值班领导")


@dataclass(frozen=True)
class SessionDraft:
    """A 调解 that was held (the fields of the 调解记录)."""

    day: date | None = entry(Field("调解日期", kind="day", required=True))
    at: int | None = entry(Field("时间", kind="time"))
    place: str | None = entry(Field("地点", most=100, **PARTY))
    mediators: tuple[str, ...] = entry(
        Field("调解人", kind="names", most=40, purpose="纠纷的经办人", keep=KEEP_OFFICE), ()
    )
    recorder: str | None = entry(Field("记录人", kind="name", most=40, **PARTY))
    invited: str | None = entry(Field("参加人", most=200, **PARTY))
    record: str | None = entry(Field("调解记录", kind="prose", most=4000, **PARTY))
    result: str = entry(
        Field("这次的结果", kind="choice", choices=SESSION_RESULTS, required=True), "continued"
    )
    volunteers: tuple[str, ...] = entry(
        Field("联户长、志愿者", kind="names", most=40, purpose="参与调解计分", keep=KEEP_SERVICE),
        (),
    )


@dataclass(frozen=True)
class ExtensionDraft:
    """Both sides agreed in writing, on this day, that the mediation takes longer."""

    day: date | None = entry(Field("同意日期", kind="day", required=True))
    until: date | None = entry(Field("延到", kind="day", required=True, ahead=True))
    reason: str | None = entry(Field("原因", most=200, **PARTY))


@dataclass(frozen=True)
class ReportDraft:
    """A grave dispute was reported: when and to whom."""

    day: date | None = entry(Field("报告日期", kind="day", required=True))
    at: int | None = entry(Field("时间", kind="time"))
    told: str = entry(Field("报给谁", required=True, most=60), "")


@dataclass(frozen=True)
class ClosingDraft:
    """The file is closed."""

    day: date | None = entry(Field("结案日期", kind="day", required=True))
    note: str | None = entry(Field("说明", most=200, **PARTY))


def session_problems(draft: SessionDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps a session from being stored."""
    yield from dated_problems(draft, today)
    if draft.result not in SESSION_RESULT_NAMES:
        yield Problem("result", "请选这次的结果")


def extension_problems(draft: ExtensionDraft, today: date) -> Iterator[Problem]:
    """Yield what keeps an extension from being stored."""
    yield from dated_problems(draft, today)
    if draft.day and draft.until and draft.until <= draft.day:
        yield Problem("until", "延到的日子要在同意日期以后")


def hold_session(dispute: Id, draft: SessionDraft) -> Command[Id]:
    """Return the command that enters a session; mediators not known yet become colleagues."""

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, session_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        facts = _open(tx, dispute)
        require_not_before(fit.day, facts.running_since(tx.today), "受理")
        made = new_id()
        row = {
            "id": made,
            "dispute": dispute,
            "mediators": staff_by_name(tx, fit.mediators),
            "volunteers": volunteers_by_name(tx.connection, fit.volunteers, fit.day),
            **{name: getattr(fit, name) for name in _WRITTEN},
        }
        tx.add(MediationSession, [row])
        if facts.sessions:
            refile(tx, dispute, "session")
        return made

    return Command("登记调解记录", Right.WRITE, run)


def session_entered(connection: Connection, session: Id) -> SessionDraft | None:
    """Return a session as it would be typed; None if it is gone."""
    row = connection.execute(
        select(MediationSession.__table__).where(MediationSession.id == session)
    ).first()
    if row is None:
        return None
    staff, roster = (
        staff_names(connection, row.mediators),
        volunteer_names(connection, row.volunteers or ()),
    )
    return SessionDraft(
        mediators=tuple(staff[id_] for id_ in row.mediators),
        volunteers=tuple(roster[id_] for id_ in row.volunteers or ()),
        **{name: getattr(row, name) for name in _WRITTEN},
    )


def change_session(session: Id, draft: SessionDraft) -> Command[None]:
    """Return the command that puts a session's record right; its day stays within its mediation.

    UserError once the file is closed: what lies in it was signed.
    """

    def run(tx: Tx) -> None:
        fit = fit_or_refuse(draft, session_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        before = session_entered(tx.connection, session)
        held = select(MediationSession.dispute).where(MediationSession.id == session)
        dispute = tx.connection.execute(held).scalar()
        if before is None or before.day is None or dispute is None:
            raise UserError("这份调解记录已经不在台账里了，没有保存。")
        facts = facts_of(tx.connection, dispute)
        refuse_closed(facts, tx.today)
        require_not_before(fit.day, facts.running_since(before.day), "受理")
        after = [e.day for e in facts.endings if (e.day, e.id) > (before.day, session)]
        ended = min(after, default=None)
        if ended is not None and fit.day > ended:
            raise UserError(f"日期晚于结论的日期（{ended:%Y-%m-%d}），没有保存。")
        values = {name: getattr(fit, name) for name in _WRITTEN}
        if fit.mediators != before.mediators:
            values["mediators"] = staff_by_name(tx, fit.mediators)
        if fit.volunteers != before.volunteers:
            values["volunteers"] = volunteers_by_name(tx.connection, fit.volunteers, fit.day)
        tx.change(MediationSession, {session: values})

    return Command("修改调解记录", Right.WRITE, run)


def extend(dispute: Id, draft: ExtensionDraft) -> Command[Id]:
    """Return the command that enters an extension; it must reach beyond the month it extends.

    UserError for a consent after the last day: both sides sign before the time is over.
    """

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, extension_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        assert fit.until is not None  # noqa: S101  required
        facts = _open(tx, dispute)
        since = facts.running_since(tx.today)
        require_not_before(fit.day, since, "受理")
        by = clocks(tx.connection).deadline(facts, fit.day)
        if fit.day > by:
            raise UserError(
                f"期限{by:%Y-%m-%d}已经过了，到期以后同意的不能延期，没有保存。"
                "到期以前签的，请填签字那天。"
            )
        if fit.until <= a_month_after(since):
            raise UserError("延到的日子没有超过原来的一个月期限，不用延期，没有保存。")
        made = new_id()
        values = {"day": fit.day, "until": fit.until, "reason": fit.reason}
        tx.add(Extension, [{"id": made, "dispute": dispute, **values}])
        if facts.extensions:
            refile(tx, dispute, "extension")
        return made

    return Command("登记延期", Right.WRITE, run)


def report(dispute: Id, draft: ReportDraft) -> Command[Id]:
    """Return the command that enters to whom and when a dispute was reported."""

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, dated_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        require_not_before(fit.day, facts_of(tx.connection, dispute).registered, "登记")
        made = new_id()
        values = {"day": fit.day, "at": fit.at, "told": fit.told}
        tx.add(Report, [{"id": made, "dispute": dispute, **values}])
        return made

    return Command("登记报告", Right.WRITE, run)


def close(dispute: Id, draft: ClosingDraft) -> Command[Id]:
    """Return the command that closes the file of a concluded dispute; UserError for what it lacks."""

    def run(tx: Tx) -> Id:
        fit = fit_or_refuse(draft, dated_problems, tx.today)
        assert fit.day is not None  # noqa: S101  required
        facts = facts_of(tx.connection, dispute)
        ending = facts.ending_on(tx.today)
        if ending is None:
            raise UserError("这件纠纷还没有结论，不能结案。")
        if facts.closed_on(tx.today):
            raise UserError("这件纠纷已经结案，没有重复保存。")
        if lacking := lacks(facts, ending):
            raise UserError(f"还没有登记{'、'.join(lacking)}，不能结案。")
        require_not_before(fit.day, _last_done(facts, ending), "结论、履行、回访")
        made = new_id()
        tx.add(Closing, [{"id": made, "dispute": dispute, "day": fit.day, "note": fit.note}])
        return made

    return Command("结案", Right.WRITE, run)


def close_many(disputes: Sequence[Id], day: date) -> Command[int]:
    """Return the command that closes those of the disputes that lack nothing; it answers how many.

    UserError if there is none.
    """

    def run(tx: Tx) -> int:
        rows = []
        for dispute in disputes:
            facts = facts_of(tx.connection, dispute)
            ending = facts.ending_on(tx.today)
            if ending is None or facts.closed_on(tx.today) or lacks(facts, ending):
                continue
            on = max(day, _last_done(facts, ending))
            rows.append({"id": new_id(), "dispute": dispute, "day": on, "note": None})
        if not rows:
            raise UserError("选中的纠纷里没有可以结案的：要先有结论，成功的还要登记履行和回访。")
        tx.add(Closing, rows)
        return len(rows)

    return Command("结案", Right.WRITE, run, note=f"{len(disputes)}件")


def lacks(facts: Facts, ending: Ending) -> list[str]:
    """Return what a concluded dispute still lacks to be closed."""
    if ending.outcome != "settled":
        return []
    lacking = ["履行"] if ending.due is not None and not ending.performed else []
    return lacking + ([] if facts.unvisited_since(ending, date.max) is None else ["回访"])


def _last_done(facts: Facts, ending: Ending) -> date:
    """The last day on which something happened that a file is closed upon."""
    return max([ending.day, ending.performed_on or ending.day, *facts.follow_ups])


def _open(tx: Tx, dispute: Id) -> Facts:
    facts = facts_of(tx.connection, dispute)
    if facts.ending_on(tx.today) is not None:
        raise UserError("这件纠纷已经有结论，没有保存。要再调解，请先登记“重新受理”。")
    return facts
