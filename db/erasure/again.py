"""An old copy of the ledger is brought to what was erased since: a backup put back or looked at.

The list beside the ledger (db/kernel/erased.py) names what the copy's own table does not know.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from db.kernel.access import Right
from db.kernel.erased import Line
from db.kernel.erasing import Taken, erase_arrived
from db.kernel.erasure import Erasure
from db.kernel.ids import Id
from db.kernel.journal import Command, Tx

AGAIN = "再次清除"


def erasures(connection: Connection) -> dict[Id, Line]:
    """Return all erasures of a ledger by their ids, as its list has them."""
    columns = (getattr(Erasure, name) for name in Line._fields)
    return {row.id: Line(*row) for row in connection.execute(select(*columns))}


def erase_again(lines: Mapping[Id, Line]) -> Command[Taken]:
    """Return the command that takes in erasures the ledger does not know, and carries them out."""

    def run(tx: Tx) -> Taken:
        lacking = lines.keys() - erasures(tx.connection).keys()
        tx.add(Erasure, [lines[id_]._asdict() for id_ in sorted(lacking)])
        return erase_arrived(tx, lacking)

    return Command(AGAIN, Right.ERASE, run, note=f"{len(lines)}条")
