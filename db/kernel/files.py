"""Files and folders of a ledger: private, written whole or not at all, looked at before opening.

Rules from docs/RELIABILITY.md: a ledger is a regular file under one name, on a disk of this
machine, opened by one writer at a time. Nothing here follows a link or waits on a pipe.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from db.kernel.errors import (
    EnvironmentFault,
    LedgerDamaged,
    OutcomeUnknown,
    PolicepostError,
    UserError,
)

PAGE: Final = 4096
SPACE_TO_WRITE: Final = 200 * 2**20

_PLAIN_SQLITE: Final = b"SQLite format 3\0"
_HELD_ON_WINDOWS: Final = frozenset({32, 33})
_BUSY_ON_WINDOWS: Final = _HELD_ON_WINDOWS | {5}
_REPLACE_WAITS: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
_SMALL_FILE: Final = 2**20
# So many signs of a name, with what stands behind them, are short enough in any writing.
_BEGINNING: Final = 40
_STALE: Final = 3600

_DISK_ERROR: Final = "磁盘读写出错，这一步没有存上，原来的内容都在。请检查磁盘再试。"
_NOT_SURE_TO_LAST: Final = (
    "磁盘最后报错：新的内容已经换上，但断电后可能变回原来的。请检查磁盘，重新打开后再核对一次。"
)
_NOT_ALLOWED: Final = (
    "没有权限打开这个台账，什么也没有改动。它可能是别的用户的：请换到那个用户，或请管理员放开权限。"
)


def disk_fault(error: OSError, disk: str = "磁盘") -> EnvironmentFault:
    """Return what the system's error means, in words for the person at the desk; `disk` names which."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return EnvironmentFault(f"{disk}满了，这一步没有存上，原来的内容都在。请腾出空间再试。")
    if getattr(error, "winerror", None) in _HELD_ON_WINDOWS:
        return EnvironmentFault(
            "别的程序（多半是杀毒软件）占着这个文件不放，这一步没有存上，原来的内容都在。请过一会儿再试。"
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return EnvironmentFault(
            "这个文件夹不让写入，这一步没有存上，原来的内容都在。请换一个文件夹，或请管理员放开权限。"
        )
    if error.errno == errno.ENAMETOOLONG:
        return EnvironmentFault(
            "文件名太长，磁盘存不下这么长的，这一步没有存上，原来的内容都在。请换一个短的。"
        )
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return EnvironmentFault(
            "打开的文件太多，这一步没有存上，原来的内容都在。请关掉别的程序再试。"
        )
    return EnvironmentFault(_DISK_ERROR.replace("磁盘", disk, 1))


def unreadable(error: OSError) -> EnvironmentFault:
    """Return what it means that a ledger's file cannot be looked at, in words for the person at the desk."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return EnvironmentFault(_NOT_ALLOWED)
    return disk_fault(error)


def require_entry(folder: Path) -> None:
    """Raise EnvironmentFault if this user may not look into a folder; a missing one is not told here."""
    try:
        with os.scandir(folder):
            pass
    except PermissionError as error:
        raise unreadable(error) from error
    except OSError:
        pass


def private_directory(path: Path, *, shared: bool = False) -> None:
    """Make the folder if it is missing and close it to other users (0700), whatever the umask.

    One that may be `shared`, as a person chose it, is closed only where it is made.

    A folder that was made lasts through a power cut. EnvironmentFault if it cannot be made, is no
    folder, or is a link: what it leads to is somebody else's, and would be closed to them. A file
    system without such rights, as on a memory stick, is left as it is: everything put there is encrypted.
    """
    if path.is_symlink():
        raise EnvironmentFault(
            f"“{path.name}”是一个链接，不是文件夹本身，没有往里写，什么也没有改动。"
            "请删掉这个链接，或换一个文件夹。"
        )
    try:
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for made in missing:
            sync_directory(made.parent)
    except FileExistsError as error:
        raise EnvironmentFault(
            "这个位置已有一个同名文件，什么也没有改动。请换一个文件夹。"
        ) from error
    except OSError as error:
        raise disk_fault(error) from error
    if path in missing or not shared:
        with contextlib.suppress(OSError):
            path.chmod(0o700)


def new_private_file(path: Path) -> int:
    """Return the descriptor of a new empty file (0600); FileExistsError if the name is taken."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.fchmod(descriptor, 0o600)
    return descriptor


def sync_directory(path: Path) -> None:
    """Make names added to or taken from the folder last through a power cut."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems of memory sticks know no such call; they have nothing better to offer.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the file's content last through a power cut."""
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move(source: Path, target: Path) -> None:
    """Rename, replacing a file of the target's name, and make it last through a power cut.

    On Windows a virus scanner may hold the target for a moment, so it is tried for 2.5 s. OSError:
    nothing was renamed. OutcomeUnknown: it was, and a power cut may undo it.
    """
    for wait in _REPLACE_WAITS:
        try:
            source.replace(target)
            break
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _BUSY_ON_WINDOWS:
                raise
            time.sleep(wait)
    else:
        source.replace(target)
    try:
        sync_directory(target.parent)
        if source.parent != target.parent:
            sync_directory(source.parent)
    except OSError as error:
        raise OutcomeUnknown(_NOT_SURE_TO_LAST) from error


def write_lasting(path: Path, data: bytes) -> None:
    """Write a private file that lasts, in place of one that was left over; OSError as it comes."""
    path.unlink(missing_ok=True)
    with os.fdopen(new_private_file(path), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_atomically(path: Path, data: bytes, before: Callable[[], object] | None = None) -> None:
    """Write a private file so that after any crash the old or the new content is whole.

    `before` is called once the disk has taken the new content and before it is in force: what it
    raises leaves the old, but for a doubt. EnvironmentFault if the disk refuses; the old content is then untouched.
    OutcomeUnknown: the new content is in force, and a power cut may bring the old one back.
    """
    # Of its own: another program that writes the same file must not rename our half.
    part = path.with_name(f"{path.name[:_BEGINNING]}.{os.urandom(4).hex()}.part")
    try:
        _sweep_parts(path)
        write_lasting(part, data)
        doubt = _in_doubt(before) if before is not None else None
        move(part, path)
    except OutcomeUnknown:
        raise
    except (OSError, PolicepostError) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, PolicepostError):
            raise
        raise disk_fault(error) from error
    if doubt is not None:
        raise doubt


def _in_doubt(step: Callable[[], object]) -> OutcomeUnknown | None:
    try:
        step()
    except OutcomeUnknown as doubt:
        return doubt
    return None


def _sweep_parts(path: Path) -> None:
    """Remove what writes of a file that were cut short left behind, an hour ago or more."""
    before = time.time() - _STALE
    beginning = f"{path.name[:_BEGINNING]}."
    for stale in path.parent.glob("*.????????.part"):
        with contextlib.suppress(OSError):
            if stale.name.startswith(beginning) and stale.lstat().st_mtime < before:
                stale.unlink()


@contextlib.contextmanager
def ahead_of_its_record() -> Iterator[None]:
    """Take a doubt for a failure: what is written here counts for nothing without what names it."""
    try:
        yield
    except OutcomeUnknown as error:
        raise EnvironmentFault(_DISK_ERROR) from error


def open_plain(path: Path) -> int:
    """Return a descriptor to read a regular file; OSError for links, pipes, devices and folders."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    return os.open(path, flags)


def read_small(path: Path) -> bytes:
    """Return the content of a small regular file; OSError for anything else or above 1 MiB."""
    with os.fdopen(open_plain(path), "rb") as file:
        data = file.read(_SMALL_FILE + 1)
    if len(data) > _SMALL_FILE:
        raise OSError(errno.EFBIG, "larger than any file of this kind")
    return data


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a regular file in hexadecimal."""
    with os.fdopen(open_plain(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def forget_cached(path: Path) -> None:
    """Let the next read of a file that is on the disk come from there, not from the system's memory.

    A stick that keeps nothing still reads back well from memory. Where the system knows no such
    call, as on Windows, a read may come from memory. OSError if the file cannot be opened.
    """
    if hasattr(os, "posix_fadvise"):
        descriptor = open_plain(path)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def preflight(path: Path) -> bool:
    """Look at a ledger's file before anything opens it; return whether its size is whole pages.

    Raises what `require_ledger_file` does, LedgerDamaged too if the file is not encrypted, and EnvironmentFault
    if this user may not read it. Not for a ledger that is open: to close the file again would give back the
    locks SQLite holds on it.
    """
    size = require_ledger_file(path).st_size
    try:
        with os.fdopen(open_plain(path), "rb") as file:
            start = file.read(len(_PLAIN_SQLITE))
    except OSError as error:
        raise unreadable(error) from error
    if start == _PLAIN_SQLITE:
        raise LedgerDamaged("这个文件没有加密，不是本程序的台账，没有打开，什么也没有改动。")
    return size % PAGE == 0


def require_ledger_file(path: Path) -> os.stat_result:
    """Return what is known of a ledger's file without opening it.

    Opening an empty file would delete the -wal beside it, and with it the last work. UserError if
    there is no file, LedgerDamaged if it is not what a ledger's file looks like, EnvironmentFault if
    this user may not look there.
    """
    try:
        found = path.lstat()
    except FileNotFoundError as error:
        raise UserError("这里没有台账，什么也没有改动。请核对文件夹，或先新建台账。") from error
    except OSError as error:
        raise unreadable(error) from error
    if stat.S_ISLNK(found.st_mode):
        raise LedgerDamaged(
            "台账文件是一个链接，不是文件本身，没有打开，什么也没有改动。请找到原来的文件夹再打开。"
        )
    if not stat.S_ISREG(found.st_mode):
        raise LedgerDamaged("台账文件的位置上不是普通文件，没有打开，也没有改动。请用备份恢复。")
    if found.st_nlink != 1:
        raise LedgerDamaged(
            "台账文件另有一个名字指着它，同时打开会损坏内容，所以没有打开。请先删掉多出来的硬链接。"
        )
    for beside in ("-wal", "-shm", "-journal"):
        if path.with_name(path.name + beside).is_symlink():
            raise LedgerDamaged(
                f"台账旁边的 {path.name}{beside} 是一个链接，没有打开，什么也没有改动。"
                "请删掉这个链接再打开。"
            )
    require_content(found)
    return found


def require_content(found: os.stat_result) -> None:
    """Raise LedgerDamaged for an empty file: opening one deletes the -wal beside it."""
    if found.st_size == 0:
        raise LedgerDamaged("台账文件是空的，没有打开，旁边的文件原样留着。请用备份恢复。")


def can_write(folder: Path, file: Path) -> bool:
    """Tell whether a folder and a file in it may be written, as the system says; nothing is tried."""
    return os.access(folder, os.W_OK) and os.access(file, os.W_OK)


def nearest_existing(folder: Path) -> Path:
    """Return the folder, or what there is of it already."""
    place = folder.resolve()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk the folder is on, or will be on."""
    try:
        return shutil.disk_usage(nearest_existing(folder)).free
    except OSError as error:
        raise disk_fault(error) from error


def require_space(folder: Path, needed: int = SPACE_TO_WRITE) -> None:
    """Raise EnvironmentFault unless the folder's disk has the needed bytes free (200 MiB)."""
    free = free_bytes(folder)
    if free < needed:
        raise EnvironmentFault(
            f"磁盘只剩{free // 2**20} MB，至少要有{needed // 2**20} MB才能做这一步，"
            "什么也没有改动。请先腾出空间。"
        )
