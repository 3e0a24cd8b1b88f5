"""Files too large for the ledger, beside it: each sealed under a secret of its own, written once.

A blob is named by the keyed digest of its plain content, which gives nothing away and finds a second
copy of the same. Content is libsodium's secretstream in chunks, so that neither a cut nor a swapped
end passes for whole. Source: docs/RELIABILITY.md, attachments.
"""

import contextlib
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from nacl import bindings
from nacl.exceptions import CryptoError

from db.kernel.errors import LedgerDamaged
from db.kernel.files import (
    ahead_of_its_record,
    forget_cached,
    open_plain,
    private_directory,
    sha256_of,
    write_atomically,
)
from db.kernel.keys import DataKey, wipe

CHUNK: Final = 64 * 1024
SECRET_BYTES: Final = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
ORPHAN_SECONDS: Final = 7 * 86_400
_HEADER: Final = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_OVER: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_MORE: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_NAME: Final = re.compile(r"[0-9a-f]{64}")


def naming_key(key: DataKey) -> bytes:
    """Return the key that a ledger's contents are named by."""
    subkey = key.subkey("attachments")
    try:
        return bytes(subkey)
    finally:
        wipe(subkey)


def new_secret() -> bytes:
    """Return a secret for one blob; without it the blob is noise."""
    return secrets.token_bytes(SECRET_BYTES)


def blob_name(data: bytes, key: bytes) -> str:
    """Return the name of a content under a ledger's naming key."""
    return hashlib.blake2b(data, key=key, digest_size=32).hexdigest()


def blob_path(folder: Path, name: str) -> Path:
    """Return where a blob lies; ValueError for what is no name, so that none leads elsewhere."""
    if not _NAME.fullmatch(name):
        raise ValueError("not the name of a blob")
    return folder / name[:2] / name


def second_name(name: str, secret: bytes, key: bytes) -> str:
    """Return where a content lies beside backups whose own name is taken under another secret there."""
    return hashlib.blake2b(bytes.fromhex(name) + secret, key=key, digest_size=32).hexdigest()


def sealed_anew(data: bytes, secret: bytes) -> bytes:
    """Return a content sealed under a secret."""
    return b"".join(_sealed(data, secret))


def write_blob(folder: Path, name: str, secret: bytes, data: bytes) -> None:
    """Seal a content and put it there whole, on the disk when this returns.

    EnvironmentFault if the disk refuses; nothing is left then.
    """
    path = blob_path(folder, name)
    _make_room(path)
    with ahead_of_its_record():
        write_atomically(path, sealed_anew(data, secret))


def read_blob(folder: Path, name: str, secret: bytes, key: bytes) -> bytes:
    """Return a blob's plain content; LedgerDamaged if it is missing, damaged or another's."""
    try:
        with os.fdopen(open_plain(blob_path(folder, name)), "rb") as file:
            data = b"".join(_opened(file.read(), secret))
    except FileNotFoundError:
        raise LedgerDamaged("这个附件的文件不在了，别的都好。可以从备份里找回。") from None
    except (OSError, CryptoError, ValueError, RuntimeError):
        raise LedgerDamaged("这个附件的文件损坏了，别的都好。可以从备份里找回。") from None
    if blob_name(data, key) != name:
        raise LedgerDamaged("这个附件的文件被换过了，没有打开。可以从备份里找回。")
    return data


def sealed_blob(folder: Path, name: str) -> bytes:
    """Return a blob as it lies there, sealed; OSError if it cannot be read."""
    with os.fdopen(open_plain(blob_path(folder, name)), "rb") as file:
        return file.read()


def opened_content(sealed: bytes, secret: bytes) -> bytes | None:
    """Return the plain content of a blob that came sealed, None if it is not whole."""
    try:
        return b"".join(_opened(sealed, secret))
    except (CryptoError, ValueError, RuntimeError):
        return None


def is_whole(folder: Path, name: str, secret: bytes, key: bytes, lying: str = "") -> bool:
    """Tell whether a blob is there, opens and is what its name says; it may lie under a second name."""
    try:
        data = opened_content(sealed_blob(folder, lying or name), secret)
    except OSError:
        return False
    return data is not None and blob_name(data, key) == name


