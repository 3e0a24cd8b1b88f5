"""Packages as somebody would forge them who holds some of the keys."""

import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyrage

from db.exchange import sites
from db.exchange.package import opened
from db.kernel.ids import new_id
from db.ledger import Ledger
from tests.exchange.sites import Pair


def keys_of(ledger: Ledger) -> sites.Keys:
    """Return a copy's own secret keys."""
    with ledger.read() as connection:
        found = sites.keys(connection)
    assert found is not None
    return found


def forged(
    pair: Pair,
    file: Path,
    *,
    header: Callable[[dict[str, Any]], None] | None = None,
    payload: bytes | None = None,
    signer: Ledger | None = None,
    to: Ledger | None = None,
) -> Path:
    """Return a package of the post's, changed by somebody who holds some of the keys."""  # fmt: skip
    package = opened(file, keys_of(pair.laptop))
    said = orjson.loads(package.signed[4:])
    content = package.payload if payload is None else payload
    said["sha256"], said["length"] = hashlib.sha256(content).hexdigest(), len(content)
    if header is not None:
        header(said)
    text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    signed = struct.pack(">I", len(text)) + text
    key = keys_of(signer or pair.post).sign
    signature = key.sign(b"policepost-pack-v1\0" + signed).signature
    public = keys_of(to or pair.laptop).age.to_public()
    made = pair.stick / f"forged{new_id().hex()}.tzpack"
    made.write_bytes(pyrage.encrypt(signed + signature + content, [public]))
    return made
