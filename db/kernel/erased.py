"""The list of what was erased, beside the ledger and beside its backups: ids and names of fields only.

An old copy of the ledger that is put back does not know what was erased since; the list does. It is
sealed with a subkey of its own. One that is damaged counts as none: the ledger's table makes it anew.
A folder that takes the backups of several ledgers holds the list of each; a seal tells whose it is.
"""

import os
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from db.kernel.files import open_plain, private_directory, write_atomically
from db.kernel.ids import Id, id_from_text, id_text
from db.kernel.keys import DataKey, wipe
from db.kernel.place import ERASED
from db.kernel.records import compact_json

_SUBKEY: Final = "erased"


class Line(NamedTuple):
    """One Erasure (db/kernel/erasure.py) as it stands in the list."""

    id: Id
    entity: str
    record: Id
    fields: tuple[str, ...]
    rule: str
    day: date
    proposed: Id | None
    confirmed: Id | None


def read_list(folder: Path, key: DataKey) -> dict[Id, Line]:
    """Return the list in a folder by the erasures' ids; empty where there is none or it is damaged."""
    ours = [body for seal, body in _sealed(folder) if seal == _seal(body, key)]
    try:
        lines = (
            Line(
                id_from_text(own), entity, id_from_text(record), tuple(fields), rule,
                date.fromisoformat(day), _maybe(proposed), _maybe(confirmed),
            )
            for body in ours
            for own, entity, record, fields, rule, day, proposed, confirmed in body
        )  # fmt: skip
        return {line.id: line for line in lines}
    except (ValueError, TypeError):
        return {}


def write_list(folder: Path, key: DataKey, lines: Iterable[Line]) -> None:
    """Write the list whole or not at all, beside those of other ledgers.

    OSError or EnvironmentFault if the disk refuses.
    """
    body = [
        [
            id_text(line.id), line.entity, id_text(line.record), list(line.fields), line.rule,
            line.day.isoformat(), *(id_text(who) if who else "" for who in line[6:]),
        ]
        for line in sorted(lines)
    ]  # fmt: skip
    private_directory(folder)
    others = [(seal, other) for seal, other in _sealed(folder) if seal != _seal(other, key)]
    said = [{"seal": seal, "erasures": of} for seal, of in (*others, (_seal(body, key), body))]
    write_atomically(folder / ERASED, compact_json({"lists": said}).encode())


def bring_list(source: Path, target: Path, key: DataKey) -> None:
    """Add what the list of one folder has to that of another, as at a restore."""
    there, here = read_list(source, key), read_list(target, key)
    if there.keys() - here.keys():
        write_list(target, key, {**there, **here}.values())


def _sealed(folder: Path) -> list[tuple[Any, Any]]:
    """Return the lists in a folder, whosever they are, each with the seal that it says it has."""
    try:
        with os.fdopen(open_plain(folder / ERASED), "rb") as file:
            said = orjson.loads(file.read())
        # Before there could be several, the file was the one.
        lists = said.get("lists", [said])
        return [(one["seal"], one["erasures"]) for one in lists]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _maybe(text: str) -> Id | None:
    return id_from_text(text) if text else None


def _seal(body: Any, key: DataKey) -> str:
    subkey = key.subkey(_SUBKEY)
    try:
        return blake2b(compact_json(body).encode(), key=bytes(subkey), digest_size=32).hexdigest()
    finally:
        wipe(subkey)
