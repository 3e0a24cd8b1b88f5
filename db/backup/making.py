"""Making a backup beside an open window, and proving it before it gets its name."""

import contextlib
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from sqlcipher3 import dbapi2

from db.backup.copies import Content, check_sealed, content_of, copy_sealed
from db.backup.manifest import (
    LEDGER,
    PARTIAL,
    SLOTS,
    BackupInfo,
    collect_unnamed,
    list_backups,
    numbered,
    read_info,
    write_manifest,
)
from db.kernel import blobs, cipher, engine
from db.kernel.erased import bring_list
from db.kernel.errors import EnvironmentFault, LedgerDamaged, UserError
from db.kernel.files import (
    disk_fault,
    forget_cached,
    free_bytes,
    move,
    private_directory,
    read_small,
    require_ledger_file,
    sha256_of,
    sync_directory,
    write_atomically,
)
from db.kernel.keys import DataKey, Slots, wipe
from db.kernel.place import BLOBS, Place

_ROOM_LEFT: Final = 16 * 2**20
_PATIENCE: Final = 60


class OtherWindow(UserError):
    """Another window makes a backup in the same folder."""


@contextlib.contextmanager
def alone(folder: Path, patience: float = _PATIENCE) -> Iterator[None]:
    """Keep a second window from taking our unfinished folder for one that was cut short.

    OtherWindow if another window still has the folder after so many seconds.
    """
    lock = FileLock(
        folder / "lock", timeout=patience, mode=0o600, thread_local=False, fallback_to_soft=False
    )
    # A share or stick may know no locks; then there is no second window on it either.
    with contextlib.suppress(OSError, NotImplementedError):
        try:
            lock.acquire()
        except Timeout as error:
            raise OtherWindow("另一个窗口正在做备份，这次没有再做，台账没有变。") from error
    try:
        yield
    finally:
        lock.release()


def back_up(
    data_dir: Path, key: DataKey, folder: Path, *, reason: str, now: datetime, above: int = 0
) -> BackupInfo:
    """Make one backup of the ledger in `data_dir` into `folder` and prove it before it counts.

    Its counter follows on the highest there and on `above`, also where the folder was emptied.

    Other windows may go on reading and writing. UserError or EnvironmentFault: no backup was made
    and nothing else has changed; LedgerDamaged: the ledger itself is not whole, so the backups
    there are were left alone.
    """
    try:
        private_directory(folder, shared=folder != Place(data_dir).backups)
        with alone(folder):
            for _, path in numbered(folder):
                if path.suffix == PARTIAL:
                    shutil.rmtree(path, ignore_errors=True)
            _require_room(data_dir / LEDGER, folder)
            number = max((n for n, _ in numbered(folder)), default=0)
            number = max(number, above) + 1
            final = folder / f"{number:04d}-{now:%Y%m%d-%H%M}"
            partial = final.with_name(final.name + PARTIAL)
            private_directory(partial)
            try:
                _build(data_dir, key, partial, number=number, reason=reason, now=now)
                bring_list(data_dir, folder, key)
                move(partial, final)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                with contextlib.suppress(EnvironmentFault):
                    collect_unnamed(folder)
                raise
    except OSError as error:
        raise disk_fault(error) from error
    except dbapi2.Error as error:
        raise engine.translate(error) from None
    return read_info(final)


def _require_room(ledger: Path, folder: Path) -> None:
    size = require_ledger_file(ledger).st_size
    log = ledger.with_name(ledger.name + "-wal")
    needed = size + (log.stat().st_size if log.exists() else 0) + _ROOM_LEFT
    if free_bytes(folder) < needed:
        raise EnvironmentFault("放备份的磁盘空间不够，没有做备份，台账没有变。请先腾出空间。")


def _build(
    data_dir: Path, key: DataKey, partial: Path, *, number: int, reason: str, now: datetime
) -> None:
    slots = read_small(data_dir / SLOTS)
    content, named = _copy_proved(data_dir / LEDGER, key, partial / LEDGER)
    attachments, under, lost = _copy_attachments(named, key, data_dir / BLOBS, partial.parent)
    write_atomically(partial / SLOTS, slots)
    info = BackupInfo(
        path=partial,
        number=number,
        when=now,
        reason=reason,
        ledger=Slots.from_bytes(slots).ledger,
        size=(partial / LEDGER).stat().st_size,
        sha256=sha256_of(partial / LEDGER),
        slots_sha256=hashlib.sha256(slots).hexdigest(),
        attachments=attachments,
        under=under,
        lost=lost,
        **asdict(content),
    )
    write_manifest(info, key)
    sync_directory(partial)


def _copy_attachments(
    named: set[tuple[str, str]], key: DataKey, source: Path, folder: Path
) -> tuple[dict[str, str], dict[str, str], int]:
    """Copy what is not there yet; return the SHA-256 of each, what lies under a second name, how many are lost.

    A lost or damaged content keeps nobody from a backup of all the rest, which says how many it lacks.
    """
    copied, under, lost = {}, {}, 0
    naming = blobs.naming_key(key)

    def taken(path: Path) -> bool:
        there = sha256_of(path)
        return any(info.attachments.get(path.name) == there for info in list_backups(folder))

    for name, secret in sorted(named):
        kept = blobs.keep_beside(name, bytes.fromhex(secret), naming, source, folder / BLOBS, taken)
        if kept is None:
            lost += 1
            continue
        copied[kept[0]] = kept[1]
        if kept[0] != name:
            under[kept[0]] = name
    return copied, under, lost


def _named_blobs(source: cipher.Connection) -> set[tuple[str, str]]:
    """The contents that records name, each with the secret it is named with."""
    tables = source.execute("SELECT name FROM sqlite_schema WHERE name = 'attachment'").fetchall()
    if not tables:
        return set()
    return {tuple(row) for row in source.execute("SELECT blob, secret FROM attachment").fetchall()}


def _copy_proved(ledger: Path, key: DataKey, target: Path) -> tuple[Content, set[tuple[str, str]]]:
    source_key, backup_key = key.subkey("ledger"), key.subkey("backup")
    try:
        source = engine.connect(ledger, source_key, read_only=True)
        with contextlib.closing(source):
            source.execute("BEGIN")
            content, named = content_of(source), _named_blobs(source)
            copy_sealed(source, target, backup_key)
        forget_cached(target)
        problems = check_sealed(target, backup_key, content)
    finally:
        wipe(source_key)
        wipe(backup_key)
    if problems:
        raise LedgerDamaged(
            f"备份做好后核对不上：{problems[0]}。没有留下这个备份，以前的备份都在。请马上到“数据、备份”里核对台账。"
        )
    return content, named
