"""What a backup says of itself: its sealed manifest, and the proof of it all."""

import contextlib
import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from db.backup.copies import Content, check_sealed
from db.kernel.blobs import blob_path, collect
from db.kernel.errors import LedgerDamaged
from db.kernel.files import disk_fault, read_small, sha256_of, write_atomically
from db.kernel.keys import DataKey, wipe
from db.kernel.place import BLOBS

LEDGER: Final = "ledger.db"
SLOTS: Final = "slots.json"
MANIFEST: Final = "manifest.json"
PARTIAL: Final = ".partial"
VERSION: Final = 1
_UNREAD: Final = (
    OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError,
)  # fmt: skip
_NAME: Final = re.compile(r"(\d{4,9})-\d{8}-\d{4}(\.partial)?")


@dataclass(frozen=True)
class BackupInfo:
    """What a backup's manifest says of it.

    `when` is the wall clock of its making with its zone, `head` the number and MAC of the last
    command in it, `sha256` and `size` (bytes) those of its ledger file, `rows` counts by table.
    `attachments` are the sealed contents that lie beside the backups, with their SHA-256; `under` has
    the names of those that lie there under a second one. `lost` counts those that a record named and
    that did not open when it was made. `unthinned` says of one just made why older ones could not be
    thinned out; it is no part of the manifest.
    """

    path: Path
    number: int
    when: datetime
    reason: str
    ledger: str
    size: int
    sha256: str
    slots_sha256: str
    head: int
    head_mac: str
    rows: dict[str, int]
    attachments: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    unthinned: str = ""
    under: dict[str, str] = field(default_factory=dict)

    @property
    def lacking(self) -> str:
        """What of the ledger it could not take along, in a sentence; mostly empty."""
        return f"有{self.lost}个附件缺少或损坏，没能备份，别的都在里面" if self.lost else ""

    @property
    def told(self) -> str:
        """What is told aside of one that was just made, in sentences; mostly empty."""
        return "；".join(said for said in (self.lacking, self.unthinned) if said)


def _mac(said: dict[str, Any], key: DataKey) -> str:
    subkey = key.subkey("backup manifest")
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sealed = hashlib.blake2b(text.encode(), key=subkey, digest_size=32).hexdigest()
    wipe(subkey)
    return sealed


def write_manifest(info: BackupInfo, key: DataKey) -> None:
    """Write the manifest into the backup's folder, sealed."""
    said = asdict(info) | {"when": info.when.isoformat(timespec="seconds"), "version": VERSION}
    del said["path"], said["unthinned"]
    sealed = {**said, "mac": _mac(said, key)}
    text = json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(info.path / MANIFEST, text.encode())


def _read_manifest(folder: Path) -> tuple[BackupInfo, dict[str, Any]]:
    """Return the manifest and the JSON it was read from; LedgerDamaged if it is none."""
    try:
        said = json.loads(read_small(folder / MANIFEST))
        # Half a character, which JSON can spell and nothing can seal.
        json.dumps(said, ensure_ascii=False).encode()
        info = BackupInfo(
            path=folder,
            number=int(said["number"]),
            when=datetime.fromisoformat(said["when"]),
            reason=str(said["reason"]),
            ledger=str(said["ledger"]),
            size=int(said["size"]),
            sha256=str(said["sha256"]),
            slots_sha256=str(said["slots_sha256"]),
            head=int(said["head"]),
            head_mac=str(said["head_mac"]),
            rows={str(name): int(count) for name, count in said["rows"].items()},
            # A backup of an older program names none.
            attachments={str(n): str(sha) for n, sha in said.get("attachments", {}).items()},
            lost=int(said.get("lost", 0)),
            under={str(n): str(name) for n, name in said.get("under", {}).items()},
        )
        # A day at the edge of the calendar is none in another zone.
        info.when.astimezone()
    except _UNREAD as error:
        raise LedgerDamaged(
            "备份的清单读不出来，这个备份不能用，也没有改动它。请换一个备份。"
        ) from error
    return info, said


def read_info(folder: Path) -> BackupInfo:
    """Return what a backup says of itself, unproved; LedgerDamaged if it cannot be read."""
    return _read_manifest(folder)[0]


def numbered(folder: Path) -> list[tuple[int, Path]]:
    """Return counter and folder of every backup, also of those cut short, lowest first."""
    try:
        entries = list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise disk_fault(error) from error
    found = [(match, entry) for entry in entries if (match := _NAME.fullmatch(entry.name))]
    return sorted((int(match[1]), entry) for match, entry in found if entry.is_dir())


def list_backups(folder: Path) -> list[BackupInfo]:
    """Return the backups in a folder, newest first by their counter; unreadable ones are left out.

    They are taken at their word; `verify` proves one.
    """
    backups = []
    for _, path in reversed(numbered(folder)):
        if path.suffix != PARTIAL:
            with contextlib.suppress(LedgerDamaged):
                backups.append(read_info(path))
    return backups


def collect_unnamed(folder: Path) -> None:
    """Remove the contents beside backups that none of them names.

    None is removed where a backup is in the making or cannot be read: what it has is not known.
    """
    there = list_backups(folder)
    if len(there) == len(numbered(folder)):
        collect(folder / BLOBS, {name for info in there for name in info.attachments}, older=0)


def newest(folder: Path, key: DataKey) -> BackupInfo | None:
    """Return the newest backup whose manifest this ledger sealed, by its counter; its files unproved."""
    for _, path in reversed(numbered(folder)):
        with contextlib.suppress(LedgerDamaged):
            info, said = _read_manifest(path)
            mac = str(said.pop("mac", ""))
            if path.suffix != PARTIAL and hmac.compare_digest(
                mac.encode(), _mac(said, key).encode()
            ):
                return info
    return None


def file_problems(info: BackupInfo) -> list[str]:
    """Return how the files differ from their manifest; needs no key."""
    problems = []
    for name, expected in ((LEDGER, info.sha256), (SLOTS, info.slots_sha256)):
        try:
            if sha256_of(info.path / name) != expected:
                problems.append(f"{name} 与清单不符，损坏或被改动过")
        except OSError:
            problems.append(f"{name} 缺少或读不出来")
    return problems


def attachment_problems(info: BackupInfo) -> list[str]:
    """Return how the attachments beside a backup differ from its manifest; needs no key."""
    wrong = 0
    for name, expected in info.attachments.items():
        try:
            wrong += sha256_of(blob_path(info.path.parent / BLOBS, name)) != expected
        except (OSError, ValueError):
            wrong += 1
    return [f"有{wrong}个附件缺少或损坏"] if wrong else []


def verify(backup: Path, key: DataKey) -> list[str]:
    """Prove one backup by opening it, and the attachments beside it; return what is wrong, in plain
    Chinese, empty if nothing.
    """
    return ledger_problems(backup, key) or attachment_problems(read_info(backup))


def ledger_problems(backup: Path, key: DataKey) -> list[str]:
    """Return what is wrong with a backup's ledger and what it says of itself, empty if nothing.

    Its attachments are not looked at: one that is lost keeps nobody from all the rest.
    """
    try:
        info, said = _read_manifest(backup)
    except LedgerDamaged as error:
        return [str(error)]
    mac = said.pop("mac", "")
    if not hmac.compare_digest(str(mac).encode(), _mac(said, key).encode()):
        return ["清单被改动过，或这个备份属于另一个台账"]
    problems = file_problems(info)
    if problems:
        return problems
    subkey = key.subkey("backup")
    try:
        expected = Content(info.rows, info.head, info.head_mac)
        return check_sealed(backup / LEDGER, subkey, expected)
    finally:
        wipe(subkey)
