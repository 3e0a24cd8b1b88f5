"""A colleague leaves: the last day, and the open disputes that somebody else takes on."""

from datetime import date
from typing import NamedTuple

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


class OpenMatter(NamedTuple):
    """An open dispute a colleague mediates, as the answer names it."""

    dispute: Id
    label: str
    registered: date


class Leaving(NamedTuple):
    """What leaving comes to: the open disputes, and whether they were handed to somebody."""

    matters: tuple[OpenMatter, ...]
    handed_over: bool


def open_matters(connection: Connection, colleague: Id, day: date) -> tuple[OpenMatter, ...]:
    """Return the disputes open at the end of the day that a colleague mediates, the oldest first."""
    return tuple(
        OpenMatter(facts.id, _label(facts), facts.registered)
        for facts in dispute_facts(connection)
        if colleague in facts.mediators and facts.open_on(day)
    )


def staff_leaves(colleague: Id, day: date, to: Id | None = None) -> Command[Leaving]:
    """Return the command that ends a colleague's service; the day is the last one served.

    It answers with the open disputes they mediate; with `to` that colleague mediates them from
    then on. An account of theirs is closed apart, by `Ledger.close_account`.
    """

    def run(tx: Tx) -> Leaving:
        leaving = the_colleague(tx.connection, colleague)
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
        tx.change(
            Dispute,
            {
                m.dispute: {
                    "mediators": tuple(
                        dict.fromkeys(to if one == colleague else one for one in named[m.dispute])
                    )
                }
                for m in matters
            },
        )
        return Leaving(matters, handed_over=bool(matters))

    return Command("工作人员离任", Right.SETTINGS, run, note=day.isoformat())


def _label(facts: Facts) -> str:
    return f"{facts.number or '未编号'} {KIND_NAMES[facts.kind]}纠纷"
