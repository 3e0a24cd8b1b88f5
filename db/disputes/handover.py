"""A colleague leaves: the last day, and the disputes with something to do that somebody takes on."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from db.disputes import Dispute
from db.disputes.facts import Facts, dispute_facts
from db.disputes.words import KIND_NAMES
from db.kernel.access import Right
from db.kernel.errors import UserError
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx
from db.people import Staff
from db.people.colleagues import the_colleague

# What is still to be done with a dispute; of one that ended so a colleague stays its mediator.
_TO_DO: Final = ("registered", "mediating", "to_perform", "to_follow_up")


class OpenMatter(NamedTuple):
    """A dispute a colleague mediates in which something is to be done, as the answer names it.

    `open` tells that it has no conclusion; else its performance or 回访 is due.
    """

    dispute: Id
    label: str
    registered: date
    open: bool = True


class Leaving(NamedTuple):
    """What leaving comes to: what is still to be done, and whether it was handed to somebody."""

    matters: tuple[OpenMatter, ...]
    handed_over: bool


def open_matters(connection: Connection, colleague: Id, day: date) -> tuple[OpenMatter, ...]:
    """Return the disputes of a colleague that at the end of the day are open or have a performance or
    回访 to come, the oldest first."""
    return tuple(
        OpenMatter(facts.id, _label(facts), facts.registered, facts.open_on(day))
        for facts in dispute_facts(connection)
        if colleague in facts.mediators
        and facts.registered <= day
        and facts.stage_on(day) in _TO_DO
    )


def staff_leaves(colleague: Id, day: date, to: Id | None = None) -> Command[Leaving]:
    """Return the command that ends a colleague's service; the day is the last one served.

    It answers with the disputes they have something to do in; with `to` that colleague mediates the
    open ones from then on, and stands beside them in those that ended and are to be followed up: who
    mediated an agreement stays on its papers. An account of theirs is closed apart, by `Ledger.close_account`.
    """

    def run(tx: Tx) -> Leaving:
        leaving = the_colleague(tx.connection, colleague)
        if day > tx.today:
            raise UserError("离岗日期在今天以后，没有保存。请到那天再登记。")
        if leaving.since is not None and day < leaving.since:
            raise UserError("离任日期早于到岗日期，没有保存。")
        matters = open_matters(tx.connection, colleague, tx.today)
        tx.change(Staff, {colleague: {"until": day}})
        if to is None:
            return Leaving(matters, handed_over=False)
        taking = the_colleague(tx.connection, to)
        if to == colleague or (taking.until is not None and taking.until < tx.today):
            raise UserError("接手的人不能是离任的人，没有保存。")
        named = {f.id: f.mediators for f in dispute_facts(tx.connection)}
        taken: dict[Id, dict[str, object]] = {}
        for matter in matters:
            before = named[matter.dispute]
            after = [to if one == colleague else one for one in before] if matter.open else before
            taken[matter.dispute] = {"mediators": tuple(dict.fromkeys((*after, to)))}
        tx.change(Dispute, taken)
        return Leaving(matters, handed_over=bool(matters))

    return Command("工作人员离任", Right.SETTINGS, run, note=day.isoformat())


def _label(facts: Facts) -> str:
    return f"{facts.number or '未编号'} {KIND_NAMES[facts.kind]}纠纷"
