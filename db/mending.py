"""What can be mended in an open ledger without a restore: indexes, and attachments that backups have."""

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from db import backup
from db.attachments import Attachment, secrets_of
from db.history import Names
from db.kernel import blobs, engine, log
from db.kernel.access import Right
from db.kernel.errors import LedgerDamaged, PolicepostError, UserError
from db.kernel.files import disk_fault, require_space
from db.kernel.ids import Id
from db.kernel.place import BLOBS
from db.ledger import Ledger

REBUILT: Final = "重建索引"
BROUGHT_BACK: Final = "找回附件"
_ROOM_LEFT: Final = 16 * 2**20
_BEYOND: Final = "没有重建，什么也没有改动。请从备份恢复，或者找人查看。"


class Lost(NamedTuple):
    """An attachment whose content is missing or does not open; `kept` if a backup within reach has it."""

    id: Id
    name: str
    of: str
    kept: bool


def lost(ledger: Ledger, attachments: Collection[Id]) -> list[Lost]:
    """Return to what such attachments belong, and whether a backup within reach has their content."""
    key, sources = ledger.core.naming_key, _sources(ledger)
    with ledger.read() as connection:
        names = Names(connection)
        rows = connection.execute(
            select(Attachment).where(Attachment.id.in_(attachments)).order_by(Attachment.id)
        ).all()
        return [
            Lost(
                row.id, row.name, names.of(row.entity, row.of),
                any(blobs.lies_as(one, row.blob, bytes.fromhex(row.secret), key) for one in sources),
            )
            for row in rows
        ]  # fmt: skip


def bring_back(ledger: Ledger, attachments: Collection[Id]) -> int:
    """Copy contents back that backups within reach still have; return how many were brought back.

    EnvironmentFault if the disk refuses: what came before is back.
    """
    ledger.require_writing(Right.BACKUP, BROUGHT_BACK)
    key, sources, back = ledger.core.naming_key, _sources(ledger), 0
    with ledger.read() as connection:
        rows = connection.execute(
            select(Attachment.blob, Attachment.secret).where(Attachment.id.in_(attachments))
        ).all()
        known = {row.blob: secrets_of(connection, row.blob) for row in rows}
    for row in rows:
        secret = bytes.fromhex(row.secret)
        if blobs.opening_secret(ledger.place.blobs, row.blob, known[row.blob], key):
            # It is whole, for another record that names it: that one must not lose it.
            continue
        back += any(
            blobs.copy_whole(row.blob, secret, key, one, ledger.place.blobs) for one in sources
        )
    if back:
        ledger.note(BROUGHT_BACK, f"{back}个")
    return back


def mend_indexes(ledger: Ledger) -> Path | None:
    """Build indexes that do not agree with their tables anew, after the ledger was copied aside whole.

    Return the folder of that copy, None if there was nothing to mend. No row is touched; it is all done
    or nothing. LedgerDamaged where more than indexes is wrong; UserError if another window writes.
    """
    ledger.require_writing(Right.BACKUP, REBUILT)
    with engine.in_words():
        found = engine.faults(ledger.core.writer)
        if not found.indexes:
            return None
        if found.problems:
            raise LedgerDamaged(f"坏的不只是索引：{found.problems[0]}。{_BEYOND}")
        aside = _rebuilt(ledger, found.indexes)
        # To read the file for the copy gave the locks back that SQLite held on it: it is opened afresh.
        ledger.core.readers.dispose()
        ledger.core.writer.dispose()
    ledger.note(REBUILT, "、".join(found.indexes))
    ledger.rest()
    return aside


def _rebuilt(ledger: Ledger, names: Collection[str]) -> Path:
    place, aside = ledger.place, None
    require_space(place.folder, 2 * place.ledger.stat().st_size + _ROOM_LEFT)
    try:
        with ledger.core.writer.begin() as connection:
            # Nobody can write from here on; what somebody wrote just before is not in the file yet.
            if log.size(place.ledger):
                raise UserError(
                    "别的窗口正在写这个台账，没有重建索引，什么也没有改动。请稍后再试。"
                )
            aside = backup.kept_aside(place.folder, ledger.clock.now())
            left = engine.rebuild_indexes(connection, names).sentences
            if left:
                raise LedgerDamaged(f"索引重建以后还有问题：{left[0]}。{_BEYOND}")
        return aside
    except (PolicepostError, IntegrityError, OSError) as error:
        # Where the very commit failed it may have come to the disk, and the copy stays.
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, IntegrityError):
            raise LedgerDamaged(f"表里有不该重复的内容，索引建不起来，{_BEYOND}") from None
        if isinstance(error, OSError):
            raise disk_fault(error) from error
        raise


def _sources(ledger: Ledger) -> list[Path]:
    """Where backups keep contents: beside the ledger, and in the second place if it can be reached."""
    second = backup.second_place(ledger.place.folder)
    there = [second.folder] if second is not None and second.there else []
    return [folder / BLOBS for folder in (ledger.place.backups, *there)]
