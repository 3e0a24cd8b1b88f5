"""A backup put in the place of a good ledger, which is kept: one rename decides, so old or new is there.

Restoring onto a damaged ledger moves the damaged files away first. A good one must not be missing
for a moment, so it is copied aside whole and only then exchanged (docs/RELIABILITY.md).
"""

import contextlib
import os
import shutil
from datetime import datetime
from pathlib import Path

from sqlcipher3 import dbapi2

from db.backup.manifest import LEDGER, PARTIAL, SLOTS, read_info
from db.backup.unpacking import ASIDE, ROOM_LEFT, Step, bring_along, new_life, proved, unpack
from db.kernel import cipher, engine
from db.kernel.errors import EnvironmentFault, OutcomeUnknown, UserError
from db.kernel.files import (
    disk_fault,
    free_bytes,
    move,
    new_private_file,
    open_plain,
    private_directory,
    sha256_of,
    sync_directory,
)
from db.kernel.keys import DataKey, wipe
from db.kernel.lock import LedgerLock
from db.kernel.throttle import Throttle

_THROTTLE = "throttle.json"


def replace(
    backup_folder: Path, data_dir: Path, key: DataKey, *, now: datetime, step: Step
) -> Path:
    """Put a backup in the place of the good, closed ledger of `data_dir`; return where that is kept.

    The key slots stay those of today: a password changed since stays changed, a removed account
    stays removed. UserError: another window uses the ledger; LedgerDamaged: the backup does not
    prove whole; EnvironmentFault: the disk refuses. Whatever is raised, the ledger is as it was.
    """
    part = data_dir / (LEDGER + PARTIAL)
    with LedgerLock(data_dir) as lock:
        lock.acquire("正在恢复备份")
        subkey = key.subkey("ledger")
        try:
            _require_room(data_dir, backup_folder)
            step("正在核对备份……", 0.3)
            info = proved(backup_folder, key)
            unpack(info, part, key, subkey)
            bring_along(info, data_dir, key, part, subkey)
            step("正在收好现在的台账……", 0.7)
            _make_one_file(data_dir / LEDGER, subkey)
            aside = kept_aside(data_dir, now)
            step("正在换上备份……", 0.9)
            # Once it is renamed it is the ledger; what is written into it next makes the name last.
            with new_life(data_dir, key), contextlib.suppress(OutcomeUnknown):
                move(part, data_dir / LEDGER)
        except OSError as error:
            raise disk_fault(error) from error
        except dbapi2.Error as error:
            raise engine.translate(error) from None
        finally:
            wipe(subkey)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    return aside


def _require_room(data_dir: Path, backup_folder: Path) -> None:
    needed = (data_dir / LEDGER).stat().st_size + read_info(backup_folder).size + ROOM_LEFT
    if free_bytes(data_dir) < needed:
        raise EnvironmentFault("磁盘空间不够，没有恢复，什么也没有改动。请先腾出空间。")


def _make_one_file(ledger: Path, subkey: cipher.Key) -> None:
    """Bring the log into the file and take it away; only who is alone with the ledger can."""
    connection = engine.connect(ledger, subkey, read_only=False, guarded=False)
    with contextlib.closing(connection):
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except dbapi2.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != dbapi2.SQLITE_BUSY:
                raise
            mode = "busy"
    if mode != "delete" or ledger.with_name(ledger.name + "-wal").exists():
        raise UserError(
            "别的窗口或命令正在用这个台账，没有恢复，什么也没有改动。请先关掉它们再试。"
        )


def kept_aside(data_dir: Path, now: datetime) -> Path:
    """Copy the ledger, which no log lies beside, and its slots into a folder named with the time; return it.

    Nobody may be writing. EnvironmentFault or OSError: what was begun stays under another name.
    """
    name = f"{ASIDE}{now:%Y%m%d-%H%M}"
    aside, number = data_dir / name, 1
    while aside.exists():
        number += 1
        aside = data_dir / f"{name}-{number}"
    partial = aside.with_name(aside.name + PARTIAL)
    private_directory(partial)
    for file in (LEDGER, SLOTS):
        _copy(data_dir / file, partial / file)
    # It can be opened as it lies; a missing count of failures would make the first log-in wait.
    Throttle(partial / _THROTTLE).succeeded()
    sync_directory(partial)
    move(partial, aside)
    return aside


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with (
        os.fdopen(open_plain(source), "rb") as old,
        os.fdopen(new_private_file(target), "wb") as new,
    ):
        shutil.copyfileobj(old, new, 2**20)
        new.flush()
        os.fsync(new.fileno())
    if sha256_of(source) != sha256_of(target):
        raise EnvironmentFault("收好现在的台账时核对不上，没有接着做，什么也没有改动。请检查磁盘。")
