"""What is remembered of the journal outside the ledger's file: how far it went, and by which MAC.

A lost log and an older file put back both leave a database that is whole in itself (docs/
RELIABILITY.md, V13, V14); only something outside it can tell. Each commit writes its number and MAC
in place into one of two sealed halves of a small file, so that a write cut short leaves the other.
It is made to last (fsync) when work rests and when the ledger is closed, not at each commit: a mark
that is too low never raises a false alarm.
"""

import contextlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Final

from db.kernel.errors import EnvironmentFault
from db.kernel.files import new_private_file, open_plain, sync_directory
from db.kernel.ids import Id

_FORM: Final = struct.Struct(">8s16sQQ32sQII?")
_MAGIC: Final = b"PPANCHR1"
_SEAL: Final = 32
_HALF: Final = 256
# The site of no copy: the mark of a restore that has begun.
NOBODY: Final[Id] = bytes(16)
_WRITING: Final = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class Mark:
    """How far the journal of a copy of the ledger had come.

    `no` and `mac` are the last command's. The chain was proved up to `proved`, and from its
    beginning on `proved_on`; `backups` is the counter of the last backup that another life of this
    ledger, before a restore, may have made. `clean` tells that the ledger was closed in order.
    """

    site: Id
    no: int
    mac: bytes
    proved: int = 0
    proved_on: date = date.min
    backups: int = 0
    clean: bool = False


class Anchor:
    """The file of marks beside a ledger, sealed with a subkey of its own."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._serial = 0

    def read(self) -> Mark | None:
        """Return the latest mark, None where there is none or no half is whole."""
        try:
            descriptor = open_plain(self._path)
            try:
                halves = os.read(descriptor, 2 * _HALF)
            finally:
                os.close(descriptor)
        except OSError:
            return None
        both = (halves[:_HALF], halves[_HALF:])
        found = [told for half in both if (told := self._told(half)) is not None]
        if not found:
            return None
        self._serial, mark = max(found, key=lambda told: told[0])
        return mark

    def keep(self, mark: Mark, *, lasting: bool = False) -> bool:
        """Write the mark over the older half; `lasting` waits until it is on the disk.

        Tell whether it was written: a disk that refuses takes nothing from the ledger itself.
        """
        self._serial += 1
        said = _FORM.pack(
            _MAGIC, mark.site, self._serial, mark.no, mark.mac.ljust(32, b"\0"), mark.proved,
            mark.proved_on.toordinal(), mark.backups, mark.clean,
        )  # fmt: skip
        try:
            made = not self._path.exists()
            if made:
                os.close(new_private_file(self._path))
            descriptor = os.open(self._path, _WRITING)
            try:
                os.lseek(descriptor, self._serial % 2 * _HALF, os.SEEK_SET)
                os.write(descriptor, (said + self._seal(said)).ljust(_HALF, b"\0"))
                if lasting:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if made:
                sync_directory(self._path.parent)
        except OSError:
            return False
        return True

    @contextlib.contextmanager
    def replacing(self) -> Iterator[None]:
        """Mark that another file takes the ledger's place; unmark where that fails.

        Cut short before the new ledger has an id of its own, it is known at the next opening that it
        has none: numbers of its lost commands may be at other sites. EnvironmentFault if the disk
        refuses the mark.
        """
        before = self.read()
        mark = replace(before or Mark(NOBODY, 0, b""), site=NOBODY)
        if not self.keep(mark, lasting=True):
            # What lies under its name may be a link, or another user's: a restore mends that too.
            with contextlib.suppress(OSError):
                self._path.unlink()
            if not self.keep(mark, lasting=True):
                raise EnvironmentFault(
                    "台账旁边的 anchor 写不进去，没有恢复，什么也没有改动。请检查磁盘后再试。"
                )
        try:
            yield
        except BaseException:
            if before is not None:
                self.keep(before, lasting=True)
            else:
                with contextlib.suppress(OSError):
                    self._path.unlink()
            raise

    def _told(self, half: bytes) -> tuple[int, Mark] | None:
        said, seal = half[: _FORM.size], half[_FORM.size :][:_SEAL]
        if len(said) < _FORM.size or seal != self._seal(said):
            return None
        magic, site, serial, no, mac, proved, day, backups, clean = _FORM.unpack(said)
        if magic != _MAGIC:
            return None
        return serial, Mark(site, no, mac, proved, date.fromordinal(day), backups, clean)

    def _seal(self, said: bytes) -> bytes:
        return blake2b(said, key=self._key, digest_size=_SEAL).digest()
