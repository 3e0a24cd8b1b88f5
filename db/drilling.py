"""The restore drill: the newest backup is unpacked, opened and compared, then removed again.

A backup that nobody ever restored is a hope. Once a month the program does it by itself and writes
the outcome into the history.
"""

import contextlib
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select

from db import backup
from db.attachments.proving import broken_contents, broken_words
from db.kernel import engine
from db.kernel.clock import lately
from db.kernel.errors import PolicepostError
from db.kernel.history import last_time
from db.kernel.keys import Slots
from db.kernel.place import Place
from db.kernel.records import CommandRow
from db.ledger import Ledger

DRILL: Final = "恢复演练"
EVERY: Final = timedelta(days=30)


class Drilled(NamedTuple):
    """How a drill went: the backup's folder name, and what is wrong with it, mostly nothing.

    `broken` says which attachments beside the ledger do not open, mostly none.
    """

    name: str
    problem: str
    broken: str = ""


def drill_is_due(ledger: Ledger) -> bool:
    """Tell whether a month has gone by since the last drill and there is a backup to make one with.

    Not while something is missing: how it went is noted, and going on is a person's to decide.
    """
    if ledger.undecided:
        return False
    with ledger.read() as connection:
        last = last_time(connection, DRILL, now := ledger.clock.now())
    if last is not None and lately(last, now, EVERY):
        return False
    return bool(backup.list_backups(ledger.place.backups))


def drill(ledger: Ledger, step: backup.Step) -> Drilled | None:
    """Restore the newest backup into a private folder, open it, compare it, and remove it.

    The attachments beside the ledger are opened too, each once.
    None if there is no backup. The outcome is written into the history; `step` is told what is
    being done and may raise to end it.
    """
    newest = next(iter(backup.list_backups(ledger.place.backups)), None)
    if newest is None:
        return None
    problem = ""
    try:
        unpacked = backup.unpack_to_look(newest.path, ledger.place.folder, ledger.core.key, step)
        try:
            problem = _opened(ledger, newest, Place(unpacked))
            problem = problem or "".join(backup.attachment_problems(newest))
        finally:
            backup.put_away(unpacked)
    except PolicepostError as error:
        problem = str(error)
    with ledger.read() as connection:
        key = ledger.core.naming_key
        broken = broken_contents(
            connection, ledger.place.blobs, key, go_on=lambda: step("正在核对附件……", 0.95)
        )
    lost = f"；{len(broken)}个附件缺少或损坏" if broken else ""
    ledger.note(DRILL, f"{newest.path.name}，{problem or '能恢复，内容一致'}{lost}")
    return Drilled(newest.path.name, problem, "".join(broken_words(list(broken.values()))))


def _opened(ledger: Ledger, info: backup.BackupInfo, place: Place) -> str:
    """Open the unpacked copy as a restore would, with the slots the backup brought along."""
    slots = Slots.load(info.path / "slots.json")
    mine = ledger.session.account.hex()
    if mine not in {account for account, _ in slots.users()}:
        return "备份里的钥匙没有您的账号"
    file_key = ledger.core.key.subkey("ledger")
    readers = engine.open_readers(place.ledger, file_key)
    with contextlib.closing(readers.connect()) as connection:
        head = select(func.coalesce(func.max(CommandRow.no), 0))
        there = connection.execute(head).scalar_one()
    readers.dispose()
    return "" if there == info.head else "恢复出来的操作数和清单不一致"
