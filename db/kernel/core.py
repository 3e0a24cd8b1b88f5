"""What an open ledger stands on: its keys, its lock, its connections."""

import contextlib
from collections.abc import Callable
from typing import NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.kernel import blobs, engine, journal
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, PolicepostError
from db.kernel.ids import Id
from db.kernel.keys import DataKey, wipe
from db.kernel.lock import LedgerLock
from db.kernel.place import Place


class Core:
    """The inner door of an open ledger, for the modules that are part of it and for no feature.

    `lock` is None where the ledger is only read. Closing wipes the keys.
    """

    def __init__(self, place: Place, key: DataKey, lock: LedgerLock | None) -> None:
        self.key = key
        self.lock = lock
        self.journal_key = bytes(key.subkey("journal"))
        self._place = place
        self.file_key = key.subkey("ledger")
        self._writer: Engine | None = None
        self.readers = engine.open_readers(place.ledger, self.file_key)

    @property
    def naming_key(self) -> bytes:
        """The key that contents of attachments are named by."""
        return blobs.naming_key(self.key)

    @property
    def writer(self) -> Engine:
        """The engine that writes, opened when it is first asked for."""
        if self._writer is None:
            self._writer = engine.open_writer(self._place.ledger, self.file_key)
        return self._writer

    @property
    def has_written(self) -> bool:
        """Whether this window may write, and has opened the ledger to do so."""
        return self.lock is not None and self._writer is not None

    def aside(self, write: Callable[[Connection], None]) -> bool:
        """Write what stands in no journal; tell whether it is on the disk, which is no error here."""
        if self.lock is None:
            return False
        try:
            with self.writer.begin() as connection:
                write(connection)
        except (DBAPIError, PoolTimeout, OSError):
            return False
        return True

    def look_up(self, command: Id, fault: OutcomeUnknown) -> NoReturn:
        """After a commit of unknown outcome: reopen, see and tell. It is never repeated blindly.

        The log is emptied first, or what a failed commit left in it could come back after a crash.
        """
        self.writer.dispose()
        self._writer = None
        try:
            settled = engine.checkpoint(self.writer)
            with self.writer.begin() as connection:
                there = journal.done_before(connection, command)
        except (DBAPIError, OSError, PolicepostError):
            raise fault from None
        if there:
            raise OutcomeUnknown("磁盘报错，但核对后这一步已经保存。请检查磁盘并尽快备份。")
        if not settled:
            raise fault
        raise EnvironmentFault("没有保存：写入磁盘时出错。台账还是原样，请检查磁盘后再试。")

    def close(self) -> None:
        """Close all files, wipe the keys and give the lock back, also on a disk that is gone."""
        try:
            self.readers.dispose()
            if self._writer is not None:
                if self.lock is not None:
                    # If the disk refuses now, the log is brought in at the next start.
                    with contextlib.suppress(DBAPIError, PoolTimeout, OSError, PolicepostError):
                        engine.checkpoint(self._writer)
                self._writer.dispose()
        finally:
            self.key.wipe()
            wipe(self.file_key)
            if self.lock is not None:
                self.lock.release()
