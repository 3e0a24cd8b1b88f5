"""The monthly comparison of every table with what the journal gives.

An old page put back into the file is sealed and in its place: neither the file's own checks nor the
journal's chain see it, only that a table does not say any more what its history says.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from db.kernel.clock import lately
from db.kernel.history import last_time
from db.kernel.proofs import record_classes, table_problems
from db.ledger import Ledger

PROOF: Final = "核对数据和日志"
EVERY: Final = timedelta(days=30)


def proof_is_due(ledger: Ledger) -> bool:
    """Tell whether a month has gone by since the tables were last compared.

    Not while something is missing: the comparison is a command, and going on is a person's to decide.
    """
    if ledger.undecided:
        return False
    with ledger.read() as connection:
        last = last_time(connection, PROOF, now := ledger.clock.now())
    return last is None or not lately(last, now, EVERY)


def prove_tables(ledger: Ledger, go_on: Callable[[], None]) -> list[str]:
    """Compare all tables with the journal; return what is wrong, in plain sentences.

    The outcome is written into the history; `go_on` is called at each row and may raise to end it.
    """
    found = []
    with ledger.read() as connection:
        for record in record_classes():
            found += table_problems(connection, record, go_on)
    ledger.note(PROOF, found[0] if found else "对得上")
    return found
