"""An erasure carried out on an open ledger: the backup before it, and every trace outside the tables."""

import contextlib

from db.attachments import named_blobs
from db.erasure.again import erasures
from db.erasure.proposing import confirm_erasure
from db.kernel import blobs
from db.kernel.access import Right
from db.kernel.erased import write_list
from db.kernel.erasing import Taken
from db.kernel.errors import EnvironmentFault
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.ledger import Ledger


def erase(ledger: Ledger, proposal: Id, paper: str | None = None) -> Done[Taken]:
    """Erase what was proposed, after a backup; see `confirm_erasure` for what is refused.

    Contents of attachments go from the disk, the log is emptied, and the list of what was erased
    is kept beside the ledger and its backups, so that no old copy brings anything back.
    """
    ledger.require(Right.ERASE, "清除个人信息")
    ledger.back_up("清除前")
    done = ledger.write(confirm_erasure(proposal, paper))
    with ledger.read() as connection:
        blobs.drop(ledger.place.blobs, done.value.texts - named_blobs(connection))
        lines = erasures(connection)
    ledger.rest()
    # It is done by now: a disk that refuses the list is no fault of it, the next opening makes it.
    with contextlib.suppress(EnvironmentFault, OSError):
        for folder in (ledger.place.folder, ledger.place.backups):
            write_list(folder, ledger.core.key, lines.values())
    return done