def lies_as(folder: Path, name: str, secret: bytes, key: bytes) -> str | None:
    """Return under which name a content lies whole beside backups, None if it does under neither."""
    names = (name, second_name(name, secret, key))
    return next((one for one in names if is_whole(folder, name, secret, key, one)), None)


def opening_secret(
    folder: Path, name: str, candidates: Iterable[bytes], key: bytes
) -> bytes | None:
    """Return the secret that opens a blob as it lies there, None if none does."""
    return next((one for one in candidates if is_whole(folder, name, one, key)), None)


def copy_whole(name: str, secret: bytes, key: bytes, source: Path, target: Path) -> bool:
    """Copy a blob that opens to another folder unless one that opens is there; tell if one is now.

    In the source it may lie under its second name. A damaged content is never copied over a whole
    one, or as if it were one. EnvironmentFault if it cannot be written.
    """
    if is_whole(target, name, secret, key):
        return True
    lying = lies_as(source, name, secret, key)
    return lying is not None and _copied(name, secret, key, source, target, lying, name)


def keep_beside(
    name: str, secret: bytes, key: bytes, source: Path, target: Path, taken: Callable[[Path], bool]
) -> tuple[str, str] | None:
    """Copy a blob that opens beside backups unless it is there; return its name there and its SHA-256.

    None if it opens nowhere. What is `taken` there under its name, whole under another secret, stays:
    older backups name it, so this one gets its second name. EnvironmentFault if it cannot be written.
    """
    there = lies_as(target, name, secret, key)
    if there is None:
        if not is_whole(source, name, secret, key):
            return None
        own = blob_path(target, name)
        there = second_name(name, secret, key) if own.exists() and taken(own) else name
        if not _copied(name, secret, key, source, target, name, there):
            return None
    return there, sha256_of(blob_path(target, there))


def _copied(
    name: str, secret: bytes, key: bytes, source: Path, target: Path, lying: str, there: str
) -> bool:
    path = blob_path(target, there)
    _make_room(path)
    write_atomically(path, sealed_blob(source, lying))
    with contextlib.suppress(OSError):
        forget_cached(path)
    return is_whole(target, name, secret, key, there)


def collect(folder: Path, known: Collection[str], *, older: float = ORPHAN_SECONDS) -> int:
    """Remove blobs no record ever named that are older than so many seconds; return how many."""
    before, gone = time.time() - older, 0
    for path in folder.glob("??/*"):
        with contextlib.suppress(OSError):
            if path.name not in known and path.lstat().st_mtime < before:
                path.unlink()
                gone += 1
    return gone


def drop(folder: Path, names: Collection[str]) -> None:
    """Remove contents by their names; a text that is no name, or whose content is gone, is passed over."""
    for name in names:
        if _NAME.fullmatch(name):
            with contextlib.suppress(OSError):
                blob_path(folder, name).unlink()


def _make_room(path: Path) -> None:
    """Make the two folders a blob lies in; neither may be a link."""
    private_directory(path.parent.parent)
    private_directory(path.parent)


def _sealed(data: bytes, secret: bytes) -> Iterator[bytes]:
    state: Any = bindings.crypto_secretstream_xchacha20poly1305_state()
    yield bindings.crypto_secretstream_xchacha20poly1305_init_push(state, secret)
    for at in range(0, max(1, len(data)), CHUNK):
        tag = _LAST if at + CHUNK >= len(data) else _MORE
        yield bindings.crypto_secretstream_xchacha20poly1305_push(
            state, data[at : at + CHUNK], None, tag
        )


def _opened(sealed: bytes, secret: bytes) -> Iterator[bytes]:
    state: Any = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, sealed[:_HEADER], secret)
    tag = _MORE
    for at in range(_HEADER, len(sealed), CHUNK + _OVER):
        if tag == _LAST:
            raise ValueError("something stands behind the end")
        data, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(
            state, sealed[at : at + CHUNK + _OVER], None
        )
        yield data
    if tag != _LAST:
        raise ValueError("the end is missing")
