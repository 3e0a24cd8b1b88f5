"""The seals of the journal: a keyed digest of each change, a MAC over each command."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from db.kernel.ids import Id


class Entry(NamedTuple):
    """A command of another site as it enters this journal: its own columns, and its changes.

    Each change is (kind, entity, record, fields, origin) as `ChangeRow` has them.
    """

    id: Id
    site: Id
    seq: int
    stamp: int
    wall: str
    account: Id | None
    action: str
    note: str
    undoes: int | None
    changes: Sequence[tuple[str, str, Id, str, str | None]]


def change_digest(
    key: bytes, kind: str, entity: str, record: Id, fields: str, origin: str | None
) -> bytes:
    """Return the keyed digest of one change; without the key it tells nothing of erased values."""
    head = f"{kind}{entity}\0".encode()
    said = fields if origin is None else f"{fields}\0{origin}"
    return blake2b(head + record + said.encode(), key=key, digest_size=16).digest()


def command_mac(key: bytes, row: Mapping[str, Any], digests: bytes) -> bytes:
    """Return the MAC of a command's row over all its columns and the digests of its changes."""
    mac = blake2b(key=key, digest_size=32)
    for name in ("no", "stamp", "undoes", "changes", "wall", "action", "note"):
        mac.update(f"{name}={row[name]!r}\0".encode())
    for name in ("id", "site", "account", "previous"):
        mac.update((row[name] or b"") + b"\0")
    if row["seq"] != row["no"]:
        # Entries from before ledgers were exchanged were sealed without it; there the two are one.
        mac.update(f"seq={row['seq']}\0".encode())
    mac.update(digests)
    return mac.digest()


def entry_rows(
    entries: Sequence[Entry], no: int, previous: bytes, key: bytes
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rows of commands and of changes that carry on a chain from `no` and `previous`."""
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for at, entry in enumerate(entries, no):
        mac = blake2b(key=key, digest_size=32)
        for n, (kind, entity, record, fields, origin) in enumerate(entry.changes):
            digest = change_digest(key, kind, entity, record, fields, origin)
            mac.update(digest)
            changes.append(
                {
                    "command": at, "n": n, "kind": kind, "entity": entity, "record": record,
                    "fields": fields, "digest": digest, "origin": origin,
                }
            )  # fmt: skip
        row = {**entry._asdict(), "no": at, "changes": len(entry.changes), "previous": previous}
        previous = row["mac"] = command_mac(key, row, mac.digest())
        rows.append(row)
    return rows, changes
