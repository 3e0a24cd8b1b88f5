"""A backup's ledger copied out again, still encrypted: to be looked at, or to be put back."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from db.backup.copies import Content, check_sealed, copy_sealed
from db.backup.manifest import LEDGER, PARTIAL, BackupInfo, ledger_problems, read_info
from db.kernel import blobs, cipher, engine
from db.kernel.anchor import Anchor
from db.kernel.erased import bring_list
from db.kernel.errors import EnvironmentFault, LedgerDamaged
from db.kernel.files import disk_fault, free_bytes, private_directory
from db.kernel.ids import new_id
from db.kernel.keys import DataKey, wipe
from db.kernel.place import BLOBS, Place

ROOM_LEFT: Final = 16 * 2**20
LOOKS: Final = "looking"
ASIDE: Final = "replaced-"

Step = Callable[[str, float], None]


def unpack(info: BackupInfo, target: Path, key: DataKey, subkey: cipher.Key) -> None:
    """Copy a backup's ledger to a file under the ledger's own subkey, and prove the copy.

    EnvironmentFault if there is no room or the copy is not as it should be: no file is left.
    """
    if free_bytes(target.parent) < info.size + ROOM_LEFT:
        raise EnvironmentFault("磁盘空间不够，没有用这个备份，什么也没有改动。请先腾出空间。")
    target.unlink(missing_ok=True)
    backup_key = key.subkey("backup")
    try:
        source = cipher.opened(info.path / LEDGER, backup_key, "mode=ro&immutable=1")
        with contextlib.closing(source):
            copy_sealed(source, target, subkey)
    finally:
        wipe(backup_key)
    problems = check_sealed(target, subkey, Content(info.rows, info.head, info.head_mac))
    if problems:
        target.unlink(missing_ok=True)
        raise EnvironmentFault(
            f"从备份复制出来的文件核对不上：{problems[0]}。没有用它，原来的都在。请检查磁盘。"
        )


def bring_along(
    info: BackupInfo, data_dir: Path, key: DataKey, copy: Path, subkey: cipher.Key
) -> None:
    """Bring what lies beside a backup and the ledger's folder lacks: attachments, what was erased since.

    `copy` is the unpacked ledger, which is brought to that list when it is next opened. A content that
    opens in the ledger's folder stays; one that opens in neither is left for the open ledger to name.
    """
    bring_list(info.path.parent, data_dir, key)
    if not info.attachments:
        return
    opened = cipher.opened(copy, subkey, "mode=ro&immutable=1")
    with contextlib.closing(opened):
        rows = opened.execute("SELECT DISTINCT blob, secret FROM attachment").fetchall()
    naming, beside, own = blobs.naming_key(key), info.path.parent / BLOBS, data_dir / BLOBS
    secrets: dict[str, list[bytes]] = {}
    for name, secret in rows:
        secrets.setdefault(name, []).append(bytes.fromhex(secret))
    for name, known in secrets.items():
        # One that opens for another record that names it stays: that one must not lose it.
        for secret in known:
            if blobs.opening_secret(own, name, known, naming) is None:
                blobs.copy_whole(name, secret, naming, beside, own)


def new_life(data_dir: Path, key: DataKey) -> contextlib.AbstractContextManager[None]:
    """Mark, while a restored file is given the ledger's name, that it is to get an id of its own."""
    anchor = Anchor(Place(data_dir).anchor, bytes(key.subkey("anchor")))
    return anchor.replacing()


def proved(backup_folder: Path, key: DataKey) -> BackupInfo:
    """Return what a backup says of itself once its ledger is proved; LedgerDamaged says what is wrong."""
    problems = ledger_problems(backup_folder, key)
    if problems:
        raise LedgerDamaged(f"这个备份不能用：{problems[0]}。什么也没有改动。请换一个备份。")
    return read_info(backup_folder)


def unpack_to_look(backup_folder: Path, data_dir: Path, key: DataKey, step: Step) -> Path:
    """Copy a proved backup into a private folder of its own within the ledger's; return that folder.

    Nothing is written into the backup. `step` is told what is being done; what it raises ends the
    work and nothing is left. Errors as of `proved` and `unpack`.
    """
    folder = data_dir / LOOKS / new_id().hex()
    try:
        step("正在核对备份……", 0.1)
        info = proved(backup_folder, key)
        private_directory(folder.parent)
        private_directory(folder)
        step("正在复制出来……", 0.5)
        subkey = key.subkey("ledger")
        try:
            unpack(info, folder / LEDGER, key, subkey)
            step("正在打开……", 0.9)
        finally:
            wipe(subkey)
    except BaseException as error:
        put_away(folder)
        if isinstance(error, OSError):
            raise disk_fault(error) from error
        if isinstance(error, dbapi2.Error):
            raise engine.translate(error) from None
        raise
    return folder


def put_away(folder: Path) -> None:
    """Remove what `unpack_to_look` copied out; another look may be open beside it."""
    _remove(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def sweep(data_dir: Path) -> None:
    """Remove what a look or a restore that was cut short left behind; hold the writer's lock."""
    _remove(data_dir / LOOKS)
    for path in (data_dir / (LEDGER + PARTIAL), *data_dir.glob(f"{ASIDE}*{PARTIAL}")):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
