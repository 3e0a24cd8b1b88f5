"""A ledger that lives on as another site: after a restore, or without steps it lost."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from db import backup
from db.exchange import sites
from db.kernel.journal import Command, Done
from db.kernel.lock import LedgerLock
from db.opening import lock_note

if TYPE_CHECKING:
    from db.ledger import Ledger

T = TypeVar("T")


def begin(ledger: "Ledger", command: Command[T]) -> Done[T]:
    """Carry out the command that gives a copy a new life; the ledger is taken for the truth."""
    ledger.unrecorded = ledger.clock_doubt = ""
    done = ledger.write(command)
    place = ledger.place
    newest = backup.newest(place.backups, ledger.core.key) if place.home is None else None
    with ledger.read() as connection:
        ledger._watch.begin_anew(connection, ledger.site, newest.number if newest else 0)
    return done


def go_on_without(ledger: "Ledger") -> None:
    """Write down what is missing, and live on: numbers the lost steps had are never given again.

    UserError while another program holds the ledger, where that is to be decided. Where it fails
    it is asked again.
    """
    lacking = ledger.unrecorded
    if not lacking or (ledger.core.lock is None and ledger.place.read_only):
        ledger.unrecorded = ""
        return
    with _alone(ledger):
        try:
            begin(ledger, sites.go_on_without(lacking))
        except BaseException:
            ledger.unrecorded = lacking
            raise


@contextlib.contextmanager
def _alone(ledger: "Ledger") -> Iterator[None]:
    """Be the one program that writes, also where the ledger was opened only to note what is read."""
    if ledger.core.lock is not None:
        yield
        return
    with LedgerLock(ledger.place.folder) as lock:
        lock.acquire(lock_note(ledger.clock))
        yield
