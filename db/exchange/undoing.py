"""Undo, also of what was decided at the merge desk: whoever differed is asked again, at every site."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from db.exchange.applying import write
from db.exchange.causes import Causes, sights
from db.exchange.deciding import DECIDED
from db.exchange.merging import here_at, planned
from db.exchange.planning import Join, Planner, Reopened
from db.kernel import history
from db.kernel.ids import Id
from db.kernel.journal import REMOVED, Command, Tx, record_class
from db.kernel.records import ChangeRow, CommandRow


def undo(no: int) -> Command[int]:
    """Return the command that takes command `no` back; it answers how many records it restored.

    A decision, or an undo of one, is not written backwards: its records are settled as if it had
    not been given, so the question is open again, and so at every site the undo travels to.
    UserError, naming what stands in the way, where later work hangs on it.
    """
    plain = history.undo(no)

    def run(tx: Tx) -> int:
        if not _is_about_a_decision(tx, no):
            return plain.run(tx)
        return _reopen(tx, no, plain.id, history.to_take_back(tx.connection, no))

    return replace(plain, run=run)


def _is_about_a_decision(tx: Tx, no: int | None) -> bool:
    action = ""
    while no is not None:
        row = tx.connection.execute(
            select(CommandRow.action, CommandRow.undoes).where(CommandRow.no == no)
        ).first()
        action, no = (row.action, row.undoes) if row else ("", None)
    return action == DECIDED


def _reopen(tx: Tx, no: int, command: Id, changes: Sequence[Any]) -> int:
    connection = tx.connection
    undoes = connection.execute(select(CommandRow.id).where(CommandRow.no == no)).scalar_one()
    # Also what the decision altered nothing in here, as it stood already: elsewhere it may have.
    about: Reopened = {}
    for entity, id_ in connection.execute(
        select(ChangeRow.entity, ChangeRow.record).where(ChangeRow.command == no)
    ):
        if record_class(entity).travels:
            about.setdefault(record_class(entity), set()).add(id_)
    here = here_at(connection, tx.author.site, tx.seq)
    causes = Causes(lambda: sights(connection))

    def begin(joins: Sequence[Join]) -> Planner:
        planner = Planner(connection, [], here, causes, joins)
        planner.reopen(about, command, undoes)
        return planner

    write(tx, planned(begin))
    # Sheets of this copy only that went with a record come back with it.
    mine = [c for c in changes if c.kind == REMOVED and not record_class(c.entity).travels]
    history.take_back(tx, mine)
    return sum(map(len, about.values()))
