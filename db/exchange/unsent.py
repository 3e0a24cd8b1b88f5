"""Contents a package should have carried and could not: they go along with a later one.

Kept in a small file beside the ledger, for each paired site: the names contents have on the way, which
say nothing. A list that is lost costs no more than that nobody remembers. What went along afterwards
stays listed, and is sent again, until the site has acknowledged a package that had it.
"""

import contextlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from db.kernel.errors import PolicepostError
from db.kernel.files import read_small, write_atomically
from db.kernel.ids import Id

FILE: Final = "unsent.json"
_NAME: Final = re.compile(r"[0-9a-f]{64}")

Sent = tuple[str, int]
Listed = dict[str, Sent | None]


def listed(folder: Path, peer: Id, acknowledged: Mapping[Id, int]) -> Listed:
    """Return what a site still lacks, and by which command of which site it was sent, if it was."""
    known = {site.hex(): seq for site, seq in acknowledged.items()}
    return {
        name: sent
        for name, sent in _read(folder).get(peer.hex(), {}).items()
        if sent is None or known.get(sent[0], 0) < sent[1]
    }


def keep(folder: Path, peer: Id, lacking: Listed) -> None:
    """Remember what a site lacks; a disk that refuses keeps nobody from exchanging."""
    said: dict[str, Any] = {**_read(folder), peer.hex(): lacking}
    said = {one: names for one, names in said.items() if names}
    if not said and not (folder / FILE).exists():
        return
    with contextlib.suppress(OSError, PolicepostError):
        write_atomically(folder / FILE, orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def after_sending(before: Listed, left: Iterable[str], sent: Iterable[str], by: Sent) -> Listed:
    """Return the list once a package of the command `by` carried `sent` and had to leave `left` behind."""
    found: Listed = dict.fromkeys(left)
    return found | {name: before[name] or by for name in sent if name in before}


def _read(folder: Path) -> dict[str, Listed]:
    try:
        said: Any = orjson.loads(read_small(folder / FILE))
        return {
            peer: {
                name: None if sent is None else (str(sent[0]), int(sent[1]))
                for name, sent in names.items()
                if _NAME.fullmatch(name)
            }
            for peer, names in said.items()
        }
    except (OSError, PolicepostError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return {}
