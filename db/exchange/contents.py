"""The contents of attachments in a package: sealed as the receiver can open them, kept under one secret.

A content may lie here under another name and secret than the site that added it gave it: names
follow from each ledger's key, and of one file that two sites attached only one sealing is kept.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, or_, select

from db.attachments import Attachment, secrets_of
from db.exchange.courier import added_contents
from db.exchange.incoming import Incoming
from db.exchange.package import Package
from db.exchange.past import as_written
from db.exchange.tables import BlobName
from db.kernel import blobs
from db.kernel.files import require_space
from db.kernel.ids import Id
from db.kernel.journal import ADDED
from db.kernel.records import ChangeRow

# Of a package's 1 GiB; it is built in memory.
MOST_CONTENTS: Final = 512 * 2**20

Named = tuple[str, bytes]


class Kept(NamedTuple):
    """What contents of a package are called here, and the secret each of ours is sealed under."""

    names: dict[str, str]
    secrets: dict[str, str]


@dataclass
class Sending:
    """The contents of a package, one after another; which went in, and which had to stay behind."""

    connection: Connection
    folder: Path
    key: bytes
    most: int
    sent: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Learn what contents of other sites are called here."""
        self._here = _names(self.connection)

    def fitting(self, commands: Sequence[Incoming], since: Mapping[Id, int]) -> int:
        """Return how many commands fit with all they add, one beyond `since` at least."""
        total, seen, new = 0, set(), 0
        for at, command in enumerate(commands):
            if command.seq <= since.get(command.site, 0):
                continue
            for name, _ in added_contents([command]):
                if name not in seen:
                    seen.add(name)
                    total += self._size(name)
            if total > self.most:
                return at if new else at + 1
            new += 1
        return len(commands)

    def of(self, named: Collection[Named]) -> Iterator[Named]:
        """Yield name and sealed content of each; one that does not open or fit is left behind."""
        room = self.most
        for name, secret in named:
            if name in self.sent:
                continue
            sealed = self._sealed(name, secret) if self._size(name) <= room else None
            if sealed is None:
                self.left.add(name)
                continue
            room -= len(sealed)
            self.left.discard(name)
            self.sent.add(name)
            yield name, sealed

    def _size(self, name: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            return blobs.blob_path(self.folder, self._here.get(name, name)).stat().st_size
        return 0

    def _sealed(self, name: str, secret: bytes) -> bytes | None:
        ours = self._here.get(name, name)
        try:
            known = (secret, *secrets_of(self.connection, ours))
            opening = blobs.opening_secret(self.folder, ours, known, self.key)
            sealed = blobs.sealed_blob(self.folder, ours)
        except (OSError, ValueError):
            return None
        if opening is None or opening == secret:
            return sealed if opening else None
        # What travels names it with its own site's secret.
        return blobs.sealed_anew(blobs.opened_content(sealed, opening) or b"", secret)


def keep(connection: Connection, folder: Path, key: bytes, package: Package) -> Kept:
    """Put a package's attachments beside the ledger, before a record names them.

    One that is whole here already stays under the secret it has. What cannot be opened is left out:
    its record says so then.
    """
    kept = Kept({}, {})
    here = _names(connection)
    require_space(folder.parent, sum(map(len, package.contents.values())))
    added = list(added_contents(package.commands))
    late = package.contents.keys() - {name for name, _ in added}
    for name, secret in (*added, *as_named(connection, late)):
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


def as_named(connection: Connection, names: Collection[str]) -> list[Named]:
    """Return contents known by their names on the way, each with the secret its site gave it.

    One whose record was erased is known no more.
    """
    if not names:
        return []
    found: list[Named] = []
    columns = (ChangeRow.kind, ChangeRow.record, ChangeRow.fields, ChangeRow.origin)
    holds = (
        func.instr(func.coalesce(ChangeRow.origin, ChangeRow.fields), name) > 0 for name in names
    )
    asked = select(*columns).where(ChangeRow.entity == Attachment.__tablename__, or_(*holds))
    for row in connection.execute(asked):
        said = as_written(Attachment.__tablename__, row.kind, row.record, row.fields, row.origin)
        if said is not None and said[0] == ADDED and said[2].get("blob") in names:
            with contextlib.suppress(ValueError):
                found.append((said[2]["blob"], bytes.fromhex(said[2]["secret"])))
    return found


def _names(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(select(BlobName.theirs, BlobName.ours)).all())
