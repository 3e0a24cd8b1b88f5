"""The second place: where backups go beside the ledger's own folder, and how long ago one last did."""

import contextlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from db.backup.manifest import BackupInfo, list_backups
from db.kernel.errors import EnvironmentFault
from db.kernel.files import read_small, write_atomically
from db.kernel.place import Place

LATE_DAYS: Final = 7
_FILE: Final = "second.json"


@dataclass(frozen=True)
class SecondPlace:
    """A folder on a stick or another disk; `when` the last proved backup there was made."""

    folder: Path
    when: datetime

    @property
    def there(self) -> bool:
        """Whether the folder can be reached now, as when the stick is in."""
        try:
            return self.folder.is_dir()
        except OSError:
            return False

    def days(self, now: datetime) -> int | None:
        """Return how many days ago that was; None for a day to come, which a wrong clock told."""
        days = (now.astimezone().date() - self.when.astimezone().date()).days
        return days if days >= 0 else None


def second_place(data_dir: Path) -> SecondPlace | None:
    """Return the second place a ledger was last backed up to, None if it never was."""
    unread = (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError)
    with contextlib.suppress(*unread):
        said = json.loads(read_small(data_dir / _FILE))
        when = datetime.fromisoformat(said["when"])
        # A day at the edge of the calendar is none in another zone.
        when.astimezone()
        return SecondPlace(Path(said["folder"]), when)
    return None


def remember_second(data_dir: Path, folder: Path, info: BackupInfo) -> None:
    """Remember that a backup was made in a folder that is not the ledger's own.

    Where this cannot be written the backup is good all the same.
    """
    said = {"folder": str(folder.absolute()), "when": info.when.isoformat(timespec="seconds")}
    with contextlib.suppress(EnvironmentFault):
        write_atomically(data_dir / _FILE, json.dumps(said, ensure_ascii=False).encode())


class BackupAges(NamedTuple):
    """When the last backup beside the ledger was made; how many days ago one went to the second place.

    `lost` counts the attachments that the last one could not take along. `unsure` tells that one did go to
    the second place, on a day that is yet to come: a wrong clock told it.
    """

    last: date | None
    second: int | None
    lost: int = 0
    unsure: bool = False

    @property
    def late(self) -> bool:
        """Whether the second place waits too long for one; a place that never was is not late."""
        return self.unsure or (self.second is not None and self.second > LATE_DAYS)


def backup_ages(data_dir: Path, now: datetime) -> BackupAges:
    """Return how old a ledger's backups are, None for what there never was."""
    newest = next(iter(list_backups(Place(data_dir).backups)), None)
    second = second_place(data_dir)
    return BackupAges(
        newest.when.astimezone().date() if newest else None,
        second.days(now) if second else None,
        newest.lost if newest else 0,
        second is not None and second.days(now) is None,
    )
