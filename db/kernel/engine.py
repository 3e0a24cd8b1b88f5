"""The engines over the encrypted file: one writer, a few readers; and its errors put in words.

The key is held by reference: dispose the engines first, then wipe it, and nothing can be opened
with it any more (docs/RELIABILITY.md).
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy import exc as sql
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlcipher3 import dbapi2

from db.kernel import cipher
from db.kernel.cipher import APPLICATION_ID, connect, create
from db.kernel.errors import (
    EnvironmentFault,
    LedgerDamaged,
    OutcomeUnknown,
    PolicepostError,
    UserError,
)
from db.kernel.files import disk_fault

__all__ = [
    "APPLICATION_ID",
    "checkpoint",
    "connect",
    "create",
    "defer_references",
    "faults",
    "integrity",
    "maintenance",
    "open_for_migration",
    "open_readers",
    "open_writer",
    "rebuild_indexes",
    "translate",
]

READERS: Final = 4
_CHECK_WAITS: Final = (0.1,) * 10 + (0.5,) * 4

# After these a connection is of no use any more; the next one opens the file afresh.
_BROKEN: Final = frozenset({dbapi2.SQLITE_IOERR, dbapi2.SQLITE_CORRUPT, dbapi2.SQLITE_NOTADB})

_BUSY: Final = "别的窗口正在保存，等了很久还没有轮到，这一步没有存上。原来的内容都在，请稍后再试。"
_FULL: Final = "磁盘满了，这一步没有存上，原来的内容都在。请腾出空间再试。"
_READ_ONLY: Final = (
    "这个台账现在只能看、不能改，这一步没有存上，原来的内容都在。请检查文件夹的权限。"
)
_UNREADABLE: Final = "磁盘读写出错，这一步没有存上，原来的内容都在。请检查磁盘和剩余空间再试。"
_UNKNOWN: Final = (
    "保存到最后一刻磁盘出错，还不知道有没有存上。请不要重复录入，重新打开台账后先核对。"
)
_DAMAGED: Final = "台账文件损坏，或钥匙不是它的，没有继续打开。文件原样留着，请用备份恢复。"
_CANNOT_OPEN: Final = "台账文件打不开，什么也没有改动。请核对文件夹和权限再试。"
_CONSTRAINT: Final = "这一步和台账里已有的内容冲突，没有存上，原来的内容都在。请刷新后再试。"
_OURS: Final = "程序出错，这一步没有存上，原来的内容都在。请把日志交给维护人员。"


def _engine(creator: Callable[[], Any], size: int, begin: str) -> Engine:
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=creator,
        poolclass=QueuePool,
        # One stays open, so that one cache is warm and not several lukewarm; what is opened beside it
        # while it is lent is closed again.
        pool_size=1,
        max_overflow=size - 1,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    @event.listens_for(engine, "handle_error")
    def _drop(failed: ExceptionContext) -> None:
        # The cipher gives every later read the same error, even when the disk is well again.
        error: Any = failed.original_exception
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
            failed.is_disconnect = True
        # Nor is a statement named for a file that could not be opened, or rows that could not be read.
        error.ending = (
            failed.connection is not None
            and failed.statement is None
            and failed.execution_context is None
        )

    @event.listens_for(engine, "checkin")
    def _let_go(connection: Any, record: ConnectionPoolEntry) -> None:
        if isinstance(connection, cipher.Passing):
            record.invalidate()

    return engine


def open_writer(path: Path, key: cipher.Key) -> Engine:
    """Return the engine with the one connection that writes; `key` is the "ledger" subkey.

    Every transaction takes the right to write at its start, so it never fails half way for another
    writer (docs/RELIABILITY.md, V20). Nothing is opened before the first use.
    """
    return _engine(lambda: connect(path, key, read_only=False), 1, "BEGIN IMMEDIATE")


def open_readers(path: Path, key: cipher.Key) -> Engine:
    """Return the engine for lists and reports: up to four connections that cannot write."""
    return _engine(lambda: connect(path, key, read_only=True), READERS, "BEGIN")


def open_for_migration(path: Path, key: cipher.Key) -> Engine:
    """Return an engine that may change the schema: no guard, references unchecked until after.

    With references checked, rebuilding a table would delete the rows that hang on it.
    """

    def creator() -> cipher.Connection:
        return connect(path, key, read_only=False, guarded=False, foreign_keys=False)

    return _engine(creator, 1, "BEGIN IMMEDIATE")


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the library raises inside into an error that is told to a person."""
    try:
        yield
    except (sql.DBAPIError, sql.TimeoutError) as error:
        raise translate(error) from None


@contextmanager
def maintenance(connection: Connection) -> Iterator[None]:
    """Lift the guard of one connection for erasure or a migration, and put it back after."""
    raw: Any = connection.connection.driver_connection
    raw.set_authorizer(None)
    try:
        yield
    finally:
        # Setting it also makes the library prepare every remembered statement anew.
        raw.set_authorizer(cipher.guard)


