"""Putting a backup back: only where there is no good ledger, and without throwing anything away.

A damaged ledger is moved aside whole (file, log, slots together) and kept. The data key stays the
same, so every password that opened the ledger still does (docs/RELIABILITY.md).
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from db.backup.manifest import LEDGER, PARTIAL, SLOTS, BackupInfo, read_info
from db.backup.unpacking import bring_along, new_life, proved, unpack
from db.kernel import cipher, engine
from db.kernel.errors import LedgerDamaged, OutcomeUnknown, UserError
from db.kernel.files import (
    disk_fault,
    move,
    preflight,
    private_directory,
    read_small,
    sync_directory,
)
from db.kernel.keys import DataKey, Slots, wipe
from db.kernel.lock import LedgerLock
from db.kernel.media import check_place
from db.kernel.throttle import Throttle

_THROTTLE: Final = "throttle.json"
_SET: Final = (LEDGER, LEDGER + "-wal", LEDGER + "-shm", LEDGER + "-journal", SLOTS)
_SAYS_NOTHING: Final = frozenset({dbapi2.SQLITE_BUSY, dbapi2.SQLITE_LOCKED, dbapi2.SQLITE_NOMEM})

Unlock = Callable[[Slots], DataKey]


@dataclass(frozen=True)
class RestoreInfo:
    """What was put back: the backup, and where what was damaged is kept, if anything was."""

    backup: BackupInfo
    aside: Path | None


def restore(backup_folder: Path, data_dir: Path, unlock: Unlock) -> RestoreInfo:
    """Put a backup back as the ledger of `data_dir`, which must be closed.

    `unlock` gives the data key for the slots it is shown: those of `data_dir` if they are this ledger's
    and can be read (a password may have changed since), else the backup's. UserError: a good
    ledger is there, or the password is wrong; LedgerDamaged: the backup does not prove whole.
    Whatever is raised, what was there is still there.
    """
    info = read_info(backup_folder)
    check_place(data_dir)
    private_directory(data_dir.resolve())
    with LedgerLock(data_dir) as lock:
        lock.acquire("正在恢复备份")
        try:
            slots, key = _unlocked(backup_folder, data_dir, unlock)
            try:
                return _restored(info, data_dir, slots, key)
            finally:
                key.wipe()
        except OSError as error:
            raise disk_fault(error) from error
        except dbapi2.Error as error:
            raise engine.translate(error) from None


def _slots_of(folder: Path) -> bytes | None:
    try:
        data = read_small(folder / SLOTS)
        Slots.from_bytes(data)
    except (OSError, LedgerDamaged):
        return None
    return data


def _unlocked(backup: Path, data_dir: Path, unlock: Unlock) -> tuple[Slots, DataKey]:
    """Return the slots to go on with, and the key they gave."""
    stored = _slots_of(backup)
    if stored is None:
        raise LedgerDamaged("备份里的钥匙文件损坏或缺少，没有恢复，什么也没有改动。请换一个备份。")
    ours = Slots.from_bytes(stored)
    present = _slots_of(data_dir)
    if present is not None and present != stored:
        now = Slots.from_bytes(present)
        if now.ledger != ours.ledger and (data_dir / LEDGER).exists():
            raise UserError("这个文件夹里是另一个台账，没有动它。请换一个空文件夹恢复。")
        if now.ledger == ours.ledger:
            # The backup's own would let a closed account in again, and every password of its day.
            return now, unlock(now)
    return ours, unlock(ours)


def _restored(info: BackupInfo, data_dir: Path, slots: Slots, key: DataKey) -> RestoreInfo:
    proved(info.path, key)
    subkey = key.subkey("ledger")
    try:
        if _is_good(data_dir / LEDGER, subkey):
            if _slots_of(data_dir) is not None:
                raise UserError("这里的台账是好的，没有用备份盖掉它。请换一个空文件夹恢复。")
            aside = _move_aside(data_dir, (SLOTS,))
            slots.save(data_dir / SLOTS)
            Throttle(data_dir / _THROTTLE).begin()
            return RestoreInfo(info, aside)
        part = data_dir / (LEDGER + PARTIAL)
        unpack(info, part, key, subkey)
        bring_along(info, data_dir, key, part, subkey)
        with new_life(data_dir, key):
            aside = _move_aside(data_dir, _SET)
            # The ledger comes last: where there is a ledger file, its slots are there too.
            slots.save(data_dir / SLOTS)
            Throttle(data_dir / _THROTTLE).begin()
            # Once it is renamed it is the ledger; what is written into it next makes the name last.
            with contextlib.suppress(OutcomeUnknown):
                move(part, data_dir / LEDGER)
        return RestoreInfo(info, aside)
    finally:
        wipe(subkey)


def _is_good(ledger: Path, subkey: cipher.Key) -> bool:
    """Say whether the file there opens and is whole, without writing a byte to it or its log."""
    try:
        if not preflight(ledger):
            return False
        connection = engine.connect(ledger, subkey, read_only=True)
        with contextlib.closing(connection):
            trees = connection.execute("PRAGMA integrity_check").fetchall()
            missing = connection.execute("PRAGMA foreign_key_check").fetchall()
    except (LedgerDamaged, UserError):
        return False
    except dbapi2.Error as error:
        # Somebody is using it, or the machine is short of memory: that says nothing of the file.
        if error.sqlite_errorcode & 0xFF in _SAYS_NOTHING:
            raise
        return False
    return [tuple(row) for row in trees] == [("ok",)] and not missing


def _move_aside(data_dir: Path, names: tuple[str, ...]) -> Path | None:
    """Move what is there of these names into one folder and return it; None if nothing was."""
    there = [n for n in names if (data_dir / n).exists() or (data_dir / n).is_symlink()]
    if not there:
        return None
    number = 1
    while (aside := data_dir / f"damaged-{number:04d}").exists():
        number += 1
    private_directory(aside)
    for name in there:
        move(data_dir / name, aside / name)
    sync_directory(aside)
    return aside
