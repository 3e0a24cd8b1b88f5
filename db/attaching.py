"""Files taken into an open ledger and shown again: the content first, then the record that names it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from db.attachments import (
    MOST_BYTES,
    Attachment,
    AttachmentLine,
    add_attachment,
    media_of,
    named_blobs,
    safe_name,
    secrets_of,
)
from db.attachments.proving import broken_contents
from db.exchange.sites import RESTORED
from db.kernel import blobs
from db.kernel.access import Right
from db.kernel.clock import lately, today
from db.kernel.errors import UserError
from db.kernel.files import open_plain, require_space
from db.kernel.history import last_time
from db.kernel.ids import Id
from db.kernel.journal import Done
from db.ledger import Ledger

_SOON: Final = timedelta(seconds=blobs.ORPHAN_SECONDS)


def attach(ledger: Ledger, entity: str, of: Id, kind: str, file: Path) -> Done[Id]:
    """Keep a file with a record; it is sealed on the disk before the record names it.

    UserError for a file that is too large, cannot be read or is of no kind that is taken.
    """
    ledger.require(Right.WRITE, "添加附件")
    data = _content(file)
    media, ending = media_of(data)
    called = safe_name(file.name, ending)
    line = AttachmentLine(b"", kind, called, media, len(data), today(ledger.clock))
    key, place = ledger.core.naming_key, ledger.place.blobs
    name = blobs.blob_name(data, key)
    with ledger.read() as connection:
        # Also of records that were removed: undo brings them back, and older backups have them.
        known = secrets_of(connection, name)
    secret = blobs.opening_secret(place, name, known, key)
    if secret is None:
        secret = next(iter(known), None) or blobs.new_secret()
        require_space(ledger.place.folder, len(data))
        blobs.write_blob(place, name, secret, data)
    return ledger.write(add_attachment(entity, of, line, name, secret))


def content_of(ledger: Ledger, attachment: Id) -> bytes:
    """Return an attachment's content, from the disk into memory and nowhere else.

    LedgerDamaged if its file is missing, damaged or another's; UserError if the record is gone.
    """
    with ledger.read() as connection:
        row = connection.execute(
            select(Attachment.blob, Attachment.secret).where(Attachment.id == attachment)
        ).first()
    if row is None:
        raise UserError("这个附件已经不在台账里了。")
    return blobs.read_blob(
        ledger.place.blobs, row.blob, bytes.fromhex(row.secret), ledger.core.naming_key
    )


def collect_orphans(ledger: Ledger) -> int:
    """Remove contents no record ever came to name; return how many.

    One that was named once stays, for what was removed can be brought back. None is removed while the
    ledger lacks steps or soon after a restore: another file of it may name it and be put back.
    """
    with ledger.read() as connection:
        restored = last_time(connection, RESTORED)
        known = named_blobs(connection)
    if ledger.undecided or (restored and lately(restored, ledger.clock.now(), _SOON)):
        return 0
    return blobs.collect(ledger.place.blobs, known)


def broken_of(ledger: Ledger, of: Id) -> frozenset[Id]:
    """Return a record's attachments whose content is missing or does not open."""
    with ledger.read() as connection:
        return frozenset(
            broken_contents(connection, ledger.place.blobs, ledger.core.naming_key, of)
        )


def _content(file: Path) -> bytes:
    try:
        with os.fdopen(open_plain(file), "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError:
        raise UserError(f"“{file.name}”读不出来，没有收下。") from None
    if len(data) > MOST_BYTES:
        raise UserError(f"“{file.name}”超过{MOST_BYTES >> 20} MB，没有收下。")
    if not data:
        raise UserError(f"“{file.name}”是空的，没有收下。")
    return data