def defer_references(connection: Connection) -> None:
    """Let the open transaction check references when it commits, as rows of a merge come in no order."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")


@contextmanager
def _outside_transaction(engine: Engine) -> Iterator[cipher.Connection]:
    try:
        pooled = engine.raw_connection()
    except (dbapi2.Error, sql.DBAPIError, sql.TimeoutError) as error:
        raise translate(error) from None
    try:
        yield pooled.driver_connection
    except dbapi2.Error as error:
        raise translate(error) from None
    finally:
        pooled.close()


def checkpoint(engine: Engine, *, patient: bool = True) -> bool:
    """Bring the log into the file and empty it; return whether nobody was in the way.

    Who is not `patient` waits for no reader: meanwhile nobody could write.
    """
    with _outside_transaction(engine) as connection:
        if not patient:
            connection.set_busy_timeout(0)
        try:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.set_busy_timeout(cipher.BUSY_SECONDS)
    return bool(busy == 0)


def quick_problems(connection: Connection) -> list[str]:
    """Return what SQLite's quick check finds wrong in the pages, in plain Chinese; empty if nothing."""
    found = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    return [] if found == ["ok"] else ["台账文件里有损坏的地方"]


def integrity(engine: Engine) -> list[str]:
    """Return what is wrong with the writer's file, in plain Chinese; empty if it is whole."""
    return faults(engine).sentences


def faults(engine: Engine, *, emptied: bool = False) -> cipher.Faults:
    """Return what is wrong with the writer's file.

    The log is emptied first, as one of the checks reads past it (docs/RELIABILITY.md, V12). UserError if
    another window keeps it from being emptied. A file nobody can write to has none: it is `emptied`.
    """
    if not emptied and not _emptied(engine):
        raise UserError("别的窗口正在用这个台账，现在不能检查，什么也没有改动。请稍后再试。")
    with _outside_transaction(engine) as connection:
        return cipher.faults_of(connection)


def _emptied(engine: Engine) -> bool:
    """Empty the log for a check, asked again for a while: who waits within it keeps all from writing."""
    for wait in _CHECK_WAITS:
        if checkpoint(engine, patient=False):
            return True
        time.sleep(wait)
    return checkpoint(engine, patient=False)


def rebuild_indexes(connection: Connection, names: Collection[str]) -> cipher.Faults:
    """Build indexes anew from their tables within the open transaction; return what is wrong then.

    What the check did not name for the many it had named already is built anew too.
    """
    done: set[str] = set()
    wanted = set(names)
    while wanted - done:
        for name in sorted(wanted - done):
            quoted = name.replace('"', '""')
            connection.exec_driver_sql(f'REINDEX "{quoted}"')
        done |= wanted
        found = cipher.faults_of(connection.connection.driver_connection)
        wanted = set(found.indexes)
    return found


def _of_code(code: int, *, at_commit: bool) -> PolicepostError:
    primary = code & 0xFF
    if primary == dbapi2.SQLITE_IOERR and at_commit:
        return OutcomeUnknown(_UNKNOWN)
    if primary in {dbapi2.SQLITE_BUSY, dbapi2.SQLITE_LOCKED}:
        return UserError(_BUSY)
    if primary in {dbapi2.SQLITE_CORRUPT, dbapi2.SQLITE_NOTADB}:
        return LedgerDamaged(_DAMAGED)
    sentence = {
        dbapi2.SQLITE_FULL: _FULL,
        dbapi2.SQLITE_IOERR: _UNREADABLE,
        dbapi2.SQLITE_READONLY: _READ_ONLY,
        dbapi2.SQLITE_PERM: _READ_ONLY,
        dbapi2.SQLITE_CANTOPEN: _CANNOT_OPEN,
    }.get(primary)
    if sentence:
        return EnvironmentFault(sentence)
    return PolicepostError(_CONSTRAINT if primary == dbapi2.SQLITE_CONSTRAINT else _OURS)


def translate(error: BaseException) -> PolicepostError:
    """Return what an error of the library means, in a sentence that holds no value of a row.

    A read or write error while a transaction ends leaves the outcome unknown (docs/RELIABILITY.md, V18);
    no statement is named for it then. Raise the answer `from None`: the cause may hold what was
    typed.
    """
    if isinstance(error, PolicepostError):
        return error
    if isinstance(error, OSError):
        return disk_fault(error)
    if isinstance(error, sql.TimeoutError):
        return UserError(_BUSY)
    at_commit = False
    original: BaseException | None = error
    if isinstance(error, sql.DBAPIError):
        original, at_commit = error.orig, getattr(error.orig, "ending", False)
    code = getattr(original, "sqlite_errorcode", None)
    return _of_code(code, at_commit=at_commit) if isinstance(code, int) else PolicepostError(_OURS)
