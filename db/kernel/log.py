"""The log beside a ledger (`-wal`): whether it was written with the ledger's own key, and its length.

SQLite brings any sound log into the file it lies beside, whoever wrote it. One of another ledger would
so overwrite pages with what no key here opens.
Sources: SQLite's WAL file format; SQLCipher 4's pages (HMAC-SHA512 over page, nonce and number).
"""

import hashlib
import hmac
import os
import struct
from pathlib import Path
from typing import Final

from db.kernel.cipher import Key
from db.kernel.files import PAGE, open_plain

# Writing goes on beside any log; but all of it is read again at a start after a power cut.
MOST: Final = 64 * 2**20
_HEAD, _FRAME = 32, 24
_MAGIC: Final = {0x377F0682: "<", 0x377F0683: ">"}
_SALT, _MAC = 16, 64
# What SQLCipher 4 makes the seal's key with.
_MASK, _ROUNDS = 0x3A, 2


def size(ledger: Path) -> int:
    """Return how many bytes the log beside a ledger's file has; 0 where there is none."""
    try:
        return ledger.with_name(f"{ledger.name}-wal").stat().st_size
    except OSError:
        return 0


def too_long(ledger: Path, most: int = MOST) -> str:
    """Say in a sentence that the log beside a ledger's file has more than `most` bytes; mostly nothing.

    Each commit brings a part of it into the file, so one that grows is kept from it: by who reads
    for hours, or by a program that stands still.
    """
    found = size(ledger)
    said = (
        f"台账旁边的日志（{ledger.name}-wal）有{found / 2**20:.0f} MB，平时不超过{most >> 20} MB。"
    )
    return said if found > most else ""


def is_foreign(ledger: Path, key: Key) -> bool:
    """Tell whether the log beside a ledger's file is sound, and yet not written with its key.

    What SQLite would ignore anyway (none, cut short, torn by a power cut) is not foreign. `key` is the 32
    raw bytes of the "ledger" subkey.
    """
    try:
        with os.fdopen(open_plain(ledger.with_name(f"{ledger.name}-wal")), "rb") as log:
            head, frame, page = log.read(_HEAD), log.read(_FRAME), log.read(PAGE)
        with os.fdopen(open_plain(ledger), "rb") as file:
            salt = file.read(_SALT)
    except OSError:
        return False
    return _sound(head, frame, page) and not _sealed(frame, page, bytes(key), salt)


def _sound(head: bytes, frame: bytes, page: bytes) -> bool:
    """Tell whether the log's first frame is one that SQLite would take."""
    if len(page) < PAGE:
        return False
    order = _MAGIC.get(struct.unpack(">I", head[:4])[0])
    if order is None or struct.unpack(">I", head[8:12])[0] != PAGE or head[16:24] != frame[8:16]:
        return False
    told = _checked(head[:24], (0, 0), order)
    if told != struct.unpack(">2I", head[24:]):
        return False
    told = _checked(frame[:8] + page, told, order)
    return told == struct.unpack(">2I", frame[16:])


def _checked(data: bytes, begun: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = begun
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _sealed(frame: bytes, page: bytes, key: bytes, salt: bytes) -> bool:
    (number,) = struct.unpack(">I", frame[:4])
    masked = bytes(byte ^ _MASK for byte in salt)
    sealing = hashlib.pbkdf2_hmac("sha512", key, masked, _ROUNDS, len(key))
    # The file's salt stands before its first page and is not sealed.
    body = page[_SALT if number == 1 else 0 : -_MAC] + struct.pack("<I", number)
    return hmac.compare_digest(hmac.digest(sealing, body, "sha512"), page[-_MAC:])
