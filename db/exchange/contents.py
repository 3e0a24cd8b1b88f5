"""The contents of attachments in a package: sealed as the receiver can open them, kept under one secret.

A content may lie here under another name and secret than the site that added it gave it: names
follow from each ledger's key, and of one file that two sites attached only one sealing is kept.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from db.attachments import secrets_of
from db.exchange.courier import added_contents
from db.exchange.merging import Parcel
from db.exchange.package import Package
from db.exchange.tables import BlobName
from db.kernel import blobs
from db.kernel.files import require_space


class Kept(NamedTuple):
    """What contents of a package are called here, and the secret each of ours is sealed under."""

    names: dict[str, str]
    secrets: dict[str, str]


def to_send(
    connection: Connection, folder: Path, key: bytes, parcel: Parcel
) -> Iterator[tuple[str, bytes]]:
    """Yield name and sealed content of the attachments a parcel adds; one that does not open is left out."""
    here = dict(connection.execute(select(BlobName.theirs, BlobName.ours)).all())
    sent: set[str] = set()
    for name, secret in added_contents(parcel):
        ours = here.get(name, name)
        if name in sent:
            continue
        with contextlib.suppress(OSError, ValueError):
            sealed = blobs.sealed_blob(folder, ours)
            known = (secret, *secrets_of(connection, ours))
            opening = blobs.opening_secret(folder, ours, known, key)
            if opening is None:
                continue
            if opening != secret:
                # What travels names it with its own site's secret.
                data = blobs.opened_content(sealed, opening)
                sealed = blobs.sealed_anew(data or b"", secret)
            sent.add(name)
            yield name, sealed


def keep(connection: Connection, folder: Path, key: bytes, package: Package) -> Kept:
    """Put a package's attachments beside the ledger, before a record names them.

    One that is whole here already stays under the secret it has. What cannot be opened is left out:
    its record says so then.
    """
    kept = Kept({}, {})
    here = dict(connection.execute(select(BlobName.theirs, BlobName.ours)).all())
    require_space(folder.parent, sum(map(len, package.contents.values())))
    for name, secret in added_contents(package.parcel({})):
        if name in kept.names:
            continue
        data = blobs.opened_content(package.contents.get(name, b""), secret)
        ours = here.get(name, name) if data is None else blobs.blob_name(data, key)
        known = (*secrets_of(connection, ours), secret)
        opening = blobs.opening_secret(folder, ours, known, key)
        if opening is None:
            if data is None:
                continue
            opening = known[0]
            blobs.write_blob(folder, ours, opening, data)
        kept.names[name], kept.secrets[ours] = ours, opening.hex()
    return kept
