"""A backup opened to be looked at in the ledger's place: everything can be read, nothing written.

The copy lies within the ledger's folder, encrypted, for as long as it is looked at; the ledger
itself stays open beside it and keeps its lock.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from sqlalchemy import Connection, func, select

from db import backup, migrations
from db.erasure.again import AGAIN
from db.exchange.sites import RESTORED
from db.kernel import engine
from db.kernel.access import Right, Role
from db.kernel.errors import UserError
from db.kernel.journal import Command, Done
from db.kernel.keys import DataKey, wipe
from db.kernel.place import Place
from db.kernel.records import CommandRow
from db.ledger import Ledger
from db.opening import erase_again

T = TypeVar("T")

ONLY_LOOKING: Final = (
    "正在看的是备份，只能看、不能改，什么都没有改动。要接着登记，请先“回到现在的台账”。"
)


@dataclass(frozen=True)
class Between:
    """What a restore would take back: `steps` that changed something, the first at `since`.

    `only_there` counts those that are in the backup and not in the ledger, as after an earlier
    restore.
    """

    steps: int
    since: datetime | None
    only_there: int


class LookedAt(Ledger):
    """A backup's copy, open to be read. Its person may look, whatever else they may in the ledger.

    Closing it removes the copy; the ledger it was opened from must still be open then.
    """

    def __init__(self, ledger: Ledger, info: backup.BackupInfo, folder: Path) -> None:
        reading = replace(ledger.session, role=Role.READER)
        place = Place(folder, home=ledger.place.folder)
        key = DataKey(ledger.core.key.open_copy())
        super().__init__(place, key, reading, ledger.clock, None)
        self.info = info
        self._ledger = ledger
        with self.read() as there, ledger.read() as here:
            self.between = between(there, here)

    def require_writing(self, right: Right, action: str) -> None:
        """Refuse: UserError, nothing may be written."""
        del right, action
        refuse()

    def write(self, command: Command[T]) -> Done[T]:
        """Refuse: UserError, nothing is written."""
        del command
        refuse()

    def undo(self, no: int) -> Done[int]:
        """Refuse: UserError, nothing is written."""
        del no
        refuse()

    def back_up(self, reason: str, to: Path | None = None) -> backup.BackupInfo:
        """Refuse: UserError, no backup is made of a backup."""
        del reason, to
        refuse()

    def note(self, action: str, note: str = "") -> None:
        """Write the event where it happened: into the ledger the copy is looked at from."""
        self._ledger.note(action, f"{note}（看的是备份 {self.info.path.name}）")

    def keep_unsaved(self, form: str, entries: dict[str, Any] | None) -> bool:
        """Keep nothing."""
        del form, entries
        return False

    def unsaved(self) -> dict[str, dict[str, Any]]:
        """Return nothing: what was half typed on the backup's day is not gone on with."""
        return {}

    def close(self) -> None:
        """Close the copy and remove it."""
        super().close()
        backup.put_away(self.place.folder)


def refuse() -> NoReturn:
    """Raise the UserError that says why nothing is written."""
    raise UserError(ONLY_LOOKING)


def look_at(ledger: Ledger, folder: Path, step: backup.Step) -> LookedAt:
    """Open the backup in `folder` beside its open ledger; not a byte is written into the backup.

    `step` is told what is being done, and may raise to end it. AccessDenied; LedgerDamaged if the
    backup does not prove whole, is another ledger's or a newer program's.
    """
    ledger.require(Right.BACKUP, "看备份")
    unpacked = backup.unpack_to_look(folder, ledger.place.folder, ledger.core.key, step)
    try:
        with engine.in_words():
            _bring_up_to_date(Place(unpacked), ledger.core.key)
            copy = Place(unpacked, ledger.place.folder)
            erase_again(copy, ledger.core.key, ledger.clock, folder.parent)
            ledger.note("看备份", folder.name)
            return LookedAt(ledger, backup.read_info(folder), unpacked)
    except BaseException:
        backup.put_away(unpacked)
        raise


def _bring_up_to_date(place: Place, key: DataKey) -> None:
    file_key = key.subkey("ledger")
    readers = engine.open_readers(place.ledger, file_key)
    try:
        with readers.begin() as connection:
            old = migrations.needs_upgrade(connection)
        readers.dispose()
        if old:
            migrating = engine.open_for_migration(place.ledger, file_key)
            migrations.upgrade(migrating)
            migrating.dispose()
    finally:
        readers.dispose()
        wipe(file_key)


def between(there: Connection, here: Connection) -> Between:
    """Compare the journals of a backup and of its ledger, from the last command they share on."""
    shared = _last_shared(there, here)
    # That a ledger was restored, and who it is since, is no step of anybody's work.
    later = (CommandRow.no > shared) & (CommandRow.changes > 0) & (CommandRow.action != RESTORED)
    count = select(func.count()).select_from(CommandRow).where(later)
    first = select(CommandRow.wall).where(later).order_by(CommandRow.no).limit(1)
    since = here.execute(first).scalar()
    own = count.where(CommandRow.action != AGAIN)
    return Between(
        here.execute(count).scalar_one(),
        datetime.fromisoformat(since) if since else None,
        there.execute(own).scalar_one(),
    )


def _last_shared(there: Connection, here: Connection) -> int:
    """Return the number of the last command that is in both; every MAC covers all before it."""
    low, high = 0, min(_head(there), _head(here))
    while low < high:
        middle = (low + high + 1) // 2
        if _mac(there, middle) == _mac(here, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _head(connection: Connection) -> int:
    return connection.execute(select(func.coalesce(func.max(CommandRow.no), 0))).scalar_one()


def _mac(connection: Connection, no: int) -> bytes | None:
    return connection.execute(select(CommandRow.mac).where(CommandRow.no == no)).scalar()
